// One run: how far it is, when its tasks ran, and which of them determined its end. The same for a task and all that
// it requires.
import { useState } from "preact/hooks";
import { Actions } from "../actions";
import { useAnswer } from "../answer";
import { get, post, Problem, type Schemas, type State, type Task } from "../api";
import { Gantt, type Timeline } from "../gantt";
import { refresh } from "../live";
import { Command, Empty, Modal, onServer, ProblemBox, quoted, Section, Shown } from "../parts";
import { Link, place, taskLink, to } from "../router";
import { mayControl } from "../session";
import { StateChip, states } from "../state";
import { Lasted, secondsOf, spell, When } from "../time";

export function RunPage() {
  const task = place.value.query.get("task") ?? "";
  const key = Number(place.value.query.get("key") ?? 0);
  if (task !== "") {
    return <TaskTimeline key={task} id={task} />;
  }
  return key > 0 ? (
    <OneRun key={key} run={key} />
  ) : (
    <Empty>
      No run is named. <Link to="/runs">All runs</Link>
    </Empty>
  );
}

function OneRun({ run }: { run: number }) {
  const status = useAnswer((signal) => get("/api/v1/runs/{key}", undefined, { signal, path: { key: run } }), [run]);
  const timeline = useAnswer((signal) => get("/api/v1/timeline", { run }, { signal }), [run]);
  return (
    <Shown answer={status}>
      {(s) => (
        <>
          <h1>Run {s.run.key}</h1>
          <p class="under-title">
            <StateChip state={s.run.outcome ?? "running"} /> <When at={s.run.at} /> <Lasted from={s.run.at} until={s.run.ended} />{" "}
            <Link to={to("/graph", { run: s.run.key })}>graph</Link> <RetryRun status={s} /> <KillRunning timeline={timeline.value} />
          </p>
          <Section title="How far it is">
            <Progress states={s.states as Record<string, number>} />
            <Facts status={s} timeline={timeline.value} />
          </Section>
          <Section title="When its tasks ran" aside={<Command text={onServer(`gomr timeline ${s.run.key}`)} />}>
            <Shown answer={timeline}>{(t) => <Bars timeline={t} />}</Shown>
          </Section>
          <AskedFor status={s} />
        </>
      )}
    </Shown>
  );
}

/** A task, and all that it requires. */
function TaskTimeline({ id }: { id: string }) {
  const timeline = useAnswer((signal) => get("/api/v1/timeline", { task: id }, { signal }), [id]);
  return (
    <>
      <h1 class="id">Timeline of {id}</h1>
      <p class="under-title">
        <Link to={taskLink(id)}>the task</Link> <Link to={to("/graph", { root: id })}>graph</Link>
      </p>
      <Section title="When it and what it requires ran" aside={<Command text={onServer(`gomr timeline ${quoted(id)}`)} />}>
        <Shown answer={timeline}>
          {(t) => (
            <>
              <dl class="facts">
                <PathFacts timeline={t} />
              </dl>
              <Bars timeline={t} />
            </>
          )}
        </Shown>
      </Section>
    </>
  );
}

function Bars({ timeline: t }: { timeline: Timeline }) {
  return (t.tasks ?? []).length === 0 ? (
    <Empty>All of its tasks ended so long ago that they are forgotten.</Empty>
  ) : (
    <Gantt timeline={t} critical={place.value.query.get("only") === "critical"} />
  );
}

/** What the critical path comes to, and what is expected. */
function PathFacts({ timeline: t }: { timeline: Timeline }) {
  const path = t.path ?? [];
  return (
    <>
      {path.length > 0 && (
        <>
          <dt>Critical path</dt>
          <dd>
            {path.length === 1 ? "one task" : `${path.length} tasks`} in {spell(secondsOf(t.took))}: {spell(secondsOf(t.ran))} running and{" "}
            {spell(secondsOf(t.waited))} waiting
          </dd>
        </>
      )}
      {t.finish && (
        <>
          <dt>Expected</dt>
          <dd>
            <When at={t.finish.p50} /> as likely as not, <When at={t.finish.p95} /> very likely
            {t.finish.unknown !== undefined && `; at the earliest, as nothing is known of how long ${t.finish.unknown === 1 ? "one step takes" : `${t.finish.unknown} steps take`}`}
          </dd>
        </>
      )}
      {t.blocked && (
        <>
          <dt>Held up by</dt>
          <dd>
            <Link to={taskLink(t.blocked)}>{t.blocked}</Link>, which somebody has to mend
          </dd>
        </>
      )}
    </>
  );
}

function Facts({ status: { run }, timeline }: { status: Schemas["RunStatus"]; timeline: Timeline | undefined }) {
  return (
    <dl class="facts">
      <dt>Asked for</dt>
      <dd>
        <When at={run.at} />
        {run.by && ` by ${run.by}`}
      </dd>
      {run.request && (
        <>
          <dt>Request</dt>
          <dd class="id">{run.request}</dd>
        </>
      )}
      <dt>Ended</dt>
      <dd>{run.ended === undefined ? "not yet" : <When at={run.ended} />}</dd>
      {timeline && <PathFacts timeline={timeline} />}
    </dl>
  );
}

/** How many of the tasks that were asked for are named at first. */
const mostRoots = 20;

function AskedFor({ status: s }: { status: Schemas["RunStatus"] }) {
  const [all, setAll] = useState(false);
  const roots = s.roots ?? [];
  return (
    <Section title="What was asked for">
      <ul class="named">
        {(all ? roots : roots.slice(0, mostRoots)).map((id) => (
          <li key={id}>
            <Link to={taskLink(id)}>{id}</Link>
          </li>
        ))}
        {s.forgotten !== undefined && <li class="faint">and {s.forgotten} that ended so long ago that they are forgotten</li>}
      </ul>
      {!all && roots.length > mostRoots && (
        <p class="buttons">
          <button type="button" onClick={() => setAll(true)}>
            Show all {roots.length}
          </button>
        </p>
      )}
    </Section>
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

/** Ends what runs of it, which may be part of other runs too: the question names each. */
function KillRunning({ timeline }: { timeline: Timeline | undefined }) {
  const running = (timeline?.tasks ?? []).filter((t) => t.state === "running" || t.state === "suspended");
  return running.length === 0 ? null : <Actions tasks={running.map((t): Task => ({ key: t.key, id: t.id, state: t.state as State }))} />;
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
              The same from a terminal: <Command text={onServer(`gomr retry ${status.run.key}`)} />
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
