/** The strip of pages: thumbnails, how far each is, how many doubts are left. */
import { $, h } from "../../dom.js";
import { t } from "../../i18n.js";
import { doubts } from "../page/edits.js";

const SIDE = 96;

/** Sends "open", "again", "cancel" and "remove" (detail: page). */
export class Strip extends EventTarget {
  constructor(book) {
    super();
    this.book = book;
    this.thumbs = new Map();
    this.items = new Map();
    this.list = $("pages");
    book.addEventListener("pages", () => this.renderSoon());
    book.addEventListener("columns", () => this.renderSoon());
    book.addEventListener("open", () => this.renderSoon());
  }

  #say(type, page) {
    this.dispatchEvent(new CustomEvent(type, { detail: page }));
  }

  renderSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.render();
    });
  }

  render() {
    const { pages } = this.book;
    for (const id of [...this.items.keys()]) if (!pages.some((page) => page.id === id)) this.items.delete(id);
    const items = pages.map((page, i) => this.#item(page, i));
    if (items.length !== this.list.children.length || items.some((item, i) => this.list.children[i] !== item)) {
      this.list.replaceChildren(...items);
    }
  }

  #item(page, i) {
    if (!this.items.has(page.id)) this.items.set(page.id, this.#made(page));
    const item = this.items.get(page.id);
    const [open, words, act] = item.children;
    open.setAttribute("aria-current", String(page === this.book.open));
    open.setAttribute("aria-label", `${t("desk.page", { n: i + 1, name: page.name })}: ${statusOf(page)}`);
    open.querySelector(".number").textContent = i + 1;
    words.textContent = statusOf(page);
    words.title = page.error ?? "";
    item.className = `thumb ${page.status}`;
    const [kind, key] = page.status === "failed" ? ["again", "desk.again"]
      : page.status === "done" ? ["remove", "desk.remove"] : ["cancel", "desk.cancel"];
    act.dataset.act = kind;
    act.textContent = { again: "↻", remove: "×", cancel: "■" }[kind];
    act.setAttribute("aria-label", t(key, { name: page.name }));
    act.title = t(key, { name: page.name });
    return item;
  }

  #made(page) {
    const picture = h("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
    this.drawing = (this.drawing ?? Promise.resolve()).then(() => this.#draw(page, picture)); // one at a time
    const open = h("button", { type: "button", class: "show", onclick: () => this.#say("open", page) },
      picture, h("span", { class: "number", "aria-hidden": "true" }));
    const act = h("button", { type: "button", class: "act" });
    act.addEventListener("click", () => this.#say(act.dataset.act, page));
    return h("li", {}, open, h("span", { class: "status" }), act);
  }

  async #draw(page, canvas) {
    const blob = await this.book.picture(page);
    if (!blob) return;
    const scale = Math.min(SIDE / page.width, SIDE / page.height) * Math.min(2, devicePixelRatio);
    const resizeWidth = Math.max(1, Math.round(page.width * scale));
    const small = await createImageBitmap(blob, { resizeWidth, resizeQuality: "medium" }).catch(() => null);
    if (!small) return;
    canvas.width = small.width;
    canvas.height = small.height;
    canvas.getContext("2d").drawImage(small, 0, 0);
    small.close();
  }
}

/** How far a page is, in words. */
export function statusOf(page) {
  if (page.status === "waiting") return t("status.waiting");
  if (page.status === "failed") return page.error ? t("status.failed") : t("status.stopped");
  if (page.status === "reading") {
    const { stage, place } = page.stage ?? { stage: "queued" };
    return stage === "queued" && place ? t("status.queued", { place }) : t(`status.${stage}`);
  }
  const left = doubts(page.columns).length;
  if (!page.columns.length) return t("status.empty");
  return left ? t("status.doubts", { n: left }) : t("status.checked");
}
