// Runs before anything is painted: the theme, and a stand-in for localStorage where the browser forbids it (a page in a
// foreign frame), because Gradio stops when reading it throws. Two widgets of one page keep their conversations apart.
(() => {
  window.__gradio_mode__ = "app"; // Gradio's own script for it would also speak to any page that frames us
  const address = new URLSearchParams(location.search);
  const asked = address.get("__theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const theme = asked === "light" || asked === "dark" ? asked : dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
  };
  paint();
  dark.addEventListener("change", paint);
  let kept;
  try {
    kept = window.localStorage;
    void kept.length;
  } catch {
    kept = null;
  }
  const prefix = address.has("embed") ? `${address.get("document") ?? ""}:` : "";
  if (kept && !prefix) return;
  const memory = new Map();
  const held = kept ?? {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, String(value)),
    removeItem: (key) => void memory.delete(key),
  };
  const names = () => (kept ? Object.keys(kept).filter((key) => key.startsWith(prefix)) : [...memory.keys()]);
  const apart = {
    getItem: (key) => held.getItem(prefix + key),
    setItem: (key, value) => held.setItem(prefix + key, value),
    removeItem: (key) => held.removeItem(prefix + key),
    clear: () => names().forEach((key) => held.removeItem(key)),
    key: (at) => names()[at]?.slice(prefix.length) ?? null,
    get length() {
      return names().length;
    },
  };
  Object.defineProperty(window, "localStorage", { value: apart });
})();
