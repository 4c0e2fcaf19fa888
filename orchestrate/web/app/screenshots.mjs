// Makes the pictures of the documents: node screenshots.mjs URL FOLDER. "make screenshots" starts a demo for it.
import { chromium } from "playwright-core";

const [url, folder] = process.argv.slice(2);
const pages = {
  now: { path: "/" },
  "now-dark": { path: "/", dark: true },
  tasks: { path: "/tasks?state=failed,pending" },
  task: { path: "/tasks?state=failed", follow: 'a[href^="/task?"]' },
  grid: { path: "/grid" },
  graph: { path: "/graph" },
  history: { path: "/history" },
  phone: { path: "/", width: 390 },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [name, { path, dark, follow, width }] of Object.entries(pages)) {
  const context = await browser.newContext({ viewport: { width: width ?? 1280, height: 800 }, colorScheme: dark ? "dark" : "light", timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url + path);
  await page.getByText("live", { exact: true }).waitFor();
  if (follow !== undefined) {
    await page.locator(follow).first().click();
  }
  await page.waitForFunction(() => !document.body.innerText.includes("Loading…"));
  await page.waitForLoadState("load");
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}
await browser.close();
