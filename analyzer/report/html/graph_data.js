// What the graph shows: decoded, thinned out by what can be seen, and in words.
"use strict";
const graphData = (() => {
const source = document.getElementById("data");
if (!source) return null;
const data = JSON.parse(source.textContent);

const OUT_OF_ORDER = 2, RETRANSMISSION = 3, DUPLICATE = 4;
const THINNED = 1 << OUT_OF_ORDER | 1 << RETRANSMISSION | 1 << DUPLICATE; // other marks never are
const KIND_DATA = 0, KIND_ACK = 1, KIND_MARK = 2, KIND_WINDOW = 15;
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

// How far the receiver lets the sender of that direction go, as the point nearest to the sender saw it; NaN: not told
// there, or the scale is not known. The window of a SYN is never scaled (RFC 7323 §2.2).
function edgeAt(c, i, level) {
  const lane = c.dir ? c.meta.lanes.length - 1 : 0;
  const bits = c.bits[i];
  if (!c.meta.scale || c.lane[i] !== lane || (bits >> 8 & 1) === c.dir || c.ack[i] < level || bits & 4) return NaN;
  return c.ack[i] + c.win[i] * 2 ** (bits & 2 ? 0 : c.meta.scale[c.dir ? 0 : 1]);
}

// Heights for the direction whose data is drawn: the other one stands where it acknowledges.
function direct(c, dir) {
  const level = [];
  c.dir = dir;
  c.y = new Float64Array(c.n);
  c.level = new Float64Array(c.n);
  c.edge = new Float64Array(c.n);
  for (let i = 0; i < c.n; i++) {
    const lane = c.lane[i];
    const is = (c.bits[i] >> 8 & 1) === dir;
    level[lane] ??= 0;
    if (!is && c.ack[i] > level[lane] && !(c.bits[i] & 4)) level[lane] = c.ack[i];
    c.level[i] = level[lane];
    c.edge[i] = edgeAt(c, i, Math.max(level[lane], 0));
    c.y[i] = is ? c.off[i] + c.len[i] / 2 : c.ack[i] < 0 || c.bits[i] & 4 ? level[lane] : c.ack[i];
  }
  // One series for each point and kind, and those only that have something.
  c.series = [];
  c.seriesOf = new Map();
  const seen = new Set();
  for (let i = 0; i < c.n; i++) {
    if (c.marks[i]) for (const key of keysOf(c, i)) seen.add(key);
    else seen.add(c.lane[i] << 4 | ((c.bits[i] >> 8 & 1) === dir ? KIND_DATA : KIND_ACK));
    if (!isNaN(c.edge[i])) seen.add(c.lane[i] << 4 | KIND_WINDOW);
  }
  for (const key of [...seen].sort((a, b) => (a & 15) - (b & 15) || a - b)) {
    const lane = key >> 4, kind = key & 15;
    const what = kind === KIND_DATA ? "data" : kind === KIND_ACK ? "ACKs" : kind === KIND_WINDOW ? "window's edge, SACKs" : data.marks[kind - KIND_MARK];
    c.seriesOf.set(key, c.series.length);
    c.series.push({ lane, kind, shown: true, name: `${what} at ${laneName(c, lane)}` });
  }
  c.plainSeries = Uint16Array.from(c.lane, (lane, i) => c.seriesOf.get(lane << 4 | ((c.bits[i] >> 8 & 1) === dir ? KIND_DATA : KIND_ACK)));
}

function* keysOf(c, i) {
  const lane = c.lane[i] << 4;
  yield lane | ((c.bits[i] >> 8 & 1) === c.dir ? KIND_DATA : KIND_ACK);
  for (let marks = c.marks[i], kind = 0; marks; marks >>= 1, kind++) if (marks & 1) yield lane | kind + KIND_MARK;
  if (!isNaN(c.edge[i])) yield lane | KIND_WINDOW;
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
// every one with a mark that matters
// or in `evidence`. `rows` is dygraphs' data, `at` names the segment of a row.
function thin(c, x0, x1, y0, y1, width, height, evidence) {
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
      const always = c.marks[i] & ~THINNED || evidence.has(i);
      if (!c.marks[i] && !always && stamps[c.plainSeries[i] * cells + cell] === column) continue;
      let row = null;
      for (const key of keysOf(c, i)) {
        const series = c.seriesOf.get(key);
        const stamp = series * cells + cell;
        if (!c.series[series].shown || (!always && stamps[stamp] === column)) continue;
        stamps[stamp] = column;
        row ??= new Array(columns).fill(null);
        row[series + 1] = (key & 15) === KIND_WINDOW ? c.edge[i] : c.y[i];
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

// What there is to say of a segment. `evidence` is a finding's: [segment, role].
function words(c, i, evidence) {
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

return { data, THINNED, KIND_DATA, KIND_ACK, KIND_MARK, KIND_WINDOW, decode, direct, firstFrom, frameName, laneName, thin, words };
})();
