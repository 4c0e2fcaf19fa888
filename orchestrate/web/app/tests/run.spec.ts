// A run: when its tasks ran, and which determined its end; and how long the attempts at a task took.
import type { Schemas } from "../src/api";
import { world } from "./harness";
import { barriers, confirm, expect, test } from "./page";

const w = world();

/** The key of the newest run. */
async function newest(): Promise<number> {
  return (await w.api<Schemas["Runs"]>("GET", "/runs?limit=1")).body.runs?.[0]?.key ?? 0;
}

test("a run shows its tasks as they run and end, and the way that determined its end", async ({ page }) => {
  w.mark("fail", "torn");
  w.mark("wait", "slow");
  await w.run("quick", "slow", "torn");
  await Promise.all([w.until(w.sheet("quick"), "done"), w.until(w.sheet("torn"), "failed"), w.until(w.sheet("slow"), "running")]);
  await page.goto(w.url + "/runs");
  const listed = page.getByRole("region", { name: "Runs" });
  await expect(listed).toContainText("sheets=[quick,slow,torn]"); // what was asked for
  const run = await newest();
  await listed.getByRole("link", { name: String(run), exact: true }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Run ${run}`);
  const chart = page.getByRole("region", { name: "When tasks ran" });
  await expect(chart.getByRole("row")).toHaveCount(1 + 4); // three sheets and the book
  const row = (name: string) => chart.getByRole("row").filter({ hasText: `name=${name})` });
  await expect(row("torn")).toContainText("failed");
  await expect(row("torn").locator(".gantt-failed")).toBeVisible();
  await expect(row("slow")).toContainText("running");
  await expect(row("slow")).toContainText("on the critical path");
  await expect(row("quick")).not.toContainText("on the critical path");
  await expect(page.getByText("Held up by")).toHaveCount(0); // the run has failed, so nothing is expected
  await expect(page.getByText("gomr timeline", { exact: false }).first()).toHaveText(`gomr timeline ${run} --server ${w.url}`);

  // What is under way grows by itself, beside one that has ended.
  const width = async (name: string) => (await row(name).locator(".gantt-run").boundingBox())?.width ?? 0;
  const before = await width("quick");
  await expect.poll(() => width("quick")).toBeLessThan(before); // as all grows, its share falls
  w.unmark("wait", "slow");
  await expect(row("slow")).toContainText("done");
  await expect(row("slow").locator(".gantt-done")).toBeVisible();

  await row("slow").hover();
  await expect(page.locator(".gantt-pointed")).toContainText("it is on the critical path");
  await row("torn").getByRole("link").focus();
  await expect(page.locator(".gantt-pointed")).toContainText("name=torn) began");
  await page.getByLabel("Only the critical path").check();
  await expect(row("quick")).toHaveCount(0);
  await expect(page).toHaveURL(/only=critical/);

  w.unmark("fail", "torn");
  await page.getByRole("button", { name: "Retry what failed" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr retry ${run} --server ${w.url}`);
  await confirm(page, "Retry");
  await expect(page.locator(".under-title .state")).toHaveText("✓ done");
  await page.getByLabel("Only the critical path").uncheck();
  await expect(row("torn")).toContainText("on the critical path"); // it came last, and the book after it
  await row("torn").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("torn"));
});

test("what runs of a run is killed", async ({ page }) => {
  w.mark("wait", "endless");
  await w.run("endless");
  await w.until(w.sheet("endless"), "running");
  await page.goto(`${w.url}/run?key=${await newest()}`);
  await page.getByRole("button", { name: "Kill" }).click();
  await expect(page.getByRole("dialog")).toContainText(w.sheet("endless"));
  await confirm(page, "Kill");
  await expect(page.locator(".under-title .state")).toHaveText("✕ failed");
  w.unmark("wait", "endless");
});

test("a task leads to when what it requires ran", async ({ page }) => {
  await w.run("leaf");
  await w.until(w.sheet("leaf"), "done");
  const { body } = await w.api<Schemas["Tasks"]>("GET", "/tasks?family=Book&search=leaf");
  await page.goto(`${w.url}/task?id=${encodeURIComponent(body.tasks?.[0]?.id ?? "")}`);
  await expect(page.getByRole("heading", { name: "Durations" })).toHaveCount(0); // a wrapper has none
  await page.getByRole("link", { name: "timeline" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Timeline of Book(");
  await expect(page.getByRole("region", { name: "When tasks ran" }).getByRole("row")).toHaveCount(1 + 2);
  await expect(page.getByText("2 tasks in")).toBeVisible();
});

test("the durations of a task and its family are drawn, and told in words", async ({ page }) => {
  await w.fails("spoilt");
  await w.run("one", "two", "three");
  await Promise.all(["one", "two", "three"].map((s) => w.until(w.sheet(s), "done")));
  await page.goto(`${w.url}/task?id=${encodeURIComponent(w.sheet("one"))}`);
  const picture = page.getByRole("img", { name: /^Durations over time\. Half of the last \d+ attempts .* 95 of 100 .* This task last took .* failed\.$/ });
  await expect(picture).toBeVisible();
  const canvas = picture.locator("canvas");
  const size = () => canvas.evaluate((c: HTMLCanvasElement) => c.width * c.height);
  const painted = () => canvas.evaluate((c: HTMLCanvasElement) => c.toDataURL());
  await expect.poll(size).toBeGreaterThan(10_000);
  await expect(page.locator(".trend-numbers")).toContainText(/median [\d.]+ m?s.*p95/);

  const light = await painted();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(painted).not.toBe(light);
  const wide = await size();
  await page.setViewportSize({ width: 390, height: 800 });
  await expect.poll(size).toBeLessThan(wide);

  await page.getByText(/attempts as a table$/).click();
  const table = page.getByRole("region", { name: "Durations" });
  await expect(table).toContainText("✕ failed");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await barriers(page)).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await table.getByRole("row").filter({ hasText: "name=two)" }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("two"));
  await expect(page).toHaveURL(/attempt=\d+/);
});

test("a point of the picture leads to its attempt", async ({ page }) => {
  await w.run("alone");
  await w.until(w.sheet("alone"), "done");
  await page.goto(`${w.url}/task?id=${encodeURIComponent(w.sheet("alone"))}`);
  const over = page.locator(".trend .u-over");
  await expect(over).toBeVisible();
  const caption = page.locator(".trend figcaption");
  await over.scrollIntoViewIfNeeded();
  await expect(async () => { // the page may still grow, and the picture with it
    const { x, y, width, height } = (await over.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const [across, along] = [12, 4]; // fine enough to tell it from those that are beside it
    const places = Array.from({ length: Math.ceil(width / across) }, (_, column) => width - 1 - across * column) // the newest is at the right
      .flatMap((right) => Array.from({ length: Math.ceil(height / along) }, (_, row) => [right, along * row]));
    for (const [right = 0, down = 0] of places) {
      await page.mouse.move(x + right, y + down);
      await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
      if (((await caption.textContent()) ?? "").includes("name=alone)")) {
        break;
      }
    }
    await expect(caption).toContainText("name=alone): succeeded after", { timeout: 500 });
  }).toPass();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page).toHaveURL(/name%3Dalone.*attempt=\d+/);
});
