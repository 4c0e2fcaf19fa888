import { useAnswer } from "../answer";
import { get, type Schemas } from "../api";
import { Command, Empty, onServer, Section, Shown, Table } from "../parts";
import { Link, place, taskLink, to } from "../router";
import { StateChip } from "../state";
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
              Nobody has asked for a task yet. <code>{onServer("gomr run TASK")}</code> does.
            </Empty>
          ) : (
            <Section title="The newest first" aside={<Command text={onServer("gomr timeline RUN")} />}>
              <Table label="Runs" head={["Run", "Status", "Asked for", "By", "Started", "Ended", "Took"]}>
                {(p.runs ?? []).map((r) => (
                  <tr key={r.key}>
                    <td>
                      <Link to={to("/run", { key: r.key })}>{r.key}</Link>
                    </td>
                    <td>
                      <StateChip state={r.outcome ?? "running"} />
                    </td>
                    <td class="id">
                      <Roots run={r} ids={p.ids ?? {}} />
                    </td>
                    <td>{r.by}</td>
                    <td>
                      <When at={r.at} />
                    </td>
                    <td>{r.ended === undefined ? <span class="faint">not yet</span> : <When at={r.ended} />}</td>
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

/** The tasks that were asked for, of which the server names the first few. */
function Roots({ run, ids }: { run: Schemas["Run"]; ids: Record<string, string> }) {
  const roots = run.roots ?? [];
  const named = roots.map((key) => ids[String(key)]).filter((id) => id !== undefined);
  if (named.length === 0) {
    return <span class="faint">{run.request || "nothing that is still known"}</span>;
  }
  return (
    <>
      {named.map((id) => (
        <div key={id}>
          <Link to={taskLink(id)}>{id}</Link>
        </div>
      ))}
      {roots.length > named.length && <Link to={to("/run", { key: run.key })}>and {roots.length - named.length} more</Link>}
    </>
  );
}
