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

function open(thumb) {
  const place = thumb.closest(".wb-thumbs");
  if (place.querySelector(".wb-sent")) return;
  for (const other of place.querySelectorAll(".wb-thumb")) other.setAttribute("aria-pressed", String(other === thumb));
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
    for (const other of place.querySelectorAll(".wb-thumb")) other.setAttribute("aria-pressed", "false");
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
    const done = document.createElement("p");
    done.className = "wb-sent";
    done.textContent = "Sent to the reviewers. Thank you.";
    form.replaceWith(done);
    say(done.textContent);
  } catch (error) {
    send.disabled = false;
    note.textContent = error.message;
    say(error.message);
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
