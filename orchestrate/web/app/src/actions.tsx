// What people do to tasks. Each is a call of the API, and shown as the command that does the same.
import { useState } from "preact/hooks";
import { post, Problem, type Task } from "./api";
import { noted } from "./ask";
import { refresh } from "./live";
import { Command, Modal, onServer, ProblemBox, quoted } from "./parts";
import { mayControl } from "./session";

export interface Action {
  name: string; // on the button
  question: string; // before it is done; %s is how many tasks
  danger?: boolean;
  applies: (task: Task) => boolean;
  command: (ids: string[], note: string) => string; // without the server
  apply: (id: string, note: string) => Promise<unknown>;
}

const ofTasks = (verb: string, ids: string[]) => `gomr ${verb} ${ids.map(quoted).join(" ")}`;
const ended = (t: Task) => t.state === "failed" || t.state === "disabled" || t.state === "retrying";

export const actions: Action[] = [
  {
    name: "Retry",
    question: "Try again now, with no failures counted",
    applies: ended,
    command: (ids, note) => ofTasks("forgive", ids) + noted(note),
    apply: (id, note) => post("/api/v1/task/forgive", { id, note }),
  },
  {
    name: "Kill",
    question: "End the attempt under way. What it has written and not committed is thrown away",
    danger: true,
    applies: (t) => t.state === "running" || t.state === "suspended",
    command: (ids, note) => ofTasks("kill", ids) + noted(note),
    apply: (id, note) => post("/api/v1/task/kill", { id, note }),
  },
  {
    name: "Mark done",
    question: "Take it for done, whatever is there, so that what depends on it goes on",
    danger: true,
    applies: (t) => t.state !== "done" && t.state !== "running" && t.state !== "suspended",
    command: (ids, note) => `${ofTasks("mark", ids)} done${noted(note)}`,
    apply: (id, note) => post("/api/v1/task/mark", { id, state: "done", note }),
  },
  {
    name: "Mark failed",
    question: "Take it for failed, so that it and what depends on it don't start",
    danger: true,
    applies: (t) => t.state === "pending" || t.state === "retrying" || t.state === "missing" || t.state === "disabled",
    command: (ids, note) => `${ofTasks("mark", ids)} failed${noted(note)}`,
    apply: (id, note) => post("/api/v1/task/mark", { id, state: "failed", note }),
  },
];

/** Buttons for what can be done to some tasks. Nothing is done before it was asked for. */
export function Actions({ tasks, onDone }: { tasks: Task[]; onDone?: () => void }) {
  // The tasks stay those that were asked for, whatever becomes of them meanwhile.
  const [asked, setAsked] = useState<{ action: Action; tasks: Task[] } | undefined>();
  if (!mayControl()) {
    return null;
  }
  const possible = actions.filter((a) => tasks.some(a.applies));
  return (
    <span class="actions">
      {possible.map((a) => (
        <button type="button" key={a.name} class={a.danger ? "danger" : ""} onClick={() => setAsked({ action: a, tasks: tasks.filter(a.applies) })}>
          {a.name}
          {tasks.length > 1 && ` ${tasks.filter(a.applies).length}`}
        </button>
      ))}
      {asked && (
        <Confirm
          {...asked}
          onClose={() => setAsked(undefined)}
          onDone={() => {
            setAsked(undefined);
            onDone?.();
          }}
        />
      )}
    </span>
  );
}

/** How many tasks a question names one by one. */
const mostNamed = 8;

function Confirm({ action, tasks, onClose, onDone }: { action: Action; tasks: Task[]; onClose: () => void; onDone: () => void }) {
  const [note, setNote] = useState("");
  const [done, setDone] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const ids = tasks.map((t) => t.id);
  const act = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      for (const id of ids.slice(done)) {
        await action.apply(id, note);
        setDone((n) => n + 1);
      }
      onDone();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
    setBusy(false);
    refresh();
  };
  return (
    <Modal title={`${action.name}: ${tasks.length === 1 ? "one task" : `${tasks.length} tasks`}`} onClose={onClose}>
      <form onSubmit={act}>
        <p>{action.question}:</p>
        <ul class="named">
          {ids.slice(0, mostNamed).map((id) => (
            <li key={id}>{id}</li>
          ))}
          {ids.length > mostNamed && <li class="faint">and {ids.length - mostNamed} more</li>}
        </ul>
        <label>
          Why, for the history
          <input value={note} onInput={(e) => setNote(e.currentTarget.value)} maxLength={1000} autofocus />
        </label>
        <p>
          The same from a terminal: <Command text={onServer(action.command(ids, note))} />
        </p>
        {problem !== undefined && done > 0 && <p>{done} are done; this is the next one's:</p>}
        <ProblemBox problem={problem} />
        <p class="buttons">
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={action.danger ? "danger" : "primary"} disabled={busy}>
            {busy ? `${done} of ${tasks.length}…` : action.name}
          </button>
        </p>
      </form>
    </Modal>
  );
}
