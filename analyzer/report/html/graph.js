// The time-sequence graph. dygraphs draws axes, zooms, pans and finds what is under the pointer; here
// the data is decoded, thinned out by what can be seen, and given its shapes. Texts from the case
// reach the page as textContent only.
"use strict";
(() => {
const source = document.getElementById("data");
const view = document.getElementById("graph-view");
if (!source || !view || typeof Dygraph === "undefined") return;
const data = JSON.parse(source.textContent);

// enum mark of mark.h, in its order.
const SYN = 0, FIN = 1, OUT_OF_ORDER = 2, RETRANSMISSION = 3, DUPLICATE = 4;
const RST = 1 << 9 | 1 << 10;
const THINNED = 1 << OUT_OF_ORDER | 1 << RETRANSMISSION | 1 << DUPLICATE; // other marks never are
const KIND_DATA = 0, KIND_ACK = 1, KIND_MARK = 2;
const ROWS_MAX = 8000; // plain segments drawn at a time

// --- data -----------------------------------------------------------------------------------

// See graph.h.
function decode(connection) {
  const text = atob(connection.data);
  const n = connection.count;
  const c = {
    meta: connection, n, t: new Float64Array(n), lane: new Uint8Array(n), bits: new Uint16Array(n),
    marks: new Uint16Array(n), len: new Float64Array(n), win: new Uint32Array(n),
    back: new Int32Array(n), next: new Int32Array(n), off: new Float64Array(n),
    frame: new Float64Array(n), ttl: new Uint8Array(n), ack: new Float64Array(n),
  };
  let at = 0;
  const number = () => {
    let value = 0, scale = 1, byte;
    do {
      byte = text.charCodeAt(at++);
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  };
  const signed = () => {
    const value = number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  const states = new Map();
  let t = 0;
  for (let i = 0; i < n; i++) {
    t += signed();
    const head = number();
    const key = head >> 10 << 1 | (head >> 8 & 1);
    let s = states.get(key);
    if (!s) states.set(key, s = { off: 0, frame: 0, ttl: 0, ack: 0 });
    c.t[i] = t / 1e9;
    c.lane[i] = head >> 10;
    c.bits[i] = head & 1023;
    c.marks[i] = number();
    c.len[i] = number();
    c.win[i] = number();
    c.back[i] = number();
    c.off[i] = s.off += signed();
    c.frame[i] = s.frame += signed();
    c.ttl[i] = s.ttl += signed();
    c.ack[i] = head & 512 ? s.ack += signed() : -1;
    if (c.back[i]) c.next[i - c.back[i]] = c.back[i];
  }
  return c;
}

// Heights for the direction whose data is drawn: the other one stands where it acknowledges.
function direct(c, dir) {
  const level = [];
  c.dir = dir;
  c.y = new Float64Array(c.n);
  c.level = new Float64Array(c.n);
  for (let i = 0; i < c.n; i++) {
    const lane = c.lane[i];
    const is = (c.bits[i] >> 8 & 1) === dir;
    level[lane] ??= 0;
    if (!is && c.ack[i] > level[lane] && !(c.bits[i] & 4)) level[lane] = c.ack[i];
    c.level[i] = level[lane];
    c.y[i] = is ? c.off[i] + c.len[i] / 2 : c.ack[i] < 0 || c.bits[i] & 4 ? level[lane] : c.ack[i];
  }
  // One series for each point and kind, and those only that have something.
  c.series = [];
  c.seriesOf = new Map();
  const seen = new Set();
  for (let i = 0; i < c.n; i++) {
    if (c.marks[i]) for (const key of keysOf(c, i)) seen.add(key);
    else seen.add(c.lane[i] << 4 | ((c.bits[i] >> 8 & 1) === dir ? KIND_DATA : KIND_ACK));
  }
  for (const key of [...seen].sort((a, b) => (a & 15) - (b & 15) || a - b)) {
    const lane = key >> 4, kind = key & 15;
    const what = kind === KIND_DATA ? "data" : kind === KIND_ACK ? "ACKs" : data.marks[kind - KIND_MARK];
    c.seriesOf.set(key, c.series.length);
    c.series.push({ lane, kind, shown: true, name: `${what} at ${laneName(c, lane)}` });
  }
  c.plainSeries = Uint16Array.from(c.lane, (lane, i) => c.seriesOf.get(lane << 4 | ((c.bits[i] >> 8 & 1) === dir ? KIND_DATA : KIND_ACK)));
}

function* keysOf(c, i) {
  const lane = c.lane[i] << 4;
  yield lane | ((c.bits[i] >> 8 & 1) === c.dir ? KIND_DATA : KIND_ACK);
  for (let marks = c.marks[i], kind = 0; marks; marks >>= 1, kind++) if (marks & 1) yield lane | kind + KIND_MARK;
}

function laneName(c, lane) {
  const lanes = c.meta.lanes;
  const name = lanes[lane] ? lanes[lane][0] : "?";
  const again = lanes.findIndex(l => l[0] === name) < lane;
  return again ? `${name} (${lanes[lane][1]})` : name;
}

// "host#562", as in the rest of the page.
function frameName(c, i) {
  const capture = data.captures.find(k => c.frame[i] >= k[0] && c.frame[i] < k[0] + k[1]);
  const point = laneName(c, c.lane[i]);
  return capture ? `${point}${capture[2] ? ":" + capture[2] : ""}#${c.frame[i] - capture[0] + 1}` : point;
}

// The first segment that is not before `x`.
function firstFrom(c, x) {
  let low = 0, high = c.n;
  while (low < high) {
    const middle = low + high >> 1;
    if (c.t[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
}

// --- thinning -------------------------------------------------------------------------------

// What can be seen in the window: of plain segments of a series one for each spot of some pixels,
// every one with a mark that matters. `rows` is dygraphs' data, `at` names the segment of a row.
function thin(c, x0, x1, y0, y1, width, height) {
  const from = Math.max(0, firstFrom(c, x0 - (x1 - x0)) - 1);
  const to = Math.min(c.n, firstFrom(c, x1 + (x1 - x0)) + 1);
  const columns = c.series.length + 1;
  for (let size = 2; ; size *= 2) {
    const cells = Math.ceil(3 * height / size) + 2;
    const stamps = new Int32Array(cells * c.series.length);
    const rows = [], at = [];
    let plain = 0;
    for (let i = from; i < to; i++) {
      const column = Math.floor((c.t[i] - x0) / (x1 - x0) * width / size) + 2 * width + 1;
      const cell = Math.min(cells - 1, Math.max(0, Math.floor(((c.y[i] - y0) / (y1 - y0) + 1) * height / size)));
      const always = c.marks[i] & ~THINNED || isEvidence(c, i);
      if (!c.marks[i] && !always && stamps[c.plainSeries[i] * cells + cell] === column) continue;
      let row = null;
      for (const key of keysOf(c, i)) {
        const series = c.seriesOf.get(key);
        const stamp = series * cells + cell;
        if (!c.series[series].shown || (!always && stamps[stamp] === column)) continue;
        stamps[stamp] = column;
        row ??= new Array(columns).fill(null);
        row[series + 1] = c.y[i];
      }
      if (!row) continue;
      row[0] = c.t[i];
      rows.push(row);
      at.push(i);
      plain += !always;
    }
    if (plain <= ROWS_MAX || size > 64) {
      if (!rows.length) {
        rows.push(new Array(columns).fill(null));
        rows[0][0] = x0;
        at.push(-1);
      }
      return { rows, at };
    }
  }
}

// --- drawing --------------------------------------------------------------------------------

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const laneColour = (lane, light) => style(`--point-${lane % 5}${light ? "-light" : ""}`);
const markColour = mark => style(`--mark-${mark}`);

function polygon(ctx, x, y, r, corners, turn) {
  ctx.beginPath();
  for (let k = 0; k < corners; k++) {
    const angle = turn + 2 * Math.PI * k / corners;
    ctx.lineTo(x + r * Math.sin(angle), y - r * Math.cos(angle));
  }
  ctx.closePath();
}
function strokes(ctx, x, y, r, lines) {
  ctx.beginPath();
  for (const [dx, dy] of lines) {
    ctx.moveTo(x - dx * r, y - dy * r);
    ctx.lineTo(x + dx * r, y + dy * r);
  }
  ctx.stroke();
}
const DIAGONAL = [[1, 1], [1, -1]];
// What befell a segment is filled, what became of it a ring around that; shape and colour both tell.
const SHAPES = [
  (ctx, x, y) => { polygon(ctx, x, y, 6, 3, 0); ctx.stroke(); },              // SYN
  (ctx, x, y) => { polygon(ctx, x, y, 6, 3, Math.PI); ctx.stroke(); },        // FIN
  (ctx, x, y) => { polygon(ctx, x, y, 4, 4, Math.PI / 4); ctx.fill(); },      // out of order
  (ctx, x, y) => { polygon(ctx, x, y, 5, 3, 0); ctx.fill(); },                // retransmission
  (ctx, x, y) => { polygon(ctx, x, y, 6, 3, 0); ctx.stroke(); },              // network duplicate
  (ctx, x, y) => { polygon(ctx, x, y, 7, 4, 0); ctx.fill(); },                // late segment
  (ctx, x, y) => { polygon(ctx, x, y, 10, 4, Math.PI / 4); ctx.stroke(); },   // conntrack: INVALID
  (ctx, x, y) => { ctx.beginPath(); ctx.arc(x, y, 11, 0, 7); ctx.stroke(); }, // not forwarded
  (ctx, x, y) => { polygon(ctx, x, y, 12, 4, 0); ctx.stroke(); },             // injected
  (ctx, x, y) => strokes(ctx, x, y, 6, DIAGONAL),                             // RST towards the server
  (ctx, x, y) => strokes(ctx, x, y, 6, [...DIAGONAL, [0, 1.3], [1.3, 0]]),    // RST towards the client
];

function drawMark(ctx, kind, x, y) {
  ctx.lineWidth = 2;
  ctx.fillStyle = ctx.strokeStyle = markColour(kind - KIND_MARK);
  SHAPES[kind - KIND_MARK](ctx, x, y);
}

// dygraphs calls it for each series.
function plot(e) {
  const series = current.series[e.dygraph.getPropertiesForSeries(e.setName).column - 1];
  const ctx = e.drawingContext, area = e.plotArea;
  const [low, high] = e.dygraph.yAxisRange();
  const pixel = y => area.y + (high - y) / (high - low) * area.h;
  ctx.save();
  if (series.kind >= KIND_MARK) {
    const draw = SHAPES[series.kind - KIND_MARK];
    ctx.lineWidth = 2;
    ctx.fillStyle = ctx.strokeStyle = markColour(series.kind - KIND_MARK);
    for (const p of e.points) if (p.yval !== null && !isNaN(p.yval)) draw(ctx, p.canvasx, p.canvasy);
  } else if (series.kind === KIND_DATA) {
    ctx.strokeStyle = laneColour(series.lane);
    ctx.lineWidth = 3 - Math.min(1.5, series.lane); // where points coincide the first is the widest
    ctx.beginPath();
    for (const p of e.points) {
      if (p.yval === null || isNaN(p.yval)) continue;
      const i = shown.at[p.idx];
      const top = pixel(current.off[i] + current.len[i]), bottom = pixel(current.off[i]);
      const short = bottom - top < 2;
      ctx.moveTo(p.canvasx, short ? p.canvasy + 1 : bottom);
      ctx.lineTo(p.canvasx, short ? p.canvasy - 1 : top);
    }
    ctx.stroke();
  } else {
    ctx.fillStyle = ctx.strokeStyle = laneColour(series.lane, true);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    let before = null;
    for (const p of e.points) {
      if (p.yval === null || isNaN(p.yval)) continue;
      const y = pixel(current.level[shown.at[p.idx]]);
      if (before !== null) ctx.lineTo(p.canvasx, before);
      ctx.lineTo(p.canvasx, y);
      before = y;
    }
    ctx.stroke();
    for (const p of e.points) if (p.yval !== null && !isNaN(p.yval)) ctx.fillRect(p.canvasx - 1, p.canvasy - 1, 2, 2);
  }
  ctx.restore();
  if (e.seriesIndex === e.seriesCount - 1) label(ctx, area, e.dygraph);
}

// The words beside the evidence of the finding that is looked at: where they cover no other ones.
function label(ctx, area, g) {
  const taken = evidence.map(([i]) => [g.toDomXCoord(current.t[i]) - 8, g.toDomYCoord(current.y[i]), 16]);
  ctx.save();
  ctx.font = "12px sans-serif";
  ctx.textBaseline = "middle";
  for (const [i, role] of evidence) {
    const x = g.toDomXCoord(current.t[i]), y = g.toDomYCoord(current.y[i]);
    if (x < area.x || x > area.x + area.w || y < area.y || y > area.y + area.h) continue;
    const text = `${role}, ${frameName(current, i)}`;
    const width = ctx.measureText(text).width;
    const places = [];
    for (let k = 0; k < 12; k++) for (const dy of [16 * k, -16 * k]) places.push([x + 18, y + dy], [x - 18 - width, y + dy]);
    const place = places.find(([left, middle]) => left > area.x && left + width < area.x + area.w &&
      middle > area.y + 8 && middle < area.y + area.h - 8 &&
      !taken.some(t => left < t[0] + t[2] + 6 && t[0] < left + width + 6 && Math.abs(middle - t[1]) < 15));
    if (!place) continue;
    taken.push([...place, width]);
    ctx.strokeStyle = style("--quiet");
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(place[0] < x ? place[0] + width + 2 : place[0] - 2, place[1]);
    ctx.stroke();
    ctx.fillStyle = style("--text");
    ctx.strokeStyle = style("--paper");
    ctx.lineWidth = 4;
    ctx.strokeText(text, ...place);
    ctx.fillText(text, ...place);
  }
  ctx.restore();
}

// --- what is shown --------------------------------------------------------------------------

const decoded = new Map();
let current = null, shown = null, g = null, thinned = null, selected = -1;
let evidence = [], evidenceSet = new Set();

function isEvidence(c, i) {
  return c === current && evidenceSet.has(i);
}

function extent() {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < current.n; i++) {
    low = Math.min(low, current.y[i]);
    high = Math.max(high, current.y[i] + current.len[i] / 2);
  }
  const pad = (high - low || 1) * 0.04;
  const first = current.n ? current.t[0] : 0, last = current.n ? current.t[current.n - 1] : 1;
  const margin = (last - first || 1e-3) * 0.02;
  return [first - margin, last + margin, low - pad, high + pad];
}

function show(x0, x1, y0, y1) {
  const least = 2e-9;
  if (x1 - x0 < least) [x0, x1] = [x0 - least, x1 + least];
  if (y1 - y0 < 20) [y0, y1] = [(y0 + y1) / 2 - 10, (y0 + y1) / 2 + 10];
  const size = plotArea();
  shown = thin(current, x0, x1, y0, y1, size.width, size.height);
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
  const py = Math.max((y1 - y0) * 0.3, (all[3] - all[2]) / 100);
  show(x0 - px, x1 + px, y0 - py, y1 + py);
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
  readout.textContent = note();
  return true;
}

function note() {
  const left = current.meta.left_out;
  const number = n => n.toLocaleString("en");
  return `${number(current.n)} segments` + (left ? `; ${number(left)} more are plain ones that the page leaves out` : "") +
    ". Point at one, or use the arrow keys.";
}

// --- words ----------------------------------------------------------------------------------

function flags(bits) {
  const text = [..."FSRP.UEW"].filter((_, k) => bits >> k & 1).join("");
  return text || "none";
}

function delta(seconds) {
  const size = Math.abs(seconds);
  const [scale, unit] = size < 1e-3 ? [1e6, "µs"] : size < 1 ? [1e3, "ms"] : [1, "s"];
  return `${seconds < 0 ? "−" : "+"}${Number((size * scale).toPrecision(4))} ${unit}`;
}

function words(c, i) {
  const dir = c.bits[i] >> 8 & 1;
  const parts = [
    `${c.t[i].toFixed(9)} s`, frameName(c, i), dir ? "from server" : "from client", `[${flags(c.bits[i] & 255)}]`,
    c.len[i] ? `seq ${c.off[i]}:${c.off[i] + c.len[i]}` : `seq ${c.off[i]}`,
  ];
  if (c.ack[i] >= 0) parts.push(`ack ${c.ack[i]}`);
  parts.push(`length ${c.len[i]}`, `win ${c.win[i]}`, `ttl ${c.ttl[i]}`);
  const marks = data.marks.filter((_, k) => c.marks[i] >> k & 1);
  const roles = evidence.filter(e => e[0] === i).map(e => e[1]);
  const others = [];
  for (let k = i; c.back[k]; ) others.unshift(k -= c.back[k]);
  for (let k = i; c.next[k]; ) others.push(k += c.next[k]);
  if (marks.length || roles.length) parts.push([...roles, ...marks].join(", "));
  parts.push(others.length
    ? "also seen: " + others.map(k => `${frameName(c, k)} (${delta(c.t[k] - c.t[i])})`).join(", ")
    : c.meta.lanes.length > 1 ? "seen at this point only" : "");
  return parts.filter(Boolean).join(" · ");
}

function say(i) {
  selected = i;
  readout.textContent = i < 0 ? note() : words(current, i);
  plotElement.dataset.segment = i < 0 ? "" : frameName(current, i);
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
    const series = shown.rows[row].findLastIndex((v, k) => k > 0 && v !== null);
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
  plotElement, readout, seriesBox,
  element("p", { id: "graph-help", className: "help" },
    "Drag to zoom, along either axis; Shift and drag to move; double click for the whole; the wheel zooms once the " +
    "graph was clicked, or with Ctrl. Keys: + − 0, ← → to the segment before and after, ↑ ↓ to the next and the last " +
    "marked one, Shift and arrows to move. Height: bytes since the ISN; a bar is a segment from its first to its last " +
    "byte, the light line is what was acknowledged. Where many plain segments fall on one spot one is drawn; a marked " +
    "one always is, but for retransmissions, duplicates and those out of order, of which one is drawn for each spot."),
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

function drawSign(ctx, series) {
  ctx.lineWidth = 3;
  ctx.strokeStyle = laneColour(series.lane, series.kind === KIND_ACK);
  if (series.kind >= KIND_MARK) return drawMark(ctx, series.kind, 13, 13);
  ctx.beginPath();
  ctx.moveTo(series.kind === KIND_DATA ? 13 : 4, 4 + 9 * series.kind);
  ctx.lineTo(series.kind === KIND_DATA ? 13 : 22, 22 - 9 * series.kind);
  ctx.stroke();
}

// The window in words and, for those who do not see the graph, what is marked in it.
const LIST_MAX = 100;
let listing = 0;
function describe() {
  const [x0, x1] = g.xAxisRange(), [y0, y1] = g.yAxisRange();
  const kept = current.series.map((series, k) => series.kind >= KIND_MARK && !(THINNED >> series.kind - KIND_MARK & 1) ? k + 1 : 0)
    .filter(Boolean);
  const marked = shown.rows.filter(row => row[0] >= x0 && row[0] <= x1 && kept.some(k => row[k] !== null)).length;
  Object.assign(plotElement.dataset, { from: x0, to: x1, low: y0, high: y1, rows: shown.rows.length, marked });
  clearTimeout(listing);
  listing = setTimeout(() => {
    const items = [];
    let more = 0;
    for (let i = firstFrom(current, x0); i < current.n && current.t[i] <= x1; i++) {
      if (!(current.marks[i] || evidenceSet.has(i)) || current.y[i] < y0 || current.y[i] > y1) continue;
      if (items.length >= LIST_MAX) { more++; continue; }
      items.push(element("li", {}, button(words(current, i), "Show it", () => goTo(i))));
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
window.graph = {
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
