// report.html in a real browser. Prints TAP.
//
// usage: node tests/browser/report.mjs CHROMIUM INCIDENT.html HOSTILE.html SILENT.html
//
// INCIDENT is the report of samples/docker-reset, HOSTILE one whose names and rules try to break out,
// SILENT one of SYNs that nobody answered.
import { pathToFileURL } from "node:url";
import { openBrowser } from "./browser.mjs";

const [program, incident, hostile, silent] = process.argv.slice(2);
setTimeout(() => { console.log("# too slow"); process.exit(1); }, 180_000).unref();
const browser = await openBrowser(program);
let tests = 0, failed = 0;

async function check(name, expression, expected = true) {
  let got;
  try {
    got = typeof expression === "function" ? await expression() : await browser.ask(expression);
  } catch (error) {
    got = error.message;
  }
  const ok = JSON.stringify(got) === JSON.stringify(expected);
  failed += !ok;
  console.log(`${ok ? "ok" : "not ok"} ${++tests} - ${name}`);
  if (!ok) console.log(`#   got ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`);
}

// What the browser complains about, and what it wants from elsewhere.
let complaints = [], requests = [];
browser.on((method, p) => {
  if (method === "Runtime.exceptionThrown") complaints.push(p.exceptionDetails.exception?.description);
  if (method === "Runtime.consoleAPICalled") complaints.push(p.args.map(a => a.value).join(" "));
  if (method === "Log.entryAdded") complaints.push(p.entry.text);
  if (method === "Page.javascriptDialogOpening") complaints.push(`dialog: ${p.message}`);
  if (method === "Network.requestWillBeSent") requests.push(p.request.url);
});

async function open(file, scheme = "light") {
  complaints = [];
  requests = [];
  await browser.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  const loaded = new Promise(resolve => browser.on(method => method === "Page.loadEventFired" && resolve()));
  await browser.call("Page.navigate", { url: pathToFileURL(file).href });
  await loaded;
}

const settle = () => browser.ask("new Promise(resolve => setTimeout(resolve, 250))");
const range = () => browser.ask("['from', 'to', 'low', 'high'].map(k => Number(plot.dataset[k]))");
const press = async (key, modifiers = 0) => {
  for (const type of ["keyDown", "keyUp"])
    await browser.call("Input.dispatchKeyEvent", { type, key, modifiers, ...(key.length === 1 && type === "keyDown" ? { text: key } : {}) });
  await settle();
};
const mouse = (type, x, y, more = {}) =>
  browser.call("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1, ...more });
const drag = async (from, to, modifiers = 0) => {
  await mouse("mousePressed", ...from, { modifiers });
  for (let k = 1; k <= 4; k++)
    await mouse("mouseMoved", from[0] + (to[0] - from[0]) * k / 4, from[1] + (to[1] - from[1]) * k / 4, { modifiers, buttons: 1 });
  await mouse("mouseReleased", ...to, { modifiers });
  await settle();
};
const click = async selector => {
  await browser.ask(`document.querySelector(${JSON.stringify(selector)}).click()`);
  await settle();
};
const bar = name => click(`.bar button[aria-label="${name}"]`);

for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.call(`${domain}.enable`);
await browser.call("Emulation.setDeviceMetricsOverride", { width: 1200, height: 900, deviceScaleFactor: 1, mobile: false });
await open(incident);
await settle();

await check("it opens on the worst finding", "reportGraph.hasFinding(3) && plot.dataset.rows > 10");
await check("every section is in the contents", `[...document.querySelectorAll("main section")].every(s =>
  document.querySelector('nav a[href="#' + s.id + '"]'))`);
await check("every table has a caption and headings for its columns", `[...document.querySelectorAll("table")].every(t =>
  t.caption.textContent && [...t.tHead.rows[0].cells].every(c => c.scope === "col"))`);

await check("it says how much of the connection is in the page", "/^12,873 segments of this connection are in the page\\.$/.test(document.getElementById('graph-note').textContent)");

// --- the graph
await check("the window's edge is a series, at the point nearest to the sender", `[...document.querySelectorAll("#graph-series label")]
  .map(l => l.textContent).filter(t => t.startsWith("window")).join()`, "window's edge, SACKs at host");
await bar("The whole connection");
const whole = await range();
await check("the whole connection is shown", async () => whole[0] < 0 && whole[1] > 0.9);
await bar("Zoom in");
await check("a button zooms", async () => { const [a, b] = await range(); return b - a < 0.6 * (whole[1] - whole[0]); });
const box = await browser.ask(`(() => { plot.scrollIntoView(); const b = plot.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()`);
const at = (x, y) => [box[0] + x * box[2], box[1] + y * box[3]];
await bar("The whole connection");
let before = await range();
await drag(at(0.3, 0.5), at(0.6, 0.5));
await check("dragging zooms into what was dragged over", async () => {
  const [a, b] = await range();
  return a > before[0] && b < before[1] && b - a < 0.5 * (before[1] - before[0]);
});
before = await range();
await drag(at(0.6, 0.5), at(0.4, 0.5), 8);
await check("dragging with Shift moves", async () => {
  const [a, b] = await range();
  return a > before[0] && Math.abs((b - a) / (before[1] - before[0]) - 1) < 0.01;
});
await mouse("mousePressed", ...at(0.5, 0.5));
await mouse("mouseReleased", ...at(0.5, 0.5));
await mouse("mousePressed", ...at(0.5, 0.5), { clickCount: 2 });
await mouse("mouseReleased", ...at(0.5, 0.5), { clickCount: 2 });
await settle();
await check("a double click shows the whole again", range, whole);

await browser.ask("reportGraph.showFinding(3)");
await settle();
await check("from a finding to the graph: its evidence is in view", async () => {
  const [a, b] = await range();
  return a > 0.7 && a < 0.88 && b > 0.967 && b < 1.1;
});
// The late segment is at 0.958829 s and 6359617 + 724 bytes.
const spot = await browser.ask(`(() => {
  const { from, to, low, high } = plot.dataset, b = plot.getBoundingClientRect();
  const canvas = plot.querySelector("canvas"), labels = plot.querySelectorAll(".dygraph-axis-label");
  const area = [92 + 6 + b.x, 0 + b.y, b.width - 92 - 6 - 5, b.height - 22 - 20];
  return [area[0] + (0.958829 - from) / (to - from) * area[2], area[1] + (high - 6360341) / (high - low) * area[3]];
})()`);
await mouse("mouseMoved", ...spot, { button: "none" });
await settle();
await check("under the pointer: the segment, its frame, what befell it",
  `["host#6407", "late segment", "not forwarded", "seen at this point only"].filter(w => !document.getElementById("graph-readout").textContent.includes(w))`, []);

await browser.ask("plot.focus()");
await press("0");
await check("a key shows the whole", range, whole);
await press("+");
await check("a key zooms", async () => (await range())[1] < whole[1]);
await press("0");
await browser.ask("reportGraph.showFinding(2)");
await press("ArrowRight");
await check("a key tells the next segment", "/^\\d+\\.\\d{9} s · (host|container)#\\d+ · /.test(document.getElementById('graph-readout').textContent)");
await press("ArrowDown");
await check("a key goes to the next marked segment", "plot.dataset.segment !== ''");

const rows = await browser.ask("Number(plot.dataset.rows)");
await browser.ask(`[...document.querySelectorAll("#graph-series input")].filter(i => /^(data|ACKs)/.test(i.parentElement.textContent)).forEach(i => i.click())`);
await settle();
await check("a series can be left out", async () => await browser.ask("Number(plot.dataset.rows)") < rows);
await bar("The whole connection");
await check("no late segment and no RST is thinned out of the whole", `(() => {
  const marks = /SYN|FIN|RST|late segment|INVALID|not forwarded|injected/;
  const listed = [...document.querySelectorAll("#graph-list button")].filter(b => marks.test(b.textContent)).length;
  return listed >= 10 && listed === Number(plot.dataset.marked) ? true : [listed, plot.dataset.marked];
})()`);
await check("the marked segments are a list, too", "document.querySelectorAll('#graph-list button').length >= 7");

// --- ladder and tables
await check("the ladder: its lanes, and two segments that were lost", `(() => {
  const svg = document.querySelector("figure.ladder svg");
  return ["client", "container", "host", "server"].every(n => svg.textContent.includes(n)) && svg.querySelectorAll("path.lost").length >= 2 &&
    svg.querySelectorAll("path.injected").length === 2;
})()`);
const sortBy = n => click(`#findings thead th:nth-child(${n}) button`);
const column = n => browser.ask(`[...document.querySelectorAll("#findings tbody tr td:nth-child(${n})")].map(c => c.textContent)`);
await sortBy(1);
await check("a table is sorted by number", () => column(1), ["1", "2", "3"]);
await sortBy(1);
await check("… and back", () => column(1), ["3", "2", "1"]);
await check("… and says so", "document.querySelector('#findings th').ariaSort", "descending");
await sortBy(2);
await check("by severity: the worst first", () => column(2), ["error", "error", "warning"]);
await click("#findings tr[data-finding='1'] .jump");
await check("a row leads to the graph", "document.activeElement.id", "plot");
await check("nothing was complained about", async () => complaints, []);
await check("nothing was asked of anybody", async () => requests.filter(url => !url.startsWith("file:") || !url.endsWith(".html")), []);
await check("the policy refuses requests", "fetch('data:text/plain,x').then(() => 'sent', () => 'refused')", "refused");
await check("the policy refuses scripts that are not of the page", `(() => {
  const script = document.createElement("script");
  script.textContent = "window.strange = true";
  document.body.append(script);
  return window.strange === undefined;
})()`);

// --- dark, print
const light = await browser.ask("getComputedStyle(document.body).backgroundColor");
await open(incident, "dark");
await check("dark where that is wanted", async () => await browser.ask("getComputedStyle(document.body).backgroundColor") !== light);
const { data } = await browser.call("Page.printToPDF");
await check("it prints", async () => data.length > 20000);
await check("what was folded is unfolded on paper", "[...document.querySelectorAll('#what-happened details')].map(d => d.open)", [true, true, true]);
await check("nothing was complained about in the dark", async () => complaints, []);

// --- contrast (WCAG 2: 4.5 to 1), names, and what moves
const faint = `(() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== "rgba(0, 0, 0, 0)") return c; } };
  return [...new Set([...document.querySelectorAll("body *")].filter(e => !/^(script|style|option)$/i.test(e.tagName) && !e.closest("#plot") &&
      [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
    const style = getComputedStyle(e), a = light(e.closest("svg") ? style.fill : style.color), b = light(behind(e));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5 ? e.tagName + "." + (e.getAttribute("class") || "") : "";
  }))].filter(Boolean);
})()`;
await check("dark: no text is faint", faint, []);
await open(incident);
await check("light: no text is faint", faint, []);
await check("every control has a name", `[...document.querySelectorAll("input, select, button")].filter(e => e.checkVisibility() &&
  !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim())).map(e => e.outerHTML)`, []);
await check("no heading is left out", `[...document.querySelectorAll("h1, h2, h3")].map(h => Number(h.tagName[1])).every((h, i, all) => h <= (all[i - 1] || 0) + 1)`);
await check("nothing moves by itself", `[...document.querySelectorAll("*")].filter(e => getComputedStyle(e).animationName !== "none" ||
  getComputedStyle(e).transitionDuration !== "0s").length`, 0);

// --- narrow, wide, paper
const widest = async (width, media = "screen") => {
  await browser.call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
  await browser.call("Emulation.setEmulatedMedia", { media });
  await settle();
  return browser.ask(`[...document.querySelectorAll("table")].filter(t => t.offsetWidth > t.parentElement.clientWidth + 1).map(t => t.caption.textContent)
    .concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : [])`);
};
await open(incident);
await check("on a telephone only tables and code are wider than the page", async () => (await widest(400)).includes("the page"), false);
await check("findings and captures have room in 1280 pixels", async () => (await widest(1280)).filter(name => !name.startsWith("Connections")), []);
await check("on paper (A4, landscape) no table is cut", () => widest(1030, "print"), []);
await widest(1200);

// --- names and rules that try to break out
await open(hostile);
await settle();
await check("hostile: no script of it ran", "window.pwned === undefined");
await check("hostile: no element of it", "document.querySelectorAll('b, img, iframe, object, base, a:not([href^=\"#\"])').length", 0);
await check("hostile: its text is there as text", "document.body.textContent.includes('<img src=x onerror=')");
await check("hostile: the graph works", "plot.dataset.rows > 0");
await check("hostile: no character that turns the direction", "/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.documentElement.textContent)", false);
await check("hostile: a filter finds rows", `(() => {
  const input = document.querySelector("#findings .filter input");
  input.value = "RULE-24 warning";
  input.dispatchEvent(new Event("input"));
  const rows = [...document.querySelectorAll("#findings tbody tr")];
  return rows.some(r => !r.hidden) && rows.every(r => r.hidden !== r.cells[2].textContent.includes("rule-24"));
})()`);
await check("hostile: nothing was complained about", async () => complaints, []);

// --- SYNs alone, which have no height
await open(silent);
await settle();
await check("SYNs alone: it opens on an axis that begins at the ISN", async () => {
  const [, , low, high] = await range();
  return low > -10 && high >= 50;
});
await bar("The whole connection");
await check("SYNs alone: so does the whole", async () => {
  const [, , low, high] = await range();
  return low > -10 && high >= 100;
});

await browser.close();
console.log(`1..${tests}`);
process.exit(failed > 0 ? 1 : 0);
