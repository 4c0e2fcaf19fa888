import { useState } from "preact/hooks";
import { get } from "../api";
import { useGrid, type Grid, type GridQuery } from "../grid";
import type { Range } from "../gridpaint";
import { BrushedRange, brushedOf } from "../gridrange";
import { GridView, type Place } from "../gridview";
import { kinds, type Kind } from "../partitions";
import { Empty, Shown, Table } from "../parts";
import { go, Link, place, refine, taskLink, to } from "../router";
import { meanings, StateChip, states } from "../state";

/** The widths of cells, in pixels. */
const sizes = [2, 4, 8, 12, 16, 24, 32];
const usual = 16;

const plural: Record<Kind, string> = { hour: "Hours", day: "Days", week: "Weeks", month: "Months" };

export function GridPage() {
  const query = place.value.query;
  const kind = kinds.find((k) => k === query.get("kind")) ?? "day";
  const search = query.get("search") ?? "";
  const size = sizes.find((s) => String(s) === query.get("size")) ?? usual;
  const asked: GridQuery = { kind, families: search === "" ? "" : `*${search.replace(/[\\[\]?*]/g, "\\$&")}*` };
  const answer = useGrid(asked);
  const zoom = (by: number) => refine({ size: String(sizes[sizes.indexOf(size) + by]) });
  return (
    <>
      <h1>Grid</h1>
      <div class="filters" role="group" aria-label="What is shown">
        {kinds.map((k) => (
          <button type="button" key={k} class={`chip ${k === kind ? "chosen" : ""}`} aria-pressed={k === kind} onClick={() => refine({ kind: k })}>
            {plural[k]} <span class="number faint">{answer.value?.kinds[k] ?? 0}</span>
          </button>
        ))}
        <input type="search" placeholder="Family contains" aria-label="Family contains" value={search} onInput={(e) => refine({ search: e.currentTarget.value })} />
        <span class="actions" role="group" aria-label="Size of cells">
          <button type="button" aria-label="Smaller cells" disabled={size === sizes[0]} onClick={() => zoom(-1)}>
            −
          </button>
          <button type="button" aria-label="Larger cells" disabled={size === sizes.at(-1)} onClick={() => zoom(1)}>
            +
          </button>
        </span>
      </div>
      <Shown answer={answer}>{(grid) => <Filled grid={grid} query={asked} size={size} key={`${kind} ${search}`} />}</Shown>
    </>
  );
}

function Filled({ grid, query, size }: { grid: Grid; query: GridQuery; size: number }) {
  const [range, setRange] = useState<Range | undefined>();
  if (grid.rows.length === 0) {
    return <Nothing grid={grid} query={query} />;
  }
  const open = async (at: Place) => {
    const family = grid.rows[at.row]?.family ?? "";
    const label = grid.axis.label(at.column);
    const cell = { family, kind: query.kind, from: label, until: label };
    const found = (await get("/api/v1/tasks", { ...cell, limit: 2 })).tasks ?? [];
    if (found.length === 1 && found[0]) {
      go(taskLink(found[0].id));
    } else if (found.length > 1) {
      go(to("/tasks", cell));
    }
  };
  return (
    <>
      <GridView grid={grid} cell={size} onOpen={(at) => void open(at)} onBrush={setRange} />
      <Legend />
      {grid.more && <p class="notice">There are more families than are shown. Search for those that you want.</p>}
      {range && <BrushedRange brushed={brushedOf(grid, range)} query={query} onDone={() => setRange(undefined)} />}
      <AsTable grid={grid} query={query} />
    </>
  );
}

function Nothing({ grid, query }: { grid: Grid; query: GridQuery }) {
  const others = kinds.filter((k) => grid.kinds[k]);
  if (query.families !== "" && others.length === 0) {
    return (
      <Empty>
        No family is called like that. <Link to={to("/grid", { kind: query.kind })}>Show all</Link>
      </Empty>
    );
  }
  return (
    <Empty>
      No task is for {query.kind === "hour" ? "an" : "a"} {query.kind}.{" "}
      {others.length > 0
        ? others.map((k) => (
            <span key={k}>
              <Link to={to("/grid", { kind: k })}>{plural[k]}</Link> has {grid.kinds[k]} {grid.kinds[k] === 1 ? "family" : "families"}.{" "}
            </span>
          ))
        : "Tasks stand here whose first parameter with a date is such as 2014-06-01T05, 2014-06-01, 2014-W23 or 2014-06."}
    </Empty>
  );
}

function Legend() {
  return (
    <div class="legend">
      {states.map((s) => (
        <span key={s} title={meanings[s]}>
          <span class={`swatch swatch-${s}`} /> <StateChip state={s} />
        </span>
      ))}
      <span title="A task of the cell is not done and was due">
        <span class="swatch swatch-late" /> late
      </span>
      <span class="faint" id="grid-keys">
        Arrow keys move, Enter opens, Shift with arrows or dragging brushes a range; a finger rests first.
      </span>
    </div>
  );
}

/** The numbers of each row, for whom a picture is of no use. */
function AsTable({ grid, query }: { grid: Grid; query: GridQuery }) {
  const [open, setOpen] = useState(false);
  const used = states.filter((s) => grid.rows.some((r) => r.counts[s]));
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <Table label="Tasks of each family by state" head={["Family", ...used, "late"]}>
          {grid.rows.map((r) => (
            <tr key={r.family}>
              <td class="id">
                <Link to={to("/tasks", { family: r.family, kind: query.kind })}>{r.family}</Link>
              </td>
              {used.map((s) => (
                <td key={s} class="number">
                  {r.counts[s] ?? 0}
                </td>
              ))}
              <td class="number">{r.late}</td>
            </tr>
          ))}
        </Table>
      )}
    </details>
  );
}
