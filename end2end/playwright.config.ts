import { defineConfig } from "@playwright/test";
import { launchOptions } from "./browser.ts";

const html = process.env.PILOTHOUSE_HTML_REPORT ? ([["html", { open: "never" }]] as const) : [];

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  // Each spec has servers and clusters of its own, and the machine may have two cores.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json"], ...html],
  use: {
    browserName: "chromium",
    launchOptions,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    testIdAttribute: "data-testid",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    actionTimeout: 15_000,
  },
});
