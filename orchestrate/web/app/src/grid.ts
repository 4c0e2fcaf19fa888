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

/** How many families are shown at most. */
const mostFamilies = 1000;

async function load(query: GridQuery, signal: AbortSignal): Promise<Grid> {
  const rows: Row[] = [];
  let answer = await get("/api/v1/grid", { ...query, limit: mostFamilies }, { signal });
  const { first = "", partitions, kinds } = answer;
  for (;;) {
    rows.push(...(answer.families ?? []).map((f) => new Row(f, partitions)));
    if (answer.next === undefined || rows.length >= mostFamilies) {
      return { axis: new Axis(query.kind, first, partitions), rows, kinds: kinds ?? {}, more: answer.next !== undefined };
    }
    const bounds = { from: first, until: new Axis(query.kind, first, partitions).label(partitions - 1) };
    answer = await get("/api/v1/grid", { ...query, ...bounds, limit: mostFamilies, cursor: answer.next }, { signal });
  }
}

/** A large grid is asked for less often. */
const gridRest = (took: number) => Math.max(0, 10 * took - 400); // changes were gathered for a while already

/** The grid, asked for again when something has changed. */
export function useGrid(query: GridQuery): Answered<Grid> {
  const key = JSON.stringify(query);
  const [asked, again] = useAsking((signal) => load(query, signal), key, gridRest);
  useChanges(again);
  return asked.key === key ? asked : { value: undefined, problem: undefined };
}
