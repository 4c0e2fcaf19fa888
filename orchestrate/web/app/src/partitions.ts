// Pieces of data by their labels: an hour 2014-06-01T05, a day 2014-06-01, a week 2014-W23 or a month 2014-06. Those of a
// kind are numbered without gaps.
import type { Task } from "./api";

export type Kind = "hour" | "day" | "week" | "month";

export const kinds: Kind[] = ["hour", "day", "week", "month"];

const hour = 3600_000;
const day = 24 * hour;
const pad = (n: number, width = 2) => String(n).padStart(width, "0");
const midnight = (date: string) => Date.parse(`${date}T00:00Z`);

/** The number of a partition. That of a week counts from the one of 1970-01-01, a Thursday. */
function numberOf(kind: Kind, label: string): number {
  switch (kind) {
    case "hour":
      return Date.parse(`${label}:00Z`) / hour;
    case "day":
      return midnight(label) / day;
    case "week": // January 4 is always in week 1
      return Math.floor((midnight(`${label.slice(0, 4)}-01-04`) / day + 3) / 7) + Number(label.slice(6)) - 1;
    case "month":
      return Number(label.slice(0, 4)) * 12 + Number(label.slice(5)) - 1;
  }
}

function labelOf(kind: Kind, n: number): string {
  switch (kind) {
    case "hour":
      return new Date(n * hour).toISOString().slice(0, 13);
    case "day":
      return new Date(n * day).toISOString().slice(0, 10);
    case "week": {
      const thursday = n * 7; // its year is that of the week
      const year = new Date(thursday * day).toISOString().slice(0, 4);
      return `${year}-W${pad(Math.floor((thursday - midnight(`${year}-01-01`) / day) / 7) + 1)}`;
    }
    case "month":
      return `${pad(Math.floor(n / 12), 4)}-${pad((n % 12) + 1)}`;
  }
}

/** How much of a label names what the partition is a part of: an hour of a day, a day of a month, others of a year. */
const wholes: Record<Kind, number> = { hour: 10, day: 7, week: 4, month: 4 };

/** How far apart partitions may be that have their own text over them, the nearest first. */
const steps: Record<Kind, number[]> = { hour: [1, 2, 3, 6, 12], day: [1, 5, 10], week: [1, 2, 4, 13], month: [1, 3, 6] };

/** A row of partitions that follow each other. */
export class Axis {
  private readonly origin: number;

  constructor(
    readonly kind: Kind,
    first: string,
    readonly count: number,
  ) {
    this.origin = count === 0 ? 0 : numberOf(kind, first);
  }

  label(index: number): string {
    return labelOf(this.kind, this.origin + index);
  }

  indexOf(label: string): number {
    return numberOf(this.kind, label) - this.origin;
  }

  /** The label of the longer piece that a partition is in. */
  whole(index: number): string {
    return this.label(index).slice(0, wholes[this.kind]);
  }

  /** The text over a partition, which is its part of the label. It is empty where that of a neighbour needs the place. */
  part(index: number, cell: number, room: number): string {
    const text = this.label(index).slice(wholes[this.kind] + 1);
    const step = steps[this.kind].find((s) => s * cell >= room);
    const n = Number(text.replace("W", "")) - (this.kind === "hour" ? 0 : 1);
    return step === undefined || n % step !== 0 || (step > 1 && n >= 30) ? "" : text;
  }
}

/** The flag of a task that tells its partition, and its other flags. */
export function flagsOf(task: Task, label: string): { flag: string; others: string[] } | undefined {
  const args = task.args ?? [];
  const at = args.findIndex((a) => a.slice(a.indexOf("=") + 1) === label);
  const flag = args[at];
  return flag === undefined ? undefined : { flag: flag.slice(0, flag.indexOf("=")), others: args.filter((_, i) => i !== at) };
}

/** The labels of the last days, as this browser's calendar has them, today last. */
export function lastDays(count: number): string[] {
  const now = new Date();
  const today = numberOf("day", `${pad(now.getFullYear(), 4)}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`);
  return Array.from({ length: count }, (_, i) => labelOf("day", today - count + 1 + i));
}

/** What labels look like, to tell the parameter that has one. */
export const labelled: Record<Kind, RegExp> = {
  hour: /^\d{4}-\d\d-\d\dT\d\d$/,
  day: /^\d{4}-\d\d-\d\d$/,
  week: /^\d{4}-W\d\d$/,
  month: /^\d{4}-\d\d$/,
};

/** The first parameter of a task that has a label, or its first one. */
export function labelParamOf(task: Task): string | undefined {
  const split = (task.args ?? []).map((a) => /^--([^=]+)=(.*)$/s.exec(a));
  const found = split.find((m) => Object.values(labelled).some((form) => form.test(m?.[2] ?? "")));
  return (found ?? split[0])?.[1];
}
