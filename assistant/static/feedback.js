// Thumbs below an answer: one opens a line for an optional word, and sending says to whom it goes.
import { fetchJson } from "./document.js";
import { say } from "./panel.js";

/** Show the thumbs where the server wants them, and take clicks on them. */
export async function watchThumbs() {
  const { on } = await fetchJson("api/feedback").catch(() => ({ on: false }));
  if (!on) return;
  document.documentElement.classList.add("wb-feedback");
  document.addEventListener("click", (event) => {
    const thumb = event.target.closest?.(".wb-thumb");
    if (thumb) open(thumb);
  });
}

const SENT = "wardbook-thumbs"; // beside the conversation: [[which answer, verdict]]
const looked = new WeakSet();

function sentThumbs() {
  try {
    return new Map(JSON.parse(localStorage.getItem(SENT) ?? "[]"));
  } catch {
    return new Map();
  }
}

/** Show which answers were rated, also after the page was loaded anew. */
export function markRated(log) {
  const fresh = [...log.querySelectorAll(".wb-thumbs")].filter((place) => !looked.has(place));
  if (!fresh.length) return;
  const sent = sentThumbs();
  for (const place of fresh) {
    looked.add(place);
    const verdict = sent.size && sent.get(nameOf(given(place)));
    if (!verdict || place.querySelector(".wb-sent")) continue;
    press(place, verdict);
    place.append(thanks());
  }
}

/** Forget what was rated, with the conversation. */
export function forgetThumbs() {
  localStorage.removeItem(SENT);
}

const nameOf = (answer) => [answer.document?.version ?? "", answer.question, answer.text.length].join("\n");

function press(place, verdict) {
  for (const thumb of place.querySelectorAll(".wb-thumb")) thumb.setAttribute("aria-pressed", String(thumb.value === verdict));
}

function thanks() {
  const done = document.createElement("p");
  done.className = "wb-sent";
  done.textContent = "Sent to the reviewers. Thank you.";
  return done;
}

function open(thumb) {
  const place = thumb.closest(".wb-thumbs");
  if (place.querySelector(".wb-sent")) return;
  press(place, thumb.value);
  place.querySelector("form")?.remove();
  const form = document.createElement("form");
  form.className = "wb-why";
  const word = document.createElement("input");
  word.maxLength = 500;
  word.placeholder = thumb.value === "up" ? "What helped? (optional)" : "What is wrong? (optional)";
  word.setAttribute("aria-label", word.placeholder);
  const send = document.createElement("button");
  send.textContent = "Send";
  const note = document.createElement("p");
  note.textContent = "Your question, this answer and what was said before go to the reviewers of this server, and nowhere else.";
  form.append(word, send, note);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    post(place, form, thumb.value, word.value, send, note);
  });
  form.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    form.remove();
    press(place, null);
    thumb.focus();
  });
  place.append(form);
  word.focus();
}

async function post(place, form, verdict, word, send, note) {
  send.disabled = true;
  const answer = given(place);
  try {
    const response = await fetch("api/feedback", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ verdict, word, answer, history: before(place, answer) }),
    });
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail ?? "The server did not take it.");
    const done = thanks();
    form.replaceWith(done);
    say(done.textContent);
    keep(answer, verdict);
  } catch (error) {
    send.disabled = false;
    note.textContent = error.message;
    say(error.message);
  }
}

function keep(answer, verdict) {
  const kept = [...sentThumbs(), [nameOf(answer), verdict]].slice(-60); // more than a conversation holds
  try {
    localStorage.setItem(SENT, JSON.stringify(kept));
  } catch {
    // Full: the server has it all the same.
  }
}

const given = (place) => JSON.parse(place.querySelector(".wb-given").title);

/** Return what was said before an answer about the same document, oldest first, as the API takes it. */
function before(place, answer) {
  const all = [...document.querySelectorAll(".wb-thumbs")];
  const earlier = all.slice(0, all.indexOf(place)).map(given);
  return earlier
    .filter((one) => one.document?.id === answer.document?.id)
    .slice(-30)
    .flatMap((one) => [
      { role: "user", content: one.question },
      { role: "assistant", content: one.text },
    ]);
}
