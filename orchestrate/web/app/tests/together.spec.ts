// Several who look at once, and a server that comes and goes.
import type { Page } from "@playwright/test";
import { world } from "./harness";
import type { Schemas } from "../src/api";
import { confirm, expect, sound, stateOf, test, watch } from "./page";

const w = world();
const at = (name: string) => `${w.url}/task?id=${encodeURIComponent(w.sheet(name))}`;

test("what one does, the other sees", async ({ page, browser }) => {
  await w.fails("shared");
  const context = await browser.newContext();
  const noted = watch(context);
  const other = await context.newPage();
  await page.goto(at("shared"));
  await other.goto(w.url);
  const failure = other.getByRole("article").filter({ hasText: w.sheet("shared") });
  await expect(failure).toBeVisible();

  await page.getByRole("button", { name: "Mark done" }).click();
  await confirm(page, "Mark done");
  await expect(failure).toBeHidden();
  await other.goto(at("shared"));
  await expect(stateOf(other)).toHaveText("✓ done");

  w.mark("wait", "both");
  await w.run("both");
  await w.until(w.sheet("both"), "running");
  await Promise.all([page.goto(at("both")), other.goto(at("both"))]);
  await expect(stateOf(page)).toHaveText("▶ running");
  await other.getByRole("button", { name: "Kill" }).click();
  await confirm(other, "Kill");
  await expect(stateOf(page)).toHaveText("✕ failed");
  await expect(page.getByRole("button", { name: "Retry" })).toBeVisible();
  await context.close();
  sound(noted);
});

test("a server that is killed and comes again is followed by a page that stays open", async ({ page, watched }) => {
  watched.expected.push(/net::ERR_/);
  w.mark("wait", "long");
  await w.run("long");
  await w.until(w.sheet("long"), "running");
  await w.fails("aside");
  await page.goto(at("long"));
  const log = page.getByLabel("Log", { exact: true });
  await expect(log).toContainText("still waiting 0");
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await page.evaluate(() => Object.assign(window, { stays: true }));

  await w.kill();
  await expect(page.getByText("connection lost, trying again")).toBeVisible();
  await expect(stateOf(page)).toHaveText("▶ running"); // what was known stays
  w.unmark("wait", "long"); // so it ends while nobody hears of it
  await w.serveAgain();
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await expect(stateOf(page)).toHaveText("✓ done");
  await expect(page.getByText("complete", { exact: true })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  expect((await log.innerText()).match(/still waiting 0/g)).toHaveLength(1); // nothing of the log came twice

  // What changes after that comes as before.
  await page.goto(at("aside"));
  await w.api("POST", "/task/mark", { id: w.sheet("aside"), state: "done" });
  await expect(stateOf(page)).toHaveText("✓ done");
});

test("a page that is opened while the server is away shows all once it is there", async ({ page, watched }) => {
  watched.expected.push(/net::ERR_/, /ERR_CONNECTION/);
  await page.goto(w.url);
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await w.kill();
  await expect(page.getByText("connection lost, trying again")).toBeVisible();
  await page.getByRole("navigation").getByText("More").click();
  await page.getByRole("navigation").getByRole("link", { name: "Workers" }).click();
  await expect(page.getByRole("alert")).toHaveText("The server does not answer.");
  await w.serveAgain();
  await expect(page.getByText("1 alive")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

/** Has a page think that its tab is seen or not. */
const setSeen = (page: Page, seen: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, !seen);

test("many tabs are open, of which those that nobody sees hold no connection", async ({ context, page }) => {
  w.mark("wait", "tabs");
  await w.run("tabs");
  await w.until(w.sheet("tabs"), "running");
  const tabs = [page];
  for (let n = 0; n < 9; n++) { // a browser has six connections for them all
    const tab = tabs.at(-1) as Page;
    await tab.goto(at("tabs"));
    await expect(tab.getByLabel("Log", { exact: true })).toContainText("still waiting 0");
    await setSeen(tab, false);
    tabs.push(await context.newPage());
  }
  w.unmark("wait", "tabs");
  await w.until(w.sheet("tabs"), "done");
  await expect(stateOf(page)).toHaveText("▶ running");
  await setSeen(page, true);
  await expect(stateOf(page)).toHaveText("✓ done");
  await expect(page.getByText("complete", { exact: true })).toBeVisible();
});

test("on a slow line a page is shown though changes come faster than answers", async ({ page }) => {
  await page.route("**/api/v1/tasks?*", async (route) => {
    await new Promise((late) => setTimeout(late, 1500));
    await route.continue();
  });
  let busy = true;
  const changing = (async () => {
    for (let n = 0; busy; n++) {
      await w.api("POST", "/submissions", { nodes: [{ id: `Busy(n=${n})`, family: "Busy", program: "nobody" }] });
      await new Promise((next) => setTimeout(next, 200));
    }
  })();
  await page.goto(`${w.url}/tasks?search=Busy`);
  await expect(page.getByRole("row").filter({ hasText: "Busy(n=9)" })).toBeVisible(); // and so it was asked for twice at least
  busy = false;
  await changing;
});

test("what is shown is asked for again where it has changed, and no more than that is sent", async ({ page }) => {
  const mark = async (id: string, state: "done" | "failed") => {
    await w.api("POST", "/task/mark", { id, state });
    await w.until(id, state);
  };
  await w.backfill("2015-01-01", "2015-01-02");
  await w.run("drawn");
  await Promise.all([w.until(w.edition("2015-01-01"), "done"), w.until(w.edition("2015-01-02"), "done"), w.until(w.sheet("drawn"), "done")]);
  const grid = await page.context().newPage();
  const sent = (families: string[]) =>
    grid.waitForResponse(async (r) => {
      if (!r.url().includes("/api/v1/grid?")) {
        return false;
      }
      const answer = (await r.json()) as Schemas["Grid"];
      return answer.known === true && answer.families?.map((f) => f.family).join() === families.join();
    });
  const asked: string[] = [];
  page.on("request", (r) => r.url().includes("/api/v1/graph") && asked.push(r.url()));
  await page.goto(`${w.url}/graph?root=${encodeURIComponent(w.sheet("drawn"))}`);
  await grid.goto(`${w.url}/grid`);
  for (const one of [page, grid]) {
    await expect(one.getByText("live", { exact: true })).toBeVisible();
  }
  await expect(page.getByRole("application").getByRole("link", { name: /^Sheet/ })).toBeVisible();

  const nothing = sent([]);
  await w.run("elsewhere");
  await nothing;
  const before = asked.length;
  for (const state of ["failed", "done", "failed", "done"] as const) {
    const row = sent(["Edition"]);
    await mark(w.edition("2015-01-01"), state);
    await row;
  }
  expect(asked.length - before).toBeLessThan(2); // one may be for what was told while the first answer was waited for

  const first = asked.length;
  await mark(w.sheet("drawn"), "failed");
  await expect(page.getByRole("application").getByRole("link", { name: /^Sheet.*failed/ })).toBeVisible();
  expect(asked.length).toBeGreaterThan(first);
});
