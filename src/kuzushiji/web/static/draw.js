/** The drawing area: strokes by mouse, pen or touch, kept as points so that they can be undone and saved. */
import { paint } from "./brush.js";

const PICTURE = 320; // side of the picture that is read, in pixels
const FEWEST = 0.0015; // points closer than this add nothing

/** Sends "change" after each stroke, undo, redo and clear. */
export class DrawPad extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.strokes = [];
    this.undone = [];
    this.base = 0.048;
    this.pointer = null;
    canvas.addEventListener("pointerdown", (e) => this.#down(e));
    canvas.addEventListener("pointermove", (e) => this.#move(e));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (e) => this.#up(e));
    }
    canvas.addEventListener("touchstart", (e) => e.preventDefault(), { passive: false });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get empty() {
    return this.strokes.length === 0;
  }

  #point(e) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: +((e.clientX - box.left) / box.width).toFixed(5),
      y: +((e.clientY - box.top) / box.height).toFixed(5),
      // A mouse always says 0.5, and a finger often 0 or 1: only a pen's pressure means something.
      p: e.pointerType === "pen" ? +e.pressure.toFixed(3) : 0,
      t: Math.round(e.timeStamp),
    };
  }

  #down(e) {
    if (this.pointer !== null || e.button !== 0) return;
    this.pointer = e.pointerId;
    this.canvas.setPointerCapture(e.pointerId);
    this.canvas.focus({ preventScroll: true });
    this.strokes.push({ base: this.base, points: [this.#point(e)], ended: false });
    this.undone = [];
    this.draw();
  }

  #move(e) {
    if (e.pointerId !== this.pointer) return;
    const { points } = this.strokes.at(-1);
    const events = e.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [e]) {
      const point = this.#point(each);
      const last = points.at(-1);
      if (Math.hypot(point.x - last.x, point.y - last.y) >= FEWEST) points.push(point);
    }
    this.#soon();
  }

  #up(e) {
    if (e.pointerId !== this.pointer) return;
    this.pointer = null;
    this.strokes.at(-1).ended = true;
    this.#changed();
  }

  undo() {
    if (this.pointer !== null || this.empty) return;
    this.undone.push(this.strokes.pop());
    this.#changed();
  }

  redo() {
    if (this.pointer !== null || !this.undone.length) return;
    this.strokes.push(this.undone.pop());
    this.#changed();
  }

  /** Empties the pad; redo brings the strokes back one by one. */
  clear() {
    if (this.pointer !== null || this.empty) return;
    this.undone = [...this.undone, ...this.strokes.reverse()];
    this.strokes = [];
    this.#changed();
  }

  /** Replaces all strokes, e.g. by those of a session. */
  set(strokes) {
    this.strokes = strokes;
    this.undone = [];
    this.#changed();
  }

  #changed() {
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  #soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (!side) return;
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    this.context.clearRect(0, 0, side, side);
    paint(this.context, this.strokes, side, getComputedStyle(this.canvas).color);
  }

  /** Black ink on white paper, whatever the theme, as a PNG. */
  toBlob() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = PICTURE;
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, PICTURE, PICTURE);
    paint(context, this.strokes, PICTURE, "#000");
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}
