// The document beside the chat: fetched once, rendered in its sections, with the quoted characters marked.
import { blocks, cutter, pieces } from "./text.js";

const fetched = new Map();
const there = new Map();

/** Fetch a document once; a failed fetch may be tried again. */
export function getDocument(id) {
  if (!fetched.has(id)) {
    const coming = fetchJson(`api/documents/${encodeURIComponent(id)}`).then((found) => ({ ...found, cut: cutter(found.text) }));
    coming.then((found) => there.set(id, found)).catch(() => fetched.delete(id));
    fetched.set(id, coming);
  }
  return fetched.get(id);
}

/** Return a document that has been fetched, or null. */
export function peekDocument(id) {
  return there.get(id) ?? null;
}

/** Fetch JSON; an error says whether the server told why, and whether it is that nobody is signed in any more. */
export async function fetchJson(address, options) {
  const response = await fetch(address, options);
  // A single sign-on in front of the server leads away to its own page, which no script may follow.
  if (response.status === 401 || response.type === "opaqueredirect") throw Object.assign(new Error("Sign in first."), { isTold: true, isSignedOut: true });
  const body = await response.json();
  if (!response.ok) throw Object.assign(new Error(body.detail ?? response.statusText), { isTold: Boolean(body.detail) });
  return body;
}

/** Return the section that holds a quote. */
export function sectionAt(shown, quote) {
  return shown.sections.find((section) => section.start <= quote.start && quote.start < section.end) ?? null;
}

/** Return the page of the file on which a character stands, null for a file without pages. */
export function pageAt(shown, offset) {
  return (shown.pages ?? []).findLast((begin) => begin.start <= offset)?.page ?? null;
}

/** Return a section's heading with the page of a quote in it: "Therapy, p. 3". */
export function placeName(shown, section, offset) {
  const page = pageAt(shown, offset);
  return page === null ? section.heading : `${section.heading}, p. ${page}`;
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Render a whole document into an element. */
export function render(shown, into, places) {
  const dates = Object.entries(shown.dates).map(([label, iso]) => `${label} ${readableDate(iso)}`);
  into.replaceChildren(
    make("p", { class: "wb-dates" }, dates.join(" · ")),
    contents(shown, places),
    ...shown.sections.map((section) => sectionElement(shown, section, null)),
  );
}

/** Mark a quote (or, with null, take the mark away); return the marks in order. */
export function mark(shown, into, quote) {
  for (const old of into.querySelectorAll("section[data-marked]")) {
    const section = shown.sections.find((one) => one.id === old.dataset.section);
    old.replaceWith(sectionElement(shown, section, null));
  }
  const section = quote && sectionAt(shown, quote);
  if (!section) return [];
  const element = sectionElement(shown, section, quote);
  element.dataset.marked = "";
  into.querySelector(`section[data-section="${CSS.escape(section.id)}"]`).replaceWith(element);
  return [...element.querySelectorAll("mark")];
}

function contents(shown, places) {
  const items = shown.sections.map((section) => {
    const link = make("a", { href: places.section(shown.id, section.id) }, section.heading);
    const note = section.status === "withheld" ? make("span", { class: "wb-lock" }, " withheld") : null;
    return make("li", { class: `wb-${section.status}` }, link, note);
  });
  const list = make("ol", {}, ...items);
  return make("nav", { class: "wb-contents", "aria-label": "Sections of the document" }, list);
}

function sectionElement(shown, section, quote) {
  const heading = make("h3", { tabindex: "-1" }, section.heading);
  const element = make("section", { "data-section": section.id, class: `wb-section wb-${section.status}` }, heading);
  const page = pageAt(shown, section.start);
  if (page !== null) element.append(make("p", { class: "wb-page" }, `p. ${page}`));
  if (section.questions.length) {
    const asks = section.questions.map((question) => make("button", { type: "button", class: "wb-ask", value: question }, question));
    element.append(make("p", { class: "wb-asks" }, make("span", { class: "wb-sr" }, "Ask: "), ...asks));
  }
  if (section.status === "present") element.append(...bodyOf(shown, section, quote));
  else element.append(absence(section));
  return element;
}

function absence(section) {
  if (section.status === "empty") return make("p", { class: "wb-absent" }, "This section has no text in this copy.");
  const stub = section.text.trim().replace(/^withheld\s*[:.–-]?\s*/i, "").replace(/\.$/, "");
  const why = stub ? `: ${stub[0].toLowerCase()}${stub.slice(1)}` : "";
  return make("p", { class: "wb-absent" }, `Withheld in this copy${why}`);
}

function bodyOf(shown, section, quote) {
  const lists = [];
  const parts = [];
  for (const block of blocks(section.text, section.start)) {
    const words = pieces(shown.cut, block, quote).map((piece) => (piece.quoted ? make("mark", {}, piece.text) : piece.text));
    if (block.kind === "paragraph") {
      parts.push(make("p", {}, ...words));
      lists.length = 0;
      continue;
    }
    const level = Math.min(block.level, lists.length);
    lists.length = Math.min(lists.length, level + 1);
    if (!lists[level]) {
      lists[level] = make("ul");
      if (level === 0) parts.push(lists[0]);
      else lists[level - 1].lastElementChild.append(lists[level]);
    }
    lists[level].append(make("li", {}, ...words));
  }
  return parts;
}

function readableDate(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
