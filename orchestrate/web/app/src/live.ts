// The changes of tasks as they happen, for all that is shown.
import { signal } from "@preact/signals";

export type Connection = "connecting" | "live" | "lost";

/** What the stream of changes sends; its description has no types. */
interface Changes {
  tasks?: { id: string }[];
}

/** How the stream of changes does. */
export const connection = signal<Connection>("connecting");

/** A number that grows when something has changed: at most once in a while, however much it is. */
export const changed = signal(0);

/** What the last changes were, by the IDs of tasks. Empty where everything has to be read again. */
export const changedTasks = signal<ReadonlySet<string>>(new Set());

/** How long changes are gathered, in milliseconds. */
const gatherTime = 400;

let source: EventSource | undefined;
let gathered = new Set<string>();
let everything = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function soon(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    if (document.hidden) {
      return; // nobody looks; see visibilitychange
    }
    changedTasks.value = everything ? new Set() : gathered;
    gathered = new Set();
    everything = false;
    changed.value++;
  }, gatherTime);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && (everything || gathered.size > 0)) {
    soon();
  }
});

/** Begins to follow the server. A browser reconnects by itself, and says what it had last. */
export function follow(): void {
  if (source !== undefined) {
    return;
  }
  source = new EventSource("/api/v1/events/live");
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
      setTimeout(follow, 3000);
      refresh(); // the server answers with a problem: that of what is shown says which
    }
  };
  source.addEventListener("changes", (event) => {
    const changes = JSON.parse((event as MessageEvent<string>).data) as Changes;
    for (const task of changes.tasks ?? []) {
      if (task.id !== "") {
        gathered.add(task.id);
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

export function unfollow(): void {
  source?.close();
  source = undefined;
  connection.value = "connecting";
}

/** Has all that is shown read again, such as after something was done here. */
export function refresh(): void {
  everything = true;
  soon();
}

/** Has what is shown of a task read again. */
export function refreshTask(id: string): void {
  gathered.add(id);
  soon();
}
