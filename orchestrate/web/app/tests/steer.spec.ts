// What holds work back: pauses, resources, workers that go.
import { world } from "./harness";
import { confirm, expect, stateOf, test } from "./page";

const w = world();
const at = (name: string) => `${w.url}/task?id=${encodeURIComponent(w.sheet(name))}`;

test("while the server is paused nothing starts, and home says so and ends it", async ({ page }) => {
  await page.goto(`${w.url}/resources`);
  await page.getByRole("button", { name: "Pause the server" }).click();
  await page.getByLabel("Why, for the history").fill("the roof leaks");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr pause --note 'the roof leaks' --server ${w.url}`);
  await confirm(page, "Pause the server");
  await expect(page.getByText("The server gives out no work: it is paused.")).toBeVisible();
  await w.run("held");
  await page.goto(at("held"));
  await expect(stateOf(page)).toHaveText("○ pending");
  await expect(page.locator(".reasons")).toContainText("paused");

  await page.goto(w.url);
  await page.getByRole("button", { name: "Unpause" }).click();
  await confirm(page, "Unpause");
  await expect(page.getByText("The server gives out no work")).toHaveCount(0);
  await page.goto(at("held"));
  await expect(stateOf(page)).toHaveText("✓ done");
  await page.goto(`${w.url}/audit`);
  await expect(page.getByRole("region", { name: "Events" })).toContainText("the roof leaks");
});

test("tasks wait for a resource that is paused, or of which there is none", async ({ page }) => {
  await page.goto(`${w.url}/resources`);
  const press = page.getByRole("row").filter({ hasText: "press" });
  await press.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr pause press --server ${w.url}`);
  await confirm(page, "Pause");
  await expect(press).toContainText("‖ paused");
  await w.run("short");
  await page.goto(w.url);
  await expect(page.getByText("press is paused: no task starts that takes it.")).toBeVisible();
  await page.goto(at("short"));
  await expect(stateOf(page)).toHaveText("○ pending");

  await page.goto(`${w.url}/resources`);
  await press.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("How much there is").fill("0");
  await confirm(page, "Change");
  await expect(press.getByRole("cell").nth(2)).toHaveText("0");
  await press.getByRole("button", { name: "Unpause" }).click();
  await confirm(page, "Unpause");
  await expect(press).not.toContainText("paused");
  await page.goto(at("short"));
  await expect(page.locator(".reasons")).toContainText("press");
  await expect(stateOf(page)).toHaveText("○ pending");
  await w.type("gomr limit press 4"); // as in a terminal, and the page follows
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("what waits is taken for failed, with a note, and released", async ({ page }) => {
  await w.type("gomr pause");
  await w.run("unwanted");
  await page.goto(at("unwanted"));
  await page.getByRole("button", { name: "Mark failed" }).click();
  await page.getByLabel("Why, for the history").fill("nobody reads it");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr mark '${w.sheet("unwanted")}' failed --note 'nobody reads it' --server ${w.url}`);
  await confirm(page, "Mark failed");
  await expect(stateOf(page)).toHaveText("✕ failed");
  await w.type("gomr unpause");
  await page.goto(`${w.url}/audit?task=${encodeURIComponent(w.sheet("unwanted"))}`);
  await expect(page.getByRole("region", { name: "Events" })).toContainText("nobody reads it");
  await expect(page.getByRole("region", { name: "Events" }).getByRole("link", { name: w.sheet("unwanted") }).first()).toBeVisible();

  await page.goto(at("unwanted"));
  await page.getByRole("button", { name: "Retry" }).click();
  const command = await page.getByRole("dialog").locator("code").innerText();
  await page.getByRole("button", { name: "Cancel" }).click();
  await w.type(command);
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("a worker that is to go takes nothing more, and is gone once its task has ended", async ({ page }) => {
  w.mark("wait", "last");
  await w.run("last");
  await w.until(w.sheet("last"), "running");
  await page.goto(`${w.url}/workers`);
  const row = page.getByRole("region", { name: "Workers" }).getByRole("row").nth(1);
  await expect(row).toContainText("alive");
  await expect(row).toContainText("1 of 4");
  w.dismiss();
  await expect(row).toContainText("drains");
  await w.run("after");
  w.unmark("wait", "last");
  await w.until(w.sheet("last"), "done");
  await expect(row).toContainText("0 of 4");
  await page.goto(at("after"));
  await expect(stateOf(page)).toHaveText("○ pending");
});
