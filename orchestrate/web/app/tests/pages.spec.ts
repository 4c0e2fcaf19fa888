// What is true of each page.
import { world } from "./harness";
import { furnish, listed } from "./list";
import { barriers, expect, test } from "./page";

const w = world();
test.beforeAll(() => furnish(w));

const widths = [1280, 390];
const schemes = ["light", "dark"] as const;

for (const [name, listing] of Object.entries(listed)) {
  test(`${name}: opens, shows what there is, and anybody can read it`, async ({ page, watched }) => {
    watched.expected.push(/404 \(Not Found\).*\/nothing/);
    const response = await page.goto(w.url + listing.path(w));
    expect(response?.status()).toBe(name === "no page" ? 404 : 200);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(listing.heading);
    await expect(page.getByRole("main")).toContainText(listing.shows);
    await expect(page.getByText("live", { exact: true })).toBeVisible();
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        expect(await barriers(page, colorScheme === "light" ? [] : ["color-contrast"]), `${width} ${colorScheme}`).toEqual([]);
      }
      const beside = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(beside, `pixels that are beside a page of ${width}`).toBe(0);
    }
  });
}

test("the menu leads to each of its pages, without loading anything anew", async ({ page }) => {
  await page.goto(w.url);
  await page.evaluate(() => Object.assign(window, { stays: true }));
  for (const link of await page.getByRole("navigation").getByRole("link").all()) {
    await link.click();
    await expect(link).toHaveAttribute("aria-current", "page");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText((await link.textContent()) ?? "");
  }
  expect(await page.evaluate(() => "stays" in window)).toBe(true);
});

test("without JavaScript a page says what shows the same", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(w.url);
  await expect(page.locator("noscript")).toBeVisible();
  await context.close();
});
