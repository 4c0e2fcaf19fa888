// One task: why it failed, its log as it grows, and what is done about it.
import { world } from "./harness";
import type { Schemas } from "../src/api";
import { barriers, confirm, expect, stateOf, test } from "./page";

const w = world();
const at = (name: string) => `${w.url}/task?id=${encodeURIComponent(w.sheet(name))}`;

test("a failing task is followed from home to its log, and made again until it is done", async ({ page }) => {
  await w.fails("poster");
  await page.goto(w.url);
  const failure = page.getByRole("article").filter({ hasText: w.sheet("poster") });
  await expect(failure).toContainText("no ink <b>at all</b> for poster");
  await expect(failure).toContainText("the ink is out"); // the end of its log
  await failure.getByRole("link", { name: w.sheet("poster") }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("poster"));
  await expect(page.getByRole("heading", { name: "Why it failed" })).toBeVisible();
  await expect(page.getByLabel("Log", { exact: true })).toContainText("the ink is out");
  await expect(page.getByLabel("Log", { exact: true }).locator(".ansi-green")).toHaveText("green");
  await expect(page.getByText("complete", { exact: true })).toBeVisible();

  w.unmark("fail", "poster");
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr forgive '${w.sheet("poster")}' --server ${w.url}`);
  await confirm(page, "Retry");
  await expect(stateOf(page)).toHaveText("✓ done");
  await expect(page.getByRole("heading", { name: "Attempt 1, log" })).toBeVisible();
  await expect(page.getByLabel("Log", { exact: true })).not.toContainText("the ink is out");
  const attempts = page.getByRole("region", { name: "Attempts" }).getByRole("row");
  await expect(attempts).toHaveCount(1 + 2);
  await attempts.nth(2).getByRole("button", { name: "log" }).click();
  await expect(page.getByLabel("Log", { exact: true })).toContainText("the ink is out");
  await expect(page).toHaveURL(/attempt=\d+/);
});

test("a log grows while the task runs, and what is searched for in it is marked", async ({ page }) => {
  w.mark("wait", "growing");
  await w.run("growing");
  await w.until(w.sheet("growing"), "running");
  await page.goto(at("growing"));
  const log = page.getByLabel("Log", { exact: true });
  await expect(log).toContainText("still waiting 0");
  await expect(page.getByText("following…")).toBeVisible();
  await expect(log).toContainText("still waiting 1");
  await expect(log).toContainText("still waiting 2");

  await page.getByRole("searchbox", { name: "Search the log" }).fill("WAITING 1");
  await expect(page.getByText("1 found")).toBeVisible();
  await expect(log.locator("mark")).toHaveText(["waiting 1"]);
  await page.getByRole("searchbox", { name: "Search the log" }).fill("nowhere");
  await expect(page.getByText("not found")).toBeVisible();

  w.unmark("wait", "growing");
  await expect(stateOf(page)).toHaveText("✓ done");
  await expect(page.getByText("complete", { exact: true })).toBeVisible();
});

test("what runs is killed", async ({ page }) => {
  w.mark("wait", "endless");
  await w.run("endless");
  await w.until(w.sheet("endless"), "running");
  await page.goto(at("endless"));
  await page.getByRole("button", { name: "Kill" }).click();
  await page.getByLabel("Why, for the history").fill("takes too long");
  await confirm(page, "Kill");
  await expect(stateOf(page)).toHaveText("✕ failed");
  await expect(page.getByRole("region", { name: "Attempts" }).locator(".state")).toHaveText("✕ killed");
  const { body } = await w.api<Schemas["Events"]>("GET", "/events?limit=100");
  expect(body.events?.map((e) => e.message).join()).toContain("takes too long");
});

test("what failed is taken for done", async ({ page }) => {
  await w.fails("by-hand");
  await page.goto(at("by-hand"));
  await page.getByRole("button", { name: "Mark done" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr mark '${w.sheet("by-hand")}' done --server ${w.url}`);
  await confirm(page, "Mark done");
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("a run shows how far it is, and what failed of it is tried again", async ({ page }) => {
  await w.fails("left", "right");
  await page.goto(`${w.url}/runs`);
  await page.getByRole("region", { name: "Runs" }).getByRole("link").first().click();
  await expect(page.getByText("✕ failed 2", { exact: true })).toBeVisible();
  w.unmark("fail", "left");
  w.unmark("fail", "right");
  await page.getByRole("button", { name: "Retry what failed" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(/^gomr retry \d+ --server http:\S+$/);
  await confirm(page, "Retry");
  await expect(page.getByText("✓ done 3", { exact: true })).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveAccessibleName("3 of 3 tasks are done");
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("a limit is changed", async ({ page }) => {
  await w.run("any");
  await w.until(w.sheet("any"), "done");
  await page.goto(`${w.url}/resources`);
  const press = page.getByRole("row").filter({ hasText: "press" });
  await press.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("How much there is").fill("7");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr limit press 7 --server ${w.url}`);
  await confirm(page, "Change");
  await expect(press.getByRole("cell").nth(2)).toHaveText("7");
});

test("by keyboard alone one gets to a task and makes it again", async ({ page }) => {
  await w.fails("typed");
  w.unmark("fail", "typed");
  await page.goto(w.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  const reach = async (name: string | RegExp) => {
    const seen: string[] = [];
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      seen.push((await focused.textContent()) ?? "");
      if ((await focused.and(page.getByRole("link", { name }).or(page.getByRole("button", { name }))).count()) > 0) {
        return;
      }
    }
    throw new Error(`the keyboard gets to ${seen.join(", ")}, and not to ${name}`);
  };
  await page.keyboard.press("Tab");
  await expect(page.locator(":focus")).toHaveText("To the content");
  await expect(page.locator(":focus")).toBeInViewport();
  await page.keyboard.press("Enter");
  await reach(w.sheet("typed"));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("typed"));

  await reach("Retry");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Why, for the history")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("button", { name: "Retry" })).toBeFocused();
  await page.keyboard.press("Space");
  await expect(page.getByLabel("Why, for the history")).toBeFocused();
  await page.keyboard.type("because");
  await page.keyboard.press("Enter");
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("a question is readable to all", async ({ page }) => {
  await w.fails("asked");
  await page.goto(at("asked"));
  await page.getByRole("button", { name: "Mark done" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await barriers(page, ["color-contrast"])).toEqual([]);
});
