// Filters, keys and links to one case. Without this script every case can still be opened and read.
const cases = [...document.querySelectorAll(".case")];
const search = document.getElementById("q");
const choices = ["status", "suite", "expected", "given", "kind"]
  .map((name) => [name, document.getElementById(`f-${name}`)])
  .filter(([, field]) => field);
const texts = new Map(cases.map((one) => [one, `${one.id} ${one.textContent}`.toLowerCase().replace(/\s+/g, " ")]));

function matches(one, words) {
  if (!words.every((word) => texts.get(one).includes(word))) return false;
  return choices.every(([name, { value }]) => {
    if (!value) return true;
    if (name !== "status") return one.dataset[name] === value;
    if (value === "changed") return "change" in one.dataset;
    return value.startsWith("k-") ? one.dataset.change === value.slice(2) : one.classList.contains(value);
  });
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of cases) {
    one.hidden = !matches(one, words);
    shown += !one.hidden;
  }
  for (const heading of document.querySelectorAll(".suite-name")) {
    let next = heading.nextElementSibling;
    while (next?.matches(".case[hidden]")) next = next.nextElementSibling;
    heading.hidden = !next?.matches(".case");
  }
  document.getElementById("count").textContent = shown === cases.length ? `${shown} cases` : `${shown} of ${cases.length} cases`;
  document.getElementById("none").hidden = shown > 0;
}

function showAll() {
  search.value = "";
  for (const [, field] of choices) field.value = "";
  filter();
}

function follow() {
  const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!one?.matches(".case")) return;
  if (one.hidden) showAll();
  one.open = true;
  one.scrollIntoView();
  one.querySelector("summary").focus({ preventScroll: true });
}

function step(by) {
  const shown = cases.filter((one) => !one.hidden);
  const at = shown.indexOf(document.activeElement.closest?.(".case"));
  const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1)];
  next?.querySelector("summary").focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.querySelector("form.bar").addEventListener("submit", (event) => event.preventDefault());
document.querySelector("form.bar").addEventListener("input", filter);
document.getElementById("reset").addEventListener("click", showAll);
addEventListener("hashchange", follow);
addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    showAll();
    document.activeElement.blur();
  } else if (typing) return;
  else if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "f") {
    const status = document.getElementById("f-status");
    status.value = status.value === "failed" ? "" : "failed";
    filter();
  }
});
filter();
follow();
