// The page inside a widget's frame: it speaks with the page that embeds it, in two words each way, and wears its colour.
const asked = new URLSearchParams(location.search);
const isFramed = asked.has("embed") && parent !== window;

// The server puts a listed origin into the page; our own page about embedding is framed by itself.
const listed = document.querySelector("meta[name='wardbook-host']")?.content;
const host = isFramed && [listed, location.origin].includes(asked.get("origin")) ? asked.get("origin") : null;

export const isEmbedded = isFramed;

/** Tell the embedding page "ready" or "close"; only a page of the listed origin can read it. */
export function tellHost(kind) {
  if (host) parent.postMessage({ wardbook: 1, kind }, host);
}

/** Be told by the embedding page that the reader has come in. */
export function onEntered(enter) {
  addEventListener("message", (event) => {
    if (!host || event.origin !== host || event.source !== parent) return;
    const data = event.data;
    if (typeof data === "object" && data !== null && data.wardbook === 1 && data.kind === "focus") enter();
  });
}

/** Take the colour that the embedding page asks for, made lighter or darker until text in it can be read. */
export function wearAccent() {
  const accent = asked.get("accent");
  if (!accent || !/^#[0-9a-f]{6}$/i.test(accent)) return;
  const rgb = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16));
  // The tints of theme.css: what the colour has to be read on, in light and in dark.
  const light = legible(rgb, [227, 239, 240], [0, 0, 0]);
  const dark = legible(rgb, [29, 51, 55], [255, 255, 255]);
  const style = document.documentElement.style;
  style.setProperty("--wb-accent", `light-dark(rgb(${light}), rgb(${dark}))`);
  style.setProperty("--wb-on-accent", "light-dark(#ffffff, #0d1a1c)");
}

function legible(rgb, ground, towards) {
  let mixed = rgb;
  for (let share = 0; share <= 1 && contrast(mixed, ground) < 4.6; share += 0.05) {
    mixed = rgb.map((value, at) => Math.round(value + (towards[at] - value) * share));
  }
  return mixed.join(" ");
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
