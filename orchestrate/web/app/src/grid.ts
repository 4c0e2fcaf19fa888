// The states of tasks by family and partition, as the server sends them, made so that a cell is found at once.
import { useEffect, useState } from "preact/hooks";
import type { Answered } from "./answer";
import { get, Problem, type Schemas, type State } from "./api";
import { changed } from "./live";
import { Axis, type Kind } from "./partitions";
import { signedOut } from "./session";

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

/** How long the server is left alone after an answer, by how long that took: a large grid is asked for less often. */
const pauseAfter = (took: number) => Math.max(0, 10 * took - 400); // changes were gathered for a while already

/** The grid, asked for again when something has changed. */
export function useGrid(query: GridQuery): Answered<Grid> {
  const [answered, setAnswered] = useState<Answered<Grid> & { of: string }>({ value: undefined, problem: undefined, of: "" });
  const key = JSON.stringify(query);
  useEffect(() => {
    const control = new AbortController();
    let asked = -1; // the version of the last question
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      asked = changed.peek();
      const start = performance.now();
      try {
        const value = await load(query, control.signal);
        setAnswered({ value, problem: undefined, of: key });
      } catch (error) {
        if (control.signal.aborted) {
          return;
        }
        const problem = error instanceof Problem ? error : new Problem(0, "", String(error));
        if (problem.status === 401) {
          signedOut();
        }
        setAnswered((old) => ({ value: old.of === key ? old.value : undefined, problem, of: key }));
      }
      timer = setTimeout(() => {
        timer = undefined;
        if (asked !== changed.peek()) {
          rest();
        }
      }, pauseAfter(performance.now() - start));
    };
    let busy = false;
    const rest = () => {
      if (!busy && timer === undefined && !control.signal.aborted) {
        busy = true;
        void ask().finally(() => {
          busy = false;
        });
      }
    };
    const stop = changed.subscribe(rest); // which calls it at once
    return () => {
      stop();
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
  return answered.of === key ? answered : { value: undefined, problem: undefined };
}
