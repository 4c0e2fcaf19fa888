// What people did, and all else that the server has noted.
import { useAnswer, useAskAgain } from "../answer";
import { get, type Schemas } from "../api";
import { Older } from "../list";
import { Empty, Section, Shown, Table, TaskOf, Typed } from "../parts";
import { Link, place, refine, to } from "../router";
import { When } from "../time";

const pageSize = 100;

/** Of the events that tell what people did. */
const audit = "audit";

/** In place of a kind. */
const any = "any";

/** Kinds to choose from; there may be others. */
const kinds = [
  audit, "run submitted", "run ended", "run reopened", "task failed", "disabled", "enabled", "forgiven", "marked", "held", "released", "kill requested",
  "output gone", "output present", "attempt lost", "paused", "unpaused", "limit set", "tasks forgotten",
  "schedule fired", "schedule skipped", "data timed out", "schedule applied", "schedule removed", "schedule paused", "schedule resumed",
  "backfill started", "backfill paused", "backfill resumed", "backfill cancelled", "backfill ended",
  "deadline warned", "deadline missed", "deadline met", "silenced", "unsilenced",
];

export function Audit() {
  useAskAgain();
  const query = place.value.query;
  const kind = query.get("kind") ?? audit;
  const task = query.get("task") ?? "";
  const run = Number(query.get("run") ?? 0);
  const cursor = Number(query.get("cursor") ?? 0);
  const page = useAnswer(
    (signal) => get("/api/v1/events", { kind: kind === any ? "" : kind, task, run, cursor, limit: pageSize, order: "newest" }, { signal }),
    [kind, task, run, cursor],
  );
  const only = (changes: Record<string, string | undefined>) => refine({ ...changes, cursor: undefined });
  return (
    <>
      <h1>Audit</h1>
      <div class="filters" role="group" aria-label="Filters">
        <button type="button" class={`chip ${kind === audit ? "chosen" : ""}`} aria-pressed={kind === audit} onClick={() => only({ kind: undefined })}>
          What people did
        </button>
        <button type="button" class={`chip ${kind === any ? "chosen" : ""}`} aria-pressed={kind === any} onClick={() => only({ kind: any })}>
          All that happened
        </button>
        <select aria-label="Kind" value={kind} onChange={(e) => only({ kind: e.currentTarget.value === audit ? undefined : e.currentTarget.value })}>
          {[any, ...kinds, ...(kind === any || kinds.includes(kind) ? [] : [kind])].map((k) => (
            <option key={k} value={k}>
              {k === any ? "of any kind" : k}
            </option>
          ))}
        </select>
        <Typed type="search" placeholder="Task, its whole ID" aria-label="Task, its whole ID" value={task} onTyped={(text) => only({ task: text.trim() })} />
        <Typed type="number" min={0} placeholder="Run" aria-label="Run" value={run === 0 ? "" : String(run)} onTyped={(text) => only({ run: text })} />
      </div>
      <Shown answer={page}>
        {(p) =>
          (p.events ?? []).length === 0 ? (
            <Empty>
              {kind === audit && task === "" && run === 0 ? "Nobody has done anything yet, or so long ago that it is forgotten." : "Nothing is like that."}
            </Empty>
          ) : (
            <Section title="The newest first">
              <EventTable page={p} />
              <Older next={p.next} />
            </Section>
          )
        }
      </Shown>
    </>
  );
}

/** Events in the order of the page. */
export function EventTable({ page }: { page: Schemas["Events"] }) {
  return (
    <Table label="Events" head={["When", "Who", "What", "Task", "Run"]}>
      {(page.events ?? []).map((e) => (
        <tr key={e.seq}>
          <td>
            <When at={e.at} />
          </td>
          <td>{e.by}</td>
          <td class="text">
            {e.kind !== audit && <strong>{e.kind}</strong>} {e.message}
          </td>
          <td class="id">{e.task !== undefined && <TaskOf ids={page.ids} task={e.task} />}</td>
          <td>{e.run !== undefined && <Link to={to("/run", { key: e.run })}>{e.run}</Link>}</td>
        </tr>
      ))}
    </Table>
  );
}
