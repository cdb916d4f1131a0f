// A picture of a page, as in reports/screens/.
//
// usage: node tests/browser/screen.mjs CHROMIUM PAGE.html OUT.png [WIDTH HEIGHT [dark]]
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { openBrowser } from "./browser.mjs";

const [program, page, out, width = "1280", height = "1500", scheme = "light"] = process.argv.slice(2);
const browser = await openBrowser(program);
const size = { width: Number(width), height: Number(height) };
await browser.call("Page.enable");
await browser.call("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: false });
await browser.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
const loaded = new Promise(resolve => browser.on(method => method === "Page.loadEventFired" && resolve()));
await browser.call("Page.navigate", { url: pathToFileURL(page).href });
await loaded;
await browser.ask("new Promise(resolve => setTimeout(resolve, 1500))");
const { data } = await browser.call("Page.captureScreenshot", { captureBeyondViewport: true, clip: { x: 0, y: 0, ...size, scale: 1 } });
writeFileSync(out, Buffer.from(data, "base64"));
await browser.close();
