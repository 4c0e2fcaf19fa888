// An attempt beside an earlier one, and beside what is usual.
import { spellBytes, spellNumber, told, type Attempt } from "./details";
import { spell } from "./time";

/** Of how many attempts the median is what is usual. */
const mostUsual = 7;

/** How many times more or less than usual is worth a mark. */
const farOff = 2;

/** A number that attempts of a family have in common. */
export interface Measure {
  group: string;
  name: string;
  value: number;
  before: number | undefined; // in the attempt that it is compared with
  usual: number | undefined; // median of the last that succeeded
  spell: (n: number) => string;
  far: "more" | "less" | undefined; // than usual, and by far
}

interface Figure {
  group: string;
  name: string;
  value: number;
  spell: (n: number) => string;
  least: number; // what it must differ by to be far off
}

/** All numbers of an attempt. */
function numbersOf(attempt: Attempt): Map<string, Figure> {
  const t = told(attempt);
  const all: Figure[] = [];
  const add = (name: string, value: number | undefined, spelled: (n: number) => string, least = 0) => {
    if (value !== undefined) {
      all.push({ group: "Attempt", name, value, spell: spelled, least });
    }
  };
  if (attempt.started !== undefined && attempt.ended !== undefined) {
    add("Took", (Date.parse(attempt.ended) - Date.parse(attempt.started)) / 1000, spell, 1);
  }
  add("Input", t.inputs.bytes, spellBytes);
  add("Output", t.outputs.bytes, spellBytes);
  add("Output rows", t.rows, spellNumber);
  for (const c of t.counters) {
    all.push({ ...c, spell: c.name.toLowerCase().includes("bytes") ? spellBytes : spellNumber, least: 0 });
  }
  return new Map(all.map((n) => [`${n.group}: ${n.name}`, n]));
}

/** The attempts that say what is usual for one: the last of the family that succeeded before it. */
export function usualFor(shown: Attempt, family: Attempt[]): Attempt[] {
  return family.filter((a) => a.outcome === "succeeded" && a.fence < shown.fence).slice(0, mostUsual);
}

/** What an attempt is compared with unless somebody chooses: the last success of its task, or else of its family. */
export function usualPartner(shown: Attempt, ofTask: Attempt[], family: Attempt[]): Attempt | undefined {
  return usualFor(shown, ofTask)[0] ?? usualFor(shown, family)[0];
}

/** The numbers of an attempt, beside those of another. Those that are zero in all are left out. */
export function measures(shown: Attempt, partner: Attempt | undefined, usual: Attempt[]): Measure[] {
  const before = partner === undefined ? new Map<string, Figure>() : numbersOf(partner);
  const others = usual.map(numbersOf);
  return [...numbersOf(shown)].flatMap(([key, n]) => {
    const values = others.flatMap((o) => o.get(key)?.value ?? []);
    const m = median(values);
    const was = before.get(key)?.value;
    if (n.group !== "Attempt" && n.value === 0 && (was ?? 0) === 0 && (m ?? 0) === 0) {
      return [];
    }
    return [{ ...n, before: was, usual: m, far: farFrom(n, m) }];
  });
}

function farFrom(n: Figure, usual: number | undefined): Measure["far"] {
  if (usual === undefined || usual <= 0 || Math.abs(n.value - usual) < n.least) {
    return undefined;
  }
  return n.value > farOff * usual ? "more" : n.value * farOff < usual ? "less" : undefined;
}

function median(values: number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  const lower = sorted[half - 1];
  return sorted.length % 2 === 1 || upper === undefined || lower === undefined ? upper : (lower + upper) / 2;
}

/** A change, in percent. */
export function spellChange(now: number, before: number | undefined): string {
  if (before === undefined) {
    return "new";
  }
  if (now === before) {
    return "same";
  }
  if (before === 0) {
    return "from 0";
  }
  const percent = (100 * (now - before)) / Math.abs(before);
  const size = Math.abs(percent);
  if (size < 0.1) {
    return "<0.1%";
  }
  return `${percent < 0 ? "−" : "+"}${spellNumber(size < 10 ? size : Math.round(size))}%`;
}
