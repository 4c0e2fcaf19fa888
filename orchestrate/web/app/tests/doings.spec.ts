// Backfills that are started on a page, the grid under a finger, the history of any span, and tokens.
import type { Page } from "@playwright/test";
import { world } from "./harness";
import { furnish } from "./list";
import { barriers, confirm, expect, test } from "./page";

const w = world();
test.describe.configure({ mode: "serial" });
test.beforeAll(() => furnish(w));

/** The folder that tasks have as a parameter. */
const folder = () => /dir=([^,]+),/.exec(w.sheet("x"))?.[1] ?? "";
const edition = (day: string) => `Edition(date=${day}, dir=${folder()})`;
const facts = (page: Page) => page.locator(".facts").first();

async function fill(page: Page, label: string, value: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByLabel(label, { exact: true }).press("Tab");
}

test("a worker tells what a backfill would run, and then it is started", async ({ page }) => {
  w.mark("fail", "2014-06-02");
  await page.goto(`${w.url}/backfills`);
  await page.getByRole("link", { name: "Start a backfill" }).click();
  await fill(page, "Task", "Edition");
  await fill(page, "Parameter of the labels", "date");
  await fill(page, "First label", "2014-06-01");
  await fill(page, "Last label", "2014-06-03");
  await page.getByLabel("Other parameters, one on a line").fill(`--dir=${folder()}`);
  await fill(page, "At most under way", "2");
  const command = `gomr backfill start Edition --date=2014-06-01..2014-06-03 --dir=${folder()} --cap 2 --server ${w.url}`;
  await expect(page.locator("code")).toHaveText(`${command} --dry-run`);

  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(facts(page)).toContainText("3 2014-06-01 2014-06-02 2014-06-03");
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(command);
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Backfill 1");
  await expect(page.getByText("66% of 3: 2 done, 1 failed")).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "2014-06-02" })).toContainText("for 2014-06-02");
});

test("what has failed is tried again, and what is there goes to the trash only when it is asked for", async ({ page }) => {
  w.unmark("fail", "2014-06-02");
  await page.goto(`${w.url}/backfill/start?family=Edition&first=2014-06-01&last=2014-06-03`);
  await expect(page.getByLabel("Parameter of the labels")).toHaveValue("date");
  await page.getByLabel("Which labels").selectOption("failed");
  await expect(page).toHaveURL(/which=failed/);
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(facts(page)).toContainText(/Complete2Failed1Under way0To run1 2014-06-02$/);

  await page.getByLabel("Which labels").selectOption("all");
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(facts(page)).toContainText("2 of them: outputs that go to the trash");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByRole("dialog")).toContainText("The outputs of 2 tasks go to the trash");
  await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByText("100% of 3: 3 done")).toBeVisible();
  await w.until(edition("2014-06-02"), "done");
});

test("what no worker can tell is said", async ({ page }) => {
  await page.goto(`${w.url}/backfill/start?family=Edition&labels=2014-06-01+nonsense`);
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("nonsense");
  await expect(page.getByRole("button", { name: "Start", exact: true })).toHaveCount(0);
});

test("the history of a span is in the address", async ({ page }) => {
  await page.goto(`${w.url}/history`);
  const rows = page.getByRole("region", { name: "Attempts" }).getByRole("row");
  await page.getByLabel("Task contains").fill("NAME=broken");
  await page.getByLabel("Task contains").press("Enter");
  await expect(rows).toHaveCount(1 + 1);
  await page.getByRole("button", { name: "Today" }).click();
  await page.getByLabel("Outcome", { exact: true }).selectOption("failed");
  await expect(rows).toHaveCount(1 + 1);
  await expect(page).toHaveURL(/since=\d{4}-\d\d-\d\dT00%3A00/);
  await expect(page.locator("code")).toContainText(/^gomr history --since \S+ --outcome failed --search NAME=broken --server http:\S+$/);
  await page.reload();
  await expect(rows).toHaveCount(1 + 1);
  await page.getByLabel("Outcome", { exact: true }).selectOption("succeeded");
  await expect(page.getByText("No attempt is like that.")).toBeVisible();
  await page.getByLabel("Outcome", { exact: true }).selectOption("failed");
  await page.getByRole("button", { name: "Yesterday" }).click();
  await expect(page.getByText("No attempt is like that.")).toBeVisible();
  await page.goto(`${w.url}/history?outcome=running`);
  await expect(rows).toHaveCount(1 + 1);
  await expect(rows.nth(1)).toContainText("name=waiting");
});

test("shift and arrows brush a range, from which a backfill is started", async ({ page }) => {
  await page.goto(`${w.url}/grid`);
  const grid = page.getByRole("application");
  await grid.focus();
  await grid.press("Shift+ArrowLeft");
  await expect(page.getByRole("heading", { name: "Edition, 2014-06-02..2014-06-03" })).toBeVisible();
  await page.getByRole("link", { name: "Backfill", exact: true }).click();
  await expect(page.getByLabel("First label", { exact: true })).toHaveValue("2014-06-02");
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(page.getByText("There is nothing to do.")).toBeVisible();
});

test("a finger that rests and moves brushes, and one that moves at once scrolls", async ({ browser }) => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${w.url}/grid?size=32`);
  const grid = page.getByRole("application");
  const canvas = await grid.locator("canvas").boundingBox();
  expect(canvas).not.toBeNull();
  const { x = 0, y = 0, width = 0 } = canvas ?? {};
  const at = { x: x + Math.round(width * 0.3) + 40, y: y + 40 + 8 };
  const session = await context.newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", dx = 0) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x: at.x + dx, y: at.y }] });

  await touch("touchStart");
  for (const dx of [10, 20, 30, 34]) {
    await touch("touchMove", dx);
  }
  await touch("touchEnd");
  await expect(page.getByText(/Brushed:/)).toHaveCount(0);

  await touch("touchStart");
  await expect(page.getByText(/Brushed: 1 × 1 cells/)).toBeVisible();
  for (const dx of [12, 24, 34]) {
    await touch("touchMove", dx);
  }
  await expect(page.getByText(/Brushed: 1 × 2 cells/)).toBeVisible();
  await touch("touchEnd");
  await expect(page.getByRole("heading", { name: /^Edition, 2014-06-0\d\.\.2014-06-0\d$/ })).toBeVisible();
  await context.close();
});

test("tokens are made and revoked, with the commands that do the same", async ({ page, watched }) => {
  watched.expected.push(/the server responded with a status of 401/);
  await page.goto(`${w.url}/tokens`);
  await expect(page.locator("code")).toHaveText(`gomr token ls --server ${w.url}`);
  await page.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a token" });
  await dialog.getByLabel("For whom: a person, a program or a worker").fill("ann");
  await expect(dialog.locator("code")).toHaveText(`gomr token ann --role admin --server ${w.url}`);
  await dialog.getByRole("button", { name: "Make a token" }).click();
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr token revoke ann --server ${w.url}`);
  await confirm(page, "Revoke");
  await expect(page.getByText("There are none, so whoever reaches the server")).toBeVisible();
});
