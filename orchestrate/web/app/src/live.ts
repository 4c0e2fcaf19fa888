// The changes of tasks as they happen, for all that is shown.
import { signal } from "@preact/signals";

export type Connection = "connecting" | "live" | "lost";

/** What the stream of changes sends; its description has no types. */
interface Sent {
  tasks?: { id: string; family?: string }[];
}

/** What has changed. */
export interface Changes {
  tasks: Set<string>; // IDs
  families: Set<string>; // of these
}

/** How the stream of changes does. */
export const connection = signal<Connection>("connecting");

/** A number that grows when something has changed: at most once in a while, however much it is. */
export const changed = signal(0);

/** What the last changes were. None is that everything has to be read again. */
export const changes = signal<Changes | undefined>(undefined);

/** How long after some changes those that follow are gathered, in milliseconds. The server does so too. */
const gatherTime = 600;

/** How long is waited for what comes together, in milliseconds. */
const burstTime = 50;

let wanted = false;
let source: EventSource | undefined;
const nothing = (): Changes => ({ tasks: new Set(), families: new Set() });
let gathered = nothing();
let everything = false;
let told = -gatherTime; // when changed has grown
let timer: ReturnType<typeof setTimeout> | undefined;

function soon(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    told = performance.now();
    changes.value = everything ? undefined : gathered;
    gathered = nothing();
    everything = false;
    changed.value++;
  }, Math.max(burstTime, told + gatherTime - performance.now()));
}

// A browser has few connections to a server for all its tabs together, so those that nobody sees have none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    close();
  } else if (wanted) {
    open();
    refresh();
  }
});

/** Begins to follow the server. */
export function follow(): void {
  wanted = true;
  open();
}

/** Connects, where there is somebody to see it. A browser reconnects by itself, and says what it had last. */
function open(): void {
  if (!wanted || source !== undefined || document.hidden) {
    return;
  }
  source = new EventSource(`/api/v1/events/live?gather=${gatherTime}`);
  source.onopen = () => {
    if (connection.value === "lost") {
      everything = true;
      soon();
    }
    connection.value = "live";
  };
  source.onerror = () => {
    connection.value = "lost";
    if (source?.readyState === EventSource.CLOSED) {
      source = undefined;
      setTimeout(open, 3000);
      refresh(); // the server answers with a problem: that of what is shown says which
    }
  };
  source.addEventListener("changes", (event) => {
    const sent = JSON.parse((event as MessageEvent<string>).data) as Sent;
    for (const task of sent.tasks ?? []) {
      if (task.id !== "") {
        gathered.tasks.add(task.id);
        gathered.families.add(task.family ?? "");
      } else {
        everything = true;
      }
    }
    soon();
  });
  source.addEventListener("reload", () => {
    everything = true;
    soon();
  });
}

function close(): void {
  source?.close();
  source = undefined;
}

export function unfollow(): void {
  wanted = false;
  close();
  connection.value = "connecting";
}

/** Has all that is shown read again, such as after something was done here. */
export function refresh(): void {
  everything = true;
  soon();
}

/** Has what is shown of a task read again. */
export function refreshTask(id: string): void {
  gathered.tasks.add(id);
  soon();
}
