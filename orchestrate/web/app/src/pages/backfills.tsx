// A task for many labels, a few at a time.
import { useState } from "preact/hooks";
import { useAnswer, useAskAgain } from "../answer";
import { get, post, type Schemas } from "../api";
import { Ask, noted } from "../ask";
import { Bar, Command, counted, Empty, onServer, Section, type Share, Shown, Table } from "../parts";
import { Link, place, refine, to } from "../router";
import { StateChip } from "../state";
import { Lasted, secondsOf, spell, When } from "../time";
import { mayControl } from "../session";

type Backfill = Schemas["Backfill"];
type Label = Schemas["BackfillLabel"];

const over = (b: Backfill) => b.state === "ended" || b.state === "cancelled";

/** What a backfill runs, as it was asked for. */
function taskOf(b: Backfill): string {
  const labels = b.first === b.last ? b.first : `${b.first}..${b.last}`;
  return [b.family, ...(b.flags ?? []), `--${b.param}=${labels}`].join(" ");
}

function sharesOf(b: Backfill): Share[] {
  return [
    { name: "done", n: b.done }, { name: "downstream", n: b.in_downstream ?? 0 }, { name: "failed", n: b.failed },
    { name: "running", n: b.running }, { name: "waiting", n: b.waiting }, { name: "left-out", n: b.left_out ?? 0 },
  ];
}

function Progress({ backfill: b }: { backfill: Backfill }) {
  const label = counted(sharesOf(b)).replace("left-out", "left out") || "nothing yet";
  return (
    <>
      <Bar shares={sharesOf(b)} label={`Of ${b.labels} labels: ${label}`} />
      <div class="number">
        {Math.floor((100 * b.done) / Math.max(1, b.labels))}% of {b.labels}: {label}
      </div>
    </>
  );
}

/** How long the rest takes. */
function Left({ backfill: b }: { backfill: Backfill }) {
  if (over(b)) {
    return <span class="faint">–</span>;
  }
  return b.left === undefined ? <span class="faint">not known yet</span> : <span class="number">{spell(secondsOf(b.left))}</span>;
}

export function Backfills() {
  useAskAgain();
  const list = useAnswer((signal) => get("/api/v1/backfills", undefined, { signal }), []);
  return (
    <>
      <h1>Backfills</h1>
      <Shown answer={list}>
        {(l) => (
          <Section
            title="The newest first"
            aside={
              <span class="actions">
                {mayControl() && (
                  <Link class="button" to="/backfill/start">
                    Start a backfill
                  </Link>
                )}
                <Command text={onServer("gomr backfill ls")} />
              </span>
            }
          >
            {(l.backfills ?? []).length === 0 ? (
              <Empty>There are none. One runs a task for many labels, such as the days of a year; the button above starts one, and so does gomr backfill start.</Empty>
            ) : (
              <Table label="Backfills" head={["Backfill", "State", "Task", "Progress", "Left", "Cap", "By", "Started"]}>
                {(l.backfills ?? []).map((b) => (
                  <tr key={b.id}>
                    <td>
                      <Link to={to("/backfill", { id: b.id })}>{b.id}</Link>
                    </td>
                    <td>
                      <StateChip state={b.state} />
                    </td>
                    <td class="id">{taskOf(b)}</td>
                    <td class="progress">
                      <Progress backfill={b} />
                    </td>
                    <td>
                      <Left backfill={b} />
                    </td>
                    <td class="number">{b.cap}</td>
                    <td>{b.by}</td>
                    <td>
                      <When at={b.started} />
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Section>
        )}
      </Shown>
    </>
  );
}

export function BackfillPage() {
  useAskAgain();
  const id = Number(place.value.query.get("id") ?? 0);
  const found = useAnswer((signal) => get("/api/v1/backfills/{id}", undefined, { signal, path: { id } }), [id]);
  return (
    <Shown answer={found}>
      {({ backfill: b, labels }) => (
        <>
          <h1>Backfill {b.id}</h1>
          <p class="under-title">
            <StateChip state={b.state} /> <When at={b.started} /> <Lasted from={b.started} until={b.ended} /> {b.by && `by ${b.by}`} <Steer backfill={b} />
          </p>
          <Section title={<span class="id">{taskOf(b)}</span>} aside={<Command text={onServer(`gomr backfill show ${b.id} --watch`)} />}>
            <Progress backfill={b} />
            <p>
              At most {b.cap} under way. {b.per_hour !== undefined && `${Math.round(b.per_hour * 10) / 10} end in an hour. `}
              {!over(b) && (
                <>
                  The rest takes: <Left backfill={b} />.
                </>
              )}{" "}
              {b.all && "Outputs that exist are made again. "}
              {b.downstream && "What depends on the labels is made again. "}
            </p>
          </Section>
          <Labels labels={labels ?? []} />
        </>
      )}
    </Shown>
  );
}

/** What can be done to a backfill. */
function Steer({ backfill: b }: { backfill: Backfill }) {
  const [kill, setKill] = useState(false);
  if (over(b) || b.state === "cancelling") {
    return null;
  }
  return (
    <span class="actions">
      {b.state === "paused" ? (
        <Ask
          name="Resume"
          title={`Resume backfill ${b.id}`}
          question={<p>It launches labels again, at most {b.cap} at a time.</p>}
          command={(note) => onServer(`gomr backfill resume ${b.id}${noted(note)}`)}
          apply={(note) => post("/api/v1/backfills/resume", { id: b.id, note })}
        />
      ) : (
        <Ask
          name="Pause"
          title={`Pause backfill ${b.id}`}
          question={<p>It launches no more labels; what is under way goes on.</p>}
          command={(note) => onServer(`gomr backfill pause ${b.id}${noted(note)}`)}
          apply={(note) => post("/api/v1/backfills/pause", { id: b.id, note })}
        />
      )}
      <Ask
        name="End"
        danger
        title={`End backfill ${b.id}`}
        question={<p>Its {b.waiting} labels that wait are left out. That can't be undone.</p>}
        command={(note) => onServer(`gomr backfill cancel ${b.id}${kill ? " --kill" : ""}${noted(note)}`)}
        apply={(note) => post("/api/v1/backfills/cancel", { id: b.id, kill, note })}
      >
        <label class="check">
          <input type="checkbox" checked={kill} onChange={(e) => setKill(e.currentTarget.checked)} /> End the {b.running} under way, too
        </label>
      </Ask>
    </span>
  );
}

const labelStates: Label["state"][] = ["failed", "running", "downstream", "waiting", "done", "left out"];

/** How many labels are shown before somebody asks for more. */
const mostLabels = 200;

function Labels({ labels }: { labels: Label[] }) {
  const [most, setMost] = useState(mostLabels);
  const state = place.value.query.get("state") ?? "";
  const found = state === "" ? labels : labels.filter((l) => l.state === state);
  const count = (s: string) => labels.reduce((n, l) => (l.state === s ? n + 1 : n), 0);
  return (
    <Section title={`${found.length} of ${labels.length} labels`}>
      <div class="filters" role="group" aria-label="Filters">
        {labelStates
          .filter((s) => s === state || count(s) > 0)
          .map((s) => (
            <button type="button" key={s} class={`chip ${s === state ? "chosen" : ""}`} aria-pressed={s === state} onClick={() => refine({ state: s === state ? undefined : s })}>
              <StateChip state={s} /> <span class="number">{count(s)}</span>
            </button>
          ))}
      </div>
      {found.length === 0 ? (
        <Empty>No label is like that.</Empty>
      ) : (
        <Table label="Labels" head={["Label", "State", "Run", "Why"]}>
          {found.slice(0, most).map((l) => (
            <tr key={l.label}>
              <td class="id">{l.label}</td>
              <td>
                <StateChip state={l.state} />
              </td>
              <td>{l.run && <Link to={to("/run", { key: l.run })}>{l.run}</Link>}</td>
              <td class={l.state === "failed" ? "error-line" : "faint"}>{l.why}</td>
            </tr>
          ))}
        </Table>
      )}
      {found.length > most && (
        <p class="buttons">
          <button type="button" onClick={() => setMost(most * 2)}>
            Show {Math.min(most, found.length - most)} more
          </button>
        </p>
      )}
    </Section>
  );
}
