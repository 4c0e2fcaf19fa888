// Clearing: what would be moved is shown first, then it is moved, and brought back.
import { world } from "./harness";
import { barriers, confirm, expect, stateOf, test } from "./page";

const w = world();
test.beforeAll(async () => {
  await w.run("a", "b", "c");
  await Promise.all(["a", "b", "c"].map((s) => w.until(w.sheet(s), "done")));
  await w.cli("pause", "press"); // so that what is cleared stays so
});

const output = (name: string) => `made/${Buffer.from(name).toString("hex")}`;

test("a task is cleared after a look at what that would move, and undone", async ({ page }) => {
  await page.goto(`${w.url}/task?id=${encodeURIComponent(w.sheet("a"))}`);
  await expect(stateOf(page)).toHaveText("✓ done");
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  const dialog = page.getByRole("dialog");
  const rows = dialog.getByRole("region", { name: "What would be moved" }).getByRole("row");
  await expect(rows).toHaveCount(1 + 1);
  await expect(rows.nth(1)).toContainText(output("a"));
  await dialog.getByRole("checkbox", { name: "Clear what depends on them, too" }).check();
  await expect(rows).toHaveCount(1 + 1); // but for wrappers
  await dialog.getByLabel("Why, for the history").fill("wrong ink");
  await expect(dialog.locator("code")).toHaveText(`gomr clear '${w.sheet("a")}' --downstream --note 'wrong ink' --server ${w.url}`);
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  expect(w.made(output("a"))).toBe(true);

  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await dialog.getByLabel("Why, for the history").fill("wrong ink");
  await dialog.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(dialog.getByText("1 task cleared.")).toBeVisible();
  await expect(stateOf(page)).toHaveText("○ pending");
  expect(w.made(output("a"))).toBe(false);
  await dialog.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(dialog.getByText("is back")).toBeVisible();
  await expect(stateOf(page)).toHaveText("✓ done");
  expect(w.made(output("a"))).toBe(true);
  await confirm(page, "Close");

  await page.goto(`${w.url}/audit`);
  await expect(page.getByRole("region", { name: "Events" })).toContainText("wrong ink");
});

test("many are cleared together, and the page of the clear brings them back", async ({ page }) => {
  await page.goto(`${w.url}/tasks?family=Sheet`);
  await page.getByRole("checkbox", { name: `Pick ${w.sheet("b")}` }).check();
  await page.getByRole("checkbox", { name: `Pick ${w.sheet("c")}` }).check();
  await page.getByRole("button", { name: "Clear 2" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("row")).toHaveCount(1 + 2);
  await dialog.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(dialog.getByText("2 tasks cleared.")).toBeVisible();
  const id = await dialog.locator("p > code").first().textContent();
  await confirm(page, "Close");
  expect(["b", "c"].map((s) => w.made(output(s)))).toEqual([false, false]);

  await page.goto(`${w.url}/task?id=clear(${id})`);
  const moved = page.getByRole("region", { name: "Outputs" });
  await expect(moved.getByRole("row")).toHaveCount(1 + 2);
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(page.getByText("is back")).toHaveCount(2);
  await Promise.all(["b", "c"].map((s) => w.until(w.sheet(s), "done")));
  expect(["b", "c"].map((s) => w.made(output(s)))).toEqual([true, true]);
});
