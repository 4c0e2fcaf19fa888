// A MapReduce job on a real Hadoop, followed on its page. 'make test-hadoop' starts a Hadoop for it.
import type { Schemas } from "../src/api";
import { world } from "./harness";
import { confirm, expect, stateOf, test } from "./page";

const w = world({ hadoop: true });
const [novel, poem] = ["novel", "poem"].map((kind) => `${kind}-${Date.now()}`) as [string, string]; // HDFS may have those of an earlier run
const at = (name: string) => `${w.url}/task?id=${encodeURIComponent(w.wordCount(name))}`;

/** A job begins when YARN has started some processes of Java, and a mapper that fails is tried four times. */
const patient = { timeout: 150_000 };

test.describe.configure({ timeout: 300_000 });
test.beforeAll(async () => {
  w.mark("wait", novel);
  w.mark("fail", poem);
  await Promise.all([novel, poem].map((name) => w.cli("run", "WordCount", "--dir", w.tasks, "--name", name, "--detach", "--quiet")));
});

/** What is known of the last attempt at a word count. */
async function detailsOf(name: string): Promise<Record<string, string>> {
  const { body } = await w.api<Schemas["Attempts"]>("GET", `/attempts?limit=1&task=${encodeURIComponent(w.wordCount(name))}`);
  return body.attempts?.[0]?.details ?? {};
}

const why = (name: string) => w.cli("why", "WordCount", "--dir", w.tasks, "--name", name);

test("a word count is followed while it runs, until its output is in HDFS", async ({ page }) => {
  await page.goto(at(novel));
  await expect(stateOf(page)).toHaveText("▶ running", patient);
  await expect.poll(() => detailsOf(novel), patient).toHaveProperty(["tracking url"]);
  const { "tracking url": tracker = "" } = await detailsOf(novel);
  expect(tracker).toMatch(/application_\d+_\d+/);
  await expect.poll(() => page.getByRole("main").innerHTML(), patient).toContain(tracker);
  await expect(page.getByRole("main")).toContainText(/map/i); // how far it is
  expect(await why(novel)).toContain(`/paged/count/${novel}/ does not exist`);

  w.unmark("wait", novel);
  await expect(stateOf(page)).toHaveText("✓ done", patient);
  await expect.poll(() => detailsOf(novel)).toHaveProperty(["Map-Reduce Framework: Map input records"], "2");
  await expect(page.getByRole("main")).toContainText("Map input records");
  await expect(page.getByRole("main")).toContainText(/reduce task [12] of 2 took/); // the one that took longest
  await expect(page.getByText(/^(complete|nothing written)$/)).toBeVisible(); // its log has come to its end
  expect(await why(novel)).toContain(`/paged/count/${novel}/ exists`);
});

test("where a mapper fails, the page has the mapper's own error, and what is mended runs to its end", async ({ page }) => {
  await page.goto(at(poem));
  await expect(stateOf(page)).toHaveText("✕ failed", patient);
  const said = `no <b>ink</b> for ${poem}`;
  await expect(page.getByRole("region", { name: "Attempts" })).toContainText(said);
  await expect(page.getByLabel("Log", { exact: true })).toContainText(said);
  const failed = page.locator("section").filter({ has: page.getByRole("heading", { name: "Job", exact: true }) });
  await expect(failed).toContainText(/attempt_\d+_\d+_m_\d+_\d+ on \S+/); // YARN's name for it, and its node
  await expect(failed).toContainText(said); // as the tracker has it
  await page.goto(w.url);
  await expect(page.getByRole("article").filter({ hasText: poem })).toContainText(said);

  w.unmark("fail", poem);
  await page.goto(at(poem));
  await page.getByRole("button", { name: "Retry" }).click();
  await confirm(page, "Retry");
  await expect(stateOf(page)).toHaveText("✓ done", patient);
});
