// Families and days at a glance: gone through by keyboard, pointer and wheel, and acted on by the range.
import type { Page } from "@playwright/test";
import { world } from "./harness";
import { confirm, expect, test } from "./page";

const w = world();
const bad = ["2015-01-04", "2015-01-05"];

test.beforeAll(async () => {
  bad.forEach((day) => w.mark("fail", day));
  await w.backfill("2013-01-01", "2013-01-01"); // so that there is something to scroll to
  await w.backfill("2015-01-01", "2015-01-06");
  await Promise.all(bad.map((day) => w.until(w.edition(day), "failed")));
  await Promise.all(["2013-01-01", "2015-01-06"].map((day) => w.until(w.edition(day), "done")));
});

const view = (page: Page) => page.getByRole("application", { name: "States by family and partition" });
const range = (page: Page, name: string) => page.locator("section.card").filter({ has: page.getByRole("heading", { name, exact: true }) });

/** The middle of the cell that is so many days before the last one. */
async function cell(page: Page, before: number): Promise<{ x: number; y: number }> {
  const box = await view(page).evaluate((e) => {
    const { left, top } = e.getBoundingClientRect();
    return { left: left + e.clientLeft, top: top + e.clientTop, width: e.clientWidth };
  });
  return { x: box.left + box.width - 8 - 16 * before, y: box.top + 40 + 8 };
}

test("by keyboard one goes from day to day, opens a task, and brushes a range", async ({ page }) => {
  await page.goto(`${w.url}/grid`);
  await view(page).focus();
  const cursor = page.locator(".grid-cursor");
  await page.keyboard.press("ArrowLeft");
  await expect(cursor).toContainText("Edition 2015-01-05: failed, late");
  await page.keyboard.press("Home");
  await expect(cursor).toContainText("Edition 2013-01-01: done");
  await page.keyboard.press("End");
  await expect(cursor).toContainText("Edition 2015-01-06: done");
  for (let n = 0; n < 3; n++) {
    await page.keyboard.press("Shift+ArrowLeft");
  }
  await expect(cursor).toContainText("Brushed: 1 × 4 cells.");
  await expect(range(page, "Edition, 2015-01-03..2015-01-06")).toContainText("2 ✓ done");
  await page.keyboard.press("Escape");
  await expect(range(page, "Edition, 2015-01-03..2015-01-06")).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.edition(bad[0] ?? ""));
});

test("the pointer tells what it is over and opens it, the wheel scrolls", async ({ page }) => {
  await page.goto(`${w.url}/grid`);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const tip = page.locator(".tip");
  const over = async (at: { x: number; y: number }, text: string) => {
    await expect(async () => {
      await page.mouse.move(at.x - 1, at.y);
      await page.mouse.move(at.x, at.y);
      await expect(tip).toContainText(text, { timeout: 200 });
    }).toPass();
  };
  const last = await cell(page, 0);
  await over(last, "Edition 2015-01-06: done");
  await page.mouse.wheel(-160, 0);
  await over(last, "Edition 2014-12-27");
  await expect(async () => { // a browser that is still at an earlier turn of the wheel may pass over one
    await page.mouse.wheel(-100_000, 0);
    await expect.poll(() => view(page).evaluate((e) => e.scrollLeft), { timeout: 2000 }).toBe(0);
  }).toPass();
  await page.mouse.wheel(100_000, 0);
  await over(await cell(page, 1), "Edition 2015-01-05: failed, late");
  const failed = await cell(page, 1);
  await page.mouse.click(failed.x, failed.y);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.edition(bad[1] ?? ""));
});

test("what is shown is chosen, and the address has it", async ({ page }) => {
  await page.goto(`${w.url}/grid`);
  await page.getByRole("button", { name: "Hours 0" }).click();
  await expect(page.getByText("No task is for an hour. Days has 1 family.")).toBeVisible();
  await page.getByRole("link", { name: "Days" }).click();
  await page.getByRole("searchbox", { name: "Family contains" }).fill("nothing");
  await expect(page.getByText("No family is called like that.")).toBeVisible();
  await page.getByRole("link", { name: "Show all" }).click();
  const width = () => view(page).evaluate((e) => e.scrollWidth);
  const before = await width();
  await page.getByRole("button", { name: "Larger cells" }).click();
  await expect(page).toHaveURL(/size=24/);
  await expect.poll(width).toBeGreaterThan(before * 1.2);
  await page.getByText("As a table").click();
  await expect(page.getByRole("region", { name: "Tasks of each family by state" }).getByRole("row").nth(1)).toContainText("Edition25");
});

test("what failed in a range that is brushed is tried again, and marked", async ({ page }) => {
  await page.goto(`${w.url}/grid`);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const drag = async () => {
    const [from, to] = [await cell(page, 5), await cell(page, 0)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
  };
  await drag();
  const brushed = range(page, "Edition, 2015-01-01..2015-01-06");
  await expect(brushed).toContainText("2 ✕ failed");
  await brushed.getByRole("button", { name: "Mark done 2" }).click();
  await expect(page.getByRole("dialog").getByRole("listitem")).toHaveText(bad.map(() => /^Edition\(date=2015-01-0[45], /));
  await page.getByRole("button", { name: "Cancel" }).click();

  w.unmark("fail", bad[0] ?? "");
  await brushed.getByRole("button", { name: "Retry 2" }).click();
  await confirm(page, "Retry");
  await w.until(w.edition(bad[0] ?? ""), "done");
  await expect(brushed).toContainText("1 ✕ failed");
  await brushed.getByRole("button", { name: "Mark done" }).click();
  await page.getByLabel("Why, for the history").fill("printed elsewhere");
  await confirm(page, "Mark done");
  await expect(brushed).not.toContainText("failed");
  await expect(brushed).toContainText("6 ✓ done");
});

test("the commands of a range clear its outputs, which undo brings back, and run what is missing", async ({ page }) => {
  await w.backfill("2016-03-01", "2016-03-03");
  await w.until(w.edition("2016-03-03"), "done");
  const days = ["2016-03-01", "2016-03-02", "2016-03-03"];
  await Promise.all(days.map((day) => w.until(w.edition(day), "done")));
  days.forEach((day) => w.mark("wait", day));
  await page.goto(`${w.url}/grid`);
  await view(page).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Shift+ArrowLeft");
  const brushed = range(page, "Edition, 2016-03-01..2016-03-03");
  await expect(brushed).toContainText("3 ✓ done");
  const [missing, again] = await brushed.locator(".command code").allInnerTexts();

  expect(await w.type(`${again} --yes`)).toContain("3 tasks cleared");
  await expect(brushed).toContainText("3 ▶ running");
  expect(days.map((day) => w.made(`edition/${day}`))).toEqual([false, false, false]);
  await brushed.getByRole("button", { name: "Kill 3" }).click();
  await confirm(page, "Kill");
  await expect(brushed).toContainText("3 ✕ failed");
  await w.type("gomr undo");
  await expect(brushed).toContainText("3 ✓ done");
  expect(days.map((day) => w.made(`edition/${day}`))).toEqual([true, true, true]);

  expect(await w.type(`${missing} --dry-run`)).toContain("complete");
});
