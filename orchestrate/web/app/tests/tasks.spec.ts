// Finding tasks, and doing something to many.
import { world } from "./harness";
import { furnish } from "./list";
import { confirm, expect, test } from "./page";

const w = world();
test.beforeAll(async () => {
  await furnish(w);
  await w.fails("first", "second");
});

test("home counts tasks, and each count leads to those", async ({ page }) => {
  await page.goto(w.url);
  await expect(page.getByRole("link", { name: "3 failed" })).toBeVisible();
  await expect(page.getByRole("link", { name: "1 running" })).toBeVisible();
  await expect(page.getByRole("link", { name: "1 done" })).toBeVisible();
  await expect(page.getByRole("link", { name: "2 pending" })).toBeVisible();
  await page.getByRole("link", { name: "3 failed" }).click();
  await expect(page).toHaveURL(/\/tasks\?state=failed$/);
  await expect(page.getByRole("row")).toHaveCount(1 + 3);
});

test("states, text and family choose tasks, and the address has them", async ({ page }) => {
  await page.goto(`${w.url}/tasks`);
  const rows = page.getByRole("row");
  await expect(rows).toHaveCount(1 + 7);
  await page.getByRole("button", { name: "failed 3" }).click();
  await expect(rows).toHaveCount(1 + 3);
  await page.getByRole("button", { name: "running 1" }).click();
  await expect(rows).toHaveCount(1 + 4);
  await expect(page).toHaveURL(/state=failed%2Crunning/);
  await page.getByRole("button", { name: "failed 3" }).click();
  await expect(rows).toHaveCount(1 + 1);
  await page.getByRole("button", { name: "running 1" }).click();
  await expect(rows).toHaveCount(1 + 7);

  await page.getByRole("searchbox", { name: "ID contains" }).fill("of no task");
  await expect(page.getByText("No task is like that.")).toBeVisible();
  await page.getByRole("searchbox", { name: "ID contains" }).fill("name=first");
  await expect(rows).toHaveCount(1 + 1);
  await page.reload();
  await expect(page.getByRole("searchbox", { name: "ID contains" })).toHaveValue("name=first");
  await expect(rows).toHaveCount(1 + 1);

  await page.goto(`${w.url}/tasks`);
  await page.getByRole("searchbox", { name: "Family" }).fill("Book");
  await page.getByRole("searchbox", { name: "Family" }).press("Enter");
  await expect(rows).toHaveCount(1 + 2);
  await page.goto(`${w.url}/tasks?state=missing`);
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(rows).toHaveCount(1 + 7);
});

test("what is done to many is shown before, and done to those that it fits", async ({ page }) => {
  await page.goto(`${w.url}/tasks?family=Sheet`);
  await page.getByRole("checkbox", { name: "Pick all that are shown" }).check();
  await expect(page.getByText("5 picked")).toBeVisible();
  await expect(page.getByRole("button", { name: "Kill 1" })).toBeVisible();
  await page.getByRole("checkbox", { name: `Pick ${w.sheet("broken")}` }).uncheck();
  await expect(page.getByText("4 picked")).toBeVisible();

  await page.getByRole("button", { name: "Retry 2" }).click();
  const dialog = page.getByRole("dialog", { name: "Retry: 2 tasks" });
  await expect(dialog.getByRole("listitem")).toHaveText([w.sheet("first"), w.sheet("second")]);
  await dialog.getByLabel("Why, for the history").fill("the ink's come");
  await expect(dialog.locator("code")).toHaveText(
    `gomr forgive '${w.sheet("first")}' '${w.sheet("second")}' --note 'the ink'\\''s come' --server ${w.url}`,
  );
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("4 picked")).toBeVisible();

  for (const name of ["first", "second"]) {
    w.unmark("fail", name);
  }
  await page.getByRole("button", { name: "Retry 2" }).click();
  await confirm(page, "Retry");
  await expect(page.getByText("4 picked")).toBeHidden();
  const row = (name: string) => page.getByRole("row").filter({ hasText: w.sheet(name) });
  await expect(row("first").locator(".state")).toHaveText(/done/);
  await expect(row("second").locator(".state")).toHaveText(/done/);
  await expect(row("broken").locator(".state")).toHaveText(/failed/);
});

test("what is asked for stays, though one of the tasks changes meanwhile", async ({ page }) => {
  const names = ["mine", "theirs", "last"];
  await w.fails(...names);
  await page.goto(`${w.url}/tasks?state=failed&search=${encodeURIComponent("name=")}`);
  for (const name of names) {
    await page.getByRole("checkbox", { name: `Pick ${w.sheet(name)}` }).check();
  }
  await page.getByRole("button", { name: "Mark done 3" }).click();
  await w.api("POST", "/task/mark", { id: w.sheet("theirs"), state: "done" });
  await expect(page.getByText("3 shown")).toBeVisible();
  await expect(page.getByRole("dialog").getByRole("listitem")).toHaveCount(3);
  await confirm(page, "Mark done");
  await Promise.all([w.until(w.sheet("mine"), "done"), w.until(w.sheet("last"), "done")]);
});

test("what is being typed stays while the page changes", async ({ page }) => {
  await page.goto(`${w.url}/tasks`);
  const family = page.getByRole("searchbox", { name: "Family" });
  await family.pressSequentially("She");
  await w.run("while typing");
  await expect(page.getByRole("row").filter({ hasText: 'name="while typing"' })).toContainText("done");
  await expect(family).toHaveValue("She");
  await family.pressSequentially("et");
  await family.press("Enter");
  await expect(page).toHaveURL(/family=Sheet/);
});
