// What the first page tells of the server itself, and of the day.
import type { Page } from "@playwright/test";
import type { Schemas } from "../src/api";
import { world, type World } from "./harness";
import { barriers, expect, test } from "./page";

const w = world({ workers: 0 });

/** A part of the first page. */
const card = (page: Page, title: string) => page.locator("section.card", { has: page.getByRole("heading", { level: 2, name: title, exact: true }) });

const row = (page: Page, title: string, name: string | RegExp) => card(page, title).getByRole("row", { name });

/** The label of today as the server has it, and that of the day before. */
async function days(server: World): Promise<{ today: string; yesterday: string }> {
  const { body } = await server.api<Schemas["Today"]>("GET", "/today");
  const daily = (body.kinds ?? []).find((k) => k.kind === "day");
  return { today: daily?.last ?? "", yesterday: daily?.first ?? "" };
}

/** Submits tasks that no worker runs, each with a date or an hour. */
async function submit(server: World, ...labels: string[]): Promise<void> {
  const nodes = labels.map((label) => ({ id: `Daily(date=${label})`, family: "Daily", program: "nowhere", args: [`--date=${label}`] }));
  expect((await server.api("POST", "/submissions", { nodes, roots: nodes.map((n) => n.id) })).status).toBe(200);
}

test("components that are used are in the table, and others are named with the reason", async ({ page }) => {
  await page.goto(w.url);
  await expect(row(page, "Components", /scheduler/)).toContainText("ok");
  await expect(row(page, "Components", /database/)).toContainText(/SQLite, [\d.]+ MB/);
  await card(page, "Components").getByText(/^Not used:/).click();
  await expect(card(page, "Components")).toContainText("--runner is local");
  await expect(card(page, "Components")).toContainText("started without --notify");
});

test("work without a worker is a failing component, with the mend; with a worker it is well again", async ({ page }) => {
  test.setTimeout(90_000);
  await w.run("first");
  await expect(async () => {
    await page.goto(w.url); // what was found is good for some seconds
    await expect(row(page, "Components", /workers/)).toContainText("failing", { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  await expect(row(page, "Components", /workers/)).toContainText("no worker is alive, and 1 task could start");
  await expect(row(page, "Components", /workers/)).toContainText("Mend: start a worker");
  await expect(row(page, "Queues and pools", /paged/)).toContainText("1");
  await expect(card(page, "Load of the workers")).toContainText("No worker is alive");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page)).toEqual([]);
  }

  await w.work();
  await w.until(w.sheet("first"), "done");
  await expect(row(page, "Components", /workers/)).toContainText("1 alive", { timeout: 40_000 }); // without a reload
  await expect(row(page, "Load of the workers", /0 of 4/)).toContainText(/[\d.]+ (GB )?of [\d.]+ GB.*free/);
  await expect(card(page, "Load of the workers").getByRole("meter", { name: /^Memory of/ })).toBeVisible();
  await expect(row(page, "Queues and pools", /press/)).toContainText("0 of 4");
  await expect(card(page, "Newest events")).toContainText("run ended");
});

test("a worker's page tells how busy its machine is", async ({ page }) => {
  await page.goto(`${w.url}/workers`);
  await expect(page.getByRole("row", { name: /alive/ })).toContainText("free");
  await expect(page.getByRole("meter", { name: /^Disk of/ })).toBeVisible();
});

test("today's work is counted by kind and state, live, and each number leads to its tasks", async ({ page }) => {
  const { today, yesterday } = await days(w);
  await page.goto(w.url);
  await expect(card(page, "Today")).toContainText("No task is for an hour or a day of today");
  await submit(w, today, yesterday, "2014-06-01", `${today}T00`);
  await expect(row(page, "Today", /^daily/)).toContainText("2");
  await w.api("POST", "/task/mark", { id: `Daily(date=${yesterday})`, state: "failed" });
  const failed = row(page, "Today", /^daily/).getByTitle("Show the daily tasks that are failed");
  await expect(failed).toHaveText("1"); // by the stream of changes
  await failed.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tasks");
  await expect(page.getByRole("main")).toContainText(`Daily(date=${yesterday})`);
  await expect(page.getByRole("main")).not.toContainText(`Daily(date=${today})`);
  await page.goBack();
  await expect(row(page, "Today", /^hourly/)).toContainText(`to ${today}T`);
});
