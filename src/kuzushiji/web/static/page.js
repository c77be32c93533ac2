/** The picture: zoom and pan, boxes around characters. Pointers are here, drawing in page-paint.js. */
import * as geometry from "./boxes.js";
import { paintPage } from "./page-paint.js";

const REACH = 26; // how far above a box its turning handle stands, in screen pixels
const LARGEST_CROP = 512;
let serial = 0;

/**
 * Sends "select" when another box is chosen, "edit" while one changes (detail: its box), "boxes" when one comes
 * or goes.
 */
export class PageView extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.image = null;
    this.width = this.height = 0;
    this.boxes = [];
    this.selected = null;
    this.panning = false;
    this.view = { scale: 1, x: 0, y: 0 };
    this.pointers = new Map();
    this.action = null;
    canvas.addEventListener("pointerdown", (e) => this.#down(e));
    canvas.addEventListener("pointermove", (e) => this.#move(e));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (e) => this.#up(e));
    canvas.addEventListener("wheel", (e) => this.#wheel(e), { passive: false });
    canvas.addEventListener("touchstart", (e) => this.image && e.preventDefault(), { passive: false });
    canvas.addEventListener("contextmenu", (e) => this.image && e.preventDefault());
    new ResizeObserver(() => this.#resized()).observe(canvas);
  }

  /**
   * Shows a picture (an ImageBitmap) without boxes; null for none. Where it was shrunk, `size` is the original's:
   * boxes are in the original's pixels.
   */
  open(image, size = image ?? { width: 0, height: 0 }) {
    this.image?.close?.();
    this.image = image;
    this.width = size.width;
    this.height = size.height;
    this.boxes = [];
    this.selected = null;
    this.paper = image ? paperOf(image) : "#fff";
    this.fit();
    this.#say("boxes");
    this.#say("select");
  }

  #say(type, detail) {
    this.draw();
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // ---- boxes -------------------------------------------------------------------------------------------------

  add(box, announce = true) {
    const made = { angle: 0, ...box, id: ++serial, reading: null };
    this.boxes.push(made);
    if (announce) {
      this.#say("boxes");
      this.select(made);
      this.#say("edit", made);
    }
    return made;
  }

  addAtCentre() {
    const side = Math.min(this.width, this.height) / 6;
    const at = this.toPicture({ x: this.canvas.clientWidth / 2, y: this.canvas.clientHeight / 2 });
    const size = { width: side, height: side };
    this.add(geometry.kept({ x: at.x - side / 2, y: at.y - side / 2, ...size, angle: 0 }, this.width, this.height));
  }

  addWhole() {
    this.add({ x: 0, y: 0, width: this.width, height: this.height, angle: 0 });
  }

  remove(box = this.selected) {
    const i = this.boxes.indexOf(box);
    if (i < 0) return;
    this.boxes.splice(i, 1);
    this.selected = null;
    this.#say("boxes");
    this.select(this.boxes[Math.min(i, this.boxes.length - 1)] ?? null);
  }

  select(box) {
    this.selected = box;
    if (box) this.#reveal(box);
    this.#say("select");
  }

  step(by) {
    if (!this.boxes.length) return;
    const i = this.boxes.indexOf(this.selected);
    this.select(this.boxes[(i + by + this.boxes.length) % this.boxes.length]);
  }

  /** Changes the chosen box. */
  edit(change) {
    if (!this.selected) return;
    Object.assign(this.selected, geometry.kept({ ...this.selected, ...change(this.selected) }, this.width, this.height));
    this.#say("edit", this.selected);
  }

  // ---- view --------------------------------------------------------------------------------------------------

  toPicture({ x, y }) {
    return { x: (x - this.view.x) / this.view.scale, y: (y - this.view.y) / this.view.scale };
  }

  fit() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    if (!this.image || !w || !h) return;
    this.fitted = true;
    const scale = Math.min((w - 16) / this.width, (h - 16) / this.height, 8);
    this.view = { scale, x: (w - this.width * scale) / 2, y: (h - this.height * scale) / 2 };
    this.draw();
  }

  zoom(factor, at = { x: this.canvas.clientWidth / 2, y: this.canvas.clientHeight / 2 }) {
    if (!this.image) return;
    this.fitted = false;
    const { scale, x, y } = this.view;
    const wanted = Math.min(24, Math.max(0.02, scale * factor));
    const k = wanted / scale;
    this.view = { scale: wanted, x: at.x - (at.x - x) * k, y: at.y - (at.y - y) * k };
    this.draw();
  }

  pan(dx, dy) {
    this.fitted = false;
    this.view.x += dx;
    this.view.y += dy;
    this.draw();
  }

  #reveal(box) {
    const c = geometry.centre(box);
    const x = c.x * this.view.scale + this.view.x;
    const y = c.y * this.view.scale + this.view.y;
    const { clientWidth: w, clientHeight: h } = this.canvas;
    if (x < 0 || y < 0 || x > w || y > h) this.pan(w / 2 - x, h / 2 - y);
  }

  #resized() {
    if (this.fitted) this.fit();
    else this.draw();
  }

  // ---- pointers ----------------------------------------------------------------------------------------------

  #at(e) {
    const box = this.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }

  #down(e) {
    if (!this.image) return;
    const at = this.#at(e);
    this.pointers.set(e.pointerId, at);
    this.canvas.setPointerCapture(e.pointerId);
    this.canvas.focus({ preventScroll: true });
    if (this.pointers.size > 1) {
      this.action = { kind: "pinch" };
      return;
    }
    const point = this.toPicture(at);
    if (e.button !== 0 || this.panning) {
      this.action = { kind: "pan" };
      return;
    }
    const near = (e.pointerType === "touch" ? 22 : 9) / this.view.scale;
    const handle = this.selected && geometry.handleAt(this.selected, point, near, REACH / this.view.scale);
    if (handle) {
      this.action = { kind: handle.turn ? "turn" : "resize", handle };
      return;
    }
    const hit = this.boxes.findLast((box) => geometry.contains(box, point));
    // The chosen box lies on top, and a box as large as the picture must not block drawing new ones within.
    const under = this.selected && geometry.contains(this.selected, point) ? this.selected : hit;
    if (under && !(under.width >= this.width * 0.95 && under.height >= this.height * 0.95)) {
      if (under !== this.selected) this.select(under);
      this.action = { kind: "move", grip: { x: point.x - under.x, y: point.y - under.y } };
    } else {
      this.action = { kind: "new", from: point };
    }
  }

  #move(e) {
    const before = this.pointers.get(e.pointerId);
    if (!before) return;
    const at = this.#at(e);
    this.pointers.set(e.pointerId, at);
    const point = this.toPicture(at);
    const { kind } = this.action;
    if (kind === "pinch") this.#pinch(e.pointerId, before, at);
    else if (kind === "pan") this.pan(at.x - before.x, at.y - before.y);
    else if (kind === "new") {
      this.action.to = point;
      this.draw();
    } else if (kind === "move") this.edit(() => ({ x: point.x - this.action.grip.x, y: point.y - this.action.grip.y }));
    else if (kind === "resize") this.edit((box) => geometry.resized(box, this.action.handle, point));
    else if (kind === "turn") this.edit((box) => geometry.turnedTo(box, point));
  }

  #pinch(id, before, at) {
    const other = [...this.pointers].find(([each]) => each !== id)?.[1];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    this.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0) this.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  #up(e) {
    if (!this.pointers.delete(e.pointerId) || this.pointers.size) return;
    const { kind, from, to } = this.action;
    this.action = null;
    if (kind !== "new") return;
    const box = to && geometry.between(from, to);
    const least = Math.max(geometry.SMALLEST, 6 / this.view.scale);
    if (box && box.width >= least && box.height >= least && e.type === "pointerup") this.add(box);
    else this.select(this.boxes.findLast((each) => geometry.contains(each, from)) ?? null);
  }

  #wheel(e) {
    if (!this.image) return;
    e.preventDefault();
    this.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0016)), this.#at(e));
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      paintPage(this, REACH);
    });
  }

  // ---- crops -------------------------------------------------------------------------------------------------

  /** What is in a box, turned upright, as a PNG at the picture's own resolution (longer side at most 512). */
  crop(box) {
    const scale = Math.min(this.image.width / this.width, LARGEST_CROP / Math.max(box.width, box.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(box.width * scale));
    canvas.height = Math.max(1, Math.round(box.height * scale));
    const context = canvas.getContext("2d");
    const c = geometry.centre(box);
    context.imageSmoothingQuality = "high";
    context.fillStyle = this.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.translate(canvas.width / 2, canvas.height / 2);
    context.scale(scale, scale);
    context.rotate((-box.angle * Math.PI) / 180);
    context.drawImage(this.image, -c.x, -c.y, this.width, this.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
}

/** The mean colour: what stands beyond the edge should look like paper, not like ink. */
function paperOf(image) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 1, 1);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, 1, 1);
  return `rgb(${context.getImageData(0, 0, 1, 1).data.slice(0, 3).join(" ")})`;
}
