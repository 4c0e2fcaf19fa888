import { useAnswer } from "../answer";
import { get } from "../api";
import { Command, Empty, Section, Shown, Table, TaskOf } from "../parts";
import { Link, place, refine, to } from "../router";
import { StateChip } from "../state";
import { Lasted, When } from "../time";

/** A time as its field has it, or nothing where it is none. */
const localTime = (text: string) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "");

export function History() {
  const query = place.value.query;
  const family = query.get("family") ?? "";
  const worker = query.get("worker") ?? "";
  const since = localTime(query.get("since") ?? "");
  const cursor = Number(query.get("cursor") ?? 0);
  const page = useAnswer(
    (signal) => get("/api/v1/attempts", { family, worker, cursor, limit: 100, ...(since === "" ? {} : { since: new Date(since).toISOString() }) }, { signal }),
    [family, worker, since, cursor],
  );
  return (
    <>
      <h1>History</h1>
      <div class="filters" role="group" aria-label="Filters">
        <input type="search" placeholder="Family" aria-label="Family" value={family} onChange={(e) => refine({ family: e.currentTarget.value, cursor: undefined })} />
        <input type="search" placeholder="Worker" aria-label="Worker" value={worker} onChange={(e) => refine({ worker: e.currentTarget.value, cursor: undefined })} />
        <label>
          Since <input type="datetime-local" value={since} onChange={(e) => refine({ since: e.currentTarget.value, cursor: undefined })} />
        </label>
      </div>
      <Shown answer={page}>
        {(p) =>
          (p.attempts ?? []).length === 0 ? (
            <Empty>No attempt is like that.</Empty>
          ) : (
            <Section title="Attempts, the newest first" aside={<Command text="gomr history" />}>
              <Table label="Attempts" head={["Outcome", "Task", "Started", "Took", "Worker", "What went wrong"]}>
                {(p.attempts ?? []).map((a) => (
                  <tr key={a.fence}>
                    <td>
                      <StateChip state={a.outcome ?? "running"} />
                    </td>
                    <td class="id">
                      <TaskOf ids={p.ids} task={a.task} />
                    </td>
                    <td>
                      <When at={a.started} />
                    </td>
                    <td>
                      <Lasted from={a.started} until={a.ended} />
                    </td>
                    <td>{a.worker}</td>
                    <td class="error-line">{a.error}</td>
                  </tr>
                ))}
              </Table>
              {p.next !== undefined && (
                <p class="buttons">
                  <Link class="button" to={to("/history", { ...Object.fromEntries(query), cursor: p.next })}>
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
