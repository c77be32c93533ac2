/** The page on the screen: zoom, pan, boxes to choose and to change. Drawing is in paint.js. */
import * as geometry from "../../boxes.js";
import { paint, rectangle } from "./paint.js";

const REACH = 26;

/**
 * Sends "select" (detail: {ids}), "hover" (detail: id or null), "view" when zoom or place change, and, while the
 * layout is edited, "boxed" (detail: {id, box, angle}), "moved" (detail: {ids, dx, dy}) and "added" (detail: box).
 */
export class Stage extends EventTarget {
  constructor(canvas) {
    super();
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.pyramid = null;
    this.view = { scale: 1, x: 0, y: 0 };
    this.fitted = true;
    this.columns = [];
    this.all = [];
    this.selected = new Set();
    this.hovered = null;
    this.editing = false;
    this.adding = false;
    this.showColumns = false;
    this.drawn = null;
    this.pointers = new Map();
    /** @type {any} what the pointers are doing */
    this.action = null;
    canvas.addEventListener("pointerdown", (e) => this.#down(e));
    canvas.addEventListener("pointermove", (e) => this.#move(e));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (e) => this.#up(e));
    canvas.addEventListener("pointerleave", () => this.#hover(null));
    canvas.addEventListener("wheel", (e) => this.#wheel(e), { passive: false });
    canvas.addEventListener("dblclick", (e) => this.#double(e));
    new ResizeObserver(() => (this.fitted ? this.fit() : this.draw())).observe(canvas);
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Shows a picture (a Pyramid); null for none. */
  show(pyramid) {
    this.pyramid?.close();
    this.pyramid = pyramid;
    this.fit();
  }

  set(columns) {
    this.columns = columns;
    this.all = columns.flatMap((column) => column.characters);
    this.draw();
  }

  select(ids) {
    this.selected = new Set(ids);
    this.draw();
  }

  hover(id) {
    if (id === this.hovered) return;
    this.hovered = id;
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      paint(this);
    });
  }

  // ---- view ----------------------------------------------------------------------------------------------------

  /** The part of the page that is on the screen: left, top, right, bottom in its pixels. */
  visible() {
    const { scale, x, y } = this.view;
    return [-x / scale, -y / scale, (this.canvas.clientWidth - x) / scale, (this.canvas.clientHeight - y) / scale];
  }

  #changed() {
    this.draw();
    this.#say("view");
  }

  fit() {
    const { clientWidth: w, clientHeight: h } = this.canvas;
    this.fitted = true;
    if (this.pyramid && w && h) {
      const { width, height } = this.pyramid;
      const scale = Math.min((w - 16) / width, (h - 16) / height, 8);
      this.view = { scale, x: (w - width * scale) / 2, y: (h - height * scale) / 2 };
    }
    this.#changed();
  }

  zoom(factor, at = { x: this.canvas.clientWidth / 2, y: this.canvas.clientHeight / 2 }) {
    if (!this.pyramid) return;
    this.fitted = false;
    const { scale, x, y } = this.view;
    const wanted = Math.min(24, Math.max(0.01, scale * factor));
    const k = wanted / scale;
    this.view = { scale: wanted, x: at.x - (at.x - x) * k, y: at.y - (at.y - y) * k };
    this.#changed();
  }

  pan(dx, dy) {
    this.fitted = false;
    this.view = { ...this.view, x: this.view.x + dx, y: this.view.y + dy };
    this.#changed();
  }

  /** Brings a box onto the screen, in the middle when it was outside. */
  reveal([x, y, w, h]) {
    const { scale } = this.view;
    const left = x * scale + this.view.x;
    const top = y * scale + this.view.y;
    const { clientWidth, clientHeight } = this.canvas;
    const room = 12;
    if (left >= room && top >= room && left + w * scale <= clientWidth - room && top + h * scale <= clientHeight - room) return;
    this.pan(clientWidth / 2 - left - (w * scale) / 2, clientHeight / 2 - top - (h * scale) / 2);
  }

  // ---- pointers ------------------------------------------------------------------------------------------------

  #at(e) {
    const box = this.canvas.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  }

  #onPage({ x, y }) {
    return { x: (x - this.view.x) / this.view.scale, y: (y - this.view.y) / this.view.scale };
  }

  /** The character at a point, the smallest where boxes overlap: ruby is inside large boxes. */
  #hit(point) {
    const size = (c) => c.box[2] * c.box[3];
    return this.all.filter((c) => geometry.contains(rectangle(c), point)).sort((a, b) => size(a) - size(b))[0] ?? null;
  }

  #one() {
    return this.selected.size === 1 ? this.all.find((c) => this.selected.has(c.id)) : null;
  }

  #down(e) {
    if (!this.pyramid) return;
    const at = this.#at(e);
    this.pointers.set(e.pointerId, at);
    this.canvas.setPointerCapture(e.pointerId);
    this.canvas.focus({ preventScroll: true });
    if (this.pointers.size > 1) {
      this.action = { kind: "pinch" };
      this.drawn = null;
      return;
    }
    const point = this.#onPage(at);
    this.action = e.button === 0 ? this.#begin(point, e) : { kind: "pan" };
  }

  #begin(point, e) {
    if (this.adding) return { kind: "add", from: point };
    const hit = this.#hit(point);
    if (this.editing && !e.shiftKey) {
      const one = this.#one();
      const near = (e.pointerType === "touch" ? 22 : 9) / this.view.scale;
      const handle = one && geometry.handleAt(rectangle(one), point, near, REACH / this.view.scale);
      if (handle) return { kind: handle.turn ? "turn" : "resize", handle, one, last: rectangle(one) };
      if (hit) {
        if (!this.selected.has(hit.id)) this.#choose([hit.id]);
        return { kind: "move", from: point, starts: this.all.filter((c) => this.selected.has(c.id)), dx: 0, dy: 0 };
      }
    }
    return { kind: "pan", hit, shift: e.shiftKey, still: true };
  }

  #choose(ids) {
    this.select(ids);
    this.#say("select", { ids: [...this.selected] });
  }

  #move(e) {
    const at = this.#at(e);
    const before = this.pointers.get(e.pointerId);
    const point = this.#onPage(at);
    if (!before) {
      if (this.pyramid) this.#hover(this.#hit(point)?.id ?? null);
      return;
    }
    this.pointers.set(e.pointerId, at);
    const { action } = this;
    if (action.kind === "pinch") this.#pinch(e.pointerId, before, at);
    else if (action.kind === "pan") {
      if (action.still && Math.hypot(at.x - before.x, at.y - before.y) < 3) {
        this.pointers.set(e.pointerId, before);
        return;
      }
      action.still = false;
      this.pan(at.x - before.x, at.y - before.y);
    } else if (action.kind === "add") {
      this.drawn = geometry.between(action.from, point);
      this.draw();
    } else if (action.kind === "move") {
      action.dx = point.x - action.from.x;
      action.dy = point.y - action.from.y;
      this.#preview(action.starts, (c) => ({ ...c, box: [c.box[0] + action.dx, c.box[1] + action.dy, c.box[2], c.box[3]] }));
    } else {
      const last = action.kind === "turn"
        ? geometry.turnedTo(action.last, point) : geometry.resized(rectangle(action.one), action.handle, point);
      action.last = last;
      this.#preview([action.one], (c) => ({ ...c, box: [last.x, last.y, last.width, last.height], angle: last.angle }));
    }
  }

  /** Shows boxes as they will be when the pointer is let go. */
  #preview(list, change) {
    const now = new Map(list.map((c) => [c.id, change(c)]));
    this.all = this.all.map((c) => now.get(c.id) ?? c);
    this.draw();
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
    const { action } = this;
    this.action = null;
    this.drawn = null;
    if (e.type === "pointercancel") {
      this.set(this.columns);
      return;
    }
    if (action.kind === "pan" && action.still) this.#tap(action);
    else if (action.kind === "add") this.#add(action.from, this.#onPage(this.#at(e)));
    else if (action.kind === "move" && Math.hypot(action.dx, action.dy) * this.view.scale >= 2) {
      this.#say("moved", { ids: action.starts.map((c) => c.id), dx: action.dx, dy: action.dy });
    } else if (action.kind === "resize" || action.kind === "turn") {
      const { x, y, width, height, angle } = action.last;
      this.#say("boxed", { id: action.one.id, box: [x, y, width, height], angle });
    } else this.set(this.columns);
  }

  #tap({ hit, shift }) {
    if (!hit) {
      if (!shift) this.#choose([]);
    } else if (shift && this.selected.has(hit.id)) this.#choose([...this.selected].filter((id) => id !== hit.id));
    else this.#choose(shift ? [...this.selected, hit.id] : [hit.id]);
  }

  #add(from, to) {
    const { x, y, width, height } = geometry.between(from, to);
    if (Math.min(width, height) * this.view.scale >= 5) this.#say("added", [x, y, width, height]);
    else this.draw();
  }

  /** Twice on a character: its whole column. */
  #double(e) {
    const hit = this.editing && this.#hit(this.#onPage(this.#at(e)));
    const column = hit && this.columns.find((each) => each.characters.some((c) => c.id === hit.id));
    if (column) this.#choose(column.characters.map((c) => c.id));
  }

  #hover(id) {
    if (id === this.hovered) return;
    this.hover(id);
    this.#say("hover", id);
  }

  #wheel(e) {
    if (!this.pyramid) return;
    e.preventDefault();
    this.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0016)), this.#at(e));
  }
}
