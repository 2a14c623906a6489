// Which place of which document is shown: the address is the one truth, so back, forward and a sent link all work.
import { getDocument, mark, render, sectionAt } from "./document.js";
import { readPlace, sameText } from "./text.js";

const narrow = matchMedia("(max-width: 59.99rem)");
const panel = document.getElementById("wb-panel");
const page = document.getElementById("wb-page");
const title = document.getElementById("wb-title");
const live = document.getElementById("wb-say");
let shown = null;
let opener = null;
let turn = 0;
const listeners = [];

export const places = {
  section: (id, section) => `#${encodeURIComponent(id)}/${encodeURIComponent(section)}`,
};

export const shownDocument = () => shown;

/** Be told whenever another document is shown. */
export function onDocument(listener) {
  listeners.push(listener);
}

export function say(sentence) {
  live.textContent = "";
  // A region that gets the same words twice is read once; a new task makes them new.
  setTimeout(() => (live.textContent = sentence), 50);
}

/** Go to an address as a click on a link would, without a jump of the page. */
export function go(hash, from = null) {
  opener = from ?? opener;
  if (hash !== location.hash) history.pushState({ ours: true }, "", location.pathname + location.search + hash);
  return follow(true);
}

/** Show the place that the address names. */
export async function follow(byPerson) {
  const mine = ++turn;
  const place = readPlace(location.hash);
  for (const link of document.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
  if (!place) {
    if (shown) mark(shown, page, null);
    if (byPerson) closeSheet();
    return;
  }
  let found;
  try {
    found = await getDocument(place.id);
  } catch (error) {
    if (mine === turn) say(error.message);
    return;
  }
  if (mine !== turn) return;
  showDocument(found);
  openSheet();
  for (const link of document.querySelectorAll("a.wb-cite")) {
    if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "true");
  }
  if (place.quote && !sameText(place, found)) {
    mark(found, page, null);
    say("The document has changed since this link was made; the quoted place cannot be shown.");
    title.focus();
  } else if (place.quote) showQuote(found, place.quote);
  else if (place.section) showSection(found, place.section);
}

export function showDocument(found) {
  if (shown === found) return;
  shown = found;
  title.textContent = found.title;
  render(found, page, places);
  page.scrollTop = 0;
  for (const listener of listeners) listener(found);
}

function showQuote(found, quote) {
  const marks = mark(found, page, quote);
  if (!marks.length) return say("The quoted place cannot be found in the document.");
  marks[0].tabIndex = -1;
  scrollTo(marks[0], "center");
  marks[0].focus({ preventScroll: true });
  say(`Quoted in ${sectionAt(found, quote).heading}: ${found.cut.cut(quote.start, quote.end)}`);
}

function showSection(found, id) {
  mark(found, page, null);
  const section = page.querySelector(`section[data-section="${CSS.escape(id)}"]`);
  if (!section) return say("The document has no such section.");
  scrollTo(section, "start");
  section.querySelector("h3").focus({ preventScroll: true });
}

function scrollTo(element, block) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block, behavior: calm ? "instant" : "smooth" });
}

// On a narrow window the document is a sheet over the chat: a dialog that takes the focus and gives it back.
export function openSheet() {
  if (!narrow.matches || panel.dataset.open !== undefined) return;
  panel.dataset.open = "";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
  for (const other of document.body.children) if (other !== panel && other !== live) other.inert = true;
}

export function closeSheet() {
  if (panel.dataset.open === undefined) return;
  delete panel.dataset.open;
  panel.removeAttribute("role");
  panel.removeAttribute("aria-modal");
  for (const other of document.body.children) other.inert = false;
  opener?.focus();
}

/** Leave the place shown: the sheet closes, or the mark goes and the focus returns to the citation. */
export function leave() {
  const quoted = readPlace(location.hash) !== null;
  if (quoted) history.pushState(null, "", location.pathname + location.search);
  turn++;
  if (shown) mark(shown, page, null);
  for (const link of document.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
  closeSheet();
  if (quoted) opener?.focus();
}

narrow.addEventListener("change", () => closeSheet());
