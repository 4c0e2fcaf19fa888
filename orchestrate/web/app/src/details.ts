// What an attempt tells of itself, read from its details. The comment of package orchestrate/details says which
// names there are, and what stands under them.
import type { Schemas } from "./api";

export type Attempt = Schemas["Attempt"];

/** An input or an output. */
export interface Sized {
  path: string;
  size: string; // bytes, or why that is not known
  modified: string | undefined;
}

export interface Sizes {
  count: number; // also of those that are not named
  bytes: number | undefined; // of all together
  named: Sized[];
}

export interface Counter {
  group: string;
  name: string;
  value: number;
}

export interface Told {
  isJob: boolean;
  step: string | undefined;
  map: number | undefined; // percent
  reduce: number | undefined;
  applications: string[]; // the newest last
  tracking: string | undefined; // an address that a link may lead to
  skew: string | undefined;
  failed: { task: string; node: string | undefined; stderr: string } | undefined;
  counters: Counter[];
  inputs: Sizes;
  outputs: Sizes;
  rows: number | undefined;
  program: { version: string; revision: string; build: string };
}

/** What stands before the colon of names that are no counters. */
const ofPaths = ["input bytes", "input modified", "output bytes"];

/** Reads the details of an attempt. */
export function told(attempt: Attempt): Told {
  const details = attempt.details ?? {};
  const counters = countersOf(details);
  const failed = details["failed task"];
  const applications = (details["applications"] ?? details["application"] ?? "").split(", ").filter((a) => a !== "");
  return {
    isJob: details["step"] !== undefined || applications.length > 0 || counters.length > 0 || failed !== undefined,
    step: details["step"],
    map: numberOf(details["map"]?.replace("%", "")),
    reduce: numberOf(details["reduce"]?.replace("%", "")),
    applications,
    tracking: webAddress(details["tracking url"]),
    skew: details["skew"],
    failed: failed === undefined ? undefined : { task: failed, node: details["failed task node"], stderr: details["failed task stderr"] ?? "" },
    counters,
    inputs: sizesOf(details, "input"),
    outputs: sizesOf(details, "output"),
    rows: numberOf(details["output rows"]),
    program: {
      version: details["program version"] ?? "",
      revision: details["program revision"] ?? "",
      build: details["program build"] ?? "",
    },
  };
}

function countersOf(details: Record<string, string>): Counter[] {
  const counters: Counter[] = [];
  for (const [name, text] of Object.entries(details)) {
    const colon = name.indexOf(": ");
    const value = numberOf(text);
    if (colon > 0 && value !== undefined && !ofPaths.includes(name.slice(0, colon))) {
      counters.push({ group: name.slice(0, colon), name: name.slice(colon + 2), value });
    }
  }
  return counters.sort((a, b) => a.group.localeCompare(b.group) || a.name.localeCompare(b.name));
}

function sizesOf(details: Record<string, string>, what: "input" | "output"): Sizes {
  const prefix = `${what} bytes: `;
  const named = Object.entries(details)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, size]) => {
      const path = name.slice(prefix.length);
      return { path, size, modified: details[`${what} modified: ${path}`] };
    })
    .sort((a, b) => a.path.localeCompare(b.path));
  return { count: numberOf(details[`${what}s`]) ?? named.length, bytes: numberOf(details[`${what} bytes`]), named };
}

/** A whole number, if it is one. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** An address of the web. Any other, such as one of a script, is none. */
export function webAddress(text: string | undefined): string | undefined {
  try {
    return ["http:", "https:"].includes(new URL(text ?? "").protocol) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two attempts were made by different code, as far as that can be told. */
export function codeDiffers(a: Told, b: Told): boolean {
  if (a.program.build === "" || b.program.build === "" || a.program.build === b.program.build) {
    return false;
  }
  const { revision } = a.program;
  return revision === "" || revision !== b.program.revision || revision.endsWith(" with changes");
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A number of bytes in the unit that fits it best. */
export function spellBytes(bytes: number): string {
  let n = bytes;
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  const text = unit === 0 || n >= 100 ? Math.round(n) : Math.round(n * 10) / 10;
  return bytes === 1 ? "1 byte" : `${text} ${units[unit]}`;
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A number with a comma behind the thousands. */
export const spellNumber = (n: number): string => grouped.format(n);
