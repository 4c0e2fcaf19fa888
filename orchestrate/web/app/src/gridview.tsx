// The grid as one scrolls through it, points at its cells and brushes ranges of them.
import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { spellCell, type Grid } from "./grid";
import type { Axis } from "./partitions";
import { Painter, type Range, type Sight } from "./gridpaint";

/** A cell by its index. */
export interface Place {
  row: number;
  column: number;
}

interface ViewProps {
  grid: Grid;
  cell: number; // width of a cell
  onOpen: (place: Place) => void;
  onBrush: (range: Range | undefined) => void; // when its end is decided
}

const header = 40;
const lowest = 16; // height of a row, so that names can be read

const rangeOf = (a: Place, b: Place): Range => ({
  rows: [Math.min(a.row, b.row), Math.max(a.row, b.row)],
  columns: [Math.min(a.column, b.column), Math.max(a.column, b.column)],
});

/** What one works with: it is not the page's, and changes with each move of a hand. */
class View {
  readonly cursor = signal<Place | undefined>(undefined); // of the keyboard
  readonly hovered = signal<(Place & { x: number; y: number }) | undefined>(undefined);
  readonly brushed = signal<Range | undefined>(undefined);
  anchor: Place | undefined; // where a range begins
  grid!: Grid;
  cell = 16;
  scroller!: HTMLElement;
  private painter: Painter | undefined;
  private waiting = false;

  get line(): number {
    return Math.max(lowest, this.cell);
  }

  get sight(): Sight {
    const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = this.scroller;
    return { width, height, left: Math.min(220, Math.round(width * 0.3)), top: header, cell: this.cell, line: this.line, scrollX: scrollLeft, scrollY: scrollTop };
  }

  /** Paints before the browser shows the next picture. */
  paint(): void {
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        const canvas = this.scroller.querySelector("canvas");
        if (canvas === null) {
          return;
        }
        this.painter ??= new Painter(canvas);
        this.painter.paint(this.grid, this.sight, this.cursor.peek(), this.brushed.peek());
      });
    }
  }

  recolour(): void {
    this.painter?.recolour();
    this.paint();
  }

  /** Gives what is scrolled its size. */
  fit(): void {
    const sizer = this.scroller.firstElementChild as HTMLElement;
    const canvas = sizer.firstElementChild as HTMLElement;
    const height = header + this.grid.rows.length * this.line;
    this.scroller.style.height = `min(${height + 18}px, 70vh)`;
    sizer.style.height = `${height}px`;
    sizer.style.width = `${this.sight.left + this.grid.axis.count * this.cell}px`;
    canvas.style.width = `${this.scroller.clientWidth}px`;
    canvas.style.height = `${this.scroller.clientHeight}px`;
    this.paint();
  }

  /** The cell under the pointer. */
  at(event: PointerEvent): (Place & { x: number; y: number }) | undefined {
    const box = this.scroller.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const s = this.sight;
    const place = { row: Math.floor((y - s.top + s.scrollY) / s.line), column: Math.floor((x - s.left + s.scrollX) / s.cell), x, y };
    const inside = x >= s.left && x < s.width && y >= s.top && y < s.height;
    return inside && place.row < this.grid.rows.length && place.column < this.grid.axis.count ? place : undefined;
  }

  brush(to: Place): void {
    this.anchor ??= to;
    this.brushed.value = rangeOf(this.anchor, to);
    this.paint();
  }

  clear(): void {
    this.anchor = undefined;
    this.brushed.value = undefined;
    this.paint();
  }

  /** Moves the cursor, and into sight. With extend, what it passes is brushed. */
  move(rows: number, columns: number, extend: boolean): void {
    const from = this.cursor.peek() ?? { row: 0, column: this.grid.axis.count - 1 };
    const bound = (n: number, count: number) => Math.max(0, Math.min(count - 1, n));
    const to = { row: bound(from.row + rows, this.grid.rows.length), column: bound(from.column + columns, this.grid.axis.count) };
    this.cursor.value = to;
    if (extend) {
      this.anchor ??= from;
      this.brush(to);
    } else {
      this.clear();
    }
    const s = this.sight;
    const into = (at: number, size: number, scroll: number, length: number) => Math.min(at * size, Math.max(scroll, (at + 1) * size - length));
    this.scroller.scrollLeft = into(to.column, s.cell, s.scrollX, s.width - s.left);
    this.scroller.scrollTop = into(to.row, s.line, s.scrollY, s.height - s.top);
    this.paint();
  }
}

/** For how long a finger rests where a range is to begin, in milliseconds, and how far it may stray meanwhile, in pixels. */
const longPress = 450;
const stray = 10;

/** A finger on the grid. */
class Finger {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private x = 0;
  private y = 0;
  id: number | undefined; // of the pointer
  brushing = false; // it has rested, and what it passes is brushed

  down(event: PointerEvent, rested: () => void): void {
    this.lift();
    [this.id, this.x, this.y] = [event.pointerId, event.clientX, event.clientY];
    this.timer = setTimeout(() => {
      this.brushing = true;
      rested();
    }, longPress);
  }

  move(event: PointerEvent): void {
    if (!this.brushing && Math.hypot(event.clientX - this.x, event.clientY - this.y) > stray) {
      clearTimeout(this.timer); // it scrolls
    }
  }

  lift(): void {
    clearTimeout(this.timer);
    this.brushing = false;
    this.id = undefined;
  }
}

const page = 10; // cells that page up and down pass

/** For how long the keyboard rests, in milliseconds, when the end of a range is decided. */
const stillness = 250;

const moves: Record<string, [number, number]> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
  PageUp: [-page, 0], PageDown: [page, 0], Home: [0, Number.NEGATIVE_INFINITY], End: [0, Number.POSITIVE_INFINITY],
};

export function GridView({ grid, cell, onOpen, onBrush }: ViewProps) {
  const view = useMemo(() => new View(), []);
  const scroller = useRef<HTMLDivElement>(null);
  const pressed = useSignal(false);
  const finger = useMemo(() => new Finger(), []);
  const brushing = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  view.grid = grid;

  // Where one looks stays where it is: at the end as long as one is there, and else at a partition.
  const shown = useRef<{ axis: Axis; families: string; cell: number } | undefined>(undefined);
  useEffect(() => {
    const box = scroller.current as HTMLDivElement;
    const was = shown.current;
    const families = grid.rows.map((r) => r.family).join("\n");
    view.scroller = box;
    const { left, width, scrollX } = view.sight;
    const [size, count] = [was?.cell ?? cell, was?.axis.count ?? 0];
    const atEnd = scrollX + width - left >= count * size - 1;
    const middle = (scrollX + (width - left) / 2) / size;
    const moved = was?.axis.label(0) !== grid.axis.label(0) || was.families !== families;
    if (was !== undefined && moved) { // what is brushed would be something else
      view.cursor.value = undefined;
      view.clear();
      onBrush(undefined);
    }
    view.cell = cell;
    view.fit();
    if (was === undefined || moved || count !== grid.axis.count || size !== cell) {
      box.scrollLeft = atEnd ? box.scrollWidth : middle * cell - (width - left) / 2;
    }
    shown.current = { axis: grid.axis, families, cell };
  }, [grid, cell]);

  useEffect(() => {
    const box = scroller.current as HTMLDivElement;
    const sizes = new ResizeObserver(() => view.fit());
    sizes.observe(box);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => view.recolour();
    dark.addEventListener("change", recolour);
    // A browser scrolls by a finger unless it is told not to before it has begun; only a listener that is not passive may.
    const hold = (event: TouchEvent) => {
      if (finger.brushing && event.cancelable) {
        event.preventDefault();
      }
    };
    box.addEventListener("touchmove", hold, { passive: false });
    return () => {
      box.removeEventListener("touchmove", hold);
      finger.lift();
      clearTimeout(brushing.current);
      sizes.disconnect();
      dark.removeEventListener("change", recolour);
    };
  }, []);

  const down = (event: PointerEvent) => {
    const place = view.at(event);
    if (event.button !== 0 || place === undefined) {
      return;
    }
    if (event.pointerType === "touch") {
      if (finger.id !== undefined) {
        finger.lift(); // two fingers do something else
        return;
      }
      finger.down(event, () => {
        view.clear();
        view.hovered.value = undefined;
        view.brush({ row: place.row, column: place.column });
        navigator.vibrate?.(10);
      });
      return;
    }
    pressed.value = true;
    scroller.current?.setPointerCapture(event.pointerId);
    if (event.shiftKey && view.cursor.peek() !== undefined) {
      view.anchor ??= view.cursor.peek();
      view.brush(place);
    } else {
      view.clear();
      onBrush(undefined);
      view.anchor = { row: place.row, column: place.column };
    }
    view.cursor.value = { row: place.row, column: place.column };
  };
  const move = (event: PointerEvent) => {
    const place = view.at(event);
    if (event.pointerType === "touch") {
      finger.move(event);
      if (finger.brushing && place !== undefined) {
        view.brush(place);
      }
      return;
    }
    view.hovered.value = place;
    const a = view.anchor;
    if (pressed.value && place !== undefined && a !== undefined && (view.brushed.peek() !== undefined || a.row !== place.row || a.column !== place.column)) {
      view.brush(place);
    }
  };
  const up = (event: PointerEvent) => {
    const place = view.at(event);
    const tapped = event.pointerType === "touch" && finger.id === event.pointerId && !finger.brushing;
    if (pressed.value || finger.brushing) {
      onBrush(view.brushed.peek());
    }
    finger.lift();
    if ((pressed.value || tapped) && place !== undefined && view.brushed.peek() === undefined) {
      onOpen(place);
    }
    pressed.value = false;
  };
  const key = (event: KeyboardEvent) => {
    const step = moves[event.key];
    const cursor = view.cursor.peek();
    if (step !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      view.move(step[0], step[1], event.shiftKey);
      clearTimeout(brushing.current);
      brushing.current = setTimeout(() => onBrush(view.brushed.peek()), stillness);
    } else if (event.key === "Enter" && cursor !== undefined) {
      onOpen(cursor);
    } else if (event.key === "Escape") {
      view.clear();
      onBrush(undefined);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div class="grid-frame">
      <div
        class="grid"
        ref={scroller}
        role="application"
        aria-label="States by family and partition"
        aria-describedby="grid-keys"
        tabIndex={0}
        onScroll={() => {
          view.hovered.value = undefined;
          view.paint();
        }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => finger.lift()}
        onContextMenu={(event) => {
          if (finger.id !== undefined) {
            event.preventDefault(); // a long press is not for a menu here
          }
        }}
        onPointerLeave={() => {
          view.hovered.value = undefined;
        }}
        onKeyDown={key}
      >
        <div>
          <canvas aria-hidden="true" />
        </div>
      </div>
      <Tip view={view} grid={grid} />
      <Spoken view={view} grid={grid} />
    </div>
  );
}

/** With the grid beside the view, so that they are shown again when only that has changed. */
interface Watched {
  view: View;
  grid: Grid;
}

function spellPlace(grid: Grid, place: Place): string {
  const row = grid.rows[place.row];
  return row === undefined ? "" : `${row.family} ${grid.axis.label(place.column)}: ${spellCell(row.cell(place.column))}`;
}

/** What is under the pointer, beside it. */
function Tip({ view, grid }: Watched) {
  const tip = useRef<HTMLDivElement>(null);
  const place = view.hovered.value;
  useEffect(() => {
    const style = tip.current?.style;
    if (style && place !== undefined) {
      style.top = `${place.y + 16}px`;
      const right = place.x > view.sight.width / 2; // it opens to the side where there is room
      style.left = right ? "auto" : `${place.x + 12}px`;
      style.right = right ? `${view.scroller.offsetWidth - place.x + 12}px` : "auto";
    }
  });
  return place === undefined ? null : (
    <div class="tip" ref={tip} aria-hidden="true">
      {spellPlace(grid, place)}
    </div>
  );
}

/** Where the cursor is, for those who see it and those who hear it. */
function Spoken({ view, grid }: Watched) {
  const range = view.brushed.value;
  const place = view.cursor.value;
  return (
    <p class="faint grid-cursor" role="status">
      {place === undefined ? "Arrow keys move a cursor from cell to cell." : spellPlace(grid, place)}
      {range !== undefined && `. Brushed: ${range.rows[1] - range.rows[0] + 1} × ${range.columns[1] - range.columns[0] + 1} cells.`}
    </p>
  );
}
