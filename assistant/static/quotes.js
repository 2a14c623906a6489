// Hovering or focusing a citation shows its quote beside it.
import { getDocument, placeName, sectionAt } from "./document.js";
import { readPlace, sameText } from "./text.js";

const card = document.getElementById("wb-quote");
let over = null;
let isQuiet = false;
let leaving = 0;

/** Return what a citation's link quotes: {title, section, quote}; null when the document has changed since. */
export async function quoteOf(link) {
  const place = readPlace(link.getAttribute("href"));
  if (!place?.quote) return null;
  const found = await getDocument(place.id);
  const section = sectionAt(found, place.quote);
  if (!section || !sameText(place, found)) return null;
  return { title: found.title, section: placeName(found, section, place.quote.start), quote: found.cut.cut(place.quote.start, place.quote.end) };
}

export function watchQuotes() {
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (event) => enter(event.target));
  for (const kind of ["mouseout", "focusout"]) document.addEventListener(kind, () => hideSoon());
  document.addEventListener("click", (event) => !card.contains(event.target) && hide(), true);
  // Moving the focus to a citation scrolls to it: then the card goes along.
  document.addEventListener("scroll", () => (over && over === document.activeElement ? putBeside(over) : hide()), true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || card.hidden) return;
    event.preventDefault(); // this Escape is for the card, not for the document
    hide();
  }, true);
}

/** Give the focus to an element without showing its quote: it was read a moment ago. */
export function focusQuietly(element) {
  isQuiet = true;
  element?.focus();
  isQuiet = false;
}

async function enter(target) {
  if (isQuiet) return;
  if (card.contains(target)) return clearTimeout(leaving);
  const link = target.closest?.("a.wb-cite");
  if (!link) return;
  clearTimeout(leaving);
  over = link;
  const quoted = await quoteOf(link).catch(() => null);
  if (over !== link || !quoted) return;
  const heading = document.createElement("strong");
  heading.textContent = quoted.section;
  const words = document.createElement("q");
  words.textContent = quoted.quote;
  card.replaceChildren(heading, words);
  card.hidden = false;
  link.setAttribute("aria-describedby", card.id);
  putBeside(link);
}

function putBeside(link) {
  const at = link.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const above = at.top - size.height - 6;
  card.style.left = `${Math.max(8, Math.min(at.left - 16, innerWidth - size.width - 8))}px`;
  card.style.top = `${above > 8 ? above : at.bottom + 6}px`;
}

function hideSoon() {
  clearTimeout(leaving);
  leaving = setTimeout(hide, 180); // time for the pointer to reach the card
}

function hide() {
  clearTimeout(leaving);
  over?.removeAttribute("aria-describedby");
  over = null;
  card.hidden = true;
}
