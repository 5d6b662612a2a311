// Watches a list in a real browser, and says when rows with certain counts of restarts have been painted.
//
// Started by `pilothouse-bench` with one argument, JSON: { modules, chromium, url, sort, user, password, base, step }.
// A count of `base + n * step` or a little more stands for the n-th change. Writes JSON lines: {"ready":true} once the
// page lives, then {"change":n,"at":T}, T in milliseconds since the Unix epoch. Ends when standard input does.
import { createRequire } from "node:module";

const given = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${given.modules}/`)("playwright-core");
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const browser = await chromium.launch({
  executablePath: given.chromium,
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
process.stdin.on("end", () => browser.close().then(() => process.exit(0)));
process.stdin.resume();

const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
const page = await context.newPage();
await page.goto(`${given.url}/login`);
await page.getByLabel("User name").fill(given.user);
await page.getByLabel("Password", { exact: true }).fill(given.password);
await page.getByRole("button", { name: "Sign in" }).click();
await page.waitForURL((url) => !url.pathname.startsWith("/login"));
await page.goto(`${given.url}/resources/pods?sort=${given.sort}`, { waitUntil: "domcontentloaded" });
await page.waitForSelector("html[data-alive]", { state: "attached", timeout: 30_000 }).catch(() => {
  throw new Error("the page was never taken over: was the server built with the browser's files?");
});
await page.getByTestId("row").first().waitFor();

await page.exposeFunction("painted", (changes, at) => changes.forEach((change) => say({ change, at })));
await page.evaluate(({ base, step }) => {
  const seen = new Set();
  const look = () => {
    const fresh = [];
    for (const cell of document.querySelectorAll('[data-testid="row"] [data-column="restarts"]')) {
      const change = Math.floor((Number(cell.textContent.trim()) - base) / step);
      if (change >= 0 && !seen.has(change)) {
        seen.add(change);
        fresh.push(change);
      }
    }
    if (fresh.length === 0) return;
    // A message that is sent in a frame arrives after that frame was painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.painted(fresh, performance.timeOrigin + performance.now());
      port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}, given);
say({ ready: true });
