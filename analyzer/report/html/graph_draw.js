// How the graph looks: shapes and colours, on the canvas that dygraphs gives. Colours are the page's.
"use strict";
const graphDraw = (() => {
if (!graphData) return null;
const { KIND_DATA, KIND_ACK, KIND_MARK, KIND_WINDOW, frameName } = graphData;

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

// Each height holds until the next.
function drawSteps(ctx, points, height) {
  let before = null;
  ctx.beginPath();
  for (const p of points) {
    if (p.yval === null || isNaN(p.yval)) continue;
    const y = height(p);
    if (before !== null) ctx.lineTo(p.canvasx, before);
    ctx.lineTo(p.canvasx, y);
    before = y;
  }
  ctx.stroke();
}

// What was acknowledged beyond a gap, in view: a bar at the time of the ACK.
function drawSacks(ctx, dygraph, c, height) {
  const [x0, x1] = dygraph.xAxisRange();
  ctx.strokeStyle = style("--sack");
  ctx.beginPath();
  for (const [ns, dir, from, to] of c.meta.sacks) {
    if (dir !== c.dir || ns / 1e9 < x0 || ns / 1e9 > x1) continue;
    const x = dygraph.toDomXCoord(ns / 1e9);
    ctx.moveTo(x, height(from));
    ctx.lineTo(x, height(to));
  }
  ctx.stroke();
}

// A series, when dygraphs asks for it. `at` names the segments of its rows.
function drawSeries(e, c, series, at) {
  const ctx = e.drawingContext, area = e.plotArea;
  const [low, high] = e.dygraph.yAxisRange();
  const pixel = y => area.y + (high - y) / (high - low) * area.h;
  ctx.save();
  if (series.kind === KIND_WINDOW) {
    ctx.strokeStyle = style("--window");
    ctx.lineWidth = 1.5;
    drawSteps(ctx, e.points, p => p.canvasy);
    drawSacks(ctx, e.dygraph, c, pixel);
  } else if (series.kind >= KIND_MARK) {
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
      const i = at[p.idx];
      const top = pixel(c.off[i] + c.len[i]), bottom = pixel(c.off[i]);
      const short = bottom - top < 2;
      ctx.moveTo(p.canvasx, short ? p.canvasy + 1 : bottom);
      ctx.lineTo(p.canvasx, short ? p.canvasy - 1 : top);
    }
    ctx.stroke();
  } else {
    ctx.fillStyle = ctx.strokeStyle = laneColour(series.lane, true);
    ctx.lineWidth = 1.5;
    drawSteps(ctx, e.points, p => pixel(c.level[at[p.idx]]));
    for (const p of e.points) if (p.yval !== null && !isNaN(p.yval)) ctx.fillRect(p.canvasx - 1, p.canvasy - 1, 2, 2);
  }
  ctx.restore();
}

// The words beside the evidence of the finding that is looked at: where they cover no other ones.
function drawLabels(ctx, area, g, c, evidence) {
  const taken = evidence.map(([i]) => [g.toDomXCoord(c.t[i]) - 8, g.toDomYCoord(c.y[i]), 16]);
  ctx.save();
  ctx.font = "12px sans-serif";
  ctx.textBaseline = "middle";
  for (const [i, role] of evidence) {
    const x = g.toDomXCoord(c.t[i]), y = g.toDomYCoord(c.y[i]);
    if (x < area.x || x > area.x + area.w || y < area.y || y > area.y + area.h) continue;
    const text = `${role}, ${frameName(c, i)}`;
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

// For the list of series.
function drawSign(ctx, series) {
  ctx.lineWidth = 3;
  ctx.strokeStyle = laneColour(series.lane, series.kind === KIND_ACK);
  if (series.kind === KIND_WINDOW) ctx.strokeStyle = style("--window");
  else if (series.kind >= KIND_MARK) return drawMark(ctx, series.kind, 13, 13);
  ctx.beginPath();
  if (series.kind === KIND_DATA) {
    ctx.moveTo(13, 4);
    ctx.lineTo(13, 22);
  } else {
    ctx.moveTo(4, 13);
    ctx.lineTo(22, 13);
  }
  ctx.stroke();
}

return { drawSeries, drawLabels, drawSign };
})();
