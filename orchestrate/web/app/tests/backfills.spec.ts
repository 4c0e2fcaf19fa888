// A task for many days: how far it is, what steers it, and how it is started.
import { world } from "./harness";
import { confirm, expect, stateOf, test } from "./page";

const w = world();

test("a backfill is followed label by label, paused, gone on with and ended", async ({ page }) => {
  const day = (n: number) => `2014-06-0${n}`;
  [1, 2, 4].forEach((n) => w.mark("wait", day(n)));
  w.mark("fail", day(3));
  await w.backfill(day(1), day(6), "--cap", "2");

  await page.goto(`${w.url}/backfills`);
  const row = page.getByRole("region", { name: "Backfills" }).getByRole("row").nth(1);
  await expect(row).toContainText("0% of 6: 2 running, 4 waiting");
  await expect(row.getByRole("img", { name: "Of 6 labels: 2 running, 4 waiting" })).toBeVisible();
  await row.getByRole("link", { name: "1", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Backfill 1");
  await expect(page.getByText("At most 2 under way.")).toBeVisible();
  const labels = page.getByRole("region", { name: "Labels" }).getByRole("row");
  const chip = (name: string) => page.getByRole("group", { name: "Filters" }).getByRole("button", { name });
  await expect(labels).toHaveCount(1 + 6);

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByLabel("Why, for the history").fill("paper jam");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr backfill pause 1 --note 'paper jam' --server ${w.url}`);
  await confirm(page, "Pause");
  await expect(stateOf(page)).toHaveText("‖ paused");
  w.unmark("wait", day(1));
  await expect(chip("done 1")).toBeVisible();
  await expect(chip("waiting 4")).toBeVisible(); // nothing more was launched

  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr backfill resume 1 --server ${w.url}`);
  await confirm(page, "Resume");
  await w.until(w.edition(day(4)), "running");
  await expect(chip("failed 1")).toBeVisible();
  await expect(chip("waiting 2")).toBeVisible();
  await chip("failed 1").click();
  await expect(page).toHaveURL(/state=failed/);
  await expect(labels).toHaveCount(1 + 1);
  await expect(labels.nth(1)).toContainText(day(3));
  await chip("failed 1").click();

  await page.getByRole("button", { name: "End" }).click();
  await page.getByRole("checkbox", { name: "End the 2 under way, too" }).check();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr backfill cancel 1 --kill --server ${w.url}`);
  await confirm(page, "End");
  await expect(stateOf(page)).toHaveText("⊘ cancelled");
  await expect(chip("left out 2")).toBeVisible();
  await Promise.all([2, 4].map((n) => w.until(w.edition(day(n)), "failed")));
  await expect(page.getByRole("button", { name: /^(Pause|Resume|End)$/ })).toHaveCount(0);
  expect([1, 3, 5, 6].map((n) => w.made(`edition/${day(n)}`))).toEqual([true, false, false, false]);

  await page.goto(`${w.url}/audit`);
  await expect(page.getByRole("region", { name: "Events" })).toContainText("paper jam");
});
