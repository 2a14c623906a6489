// Which place of which document is shown: the address is the one truth, so back, forward and a sent link all work.
import { getDocument, make, mark, placeName, render, sectionAt } from "./document.js";
import { focusQuietly } from "./quotes.js";
import { readPlace, sameText } from "./text.js";

const narrow = matchMedia("(max-width: 59.99rem)");
const panel = document.getElementById("wb-panel");
const page = document.getElementById("wb-page");
const title = document.getElementById("wb-title");
const picker = document.getElementById("wb-picker");
const live = document.getElementById("wb-say");
const notice = document.getElementById("wb-changed");
const link = document.getElementById("wb-link");
const listeners = [];
let shown = null;
let opener = null;
let turn = 0;
let first = null; // the one document there is
let all = []; // or all of them, when there are several

export const places = {
  whole: (id) => `#${encodeURIComponent(id)}`,
  section: (id, section) => `#${encodeURIComponent(id)}/${encodeURIComponent(section)}`,
};

export const shownDocument = () => shown;

/** Be told whenever another document is shown, or none. */
export function onDocument(listener) {
  listeners.push(listener);
}

/** Read a sentence to those who cannot see. */
export function say(sentence) {
  live.textContent = "";
  // A region that gets the same words twice is read once; an empty moment makes them new.
  setTimeout(() => (live.textContent = sentence), 50);
}

/** Offer a choice of documents when there is more than one. */
export function offer(listed) {
  first = listed.length === 1 ? listed[0].id : null;
  all = listed.length > 1 ? listed : [];
  if (!listed.length) title.textContent = "No document yet";
  const options = listed.map((one) => make("option", { value: one.id }, one.title));
  picker.replaceChildren(make("option", { value: "" }, "All documents"), ...options);
  picker.hidden = !all.length;
  picker.onchange = () => go(picker.value && places.whole(picker.value), picker); // set anew when the server was lost meanwhile
}

/** Go to a place as a click on a link would, without a jump of the page. */
export function go(hash, from) {
  opener = from;
  if (hash !== location.hash) history.pushState(null, "", location.pathname + location.search + hash);
  return follow(true);
}

/** Show the document that an answer is from, unless it is shown: the conversation is about it now. */
export function turnTo(hash) {
  if (!all.length || readPlace(hash)?.id === shown?.id) return;
  history.replaceState(null, "", location.pathname + location.search + hash);
  return follow(false);
}

/** Open the document over the chat; the browser's back button closes it. */
export function openOverChat(from) {
  opener = from;
  history.pushState({ sheet: true }, "");
  return follow(true);
}

/** Show the place that the address names: without one, the only document, or the list of all. */
export async function follow(byPerson) {
  const mine = ++turn;
  const place = readPlace(location.hash) ?? (first && { id: first, section: null, quote: null });
  unmark();
  link.hidden = !place?.quote && !place?.section;
  if (!place) {
    if (all.length) showAll(byPerson);
    return;
  }
  let found;
  try {
    found = await getDocument(place.id);
  } catch (error) {
    if (mine === turn) tell(error.message);
    return;
  }
  if (mine !== turn) return;
  showDocument(found);
  if (!place.quote && !place.section && !history.state?.sheet) {
    if (byPerson) closeSheet();
    // Back from a place: what had the focus there is gone, or is not what is read now.
    if (byPerson && (document.activeElement === document.body || page.contains(document.activeElement))) giveFocusBack();
    return;
  }
  openSheet();
  if (place.quote && sameText(place, found)) showQuote(found, place.quote);
  else if (place.quote) {
    tell("This document has changed since the link was made, so the quoted place cannot be shown.");
    title.focus();
  } else if (place.section) showSection(place.section);
  else title.focus();
}

export function showDocument(found) {
  if (shown === found) return;
  shown = found;
  title.textContent = found.title;
  picker.value = found.id;
  render(found, page, places);
  page.scrollTop = 0;
  for (const listener of listeners) listener(found);
}

/** Show the list of all documents: none is chosen. */
export function showAll(byPerson) {
  shown = null;
  title.textContent = "All documents";
  picker.value = "";
  const links = all.map((one) => make("li", {}, make("a", { href: places.whole(one.id) }, one.title)));
  const told = `${all.length.toLocaleString("en")} documents. A question is answered from the one that it names or is about; choose one to read it and ask it.`;
  page.replaceChildren(make("section", {}, make("p", {}, told), make("ul", { class: "wb-all" }, ...links)));
  page.scrollTop = 0;
  for (const listener of listeners) listener(null);
  if (history.state?.sheet) {
    openSheet();
    title.focus();
  } else if (byPerson) closeSheet();
}

function unmark() {
  if (shown) mark(shown, page, null);
  notice.hidden = true;
  for (const link of document.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
}

/** Say something above the document. */
export function tell(sentence) {
  notice.textContent = sentence;
  notice.hidden = false;
  say(sentence);
}

function showQuote(found, quote) {
  const marks = mark(found, page, quote);
  if (!marks.length) return tell("The quoted place cannot be found in this document.");
  for (const link of document.querySelectorAll("a.wb-cite")) {
    if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "true");
  }
  marks[0].tabIndex = -1;
  bring(marks[0], "center");
  marks[0].focus({ preventScroll: true });
  say(`Quoted from ${placeName(found, sectionAt(found, quote), quote.start)}: ${found.cut.cut(quote.start, quote.end)}`);
}

function showSection(id) {
  const section = page.querySelector(`section[data-section="${CSS.escape(id)}"]`);
  if (!section) return tell("This document has no such section.");
  bring(section, "start");
  section.querySelector("h3").focus({ preventScroll: true });
}

function bring(element, block) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const from = element.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop;
  // scrollIntoView would also move the frame of the page, which never scrolls.
  const top = block === "start" ? from - 8 : from - page.clientHeight * 0.35;
  page.scrollTo({ top, behavior: calm ? "instant" : "smooth" });
}

// On a narrow window the document is a sheet over the chat: a dialog that takes the focus and gives it back.
function openSheet() {
  if (!narrow.matches || panel.dataset.open !== undefined) return;
  panel.dataset.open = "";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
  for (const other of document.body.children) if (other !== panel && other !== live) other.inert = true;
}

export function closeSheet() {
  if (panel.dataset.open === undefined) return;
  delete panel.dataset.open;
  panel.setAttribute("role", "complementary");
  panel.removeAttribute("aria-modal");
  for (const other of document.body.children) other.inert = false;
  giveFocusBack();
}

/** Leave the place shown: the sheet closes, the mark goes, the focus returns. Return whether there was one to leave. */
export function leave() {
  const place = readPlace(location.hash);
  if (!place?.quote && !place?.section && !history.state?.sheet) return false;
  const home = shown && shown.id !== first ? places.whole(shown.id) : ""; // of several, the one shown stays chosen
  history.pushState(null, "", location.pathname + location.search + home);
  turn++;
  unmark();
  link.hidden = true;
  if (panel.dataset.open !== undefined) closeSheet();
  else giveFocusBack();
  return true;
}

function giveFocusBack() {
  // The chat makes its messages anew while an answer arrives: look for the same link again.
  const href = opener?.getAttribute("href");
  const back = !opener || opener.isConnected ? opener : href && document.querySelector(`a[href="${CSS.escape(href)}"]`);
  focusQuietly(back || document.querySelector("#wb-box textarea"));
}

// A window that becomes wide shows the place beside the chat, one that becomes narrow over it.
narrow.addEventListener("change", () => {
  closeSheet();
  follow(false);
});
