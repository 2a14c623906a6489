// What the chat needs beside Gradio: asking from a button, telling which document is shown, where to scroll, and names
// for a screen reader that are not HTML source.
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

/** Put a question into the box and send it, as typing and Enter would. */
export function ask(question) {
  const box = document.querySelector("#wb-box textarea");
  if (!box) return;
  setField(box, question);
  // Gradio sends what its own state holds, which follows the field one task later.
  setTimeout(() => {
    box.focus();
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

/** Keep what is typed, or asked and not yet answered, when the page is loaded anew: so it is after a lost server. */
export function keepDraft() {
  addEventListener("pagehide", () => {
    const box = document.querySelector("#wb-box textarea");
    if (box) remember(DRAFT, box.value); // a page that is left before its box is there keeps what the last one kept
  });
  whenThere("#wb-box textarea", (box) => {
    const draft = remembered(DRAFT) || remembered(PENDING);
    remember(PENDING, "");
    if (draft && !box.value) setField(box, draft);
  });
}

// A question is pending from the word that it is awaited until an answer or an error stands below it.
function watchPending(log) {
  const asked = [...log.querySelectorAll(".wb-question")].at(-1)?.innerText.trim();
  if (!asked) return;
  if (log.querySelector(".wb-waiting")) remember(PENDING, asked);
  else if (remembered(PENDING) === asked && log.querySelector(".message-row:last-child :is(.wb-answer, .wb-error)")) remember(PENDING, "");
}

/** Keep the question that was asked last at the top of the log, so that an answer is read from its beginning. */
export function watchLog() {
  whenThere("#wb-chat [role='log']", (log) => {
    let questions = 0;
    let answers = 0;
    const look = () => {
      mend(log);
      watchPending(log);
      const rows = log.querySelectorAll(".user-row");
      const replies = log.querySelectorAll(".bot-row").length;
      const awaited = log.querySelector(".wb-waiting");
      // Gradio makes the question's row before the answer's, which gives the room to scroll: look again at each.
      if (rows.length && (rows.length !== questions || replies !== answers || awaited)) {
        const last = rows[rows.length - 1].querySelector(".wb-question") ?? rows[rows.length - 1];
        log.style.setProperty("--wb-room", `${Math.max(0, log.clientHeight - last.offsetHeight - 36)}px`);
        log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 10;
      }
      if (replies !== answers) fetchCited(log); // so that paper, which can't wait, has the quotes
      questions = rows.length;
      answers = replies;
    };
    new MutationObserver(look).observe(log, { childList: true, subtree: true, attributeFilter: ["aria-label", "role"] });
    look();
  });
}

/** Mend Gradio's toasts: a button within a button is none for a screen reader. */
export function watchToasts() {
  new MutationObserver(() => {
    for (const head of document.querySelectorAll(".toast-header[role='button']")) {
      head.removeAttribute("role");
      head.removeAttribute("tabindex");
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
