// All pages, for what is true of each of them. A new page is one more line here.
import type { World } from "./harness";

export interface Listed {
  path: (w: World) => string;
  heading: RegExp;
  shows: RegExp; // something of what there really is, in the world of [furnish]
}

export const listed: Record<string, Listed> = {
  home: { path: () => "/", heading: /^Now$/, shows: /no ink <b>at all<\/b> for broken/ },
  tasks: { path: () => "/tasks", heading: /^Tasks$/, shows: /name=waiting/ },
  task: { path: (w) => task(w, "broken"), heading: /name=broken/, shows: /the ink is out/ },
  "task that runs": { path: (w) => task(w, "waiting"), heading: /name=waiting/, shows: /still waiting 0/ },
  runs: { path: () => "/runs", heading: /^Runs$/, shows: /sheets=\[good,broken,waiting\]/ },
  run: { path: () => "/run?key=1", heading: /^Run 1$/, shows: /sheets=\[good,broken,waiting\]/ },
  "timeline of a task": { path: (w) => `/run?task=${encodeURIComponent(w.sheet("broken"))}`, heading: /^Timeline of .*name=broken/, shows: /When it and what it requires ran/ },
  history: { path: () => "/history", heading: /^History$/, shows: /no ink <b>at all<\/b> for broken/ },
  workers: { path: () => "/workers", heading: /^Workers$/, shows: /1 of 4/ },
  resources: { path: () => "/resources", heading: /^Resources$/, shows: /press/ },
  graph: { path: () => "/graph?run=1", heading: /^Graph$/, shows: /failed/ },
  grid: { path: () => "/grid", heading: /^Grid$/, shows: /date/ },
  schedules: { path: () => "/schedules", heading: /^Schedules$/, shows: /gomr schedule/ },
  backfills: { path: () => "/backfills", heading: /^Backfills$/, shows: /gomr backfill/ },
  due: { path: () => "/due", heading: /^Due$/, shows: /Due\(\)/ },
  notifications: { path: () => "/notifications", heading: /^Notifications$/, shows: /--notify/ },
  audit: { path: () => "/audit", heading: /^Audit$/, shows: /submitted/ },
  tokens: { path: () => "/tokens", heading: /^Tokens$/, shows: /admin/ },
  "no page": { path: () => "/nothing", heading: /^No such page$/, shows: /The menu above has all/ },
};

/** Has something for each page to show: a task that is done, one that failed and one that runs. */
export async function furnish(w: World): Promise<void> {
  w.mark("fail", "broken");
  w.mark("wait", "waiting");
  await w.run("good", "broken", "waiting");
  await Promise.all([w.until(w.sheet("good"), "done"), w.until(w.sheet("broken"), "failed"), w.until(w.sheet("waiting"), "running")]);
}

const task = (w: World, name: string) => `/task?id=${encodeURIComponent(w.sheet(name))}`;
