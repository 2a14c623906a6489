// Copy an answer with its sources, as text or as Markdown; copy the link of the place that is shown.
import { say } from "./panel.js";
import { asMarkdown, asText, fetchCited, readAnswer } from "./transcript.js";

const waiting = new WeakMap(); // button to the timer that gives its name back

export async function copyAnswer(button) {
  const element = button.closest(".wb-answer");
  await fetchCited(element);
  const answer = readAnswer(element);
  const isMarkdown = button.value === "markdown";
  await copied(button, isMarkdown ? asMarkdown(answer) : asText(answer), isMarkdown ? "Copied as Markdown" : "Copied as text");
}

/** Copy the address of the page at this place, without what a frame was opened with. */
export async function copyLink(button) {
  await copied(button, location.origin + location.pathname + location.hash, "Link copied");
}

async function copied(button, text, sentence) {
  button.dataset.name ??= button.textContent; // a second click comes while the first is still told
  const done = await toClipboard(text);
  button.textContent = done ? sentence : "Could not copy";
  say(button.textContent);
  clearTimeout(waiting.get(button));
  waiting.set(button, setTimeout(() => (button.textContent = button.dataset.name), 2000));
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page served over plain http has no clipboard: select a field and copy it the old way.
    const from = document.activeElement;
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    from?.focus();
    return done;
  }
}
