// The time-sequence graph: dygraphs draws axes, zooms, pans and finds what is under the pointer. Texts from
// the case reach the page as textContent only.
"use strict";
(() => {
const view = document.getElementById("graph-view");
if (!graphData || !view || typeof Dygraph === "undefined") return;
const { data, THINNED, KIND_MARK, KIND_WINDOW, decode, direct, firstFrom, frameName, thin, words } = graphData;
const { drawSeries, drawLabels, drawSign } = graphDraw;

// --- what is shown --------------------------------------------------------------------------

const decoded = new Map();
let current = null, shown = null, g = null, thinned = null, selected = -1;
let evidence = [], evidenceSet = new Set();

// dygraphs calls it for each series; the words lie above all of them.
function plot(e) {
  drawSeries(e, current, current.series[e.dygraph.getPropertiesForSeries(e.setName).column - 1], shown.at);
  if (e.seriesIndex === e.seriesCount - 1) drawLabels(e.drawingContext, e.plotArea, e.dygraph, current, evidence);
}

// SYNs alone have no height: their axis begins at the ISN all the same, and not below it.
const LEAST_BYTES = 100;

function extent() {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < current.n; i++) {
    low = Math.min(low, current.y[i]);
    high = Math.max(high, current.y[i] + current.len[i] / 2);
  }
  high = Math.max(high, low + LEAST_BYTES);
  const pad = (high - low) * 0.04;
  const first = current.n ? current.t[0] : 0, last = current.n ? current.t[current.n - 1] : 1;
  const margin = (last - first || 1e-3) * 0.02;
  return [first - margin, last + margin, low - pad, high + pad];
}

function show(x0, x1, y0, y1) {
  const least = 2e-9;
  if (x1 - x0 < least) [x0, x1] = [x0 - least, x1 + least];
  if (y1 - y0 < 20) [y0, y1] = [(y0 + y1) / 2 - 10, (y0 + y1) / 2 + 10];
  const size = plotArea();
  shown = thin(current, x0, x1, y0, y1, size.width, size.height, evidenceSet);
  thinned = [x0, x1, y0, y1];
  const options = {
    file: shown.rows, labels: ["seconds", ...current.series.map(s => s.name)],
    dateWindow: [x0, x1], valueRange: [y0, y1],
  };
  if (g) g.updateOptions(options);
  else g = new Dygraph(plotElement, shown.rows, { ...options, ...settings });
  describe();
}

function plotArea() {
  return { width: Math.max(200, plotElement.clientWidth - 90), height: Math.max(150, plotElement.clientHeight - 50) };
}

// After dygraphs has moved the window by itself: thin out for what is seen now.
let pending = false;
function moved() {
  if (!g || pending) return;
  const now = [...g.xAxisRange(), ...g.yAxisRange()];
  if (now.every((v, k) => v === thinned[k])) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    show(...g.xAxisRange(), ...g.yAxisRange());
  });
}

function zoom(factor, centre) {
  const [x0, x1] = g.xAxisRange(), [y0, y1] = g.yAxisRange();
  const [cx, cy] = centre || [(x0 + x1) / 2, (y0 + y1) / 2];
  show(cx - (cx - x0) * factor, cx + (x1 - cx) * factor, cy - (cy - y0) * factor, cy + (y1 - cy) * factor);
}

function pan(right, up) {
  const [x0, x1] = g.xAxisRange(), [y0, y1] = g.yAxisRange();
  const dx = (x1 - x0) * right, dy = (y1 - y0) * up;
  show(x0 + dx, x1 + dx, y0 + dy, y1 + dy);
}

function whole() {
  show(...extent());
}

// The segments around which a person wants to look, with some room.
function showAround(indices) {
  const all = extent();
  let x0 = Infinity, x1 = -Infinity, y0 = Infinity, y1 = -Infinity;
  for (const i of indices) {
    x0 = Math.min(x0, current.t[i]);
    x1 = Math.max(x1, current.t[i]);
    y0 = Math.min(y0, current.y[i] - current.len[i] / 2);
    y1 = Math.max(y1, current.y[i] + current.len[i] / 2);
  }
  const px = Math.max((x1 - x0) * 0.3, Math.min((all[1] - all[0]) / 100, 0.05));
  const py = y1 > y0 ? Math.max((y1 - y0) * 0.3, (all[3] - all[2]) / 100) : LEAST_BYTES / 2;
  show(x0 - px, x1 + px, Math.max(y0 - py, all[2]), Math.min(y1 + py, all[3]));
}

function select(id, dir) {
  const meta = data.connections.find(c => c.id === id);
  if (!meta) return false;
  if (!decoded.has(id)) decoded.set(id, decode(meta));
  const c = decoded.get(id);
  const wanted = dir ?? meta.dir;
  const fresh = c !== current || c.dir !== wanted;
  if (c !== current) {
    evidence = [];
    evidenceSet = new Set();
    selected = -1;
  }
  current = c;
  if (fresh) direct(c, wanted);
  connectionSelect.value = String(id);
  dirSelect.value = String(c.dir);
  if (!fresh) return true;
  if (g) g.destroy();
  g = null;
  legend();
  readout.textContent = "Point at a segment, or go to one with the arrow keys.";
  noteLine.textContent = note();
  return true;
}

function note() {
  const left = current.meta.left_out;
  const number = n => n.toLocaleString("en");
  return `${number(current.n)} segments of this connection are in the page` +
    (left ? `, ${number(left)} plain ones are left out.` : ".") +
    (data.others ? ` ${number(data.others)} more connections with findings have no graph here: see --max-plots.` : "");
}

function say(i) {
  selected = i;
  readout.textContent = words(current, i, evidence);
  plotElement.dataset.segment = frameName(current, i);
}

// Goes to a segment by key or from the list: it is brought into the window if it is not there.
function goTo(i) {
  if (i < 0 || i >= current.n) return;
  const [x0, x1] = g.xAxisRange(), [y0, y1] = g.yAxisRange();
  const x = current.t[i], y = current.y[i];
  if (x < x0 || x > x1 || y < y0 || y > y1)
    show(x - (x1 - x0) / 2, x + (x1 - x0) / 2, y - (y1 - y0) / 2, y + (y1 - y0) / 2);
  const row = shown.at.indexOf(i);
  if (row >= 0) {
    const series = shown.rows[row].findLastIndex((v, k) =>
      k > 0 && v !== null && current.series[k - 1].kind !== KIND_WINDOW);
    g.setSelection(row, current.series[series - 1].name);
  }
  say(i);
}

// Another segment by its place among those that satisfy `wanted`.
function step(direction, wanted) {
  const [x0] = g.xAxisRange();
  let i = selected >= 0 ? selected + direction : firstFrom(current, x0);
  while (i >= 0 && i < current.n && !wanted(i)) i += direction;
  goTo(i);
}

// --- the parts of the page ------------------------------------------------------------------

function element(name, properties, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {}))
    if (key.includes("-") || key === "role") e.setAttribute(key, value); else e[key] = value;
  e.append(...children);
  return e;
}
const button = (text, title, onclick) => element("button", { type: "button", title, onclick, "aria-label": title }, text);

const connectionSelect = element("select", { id: "graph-connection" },
  ...data.connections.map(c => element("option", { value: String(c.id) }, `${c.id}: ${c.client} > ${c.server} (${c.outcome})`)));
const dirSelect = element("select", { id: "graph-dir" },
  element("option", { value: "1" }, "the server"), element("option", { value: "0" }, "the client"));
const plotElement = element("div", { id: "plot", tabIndex: 0, role: "application", "aria-label": "Time-sequence graph",
  "aria-describedby": "graph-help" });
const readout = element("p", { id: "graph-readout", role: "status", "aria-live": "polite" });
const noteLine = element("p", { id: "graph-note", className: "help" });
const seriesBox = element("fieldset", { id: "graph-series" });
const list = element("ol", { id: "graph-list" });
const listBox = element("details", {}, element("summary", {}, "Marked segments in view"), list);

view.append(
  element("div", { className: "bar" },
    element("label", {}, "Connection ", connectionSelect), element("label", {}, "Data of ", dirSelect),
    element("span", { role: "group", "aria-label": "Zoom and move" },
      button("+", "Zoom in", () => zoom(0.5)), button("−", "Zoom out", () => zoom(2)),
      button("←", "Earlier", () => pan(-0.4, 0)), button("→", "Later", () => pan(0.4, 0)),
      button("↑", "Higher sequence numbers", () => pan(0, 0.4)), button("↓", "Lower sequence numbers", () => pan(0, -0.4)),
      button("Whole", "The whole connection", whole))),
  plotElement, readout, seriesBox, noteLine,
  element("p", { id: "graph-help", className: "help" },
    "Drag to zoom, along either axis; Shift and drag to move; double click for the whole; the wheel zooms once the " +
    "graph was clicked, or with Ctrl. Keys: + − 0, ← → to the segment before and after, ↑ ↓ to the next and the last " +
    "marked one, Shift and arrows to move. Height: bytes since the ISN; a bar is a segment from its first to its last " +
    "byte, the light line is what was acknowledged, the thin one above it how far the receiver's window goes; thin bars " +
    "are SACK blocks. Where many plain segments fall on one spot one is drawn; a marked one always is, but for " +
    "retransmissions, duplicates and those out of order, of which one is drawn for each spot."),
  listBox);

// One box for each kind, in it one for each point.
function legend() {
  seriesBox.replaceChildren(element("legend", {}, "Series"));
  current.series.forEach((series, k) => {
    const sign = element("canvas", { width: 26, height: 26, "aria-hidden": "true" });
    const box = element("input", { type: "checkbox", checked: series.shown, onchange: () => {
      series.shown = box.checked;
      show(...g.xAxisRange(), ...g.yAxisRange());
    } });
    drawSign(sign.getContext("2d"), series);
    seriesBox.append(element("label", {}, box, sign, current.series[k].name));
  });
}

// The window in words and, for those who do not see the graph, what is marked in it.
const LIST_MAX = 100;
let listing = 0;
function describe() {
  const [x0, x1] = g.xAxisRange(), [y0, y1] = g.yAxisRange();
  const isKept = kind => kind >= KIND_MARK && kind !== KIND_WINDOW && !(THINNED >> kind - KIND_MARK & 1);
  const kept = current.series.map((series, k) => isKept(series.kind) ? k + 1 : 0).filter(Boolean);
  const marked = shown.rows.filter(row => row[0] >= x0 && row[0] <= x1 && kept.some(k => row[k] !== null)).length;
  Object.assign(plotElement.dataset, { from: x0, to: x1, low: y0, high: y1, rows: shown.rows.length, marked });
  clearTimeout(listing);
  listing = setTimeout(() => {
    const items = [];
    let more = 0;
    for (let i = firstFrom(current, x0); i < current.n && current.t[i] <= x1; i++) {
      if (!(current.marks[i] || evidenceSet.has(i)) || current.y[i] < y0 || current.y[i] > y1) continue;
      if (items.length >= LIST_MAX) { more++; continue; }
      items.push(element("li", {}, button(words(current, i, evidence), "Show it", () => goTo(i))));
      items.at(-1).firstChild.removeAttribute("aria-label");
    }
    if (more) items.push(element("li", {}, `… and ${more.toLocaleString("en")} more`));
    list.replaceChildren(...items);
  }, 150);
}

// --- dygraphs -------------------------------------------------------------------------------

// Its legend, which is not used, would want inline styles, and the policy of the page forbids them.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter(plugin => plugin !== Dygraph.Plugins.Legend);

const digits = range => Math.min(9, Math.max(0, Math.ceil(-Math.log10(range)) + 1));
const settings = {
  legend: "never", connectSeparatedPoints: false, drawPoints: false, strokeWidth: 1, plotter: plot,
  highlightCircleSize: 5, highlightSeriesBackgroundAlpha: 1, highlightSeriesOpts: { highlightCircleSize: 7 },
  xlabel: "seconds since the connection's first segment", ylabel: "bytes since the ISN", labelsKMB: false,
  axisLabelFontSize: 13, xRangePad: 0,
  axes: {
    x: { axisLabelFormatter: (x, _, __, dygraph) => {
      const [x0, x1] = dygraph.xAxisRange();
      return x.toFixed(digits((x1 - x0) / 8));
    }, pixelsPerLabel: 100, gridLinePattern: null },
    y: { axisLabelFormatter: y => Math.round(y).toLocaleString("en"), axisLabelWidth: 92 },
  },
  highlightCallback: (event, x, points, row) => { if (shown.at[row] >= 0) say(shown.at[row]); },
  drawCallback: (dygraph, first) => { if (!first) moved(); },
  interactionModel: { ...Dygraph.defaultInteractionModel, dblclick: whole },
};

plotElement.addEventListener("wheel", event => {
  if (!event.ctrlKey && document.activeElement !== plotElement) return;
  event.preventDefault();
  const box = plotElement.getBoundingClientRect();
  zoom(event.deltaY > 0 ? 1.25 : 0.8, [g.toDataXCoord(event.clientX - box.left), g.toDataYCoord(event.clientY - box.top)]);
}, { passive: false });

plotElement.addEventListener("keydown", event => {
  const marked = i => current.marks[i] || evidenceSet.has(i);
  const inView = () => true;
  const moves = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] };
  const actions = {
    "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), "0": whole, Home: whole,
    ArrowLeft: () => step(-1, inView), ArrowRight: () => step(1, inView),
    ArrowUp: () => step(-1, marked), ArrowDown: () => step(1, marked),
  };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const action = event.shiftKey && moves[event.key] ? () => pan(...moves[event.key]) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
plotElement.addEventListener("pointerdown", () => plotElement.focus({ preventScroll: true }));

connectionSelect.addEventListener("change", () => { select(Number(connectionSelect.value)); whole(); });
dirSelect.addEventListener("change", () => { select(current.meta.id, Number(dirSelect.value)); whole(); });

function redraw() {
  legend();
  g.updateOptions({});
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => { document.documentElement.classList.add("print"); redraw(); });
addEventListener("afterprint", () => { document.documentElement.classList.remove("print"); redraw(); });
addEventListener("resize", () => moved());

// For the rest of the page.
window.reportGraph = {
  hasFinding: id => data.findings.some(f => f.id === id),
  hasConnection: id => data.connections.some(c => c.id === id),
  showFinding(id) {
    const finding = data.findings.find(f => f.id === id);
    if (!finding || !select(finding.connection)) return;
    evidence = finding.evidence;
    evidenceSet = new Set(evidence.map(e => e[0]));
    if (evidence.length) showAround([...evidenceSet]);
    else if (finding.first !== undefined) {
      const [, , y0, y1] = extent();
      const pad = Math.max((finding.last - finding.first) / 1e9 * 0.1, 1e-3);
      show(finding.first / 1e9 - pad, finding.last / 1e9 + pad, y0, y1);
    } else whole();
    readout.textContent = `Finding ${id}, ${finding.severity}: ${finding.summary}`;
    reveal();
  },
  showConnection(id) {
    if (!select(id)) return;
    whole();
    reveal();
  },
};
function reveal() {
  document.getElementById("graph").scrollIntoView();
  plotElement.focus({ preventScroll: true });
}

// The page opens on the worst finding.
const worst = data.findings.find(f => f.evidence.length);
select(worst ? worst.connection : data.connections[0].id);
if (worst) {
  evidence = worst.evidence;
  evidenceSet = new Set(evidence.map(e => e[0]));
  showAround([...evidenceSet]);
  readout.textContent = `Finding ${worst.id}, ${worst.severity}: ${worst.summary}`;
} else whole();
})();
