// Paints the part of a grid that is in sight. Cells are written as pixels, so that it takes the same time however many
// there are and whatever their states.
import { ranked, type Grid } from "./grid";
import { marks } from "./state";

/** Where the grid is, in pixels of CSS. */
export interface Sight {
  width: number;
  height: number;
  left: number; // over it, from the left: so much has the names
  top: number; // and the labels
  cell: number; // width of a cell
  line: number; // height of a row
  scrollX: number;
  scrollY: number;
}

/** Rows and columns from the first to the last, both included. */
export interface Range {
  rows: [number, number];
  columns: [number, number];
}

const font = "system-ui, sans-serif";
const ticks = 30; // pixels that the text over a partition takes

/** Colours as pixels are, and as CSS has them. */
interface Palette {
  pixels: number[]; // by rank
  late: number;
  ink: string;
  faint: string;
  edge: string;
  card: string;
  link: string;
}

/** Reads the colours from the tokens of an element. */
function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const pixel = (name: string) => {
    const n = Number.parseInt(token(name).slice(1), 16);
    return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
  };
  return {
    pixels: ranked.map((state) => pixel(state ?? "card")),
    late: pixel("ink"), ink: token("ink"), faint: token("faint"), edge: token("edge"), card: token("card"), link: token("link"),
  };
}

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private palette: Palette;
  private image: ImageData | undefined;
  private readonly names = new Map<string, string>(); // as they fit

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) {
      throw new Error("this browser has no canvas");
    }
    this.context = context;
    this.palette = paletteOf(canvas);
  }

  /** Reads the colours again, such as for a dark screen. */
  recolour(): void {
    this.palette = paletteOf(this.canvas);
  }

  paint(grid: Grid, sight: Sight, cursor: { row: number; column: number } | undefined, brushed: Range | undefined): void {
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(sight.width * ratio), Math.round(sight.height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.names.clear();
    }
    const c = this.context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.fillStyle = this.palette.card;
    c.fillRect(0, 0, sight.width, sight.height);
    const seen = inSight(grid, sight);
    this.paintCells(grid, sight, seen, ratio);
    this.paintMarks(grid, sight, seen);
    this.paintFrames(sight, cursor, brushed);
    this.paintNames(grid, sight, seen);
    this.paintLabels(grid, sight, seen);
  }

  private paintCells(grid: Grid, sight: Sight, seen: Range, ratio: number): void {
    const width = Math.max(1, Math.round((sight.width - sight.left) * ratio));
    const height = Math.max(1, Math.round((sight.height - sight.top) * ratio));
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    const ground = this.palette.pixels[0] ?? 0;
    pixels.fill(ground);
    const gap = sight.cell >= 6 ? Math.round(ratio) : 0;
    const main = new Uint32Array(width);
    const foot = new Uint32Array(width); // the lower part of the row, in which late cells have a band
    for (let row = seen.rows[0]; row <= seen.rows[1]; row++) {
      const from = grid.rows[row];
      if (from === undefined) {
        continue;
      }
      main.fill(ground);
      foot.fill(ground);
      for (let column = seen.columns[0]; column <= seen.columns[1]; column++) {
        const rank = from.rank(column);
        if (rank === 0) {
          continue;
        }
        const start = Math.max(0, Math.round((column * sight.cell - sight.scrollX) * ratio));
        const end = Math.round(((column + 1) * sight.cell - sight.scrollX) * ratio) - gap;
        const colour = this.palette.pixels[rank] ?? ground;
        main.fill(colour, start, end);
        foot.fill(from.isLate(column) ? this.palette.late : colour, start, end);
      }
      const top = Math.round((row * sight.line - sight.scrollY) * ratio);
      const bottom = Math.round(((row + 1) * sight.line - sight.scrollY) * ratio) - Math.round(ratio);
      const band = bottom - Math.round(4 * ratio);
      for (let y = Math.max(0, top); y < Math.min(bottom, height); y++) {
        pixels.set(y < band ? main : foot, y * width);
      }
    }
    this.context.putImageData(this.image, Math.round(sight.left * ratio), Math.round(sight.top * ratio));
  }

  /** Marks cells beside their colour, where there is room for it. */
  private paintMarks(grid: Grid, sight: Sight, seen: Range): void {
    if (sight.cell < 14) {
      return;
    }
    const c = this.context;
    c.font = `600 ${Math.min(12, sight.cell - 4)}px ${font}`;
    c.fillStyle = this.palette.card;
    c.textAlign = "center";
    c.textBaseline = "middle";
    for (let row = seen.rows[0]; row <= seen.rows[1]; row++) {
      for (let column = seen.columns[0]; column <= seen.columns[1]; column++) {
        const state = ranked[grid.rows[row]?.rank(column) ?? 0];
        if (state !== undefined && state !== "done") {
          const x = sight.left + (column + 0.5) * sight.cell - sight.scrollX - 0.5;
          c.fillText(marks[state] ?? "", x, sight.top + (row + 0.5) * sight.line - sight.scrollY);
        }
      }
    }
  }

  /** Frames what is brushed, and the cell of the cursor. */
  private paintFrames(sight: Sight, cursor: { row: number; column: number } | undefined, brushed: Range | undefined): void {
    const c = this.context;
    const frame = (range: Range, colour: string, width: number) => {
      c.strokeStyle = colour;
      c.lineWidth = width;
      const x = sight.left + range.columns[0] * sight.cell - sight.scrollX;
      const y = sight.top + range.rows[0] * sight.line - sight.scrollY;
      c.strokeRect(x - 1, y - 1, (range.columns[1] - range.columns[0] + 1) * sight.cell + 1, (range.rows[1] - range.rows[0] + 1) * sight.line + 1);
    };
    if (brushed !== undefined) {
      frame(brushed, this.palette.link, 3);
    }
    if (cursor !== undefined) { // two frames: one of them is seen on any colour
      const at: Range = { rows: [cursor.row, cursor.row], columns: [cursor.column, cursor.column] };
      frame(at, this.palette.card, 5);
      frame(at, this.palette.ink, 2);
    }
  }

  private paintNames(grid: Grid, sight: Sight, seen: Range): void {
    const c = this.context;
    c.fillStyle = this.palette.card;
    c.fillRect(0, 0, sight.left, sight.height);
    c.fillStyle = this.palette.ink;
    c.font = `12px ${font}`;
    c.textAlign = "left";
    c.textBaseline = "middle";
    for (let row = seen.rows[0]; row <= seen.rows[1]; row++) {
      const name = this.fitting(grid.rows[row]?.family ?? "", sight.left - 12);
      c.fillText(name, 4, sight.top + (row + 0.5) * sight.line - sight.scrollY);
    }
  }

  /** A name with as many of its letters as there is room for. */
  private fitting(name: string, room: number): string {
    let fits = this.names.get(name);
    if (fits === undefined) {
      fits = name;
      for (let n = name.length - 1; n > 0 && this.context.measureText(fits).width > room; n--) {
        fits = `${name.slice(0, n)}…`;
      }
      this.names.set(name, fits);
    }
    return fits;
  }

  private paintLabels(grid: Grid, sight: Sight, seen: Range): void {
    const c = this.context;
    c.fillStyle = this.palette.card;
    c.fillRect(0, 0, sight.width, sight.top);
    c.font = `11px ${font}`;
    c.textBaseline = "alphabetic";
    const xOf = (column: number) => sight.left + column * sight.cell - sight.scrollX;
    c.save();
    c.beginPath();
    c.rect(sight.left, 0, sight.width - sight.left, sight.height);
    c.clip();
    c.textAlign = "center";
    c.fillStyle = this.palette.faint;
    const starts: number[] = []; // columns with which a month or so begins
    let whole = "";
    for (let column = seen.columns[0]; column <= seen.columns[1]; column++) {
      const part = grid.axis.part(column, sight.cell, ticks);
      if (part !== "") {
        c.fillText(part, xOf(column + 0.5), sight.top - 6);
      }
      const next = grid.axis.whole(column);
      if (next !== whole) {
        starts.push(column);
        whole = next;
      }
    }
    this.paintWholes(grid, sight, starts, xOf);
    c.restore();
    c.fillStyle = this.palette.edge;
    c.fillRect(0, sight.top - 1, sight.width, 1);
    c.fillRect(sight.left - 1, 0, 1, sight.height);
  }

  /** Writes where a month or so begins, and which one the left edge is in. */
  private paintWholes(grid: Grid, sight: Sight, starts: number[], xOf: (column: number) => number): void {
    const c = this.context;
    c.textAlign = "left";
    let free = Number.POSITIVE_INFINITY; // from the right: up to where there is room
    for (const column of starts.toReversed()) {
      const x = xOf(column);
      c.fillStyle = this.palette.edge;
      c.fillRect(x - 1, 2, 1, sight.top - 2);
      const text = grid.axis.whole(column);
      const at = Math.max(sight.left, x) + 3;
      if (at + c.measureText(text).width + 6 < free) {
        c.fillStyle = this.palette.ink;
        c.fillText(text, at, 14);
        free = at;
      }
    }
  }
}

/** What of a grid is in sight. */
function inSight(grid: Grid, sight: Sight): Range {
  const within = (start: number, size: number, length: number, count: number): [number, number] => [
    Math.max(0, Math.floor(start / size)),
    Math.min(count - 1, Math.floor((start + length) / size)),
  ];
  return {
    rows: within(sight.scrollY, sight.line, sight.height - sight.top, grid.rows.length),
    columns: within(sight.scrollX, sight.cell, sight.width - sight.left, grid.axis.count),
  };
}
