// What can be done to a range of the grid that was brushed.
import { useAnswer } from "./answer";
import { Actions } from "./actions";
import { get, Problem, type State, type Task } from "./api";
import { ClearFound } from "./clear";
import type { Grid, GridQuery } from "./grid";
import type { Range } from "./gridpaint";
import { flagsOf, labelled } from "./partitions";
import { Command, Empty, onServer, ProblemBox, quoted, Section } from "./parts";
import { Link, to } from "./router";
import { mayControl } from "./session";
import { StateChip, states } from "./state";

/** Some families and partitions. */
interface Brushed {
  families: string[];
  before: string | undefined; // the family before them
  from: string;
  until: string;
}

export function brushedOf(grid: Grid, range: Range): Brushed {
  const families = grid.rows.slice(range.rows[0], range.rows[1] + 1).map((r) => r.family);
  const before = grid.rows[range.rows[0] - 1]?.family;
  return { families, before, from: grid.axis.label(range.columns[0]), until: grid.axis.label(range.columns[1]) };
}

/** How many families are asked for their tasks one by one, and how many tasks each may have. */
const mostFamilies = 50;
const mostTasks = 1000;

/** How many families get commands of their own. */
const mostCommands = 5;

const labels = (b: Brushed) => (b.from === b.until ? b.from : `${b.from}..${b.until}`);

export function BrushedRange({ brushed, query, onDone }: { brushed: Brushed; query: GridQuery; onDone: () => void }) {
  const { families, before, from, until } = brushed;
  const bounds = { kind: query.kind, from, until };
  const counted = useAnswer(
    (signal) => get("/api/v1/grid", { ...bounds, families: query.families ?? "", cursor: before ?? "", limit: families.length }, { signal }),
    [bounds, query.families, before, families.length],
  );
  const totals: Partial<Record<State, number>> = {};
  let late = 0;
  for (const f of counted.value?.families ?? []) {
    for (const [state, n] of Object.entries(f.counts ?? {})) {
      totals[state as State] = (totals[state as State] ?? 0) + n;
    }
    late += f.late ?? 0;
  }
  const some = states.some((s) => totals[s]);
  const name = families.length === 1 ? families[0] : `${families.length} families`;
  return (
    <Section
      title={`${name}, ${labels(brushed)}`}
      aside={
        <button type="button" class="quiet" onClick={onDone}>
          Close
        </button>
      }
    >
      <ProblemBox problem={counted.problem} />
      <p>
        {states
          .filter((s) => totals[s])
          .map((s) => (
            <span key={s} class="count-word">
              <span class="number">{totals[s]}</span> <StateChip state={s} />
            </span>
          ))}
        {late > 0 && <span class="late">{late} late</span>}
        {families.length === 1 && some && <Link to={to("/tasks", { family: families[0], ...bounds })}>List them</Link>}
      </p>
      {counted.value !== undefined && !some && <Empty>There are no tasks in it.</Empty>}
      {some && <RangeActions brushed={brushed} query={query} unfinished={states.some((s) => s !== "done" && totals[s])} />}
      {some && families.slice(0, mostCommands).map((f) => <Commands key={f} family={f} brushed={brushed} query={query} />)}
      {some && <p class="faint">The commands have the parameters of one task of the family. They need the program of the tasks; <code>clear</code> moves outputs to the trash, and asks first.</p>}
      {families.length > mostCommands && <p class="faint">Commands are shown for {mostCommands} families; brush fewer for the others.</p>}
    </Section>
  );
}

/** The actions on those tasks of a range that are not done: nothing is done to the others here. */
function RangeActions({ brushed, query, unfinished }: { brushed: Brushed; query: GridQuery; unfinished: boolean }) {
  const { families, from, until } = brushed;
  const few = families.length <= mostFamilies;
  const found = useAnswer(
    async (signal) => {
      if (!unfinished || !few) {
        return { tasks: [], more: false };
      }
      const state = states.filter((s) => s !== "done");
      const pages = await Promise.all(
        families.map((family) => get("/api/v1/tasks", { family, kind: query.kind, from, until, state, limit: mostTasks }, { signal })),
      );
      return { tasks: pages.flatMap((p): Task[] => p.tasks ?? []), more: pages.some((p) => p.next !== undefined) };
    },
    [families, query.kind, from, until, unfinished],
  );
  if (!mayControl() || !unfinished) {
    return null;
  }
  return (
    <>
      <ProblemBox problem={found.problem} />
      {!few && <p class="faint">Brush at most {mostFamilies} families to act on their tasks.</p>}
      {found.value?.more && <p class="faint">A family has more than {mostTasks} unfinished tasks in it; these are the first ones.</p>}
      {found.value && (
        <p>
          <Actions tasks={found.value.tasks} />
        </p>
      )}
    </>
  );
}

/** The commands that make outputs of a family again, with the parameters of one of its tasks. */
function Commands({ family, brushed, query }: { family: string; brushed: Brushed; query: GridQuery }) {
  const { from, until } = brushed;
  const sample = useAnswer((signal) => get("/api/v1/tasks", { family, kind: query.kind, from, until, limit: 1 }, { signal }), [family, query.kind, from, until]);
  const task = sample.value?.tasks?.[0];
  if (task === undefined) {
    return null;
  }
  const label = (task.args ?? []).map((a) => a.slice(a.indexOf("=") + 1)).find((v) => labelled[query.kind].test(v));
  const flags = label === undefined ? undefined : flagsOf(task, label);
  if (flags === undefined) {
    return null;
  }
  const find = async () => {
    const found = await get("/api/v1/tasks", { family, kind: query.kind, from, until, limit: mostTasks });
    if (found.next !== undefined) {
      throw new Problem(0, "", `There are more than ${mostTasks} tasks: brush fewer, or use the command.`);
    }
    return found.tasks ?? [];
  };
  const command = (verb: string, row: string) =>
    onServer(["gomr", ...verb.split(" "), family, `${flags.flag}=${row}`, ...flags.others].map(quoted).join(" "));
  return (
    <dl class="facts">
      <dt>{family}: run what is missing</dt>
      <dd>
        {mayControl() && (
          <Link class="button" to={to("/backfill/start", { family, param: flags.flag.slice(2), first: from, last: until, flags: flags.others.join("\n") })}>
            Backfill
          </Link>
        )}{" "}
        <Command text={command("backfill start", `${from}..${until}`)} />
      </dd>
      <dt>{family}: run all again</dt>
      <dd>
        <ClearFound name="Clear" find={find} /> <Command text={command("clear", labels(brushed))} />
      </dd>
    </dl>
  );
}
