// The states of tasks by family and partition, as the server sends them, made so that a cell is found at once.
import { get, type Schemas, type State } from "./api";
import { useAsking, useChanges, type Answered } from "./asking";
import { Axis, type Kind } from "./partitions";

/** The states by rank: of the tasks of a cell, the state of the highest rank is shown. The first is that of no task. */
export const ranked: (State | undefined)[] = [undefined, "done", "pending", "suspended", "running", "retrying", "missing", "disabled", "failed"];

const letters = "-dpsrtmxf"; // of these, as the server has them

/** A bit beside the rank: a task of the cell is late. */
const late = 16;

export interface Cell {
  state: State | undefined;
  late: boolean;
  tasks: number;
  worst: number; // how many of them are in the state
}

/** A family, with its cells. */
export class Row {
  readonly cells: Uint8Array;
  readonly counts: Partial<Record<State, number>>;
  readonly late: number;
  readonly total: number;
  readonly family: string;
  private readonly many: number[];

  constructor(sent: Schemas["GridFamily"], partitions: number) {
    this.family = sent.family;
    this.counts = sent.counts ?? {};
    this.late = sent.late ?? 0;
    this.total = Object.values(this.counts).reduce((sum, n) => sum + n, 0);
    this.many = sent.many ?? [];
    this.cells = decode(sent.states, partitions);
  }

  rank(index: number): number {
    return (this.cells[index] ?? 0) & (late - 1);
  }

  isLate(index: number): boolean {
    return ((this.cells[index] ?? 0) & late) !== 0;
  }

  cell(index: number): Cell {
    const state = ranked[this.rank(index)];
    const cell = { state, late: this.isLate(index), tasks: state ? 1 : 0, worst: state ? 1 : 0 };
    for (let i = 0, start = 0; i < this.many.length; i += 3) {
      start += this.many[i] ?? 0;
      if (index < start) {
        return { ...cell, tasks: this.many[i + 1] ?? 0, worst: this.many[i + 2] ?? 0 };
      }
    }
    return cell;
  }
}

/** Makes cells of runs such as 12d2-1F. */
function decode(runs: string, partitions: number): Uint8Array {
  const cells = new Uint8Array(partitions);
  let n = 0;
  let at = 0;
  for (const c of runs) {
    if (c >= "0" && c <= "9") {
      n = n * 10 + Number(c);
      continue;
    }
    const small = c.toLowerCase();
    cells.fill(letters.indexOf(small) | (c === small ? 0 : late), at, at + n);
    at += n;
    n = 0;
  }
  return cells;
}

/** A cell in words. */
export function spellCell(cell: Cell): string {
  if (cell.state === undefined) {
    return "no task";
  }
  const count = cell.tasks === 1 ? cell.state : `${cell.worst} of ${cell.tasks} tasks ${cell.state}`;
  return cell.late ? `${count}, late` : count;
}

export interface Grid {
  axis: Axis;
  parts: Part[]; // of the answers that it is made of
  rows: Row[];
  kinds: Partial<Record<string, number>>; // how many families have tasks of which kind
  more: boolean; // there are more families than are shown
}

export interface GridQuery {
  kind: Kind;
  families?: string;
  from?: string;
  until?: string;
  finer?: boolean;
}

/** The rows of an answer, and its version. */
interface Part {
  version: string;
  rows: Row[];
}

/** How many families are shown at most. */
const mostFamilies = 1000;

/** Asks for a grid, of which only what has changed is sent where the last one is of the same query. */
async function load(query: GridQuery, signal: AbortSignal, last: Grid | undefined): Promise<Grid> {
  const ask = async (more: object, old: Part | undefined) => {
    const answer = await get("/api/v1/grid", { ...query, ...more, limit: mostFamilies, ...(old && { since: old.version }) }, { signal });
    const found = (answer.families ?? []).map((f) => new Row(f, answer.partitions));
    return { answer, part: { version: answer.version, rows: old && answer.known ? withChanges(old.rows, found) : found } };
  };
  let { answer, part } = await ask({}, last?.parts[0]);
  const { first = "", partitions, kinds = {} } = answer;
  const axis = new Axis(query.kind, first, partitions);
  const parts = [part];
  let count = part.rows.length;
  while (answer.next !== undefined && count < mostFamilies) {
    const bounds = { from: first, until: axis.label(partitions - 1), cursor: answer.next };
    ({ answer, part } = await ask(bounds, last?.parts[parts.length]));
    parts.push(part);
    count += part.rows.length;
  }
  return { axis, parts, rows: parts.flatMap((p) => p.rows), kinds, more: answer.next !== undefined };
}

/** Rows of which some are replaced by newer ones of the same families. */
function withChanges(rows: Row[], found: Row[]): Row[] {
  const changed = new Map(found.map((row) => [row.family, row]));
  return rows.map((row) => changed.get(row.family) ?? row);
}

/** A large grid is asked for less often. */
const gridRest = (took: number) => Math.max(0, 10 * took - 400); // changes were gathered for a while already

/** The grid, asked for again when something has changed. */
export function useGrid(query: GridQuery): Answered<Grid> {
  const key = JSON.stringify(query);
  const [asked, again] = useAsking<Grid>((signal, last) => load(query, signal, last), key, gridRest);
  useChanges(again);
  return asked.key === key ? asked : { value: undefined, problem: undefined };
}
