// Clearing tasks: a worker of their program tells which outputs would go to the trash, moves them, and brings them back.
import { useEffect, useState } from "preact/hooks";
import { get, post, Problem, type Schemas, type Task } from "./api";
import { noted } from "./ask";
import { useChore, type Chore } from "./chore";
import { spellBytes } from "./details";
import { Command, Empty, Modal, ProblemBox, quoted, Section, Table } from "./parts";
import { Link, taskLink } from "./router";
import { mayControl } from "./session";
import { StateChip } from "./state";
import { When } from "./time";

type Cleared = Schemas["Cleared"];

/** Whether a task has outputs that can be cleared: others make those of external ones, and small letters are the server's. */
const clearable = (t: Task) => !t.external && /^[A-Z]/.test(t.family ?? "") && !!t.program;

/** A button that clears tasks, once a worker has told what that is, and somebody has said yes. */
export function Clear({ tasks, onDone }: { tasks: Task[]; onDone?: () => void }) {
  // The tasks stay those that were asked for, whatever becomes of them meanwhile.
  const [asked, setAsked] = useState<Task[] | undefined>();
  const possible = tasks.filter(clearable);
  if (!mayControl() || (possible.length === 0 && asked === undefined)) {
    return null;
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsked(possible)}>
        Clear{tasks.length > 1 && ` ${possible.length}`}
      </button>
      {asked && (
        <ClearWindow
          tasks={asked}
          onClose={() => {
            setAsked(undefined);
            onDone?.();
          }}
        />
      )}
    </>
  );
}

/** Clears tasks that are looked for once somebody wants to. */
export function ClearFound({ name, find }: { name: string; find: () => Promise<Task[]> }) {
  const [found, setFound] = useState<Task[] | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  if (!mayControl()) {
    return null;
  }
  const open = () => {
    setProblem(undefined);
    find().then((tasks) => setFound(tasks.filter(clearable)), (error: unknown) => setProblem(error instanceof Problem ? error : new Problem(0, "", String(error))));
  };
  return (
    <>
      <button type="button" class="danger" onClick={open}>
        {name}
      </button>
      <ProblemBox problem={problem} />
      {found && <ClearWindow tasks={found} onClose={() => setFound(undefined)} />}
    </>
  );
}

const showClear = (name: string, signal: AbortSignal) => get("/api/v1/clears/{name}", undefined, { signal, path: { name } });
const showUndo = (name: string, signal: AbortSignal) => get("/api/v1/undos/{name}", undefined, { signal, path: { name } });

const some = (n: number, noun: string) => (n === 1 ? `1 ${noun}` : `${n} ${noun}s`);

/** How many tasks there are, with those that are not told one by one. */
const tasksOf = (c: Cleared) => (c.tasks ?? []).length + (c.more ?? 0);

/** Whether there is nothing to be done: no output is there, and the server takes none of the tasks for more than pending. */
const idle = (c: Cleared) => (c.more ?? 0) === 0 && c.tasks.every((t) => t.outputs.length === 0 && (t.state === undefined || t.state === "pending"));

function ClearWindow({ tasks, onClose }: { tasks: Task[]; onClose: () => void }) {
  const [downstream, setDownstream] = useState(false);
  const [note, setNote] = useState("");
  const preview = useChore(showClear);
  const clear = useChore(showClear);
  const ids = tasks.map((t) => t.id);
  useEffect(() => preview.start(post("/api/v1/clears", { tasks: ids, downstream, preview: true })), [downstream]);
  const found = preview.busy ? undefined : preview.status?.cleared;
  const running = found?.tasks.find((t) => t.state === "running" || t.state === "suspended");
  const cleared = clear.status?.cleared;
  const act = (event: Event) => {
    event.preventDefault();
    clear.start(post("/api/v1/clears", { tasks: ids, downstream, note }));
  };
  const command = `gomr clear ${ids.map(quoted).join(" ")}${downstream ? " --downstream" : ""}${noted(note)} --server ${quoted(location.origin)}`;
  return (
    <Modal title={`Clear: ${ids.length === 1 ? "one task" : `${ids.length} tasks`}`} onClose={onClose}>
      {cleared ? (
        <Outcome cleared={cleared} program={tasks[0]?.program ?? ""} onClose={onClose} />
      ) : (
        <form class="fields" onSubmit={act}>
          <p>The outputs go to the trash, and the tasks run again as soon as they can. Undo brings them back.</p>
          <label class="check">
            <input type="checkbox" checked={downstream} disabled={clear.busy} onChange={(e) => setDownstream(e.currentTarget.checked)} /> Clear what depends on them, too
          </label>
          <Progress chore={preview} doing="A worker looks what would be moved." />
          {found && <Moved cleared={found} label="What would be moved" />}
          {running && <p class="problem">{running.id} has an attempt under way: wait for it, or kill it first.</p>}
          <label>
            Why, for the history
            <input value={note} onInput={(e) => setNote(e.currentTarget.value)} maxLength={1000} />
          </label>
          <p>
            The same from a terminal: <Command text={command} />
          </p>
          <Progress chore={clear} doing="A worker moves them." />
          <p class="buttons">
            <button type="button" class="quiet" onClick={onClose}>
              {clear.busy ? "Close" : "Cancel"}
            </button>
            <button type="submit" class="danger" disabled={found === undefined || idle(found) || running !== undefined || clear.busy}>
              {clear.busy ? "Clearing…" : "Clear"}
            </button>
          </p>
        </form>
      )}
    </Modal>
  );
}

/** What a worker is at, or why it is not done. */
function Progress({ chore: c, doing }: { chore: Chore<{ state: string; why?: string }>; doing: string }) {
  return (
    <div role="status">
      <ProblemBox problem={c.problem} />
      {c.busy && (
        <p class="faint">
          {doing} {c.status?.why} {c.asked && <Link to={taskLink(c.asked.task)}>Its task</Link>}
        </p>
      )}
      {c.status?.state === "failed" && (
        <p class="problem" role="alert">
          {c.status.why}
        </p>
      )}
    </div>
  );
}

/** Whether a path is of a record beside an output, which people need not be told of. */
const isRecord = (path: string) => /(^|\/)\.[^/]*\.gomr\.json$/.test(path);

/** How many tasks are named one by one. */
const mostNamed = 100;

function Moved({ cleared: c, label }: { cleared: Cleared; label: string }) {
  if (idle(c)) {
    return <Empty>There is nothing to clear: no output is there.</Empty>;
  }
  const more = tasksOf(c) - Math.min(mostNamed, c.tasks.length);
  return (
    <>
      <p>
        <strong>
          {some(tasksOf(c), "task")}, {some(c.files, "file")}, {spellBytes(c.bytes)}
        </strong>{" "}
        for the trash, which keeps them for a while: they are removed <When at={c.expires} />
      </p>
      <Table label={label} head={["Task", "State", "Output", "Files", "Size"]}>
        {c.tasks.slice(0, mostNamed).map((t) => {
          const outputs = t.outputs.filter((o, i) => i === 0 || !isRecord(o.path));
          return (outputs.length > 0 ? outputs : [undefined]).map((o, i) => (
            <tr key={`${t.id} ${o?.path}`}>
              <td class="id">
                {i === 0 && t.id} {i === 0 && t.because && <span class="faint">{t.because}</span>}
              </td>
              <td>{i === 0 && t.state && <StateChip state={t.state} />}</td>
              <td class="id">{o ? o.path : <span class="faint">none is there</span>}</td>
              <td class="number">{o?.files}</td>
              <td class="number">{o && spellBytes(o.bytes)}</td>
            </tr>
          ));
        })}
      </Table>
      {more > 0 && <p class="faint">and {some(more, "task")} more</p>}
    </>
  );
}

function Outcome({ cleared, program, onClose }: { cleared: Cleared; program: string; onClose: () => void }) {
  return (
    <>
      <p role="status">
        <strong>{some(tasksOf(cleared), "task")} cleared.</strong>
        {cleared.id === undefined && " There was nothing to move."}
      </p>
      {cleared.id !== undefined && <Undo id={cleared.id} program={program} expires={cleared.expires} />}
      <p class="buttons">
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </p>
    </>
  );
}

const fates: Record<string, string> = {
  back: "is back", kept: "is there, it was not moved", refused: "stays in the trash: there is a new one", gone: "is gone: it is not in the trash any more",
};

/** Where the outputs of a clear are, and a button that brings them back. */
function Undo({ id, program, expires }: { id: string; program: string; expires: string }) {
  const undo = useChore(showUndo);
  const [replace, setReplace] = useState(false);
  const undone = undo.status?.undone;
  const refused = undone?.outputs.some((o) => o.fate === "refused") ?? false;
  const told = (undone?.outputs ?? []).filter((o) => o.fate !== "back" || !isRecord(o.path));
  const act = () => undo.start(post("/api/v1/undos", { id, program, replace }));
  return (
    <>
      {(undone === undefined || refused) && (
        <p>
          The outputs are in the trash as <code>{id}</code>. They are removed <When at={expires} />.
        </p>
      )}
      <Progress chore={undo} doing="A worker brings them back." />
      {undone && (
        <ul class="named" role="status">
          {told.map((o) => (
            <li key={o.path}>
              {o.path} {fates[o.fate] ?? o.fate}
            </li>
          ))}
        </ul>
      )}
      {undone?.replaced && (
        <p>
          What was new is in the trash as <code>{undone.replaced}</code>.
        </p>
      )}
      {(undone === undefined || refused) && mayControl() && (
        <>
          <label class="check">
            <input type="checkbox" checked={replace} disabled={undo.busy} onChange={(e) => setReplace(e.currentTarget.checked)} /> Where there are new outputs, move those to the trash
          </label>
          <p class="actions">
            <button type="button" class="primary" disabled={undo.busy} onClick={act}>
              {undo.busy ? "Bringing back…" : "Undo"}
            </button>{" "}
            <Command text={`gomr undo ${id}${replace ? " --replace" : ""}`} />
          </p>
        </>
      )}
    </>
  );
}

/** On the page of the task that has cleared: what that was. */
export function ClearOf({ task }: { task: Task }) {
  const name = /^clear\((.*)\)$/.exec(task.id)?.[1];
  const chore = useChore(showClear);
  useEffect(() => {
    if (name !== undefined && task.family === "clear") {
      chore.start(Promise.resolve({ name, task: task.id }));
    }
  }, [name]);
  const cleared = chore.status?.cleared;
  if (name === undefined || task.family !== "clear") {
    return null;
  }
  return (
    <Section title={cleared && cleared.id === undefined ? "What would be moved" : "What was moved"}>
      <Progress chore={chore} doing="It is not done yet." />
      {cleared && <Moved cleared={cleared} label="Outputs" />}
      {cleared?.id !== undefined && <Undo id={cleared.id} program={task.program ?? ""} expires={cleared.expires} />}
    </Section>
  );
}
