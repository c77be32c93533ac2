/** The text that grows out of picked characters. */
import { $, h, download } from "./dom.js";
import { store, stored, t } from "./i18n.js";
import { plain, toCsv } from "./session.js";

const DIRECTION = "kuzushiji.direction";

/** Sends "change" when the text does. */
export class TextLine extends EventTarget {
  constructor() {
    super();
    this.items = [];
    this.chosen = -1;
    this.vertical = stored(DIRECTION) !== "horizontal";
    $("direction").addEventListener("click", () => this.#turn());
    $("copy").addEventListener("click", () => this.copy());
    $("back").addEventListener("click", () => this.remove());
    $("break").addEventListener("click", () => this.add({ char: "\n" }));
    $("csv").addEventListener("click", () => download("kuzushiji.csv", toCsv(this.items), "text/csv"));
    $("text").addEventListener("keydown", (e) => this.#key(e));
    this.render();
  }

  /** Adds behind the chosen character, or at the end. */
  add(item) {
    const at = this.chosen >= 0 ? this.chosen + 1 : this.items.length;
    this.items.splice(at, 0, item);
    if (this.chosen >= 0) this.chosen = at;
    this.#changed();
    if (item.char !== "\n") this.say("added", item.char);
  }

  /** Removes the chosen character, or the last. */
  remove() {
    const at = this.chosen >= 0 ? this.chosen : this.items.length - 1;
    if (at < 0) return;
    const [item] = this.items.splice(at, 1);
    this.chosen = Math.min(this.chosen, this.items.length - 1);
    this.#changed();
    this.say("removed", item.char);
  }

  set(items) {
    this.items = items;
    this.chosen = -1;
    this.#changed();
  }

  say(key, char = "") {
    $("said").textContent = t(key, { char });
  }

  async copy() {
    const text = plain(this.items);
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text); // no clipboard access, e.g. over plain http from another machine
    }
    this.say("copied");
    $("copy").textContent = t("copied");
    setTimeout(() => { $("copy").textContent = t("copy"); }, 1500);
  }

  #turn() {
    this.vertical = !this.vertical;
    store(DIRECTION, this.vertical ? "vertical" : "horizontal");
    this.render();
  }

  #changed() {
    this.render();
    this.dispatchEvent(new Event("change"));
  }

  render() {
    $("direction").setAttribute("aria-pressed", String(this.vertical));
    $("line").classList.toggle("vertical", this.vertical);
    const focused = $("text").contains(document.activeElement) ? Number(document.activeElement.dataset.index) : -1;
    if (!this.items.length) {
      $("text").replaceChildren(h("p", { class: "placeholder", text: t("line.empty"), role: "listitem" }));
      return;
    }
    $("text").replaceChildren(...this.items.map((item, i) => this.#character(item, i)));
    const chosen = $("text").querySelector('[aria-pressed="true"]');
    if (focused >= 0) (chosen ?? this.#nearest(focused))?.focus();
    (chosen ?? $("text").lastElementChild)?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }

  #character(item, i) {
    if (item.char === "\n") return h("br");
    const button = h("button", {
      type: "button", text: item.char, "data-index": i, "aria-pressed": String(i === this.chosen),
      onclick: () => this.#choose(i === this.chosen ? -1 : i),
    });
    return h("span", { role: "listitem" }, button);
  }

  /** The button of an item, or of the last one before it where that is a new line or gone. */
  #nearest(i) {
    const buttons = [...$("text").querySelectorAll("button")];
    return buttons.findLast((button) => Number(button.dataset.index) <= i) ?? buttons[0];
  }

  #choose(i) {
    this.chosen = i;
    this.render();
  }

  #key(e) {
    const at = Number(e.target.dataset?.index ?? -1);
    if (at < 0) return;
    if (e.key === "Delete" || e.key === "Backspace") {
      this.chosen = at;
      this.remove();
    } else if (["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].includes(e.key)) {
      const by = e.key === "ArrowRight" || e.key === "ArrowDown" ? 1 : -1;
      const all = [...$("text").querySelectorAll("button")];
      all[all.indexOf(e.target) + by]?.focus();
    } else return;
    e.preventDefault();
    e.stopPropagation();
  }
}

function copyBySelection(text) {
  const area = h("textarea", { class: "hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
