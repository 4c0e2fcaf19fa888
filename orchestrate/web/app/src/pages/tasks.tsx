import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { Actions } from "../actions";
import { Clear } from "../clear";
import { get, type Task } from "../api";
import { kinds } from "../partitions";
import { Empty, onServer, Section, Shown, Table, Typed } from "../parts";
import { Link, place, refine, taskLink, to } from "../router";
import { meanings, StateChip, states } from "../state";
import { When } from "../time";

const pageSize = 100;

export function Tasks() {
  const query = place.value.query;
  const state = query.get("state") ?? "";
  const family = query.get("family") ?? "";
  const search = query.get("search") ?? "";
  const kind = kinds.find((k) => k === query.get("kind"));
  const from = query.get("from") ?? "";
  const until = query.get("until") ?? "";
  const cursor = Number(query.get("cursor") ?? 0);
  const counts = useAnswer((signal) => get("/api/v1/counts", undefined, { signal }), []);
  const page = useAnswer(
    (signal) =>
      get("/api/v1/tasks", { ...(state === "" ? {} : { state: state.split(",") as never }), ...(kind && { kind }), family, search, from, until, cursor, limit: pageSize }, { signal }),
    [state, family, search, kind, from, until, cursor],
  );
  const chosen = new Set(state === "" ? [] : state.split(","));
  const choose = (s: string) => {
    const next = new Set(chosen);
    if (!next.delete(s)) {
      next.add(s);
    }
    refine({ state: [...next].join(","), cursor: undefined });
  };
  return (
    <>
      <h1>Tasks</h1>
      <div class="filters" role="group" aria-label="Filters">
        {states.map((s) => (
          <button type="button" key={s} class={`chip ${chosen.has(s) ? "chosen" : ""}`} aria-pressed={chosen.has(s)} title={meanings[s]} onClick={() => choose(s)}>
            <StateChip state={s} /> <span class="number">{counts.value?.states?.[s] ?? 0}</span>
          </button>
        ))}
        <input type="search" placeholder="ID contains" aria-label="ID contains" value={search} onInput={(e) => refine({ search: e.currentTarget.value, cursor: undefined })} />
        <Typed type="search" placeholder="Family" aria-label="Family" value={family} onTyped={(text) => refine({ family: text, cursor: undefined })} />
        {(kind ?? from) + until !== "" && (
          <button type="button" class="chip chosen" title="Show tasks of all partitions" onClick={() => refine({ kind: undefined, from: undefined, until: undefined, cursor: undefined })}>
            {[kind, from === until ? from : `${from} to ${until}`].filter(Boolean).join(" ")} <span aria-hidden="true">✕</span>
          </button>
        )}
      </div>
      <Shown answer={page}>
        {(value) =>
          (value.tasks ?? []).length === 0 ? (
            state + family + search + (kind ?? "") + from + until === "" ? (
              <Empty>
                There are no tasks yet. <code>{onServer("gomr run TASK")}</code> submits some, and <code>{onServer("gomr worker")}</code> runs them.
              </Empty>
            ) : (
              <Empty>
                No task is like that. <Link to="/tasks">Show all</Link>
              </Empty>
            )
          ) : (
            <TaskList tasks={value.tasks ?? []} next={value.next} cursor={cursor} key={cursor} />
          )
        }
      </Shown>
    </>
  );
}

function TaskList({ tasks, next, cursor }: { tasks: Task[]; next: number | undefined; cursor: number }) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const pickedTasks = tasks.filter((t) => picked.has(t.id));
  const pick = (id: string) => {
    const now = new Set(picked);
    if (!now.delete(id)) {
      now.add(id);
    }
    setPicked(now);
  };
  const all = pickedTasks.length === tasks.length;
  return (
    <Section
      title={`${tasks.length} shown`}
      aside={
        <span class="actions">
          {pickedTasks.length > 0 && <span>{pickedTasks.length} picked</span>}
          <Actions tasks={pickedTasks} onDone={() => setPicked(new Set())} />
          <Clear tasks={pickedTasks} onDone={() => setPicked(new Set())} />
        </span>
      }
    >
      <Table
        label="Tasks"
        head={[
          <input type="checkbox" aria-label="Pick all that are shown" checked={all} onChange={() => setPicked(all ? new Set() : new Set(tasks.map((t) => t.id)))} />,
          "State", "Task", "Family", "Owner", "Changed",
        ]}
      >
        {tasks.map((t) => (
          <tr key={t.key}>
            <td>
              <input type="checkbox" aria-label={`Pick ${t.id}`} checked={picked.has(t.id)} onChange={() => pick(t.id)} />
            </td>
            <td>
              <StateChip state={t.state} />
            </td>
            <td class="id">
              <Link to={taskLink(t.id)}>{t.id}</Link>
              {t.error && t.state !== "done" && <div class="error-line">{t.error}</div>}
            </td>
            <td>{t.family && <Link to={to("/tasks", { family: t.family })}>{t.family}</Link>}</td>
            <td>{t.owner}</td>
            <td>
              <When at={t.changed} />
            </td>
          </tr>
        ))}
      </Table>
      <p class="buttons">
        {cursor > 0 && (
          <button type="button" onClick={() => history.back()}>
            Back
          </button>
        )}
        {next !== undefined && (
          <Link class="button" to={to("/tasks", { ...Object.fromEntries(place.value.query), cursor: next })}>
            Next {pageSize}
          </Link>
        )}
      </p>
    </Section>
  );
}
