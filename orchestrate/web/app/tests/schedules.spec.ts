// What the server asks for by itself, and what is due.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { world } from "./harness";
import { confirm, expect, test } from "./page";

const w = world();

const daysAgo = (n: number) => new Date(Date.now() - n * 24 * 3600_000).toISOString().slice(0, 10);

const task = `task = ["Edition", "--dir=DIR", "--date={date}"]`;
const never = "2099-01-01"; // nothing is due by itself while the tests run

const labels = (page: Page) => page.getByRole("region", { name: "Last labels" }).getByRole("row");

test("its next times are told in its zone and in UTC, and a label is run now", async ({ page }) => {
  await w.schedule(`
[[schedule]]
name = "nightly"
time = "30 3 * * *"
zone = "Europe/Berlin"
start = ${never}
${task}
`);
  await page.goto(`${w.url}/schedules`);
  const row = page.getByRole("region", { name: "Schedules" }).getByRole("row").filter({ hasText: "nightly" });
  await expect(row).toContainText("Europe/Berlin");
  await expect(row).toContainText(`${never} 03:30 UTC+1`);
  await row.getByRole("link", { name: "nightly" }).click();
  const next = page.getByRole("region", { name: "Next times" }).getByRole("row").nth(1);
  await expect(next.getByRole("cell")).toHaveText([/^in \d+ d$/, `${never} 03:30 UTC+1`, `${never} 02:30 UTC`, "2098-12-31"]);

  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByLabel("Label, such as").fill("2014-06-03");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr schedule run nightly --label 2014-06-03 --server ${w.url}`);
  await confirm(page, "Run now");
  await expect(labels(page)).toHaveCount(1 + 1);
  await expect(labels(page).nth(1)).toContainText("✓ done");
  expect(w.made("edition/2014-06-03")).toBe(true);
  await labels(page).nth(1).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Run \d+$/);
});

test("what it has missed while it was paused, fires when it is resumed", async ({ page }) => {
  await w.schedule(`
[[schedule]]
name = "late"
time = "@daily"
catch_up = "all"
paused = true
start = ${daysAgo(3)}
${task}
`);
  await page.goto(`${w.url}/schedule?name=late`);
  await expect(page.getByText("It has not fired yet.")).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("dialog")).toContainText("all that were missed fire");
  await confirm(page, "Resume");
  for (const day of [1, 2, 3].map(daysAgo)) {
    await expect(labels(page).filter({ hasText: day })).toContainText("✓ done");
    expect(w.made(`edition/${day}`)).toBe(true);
  }
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByLabel("Why, for the history").fill("holidays");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr schedule pause late --note holidays --server ${w.url}`);
  await confirm(page, "Pause");
  await expect(page.locator(".under-title")).toContainText("‖ paused");

  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr schedule rm late --server ${w.url}`);
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Schedules");
  await expect(page.getByRole("link", { name: "late", exact: true })).toHaveCount(0);
});

test("it waits for its data, and says for which", async ({ page }) => {
  await w.schedule(`
[[schedule]]
name = "fed"
time = "R1/2026-01-01T03:00/P1D"
start = 2026-01-01
poll = "1s"
${task}
[[schedule.data]]
paths = ["/paper/{date}.txt"]
`);
  await page.goto(`${w.url}/schedule?name=fed`);
  await expect(labels(page).nth(1)).toContainText("○ waiting");
  await expect(labels(page).nth(1)).toContainText("missing /paper/2025-12-31.txt");
  mkdirSync(join(w.root, "paper"), { recursive: true });
  writeFileSync(join(w.root, "paper", "2025-12-31.txt"), "");
  await expect(labels(page).nth(1)).toContainText("✓ done");
  expect(w.made("edition/2025-12-31")).toBe(true);
});

test("what is due is told with how it stands", async ({ page }) => {
  const [missed, ahead] = ["2014-05-01", daysAgo(-2)];
  w.mark("fail", missed);
  w.mark("wait", ahead);
  for (const day of [missed, ahead]) {
    await w.cli("run", "Edition", "--dir", w.tasks, "--date", day, "--detach", "--quiet");
  }
  await Promise.all([w.until(w.edition(missed), "failed"), w.until(w.edition(ahead), "running")]);
  await page.goto(w.url);
  const home = page.getByRole("region", { name: "Tasks that are due" }).getByRole("row");
  await expect(home.filter({ hasText: missed })).toContainText("missed");

  await page.goto(`${w.url}/due`);
  const rows = page.getByRole("region", { name: "Tasks that are due" }).getByRole("row");
  await expect(rows.filter({ hasText: missed })).toContainText("missed");
  await expect(rows.filter({ hasText: ahead })).toContainText("in time");
  await page.getByRole("group", { name: "Filters" }).getByRole("button", { name: "in time 1" }).click();
  await expect(rows).toHaveCount(1 + 1);
  await expect(page).toHaveURL(/only=in\+time/);
  await rows.getByRole("link", { name: w.edition(ahead) }).click();
  await expect(page.getByRole("heading", { name: "Expected" })).toBeVisible();
  w.unmark("wait", ahead);
  await expect(page.getByRole("heading", { name: "Expected" })).toHaveCount(0); // it is done
});
