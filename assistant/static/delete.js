// Asks before a conversation is deleted: Gradio's own button hears a click only once that was answered with yes.
import { forgetThumbs } from "./feedback.js";

const dialog = document.getElementById("wb-delete-dialog");
let isMeant = false;

export function watchDelete() {
  document.addEventListener("click", (event) => {
    if (isMeant || !event.target.closest?.("#wb-clear")) return;
    event.stopPropagation();
    event.preventDefault();
    dialog.showModal();
    // By hand: the attribute `autofocus` is complained of in the widget's frame as soon as the page is read.
    dialog.querySelector("button[value=cancel]").focus();
  }, true);
  dialog.addEventListener("click", (event) => {
    const kind = event.target.closest("button")?.value;
    if (event.target === dialog || kind) dialog.close(); // gives the focus back to the button
    if (kind === "delete") remove();
  });
}

function remove() {
  isMeant = true;
  document.getElementById("wb-clear").click();
  isMeant = false;
  forgetThumbs();
  document.querySelector("#wb-box textarea").focus(); // the button goes with the conversation
}
