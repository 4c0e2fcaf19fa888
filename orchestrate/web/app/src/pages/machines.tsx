// Workers, and what tasks share.
import { useState } from "preact/hooks";
import { useAnswer, useAskAgain } from "../answer";
import { get, post, type Schemas } from "../api";
import { Ask, noted } from "../ask";
import { Command, Empty, onServer, quoted, Section, Shown, Table } from "../parts";
import { Link, to } from "../router";
import { StateChip } from "../state";
import { When } from "../time";
import { LoadCells, loadHead } from "./load";

const attemptsOf = (worker: string) => to("/history", { worker });

export function Workers() {
  useAskAgain();
  const workers = useAnswer((signal) => get("/api/v1/workers", undefined, { signal }), []);
  return (
    <>
      <h1>Workers</h1>
      <Shown answer={workers}>
        {(w) =>
          (w.workers ?? []).length === 0 ? (
            <Empty>
              No worker has come yet. On a machine that has the program: <code>{onServer("gomr worker")}</code>
            </Empty>
          ) : (
            <Section title={`${(w.workers ?? []).filter((one) => one.alive).length} alive`} aside={<Command text={onServer("gomr workers")} />}>
              <Table label="Workers" head={["State", "Worker", "Host", "Busy", ...loadHead, "Programs", "Last heard of"]}>
                {(w.workers ?? []).map((one) => (
                  <tr key={one.id}>
                    <td>{one.alive ? one.draining ? <span class="risk">drains</span> : <span class="fine">alive</span> : <span class="late">gone</span>}</td>
                    <td>
                      <Link to={attemptsOf(one.id)}>{one.id}</Link>
                    </td>
                    <td>{one.host}</td>
                    <td class="number">
                      <Link to={attemptsOf(one.id)} title="Its attempts, those under way first">
                        {one.attempts?.length ?? 0} of {one.slots ?? "?"}
                      </Link>
                    </td>
                    <LoadCells worker={one} />
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
  useAskAgain();
  const resources = useAnswer((signal) => get("/api/v1/resources", undefined, { signal }), []);
  const counts = useAnswer((signal) => get("/api/v1/counts", undefined, { signal }), []);
  return (
    <>
      <h1>Resources</h1>
      {counts.value &&
        (counts.value.paused ? (
          <Paused />
        ) : (
          <p class="under-title">
            The server gives out work. <PauseServer />
          </p>
        ))}
      <Shown answer={resources}>
        {(r) =>
          (r.resources ?? []).length === 0 ? (
            <Empty>
              No task takes a resource. One that has <code>Resources()</code> does, such as <code>{'{"warehouse": 1}'}</code>.
            </Empty>
          ) : (
            <Section title="What tasks share">
              <Table label="Resources" head={["Resource", "Used", "Limit", "State", "Actions"]}>
                {(r.resources ?? []).map((one) => (
                  <ResourceRow key={one.name} resource={one} />
                ))}
              </Table>
            </Section>
          )
        }
      </Shown>
    </>
  );
}

function ResourceRow({ resource: one }: { resource: Schemas["Resource"] }) {
  return (
    <tr>
      <td>{one.name}</td>
      <td>
        <meter min={0} max={Math.max(1, one.limit)} value={one.used} aria-label={`${one.used} of ${one.limit} used`} /> <span class="number">{one.used}</span>
      </td>
      <td class="number">
        {one.limit}
        {!one.set && <span class="faint"> by default</span>}
      </td>
      <td>{one.paused && <StateChip state="paused" />}</td>
      <td>
        <span class="actions">
          <Limit resource={one} />
          {one.paused ? <UnpauseResource name={one.name} /> : <PauseResource name={one.name} />}
        </span>
      </td>
    </tr>
  );
}

function Limit({ resource }: { resource: Schemas["Resource"] }) {
  const [limit, setLimit] = useState(String(resource.limit));
  return (
    <Ask
      name="Change"
      title={`Limit of ${resource.name}`}
      question={<p>Tasks that take it start while there is enough of it; what runs goes on.</p>}
      command={(note) => onServer(`gomr limit ${quoted(resource.name)} ${limit}${noted(note)}`)}
      apply={(note) => post("/api/v1/resources", { resource: resource.name, limit: Number(limit), note })}
    >
      <label>
        How much there is
        <input type="number" min={0} required value={limit} onInput={(e) => setLimit(e.currentTarget.value)} autofocus />
      </label>
    </Ask>
  );
}

function PauseResource({ name }: { name: string }) {
  return (
    <Ask
      name="Pause"
      title={`Pause ${name}`}
      question={<p>No task starts that takes it; what runs goes on, and the limit stays.</p>}
      command={(note) => onServer(`gomr pause ${quoted(name)}${noted(note)}`)}
      apply={(note) => post("/api/v1/pause", { resources: [name], note })}
    />
  );
}

function UnpauseResource({ name }: { name: string }) {
  return (
    <Ask
      name="Unpause"
      title={`Unpause ${name}`}
      question={<p>Tasks that take it start again.</p>}
      command={(note) => onServer(`gomr unpause ${quoted(name)}${noted(note)}`)}
      apply={(note) => post("/api/v1/unpause", { resources: [name], note })}
    />
  );
}

function PauseServer() {
  return (
    <Ask
      name="Pause the server"
      danger
      title="Pause the server"
      question={<p>No task starts, whoever asks; what runs goes on.</p>}
      command={(note) => onServer(`gomr pause${noted(note)}`)}
      apply={(note) => post("/api/v1/pause", { note })}
    />
  );
}

/** That the server gives out no work, and the way out of it. */
export function Paused() {
  return (
    <div class="notice under-title">
      The server gives out no work: it is paused.
      <Ask
        name="Unpause"
        title="Unpause the server"
        question={<p>Tasks start again. A resource that was paused by its name stays so.</p>}
        command={(note) => onServer(`gomr unpause${noted(note)}`)}
        apply={(note) => post("/api/v1/unpause", { note })}
      />
    </div>
  );
}

/** The resources that are paused, where there are some. */
export function PausedResources() {
  const resources = useAnswer((signal) => get("/api/v1/resources", undefined, { signal }), []);
  return (
    <>
      {(resources.value?.resources ?? [])
        .filter((one) => one.paused)
        .map((one) => (
          <div key={one.name} class="notice under-title">
            {one.name} is paused: no task starts that takes it.
            <UnpauseResource name={one.name} />
          </div>
        ))}
    </>
  );
}
