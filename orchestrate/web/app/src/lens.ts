// What of a picture is seen, and how large: moved by wheel, pointers, buttons and keys.

interface Rectangle {
  x?: number;
  y?: number;
  width?: number;
  height?: number;
}

const least = 0.02;
const most = 3;

/** Below this size nothing can be read, and only colours are shown. */
const legible = 0.35;

/** From this size on all of it is shown at first; what is larger begins in a size that is read without effort. */
const enough = 0.45;
const readable = 0.7;

/** More edges than that take longer to paint than a movement has time. */
const lightEdges = 1000;

/** After so many milliseconds a movement is over. */
const restTime = 150;

export class Lens {
  /** Whether the pointer that was put down last has moved the picture, so that it was no click. */
  dragged = false;

  private svg: SVGSVGElement | undefined;
  private picture: SVGGElement | undefined;
  private x = 0;
  private y = 0;
  private scale = 1;
  private width = 0;
  private height = 0;
  private heavy = false; // edges are not painted while it moves
  private rest: ReturnType<typeof setTimeout> | undefined;
  private readonly pointers = new Map<number, { x: number; y: number }>();

  /** Begins to listen. The function that is returned ends that. */
  hold(svg: SVGSVGElement, picture: SVGGElement): () => void {
    [this.svg, this.picture] = [svg, picture];
    const end = new AbortController();
    const { signal } = end;
    svg.addEventListener("wheel", (e) => this.wheel(e), { signal, passive: false });
    svg.addEventListener("pointerdown", (e) => this.down(e), { signal });
    svg.addEventListener("pointermove", (e) => this.drag(e), { signal });
    for (const over of ["pointerup", "pointercancel"] as const) {
      svg.addEventListener(over, (e) => this.pointers.delete(e.pointerId), { signal });
    }
    return () => end.abort();
  }

  /** Says how large the picture is, and how many edges it has. */
  resize(width: number, height: number, edges: number): void {
    [this.width, this.height, this.heavy] = [width, height, edges > lightEdges];
  }

  /** Shows all of the picture. */
  fit(): void {
    const seen = this.seen();
    const edge = 24;
    this.scale = clamp(Math.min((seen.width - 2 * edge) / this.width, (seen.height - 2 * edge) / this.height), least, 1.2);
    this.x = (seen.width - this.width * this.scale) / 2;
    this.y = (seen.height - this.height * this.scale) / 2;
    this.apply();
  }

  /** Shows all of the picture where it can be read, and else what is around something. */
  open(center: Rectangle | undefined): void {
    this.fit();
    if (this.scale >= enough || center === undefined) {
      return;
    }
    const seen = this.seen();
    this.scale = readable;
    this.x = seen.width / 2 - ((center.x ?? 0) + (center.width ?? 0) / 2) * this.scale;
    this.y = seen.height / 2 - ((center.y ?? 0) + (center.height ?? 0) / 2) * this.scale;
    this.apply();
  }

  /** Moves the picture so that something is where something else was. */
  keep(old: Rectangle, now: Rectangle): void {
    this.x += ((old.x ?? 0) - (now.x ?? 0)) * this.scale;
    this.y += ((old.y ?? 0) - (now.y ?? 0)) * this.scale;
    this.apply();
  }

  /** Moves the picture as far as is needed to see a part of it. */
  reveal(part: Rectangle): void {
    const seen = this.seen();
    const shift = (start: number, size: number, room: number) => (start < 16 ? 16 - start : Math.min(0, room - 16 - start - size));
    this.x += shift(this.x + (part.x ?? 0) * this.scale, (part.width ?? 0) * this.scale, seen.width);
    this.y += shift(this.y + (part.y ?? 0) * this.scale, (part.height ?? 0) * this.scale, seen.height);
    this.apply();
  }

  /** Does what a key says, and tells whether it says something. */
  press(key: string): boolean {
    const seen = this.seen();
    const step = 80;
    switch (key) {
      case "+":
      case "=":
        this.zoom(1.25, seen.width / 2, seen.height / 2);
        return true;
      case "-":
        this.zoom(0.8, seen.width / 2, seen.height / 2);
        return true;
      case "0":
        this.fit();
        return true;
      case "ArrowLeft":
      case "ArrowRight":
        this.move(key === "ArrowLeft" ? step : -step, 0);
        return true;
      case "ArrowUp":
      case "ArrowDown":
        this.move(0, key === "ArrowUp" ? step : -step);
        return true;
    }
    return false;
  }

  private move(x: number, y: number): void {
    this.x += x;
    this.y += y;
    this.apply();
  }

  /** Changes the size, and a point of the screen stays over what it was over. */
  private zoom(factor: number, x: number, y: number): void {
    const scale = clamp(this.scale * factor, least, most);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const seen = this.seen();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 400)), event.clientX - seen.left, event.clientY - seen.top);
  }

  private down(event: PointerEvent): void {
    if (event.button === 0) {
      this.dragged = this.pointers.size > 0;
      this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    }
  }

  private drag(event: PointerEvent): void {
    const last = this.pointers.get(event.pointerId);
    if (last === undefined) {
      return;
    }
    const [x, y] = [event.clientX - last.x, event.clientY - last.y];
    if (!this.dragged && Math.hypot(x, y) < 4) {
      return;
    }
    this.dragged = true;
    this.svg?.setPointerCapture(event.pointerId);
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (other === undefined) {
      this.move(x, y);
      return;
    }
    const seen = this.seen();
    const apart = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
    this.zoom(apart({ x: event.clientX, y: event.clientY }) / apart(last), other.x - seen.left, other.y - seen.top);
  }

  private seen(): DOMRect {
    return this.svg?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
  }

  private apply(): void {
    this.picture?.setAttribute("transform", `translate(${this.x.toFixed(2)} ${this.y.toFixed(2)}) scale(${this.scale.toFixed(4)})`);
    this.svg?.classList.toggle("far", this.scale < legible);
    if (this.heavy) {
      this.svg?.classList.add("moving");
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.svg?.classList.remove("moving"), restTime);
    }
  }
}

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : 1;
}
