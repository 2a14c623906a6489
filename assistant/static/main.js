// Wires the page: clicks in the chat and the document, the state of the server, the first document.
import { ask, focusBox, keepDraft, onAnswer, tellDocument, watchBox, watchLog, watchToasts } from "./chat.js";
import { copyAnswer, copyLink } from "./copy.js";
import { watchDelete } from "./delete.js";
import { fetchJson, getDocument } from "./document.js";
import { isEmbedded, onEntered, tellHost, wearAccent } from "./embedded.js";
import { offerExport, watchExport } from "./export.js";
import { watchThumbs } from "./feedback.js";
import { follow, go, leave, offer, onDocument, openOverChat, say, showAll, showDocument, shownDocument, tell, turnTo } from "./panel.js";
import { watchQuotes } from "./quotes.js";

const state = document.getElementById("wb-state");
const [sentence, signIn] = state.children;

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
  } else if (target.matches(".wb-choose")) choose(target.value);
  else if (target.matches(".wb-copy")) copyAnswer(target);
  else if (target.id === "wb-link") copyLink(target);
  else if (target.id === "wb-export") offerExport();
  else if (target.id === "wb-again") location.reload(); // the server leads on to where one signs in, and back
  else if (target.id === "wb-close") leave();
  else if (target.id === "wb-open") openOverChat(target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  // The innermost thing closes first: the quote, the place in the document, then the widget around all of it.
  if (!leave()) tellHost("close");
});
addEventListener("popstate", () => follow(true));

/** Ask a question again, of the document that was chosen for it: "ID QUESTION". */
async function choose(value) {
  const [id, ...words] = value.split(" ");
  await go(`#${id}`, null);
  if (shownDocument()?.id === decodeURIComponent(id)) ask(words.join(" "));
}

const SOON_MS = 700;
const LATER_MS = { ready: 10_000, failed: 10_000, out: 5_000 };
const SIGNED_OUT = "You are no longer signed in. This conversation and what you have typed are kept.";
let failures = 0; // in a row
let next = 0;

// Asks the server how it is: often while it loads or is lost, now and then when all is well.
async function tellState() {
  clearTimeout(next);
  let status = "lost";
  let told = "The server does not answer. Trying again…";
  try {
    const found = await fetchJson("api/state", { redirect: "manual" });
    ({ status } = found);
    told = status === "failed" ? found.detail : `${found.detail} You can ask already: the answer comes as soon as it is ready.`;
    // A server that was lost has forgotten this page: load it anew. Conversation, place and question are kept.
    if (failures > 1) return location.reload();
    failures = 0;
  } catch (error) {
    // One failure may be a proxy's hiccup; a sentence of the server is worth reading.
    if (error.isTold) told = error.message;
    if (error.isSignedOut) [status, told] = ["out", SIGNED_OUT];
    failures++;
  }
  const isFine = status === "ready" || (status === "lost" && failures === 1 && navigator.onLine);
  state.hidden = isFine;
  state.dataset.state = status;
  if (!isFine && sentence.textContent !== told) sentence.textContent = told;
  signIn.hidden = status !== "out";
  clearTimeout(next);
  next = setTimeout(tellState, LATER_MS[status] ?? SOON_MS);
}

async function begin() {
  const listed = await fetchJson("api/documents").catch(() => null);
  if (!listed) return setTimeout(begin, SOON_MS); // `tellState` tells it meanwhile
  const only = new URLSearchParams(location.search).get("document");
  const chosen = listed.filter((one) => one.id === only);
  offer(chosen.length ? chosen : listed);
  if (listed.length > 1) {
    // The server reads this: one document and no other, the one that the conversation is about, or none yet.
    onDocument((found) => tellDocument(chosen.length ? `=${found.id}` : (found?.id ?? "*")));
    if (!chosen.length) {
      document.documentElement.classList.add("wb-several");
      onAnswer(turnTo);
    }
  }
  await follow(false);
  // An address that names no document of ours has said so; something to read is better than an empty page.
  if (!shownDocument() && (chosen.length || listed.length === 1)) showDocument(await getDocument((chosen[0] ?? listed[0]).id));
  else if (!shownDocument() && listed.length) showAll(false);
  if (only && !chosen.length) tell(`There is no document “${only}” here.`);
}

document.documentElement.classList.toggle("wb-embedded", isEmbedded);
wearAccent();
onEntered(() => focusBox(true));
watchQuotes();
watchThumbs();
watchLog();
watchBox();
watchToasts(tellState);
watchExport();
watchDelete();
keepDraft();
if (!isEmbedded) focusBox();
tellState();
begin().catch((error) => say(error.message));
tellHost("ready");
