// Workers, and what tasks share.
import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get, post, Problem, type Schemas } from "../api";
import { refresh } from "../live";
import { Command, Empty, Modal, ProblemBox, quoted, Section, Shown, Table } from "../parts";
import { mayControl } from "../session";
import { When } from "../time";

export function Workers() {
  const workers = useAnswer((signal) => get("/api/v1/workers", undefined, { signal }), []);
  return (
    <>
      <h1>Workers</h1>
      <Shown answer={workers}>
        {(w) =>
          (w.workers ?? []).length === 0 ? (
            <Empty>
              No worker has come yet. On a machine that has the program: <code>gomr worker --server {location.origin}</code>
            </Empty>
          ) : (
            <Section title={`${(w.workers ?? []).filter((one) => one.alive).length} alive`} aside={<Command text="gomr workers" />}>
              <Table label="Workers" head={["State", "Worker", "Host", "Busy", "Programs", "Last heard of"]}>
                {(w.workers ?? []).map((one) => (
                  <tr key={one.id}>
                    <td>{one.alive ? one.draining ? <span class="risk">drains</span> : <span class="fine">alive</span> : <span class="late">gone</span>}</td>
                    <td>{one.id}</td>
                    <td>{one.host}</td>
                    <td class="number">
                      {one.attempts?.length ?? 0} of {one.slots ?? "?"}
                    </td>
                    <td>{one.programs?.join(", ")}</td>
                    <td>
                      <When at={one.seen} />
                    </td>
                  </tr>
                ))}
              </Table>
            </Section>
          )
        }
      </Shown>
    </>
  );
}

export function Resources() {
  const resources = useAnswer((signal) => get("/api/v1/resources", undefined, { signal }), []);
  const [changing, setChanging] = useState<Schemas["Resource"] | undefined>();
  return (
    <>
      <h1>Resources</h1>
      <Shown answer={resources}>
        {(r) =>
          (r.resources ?? []).length === 0 ? (
            <Empty>
              No task takes a resource. One that has <code>Resources()</code> does, such as <code>{'{"warehouse": 1}'}</code>.
            </Empty>
          ) : (
            <Section title="What tasks share">
              <Table label="Resources" head={["Resource", "Used", "Limit", "State", ...(mayControl() ? ["Action"] : [])]}>
                {(r.resources ?? []).map((one) => (
                  <tr key={one.name}>
                    <td>{one.name}</td>
                    <td>
                      <meter min={0} max={Math.max(1, one.limit)} value={one.used} aria-label={`${one.used} of ${one.limit} used`} /> <span class="number">{one.used}</span>
                    </td>
                    <td class="number">
                      {one.limit}
                      {!one.set && <span class="faint"> by default</span>}
                    </td>
                    <td>{one.paused && <span class="risk">paused</span>}</td>
                    {mayControl() && (
                      <td>
                        <button type="button" onClick={() => setChanging(one)} aria-label={`Change ${one.name}`}>
                          Change
                        </button>
                      </td>
                    )}
                  </tr>
                ))}
              </Table>
            </Section>
          )
        }
      </Shown>
      {changing && <Limit resource={changing} onClose={() => setChanging(undefined)} />}
    </>
  );
}

function Limit({ resource, onClose }: { resource: Schemas["Resource"]; onClose: () => void }) {
  const [limit, setLimit] = useState(String(resource.limit));
  const [problem, setProblem] = useState<Problem | undefined>();
  const change = async (event: Event) => {
    event.preventDefault();
    try {
      await post("/api/v1/resources", { resource: resource.name, limit: Number(limit) });
      refresh();
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
  };
  return (
    <Modal title={`Limit of ${resource.name}`} onClose={onClose}>
      <form onSubmit={change}>
        <label>
          How much there is
          <input type="number" min={0} required value={limit} onInput={(e) => setLimit(e.currentTarget.value)} autofocus />
        </label>
        <p>
          The same from a terminal: <Command text={`gomr limit ${quoted(resource.name)} ${limit}`} />
        </p>
        <ProblemBox problem={problem} />
        <p class="buttons">
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Set
          </button>
        </p>
      </form>
    </Modal>
  );
}
