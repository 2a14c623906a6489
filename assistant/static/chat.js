// What the chat needs beside Gradio: asking from a button, telling which document is shown, where to scroll, and names
// for a screen reader that are not HTML source.
import { markRated } from "./feedback.js";
import { fetchCited } from "./transcript.js";

/** Call back with the first element that matches, now or when Gradio has made it. */
function whenThere(selector, found) {
  const element = document.querySelector(selector);
  if (element) return found(element);
  new MutationObserver((_, observer) => {
    const late = document.querySelector(selector);
    if (!late) return;
    observer.disconnect();
    found(late);
  }).observe(document.body, { childList: true, subtree: true });
}

function setField(field, value) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put a question into the box and send it, as typing and Enter would; what was typed there comes back behind it. */
export function ask(question) {
  const box = document.querySelector("#wb-box textarea");
  if (!box) return;
  if (box.value.trim() !== question) held = box.value;
  setField(box, question);
  // Gradio sends what its own state holds, which follows the field one task later.
  setTimeout(() => {
    if (!matchMedia("(pointer: coarse)").matches) box.focus(); // a keyboard on the screen would hide the answer
    box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true }));
  }, 30);
}

/** Tell the server which document the next question is about. */
export function tellDocument(id) {
  whenThere("#wb-document textarea", (field) => field.value !== id && setField(field, id));
}

/** Put the cursor into the box, unless the reader is elsewhere: at a place of the document, or in another field. */
export function focusBox(mayComeFromElsewhere = false) {
  whenThere("#wb-box textarea", (box) => {
    const isFree = document.activeElement === document.body;
    if (isFree && (mayComeFromElsewhere || !location.hash)) box.focus({ preventScroll: true });
  });
}

const only = new URLSearchParams(location.search).get("document") ?? "";
const DRAFT = `wardbook-draft${only}`;
const PENDING = `wardbook-pending${only}`;
const TRIES = `wardbook-tries${only}`;
const MOST_TRIES = 3; // a question that brings the server down is not asked for ever

/** What this tab remembers over a reload; nothing where the browser forbids storage. */
function remembered(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function remember(name, text) {
  try {
    if (text) sessionStorage.setItem(name, text);
    else sessionStorage.removeItem(name);
  } catch {
    // As above.
  }
}

/** Keep what is typed when the page is loaded anew, and ask again what was asked and not answered: after a lost server. */
export function keepDraft() {
  addEventListener("pagehide", () => {
    const box = document.querySelector("#wb-box textarea");
    if (!box) return; // a page that is left before its box is there keeps what the last one kept
    const pending = remembered(PENDING);
    const isSent = pending && box.value.trimStart().startsWith(pending);
    remember(DRAFT, isSent ? box.value.trimStart().slice(pending.length).trimStart() || held : box.value);
    // Not heard here: this page was left before it could ask again what an earlier one had asked.
    if (wasHeard && !isSent && !document.querySelector("#wb-chat .wb-waiting")) remember(PENDING, "");
  });
  whenThere("#wb-box textarea", (box) => {
    const draft = remembered(DRAFT);
    const pending = remembered(PENDING);
    const tries = Number(remembered(TRIES));
    const isHopeless = tries >= MOST_TRIES;
    if (isHopeless) for (const name of [PENDING, TRIES]) remember(name, "");
    const text = [isHopeless ? pending : "", draft].filter(Boolean).join(" ");
    if (text && !box.value) setField(box, text);
    if (!pending || isHopeless) return;
    whenRestored(() => {
      remember(TRIES, String(tries + 1));
      ask(pending);
    });
  });
}

/** Call back when Gradio has put back the conversation: a question that came before would begin a new one. */
function whenRestored(work, patience = 100) {
  const isRestored = performance.getEntriesByType("resource").some((one) => one.name.includes("/gradio_api/run/predict"));
  if (isRestored || !patience) setTimeout(work, 50);
  else setTimeout(() => whenRestored(work, patience - 1), 100);
}

// A question is pending from Enter until an answer or an error stands below it.
function watchPending(log) {
  const pending = remembered(PENDING);
  if (!pending || log.querySelector(".wb-waiting")) return;
  const asked = [...log.querySelectorAll(".wb-question")].at(-1)?.innerText ?? "";
  if (squeezed(asked) !== squeezed(pending) || !log.querySelector(".message-row:last-child :is(.wb-answer, .wb-error)")) return;
  if (sent) return; // the same question once more, which stands in the box yet
  remember(PENDING, "");
  remember(TRIES, "");
}

const squeezed = (text) => text.replace(/\s+/g, " ").trim();

// What was sent and does not stand in the log yet. It stays in the box until then, so that a refusal or a lost server
// leaves it there; what is typed behind it meanwhile stays for good.
let sent = "";
let held = ""; // typed before a button asked something else
let wasHeard = false; // has anything been sent from this page

/** Tell at once that a question was heard, and take it out of the box when it stands in the log. */
export function watchBox() {
  whenThere("#wb-box textarea", (box) => {
    const hear = () => {
      sent = box.value.trim();
      if (!sent) return;
      wasHeard = true;
      remember(PENDING, sent);
      document.getElementById("wb-asking").classList.add("wb-heard");
    };
    box.addEventListener("keypress", (event) => event.key === "Enter" && !event.shiftKey && hear());
    document.querySelector("#wb-box .submit-button").addEventListener("click", hear);
    document.getElementById("wb-asking").addEventListener("animationend", (event) => event.currentTarget.classList.remove("wb-heard"));
  });
}

function emptyBox() {
  const box = document.querySelector("#wb-box textarea");
  const typed = box?.value.trimStart() ?? "";
  if (sent && typed.startsWith(sent)) setField(box, typed.slice(sent.length).trimStart() || held);
  sent = held = "";
}

let answered = () => {};

/** Call back with the address of the document of each new answer, and of the last one of a conversation put back. */
export function onAnswer(told) {
  answered = told;
  tellAnswer(document.querySelector("#wb-chat [role='log']"));
}

function tellAnswer(log) {
  const last = [...(log?.querySelectorAll(".bot-row") ?? [])].at(-1)?.querySelector(".wb-home a");
  if (last) answered(last.getAttribute("href"));
}

/** Keep the question that was asked last at the top of the log, so that an answer is read from its beginning. */
export function watchLog() {
  whenThere("#wb-chat [role='log']", (log) => {
    let questions = 0;
    let answers = 0;
    let waits = false;
    let wasAwaited = false;
    const look = () => {
      waits = false;
      mend(log);
      markRated(log);
      const rows = log.querySelectorAll(".user-row");
      const replies = log.querySelectorAll(".bot-row");
      const awaited = log.querySelector(".wb-waiting");
      if (rows.length > questions) emptyBox();
      watchPending(log);
      // Gradio makes the question's row before the answer's, which gives the room to scroll: look again at each.
      if (rows.length && (rows.length !== questions || replies.length !== answers || awaited)) {
        const last = rows[rows.length - 1].querySelector(".wb-question") ?? rows[rows.length - 1];
        replies[replies.length - 1]?.style.setProperty("--wb-room", `${Math.max(0, log.clientHeight - last.offsetHeight - 36)}px`);
        log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 10;
      }
      if (replies.length !== answers || (wasAwaited && !awaited)) tellAnswer(log);
      wasAwaited = Boolean(awaited);
      if (replies.length !== answers) fetchCited(log); // so that paper, which can't wait, has the quotes
      questions = rows.length;
      answers = replies.length;
    };
    // Once a frame: each look makes the browser lay out the whole conversation.
    const soon = () => {
      if (!waits) requestAnimationFrame(look);
      waits = true;
    };
    new MutationObserver(soon).observe(log, { childList: true, subtree: true, attributeFilter: ["aria-label", "role"] });
    look();
  });
}

/** Mend Gradio's toasts: a button within a button is none for a screen reader. Call back at each new one. */
export function watchToasts(told) {
  new MutationObserver(() => {
    for (const head of document.querySelectorAll(".toast-header[role='button']")) {
      head.removeAttribute("role");
      head.removeAttribute("tabindex");
      told();
    }
  }).observe(document.body, { childList: true, subtree: true });
}

// Gradio names each message by its source ("bot's message: <div ...") and makes the empty state a landmark inside the log.
function mend(log) {
  for (const message of log.querySelectorAll("[data-testid='bot'], [data-testid='user']")) {
    const who = message.dataset.testid === "bot" ? "Wardbook" : "You";
    if (message.getAttribute("aria-label") !== who) message.setAttribute("aria-label", who);
    if (message.getAttribute("role") !== "group") message.setAttribute("role", "group");
  }
  log.querySelector(".placeholder-content[role='complementary']")?.removeAttribute("role");
}
