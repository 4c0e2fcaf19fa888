// Makes the pictures of the documents, NAME.png and NAME-dark.png: node screenshots.mjs URL FOLDER [NAME…].
// "make screenshots" starts a demo for it.
import { chromium } from "playwright-core";

/** What is shown, by name. A new page is one more line: its path, and the links that lead on from there. */
const pages = {
  now: { path: "/" },
  grid: { path: "/grid" },
  graph: { path: "/graph" },
  tasks: { path: "/tasks?state=failed,pending" },
  task: { path: "/tasks?state=failed", follow: ["/task?"] },
  runs: { path: "/runs" },
  run: { path: "/runs", follow: ["/run?"] },
  backfills: { path: "/backfills" },
  schedules: { path: "/schedules" },
  schedule: { path: "/schedules", follow: ["/schedule?"] },
  history: { path: "/history" },
  due: { path: "/due" },
  workers: { path: "/workers" },
  resources: { path: "/resources" },
  notifications: { path: "/notifications" },
  audit: { path: "/audit?kind=any" },
  tokens: { path: "/tokens" },
  phone: { path: "/", width: 390 },
  "phone-task": { path: "/tasks?state=failed", follow: ["/task?"], width: 390 },
  "phone-grid": { path: "/grid", width: 390 },
};

const [url, folder, ...names] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** Waits until all that was asked for is there and painted. */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector("h1") && !document.body.innerText.includes("Loading…"));
  await page.waitForLoadState("load");
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
}

async function picture(name, colorScheme) {
  const { path, follow = [], width = 1280 } = pages[name];
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.getByText("live", { exact: true }).waitFor();
  for (const link of follow) {
    await page.locator(`main a[href^="${link}"]`).first().click();
    await page.waitForURL((at) => `${at.pathname}${at.search}`.startsWith(link));
  }
  await settled(page);
  await page.screenshot({ path: `${folder}/${name}${colorScheme === "dark" ? "-dark" : ""}.png` });
  await context.close();
}

for (const name of names.length > 0 ? names : Object.keys(pages)) {
  for (const colorScheme of ["light", "dark"]) {
    await picture(name, colorScheme);
  }
}
await browser.close();
