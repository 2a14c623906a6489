// Copy an answer with its sources, as text or as Markdown.
import { say } from "./panel.js";
import { quoteOf } from "./quotes.js";

export async function copyAnswer(button) {
  const answer = button.closest(".wb-answer");
  const text = await written(answer, button.value === "markdown");
  const done = await toClipboard(text);
  const label = button.textContent;
  button.textContent = done ? "Copied" : "Could not copy";
  say(button.textContent);
  setTimeout(() => (button.textContent = label), 1600);
}

async function written(answer, markdown) {
  const lines = [];
  const sources = new Map();
  for (const element of answer.querySelectorAll(".wb-said, li, .wb-locked, .wb-notice")) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".wb-sr").forEach((hidden) => hidden.remove());
    const links = [...copy.querySelectorAll("a.wb-cite")];
    for (const link of links) {
      sources.set(link.textContent, link);
      link.replaceWith(`[${link.textContent}]`);
    }
    const words = copy.textContent.replace(/\s+/g, " ").trim();
    if (element.matches("li")) lines.push(markdown ? `- ${words}` : `• ${words}`);
    else lines.push("", words, "");
  }
  const title = [];
  for (const [number, link] of sources) {
    const quoted = await quoteOf(link).catch(() => null);
    if (!quoted) continue;
    title[0] = quoted.title;
    const address = new URL(link.getAttribute("href"), location.href.split("#")[0]).href;
    lines.push(
      markdown ? `\n[${number}] ${quoted.title}, *${quoted.section}*: [“${quoted.quote}”](${address})` : `[${number}] ${quoted.section}: “${quoted.quote}”`,
    );
  }
  if (title.length && !markdown) lines.push("", `From: ${title[0]}`);
  return lines.join("\n").replace(/\n{3,}/g, "\n\n").trim() + "\n";
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A page served over plain http has no clipboard: select a field and copy it the old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
