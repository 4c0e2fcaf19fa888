// Who is told of what has failed: by a webhook that is here.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { world } from "./harness";
import { confirm, expect, test } from "./page";

interface Message {
  status: string;
  subject: string;
}

const told: Message[] = [];
const hook = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    told.push(JSON.parse(body) as Message);
    response.end();
  });
});

const file = (more = "") => `
window = "1s"
[[channel]]
name = "relay"
type = "webhook"
url = "http://127.0.0.1:${(hook.address() as AddressInfo).port}/"
recoveries = true
${more}
`;

test.beforeAll(async () => {
  hook.listen(0, "127.0.0.1");
  await once(hook, "listening");
});
const w = world({ notify: file });
test.afterAll(() => void hook.close());

const subjects = (status: string) => told.filter((m) => m.status === status).map((m) => m.subject).join("\n");

test("a failure is told once and is an incident until it is mended, which is told too", async ({ page }) => {
  await w.fails("poster");
  await page.goto(`${w.url}/notifications`);
  const incidents = page.getByRole("region", { name: "Incidents" }).getByRole("row");
  await expect(incidents.nth(1)).toContainText("Sheet task failed");
  await expect(incidents.nth(1)).toContainText("no ink <b>at all</b> for poster");
  await expect(incidents.nth(1)).toContainText("relay");
  expect(subjects("open")).toContain(`${w.sheet("poster")} failed`);
  await expect(page.getByRole("region", { name: "Channels" }).getByRole("row").nth(1)).toContainText("well");

  w.unmark("fail", "poster");
  await incidents.nth(1).getByRole("link", { name: "Sheet" }).click();
  await page.getByRole("checkbox", { name: `Pick ${w.sheet("poster")}` }).check();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await confirm(page, "Retry");
  await w.until(w.sheet("poster"), "done");
  await page.goto(`${w.url}/notifications`);
  await expect(page.getByText("There is nothing that people have been told of")).toBeVisible();
  await expect.poll(() => subjects("recovered")).toContain(w.sheet("poster"));
});

test("nothing is told of families that somebody has silenced", async ({ page }) => {
  await page.goto(`${w.url}/notifications`);
  await page.getByRole("button", { name: "Silence" }).click();
  await page.getByLabel("Families, as a pattern").fill("She*");
  await page.getByLabel("For how long").fill("90m");
  await page.getByLabel("Why, for the history").fill("painters");
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr silence 'She*' --for 90m --note painters --server ${w.url}`);
  await confirm(page, "Silence");
  const silence = page.getByRole("region", { name: "Silences" }).getByRole("row").nth(1);
  await expect(silence).toContainText("painters");
  await w.fails("quiet");
  const incident = page.getByRole("region", { name: "Incidents" }).getByRole("row").nth(1);
  await expect(incident).toContainText("not yet");
  expect(subjects("open")).not.toContain("quiet");

  await silence.getByRole("button", { name: "Unsilence" }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr unsilence 'She*' --server ${w.url}`);
  await confirm(page, "Unsilence");
  await expect(page.getByText("Nobody has asked for silence.")).toBeVisible();
  await expect.poll(() => subjects("open")).toContain("quiet");
});

test("a channel is tried, and a file with a mistake leaves the one before in force", async ({ page, watched }) => {
  watched.expected.push(/status of 422.*notifications\/reload/);
  await page.goto(`${w.url}/notifications`);
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByRole("dialog").locator("code")).toHaveText(`gomr notify test relay --server ${w.url}`);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("✓ It was taken.")).toBeVisible();
  expect(told.at(-1)?.status).toBe("test");
  await page.getByRole("button", { name: "Close" }).click();

  w.notify(file(`severty = "error"`));
  await page.getByRole("button", { name: "Read the file again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Read the file again" }).click();
  await expect(page.getByRole("main").getByRole("alert").first()).toContainText("did you mean severity");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("main").getByText("can't be used")).toBeVisible();
  w.notify(file());
  await page.getByRole("button", { name: "Read the file again" }).click();
  await confirm(page, "Read the file again");
  await expect(page.getByRole("main").getByText("can't be used")).toHaveCount(0);
});
