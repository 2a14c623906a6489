// Wires the page: clicks in the chat and the document, the state of the server, the first document.
import { copyAnswer } from "./copy.js";
import { fetchJson, getDocument } from "./document.js";
import { closeSheet, follow, go, leave, onDocument, openSheet, say, showDocument } from "./panel.js";
import { watchQuotes } from "./quotes.js";

const state = document.getElementById("wb-state");

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("a[href^='#'], button");
  if (!target || event.defaultPrevented) return;
  if (target.matches("a")) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(target.getAttribute("href"), target);
  } else if (target.matches(".wb-ask")) ask(target.value);
  else if (target.matches(".wb-copy")) copyAnswer(target);
  else if (target.id === "wb-open") {
    openSheet();
    document.getElementById("wb-title").focus();
  } else if (target.id === "wb-close") leave();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) leave();
});
addEventListener("popstate", () => follow(true));

/** Put a question into Gradio's box and send it, as typing and Enter would. */
function ask(question) {
  closeSheet();
  const box = document.querySelector("#wb-box textarea");
  if (!box) return;
  setField(box, question);
  // The box sends what it holds after its own update.
  setTimeout(() => {
    box.focus();
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  }, 30);
}

function setField(field, value) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function tellState() {
  try {
    const response = await fetch("readyz");
    const { status, detail } = await response.json();
    state.hidden = status === "ready";
    state.dataset.state = status;
    if (status === "ready") return;
    const told = status === "failed" ? detail : `${detail} You can ask already; the answer comes as soon as it is ready.`;
    if (state.textContent !== told) state.textContent = told;
    if (status === "failed") return;
  } catch {
    state.hidden = false;
    state.textContent = "The server does not answer. Trying again…";
  }
  setTimeout(tellState, 700);
}

async function begin() {
  await follow(false);
  if (!document.getElementById("wb-page").childElementCount) {
    const listed = await fetchJson("api/documents");
    if (listed.length) showDocument(await getDocument(listed[0].id));
  }
}

watchQuotes();
tellState();
begin().catch((error) => say(error.message));
onDocument(() => {});
