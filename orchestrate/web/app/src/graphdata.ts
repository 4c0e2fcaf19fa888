// The graph of tasks as the server draws it, and what can be told from it.
import { get, type Schemas } from "./api";
import { useAsking, useChanges, type Answered } from "./asking";
import type { Changes } from "./live";

export type Graph = Schemas["Graph"];
export type Node = Schemas["GraphNode"];
export type Edge = Schemas["GraphEdge"];

export interface GraphQuery {
  root?: string;
  run?: number;
  around?: string;
  depth?: number;
  collapse?: "auto" | "family" | "none";
  expand?: string[];
}

/** What a node is known by when the picture is another one. */
export const keyOf = (n: Node): string => n.id ?? `\u0000${n.family ?? ""}`;

/** The family of an ID, as gomr writes it. */
const familyOf = (id: string): string => id.split("(", 1)[0] ?? id;

/** The node of a key. Where a family was expanded it is the first of its tasks, and where it was collapsed the family. */
export function nodeOf(nodes: Node[], key: string | undefined): Node | undefined {
  if (key === undefined) {
    return undefined;
  }
  const family = key.startsWith("\u0000") ? key.slice(1) : familyOf(key);
  return nodes.find((n) => keyOf(n) === key) ?? nodes.find((n) => n.family === family && isFamily(n) !== key.startsWith("\u0000"));
}

export const isFamily = (n: Node): boolean => n.counts !== undefined;

/** How many tasks a node stands for, by state. */
export function countsOf(n: Node): Record<string, number> {
  return n.counts ?? { [n.state]: 1 };
}

export function tasksOf(n: Node): number {
  return Object.values(countsOf(n)).reduce((a, b) => a + b, 0);
}

/** A graph, with the part that it is of. */
interface PartGraph {
  graph: Graph;
  part: string;
}

const partOf = (q: GraphQuery): string => JSON.stringify([q.root, q.run, q.around, q.depth]);

/** A large graph is asked for less often, so that it does not keep the server busy. */
const graphRest = (took: number) => 4 * took;

/**
 * Asks for a graph, and again when tasks have changed: then for states alone where nothing else has. While another one is
 * asked for, the last one is shown.
 */
export function useGraph(query: GraphQuery): Answered<Graph> & { part: string } {
  const ask = async (signal: AbortSignal, last: PartGraph | undefined): Promise<PartGraph> => {
    const known = last?.graph;
    const found = await get("/api/v1/graph", { ...query, ...(known && { shape: known.shape }) }, { signal });
    return { graph: found.known && known ? withStates(known, found) : found, part: partOf(query) };
  };
  const key = JSON.stringify(query);
  const [asked, again] = useAsking(ask, key, graphRest);
  useChanges(again, (changes) => asked.key !== key || asked.problem !== undefined || asked.value === undefined || !isClosed(query) || shows(asked.value.graph, changes));
  return { value: asked.value?.graph, part: asked.value?.part ?? "", problem: asked.problem };
}

/** Whether a graph has all that its tasks require: then the state of each depends on no other tasks. */
const isClosed = (q: GraphQuery): boolean => (q.root !== undefined || q.run !== undefined) && q.around === undefined;

/** Whether some of what has changed is in a graph. */
function shows(graph: Graph, changes: Changes): boolean {
  return (graph.nodes ?? []).some((n) => (isFamily(n) ? changes.families.has(n.family ?? "") : changes.tasks.has(n.id ?? "")));
}

/** A graph with the states of another one of the same shape. Nodes that have not changed stay the same. */
function withStates(old: Graph, found: Graph): Graph {
  const nodes = (old.nodes ?? []).map((n, i) => {
    const now = found.nodes?.[i];
    if (now === undefined || (n.state === now.state && JSON.stringify(n.counts) === JSON.stringify(now.counts))) {
      return n;
    }
    return { ...n, state: now.state, ...(now.counts && { counts: now.counts }) };
  });
  return { ...old, nodes };
}

/** The nodes left and right of each, and which edges are at each. */
export interface Links {
  left: number[][];
  right: number[][];
  edges: number[][];
}

export function linksOf(graph: Graph): Links {
  const none = () => (graph.nodes ?? []).map((): number[] => []);
  const links: Links = { left: none(), right: none(), edges: none() };
  (graph.edges ?? []).forEach((e, i) => {
    const [left, right] = e.back ? [e.to, e.from] : [e.from, e.to];
    links.right[left]?.push(right);
    links.left[right]?.push(left);
    links.edges[left]?.push(i);
    links.edges[right]?.push(i);
  });
  return links;
}

const middle = (n: Node): number => (n.y ?? 0) + (n.height ?? 0) / 2;

/** Where an arrow key leads: along an edge, or to the next one in the same column. */
export function stepFrom(graph: Graph, links: Links, at: number, key: string): number {
  const nodes = graph.nodes ?? [];
  const from = nodes[at];
  if (from === undefined) {
    return 0;
  }
  let candidates: number[] = [];
  if (key === "ArrowLeft" || key === "ArrowRight") {
    candidates = (key === "ArrowLeft" ? links.left : links.right)[at] ?? [];
  } else {
    const down = key === "ArrowDown";
    nodes.forEach((n, i) => {
      const beyond = down ? middle(n) > middle(from) : middle(n) < middle(from);
      if (beyond && (n.x ?? 0) === (from.x ?? 0)) {
        candidates.push(i);
      }
    });
  }
  const distance = (i: number) => Math.abs(middle(nodes[i] as Node) - middle(from));
  return candidates.reduce((best, i) => (best < 0 || distance(i) < distance(best) ? i : best), -1);
}

/** How many pieces one path has: browsers paint several short ones faster than a long one. */
const piecesOfPath = 300;

/** The ways of edges as SVG has them, each with a head at its end. What several edges share is there once. */
export function pathsOf(edges: (Edge | undefined)[]): string[] {
  const pieces = new Set<string>();
  const level = new Map<number, [number, number][]>(); // by y, from where to where
  for (const e of edges) {
    const p = e?.points ?? [];
    let [x = 0, y = 0] = p;
    for (let i = 2; i + 1 < p.length; i += 2) {
      const [toX = 0, toY = 0] = [p[i], p[i + 1]];
      const half = (x + toX) / 2;
      if (y === toY) {
        const lines = level.get(y) ?? [];
        lines.push([Math.min(x, toX), Math.max(x, toX)]);
        level.set(y, lines);
      } else {
        pieces.add(`M${x} ${y}C${half} ${y} ${half} ${toY} ${toX} ${toY}`);
      }
      [x, y] = [toX, toY];
    }
    const head = (p[0] ?? 0) > x ? -5 : 5;
    pieces.add(`M${x - head} ${y - 3}L${x} ${y}l${-head} 3`);
  }
  for (const [y, lines] of level) {
    for (const [from, until] of joined(lines)) {
      pieces.add(`M${from} ${y}H${until}`);
    }
  }
  const all = [...pieces];
  const paths: string[] = [];
  for (let i = 0; i < all.length; i += piecesOfPath) {
    paths.push(all.slice(i, i + piecesOfPath).join(""));
  }
  return paths;
}

/** Lines, of which those that overlap are one. */
function joined(lines: [number, number][]): [number, number][] {
  const all: [number, number][] = [];
  for (const [from, until] of lines.sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) {
      last[1] = Math.max(last[1], until);
    } else {
      all.push([from, until]);
    }
  }
  return all;
}

/** Where tasks are in a picture, themselves or in their family, and the edges between those that follow each other. */
export function wayOf(graph: Graph, ids: string[]): { nodes: Set<number>; edges: number[] } {
  const where = new Map((graph.nodes ?? []).map((n, i) => [keyOf(n), i]));
  const way = ids.map((id) => where.get(id) ?? where.get(`\u0000${familyOf(id)}`)).filter((i) => i !== undefined);
  const steps = new Set(way.slice(1).map((to, i) => `${way[i]} ${to}`));
  const edges: number[] = [];
  (graph.edges ?? []).forEach((e, i) => {
    if (steps.has(`${e.from} ${e.to}`)) {
      edges.push(i);
    }
  });
  return { nodes: new Set(way), edges };
}
