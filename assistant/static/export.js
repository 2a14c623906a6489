// Take a conversation along: as Markdown, as a page of its own, on paper (and so as PDF). All of it is made here, in the browser.
import { make } from "./document.js";
import { say } from "./panel.js";
import { addSources, conversationAsHtml, conversationAsMarkdown, readAnswer, readConversation } from "./transcript.js";

const dialog = document.getElementById("wb-export-dialog");

export function watchExport() {
  dialog.addEventListener("click", (event) => {
    const kind = event.target.closest("button")?.value;
    if (event.target === dialog || kind) dialog.close();
    if (kind === "markdown") save("md", "text/markdown", conversationAsMarkdown(readConversation(), now()));
    if (kind === "html") save("html", "text/html", conversationAsHtml(readConversation(), now()));
    if (kind === "print") print();
  });
  addEventListener("beforeprint", addPrinted);
  addEventListener("afterprint", () => document.querySelectorAll(".wb-printed").forEach((one) => one.remove()));
}

export function offerExport() {
  dialog.showModal();
}

function now() {
  return new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

function save(ending, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const day = new Date().toISOString().slice(0, 10);
  make("a", { href: address, download: `wardbook-${day}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  say("Saved.");
}

// On paper a number is no link: what it stands for is written below each answer.
function addPrinted() {
  for (const element of document.querySelectorAll("#wb-chat .wb-answer")) {
    const box = make("div", { class: "wb-printed" });
    const add = (parent, tag, text = "", attributes = {}) => {
      const made = make(tag, attributes, text);
      parent.append(made);
      return made;
    };
    if (addSources(readAnswer(element), add, box)) element.append(box);
  }
}
