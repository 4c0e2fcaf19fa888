// What is due, and when it is expected.
import { useAnswer, useAskAgain } from "../answer";
import { get, type Schemas } from "../api";
import { Command, Empty, onServer, quoted, Section, Shown, Table } from "../parts";
import { Link, place, refine, taskLink } from "../router";
import { StateChip } from "../state";
import { secondsOf, spell, When } from "../time";

type Due = Schemas["Due"];

/** How it stands with what is due, those first that need somebody. */
const standings: { name: string; is: (d: Due) => boolean; look: string }[] = [
  { name: "missed", is: (d) => d.missed !== undefined || (d.done === undefined ? new Date(d.due).getTime() < Date.now() : secondsOf(d.slack) < 0), look: "late" },
  { name: "blocked", is: (d) => d.finish !== undefined && d.next_is === "failed", look: "late" },
  { name: "at risk", is: (d) => d.done === undefined && (d.warned !== undefined || secondsOf(d.slack) < 0), look: "risk" },
  { name: "in time", is: (d) => d.done === undefined, look: "fine" },
  { name: "done", is: () => true, look: "fine" },
];

const standingOf = (d: Due) => standings.find((s) => s.is(d));

/** How it stands with what is due, in a word. */
export function Standing({ due }: { due: Due }) {
  const standing = standingOf(due);
  return <span class={standing?.look}>{standing?.name}</span>;
}

/** How long before it is due it is expected, or how late it will be. */
function Slack({ due: d }: { due: Due }) {
  if (d.finish === undefined && d.done === undefined) {
    return <span class="faint">–</span>;
  }
  const slack = secondsOf(d.slack);
  return slack < 0 ? <span class="late">late by {spell(-slack)}</span> : <span class="number">{spell(slack)}</span>;
}

export function DuePage() {
  useAskAgain();
  const shown = place.value.query.get("only") ?? "";
  const dues = useAnswer((signal) => get("/api/v1/due", undefined, { signal }), []);
  return (
    <>
      <h1>Due</h1>
      <Shown answer={dues}>
        {(all) => {
          const due = all.due ?? [];
          return due.length === 0 ? (
            <Empty>
              Nothing is due. A task that has <code>Due()</code> is watched here, and one that will be late is warned of early.
            </Empty>
          ) : (
            <>
              <div class="filters" role="group" aria-label="Filters">
                {standings.map((s) => (
                  <button
                    type="button" key={s.name} class={`chip ${shown === s.name ? "chosen" : ""}`} aria-pressed={shown === s.name}
                    onClick={() => refine({ only: shown === s.name ? undefined : s.name })}
                  >
                    <span class={s.look}>{s.name}</span> <span class="number">{due.filter((d) => standingOf(d) === s).length}</span>
                  </button>
                ))}
              </div>
              <Dues due={due.filter((d) => shown === "" || standingOf(d)?.name === shown)} />
            </>
          );
        }}
      </Shown>
    </>
  );
}

function Dues({ due }: { due: Due[] }) {
  if (due.length === 0) {
    return <Empty>Nothing is like that.</Empty>;
  }
  return (
    <Section title="By due time" aside={<Command text={onServer("gomr due")} />}>
      <Table label="Tasks that are due" head={["How it is", "Task", "Due", "Likely done", "Very likely", "Slack", "Look at"]}>
        {due.map((d) => (
          <tr key={d.id}>
            <td>
              <Standing due={d} />
            </td>
            <td class="id">
              <Link to={taskLink(d.id)}>{d.id}</Link> <StateChip state={d.state} />
            </td>
            <td>
              <When at={d.due} />
            </td>
            <td>{d.done ? <>done <When at={d.done} /></> : <When at={d.finish?.p50} />}</td>
            <td>
              {!d.done && <When at={d.finish?.p95} />}
              {d.finish?.unknown ? <div class="faint">at the earliest</div> : null}
            </td>
            <td>
              <Slack due={d} />
            </td>
            <td class="id">
              {d.next && d.next !== d.id && (
                <>
                  <Link to={taskLink(d.next)}>{d.next}</Link> {d.next_is && <StateChip state={d.next_is} />}
                </>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

/** When a task that is not done is expected, and the way to it that takes longest. */
export function Expected({ id }: { id: string }) {
  const forecast = useAnswer((signal) => get("/api/v1/task/forecast", { id }, { signal }), [id], id);
  const f = forecast.value;
  if (f?.finish === undefined) {
    return null; // it is done, or not known yet: the rest of the page tells
  }
  const late = f.due !== undefined && new Date(f.finish.p95).getTime() > new Date(f.due).getTime();
  return (
    <Section title="Expected" aside={<Command text={onServer(`gomr forecast ${quoted(id)}`)} />}>
      <p>
        Likely <When at={f.finish.p50} />, very likely <When at={f.finish.p95} />
        {f.due !== undefined && (
          <span class={late ? "late" : ""}>
            ; due <When at={f.due} />
          </span>
        )}
        .{f.finish.unknown ? ` That is at the earliest: nothing is known of how long ${f.finish.unknown === 1 ? "one of the steps takes" : `${f.finish.unknown} of the steps take`}.` : ""}
      </p>
      {f.blocked && (
        <p class="late">
          It won't be done before somebody acts: <Link to={taskLink(f.blocked)}>{f.blocked}</Link> has failed. The times are as if it were tried again now.
        </p>
      )}
      <Table label="Steps on the way" head={["State", "Step", "For", "Takes, likely", "Very likely", "Of", "Done by"]}>
        {(f.steps ?? []).map((s) => (
          <tr key={s.id}>
            <td>
              <StateChip state={s.state} />
            </td>
            <td class="id">
              <Link to={taskLink(s.id)}>{s.id}</Link>
            </td>
            <td class="number">{s.elapsed && spell(secondsOf(s.elapsed))}</td>
            <td class="number">{s.count > 0 ? spell(secondsOf(s.p50)) : "not known"}</td>
            <td class="number">{s.count > 0 ? spell(secondsOf(s.p95)) : ""}</td>
            <td class="number">{s.count}</td>
            <td>
              <When at={s.finish.p95} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
