// Wires the page: clicks in the chat and the document, the state of the server, the first document.
import { ask, focusBox, keepDraft, tellDocument, watchLog } from "./chat.js";
import { copyAnswer } from "./copy.js";
import { fetchJson, getDocument } from "./document.js";
import { watchThumbs } from "./feedback.js";
import { follow, go, leave, offer, onDocument, openOverChat, say, showDocument, shownDocument } from "./panel.js";
import { watchQuotes } from "./quotes.js";

const state = document.getElementById("wb-state");

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("a[href^='#'], button");
  if (!target || event.defaultPrevented) return;
  if (target.matches("a")) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(target.getAttribute("href"), target);
  } else if (target.matches(".wb-ask")) {
    leave();
    ask(target.value);
  } else if (target.matches(".wb-copy")) copyAnswer(target);
  else if (target.id === "wb-close") leave();
  else if (target.id === "wb-open") openOverChat(target);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) leave();
});
addEventListener("popstate", () => follow(true));

async function tellState() {
  try {
    const { status, detail } = await fetchJson("api/state");
    state.hidden = status === "ready";
    state.dataset.state = status;
    if (status === "ready") return;
    const told = status === "failed" ? detail : `${detail} You can ask already: the answer comes as soon as it is ready.`;
    if (state.textContent !== told) state.textContent = told;
    if (status === "failed") return;
  } catch {
    state.hidden = false;
    state.textContent = "The server does not answer. Trying again…";
  }
  setTimeout(tellState, 700);
}

async function begin() {
  const listed = await fetchJson("api/documents");
  offer(listed);
  if (listed.length > 1) onDocument((found) => tellDocument(found.id));
  await follow(false);
  // An address that names no document of ours has said so; something to read is better than an empty page.
  if (!shownDocument() && listed.length) showDocument(await getDocument(listed[0].id));
}

watchQuotes();
watchThumbs();
watchLog();
keepDraft();
focusBox();
tellState();
begin().catch((error) => say(error.message));
