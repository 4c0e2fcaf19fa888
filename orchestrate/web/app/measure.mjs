// Measures the pages of a server that has the data of internal/bench/web, whose figures these are:
//   node measure.mjs pages URL SMALL-RUN LARGE-RUN   prints what each page takes, as JSON
//   node measure.mjs open URL NUMBER                 has pages open until its input ends; it prints a line when they are, and
//                                                    at the end what each has asked for since, as JSON in a line
import { chromium } from "playwright-core";

/** How many times a page that is open asks for something, so that it counts as asked for at changes. */
const often = 5;
/** How often each page is opened. */
const times = 5;
/** How many changes are waited for on a page. */
const changes = 10;
/** How long the grid is scrolled, in milliseconds. */
const scrollTime = 3000;

const [what, url, ...rest] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  await (what === "open" ? keepOpen(Number(rest[0])) : measurePages(...rest));
} finally {
  await browser.close();
}

async function measurePages(small, large) {
  const { tasks: failed } = await ask("/api/v1/tasks?state=failed&limit=1");
  const paths = {
    Now: "/",
    "Grid, by the hour": "/grid?kind=hour",
    "Grid, by the hour, smallest cells": "/grid?kind=hour&size=2",
    Tasks: "/tasks",
    "Tasks that have failed": "/tasks?state=failed",
    "Tasks by a text": "/tasks?search=07",
    Task: `/task?id=${encodeURIComponent(failed[0].id)}`,
    Runs: "/runs",
    Run: `/run?key=${small}`,
    "Graph of 2,000 tasks": `/graph?run=${small}&collapse=none`,
    "Graph of 20,000 tasks by family": `/graph?run=${large}`,
    "Graph of all, which are too many: it asks for a part": "/graph",
    Backfills: "/backfills",
    Schedules: "/schedules",
    History: "/history",
    Due: "/due",
    Workers: "/workers",
    Resources: "/resources",
    Notifications: "/notifications",
    Audit: "/audit",
    Tokens: "/tokens",
  };
  await once(paths.Now); // so that the browser itself is warm
  const pages = [];
  let bundle = 0;
  for (const [name, path] of Object.entries(paths)) {
    const all = [];
    for (let n = 0; n < times; n++) {
      all.push(await once(path));
    }
    const middle = (figure) => median(all.map((one) => one[figure]));
    pages.push({ name, paint: middle("paint"), full: middle("full"), answer: middle("answer"), bytes: middle("bytes") });
    bundle = all[0].assets;
    console.error(`${name}: ${middle("paint").toFixed(0)} ms until it paints, ${middle("full").toFixed(0)} ms until all is there, ${middle("answer").toFixed(0)} ms for its slowest answer`);
  }
  console.log(JSON.stringify({ pages, bundle, scroll: await scroll(paths["Grid, by the hour"]), live: await live() }));
}

/** Opens a page in a browser that has seen none, and says how long it took in milliseconds. */
async function once(path) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const answers = [];
  page.on("requestfinished", (request) => answers.push(request));
  await page.goto(url + path, { waitUntil: "commit" });
  const { paint, full } = await page.evaluate(untilFull);
  let answer = 0;
  let bytes = 0;
  let assets = 0;
  for (const request of answers) {
    const { responseBodySize } = await request.sizes();
    if (request.url().includes("/api/")) {
      const { requestStart, responseEnd } = request.timing();
      answer = Math.max(answer, responseEnd - requestStart);
      bytes += responseBodySize;
    } else if (request.url().includes("/assets/")) {
      assets += responseBodySize;
    }
  }
  await context.close();
  return { paint, full, answer, bytes, assets };
}

/** Runs in the page: waits until it has all that it asks for, and that is painted. */
function untilFull() {
  return new Promise((resolve) => {
    const painted = () => {
      const main = document.querySelector("main");
      const text = main?.textContent ?? "";
      if (text === "" || text.includes("Loading…") || document.querySelector("header.top") === null) {
        requestAnimationFrame(painted);
        return;
      }
      requestAnimationFrame(() => {
        const full = performance.now();
        const first = performance.getEntriesByName("first-contentful-paint")[0];
        resolve({ paint: first?.startTime ?? full, full });
      });
    };
    requestAnimationFrame(painted);
  });
}

/** Scrolls the grid to and fro, and says how smooth that was. */
async function scroll(path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url + path, { waitUntil: "commit" });
  await page.evaluate(untilFull);
  await page.locator("canvas").first().hover();
  const counted = page.evaluate(
    (span) =>
      new Promise((resolve) => {
        const start = performance.now();
        let [frames, longest, last] = [0, 0, start];
        const frame = (now) => {
          frames++;
          longest = Math.max(longest, now - last);
          last = now;
          if (now - start < span) {
            requestAnimationFrame(frame);
          } else {
            resolve({ frames: (1000 * frames) / (now - start), longest });
          }
        };
        requestAnimationFrame(frame);
      }),
    scrollTime,
  );
  const end = Date.now() + scrollTime;
  for (let n = 0; Date.now() < end; n++) {
    await page.mouse.wheel(n % 100 < 50 ? -160 : 160, n % 40 < 20 ? 40 : -40);
  }
  const result = await counted;
  await page.close();
  return result;
}

/** Changes tasks, and says how long after each the page of the task shows it. */
async function live() {
  const nodes = Array.from({ length: changes }, (_, n) => ({ id: `Live(n=${Date.now()}-${n})`, family: "Live", program: "nobody" }));
  await tell("/api/v1/submissions", { nodes });
  const page = await browser.newPage();
  const all = [];
  for (const { id } of nodes) {
    await page.goto(`${url}/task?id=${encodeURIComponent(id)}`);
    await page.getByText("live", { exact: true }).waitFor();
    await page.locator(".under-title .state", { hasText: "pending" }).waitFor();
    const start = Date.now();
    await tell("/api/v1/task/mark", { id, state: "done" });
    await page.waitForFunction(() => document.querySelector(".under-title .state")?.textContent?.includes("done"), undefined, { polling: "raf" });
    all.push(Date.now() - start);
  }
  await page.close();
  return all;
}

/** Has pages open that show what changes most, each as that of somebody else. */
async function keepOpen(number) {
  const paths = ["/", "/grid?kind=hour", "/tasks", "/history", "/tasks?state=running", "/runs", "/workers", "/grid", "/resources", "/graph?run=1"];
  const asked = [];
  for (let n = 0; n < number; n++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const requests = new Map();
    asked.push(requests);
    page.on("request", (request) => {
      if (request.url().includes("/api/") && request.resourceType() === "fetch") {
        const address = new URL(request.url());
        address.searchParams.delete("since"); // whoever asks again says what they know by then
        requests.set(address.href, (requests.get(address.href) ?? 0) + 1);
      }
    });
    await page.goto(url + paths[n % paths.length]);
    await page.getByText("live", { exact: true }).waitFor();
    await page.evaluate(untilFull);
  }
  for (const requests of asked) {
    requests.clear(); // what is asked for at every change may be less
  }
  console.log("open");
  process.stdin.resume();
  await new Promise((ended) => process.stdin.on("close", ended).on("end", ended));
  console.log(JSON.stringify(asked.map((requests) => [...requests].filter(([, times]) => times >= often).map(([address]) => address))));
}

async function ask(path) {
  return answerOf(await fetch(url + path));
}

async function tell(path, body) {
  return answerOf(await fetch(url + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
}

async function answerOf(response) {
  const body = await response.text();
  if (!response.ok) {
    throw new Error(`${response.url}: ${body}`);
  }
  return body === "" ? undefined : JSON.parse(body);
}

function median(all) {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}
