import { defineConfig } from "@playwright/test";
import { launchOptions } from "./browser.ts";

/** Not a test: takes a picture of every page for people to look at (`cargo xtask screenshots`). */
export default defineConfig({
  testDir: "screenshots",
  testMatch: "*.shots.ts",
  workers: 1,
  timeout: 120_000,
  reporter: [["list"]],
  use: { browserName: "chromium", launchOptions },
});
