// Starting a backfill: which labels it would run is told by a worker of the program, for the server has none.
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get, post, Problem, type Schemas } from "../api";
import { Ask } from "../ask";
import { labelParamOf } from "../partitions";
import { Command, Empty, onServer, ProblemBox, quoted, Section, Typed, TypedLines } from "../parts";
import { go, Link, place, refine, taskLink, to } from "../router";
import { mayControl } from "../session";

type Which = NonNullable<Schemas["NewSurvey"]["which"]>;

const choices: { value: Which; text: string }[] = [
  { value: "missing", text: "those whose output is missing" },
  { value: "failed", text: "those of them whose task has failed" },
  { value: "all", text: "all; outputs that exist go to the trash, and are made again" },
];

/** How many labels are under way at most where nobody says otherwise. */
const usualCap = 10;

const words = (text: string, by: RegExp) => text.split(by).map((w) => w.trim()).filter(Boolean);

/** What is asked for. All of it is in the address. */
interface Wish {
  family: string;
  program: string;
  param: string;
  first: string;
  last: string;
  labels: string[]; // in the place of a row
  flags: string[];
  which: Which;
  downstream: boolean;
  newest: boolean;
  cap: number;
  priority: number;
}

/** The wish of the address. What it leaves open is that of a task of the family. */
function wishOf(query: URLSearchParams, sample: Schemas["Task"] | undefined, programs: string[]): Wish {
  const param = query.get("param") ?? (sample && labelParamOf(sample)) ?? "";
  const others = (sample?.args ?? []).filter((a) => !a.startsWith(`--${param}=`));
  const number = (name: string, usual: number) => Math.trunc(Number(query.get(name) ?? usual)) || 0;
  return {
    family: query.get("family") ?? "",
    program: query.get("program") ?? sample?.program ?? programs[0] ?? "",
    param,
    first: query.get("first") ?? "",
    last: query.get("last") ?? "",
    labels: words(query.get("labels") ?? "", /[\s,]+/),
    flags: query.has("flags") ? words(query.get("flags") ?? "", /\n/) : others,
    which: choices.find((c) => c.value === query.get("which"))?.value ?? "missing",
    downstream: query.get("downstream") === "yes",
    newest: query.get("order") === "newest",
    cap: Math.max(1, number("cap", usualCap)),
    priority: number("priority", 0),
  };
}

function surveyOf(w: Wish): Schemas["NewSurvey"] {
  const row = w.labels.length === 0;
  return {
    program: w.program, family: w.family, flags: w.flags, param: w.param, which: w.which, downstream: w.downstream,
    order: row && w.newest ? "newest" : "oldest",
    ...(row ? { row: `${w.first}..${w.last || w.first}` } : { labels: w.labels }),
  };
}

/** The command that does the same. A flag that a parameter of the task hides begins with backfill-. */
function commandOf(w: Wish): string {
  const hidden = new Set([w.param, ...w.flags.map((f) => f.replace(/^--/, "").replace(/=.*$/s, ""))]);
  const flag = (name: string) => `--${hidden.has(name) ? "backfill-" : ""}${name}`;
  const row = w.labels.length === 0;
  const words = [
    "gomr", "backfill", "start", w.family,
    ...(row ? [`--${w.param}=${w.first}..${w.last || w.first}`] : [`${flag("labels")}=${w.labels.join(",")}`, ...(w.param ? [`${flag("label-param")}=${w.param}`] : [])]),
    ...w.flags,
    ...(w.which === "missing" ? [] : [flag(w.which)]), ...(w.downstream ? [flag("downstream")] : []),
    ...(row && w.newest ? [flag("order"), "newest"] : []),
    flag("cap"), String(w.cap), ...(w.priority ? [`${flag("priority")}=${w.priority}`] : []),
  ];
  return onServer(words.map(quoted).join(" "), flag("server"));
}

export function StartBackfill() {
  const query = place.value.query;
  const family = query.get("family") ?? "";
  const families = useAnswer((signal) => get("/api/v1/statistics", undefined, { signal }), []);
  const workers = useAnswer((signal) => get("/api/v1/workers", undefined, { signal }), []);
  const sample = useAnswer(async (signal) => (family === "" ? [] : ((await get("/api/v1/tasks", { family, limit: 1 }, { signal })).tasks ?? [])), [family]);
  if (!mayControl()) {
    return (
      <>
        <h1>Start a backfill</h1>
        <Empty>Only operators start backfills.</Empty>
      </>
    );
  }
  const programs = [...new Set((workers.value?.workers ?? []).filter((w) => w.alive).flatMap((w) => w.programs ?? []))];
  const wish = wishOf(query, sample.value?.[0], programs);
  const known = (families.value?.families ?? []).map((f) => f.family).filter((f) => /^[A-Z]/.test(f));
  return (
    <>
      <h1>Start a backfill</h1>
      <Section title="Which labels of which task">
        <Fields wish={wish} families={known} programs={programs} />
      </Section>
      <Look key={JSON.stringify(wish)} wish={wish} />
    </>
  );
}

function Fields({ wish: w, families, programs }: { wish: Wish; families: string[]; programs: string[] }) {
  const field = (label: string, name: string, value: string, more: object = {}) => (
    <label>
      {label}
      <Typed value={value} onTyped={(text) => refine({ [name]: text })} {...more} />
    </label>
  );
  const row = w.labels.length === 0;
  return (
    <form class="fields across" onSubmit={(e) => e.preventDefault()}>
      <label>
        Task
        <Typed value={w.family} list="families" onTyped={(text) => refine({ family: text, param: undefined, flags: undefined, program: undefined })} autofocus />
      </label>
      <datalist id="families">
        {families.map((f) => (
          <option key={f} value={f} />
        ))}
      </datalist>
      {field("Parameter of the labels", "param", w.param, { placeholder: "date" })}
      {field("First label", "first", w.first, { placeholder: "2014-06-01", disabled: !row })}
      {field("Last label", "last", w.last, { placeholder: "2014-06-30", disabled: !row })}
      {field("Or a list of labels", "labels", w.labels.join(" "), { placeholder: "2014-06-01 2014-06-15" })}
      <label>
        Other parameters, one on a line
        <TypedLines value={w.flags.join("\n")} placeholder="--min-count=3" onTyped={(text) => refine({ flags: text || "\n" })} />
      </label>
      <label>
        Which labels
        <select value={w.which} onChange={(e) => refine({ which: e.currentTarget.value })}>
          {choices.map((c) => (
            <option key={c.value} value={c.value}>
              {c.text}
            </option>
          ))}
        </select>
      </label>
      <label>
        First come
        <select value={w.newest ? "newest" : "oldest"} disabled={!row} onChange={(e) => refine({ order: e.currentTarget.value })}>
          <option value="oldest">the first labels</option>
          <option value="newest">the last labels</option>
        </select>
      </label>
      {field("At most under way", "cap", String(w.cap), { type: "number", min: 1 })}
      {field("Priority, added to that of each task", "priority", String(w.priority), { type: "number" })}
      {programs.length > 1 && (
        <label>
          Program
          <select value={w.program} onChange={(e) => refine({ program: e.currentTarget.value })}>
            {[...new Set([w.program, ...programs])].map((p) => (
              <option key={p}>{p}</option>
            ))}
          </select>
        </label>
      )}
      <label class="check">
        <input type="checkbox" checked={w.downstream} onChange={(e) => refine({ downstream: e.currentTarget.checked ? "yes" : undefined })} /> Make again what depends on them
      </label>
    </form>
  );
}

/** How long it takes until it is asked again how far a survey is, in milliseconds. */
const askAgain = 400;

/** What a worker finds. Another wish is another look. */
function Look({ wish }: { wish: Wish }) {
  const [asked, setAsked] = useState<Schemas["SurveyName"] | undefined>();
  const [found, setFound] = useState<Schemas["SurveyStatus"] | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  const failed = (error: unknown) => setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
  const ready = wish.family !== "" && wish.program !== "" && (wish.labels.length > 0 || (wish.param !== "" && wish.first !== ""));
  useEffect(() => {
    if (asked === undefined) {
      return undefined;
    }
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const status = await get("/api/v1/backfills/surveys/{name}", undefined, { signal: control.signal, path: { name: asked.name } });
        setFound(status);
        if (status.state === "waiting" && !control.signal.aborted) {
          timer = setTimeout(() => void ask(), askAgain);
        }
      } catch (error) {
        if (!control.signal.aborted) {
          failed(error);
        }
      }
    };
    void ask();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [asked]);
  const look = () => {
    setProblem(undefined);
    setFound(undefined);
    post("/api/v1/backfills/surveys", surveyOf(wish)).then(setAsked, failed);
  };
  const busy = asked !== undefined && problem === undefined && (found === undefined || found.state === "waiting");
  return (
    <Section
      title="What it would run"
      aside={
        <button type="button" class={found?.survey ? "" : "primary"} disabled={!ready || busy} onClick={look}>
          {busy ? "Looking…" : found ? "Look again" : "Look"}
        </button>
      }
    >
      <ProblemBox problem={problem} />
      <div role="status">
        {!ready && <Empty>Name a task, and its labels.</Empty>}
        {ready && asked === undefined && <Empty>A worker looks which outputs exist. Nothing is started by it.</Empty>}
        {busy && asked && (
          <p class="faint">
            A worker looks. {found?.why} <Link to={taskLink(asked.task)}>Its task</Link>
          </p>
        )}
        {found?.state === "failed" && (
          <p class="problem" role="alert">
            {found.why}
          </p>
        )}
        {found?.survey && <Found survey={found.survey} wish={wish} />}
      </div>
      {found?.survey && asked && <Start survey={found.survey} wish={wish} request={asked.name} />}
      {ready && (
        <p>
          The same from a terminal: <Command text={`${commandOf(wish)} --dry-run`} />
        </p>
      )}
    </Section>
  );
}

/** How many labels are named one by one. */
const mostNamed = 60;

function Found({ survey: s, wish }: { survey: Schemas["Survey"]; wish: Wish }) {
  const run = s.to_run ?? [];
  const again = wish.which === "all" || wish.downstream;
  return (
    <>
      <dl class="facts">
        <dt>Labels</dt>
        <dd>{s.labels}</dd>
        <dt>Complete</dt>
        <dd>{s.complete}</dd>
        <dt>Failed</dt>
        <dd>{s.failed}</dd>
        <dt>Under way</dt>
        <dd>{s.under_way}</dd>
        <dt>To run</dt>
        <dd>
          <strong>{run.length}</strong> {run.slice(0, mostNamed).join(" ")}
          {run.length > mostNamed && ` … ${run.at(-1)}`}
        </dd>
        {again && (
          <>
            <dt>Made again</dt>
            <dd>{s.again ?? 0} of them: outputs that go to the trash, each when it is its turn</dd>
            <dt>Downstream</dt>
            <dd>
              {(s.downstream ?? []).length} {(s.downstream ?? []).slice(0, mostNamed).join(", ")}
              {(s.downstream ?? []).length > mostNamed && " …"}
            </dd>
          </>
        )}
      </dl>
      {run.length === 0 && <Empty>There is nothing to do.</Empty>}
    </>
  );
}

function Start({ survey: s, wish, request }: { survey: Schemas["Survey"]; wish: Wish; request: string }) {
  const run = s.to_run ?? [];
  const again = (s.again ?? 0) + (s.downstream ?? []).length;
  if (run.length === 0) {
    return null;
  }
  const start = async () => {
    const { family, program, cap, priority, downstream } = wish;
    const made = await post("/api/v1/backfills", {
      request: `page ${request}`, program, family, flags: s.flags ?? [], param: s.param, labels: run, cap, priority, downstream, all: wish.which === "all",
    });
    go(to("/backfill", { id: made.id }));
  };
  return (
    <p class="actions">
      <Ask
        name="Start"
        primary={again === 0}
        danger={again > 0}
        noNote
        title={`Run ${run.length} ${run.length === 1 ? "label" : "labels"} of ${s.family}`}
        question={
          <p>
            At most {wish.cap} are under way at a time. {again > 0 && <strong>The outputs of {again} tasks go to the trash and are made again; undo brings them back.</strong>}
          </p>
        }
        command={() => commandOf(wish)}
        apply={start}
      />
    </p>
  );
}
