/** The text beside the page: at the places of the characters, or as running columns. It is real text. */
import { $, h } from "../../dom.js";
import { percent, t } from "../../i18n.js";
import { colourOf } from "./paint.js";

const STEP = { ArrowDown: "next", ArrowUp: "previous", ArrowLeft: "left", ArrowRight: "right" };

/** Sends "select" (detail: {ids}) and "hover" (detail: id or null). */
export class TextPane extends EventTarget {
  constructor(stage) {
    super();
    this.stage = stage;
    this.pane = $("text-pane");
    this.list = $("text-columns");
    this.aligned = true;
    this.columns = [];
    this.chosen = null;
    this.spans = new Map();
    stage.addEventListener("view", () => this.place());
    new ResizeObserver(() => this.place()).observe(this.pane);
    this.list.addEventListener("click", (e) => this.#clicked(e));
    this.list.addEventListener("pointerover", (e) => this.#say("hover", idOf(e.target)));
    this.list.addEventListener("pointerleave", () => this.#say("hover", null));
    this.list.addEventListener("keydown", (e) => this.#key(e));
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  setAligned(aligned) {
    this.aligned = aligned;
    this.pane.classList.toggle("aligned", aligned);
    this.set(this.columns);
    this.place();
  }

  set(columns) {
    this.columns = columns;
    const focused = this.list.contains(document.activeElement);
    this.spans.clear();
    this.list.replaceChildren(...columns.map((column, i) => this.#column(column, i)));
    $("text-empty").hidden = columns.length > 0;
    this.select(this.chosen === null ? [] : [this.chosen], focused);
  }

  #column(column, i) {
    const name = t("desk.column", { n: i + 1, kind: t(`kind.${column.kind}`) });
    const spans = column.characters.map((c) => this.#character(c));
    return h("li", { class: `column ${column.kind}`, "aria-label": name }, ...spans);
  }

  #character(c) {
    const state = colourOf(c);
    const span = h("span", {
      class: `char ${state}${c.ruby ? " ruby" : ""}`, role: "button", tabindex: "-1", "data-id": c.id, text: c.char,
      "aria-label": t(`desk.char.${state}`, { char: c.char, percent: percent(c.candidates[0]?.probability ?? 0) }),
    });
    if (this.aligned) {
      const [x, y, w, height] = c.box;
      const size = Math.min(Math.max(w, height * 0.55), height * 1.15);
      span.style.cssText = `left:${x}px;top:${y}px;width:${w}px;height:${height}px;font-size:${size * 0.92}px;line-height:${height}px`;
    }
    this.spans.set(c.id, span);
    return span;
  }

  /** Lines the text up with the page. */
  place() {
    if (!this.aligned) {
      this.list.style.transform = "";
      return;
    }
    const { scale, x, y } = this.stage.view;
    const page = this.stage.canvas.getBoundingClientRect();
    const pane = this.pane.getBoundingClientRect();
    const right = x + (page.width ? (pane.width - page.width) / 2 : 0); // both show the same middle
    const down = y + (page.height ? page.top - pane.top : 0);
    this.list.style.transform = `translate(${right}px, ${down}px) scale(${scale})`;
  }

  select(ids, focus = false) {
    const [id] = ids;
    for (const span of this.list.querySelectorAll("[aria-pressed]")) span.removeAttribute("aria-pressed");
    for (const each of ids) this.spans.get(each)?.setAttribute("aria-pressed", "true");
    this.chosen = id ?? null;
    this.list.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
    const span = this.spans.get(id) ?? this.list.querySelector(".char");
    span?.setAttribute("tabindex", "0");
    if (!this.spans.has(id)) return;
    if (focus) span.focus({ preventScroll: this.aligned });
    if (!this.aligned) span.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  hover(id) {
    this.list.querySelector(".hovered")?.classList.remove("hovered");
    this.spans.get(id)?.classList.add("hovered");
  }

  #clicked(e) {
    const id = idOf(e.target);
    if (id === null) return;
    if (e.shiftKey) getSelection().removeAllRanges(); // the browser's own meaning of the key
    else if (!getSelection().isCollapsed) return; // text is being selected, to copy it
    const ids = e.shiftKey && this.chosen !== null ? this.#between(this.chosen, id) : [id];
    this.#say("select", { ids });
  }

  #between(from, to) {
    const ids = this.columns.flatMap((column) => column.characters.map((c) => c.id));
    const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y);
    return ids.slice(a, b + 1);
  }

  #key(e) {
    const id = idOf(e.target);
    if (id === null || e.ctrlKey || e.metaKey || e.altKey) return;
    const way = STEP[e.key];
    if (!way && e.key !== " ") return;
    e.preventDefault();
    e.stopPropagation();
    const to = way ? this.#neighbour(id, way) : id;
    if (to === null) return;
    this.#say("select", { ids: [to] });
    this.spans.get(to)?.focus({ preventScroll: this.aligned });
  }

  #neighbour(id, way) {
    const at = this.columns.findIndex((column) => column.characters.some((c) => c.id === id));
    const i = this.columns[at].characters.findIndex((c) => c.id === id);
    const ids = this.columns.flatMap((column) => column.characters.map((c) => c.id));
    if (way === "next") return ids[ids.indexOf(id) + 1] ?? null;
    if (way === "previous") return ids[ids.indexOf(id) - 1] ?? null;
    const column = this.columns[at + (way === "left" ? 1 : -1)];
    return column ? column.characters[Math.min(i, column.characters.length - 1)].id : null;
  }
}

function idOf(element) {
  const id = element.closest?.("[data-id]")?.dataset.id;
  return id === undefined ? null : Number(id);
}
