import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { Actions } from "../actions";
import { get, type Schemas } from "../api";
import { Clear, ClearOf } from "../clear";
import { Log } from "../log";
import { Command, Empty, onServer, quoted, Section, Shown, Table } from "../parts";
import { Link, place, refine, taskLink, to } from "../router";
import { StateChip } from "../state";
import { Lasted, When } from "../time";
import { Durations } from "../trend";
import { Expected } from "./due";
import { Job } from "./job";

export function TaskPage() {
  const id = place.value.query.get("id") ?? "";
  const explanation = useAnswer((signal) => get("/api/v1/task", { id }, { signal }), [id], id);
  const attempts = useAnswer((signal) => get("/api/v1/attempts", { task: id, limit: 50 }, { signal }), [id], id);
  if (id === "") {
    return (
      <Empty>
        No task is named. <Link to="/tasks">All tasks</Link>
      </Empty>
    );
  }
  return (
    <Shown answer={explanation}>
      {(e) => (
        <>
          <h1 class="id">{e.task.id}</h1>
          <p class="under-title">
            <StateChip state={e.task.state} /> <When at={e.task.changed} /> <Link to={to("/graph", { around: e.task.id, depth: 2 })}>graph</Link> <Link to={to("/run", { task: e.task.id })}>timeline</Link> <Actions tasks={[e.task]} /> <Clear tasks={[e.task]} />
          </p>
          <Why explanation={e} />
          <ClearOf task={e.task} />
          <Shown answer={attempts}>{(a) => <AttemptsAndLog id={id} family={e.task.family} attempts={a.attempts ?? []} />}</Shown>
          {!e.task.wrapper && !e.task.external && <Durations id={id} task={e.task.key} family={e.task.family ?? ""} />}
          {e.task.state !== "done" && <Expected id={id} />}
          <Facts explanation={e} />
        </>
      )}
    </Shown>
  );
}

/** The titles of the states that are no adjectives. */
const whyTitles: Partial<Record<string, string>> = { running: "Why it runs", failed: "Why it failed" };

function Why({ explanation: e }: { explanation: Schemas["Explanation"] }) {
  const reasons = e.reasons ?? [];
  const error = e.task.state === "done" || reasons.some((r) => r.text.includes(e.task.error ?? "")) ? undefined : e.task.error;
  if (reasons.length === 0 && error === undefined) {
    return null;
  }
  return (
    <Section title={whyTitles[e.task.state] ?? `Why it is ${e.task.state}`} aside={<Command text={onServer(`gomr why ${quoted(e.task.id)}`)} />}>
      <ul class="reasons">
        {reasons.map((r, i) => (
          <li key={i}>
            {r.text} {r.task && r.task !== e.task.id && <Link to={taskLink(r.task)}>show it</Link>} {r.until && <When at={r.until} />}
          </li>
        ))}
        {error !== undefined && <li class="error-line">{error}</li>}
      </ul>
    </Section>
  );
}

function AttemptsAndLog({ id, family, attempts }: { id: string; family: string | undefined; attempts: Schemas["Attempt"][] }) {
  const asked = Number(place.value.query.get("attempt") ?? 0);
  const shown = attempts.find((a) => a.fence === asked) ?? attempts[0];
  if (shown === undefined) {
    return (
      <Section title="Attempts">
        <Empty>It was not tried yet, or so long ago that it is forgotten.</Empty>
      </Section>
    );
  }
  return (
    <>
      <Section title={`Attempt ${shown.number}, log`} aside={<Command text={onServer(`gomr logs ${shown.ended ? "" : "-f "}${quoted(id)}`)} />}>
        <Log key={shown.fence} fence={shown.fence} running={shown.ended === undefined} />
      </Section>
      <Job id={id} family={family} attempt={shown} ofTask={attempts} />
      <Section title="Attempts">
        <Table label="Attempts" head={["Log", "Outcome", "Started", "Took", "Worker", "Exit", "What went wrong"]}>
          {attempts.map((a) => (
            <tr key={a.fence} class={a.fence === shown.fence ? "chosen" : ""}>
              <td>
                <button type="button" class="quiet" aria-pressed={a.fence === shown.fence} onClick={() => refine({ attempt: String(a.fence) })}>
                  log
                </button>
              </td>
              <td>
                <StateChip state={a.outcome ?? "running"} />
              </td>
              <td>
                <When at={a.started} />
              </td>
              <td>
                <Lasted from={a.started} until={a.ended} />
              </td>
              <td>{a.worker}</td>
              <td class="number">{a.exit ?? ""}</td>
              <td class="error-line">{a.error}</td>
            </tr>
          ))}
        </Table>
        <Details attempt={shown} />
      </Section>
    </>
  );
}

function Details({ attempt }: { attempt: Schemas["Attempt"] }) {
  const [open, setOpen] = useState(false);
  const details = Object.entries(attempt.details ?? {}).sort(([a], [b]) => a.localeCompare(b));
  if (details.length === 0) {
    return null;
  }
  return (
    <details open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{details.length === 1 ? "1 detail" : `${details.length} details`} of the attempt</summary>
      <dl class="facts">
        {details.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </details>
  );
}

function Facts({ explanation: { task, priority } }: { explanation: Schemas["Explanation"] }) {
  const facts: [string, unknown][] = [
    ["Family", task.family && <Link to={to("/tasks", { family: task.family })}>{task.family}</Link>],
    ["Owner", task.owner],
    ["Priority", priority === task.priority ? task.priority : `${priority ?? 0} (${task.priority ?? 0} of its own)`],
    ["Resources", Object.entries(task.resources ?? {}).map(([name, n]) => `${name} ${n}`).join(", ")],
    ["Timeout", task.timeout],
    ["Due", task.due && <When at={task.due} />],
    ["Goes on", task.not_before && <When at={task.not_before} />],
    ["Failed in a row", task.attempts],
    ["Requires", task.requires?.length],
    ["Program", task.program],
    ["Arguments", task.args?.map(quoted).join(" ")],
  ];
  return (
    <Section title="Task">
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== "" && value !== 0)
          .map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value as never}</dd>
            </>
          ))}
      </dl>
    </Section>
  );
}
