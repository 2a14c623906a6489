// Hovering or focusing a citation shows its quote beside it.
import { getDocument, sectionAt } from "./document.js";
import { readPlace, sameText } from "./text.js";

const card = document.getElementById("wb-quote");
let over = null;

/** Return what a citation's link quotes: {section, quote}; null when the document has changed since. */
export async function quoteOf(link) {
  const place = readPlace(link.getAttribute("href"));
  if (!place?.quote) return null;
  const found = await getDocument(place.id);
  if (!sameText(place, found)) return null;
  const section = sectionAt(found, place.quote);
  return { title: found.title, section: section?.heading ?? "", quote: found.cut.cut(place.quote.start, place.quote.end) };
}

export function watchQuotes() {
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (event) => enter(event.target));
  for (const kind of ["mouseout", "focusout", "click", "scroll"]) document.addEventListener(kind, hide, true);
}

async function enter(target) {
  const link = target.closest?.("a.wb-cite");
  if (!link) return;
  over = link;
  const quoted = await quoteOf(link).catch(() => null);
  if (over !== link || !quoted) return;
  const heading = document.createElement("strong");
  heading.textContent = quoted.section;
  const words = document.createElement("q");
  words.textContent = quoted.quote;
  card.replaceChildren(heading, words);
  card.hidden = false;
  const at = link.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const above = at.top - size.height - 8;
  card.style.left = `${Math.max(8, Math.min(at.left - 16, innerWidth - size.width - 8))}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 8}px`;
}

function hide() {
  over = null;
  card.hidden = true;
}
