// Times and durations, for people.
import { signal } from "@preact/signals";

export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1000);

const day = 24 * 3600;

/** A duration in seconds, in two units at most. */
export function spell(seconds: number): string {
  const s = Math.max(0, seconds);
  if (s < 1) {
    return `${Math.round(s * 1000)} ms`;
  }
  if (s < 60) {
    return `${s < 10 ? Math.round(s * 10) / 10 : Math.round(s)} s`;
  }
  const whole = Math.round(s);
  const pair = (large: number, unit: string, small: number, smallUnit: string) => {
    const rest = Math.floor((whole % large) / small);
    return `${Math.floor(whole / large)} ${unit}${rest > 0 ? ` ${rest} ${smallUnit}` : ""}`;
  };
  if (whole < 3600) {
    return pair(60, "min", 1, "s");
  }
  return whole < day ? pair(3600, "h", 60, "min") : pair(day, "d", 3600, "h");
}

/** A duration in seconds, in the unit that fits it best. */
function roughly(seconds: number): string {
  for (const [size, unit] of [[day, "d"], [3600, "h"], [60, "min"]] as const) {
    if (seconds >= 2 * size) {
      return `${Math.floor(seconds / size)} ${unit}`;
    }
  }
  return `${Math.floor(seconds)} s`;
}

const absolute = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZoneName: "short",
});

/** A time as how long ago it is, or how long until; the exact one with its zone appears over it. */
export function When({ at }: { at: string | undefined }) {
  if (at === undefined || at === "") {
    return <span class="faint">–</span>;
  }
  const time = new Date(at);
  const seconds = (now.value - time.getTime()) / 1000;
  const text = Math.abs(seconds) < 1 ? "now" : seconds > 0 ? `${roughly(seconds)} ago` : `in ${roughly(-seconds)}`;
  return (
    <time dateTime={at} title={absolute.format(time)}>
      {text}
    </time>
  );
}

/** A time as a clock in some zone shows it. */
export function zoned(at: string, zone: string): string {
  try {
    const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "shortOffset" } as const;
    return new Intl.DateTimeFormat("en-CA", { ...parts, timeZone: zone }).format(new Date(at)).replace(",", "").replace(/GMT(\+0)?/, "UTC");
  } catch {
    return at; // this browser does not know the zone
  }
}

const unitSeconds: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, "µs": 1e-6, ns: 1e-9 };

/** The seconds of a duration as the server writes it, such as -1h2m0.5s. */
export function secondsOf(text: string | undefined): number {
  let sum = 0;
  for (const [, n, unit] of (text ?? "").matchAll(/([\d.]+)(ms|µs|ns|h|m|s)/g)) {
    sum += Number(n) * (unitSeconds[unit ?? "s"] ?? 0);
  }
  return text?.startsWith("-") ? -sum : sum;
}

/** How long something took, or takes until now. */
export function Lasted({ from, until }: { from: string | undefined; until: string | undefined }) {
  if (from === undefined) {
    return <span class="faint">–</span>;
  }
  const end = until === undefined ? now.value : new Date(until).getTime();
  return <span class="number">{spell((end - new Date(from).getTime()) / 1000)}</span>;
}
