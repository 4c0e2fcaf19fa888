// The picture of a graph: it can be moved, made larger and smaller, and gone through with arrow keys.
import { Component, type RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { countsOf, isFamily, keyOf, linksOf, pathsOf, stepFrom, tasksOf, type Edge, type Graph, type Links, type Node } from "./graphdata";
import { Lens } from "./lens";
import { allStates, markOf } from "./state";

interface ViewProps {
  graph: Graph;
  part: string; // what is shown; where it is another, the picture is fitted anew
  selected: string | undefined; // key of a node
  lit: ReadonlySet<number> | undefined; // those that are looked for; the others are pale
  critical: { nodes: ReadonlySet<number>; edges: number[] } | undefined;
  onSelect: (key: string) => void;
  onOpen: (node: Node) => void;
}

export function GraphView({ graph, part, selected, lit, critical, onSelect, onOpen }: ViewProps) {
  const nodes = graph.nodes ?? [];
  const svg = useRef<SVGSVGElement>(null);
  const moved = useRef<SVGGElement>(null);
  const links = useMemo(() => linksOf(graph), [graph.shape]);
  const at = nodes.findIndex((n) => keyOf(n) === selected);
  const lens = useLens(svg, moved, graph, part, nodes[at]);
  const opened = useRef(false); // a node was opened, which may be gone now, and had the keyboard
  const open = (node: Node | undefined) => {
    if (node !== undefined) {
      opened.current = isFamily(node);
      onOpen(node);
    }
  };
  useEffect(() => {
    if (opened.current && at >= 0) {
      opened.current = false;
      focus(at);
    }
  }, [graph.shape]);
  const focus = (i: number) => {
    const node = nodes[i];
    if (node === undefined) {
      return;
    }
    onSelect(keyOf(node));
    svg.current?.querySelector<SVGGElement>(`[data-index="${i}"]`)?.focus({ preventScroll: true });
    lens.reveal(node);
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const node = nodes[at];
    if (event.key.startsWith("Arrow") && !event.shiftKey) {
      focus(stepFrom(graph, links, at, event.key));
    } else if (event.key === "Enter") {
      open(node);
    } else if (!lens.press(event.key)) {
      return;
    }
    event.preventDefault();
  };
  const indexOf = (event: Event) => Number((event.target as Element).closest("[data-index]")?.getAttribute("data-index") ?? -1);
  return (
    <div class="graph">
      <svg
        ref={svg}
        class="far" // until the lens knows better, for names take time to lay out
        role="application"
        aria-label={`Graph of ${graph.tasks} tasks. Left and right follow what is required, up and down stay in a column, Enter opens, plus, minus and zero change the size, and shift with arrows moves the picture.`}
        onKeyDown={press}
        onClick={(e) => !lens.dragged && focus(indexOf(e))}
        onDblClick={(e) => open(nodes[indexOf(e)])}
        onFocusIn={(e) => {
          const node = nodes[indexOf(e)];
          if (node !== undefined && keyOf(node) !== selected) {
            onSelect(keyOf(node));
          }
        }}
      >
        <g ref={moved}>
          <Ways graph={graph} />
          {at >= 0 && <Way kind="way way-near" edges={(links.edges[at] ?? []).map((i) => graph.edges?.[i])} />}
          {critical && <Way kind="way way-critical" edges={critical.edges.map((i) => graph.edges?.[i])} />}
          {nodes.map((n, i) => (
            <Box
              key={keyOf(n)}
              node={n}
              index={i}
              links={links}
              selected={i === at}
              reached={i === Math.max(at, 0)}
              pale={lit !== undefined && !lit.has(i)}
              critical={critical?.nodes.has(i) ?? false}
            />
          ))}
        </g>
      </svg>
      <div class="graph-buttons" role="group" aria-label="Size of the picture">
        <button type="button" onClick={() => lens.press("+")} aria-label="Larger">
          +
        </button>
        <button type="button" onClick={() => lens.press("-")} aria-label="Smaller">
          −
        </button>
        <button type="button" onClick={() => lens.press("0")} aria-label="All of it">
          ⤢
        </button>
      </div>
    </div>
  );
}

/** Keeps the picture in sight: it is fitted when it is of another part, and else the selected node stays where it is. */
function useLens(svg: RefObject<SVGSVGElement | null>, moved: RefObject<SVGGElement | null>, graph: Graph, part: string, selected: Node | undefined): Lens {
  const lens = useMemo(() => new Lens(), []);
  const shown = useRef<{ part: string; selected: Node | undefined }>({ part: "", selected: undefined });
  useEffect(() => (svg.current && moved.current ? lens.hold(svg.current, moved.current) : undefined), []);
  useEffect(() => {
    const before = shown.current;
    lens.resize(graph.width ?? 0, graph.height ?? 0, graph.edges?.length ?? 0);
    if (before.part !== part) {
      lens.open(selected ?? urgent(graph.nodes ?? []));
    } else if (before.selected) {
      const old = before.selected;
      const same = (graph.nodes ?? []).find((n) => keyOf(n) === keyOf(old)) ?? (graph.nodes ?? []).find((n) => n.family === old.family);
      if (same) {
        lens.keep(old, same);
      }
    }
  }, [graph.shape, part]);
  useEffect(() => {
    shown.current = { part, selected };
  });
  return lens;
}

/** How many nodes a picture has at most that is not shown as a whole at first. */
const fewNodes = 80;

/** The node that needs somebody most. */
function urgent(nodes: Node[]): Node | undefined {
  const rank = (n: Node) => allStates.indexOf(n.state);
  return nodes.length > fewNodes ? undefined : nodes.reduce<Node | undefined>((best, n) => (best === undefined || rank(n) < rank(best) ? n : best), undefined);
}

function Way({ kind, edges }: { kind: string; edges: (Edge | undefined)[] }) {
  return (
    <>
      {pathsOf(edges).map((d, i) => (
        <path key={i} class={kind} d={d} />
      ))}
    </>
  );
}

/** All edges: painted anew only where they are others. */
class Ways extends Component<{ graph: Graph }> {
  override shouldComponentUpdate(next: { graph: Graph }): boolean {
    return next.graph.shape !== this.props.graph.shape;
  }

  override render() {
    const edges = this.props.graph.edges ?? [];
    return (
      <>
        <Way kind="way" edges={edges.filter((e) => !e.back)} />
        <Way kind="way way-back" edges={edges.filter((e) => e.back)} />
      </>
    );
  }
}

interface BoxProps {
  node: Node;
  index: number;
  links: Links;
  selected: boolean;
  reached: boolean; // the tabulator key comes here
  pale: boolean;
  critical: boolean;
}

/** A node. There are thousands, so that each is made anew only where it has changed. */
class Box extends Component<BoxProps> {
  override shouldComponentUpdate(next: BoxProps): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof BoxProps)[]).some((name) => next[name] !== now[name]);
  }

  override render() {
    const { node: n, index, links, selected, reached, pale, critical } = this.props;
    const [width, height] = [n.width ?? 0, n.height ?? 0];
    const classes = ["node", `node-${n.state.replaceAll(" ", "-")}`, selected && "node-selected", pale && "node-pale", critical && "node-critical"];
    return (
      <g
        class={classes.filter(Boolean).join(" ")}
        transform={`translate(${n.x ?? 0} ${n.y ?? 0})`}
        data-index={index}
        tabindex={reached ? 0 : -1}
        role={isFamily(n) ? "button" : "link"}
        aria-label={spoken(n, links.left[index]?.length ?? 0, links.right[index]?.length ?? 0, critical)}
        {...(isFamily(n) ? { "aria-expanded": false } : {})}
      >
        <title>{title(n)}</title>
        <g aria-hidden="true">
          {isFamily(n) && <rect class="sheet" x={3} y={3} width={width} height={height} rx={5} />}
          <rect class="box" width={width} height={height} rx={5} />
          <text class="mark" x={13} y={height / 2 + 4}>
            {markOf(n.state)}
          </text>
          <text class="label" x={25} y={n.detail ? 16 : height / 2 + 4}>
            {n.label}
          </text>
          {" "}
          {n.detail && (
            <text class="detail" x={25} y={30}>
              {n.detail}
            </text>
          )}
          {isFamily(n) && <Bar node={n} />}
        </g>
      </g>
    );
  }
}

/** How the tasks of a family are divided among the states. */
function Bar({ node }: { node: Node }) {
  const room = (node.width ?? 0) - 10;
  const counts = countsOf(node);
  let left = 5;
  return (
    <>
      {allStates
        .filter((s) => counts[s])
        .map((s) => {
          const wide = (room * (counts[s] ?? 0)) / tasksOf(node);
          const x = left;
          left += wide;
          return <rect key={s} class={`share share-${s.replaceAll(" ", "-")}`} x={x} y={(node.height ?? 0) - 4} width={wide} height={3} />;
        })}
    </>
  );
}

/** The counts of a node in words. */
export function inWords(n: Node): string {
  const counts = countsOf(n);
  return allStates
    .filter((s) => counts[s])
    .map((s) => `${counts[s]} ${s}`)
    .join(", ");
}

const title = (n: Node) => (isFamily(n) ? `${n.family}, ${tasksOf(n)} tasks: ${inWords(n)}` : `${n.id}: ${n.state}`);

/** What is said of a node: first what is written into it, then what there was no room for. */
function spoken(n: Node, before: number, after: number, critical: boolean): string {
  const written = [n.label, n.detail].filter(Boolean).join(" ");
  const whole = isFamily(n) || n.id === n.label || n.id === `${n.label}(${n.detail})`;
  const name = whole ? written : `${written}, ${n.id}`;
  return `${name}: ${isFamily(n) ? inWords(n) : n.state}; requires ${before}, required by ${after}${critical ? "; on the critical path" : ""}`;
}
