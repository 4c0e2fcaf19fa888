import { useEffect, useMemo, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get, type Problem } from "../api";
import { countsOf, isFamily, keyOf, nodeOf, tasksOf, useGraph, wayOf, type Graph, type GraphQuery, type Node } from "../graphdata";
import { GraphView, inWords } from "../graphview";
import { Command, Empty, onServer, ProblemBox, quoted, Section, Table, Typed } from "../parts";
import { go, Link, place, refine, taskLink, to } from "../router";
import { allStates, StateChip } from "../state";
import { spell, When } from "../time";

/** What the address asks for. */
function asked(query: URLSearchParams): GraphQuery {
  const text = (name: string) => query.get(name) ?? "";
  const expand = text("expand") === "" ? [] : text("expand").split(",");
  return {
    ...(text("root") !== "" && { root: text("root") }),
    ...(text("run") !== "" && { run: Number(text("run")) }),
    ...(text("around") !== "" && { around: text("around"), depth: Number(text("depth") || 1) }),
    ...(text("collapse") !== "" && { collapse: text("collapse") as "auto" }),
    ...(expand.length > 0 && { expand }),
  };
}

export function GraphPage() {
  const query = asked(place.value.query);
  const graph = useGraph(query);
  const task = query.around ?? query.root;
  return (
    <>
      <h1>Graph</h1>
      <Part query={query} graph={graph.value} />
      <ProblemBox problem={graph.problem} />
      {graph.problem?.status === 422 && <Elsewhere problem={graph.problem} />}
      {graph.value === undefined && graph.problem === undefined && <p class="faint">Loading…</p>}
      {graph.value && (graph.value.nodes ?? []).length === 0 && (
        <Empty>
          There are no tasks to draw. <code>{onServer("gomr run TASK")}</code> submits some.
        </Empty>
      )}
      {graph.value && (graph.value.nodes ?? []).length > 0 && <Shown graph={graph.value} part={graph.part} query={query} />}
      {task !== undefined && (
        <p>
          The picture of a plan, from a terminal: <Command text={`gomr graph ${quoted(task)} --svg=graph.svg`} />
        </p>
      )}
    </>
  );
}

/** Which part of the graph is shown, and how. */
function Part({ query, graph }: { query: GraphQuery; graph: Graph | undefined }) {
  const task = query.around ?? query.root ?? "";
  const around = query.root === undefined;
  const show = (id: string, near: boolean) => refine(near ? { around: id, root: undefined } : { root: id, around: undefined, run: undefined });
  return (
    <form class="filters" aria-label="What is shown" onSubmit={(e) => e.preventDefault()}>
      <label>
        Run <Typed class="narrow" type="number" min={1} placeholder="any" value={String(query.run ?? "")} onTyped={(text) => refine({ run: text, root: undefined })} />
      </label>
      <Typed type="search" class="wide" placeholder="ID of a task" aria-label="ID of a task" value={task} onTyped={(text) => show(text.trim(), around)} />
      {task !== "" && (
        <label>
          Show{" "}
          <select value={around ? "around" : "root"} onChange={(e) => show(task, e.currentTarget.value === "around")}>
            <option value="around">what is near it</option>
            <option value="root">all that it requires</option>
          </select>
        </label>
      )}
      {query.around !== undefined && (
        <label>
          Steps <Typed class="narrow" type="number" min={0} max={100} value={String(query.depth ?? 1)} onTyped={(text) => refine({ depth: text })} />
        </label>
      )}
      <label>
        Families{" "}
        <select value={query.collapse ?? "auto"} onChange={(e) => refine({ collapse: e.currentTarget.value === "auto" ? undefined : e.currentTarget.value })}>
          <option value="auto">one node each where there are many tasks</option>
          <option value="family">one node each</option>
          <option value="none">all their tasks</option>
        </select>
      </label>
      {(query.expand ?? []).map((family) => (
        <button type="button" key={family} class="chip chosen" aria-label={`Collapse ${family}`} onClick={() => collapse(query, family)}>
          {family} ×
        </button>
      ))}
      {graph && (
        <span class="faint number" role="status">
          {graph.tasks} {graph.tasks === 1 ? "task" : "tasks"}
          {graph.collapsed && ` in ${graph.nodes?.length ?? 0} nodes`}
        </span>
      )}
    </form>
  );
}

function expand(query: GraphQuery, family: string): void {
  refine({ expand: [...(query.expand ?? []), family].join(",") });
}

function collapse(query: GraphQuery, family: string): void {
  refine({ expand: (query.expand ?? []).filter((f) => f !== family).join(",") });
}

function Shown({ graph, part, query }: { graph: Graph; part: string; query: GraphQuery }) {
  const named = query.around ?? query.root;
  const [picked, setPicked] = useState<string | undefined>(named);
  useEffect(() => {
    if (named !== undefined) {
      setPicked(named);
    }
  }, [named]);
  const [search, setSearch] = useState("");
  const [state, setState] = useState("");
  const [critical, setCritical] = useState(false);
  const nodes = graph.nodes ?? [];
  const selected = nodeOf(nodes, picked);
  const lit = useMemo(() => found(nodes, search, state), [graph, search, state]);
  const steps = useSteps(critical && selected?.id ? selected.id : "");
  const way = useMemo(() => (steps.ids.length > 0 ? wayOf(graph, steps.ids) : undefined), [graph, steps.ids.join("\u0000")]);
  const next = (event: Event) => {
    event.preventDefault();
    const matches = [...(lit ?? [])];
    const at = selected ? nodes.indexOf(selected) : -1;
    const node = nodes[matches.find((i) => i > at) ?? matches[0] ?? -1];
    if (node) {
      setPicked(keyOf(node));
    }
  };
  const open = (n: Node) => (isFamily(n) ? expand(query, n.family ?? "") : go(taskLink(n.id ?? "")));
  return (
    <section class="card graph-card" aria-label="Graph">
      <form class="filters" role="search" onSubmit={next}>
        <input type="search" placeholder="Find" aria-label="Find in the graph" value={search} onInput={(e) => setSearch(e.currentTarget.value)} />
        {search !== "" && (
          <span class="number" role="status">
            {lit?.size ?? 0} of {nodes.length}
          </span>
        )}
        <Legend nodes={nodes} chosen={state} onChoose={(s) => setState(s === state ? "" : s)} />
      </form>
      <div class="graph-and-facts">
        <GraphView
          graph={graph}
          part={part}
          selected={selected && keyOf(selected)}
          lit={lit}
          critical={way}
          onSelect={setPicked}
          onOpen={open}
        />
        <div class="graph-facts">
          {selected ? (
            <Facts node={selected} query={query} steps={steps} critical={critical} onCritical={() => setCritical(!critical)} onOpen={() => open(selected)} />
          ) : (
            <p class="faint">Pick a node, with the pointer or with Tab and the arrow keys. What has to come first is on its left, what requires it on its right.</p>
          )}
        </div>
      </div>
    </section>
  );
}

/** The places of the nodes that are looked for, or undefined where nothing is. */
function found(nodes: Node[], search: string, state: string): ReadonlySet<number> | undefined {
  const text = search.trim().toLowerCase();
  if (text === "" && state === "") {
    return undefined;
  }
  const matches = new Set<number>();
  nodes.forEach((n, i) => {
    const named = text === "" || (n.id ?? n.family ?? "").toLowerCase().includes(text);
    if (named && (state === "" || countsOf(n)[state])) {
      matches.add(i);
    }
  });
  return matches;
}

/** The states with how many tasks are in each. One that is chosen is lit. */
function Legend({ nodes, chosen, onChoose }: { nodes: Node[]; chosen: string; onChoose: (state: string) => void }) {
  const counts = new Map<string, number>();
  for (const n of nodes) {
    for (const [state, count] of Object.entries(countsOf(n))) {
      counts.set(state, (counts.get(state) ?? 0) + count);
    }
  }
  return (
    <span class="actions" role="group" aria-label="Legend">
      {allStates
        .filter((s) => counts.has(s))
        .map((s) => (
          <button type="button" key={s} class={`chip ${s === chosen ? "chosen" : ""}`} aria-pressed={s === chosen} onClick={() => onChoose(s)}>
            <StateChip state={s} /> <span class="number">{counts.get(s)}</span>
          </button>
        ))}
    </span>
  );
}

interface Steps {
  ids: string[];
  note: string;
  problem: Problem | undefined;
}

/** The way to a task that takes longest. */
function useSteps(id: string): Steps {
  const forecast = useAnswer(async (signal) => (id === "" ? undefined : get("/api/v1/task/forecast", { id }, { signal })), [id], id);
  const f = forecast.value;
  if (id === "" || f === undefined) {
    return { ids: [], note: "", problem: id === "" ? undefined : forecast.problem };
  }
  const ids = (f.steps ?? []).map((s) => s.id);
  const left = f.finish ? (new Date(f.finish.p50).getTime() - Date.now()) / 1000 : 0;
  const unknown = f.finish?.unknown ?? 0;
  let note = "It is done.";
  if (f.blocked) {
    note = `It won't be done before somebody mends ${f.blocked}.`;
  } else if (f.finish) {
    note = `${ids.length} ${ids.length === 1 ? "step" : "steps"}${left > 0 ? `, about ${spell(left)} left` : ""}${unknown > 0 ? `; how long ${unknown} of them take is not known yet` : ""}.`;
  }
  return { ids, note, problem: forecast.problem };
}

interface FactsProps {
  node: Node;
  query: GraphQuery;
  steps: Steps;
  critical: boolean;
  onCritical: () => void;
  onOpen: () => void;
}

/** What is known of the selected node, and where one can go from it. */
function Facts({ node, query, steps, critical, onCritical, onOpen }: FactsProps) {
  const family = node.family ?? "";
  if (isFamily(node)) {
    return (
      <>
        <h2 class="id">{family}</h2>
        <p>
          <StateChip state={node.state} /> {tasksOf(node)} tasks: {inWords(node)}
        </p>
        <p class="actions">
          <button type="button" onClick={onOpen}>
            Expand
          </button>
          <Link class="button" to={to("/tasks", { family })}>
            List them
          </Link>
        </p>
      </>
    );
  }
  const id = node.id ?? "";
  return (
    <>
      <h2 class="id">{id}</h2>
      <p>
        <StateChip state={node.state} />
      </p>
      <p class="actions">
        <Link class="button" to={taskLink(id)}>
          Open
        </Link>
        <Link class="button" to={to("/graph", { around: id, depth: query.depth ?? 1 })}>
          What is near it
        </Link>
        <Link class="button" to={to("/graph", { root: id })}>
          All that it requires
        </Link>
        <button type="button" aria-pressed={critical} class={`chip ${critical ? "chosen" : ""}`} onClick={onCritical}>
          Critical path
        </button>
        {(query.expand ?? []).includes(family) && (
          <button type="button" onClick={() => collapse(query, family)}>
            Collapse {family}
          </button>
        )}
      </p>
      {critical && (
        <>
          <ProblemBox problem={steps.problem} />
          <p role="status">{steps.note}</p>
          <Command text={onServer(`gomr forecast ${quoted(id)}`)} />
        </>
      )}
    </>
  );
}

/** Where one can go from a graph that is too large. */
function Elsewhere({ problem }: { problem: Problem }) {
  const runs = useAnswer((signal) => get("/api/v1/runs", { limit: 10 }, { signal }), [problem.message]);
  return (
    <Section title="Graphs of runs" aside={<Link to="/runs">all</Link>}>
      <Table label="Runs" head={["Run", "Asked for", "Started"]}>
        {(runs.value?.runs ?? []).map((r) => (
          <tr key={r.key}>
            <td>
              <Link to={to("/graph", { run: r.key })}>{r.key}</Link>
            </td>
            <td class="id">{r.request || `${r.roots?.length ?? 0} ${r.roots?.length === 1 ? "task" : "tasks"}`}</td>
            <td>
              <When at={r.at} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
