// A document's text and its offsets. Offsets count code points, as Python does; JavaScript counts UTF-16 units.

/** Return functions that cut a text by code point offsets and measure it. */
export function cutter(text) {
  if (!/[\ud800-\udbff]/.test(text)) return { length: text.length, cut: (start, end) => text.slice(start, end) };
  const points = Array.from(text);
  return { length: points.length, cut: (start, end) => points.slice(start, end).join("") };
}

/**
 * Take a section's body apart into paragraphs and lists: [{kind, level, start, end}], offsets in the document.
 * A line that starts with "• " is an item; two spaces before it for each deeper level; blank lines part paragraphs.
 */
export function blocks(body, offset) {
  const found = [];
  let at = offset;
  let open = null;
  for (const line of body.split("\n")) {
    const length = Array.from(line).length;
    const bullet = /^( *)• /.exec(line);
    if (bullet) {
      found.push({ kind: "item", level: bullet[1].length / 2, start: at + bullet[0].length, end: at + length });
      open = null;
    } else if (!line.trim()) {
      open = null;
    } else if (open) {
      open.end = at + length;
    } else {
      open = { kind: "paragraph", level: 0, start: at, end: at + length };
      found.push(open);
    }
    at += length + 1;
  }
  return found;
}

/** Return [{text, quoted}] for a block: its text cut at the edges of the quote. */
export function pieces(text, block, quote) {
  if (!quote || quote.end <= block.start || quote.start >= block.end) {
    return [{ text: text.cut(block.start, block.end), quoted: false }];
  }
  const from = Math.max(block.start, quote.start);
  const to = Math.min(block.end, quote.end);
  return [
    { text: text.cut(block.start, from), quoted: false },
    { text: text.cut(from, to), quoted: true },
    { text: text.cut(to, block.end), quoted: false },
  ].filter((piece) => piece.text);
}

/** Read an address: "#ID@VERSION:START-END" a quote, "#ID/SECTION" a section, "#ID" a document; null when it is none. */
export function readPlace(hash) {
  const shape = /^#([^@/:]+)(?:@([0-9a-f]*):(\d+)-(\d+)|\/([^/]+))?$/.exec(hash);
  if (!shape) return null;
  let id, section;
  try {
    id = decodeURIComponent(shape[1]);
    section = shape[5] === undefined ? null : decodeURIComponent(shape[5]);
  } catch {
    return null;
  }
  const quote = shape[3] === undefined ? null : { start: Number(shape[3]), end: Number(shape[4]) };
  return { id, section, version: shape[2] ?? "", quote };
}

/** Tell whether a document still has the text that a place was made for. */
export function sameText(place, documentShown) {
  return documentShown.version.replace(/^.*:/, "").startsWith(place.version);
}
