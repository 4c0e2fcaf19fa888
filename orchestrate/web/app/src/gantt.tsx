// When the tasks of a run waited and ran: a row each, with a bar of the same scale. The table says all in words, too.
import { useState } from "preact/hooks";
import type { Schemas } from "./api";
import { Table } from "./parts";
import { go, Link, refine, to } from "./router";
import { StateChip } from "./state";
import { now, spell, When } from "./time";

export type Timeline = Schemas["Timeline"];
type Row = Schemas["TimelineTask"];

/** How many rows there are at first, and how many more each time. */
const rowsAtOnce = 200;

const milliseconds = (at: string | undefined) => (at === undefined ? Number.NaN : new Date(at).getTime());

/** From when until when the bars are. */
export interface Span {
  from: number;
  until: number;
}

/** The span of a timeline, which grows while something is under way. */
function spanOf(t: Timeline): Span {
  const from = milliseconds(t.begin ?? t.now);
  const running = (t.tasks ?? []).some(underWay);
  return { from, until: Math.max(from + 1, milliseconds(t.end), running ? now.value : 0) };
}

const underWay = (r: Row) => r.started !== undefined && r.ended === undefined;
const endOf = (r: Row) => (underWay(r) ? Math.max(now.value, milliseconds(r.started)) : milliseconds(r.ended));
const waited = (r: Row) => (milliseconds(r.started) - milliseconds(r.ready)) / 1000;
const took = (r: Row) => (endOf(r) - milliseconds(r.started)) / 1000;

/** Whether a task had ended when the span begins. */
const isBefore = (r: Row, { from }: Span) => r.started !== undefined && endOf(r) <= from;

const place = (r: Row) => to("/task", { id: r.id, attempt: r.fence });

/** The last row that was pointed at, in words. */
function Pointed({ row }: { row: Row | undefined }) {
  return (
    <p class="gantt-pointed faint">
      {row === undefined ? (
        "Thin lines are waiting: for a worker, for resources or for another try. Point at a row, or go to it with the keyboard."
      ) : (
        <>
          <span class="id">{row.id}</span>
          {row.started === undefined ? (
            " has not begun"
          ) : (
            <>
              {" began "}
              <When at={row.started} />
              {row.ready !== undefined && `, after a wait of ${spell(waited(row))}`}
              {`, ${underWay(row) ? "and has run for" : "and took"} ${spell(took(row))}`}
              {row.worker && `, on ${row.worker}`}
              {(row.number ?? 0) > 1 && `, the attempt ${row.number} in a row`}
            </>
          )}
          {row.critical && "; it is on the critical path"}
        </>
      )}
    </p>
  );
}

export function Gantt({ timeline: t, critical }: { timeline: Timeline; critical: boolean }) {
  const [most, setMost] = useState(rowsAtOnce);
  const [pointed, setPointed] = useState<number | undefined>();
  const span = spanOf(t);
  const all = t.tasks ?? [];
  const [before, since] = [all.filter((r) => isBefore(r, span)), all.filter((r) => !isBefore(r, span))];
  const [withBefore, setWithBefore] = useState(false);
  const rows = critical ? all.filter((r) => r.critical) : withBefore || since.length === 0 ? all : since;
  return (
    <>
      <p class="filters">
        <label class="check">
          <input type="checkbox" checked={critical} onChange={(e) => refine({ only: e.currentTarget.checked ? "critical" : undefined })} />
          Only the critical path
        </label>
        <span class="legend-item">
          <span class="state-critical" aria-hidden="true">◆</span> of the critical path: what determined when all ended
        </span>
      </p>
      <Pointed row={rows.find((r) => r.key === pointed)} />
      <Table label="When tasks ran" head={["Task", "State", "Waited", "Took", <Axis span={span} />]}>
        {rows.slice(0, most).map((r) => (
          <tr key={r.key} class={r.critical ? "critical" : ""} onMouseEnter={() => setPointed(r.key)} onFocusCapture={() => setPointed(r.key)}>
            <th scope="row" class="id gantt-id">
              {r.critical && (
                <span class="state-critical" title="on the critical path">
                  ◆<span class="visually-hidden"> on the critical path: </span>{" "}
                </span>
              )}
              <Link to={place(r)}>{r.id}</Link>
            </th>
            <td>
              <StateChip state={r.state} />
            </td>
            <td class="number">{r.ready === undefined ? "–" : spell(waited(r))}</td>
            <td class="number">{r.started === undefined ? "–" : spell(took(r))}</td>
            <td class="gantt-cell">
              <Bar row={r} span={span} />
            </td>
          </tr>
        ))}
      </Table>
      <p class="buttons">
        {!critical && (t.total ?? 0) > all.length && (
          <span class="faint">
            Of {t.total} tasks, these are the {all.length} that took longest or began last.
          </span>
        )}
        {!critical && rows !== all && before.length > 0 && (
          <button type="button" onClick={() => setWithBefore(true)}>
            Show {before.length} that {before.length === 1 ? "was" : "were"} done before
          </button>
        )}
        {rows.length > most && (
          <button type="button" onClick={() => setMost(most + rowsAtOnce)}>
            Show {Math.min(rowsAtOnce, rows.length - most)} more of {rows.length - most}
          </button>
        )}
      </p>
    </>
  );
}

/** A place in the span, as SVG takes it. */
function percent(at: number, { from, until }: Span): number {
  return Math.min(100, Math.max(0, (100 * (at - from)) / (until - from)));
}

function Bar({ row: r, span }: { row: Row; span: Span }) {
  if (r.started === undefined || isBefore(r, span)) {
    return <span class="faint">{r.started === undefined ? "" : "was done before"}</span>;
  }
  const [start, end] = [percent(milliseconds(r.started), span), percent(endOf(r), span)];
  const ready = r.ready === undefined ? start : Math.min(start, percent(milliseconds(r.ready), span));
  const outcome = underWay(r) ? "running" : r.outcome === undefined || r.outcome === "succeeded" ? "done" : "failed";
  return (
    <svg class={`gantt-bar ${r.critical ? "gantt-critical" : ""}`} aria-hidden="true" onClick={() => go(place(r))}>
      <rect class="gantt-wait" x={`${ready}%`} y="45%" width={`${start - ready}%`} height="10%" />
      <rect class={`gantt-run gantt-${outcome}`} x={`${Math.min(start, 99.6)}%`} y="15%" width={`${Math.max(0.4, end - start)}%`} height="70%" rx="2" />
    </svg>
  );
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];

/** The seconds since the beginning that an axis has marks at. */
export function ticksOf(seconds: number): number[] {
  let step = steps.find((s) => seconds / s <= 5) ?? Math.ceil(seconds / 5 / 604800) * 604800;
  if (seconds < 1) {
    step = seconds / 2;
  }
  const ticks: number[] = [];
  for (let at = 0; at <= seconds * 0.92; at += step) { // a word at the end would stand out
    ticks.push(at);
  }
  return ticks;
}

/** What a bar's place means: the time since the beginning. */
function Axis({ span }: { span: Span }) {
  const seconds = (span.until - span.from) / 1000;
  return (
    <>
      <span class="visually-hidden">When</span>
      <svg class="gantt-axis" aria-hidden="true">
        {ticksOf(seconds).map((at) => (
          <g key={at}>
            <line x1={`${(100 * at) / seconds}%`} x2={`${(100 * at) / seconds}%`} y1="70%" y2="100%" />
            <text x={`${(100 * at) / seconds}%`} y="60%">
              {at === 0 ? "0" : spell(at)}
            </text>
          </g>
        ))}
      </svg>
    </>
  );
}
