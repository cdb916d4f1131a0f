// Tables that are sorted and filtered, and the way from a finding to the graph.
"use strict";
(() => {
const UNITS = { ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12, d: 8.64e13 };

// What a cell is sorted by: its number, in the unit that it names, or its text.
function key(cell) {
  if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
  const text = cell.textContent.trim();
  if (!cell.classList.contains("number")) return text;
  if (text === "" || text === "–") return -Infinity;
  const match = text.replace(/,/g, "").match(/^[±+]?\s*(-?[\d.]+)\s*(\S*)/);
  return match ? Number(match[1]) * (UNITS[match[2]] || 1) : text;
}

const order = new Intl.Collator("en", { numeric: true });
function compare(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b || 0 : order.compare(String(a), String(b));
}

function sort(table, heading) {
  const column = heading.cellIndex;
  const down = heading.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows].map(row => ({ row, key: key(row.cells[column]) }));
  rows.sort((a, b) => (down ? -1 : 1) * compare(a.key, b.key));
  body.append(...rows.map(r => r.row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
}

function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    if (!heading.textContent) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading));
    heading.append(button);
  }
}

// Rows that have all of the words. `severity:error` and the like need no syntax: the word is there.
function makeFilterable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 5) return;
  const texts = rows.map(row => row.textContent.toLowerCase());
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  input.type = "search";
  label.className = "filter";
  label.append("Filter ", input, " ", count);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every(word => texts[i].includes(word));
      left += !row.hidden;
    });
    count.textContent = words.length ? `${left} of ${rows.length}` : "";
  });
  table.parentElement.before(label);
}

for (const table of document.querySelectorAll("table.sortable")) {
  makeFilterable(table);
  makeSortable(table);
}

// Paper has nothing to unfold.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("#what-happened details")) folded.open = true;
});

// --- to the graph ---------------------------------------------------------------------------

function jump(text, name, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jump";
  button.textContent = text;
  button.setAttribute("aria-label", name);
  button.addEventListener("click", action);
  return button;
}

if (window.reportGraph) {
  const finding = (id, place) => {
    if (reportGraph.hasFinding(id))
      place.prepend(jump("Show", `Show finding ${id} in the graph`, () => reportGraph.showFinding(id)), " ");
  };
  for (const row of document.querySelectorAll("tr[data-finding]"))
    finding(Number(row.dataset.finding), row.cells[6]);
  for (const item of document.querySelectorAll("#what-happened li")) {
    const match = item.firstChild?.nodeType === Node.TEXT_NODE && item.firstChild.data.match(/^Finding (\d+)/);
    if (match) finding(Number(match[1]), item);
  }
  for (const row of document.querySelectorAll("tr[data-connection]")) {
    const id = Number(row.dataset.connection);
    if (reportGraph.hasConnection(id))
      row.cells[1].prepend(jump("Show", `Show connection ${id} in the graph`, () => reportGraph.showConnection(id)), " ");
  }
}
})();
