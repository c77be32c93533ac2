/** The tools that change boxes and columns, by button and by key. */
import { $ } from "../../dom.js";
import { t } from "../../i18n.js";
import * as edits from "../page/edits.js";

const SMALL = 1;
const LARGE = 10;

/** Sends "edit" (detail: {columns, ids}) with the columns as they are wanted, and "tool" when adding begins or ends. */
export class LayoutTools extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    this.columns = [];
    this.on = false;
    const press = (id, f) => $(id).addEventListener("click", () => f());
    press("box-add", () => this.toggleAdd());
    press("box-delete", () => this.remove());
    press("box-split", () => this.split());
    press("box-merge", () => this.merge());
    press("box-earlier", () => this.#one((c) => edits.moveCharacter(this.columns, c.id, -1)));
    press("box-later", () => this.#one((c) => edits.moveCharacter(this.columns, c.id, 1)));
    press("box-ruby", () => this.ruby());
    press("column-earlier", () => this.moveColumn(-1));
    press("column-later", () => this.moveColumn(1));
    press("column-break", () => this.#one((c) => edits.breakBefore(this.columns, c.id)));
    press("column-join", () => this.#column((column) => edits.joinNext(this.columns, column.id)));
    press("column-all", () => this.selectColumn());
    $("column-kind").addEventListener("change", () => {
      this.#column((column) => edits.setKind(this.columns, column.id, $("column-kind").value));
    });
    stage.addEventListener("boxed", ({ detail: { id, box, angle } }) => this.#edit(edits.setBox(this.columns, id, box, angle)));
    stage.addEventListener("moved", ({ detail: { ids, dx, dy } }) => this.#edit(edits.moveBy(this.columns, ids, dx, dy)));
    stage.addEventListener("added", ({ detail: box }) => {
      const [columns, id] = edits.add(this.columns, box);
      this.#edit(columns, [id]);
    });
  }

  get ids() {
    return [...this.stage.selected];
  }

  #edit(columns, ids = this.ids) {
    this.dispatchEvent(new CustomEvent("edit", { detail: { columns, ids } }));
  }

  #one(change) {
    const found = edits.find(this.columns, this.ids[0]);
    if (found) this.#edit(change(found.character));
  }

  #column(change) {
    const found = edits.find(this.columns, this.ids[0]);
    if (found) this.#edit(change(found.column));
  }

  set(columns) {
    this.columns = columns;
    this.refresh();
  }

  /** Which tools can be used now. */
  refresh() {
    const count = this.ids.length;
    const found = edits.find(this.columns, this.ids[0]);
    for (const id of ["box-delete", "box-ruby", "column-all", "column-earlier", "column-later", "column-join", "column-kind"]) {
      $(id).disabled = !found;
    }
    for (const id of ["box-split", "box-earlier", "box-later", "column-break"]) $(id).disabled = count !== 1 || !found;
    $("box-merge").disabled = count < 2;
    $("column-kind").value = found?.column.kind ?? "main";
    $("box-ruby").setAttribute("aria-pressed", String(Boolean(found?.character.ruby)));
  }

  setOn(on) {
    this.on = on;
    this.stage.editing = this.stage.showColumns = on;
    $("layout-tools").hidden = !on;
    if (!on) this.toggleAdd(false);
    this.stage.draw();
    this.refresh();
  }

  toggleAdd(adding = !this.stage.adding) {
    this.stage.adding = adding;
    this.stage.canvas.classList.toggle("adding", adding);
    $("box-add").setAttribute("aria-pressed", String(adding));
  }

  remove() {
    const { ids } = this;
    if (!ids.length) return;
    const all = edits.characters(this.columns).map((c) => c.id);
    const next = all.slice(all.indexOf(ids[0])).find((id) => !ids.includes(id));
    this.#edit(edits.remove(this.columns, ids), next === undefined ? [] : [next]);
  }

  split() {
    if (this.ids.length !== 1) return;
    const [columns, ids] = edits.split(this.columns, this.ids[0]);
    this.#edit(columns, ids.slice(0, 1));
  }

  merge() {
    if (this.ids.length < 2) return;
    const [columns, id] = edits.merge(this.columns, this.ids);
    this.#edit(columns, [id]);
  }

  ruby() {
    const found = edits.find(this.columns, this.ids[0]);
    if (found) this.#edit(edits.setRuby(this.columns, this.ids, !found.character.ruby));
  }

  moveColumn(by) {
    this.#column((column) => edits.moveColumn(this.columns, column.id, by));
  }

  selectColumn() {
    const found = edits.find(this.columns, this.ids[0]);
    if (found) this.#edit(this.columns, found.column.characters.map((c) => c.id));
  }

  /** A box in the middle of what is seen, for those who cannot drag. */
  addHere() {
    const [left, top, right, bottom] = this.stage.visible();
    const all = edits.characters(this.columns).map((c) => c.box[2]).sort((a, b) => a - b);
    const side = all[all.length >> 1] ?? Math.min(right - left, bottom - top) / 8;
    const [columns, id] = edits.add(this.columns, [(left + right - side) / 2, (top + bottom - side) / 2, side, side]);
    this.#edit(columns, [id]);
  }

  /** Gives true where the key was a layout key. */
  key(e) {
    if (!this.on) return false;
    const step = e.shiftKey ? LARGE : SMALL;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    const keys = {
      delete: () => this.remove(), backspace: () => this.remove(), s: () => this.split(), m: () => this.merge(),
      b: () => this.addHere(), a: () => this.toggleAdd(), r: () => this.ruby(), c: () => this.selectColumn(),
      "[": () => this.moveColumn(-1), "]": () => this.moveColumn(1), escape: () => this.toggleAdd(false),
    };
    if (way && this.ids.length) this.#nudge(way, step, e.altKey);
    else if (keys[e.key.toLowerCase()] && !e.altKey) keys[e.key.toLowerCase()]();
    else return false;
    return true;
  }

  #nudge([dx, dy], step, size) {
    if (!size) {
      this.#edit(edits.moveBy(this.columns, this.ids, dx * step, dy * step));
      return;
    }
    this.#one((c) => {
      const [x, y, w, h] = c.box;
      return edits.setBox(this.columns, c.id, [x, y, w + dx * step, h + dy * step], c.angle);
    });
  }
}

/** The kinds of columns, as options. */
export function fillKinds() {
  const kept = $("column-kind").value;
  $("column-kind").replaceChildren(...edits.KINDS.map((kind) => new Option(t(`kind.${kind}`), kind)));
  $("column-kind").value = kept || "main";
}
