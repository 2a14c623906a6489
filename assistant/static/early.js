// Runs before anything is painted: the theme, and a stand-in for localStorage where the browser forbids it (a page in a
// foreign frame), because Gradio stops when reading it throws.
(() => {
  const asked = new URLSearchParams(location.search).get("__theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const theme = asked === "light" || asked === "dark" ? asked : dark.matches ? "dark" : "light";
    document.documentElement.dataset.theme = theme;
  };
  paint();
  dark.addEventListener("change", paint);
  try {
    void window.localStorage.length;
  } catch {
    const kept = new Map();
    const memory = {
      getItem: (key) => (kept.has(key) ? kept.get(key) : null),
      setItem: (key, value) => void kept.set(key, String(value)),
      removeItem: (key) => void kept.delete(key),
      clear: () => kept.clear(),
      key: (at) => [...kept.keys()][at] ?? null,
      get length() {
        return kept.size;
      },
    };
    Object.defineProperty(window, "localStorage", { value: memory });
  }
})();
