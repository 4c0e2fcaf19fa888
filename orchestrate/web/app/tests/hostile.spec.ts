// Names, parameters, errors, logs and notes that would rather be markup stay text.
import type { Page } from "@playwright/test";
import { world } from "./harness";
import { expect, test } from "./page";

const hostile = [
  `<img src=x onerror="document.title='taken'">`,
  `<script>document.title='taken'</script>`,
  `"><svg onload=alert('taken')>`,
  `javascript:document.title='taken'`,
  `');alert('taken');('`,
  `</pre></span><h1>taken</h1>&lt;b&gt;`,
  `{{7*7}}\${7*7}`,
];
const worst = hostile.join(" ");

/** Finds nothing that a page does not make by itself. */
async function untouched(page: Page): Promise<void> {
  expect(await page.title()).not.toBe("taken");
  await expect(page.getByRole("main").locator("img, script, iframe, b, [onload], [onerror], a[href^='javascript:' i]")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "taken", exact: true })).toHaveCount(0);
}

const w = world();
test.beforeAll(async () => {
  await w.fails(...hostile);
  const node = { family: worst, owner: worst, program: worst, args: [`--x=${worst}`], resources: { [worst]: 1 } };
  await w.api("POST", "/submissions", {
    nodes: [{ ...node, id: `Worst(${worst})`, due: "2020-01-01T00:00:00Z" }, { ...node, id: `External(${worst})`, external: true, requires: [] }],
    roots: [`Worst(${worst})`], request: worst,
  });
  await w.api("POST", "/work", { worker: { id: worst, host: worst, programs: ["none", worst], slots: 1 } });
  await w.api("POST", "/task/mark", { id: `Worst(${worst})`, state: "failed", note: worst });
});

test("on every page they are text", async ({ page, watched }) => {
  watched.expected.push(/status of (404|422).*api\/v1\/(task|attempts)/); // of tasks and states that there are not
  const { body } = await w.api<{ tasks: { id: string }[] }>("GET", "/tasks?limit=100");
  expect(body.tasks).toHaveLength(hostile.length + 3);
  const ids = body.tasks.map((t) => t.id).filter((id) => !id.startsWith("Sheet")); // which come below
  const lists = ["/", "/tasks", "/runs", "/run?key=1", "/run?key=2", "/history", "/workers", "/resources"];
  const queries = [`/tasks?search=${encodeURIComponent(worst)}`, `/tasks?state=${encodeURIComponent(worst)}`, `/history?since=${encodeURIComponent(worst)}`, `/task?id=${encodeURIComponent(worst)}`];
  for (const path of [...lists, ...queries, ...ids.map((id) => `/task?id=${encodeURIComponent(id)}`)]) {
    await page.goto(w.url + path);
    await expect(page.getByRole("main")).not.toBeEmpty();
    await expect(page.getByText("Loading…")).toHaveCount(0);
    await untouched(page);
  }
});

test("a log that is hostile is text too", async ({ page }) => {
  for (const name of hostile) {
    await page.goto(`${w.url}/task?id=${encodeURIComponent(w.sheet(name))}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(w.sheet(name));
    const log = page.getByLabel("Log", { exact: true });
    await expect(log).toContainText("the ink is out");
    await expect(log).toContainText(`<img src=x onerror="document.title='taken'"> of ${name}`);
    await expect(log).toContainText("a link, nothing wiped");
    await expect(log.locator("a")).toHaveCount(0);
    await expect(page.getByRole("region", { name: "Attempts" })).toContainText(`no ink <b>at all</b> for ${name}`);
    await page.getByRole("searchbox", { name: "Search the log" }).fill("<img src=x");
    await expect(log.locator("mark").first()).toHaveText("<img src=x");
    await page.getByRole("button", { name: "Retry" }).click();
    await expect(page.getByRole("dialog").getByRole("listitem")).toHaveText(w.sheet(name));
    await untouched(page);
  }
});

test("the policy refuses scripts and styles inside the page, and those of other hosts", async ({ page, watched }) => {
  watched.expected.push(/Content Security Policy/);
  await page.goto(w.url);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", `<img src="data:," onerror="document.title='taken'"><p style="color: red" id="styled">x</p>`);
  });
  await expect(page.locator("#styled")).toBeAttached();
  expect(await page.title()).not.toBe("taken");
  expect(await page.locator("#styled").evaluate((p) => getComputedStyle(p).color)).not.toBe("rgb(255, 0, 0)");
  expect(watched.faults.join()).toMatch(/Content Security Policy/);
});
