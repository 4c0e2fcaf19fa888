// The job of an attempt: how far it is, what it has read and made, and how that compares with an earlier one.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import type { Schemas } from "../src/api";
import { world } from "./harness";
import { barriers, confirm, expect, stateOf, test } from "./page";

const w = world();
let folder = "";

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gomr-job-"));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = (name: string) => `Words(dir=${folder}, name=${name})`;
const at = (name: string) => `${w.url}/task?id=${encodeURIComponent(words(name))}`;
const lines = (count: number, line = "a longest word") => `${line}\n`.repeat(count);

/** Has the words of a text counted, by a real job. It does not wait for it. */
async function count(name: string, text: string): Promise<void> {
  writeFileSync(join(folder, `${name}.txt`), text);
  const place = ["--server", w.url, "--runner", "local", "--root", join(folder, "root"), "--detach", "--quiet"];
  await promisify(execFile)(process.env["GOMR_PAGED"] ?? "", ["run", "Words", "--dir", folder, "--name", name, ...place], {
    env: { PATH: process.env["PATH"], HOME: folder, XDG_STATE_HOME: folder },
  });
}

const job = (page: Page) => page.locator("section").filter({ has: page.getByRole("heading", { name: "Job", exact: true }) });
const number = (page: Page, name: string) => job(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) }).getByRole("cell");

test("what a job has read, made and counted stands beside what another one had", async ({ page }) => {
  await count("short", lines(100));
  await w.until(words("short"), "done");
  await count("long", lines(300));
  await w.until(words("long"), "done");

  await page.goto(at("long"));
  await expect(job(page).getByRole("region", { name: "Inputs" })).toContainText("/text/long.txt");
  await expect(job(page).getByRole("region", { name: "Inputs" })).toContainText("4.4 KiB");
  await expect(job(page).getByRole("region", { name: "Outputs" })).toContainText("/words/long");
  await expect(job(page)).toContainText(/build [\w-]+/);
  await expect(job(page)).toContainText(/times the median: reduce task \d of 2 read \d+ record/);
  await expect(job(page).getByRole("progressbar"), "it is over").toHaveCount(0);

  await expect(job(page).getByLabel("compared with")).toHaveText(new RegExp(`succeeded · .*${words("short").replace(/[()]/g, "\\$&")}`));
  await expect(number(page, "Map input records")).toHaveText(["300", "100", "+200%", "100 ▲ far more"]);
  await expect(number(page, "long")).toHaveText(["300", "100", "+200%", "100 ▲ far more"]);
  await expect(number(page, "Reduce input groups")).toHaveText(["3", "3", "same", "3"]);
  await expect(number(page, "Input")).toHaveText(["4.4 KiB", "1.5 KiB", "+200%", "1.5 KiB ▲ far more"]);
  await expect(number(page, "Spilled Records"), "zero in both").toHaveCount(0);

  await page.goto(at("short"));
  await expect(job(page), "nothing was before it").not.toContainText("far");
  await job(page).getByLabel("compared with").selectOption({ label: await job(page).getByRole("option").filter({ hasText: "name=long" }).innerText() });
  await expect(number(page, "Map input records")).toHaveText(["100", "300", "−67%"]);
  await page.reload();
  await expect(number(page, "Map input records"), "the choice is in the address").toHaveText(["100", "300", "−67%"]);
});

test("a job is followed while it runs, and can be killed", async ({ page }) => {
  const go = join(folder, "go");
  await count("slow", lines(50) + `${go}\n`);
  await page.goto(at("slow"));
  await expect(stateOf(page)).toHaveText("▶ running");
  await expect(job(page).getByRole("progressbar", { name: "Map" })).toBeVisible();
  await expect(job(page).getByRole("progressbar", { name: "Reduce" })).toHaveAttribute("value", "0");
  await page.getByRole("button", { name: "Kill" }).click();
  await confirm(page, "Kill");
  await expect(stateOf(page)).not.toHaveText("▶ running");
  writeFileSync(go, "");
  await page.getByRole("button", { name: "Retry" }).click();
  await confirm(page, "Retry");
  await expect(stateOf(page)).toHaveText("✓ done");
  await expect(number(page, "Map input records")).toContainText(["51"]);
  await expect(job(page).getByLabel("compared with").getByRole("option").filter({ hasText: "killed · this task" })).toHaveCount(1);
});

test("a failed job says how far it came", async ({ page }) => {
  await count("blot", lines(20) + "the <ink> is out\n");
  await w.until(words("blot"), "failed");
  await page.goto(at("blot"));
  await expect(job(page).getByRole("progressbar", { name: "Reduce" })).toHaveAttribute("value", "0");
  await expect(page.getByRole("region", { name: "Attempts" })).toContainText('record "the <ink> is out"');
});

/** Has the page believe that an attempt has told more. */
async function tell(page: Page, details: Record<string, string>): Promise<void> {
  await page.route("**/api/v1/attempts?task=*", async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as Schemas["Attempts"];
    answer.attempts?.forEach((a) => Object.assign((a.details ??= {}), details));
    await route.fulfill({ response, json: answer });
  });
}

test("a job on a cluster shows its application, its failed task and the tracker", async ({ page }) => {
  for (const name of ["near", "far"]) {
    await count(name, lines(10));
    await w.until(words(name), "done");
  }
  const details = {
    application: "application_1_0002", applications: "application_1_0001, application_1_0002", step: "2 of 2", map: "100%", reduce: "40%",
    "tracking url": "http://rm:8088/proxy/application_1_0002/",
    skew: "9.5 times the median: reduce task 3 of 4 took 19s, the median 2s",
    "failed task": "attempt_1_0002_r_000002_0", "failed task node": "node7:8042", "failed task stderr": "\u001b[31mno disk\u001b[0m\n<img src=x onerror=alert(1)>",
    inputs: "31", "program build": "of another day",
  };
  await tell(page, details);
  await page.goto(at("far"));
  await expect(job(page)).toContainText("application_1_0001, application_1_0002");
  await expect(job(page).getByRole("link", { name: "tracker" })).toHaveAttribute("href", details["tracking url"]);
  await expect(job(page)).toContainText("▲ uneven 9.5 times the median");
  await expect(job(page).getByRole("progressbar", { name: "Reduce" })).toHaveAttribute("value", "40");
  await expect(job(page)).toContainText("It failed of attempt_1_0002_r_000002_0 on node7:8042.");
  await expect(job(page).getByLabel("What the failed task wrote")).toHaveText("no disk\n<img src=x onerror=alert(1)>");
  await expect(job(page)).toContainText("and 30 more");
  await expect(job(page)).toContainText("▲ other code");
  expect(await barriers(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await barriers(page, ["color-contrast"])).toEqual([]);
});

test("only an address of the web becomes a link", async ({ page }) => {
  await count("sly", lines(10));
  await w.until(words("sly"), "done");
  await tell(page, { application: "application_1_0003", "tracking url": "javascript:alert(1)" });
  await page.goto(at("sly"));
  await expect(job(page)).toContainText("application_1_0003");
  await expect(job(page).getByRole("link", { name: "tracker" })).toHaveCount(0);
});
