import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get, post, Problem, type Schemas } from "../api";
import { refresh } from "../live";
import { Command, Empty, Modal, ProblemBox, Section, Shown, Table } from "../parts";
import { Link, place, taskLink, to } from "../router";
import { mayControl } from "../session";
import { StateChip, states } from "../state";
import { Lasted, When } from "../time";

export function Runs() {
  const cursor = Number(place.value.query.get("cursor") ?? 0);
  const page = useAnswer((signal) => get("/api/v1/runs", { cursor, limit: 50 }, { signal }), [cursor]);
  return (
    <>
      <h1>Runs</h1>
      <Shown answer={page}>
        {(p) =>
          (p.runs ?? []).length === 0 ? (
            <Empty>
              Nobody has asked for a task yet. <code>gomr run TASK --server {location.origin}</code> does.
            </Empty>
          ) : (
            <Section title="The newest first">
              <Table label="Runs" head={["Run", "Outcome", "Asked for", "By", "Started", "Took"]}>
                {(p.runs ?? []).map((r) => (
                  <tr key={r.key}>
                    <td>
                      <Link to={to("/run", { key: r.key })}>{r.key}</Link>
                    </td>
                    <td>
                      <StateChip state={r.outcome ?? "running"} />
                    </td>
                    <td class="id">{r.request || `${r.roots?.length ?? 0} ${r.roots?.length === 1 ? "task" : "tasks"}`}</td>
                    <td>{r.by}</td>
                    <td>
                      <When at={r.at} />
                    </td>
                    <td>
                      <Lasted from={r.at} until={r.ended} />
                    </td>
                  </tr>
                ))}
              </Table>
              {p.next !== undefined && (
                <p class="buttons">
                  <Link class="button" to={to("/runs", { cursor: p.next })}>
                    Older
                  </Link>
                </p>
              )}
            </Section>
          )
        }
      </Shown>
    </>
  );
}

export function RunPage() {
  const key = Number(place.value.query.get("key") ?? 0);
  const status = useAnswer((signal) => get("/api/v1/runs/{key}", undefined, { signal, path: { key } }), [key]);
  return (
    <Shown answer={status}>
      {(s) => (
        <>
          <h1>Run {s.run.key}</h1>
          <p class="under-title">
            <StateChip state={s.run.outcome ?? "running"} /> <When at={s.run.at} /> <Lasted from={s.run.at} until={s.run.ended} /> {s.run.by && `by ${s.run.by}`}{" "}
            <Link to={to("/graph", { run: s.run.key })}>graph</Link> <RetryRun status={s} />
          </p>
          <Section title="How far it is">
            <Progress states={s.states as Record<string, number>} />
          </Section>
          <Section title="What was asked for">
            <ul class="named">
              {(s.roots ?? []).map((id) => (
                <li key={id}>
                  <Link to={taskLink(id)}>{id}</Link>
                </li>
              ))}
              {s.forgotten !== undefined && <li class="faint">and {s.forgotten} that ended so long ago that they are forgotten</li>}
            </ul>
          </Section>
        </>
      )}
    </Shown>
  );
}

/** How many tasks are in which state. */
function Progress({ states: counts }: { states: Record<string, number> }) {
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  return (
    <>
      <progress max={total} value={counts["done"] ?? 0} aria-label={`${counts["done"] ?? 0} of ${total} tasks are done`} />
      <p>
        {states
          .filter((s) => counts[s])
          .map((s) => (
            <span key={s} class="count-word">
              <StateChip state={s} /> <span class="number">{counts[s]}</span>
            </span>
          ))}
      </p>
    </>
  );
}

function RetryRun({ status }: { status: Schemas["RunStatus"] }) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const broken = (status.states?.["failed"] ?? 0) + (status.states?.["disabled"] ?? 0);
  if (!mayControl() || broken === 0) {
    return null;
  }
  const retry = async (event: Event) => {
    event.preventDefault();
    try {
      await post("/api/v1/runs/retry", { run: status.run.key });
      setAsked(false);
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
    refresh();
  };
  return (
    <span class="actions">
      <button type="button" onClick={() => setAsked(true)}>
        Retry what failed
      </button>
      {asked && (
        <Modal title={`Retry ${broken === 1 ? "one task" : `${broken} tasks`} of run ${status.run.key}`} onClose={() => setAsked(false)}>
          <form onSubmit={retry}>
            <p>All that has failed of this run, and of what it requires, is tried again.</p>
            <p>
              The same from a terminal: <Command text={`gomr retry ${status.run.key}`} />
            </p>
            <ProblemBox problem={problem} />
            <p class="buttons">
              <button type="button" class="quiet" onClick={() => setAsked(false)}>
                Cancel
              </button>
              <button type="submit" class="primary">
                Retry
              </button>
            </p>
          </form>
        </Modal>
      )}
    </span>
  );
}
