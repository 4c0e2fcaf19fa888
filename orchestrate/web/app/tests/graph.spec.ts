// The picture of what requires what.
import type { Page } from "@playwright/test";
import { world } from "./harness";
import { expect, test } from "./page";

const w = world();
test.beforeAll(async () => {
  w.mark("fail", "bad");
  await w.run("one", "two", "bad");
  await Promise.all([w.until(w.sheet("one"), "done"), w.until(w.sheet("two"), "done"), w.until(w.sheet("bad"), "failed")]);
});

const node = (page: Page, name: RegExp) => page.getByRole("application").getByRole("link", { name });
const facts = (page: Page) => page.locator(".graph-facts");

test("by keyboard one follows what is required, and opens it", async ({ page }) => {
  await page.goto(`${w.url}/graph?run=1`);
  await expect(page.getByText("4 tasks", { exact: true })).toBeVisible();
  await node(page, /^Book/).focus();
  await expect(facts(page).getByRole("heading")).toContainText("Book(");
  await page.keyboard.press("ArrowLeft");
  await expect(facts(page).getByRole("heading")).toContainText("Sheet(");
  await page.keyboard.press("ArrowRight");
  await expect(facts(page).getByRole("heading")).toContainText("Book(");
  const picture = page.locator(".graph svg > g");
  const before = await picture.getAttribute("transform");
  await page.keyboard.press("+");
  await expect(picture).not.toHaveAttribute("transform", before ?? "");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Sheet\(/);
});

test("what is looked for is lit, and states change as they happen", async ({ page }) => {
  await page.goto(`${w.url}/graph?run=1`);
  await page.getByRole("searchbox", { name: "Find in the graph" }).fill("name=bad");
  await expect(page.getByText("1 of 4", { exact: true })).toBeVisible();
  await expect(page.locator(".node-pale")).toHaveCount(3);
  await page.getByRole("searchbox", { name: "Find in the graph" }).press("Enter");
  await expect(facts(page).getByRole("heading")).toHaveText(w.sheet("bad"));
  await page.getByRole("searchbox", { name: "Find in the graph" }).fill("");
  await page.getByRole("group", { name: "Legend" }).getByRole("button", { name: "done 2" }).click();
  await expect(page.locator(".node-pale")).toHaveCount(2);

  w.unmark("fail", "bad");
  await w.type(`gomr forgive '${w.sheet("bad")}'`);
  await expect(facts(page).locator(".state")).toHaveText("✓ done");
  await expect(page.getByRole("group", { name: "Legend" }).getByRole("button", { name: "done 4" })).toBeVisible();
});

test("families open and close, and around a task is what is near it", async ({ page }) => {
  await page.goto(`${w.url}/graph?run=1&collapse=family`);
  const family = page.getByRole("application").getByRole("button", { name: /^Sheet/ });
  await expect(family).toHaveAccessibleName(/3 done|1 failed/);
  await family.focus();
  await page.keyboard.press("Enter");
  await expect(node(page, /^Sheet/)).toHaveCount(3);
  await expect(page).toHaveURL(/expand=Sheet/);
  await page.getByRole("button", { name: "Collapse Sheet" }).first().click();
  await expect(family).toBeVisible();

  await page.goto(`${w.url}/graph?around=${encodeURIComponent(w.sheet("one"))}&depth=1`);
  await expect(page.getByText("2 tasks", { exact: true })).toBeVisible();
  await page.getByLabel("Steps").fill("0");
  await page.getByLabel("Steps").press("Enter");
  await expect(page.getByText("1 task", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Critical path" }).click();
  await expect(facts(page).getByRole("status")).not.toBeEmpty();
  await facts(page).getByRole("link", { name: "Open" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("one"));
});
