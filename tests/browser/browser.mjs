// A headless Chromium, told what to do over a pipe: the DevTools protocol, and no package for it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ARGUMENTS = [
  "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
  "--hide-scrollbars", "--force-color-profile=srgb",
];

export async function openBrowser(program) {
  const profile = mkdtempSync(join(tmpdir(), "tcpmortem-browser."));
  const child = spawn(program, [...ARGUMENTS, `--user-data-dir=${profile}`, "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const waiting = new Map();
  const listeners = [];
  let last = 0, rest = "";

  child.stdio[4].setEncoding("utf8").on("data", text => {
    const messages = (rest + text).split("\0");
    rest = messages.pop();
    for (const message of messages.map(m => JSON.parse(m))) {
      if (message.id === undefined) {
        listeners.forEach(listener => listener(message.method, message.params));
        continue;
      }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message)); else resolve(message.result);
    }
  });
  child.on("exit", () => waiting.forEach(({ reject }) => reject(new Error("the browser has gone"))));

  const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    child.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);

  return {
    call,
    on: listener => listeners.push(listener),
    // The value of an expression in the page.
    async ask(expression) {
      const { result, exceptionDetails } =
        await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
      return result.value;
    },
    async close() {
      const gone = new Promise(resolve => child.on("exit", resolve));
      send("Browser.close").catch(() => {});
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
