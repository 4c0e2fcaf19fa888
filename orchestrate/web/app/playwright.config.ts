// How the pages are tested: in the Chromium of the system, against servers that each file starts for itself.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  projects: [{ name: "pages" }, { name: "hadoop", testMatch: "*.hadoop.ts" }], // of make test-web and make test-hadoop
  outputDir: "test-results",
  workers: 2,
  retries: 0, // a test that fails now and then is a defect
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"], // as root, Chromium has no sandbox of its own
    },
  },
});
