import { useAnswer } from "../answer";
import { get, type Schemas } from "../api";
import { Older } from "../list";
import { Command, Empty, onServer, quoted, Section, Shown, Table, TaskOf, Typed } from "../parts";
import { place, refine } from "../router";
import { StateChip } from "../state";
import { Lasted, When } from "../time";

type Outcome = "succeeded" | "failed" | "timed out" | "lost" | "interrupted" | "killed" | "running";

const outcomes: Outcome[] = ["failed", "timed out", "lost", "killed", "interrupted", "succeeded", "running"];

/** A time as its field has it, or nothing where it is none. */
const localTime = (text: string) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "");

const pad = (n: number) => String(n).padStart(2, "0");

/** The midnight of a day as this browser's zone has it, some days from today. */
function midnight(days: number): string {
  const now = new Date();
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T00:00`;
}

const presets: { name: string; span: () => { since?: string; until?: string } }[] = [
  { name: "Today", span: () => ({ since: midnight(0) }) },
  { name: "Yesterday", span: () => ({ since: midnight(-1), until: midnight(0) }) },
  { name: "7 days", span: () => ({ since: midnight(-6) }) },
  { name: "30 days", span: () => ({ since: midnight(-29) }) },
  { name: "Any time", span: () => ({}) },
];

/** The attempts that the address asks for. */
interface Wish {
  family: string;
  search: string;
  worker: string;
  outcome: Outcome | undefined;
  since: string;
  until: string;
}

function wishOf(query: URLSearchParams): Wish {
  const text = (name: string) => query.get(name) ?? "";
  return {
    family: text("family"), search: text("search"), worker: text("worker"), outcome: outcomes.find((o) => o === query.get("outcome")),
    since: localTime(text("since")), until: localTime(text("until")),
  };
}

/** The same attempts from a terminal, whose zone may be another one. */
function commandOf(w: Wish): string {
  const flag = (name: string, value: string) => (value === "" ? "" : ` --${name} ${quoted(value)}`);
  const time = (value: string) => (value === "" ? "" : new Date(value).toISOString().replace(".000Z", "Z"));
  return (
    "gomr history" + flag("since", time(w.since)) + flag("until", time(w.until)) + flag("outcome", (w.outcome ?? "").replace(" ", "-")) +
    flag("family", w.family) + flag("search", w.search) + flag("worker", w.worker)
  );
}

export function History() {
  const query = place.value.query;
  const wish = wishOf(query);
  const cursor = Number(query.get("cursor") ?? 0);
  const page = useAnswer(
    (signal) => {
      const { since, until, outcome, ...rest } = wish;
      const span = { ...(since === "" ? {} : { since: new Date(since).toISOString() }), ...(until === "" ? {} : { until: new Date(until).toISOString() }) };
      return get("/api/v1/attempts", { ...rest, ...span, ...(outcome && { outcome }), cursor, limit: 100 }, { signal });
    },
    [wish, cursor],
  );
  return (
    <>
      <h1>History</h1>
      <Filters wish={wish} />
      <Shown answer={page}>
        {(p) => (
          <Section title="Attempts, the newest first" aside={<Command text={onServer(commandOf(wish))} />}>
            {(p.attempts ?? []).length === 0 ? <Empty>No attempt is like that.</Empty> : <Attempts page={p} />}
            <Older next={p.next} />
          </Section>
        )}
      </Shown>
    </>
  );
}

function Filters({ wish: w }: { wish: Wish }) {
  const change = (changes: Record<string, string | undefined>) => refine({ ...changes, cursor: undefined });
  const text = (name: "family" | "search" | "worker", label: string) => (
    <Typed type="search" placeholder={label} aria-label={label} value={w[name]} onTyped={(text) => change({ [name]: text })} />
  );
  const time = (name: "since" | "until", label: string) => (
    <label>
      {label} <Typed type="datetime-local" value={w[name]} onTyped={(text) => change({ [name]: text })} />
    </label>
  );
  return (
    <>
      <div class="filters" role="group" aria-label="When">
        {presets.map(({ name, span }) => {
          const { since = "", until = "" } = span();
          const chosen = w.since === since && w.until === until;
          return (
            <button type="button" key={name} class={`chip ${chosen ? "chosen" : ""}`} aria-pressed={chosen} onClick={() => change({ since, until })}>
              {name}
            </button>
          );
        })}
        {time("since", "From")}
        {time("until", "until before")}
      </div>
      <div class="filters" role="group" aria-label="Filters">
        <select aria-label="Outcome" value={w.outcome ?? ""} onChange={(e) => change({ outcome: e.currentTarget.value })}>
          <option value="">Any outcome</option>
          {outcomes.map((o) => (
            <option key={o} value={o}>
              {o}
            </option>
          ))}
        </select>
        {text("search", "Task contains")}
        {text("family", "Family")}
        {text("worker", "Worker")}
      </div>
    </>
  );
}

function Attempts({ page: p }: { page: Schemas["Attempts"] }) {
  return (
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
  );
}
