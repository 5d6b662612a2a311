import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { Pilothouse } from "../fixtures/pilothouse.ts";
import { Rest } from "../fixtures/rest.ts";

const FOLDER = process.env.SCREENSHOTS_DIR ?? "../target/screenshots";
const THEMES = ["light", "dark"] as const;
const WIDTHS = [1440, 390] as const;
const LANGUAGES = ["en", "zh"] as const;

/** A deployment that is placed before the pictures are taken, so that there is something to see. */
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: web
          image: registry.example/checkout:1.4.2
          resources: {requests: {cpu: 250m, memory: 256Mi}}
`;

/** Name of the picture, and the address; `{cluster}` and `{decision}` are filled in. */
const PAGES: [string, string][] = [
  ["overview", "/"],
  ["clusters", "/clusters"],
  ["cluster", "/clusters/{cluster}"],
  ["pods", "/resources/pods"],
  ["nodes", "/resources/nodes"],
  ["deployments", "/resources/deployments"],
  ["schedule", "/schedule"],
  ["decisions", "/decisions"],
  ["decision", "/decisions/{decision}"],
  ["alerts", "/alerts"],
  ["alert-rules", "/alert-rules"],
  ["channels", "/channels"],
  ["deliveries", "/deliveries"],
  ["users", "/users"],
  ["tokens", "/tokens"],
  ["audit", "/audit"],
  ["preferences", "/preferences"],
];

let server: Pilothouse;
let user = "";
let password = "";
const values = { cluster: "", decision: "" };

test.beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  server = await Pilothouse.start({ mode: "demo" });
  await expect(() => expect(server.log).toMatch(/password\s+\S/)).toPass({ timeout: 30_000 });
  user = server.log.match(/user\s+(\S+)/)?.[1] ?? "";
  password = server.log.match(/password\s+(\S.*\S)/)?.[1] ?? "";
  const rest = new Rest(server.url, await server.token(user));
  await expect(async () => {
    const { items } = await rest.get("/api/v1/clusters");
    expect(items.map((cluster: any) => cluster.state)).toEqual(["Online", "Online", "Online"]);
    values.cluster = items[0].name;
  }).toPass({ timeout: 30_000 });
  const placed = await rest.request("POST", "/v1/schedule", DEPLOYMENT, { "content-type": "application/yaml" });
  values.decision = placed.body.id;
});

test.afterAll(async () => {
  await server.stop();
  await server.remove();
});

async function inEveryAppearance(page: Page, name: string, path: string): Promise<void> {
  for (const theme of THEMES) {
    for (const lang of LANGUAGES) {
      await page.context().addCookies([
        { name: "theme", value: theme, url: server.url },
        { name: "lang", value: lang, url: server.url },
      ]);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const response = await page.goto(server.url + path, { waitUntil: "load" });
        expect(response?.status(), path).toBe(200);
        // Time for hydration and the first live rows.
        await page.waitForTimeout(700);
        await page.screenshot({ path: join(FOLDER, `${name}-${theme}-${width}-${lang}.png`), fullPage: true });
      }
    }
  }
}

test("login", async ({ page }) => inEveryAppearance(page, "login", "/login"));

for (const [name, address] of PAGES) {
  test(name, async ({ page }) => {
    const path = address.replace("{cluster}", values.cluster).replace("{decision}", values.decision);
    const answer = await page.request.post(`${server.url}/api/v1/session`, {
      data: { username: user, password },
      headers: { origin: server.url },
    });
    expect(answer.status()).toBe(204);
    await inEveryAppearance(page, name, path);
  });
}
