// How long a task and those of its family took lately, as a picture and in words.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { useAnswer } from "./answer";
import { get, type Schemas } from "./api";
import { Command, Empty, onServer, quoted, Section, Shown, Table } from "./parts";
import { go, Link, to } from "./router";
import { StateChip } from "./state";
import { spell, When } from "./time";

type Attempt = Schemas["Attempt"];

/** How many attempts are asked for, of the task and of its family. */
const most = 200;

/** An attempt that has ended, with its duration in seconds. */
interface Point {
  at: number; // when it began, in seconds since 1970
  took: number;
  own: boolean; // of the task itself, and not of another one of its family
  failed: boolean;
  attempt: Attempt;
  id: string | undefined;
}

const failures = ["failed", "timed out", "lost"];

/** The attempts that tell how long something takes, or that it failed, the oldest first. */
export function pointsOf(own: Attempt[], family: Attempt[], task: number, ids: Record<string, string>): Point[] {
  const all = new Map([...family, ...own].map((a) => [a.fence, a]));
  return [...all.values()]
    .filter((a) => a.ended !== undefined && a.started !== undefined && (a.outcome === "succeeded" || failures.includes(a.outcome ?? "")))
    .map((a) => {
      const at = new Date(a.started ?? 0).getTime() / 1000;
      return {
        at, took: Math.max(0, new Date(a.ended ?? 0).getTime() / 1000 - at),
        own: a.task === task, failed: a.outcome !== "succeeded", attempt: a, id: ids[String(a.task)],
      };
    })
    .sort((a, b) => a.at - b.at || a.attempt.fence - b.attempt.fence);
}

/** The least of durations that so many of a hundred don't exceed. */
export function quantile(durations: number[], percent: number): number {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.floor((sorted.length * percent + 99) / 100) - 1)] ?? 0;
}

export function Durations({ id, task, family }: { id: string; task: number; family: string }) {
  const own = useAnswer((signal) => get("/api/v1/attempts", { task: id, limit: most }, { signal }), [id], id);
  const ofFamily = family === "" ? { task: id } : { family }; // one without a family is its own
  const others = useAnswer((signal) => get("/api/v1/attempts", { ...ofFamily, limit: most }, { signal }), [id, family], id);
  const answer = { value: own.value && others.value, problem: own.problem ?? others.problem };
  return (
    <Section title="Durations" aside={<Command text={onServer(family === "" ? `gomr history ${quoted(id)}` : `gomr stats ${quoted(family)}`)} />}>
      <Shown answer={answer}>
        {() => {
          const points = pointsOf(own.value?.attempts ?? [], others.value?.attempts ?? [], task, { ...others.value?.ids, ...own.value?.ids });
          return points.length === 0 ? <Empty>No attempt at {family === "" ? "it" : `a task of ${family}`} has ended yet.</Empty> : <Trend points={points} />;
        }}
      </Shown>
    </Section>
  );
}

function Trend({ points }: { points: Point[] }) {
  const took = points.filter((p) => !p.failed).map((p) => p.took);
  const failed = points.length - took.length;
  const own = points.filter((p) => p.own && !p.failed).at(-1);
  const [p50, p95] = [quantile(took, 50), quantile(took, 95)];
  const words =
    took.length === 0
      ? `${counted(failed)} failed, and none has succeeded.`
      : `Half of the last ${took.length === 1 ? "attempt" : `${took.length} attempts`} that succeeded took no longer than ${spell(p50)}, and 95 of 100 no longer than ${spell(p95)}.` +
        (own === undefined ? "" : ` This task last took ${spell(own.took)}.`) +
        (failed === 0 ? "" : ` ${counted(failed)} failed.`);
  return (
    <>
      <p class="trend-numbers">
        {took.length > 0 && (
          <>
            <span>
              median <strong class="number">{spell(p50)}</strong>
            </span>
            <span>
              p95 <strong class="number">{spell(p95)}</strong>
            </span>
          </>
        )}
        <span class="legend-item">
          <svg class="trend-mark" aria-hidden="true"><circle class="trend-own" cx="6" cy="6" r="4" /></svg> this task
        </span>
        <span class="legend-item">
          <svg class="trend-mark" aria-hidden="true"><circle class="trend-family" cx="6" cy="6" r="3" /></svg> its family
        </span>
        <span class="legend-item">
          <svg class="trend-mark" aria-hidden="true"><path class="trend-failed" d="M2 2l8 8m0-8l-8 8" /></svg> failed
        </span>
      </p>
      <Picture points={points} p50={took.length === 0 ? undefined : p50} words={words} />
      <AsTable points={points} />
    </>
  );
}

const counted = (n: number) => (n === 1 ? "One attempt" : `${n} attempts`);

/** The same as text, for those who see no picture or want to go to one of the attempts by the keyboard. */
function AsTable({ points }: { points: Point[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{points.length === 1 ? "The attempt" : `The ${points.length} attempts`} as a table</summary>
      {open && (
        <Table label="Durations" head={["Began", "Took", "Outcome", "Task"]}>
          {points.toReversed().map((p) => (
            <tr key={p.attempt.fence}>
              <td>
                <When at={p.attempt.started} />
              </td>
              <td class="number">{spell(p.took)}</td>
              <td>
                <StateChip state={p.attempt.outcome ?? ""} />
              </td>
              <td class="id">{p.id === undefined ? <span class="faint">forgotten</span> : <Link to={placeOf(p) ?? ""}>{p.id}</Link>}</td>
            </tr>
          ))}
        </Table>
      )}
    </details>
  );
}

const placeOf = (p: Point) => (p.id === undefined ? undefined : to("/task", { id: p.id, attempt: p.attempt.fence }));

const height = 220;

/** How far from a point one may be to mean it, in pixels. */
const reach = 24;

function Picture({ points, p50, words }: { points: Point[]; p50: number | undefined; words: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  const [pointed, setPointed] = useState<Point | undefined>();
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const look = () => setDark(scheme.matches);
    scheme.addEventListener("change", look);
    return () => scheme.removeEventListener("change", look);
  }, []);
  const drawn = points.map((p) => `${p.attempt.fence}${p.attempt.outcome}`).join();
  useEffect(() => {
    const box = frame.current as HTMLDivElement;
    const plot = draw(box, points, p50);
    const sizes = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height }));
    sizes.observe(box);
    const near = (event: MouseEvent) => nearest(plot, points, event.offsetX, event.offsetY);
    plot.over.addEventListener("mousemove", (event) => {
      const p = near(event);
      setPointed(p);
      plot.over.classList.toggle("trend-link", p?.id !== undefined);
    });
    plot.over.addEventListener("mouseleave", () => setPointed(undefined));
    plot.over.addEventListener("click", (event) => {
      const place = placeOf(near(event) ?? ({ id: undefined } as Point));
      if (place !== undefined) {
        go(place);
      }
    });
    return () => {
      sizes.disconnect();
      plot.destroy();
    };
  }, [drawn, dark]);
  return (
    <figure class="trend">
      <div class="trend-frame" ref={frame} role="img" aria-label={`Durations over time. ${words}`} />
      <figcaption>
        {pointed === undefined ? (
          words
        ) : (
          <>
            <span class="id">{pointed.id ?? "a task that is forgotten"}</span>: {pointed.attempt.outcome} after {spell(pointed.took)}, <When at={pointed.attempt.started} />
          </>
        )}
      </figcaption>
    </figure>
  );
}

function nearest(plot: uPlot, points: Point[], x: number, y: number): Point | undefined {
  let found: Point | undefined;
  let best = reach;
  for (const p of points) {
    const distance = Math.hypot(plot.valToPos(p.at, "x") - x, plot.valToPos(p.took, "y") - y);
    if (distance < best) {
      [found, best] = [p, distance];
    }
  }
  return found;
}

/** How far apart the marks of durations may be, in seconds. */
const durations = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Times of day, with the day below where it is another one than before; days alone where they are all of one time. */
function clocks(times: number[]): string[] {
  const dates = times.map((t) => new Date(1000 * t));
  const daysAlone = dates.every((d) => clock.format(d) === clock.format(dates[0]));
  return dates.map((d, i) => {
    const before = dates[i - 1];
    const text = day.format(d);
    if (daysAlone && dates.length > 1) {
      return text;
    }
    return before !== undefined && day.format(before) === text ? clock.format(d) : `${clock.format(d)}\n${text}`;
  });
}

/** Draws the points in a box, with a line at the median. */
function draw(box: HTMLDivElement, points: Point[], p50: number | undefined): uPlot {
  const style = getComputedStyle(box);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const dots = (color: string, size: number): uPlot.Series => ({
    paths: () => null,
    points: { show: true, size, fill: token(color), stroke: token("card"), width: 1 },
  });
  const only = (is: (p: Point) => boolean) => points.map((p) => (is(p) ? p.took : null));
  const axis: uPlot.Axis = { stroke: token("faint"), font: "12px system-ui, sans-serif", grid: { stroke: token("edge"), width: 1 }, ticks: { stroke: token("edge"), width: 1 } };
  const top = Math.max(...points.map((p) => p.took), 0.001) * 1.1;
  const [first = 0, last = 0] = [points[0]?.at, points.at(-1)?.at];
  const margin = Math.max((last - first) * 0.03, 1);
  return new uPlot(
    {
      width: Math.max(1, box.clientWidth), height,
      legend: { show: false },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false, click: () => {} } }, // else it takes a click at its edge for the end of a drag
      scales: { x: { time: true, range: [first - margin, last + margin] }, y: { range: [0, top] } },
      axes: [
        { ...axis, values: (_, times) => clocks(times) },
        { ...axis, size: 80, incrs: durations, values: (_, values) => values.map((v) => (v === 0 ? "0" : spell(v))) },
      ],
      series: [{}, dots("pending", 6), dots("link", 9), { paths: () => null, points: { show: false } }],
      hooks: { draw: [(plot) => mark(plot, points, p50, token)] },
    },
    [points.map((p) => p.at), only((p) => !p.own && !p.failed), only((p) => p.own && !p.failed), only((p) => p.failed)],
    box,
  );
}

/** Draws what no series of uPlot is: crosses where attempts failed, and the median. */
function mark(plot: uPlot, points: Point[], p50: number | undefined, token: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.5 * ratio;
  if (p50 !== undefined) {
    const y = plot.valToPos(p50, "y", true);
    ctx.strokeStyle = token("ink");
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = token("failed");
  ctx.lineWidth = 2 * ratio;
  ctx.beginPath();
  for (const p of points) {
    if (p.failed) {
      const size = (p.own ? 5 : 3.5) * ratio;
      const [x, y] = [plot.valToPos(p.at, "x", true), plot.valToPos(p.took, "y", true)];
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x - size, y + size);
      ctx.lineTo(x + size, y - size);
    }
  }
  ctx.stroke();
  ctx.restore();
}
