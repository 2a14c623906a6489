// The page about embedding: fills in this server's address, makes the line for the chosen options, tries it here.
const base = new URL("./", location.href);
const field = (id) => document.getElementById(id);
const fields = ["document", "title", "accent", "side", "lang", "theme", "kind", "file"].map(field);
const versioned = document.querySelector("meta[name='wardbook-versioned']").content;
const integrity = document.querySelector("meta[name='wardbook-integrity']").content;

function options() {
  const [id, title, accent, side, lang, theme, kind] = fields.map((one) => one.value.trim());
  return {
    document: id,
    title,
    accent: accent === "#14606b" ? "" : accent,
    side: kind ? "" : side,
    lang,
    theme,
    open: kind === "open" ? "#ask-wardbook" : "",
    inline: kind === "inline" ? "#wardbook-here" : "",
  };
}

const quoted = (value) => value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

function line() {
  const isVersioned = field("file").value === "versioned";
  const attributes = [`src="${base.href}${isVersioned ? versioned : "widget.js"}"`];
  if (isVersioned) attributes.push(`integrity="${integrity}"`, 'crossorigin="anonymous"');
  for (const [name, value] of Object.entries(options())) if (value) attributes.push(`data-${name}="${quoted(value)}"`);
  const place = { open: '<button type="button" id="ask-wardbook">Ask about this</button>\n', inline: '<div id="wardbook-here" style="height: 40rem"></div>\n' };
  return `${place[field("kind").value] ?? ""}<script ${attributes.join("\n        ")} defer></script>`;
}

function write() {
  field("snippet").textContent = line();
}

function tell(sentence) {
  field("told").textContent = sentence;
}

async function copy() {
  const selection = getSelection();
  selection.selectAllChildren(field("snippet"));
  try {
    await navigator.clipboard.writeText(line());
    tell("Copied.");
  } catch {
    tell(document.execCommand("copy") ? "Copied." : "Could not copy; the line is selected.");
  }
}

/** Load the widget once more with the chosen options, as the line would on another page. */
function tryHere() {
  document.getElementById("ask-wardbook")?.remove();
  const script = document.createElement("script");
  script.src = new URL("widget.js", base);
  for (const [name, value] of Object.entries(options())) if (value) script.dataset[name] = value;
  const kind = field("kind").value;
  field("wardbook-here").classList.toggle("shown", kind === "inline");
  if (kind === "open") {
    const button = document.createElement("button");
    button.type = "button";
    button.id = "ask-wardbook";
    button.textContent = "Ask about this";
    field("try").after(" ", button);
  }
  script.addEventListener("load", () => tell(kind === "inline" ? "Below." : kind === "open" ? "Press “Ask about this”." : "Look at the lower corner."));
  document.body.append(script);
}

for (const one of document.querySelectorAll(".base")) one.textContent = base.href;
for (const one of document.querySelectorAll(".host")) one.textContent = base.origin;
for (const one of fields) one.addEventListener("input", write);
field("copy").addEventListener("click", copy);
field("try").addEventListener("click", tryHere);
write();
const listed = await fetch(new URL("api/documents", base)).then((response) => (response.ok ? response.json() : []));
field("document").append(...listed.map((one) => new Option(one.title, one.id)));
