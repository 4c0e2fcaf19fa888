import { useAnswer } from "../answer";
import { Actions } from "../actions";
import { get, type Task } from "../api";
import { LogEnd } from "../log";
import { Empty, onServer, Section, Shown, Table, TaskOf } from "../parts";
import { Link, taskLink, to } from "../router";
import { meanings, StateChip, states } from "../state";
import { Lasted, When } from "../time";
import { Standing } from "./due";
import { Health } from "./health";
import { WorkerLoad } from "./load";
import { Paused, PausedResources } from "./machines";
import { NewestEvents } from "./news";
import { Pools } from "./pools";
import { Today } from "./today";
import { Week } from "./week";

/** How many tasks a list of this page has at most. */
const most = 12;

export function Home() {
  return (
    <>
      <h1>Now</h1>
      <Counts />
      <Today />
      <Week />
      <div class="columns">
        <Broken />
        <Running />
        <Late />
        <Health />
        <WorkerLoad />
        <Pools />
        <Events />
        <NewestEvents />
      </div>
    </>
  );
}

function Counts() {
  const counts = useAnswer((signal) => get("/api/v1/counts", undefined, { signal }), []);
  return (
    <Shown answer={counts}>
      {(c) => (
        <>
          {c.paused && <Paused />}
          <PausedResources />
          <div class="counts">
            {states
              .filter((s) => c.states?.[s])
              .map((s) => (
                <Link key={s} to={to("/tasks", { state: s })} class={`count count-${s}`} title={meanings[s]}>
                  <span class="large number">{c.states?.[s]}</span>
                  <StateChip state={s} />
                </Link>
              ))}
            {Object.entries(c.queues ?? {}).map(([program, n]) => (
              <span key={program} class="count" title={`Tasks of ${program} that wait for a worker or a resource`}>
                <span class="large number">{n}</span>
                <span>ready, {program}</span>
              </span>
            ))}
          </div>
          {Object.keys(c.states ?? {}).length === 0 && (
            <Empty>
              No tasks yet. <code>{onServer("gomr run TASK")}</code> submits some, and <code>{onServer("gomr worker")}</code> runs them.
            </Empty>
          )}
        </>
      )}
    </Shown>
  );
}

function Broken() {
  const page = useAnswer((signal) => get("/api/v1/tasks", { state: ["failed", "disabled", "missing"], limit: most }, { signal }), []);
  return (
    <Section title="Needs somebody" aside={<Link to={to("/tasks", { state: "failed,disabled,missing" })}>all</Link>}>
      <Shown answer={page}>
        {(p) => ((p.tasks ?? []).length === 0 ? <Empty>Nothing has failed.</Empty> : (p.tasks ?? []).map((t) => <Failure key={t.key} task={t} />))}
      </Shown>
    </Section>
  );
}

function Failure({ task }: { task: Task }) {
  return (
    <article class="failure">
      <p>
        <StateChip state={task.state} /> <Link to={taskLink(task.id)}>{task.id}</Link> <When at={task.changed} /> <Actions tasks={[task]} />
      </p>
      {task.error && <p class="error-line">{task.error}</p>}
      {task.fence !== undefined && <LogEnd fence={task.fence} lines={4} />}
    </article>
  );
}

function Running() {
  const page = useAnswer((signal) => get("/api/v1/tasks", { state: ["running", "suspended", "retrying"], limit: most }, { signal }), []);
  return (
    <Section title="Under way" aside={<Link to={to("/tasks", { state: "running,suspended,retrying" })}>all</Link>}>
      <Shown answer={page}>
        {(p) =>
          (p.tasks ?? []).length === 0 ? (
            <Empty>Nothing runs.</Empty>
          ) : (
            <Table label="Tasks under way" head={["State", "Task", "For"]}>
              {(p.tasks ?? []).map((t) => (
                <tr key={t.key}>
                  <td>
                    <StateChip state={t.state} />
                  </td>
                  <td class="id">
                    <Link to={taskLink(t.id)}>{t.id}</Link>
                  </td>
                  <td>
                    <Lasted from={t.changed} until={undefined} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Section>
  );
}

function Late() {
  const due = useAnswer((signal) => get("/api/v1/due", undefined, { signal }), []);
  return (
    <Section title="Due" aside={<Link to="/due">all</Link>}>
      <Shown answer={due}>
        {(d) =>
          (d.due ?? []).length === 0 ? (
            <Empty>
              Nothing is due. A task that has <code>Due()</code> is watched here.
            </Empty>
          ) : (
            <Table label="Tasks that are due" head={["How it is", "Task", "Due", "Expected"]}>
              {(d.due ?? []).slice(0, most).map((t) => (
                <tr key={t.id}>
                  <td>
                    <Standing due={t} />
                  </td>
                  <td class="id">
                    <Link to={taskLink(t.id)}>{t.id}</Link> <StateChip state={t.state} />
                  </td>
                  <td>
                    <When at={t.due} />
                  </td>
                  <td>{t.done ? "done" : <When at={t.finish?.p50} />}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Section>
  );
}

function Events() {
  const attempts = useAnswer((signal) => get("/api/v1/attempts", { limit: most }, { signal }), []);
  return (
    <Section title="Newest attempts" aside={<Link to="/history">history</Link>}>
      <Shown answer={attempts}>
        {(a) =>
          (a.attempts ?? []).length === 0 ? (
            <Empty>Nothing was tried yet.</Empty>
          ) : (
            <Table label="Newest attempts" head={["Outcome", "Task", "Started", "Took", "Worker"]}>
              {(a.attempts ?? []).map((one) => (
                <tr key={one.fence}>
                  <td>
                    <StateChip state={one.outcome ?? "running"} />
                  </td>
                  <td class="id">
                    <TaskOf ids={a.ids} task={one.task} />
                  </td>
                  <td>
                    <When at={one.started} />
                  </td>
                  <td>
                    <Lasted from={one.started} until={one.ended} />
                  </td>
                  <td>{one.worker}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Section>
  );
}
