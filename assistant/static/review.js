// Picking sentences of the document as ideal quotes, and hiding the fields that an outcome has no use for.
const form = document.querySelector("form.case");

function addLine(name, text) {
  const field = form.elements[name];
  const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const at = lines.indexOf(text);
  if (at >= 0) return lines;
  lines.push(text);
  field.value = lines.join("\n");
  return lines;
}

function pressed() {
  const lines = form.elements.evidence.value.split("\n").map((line) => line.trim());
  for (const one of form.querySelectorAll(".pick")) one.setAttribute("aria-pressed", String(lines.includes(one.textContent)));
}

function fit() {
  const outcome = form.elements.outcome.value;
  const used = { evidence: outcome === "answered", facts: outcome === "answered", sections: outcome === "answered" };
  used.withheld = outcome === "answered" || outcome === "withheld";
  for (const [name, on] of Object.entries(used)) {
    form.elements[name].closest("label").hidden = !on;
    form.elements[name].disabled = !on;
  }
}

if (form) {
  form.addEventListener("click", (event) => {
    const one = event.target.closest(".pick");
    if (!one) return;
    const field = form.elements.evidence;
    const lines = field.value.split("\n").map((line) => line.trim());
    if (lines.includes(one.textContent)) field.value = lines.filter((line) => line !== one.textContent).join("\n");
    else {
      addLine("evidence", one.textContent);
      addLine("sections", one.dataset.section);
    }
    pressed();
  });
  form.elements.outcome.addEventListener("change", fit);
  form.elements.evidence.addEventListener("input", pressed);
  fit();
  pressed();
}
