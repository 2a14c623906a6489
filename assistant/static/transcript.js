// What stands in the chat, read back from it, and written as text, Markdown or a page of its own.
import { getDocument, peekDocument, placeName, sectionAt } from "./document.js";
import { readPlace, sameText } from "./text.js";

/** Fetch every document that is cited within an element; one that is gone is left out. */
export function fetchCited(element) {
  const places = [...element.querySelectorAll("a.wb-cite")].map((link) => readPlace(link.getAttribute("href")));
  const ids = new Set(places.filter(Boolean).map((place) => place.id));
  return Promise.allSettled([...ids].map(getDocument));
}

/** Read one answer: {outcome, readAs, lines: [{item, words}], sources: [{number, title, section, quote, address}]}. */
export function readAnswer(answer) {
  const sources = new Map();
  const lines = [...answer.querySelectorAll(".wb-said, li, .wb-locked, .wb-notice")].map((element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".wb-sr").forEach((hidden) => hidden.remove());
    for (const link of copy.querySelectorAll("a.wb-cite")) {
      sources.set(link.textContent, link.getAttribute("href"));
      link.replaceWith(`[${link.textContent}]`);
    }
    return { item: element.matches("li"), words: plain(copy) };
  });
  return {
    outcome: plain(answer.querySelector(".wb-outcome strong")),
    readAs: plain(answer.querySelector(".wb-read")),
    lines,
    sources: [...sources].map(([number, href]) => sourceOf(number, href)).filter(Boolean),
  };
}

/** Read the conversation: [{question, answer}]; what broke or still waits is left out. */
export function readConversation() {
  const told = [];
  let question = "";
  for (const element of document.querySelectorAll("#wb-chat :is(.wb-question, .wb-answer)")) {
    if (element.matches(".wb-question")) question = element.innerText.trim();
    else told.push({ question, answer: readAnswer(element) });
  }
  return told;
}

function plain(element) {
  return element ? element.textContent.replace(/\s+/g, " ").trim() : "";
}

function sourceOf(number, href) {
  const place = readPlace(href);
  const found = place && peekDocument(place.id);
  const section = found && place.quote && sectionAt(found, place.quote);
  if (!section || !sameText(place, found)) return null;
  const address = new URL(location.pathname, location.origin).href + href;
  const where = placeName(found, section, place.quote.start);
  return { number, title: found.title, section: where, quote: found.cut.cut(place.quote.start, place.quote.end), address };
}

/** Write one answer as text with its sources. */
export function asText(answer) {
  const lines = answer.lines.map((line) => (line.item ? `• ${line.words}` : `\n${line.words}\n`));
  const sources = answer.sources.map((one) => `[${one.number}] ${one.section}: “${one.quote}”`);
  const from = answer.sources.length ? ["", `From: ${answer.sources[0].title}`] : [];
  return tidy([...lines, "", ...sources, ...from]);
}

/** Write one answer as Markdown with its sources. */
export function asMarkdown(answer) {
  const lines = answer.lines.map((line) => (line.item ? `- ${escaped(line.words)}` : `\n${escaped(line.words)}\n`));
  const sources = answer.sources.map(
    (one) => `\n[${one.number}] ${escaped(one.title)}, *${escaped(one.section)}*: [“${escaped(one.quote)}”](${one.address})`,
  );
  return tidy([...lines, "", ...sources]);
}

/** Write a conversation as Markdown. */
export function conversationAsMarkdown(told, when) {
  const parts = told.map(({ question, answer }) => {
    const readAs = answer.readAs ? `\n${escaped(answer.readAs)}\n` : "";
    return `## ${escaped(question.replace(/\s+/g, " "))}\n\n**${answer.outcome}**\n${readAs}\n${asMarkdown(answer)}`;
  });
  return `# Wardbook, ${when}\n\nFor study, not medical advice.\n\n${parts.join("\n")}`;
}

/** Write a conversation as a page that stands alone: no script, nothing loaded. */
export function conversationAsHtml(told, when) {
  const page = document.implementation.createHTMLDocument(`Wardbook, ${when}`);
  page.documentElement.lang = "en";
  const add = (parent, tag, text = "", attributes = {}) => {
    const element = page.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  add(page.head, "meta", "", { charset: "utf-8" });
  add(page.head, "meta", "", { name: "viewport", content: "width=device-width, initial-scale=1" });
  add(page.head, "style", STYLE);
  add(page.body, "h1", `Wardbook, ${when}`);
  add(page.body, "p", "For study, not medical advice.");
  for (const { question, answer } of told) {
    add(page.body, "h2", question);
    add(add(page.body, "p"), "strong", answer.outcome);
    if (answer.readAs) add(page.body, "p", answer.readAs);
    let list = null;
    for (const line of answer.lines) {
      if (!line.item) list = null;
      else list ??= add(page.body, "ul");
      add(line.item ? list : page.body, line.item ? "li" : "p", line.words);
    }
    addSources(answer, add, page.body);
  }
  return `<!doctype html>\n${page.documentElement.outerHTML}\n`;
}

/** Add the sources of an answer as a list; `add(parent, tag, text, attributes)` makes the elements. */
export function addSources(answer, add, parent) {
  if (!answer.sources.length) return null;
  const list = add(parent, "ol", "", { class: "wb-sources" });
  for (const one of answer.sources) {
    const item = add(list, "li", `${one.title}, ${one.section}: `, { value: one.number });
    add(item, "a", `“${one.quote}”`, { href: one.address });
  }
  return list;
}

const STYLE = `:root{color-scheme:light dark}body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:17px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25}h2{margin-top:2.2rem;font-size:1.2rem}.wb-sources{font-size:.9rem}.wb-sources a{color:inherit}`;

// What Markdown would read as its own signs.
function escaped(text) {
  return text.replace(/[\\`*_[\]<>|]/g, "\\$&").replace(/^(#+|[-+]|\d+\.)(?=\s)/, "\\$1").replace(/\\\[(\d+)\\\]/g, "[$1]");
}

function tidy(lines) {
  return lines.join("\n").replace(/\n{3,}/g, "\n\n").trim() + "\n";
}
