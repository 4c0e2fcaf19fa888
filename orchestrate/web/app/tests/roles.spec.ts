// Who may see and do what, where there are tokens.
import type { Page } from "@playwright/test";
import { sound, expect, test, watch } from "./page";
import { world } from "./harness";
import type { Schemas } from "../src/api";

const w = world({ tokens: { root: "admin", vera: "viewer", otto: "operator", wanda: "worker" } });
test.beforeAll(() => w.fails("poster"));
test.beforeEach(({ watched }) => void watched.expected.push(/the server responded with a status of 401/));

const task = () => `/task?id=${encodeURIComponent(w.sheet("poster"))}`;

async function signIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel("Secret").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("whoever has no session is led to where one signs in, and back", async ({ page, context }) => {
  await page.goto(w.url + task());
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  await signIn(page, w.secret("otto"));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet("poster"));
  await expect(page.getByText("otto operator")).toBeVisible();

  const cookies = await context.cookies();
  expect(cookies.map((c) => [c.name, c.httpOnly, c.sameSite])).toEqual([["gomr_token", true, "Strict"]]);
  expect(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }))).toBe("{}");
});

test("a wrong secret is told, and a right one works after it", async ({ page }) => {
  await page.goto(`${w.url}/tasks`);
  await signIn(page, "gomr_wrong");
  await expect(page.getByRole("alert")).toContainText("token");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, ` ${w.secret("vera")} `);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tasks");
});

test("signing in leads to no other site", async ({ page }) => {
  for (const next of ["https://example.org/", "//example.org/", "javascript:alert(1)", "/\\example.org"]) {
    await page.goto(`${w.url}/sign-in?next=${encodeURIComponent(next)}`);
    await signIn(page, w.secret("vera"));
    await expect(page.getByText("vera viewer")).toBeVisible();
    expect(new URL(page.url()).origin).toBe(w.url);
  }
});

for (const who of ["vera", "wanda"]) {
  test(`${who} has no buttons that do something, and the API refuses what they would do`, async ({ page, watched }) => {
    watched.expected.push(/the server responded with a status of 403/);
    await page.goto(`${w.url}/sign-in`);
    await signIn(page, w.secret(who));
    await expect(page.getByText("the ink is out")).toBeVisible();
    const doing = page.getByRole("main").getByRole("button", { name: /^(Retry|Kill|Mark|Change)/ });
    for (const path of ["/", "/tasks", task(), "/runs", "/run?key=1", "/resources"]) {
      await page.goto(w.url + path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByText("Loading…")).toHaveCount(0);
      await expect(doing).toHaveCount(0);
    }
    const statuses = await page.evaluate(async (id) => {
      const bodies = { "task/forgive": { id }, "task/kill": { id }, "task/mark": { id, state: "done" }, "runs/retry": { run: 1 }, resources: { resource: "press", limit: 0 }, tokens: { name: "x", role: "admin" } };
      const all = Object.entries(bodies).map(async ([path, body]) => {
        const response = await fetch(`/api/v1/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        return response.status;
      });
      return Promise.all(all);
    }, w.sheet("poster"));
    expect(statuses).toEqual([403, 403, 403, 403, 403, 403]);
  });
}

test("an operator acts, and the history has their name", async ({ page }) => {
  await page.goto(`${w.url}/sign-in?next=${encodeURIComponent(task())}`);
  await signIn(page, w.secret("otto"));
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
  await expect(page.getByRole("region", { name: "Attempts" }).getByRole("row")).toHaveCount(1 + 2);
  const { body } = await w.api<Schemas["Events"]>("GET", "/events?limit=100");
  expect(body.events?.map((e) => e.by)).toContain("otto");
});

test("who signs out sees nothing any more, in no window", async ({ page, context, browser }) => {
  await page.goto(`${w.url}/sign-in`);
  await signIn(page, w.secret("otto"));
  await expect(page.getByText("the ink is out")).toBeVisible();
  const second = await context.newPage();
  await second.goto(w.url);
  await expect(second.getByText("the ink is out")).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  expect(await context.cookies()).toEqual([]);
  await page.goto(`${w.url}/tasks`);
  await expect(page).toHaveURL(/\/sign-in/);
  await second.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(second).toHaveURL(/\/sign-in/);
  await page.goBack();
  await expect(page.getByText("the ink is out")).toHaveCount(0);

  const other = await browser.newContext();
  const noted = watch(other);
  noted.expected.push(/401/);
  const stranger = await other.newPage();
  await stranger.goto(w.url);
  await expect(stranger).toHaveURL(/\/sign-in/);
  await other.close();
  sound(noted);
});

test("a token that is revoked ends the session", async ({ page, watched }) => {
  watched.expected.push(/net::ERR_/);
  const made = await w.api<{ secret: string }>("POST", "/tokens", { name: "temp", role: "viewer" });
  await page.goto(`${w.url}/sign-in`);
  await signIn(page, made.body.secret);
  await expect(page.getByText("the ink is out")).toBeVisible();
  await w.api("POST", "/tokens/revoke", { name: "temp" });
  await w.kill();
  await w.serveAgain();
  await expect(page).toHaveURL(/\/sign-in/);
});
