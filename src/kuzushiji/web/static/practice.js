/** Practice: the page names a character, one draws it, the rank of the right answer is the grade. */
import { read, character } from "./api.js";
import { $, h } from "./dom.js";
import { t } from "./i18n.js";

const TOP = 100;
const HIRAGANA = /^[\u3041-\u3096\u309D\u309E]$/u;
const KANJI = /^\p{Script=Han}$/u;

/** Sends "graded" (detail: {reading, target}) after a check and "asked" when another character is asked for. */
export class Practice extends EventTarget {
  constructor(pad, classes) {
    super();
    this.pad = pad;
    this.classes = classes;
    this.target = null;
    this.ranks = [];
    this.again = [];
    this.busy = false;
    $("practice-set").addEventListener("change", () => this.next());
    $("practice-next").addEventListener("click", () => this.next());
    $("practice-check").addEventListener("click", () => this.check());
    $("practice-hint").addEventListener("click", () => this.#hint($("practice-forms").hidden));
  }

  #pool() {
    const wanted = { kana: HIRAGANA, kanji: KANJI, all: /./u }[$("practice-set").value];
    return this.classes.filter((char) => wanted.test(char));
  }

  /** Asks for another character; one that was missed comes back after three others. */
  async next() {
    const pool = this.#pool();
    this.grade = null;
    this.render();
    this.pad.set([]);
    this.again = this.again.map(([char, wait]) => [char, wait - 1]);
    const due = this.again.find(([char, wait]) => wait <= 0 && pool.includes(char));
    if (due) this.again.splice(this.again.indexOf(due), 1);
    const others = pool.filter((char) => char !== this.target);
    this.target = due?.[0] ?? others[Math.floor(Math.random() * others.length)] ?? pool[0] ?? null;
    this.dispatchEvent(new Event("asked"));
    await this.#name();
  }

  async #name() {
    const { target } = this;
    $("practice-char").textContent = target ?? "";
    $("practice-reading").textContent = target ? "" : t("practice.empty");
    $("practice-check").disabled = $("practice-hint").disabled = !target;
    this.#hint(false);
    if (!target) return;
    const known = await character(target);
    if (this.target !== target) return;
    $("practice-reading").textContent = known?.reading ?? "";
    const forms = (known?.jibo ?? []).map((form) =>
      h("span", { class: "kana", lang: "ja", text: form.char, title: t("detail.from", { parent: form.parent }) }));
    $("practice-forms").replaceChildren(...forms);
    $("practice-hint").hidden = !forms.length;
  }

  #hint(open) {
    $("practice-forms").hidden = !open;
    $("practice-hint").setAttribute("aria-expanded", String(open));
  }

  async check() {
    if (!this.target || this.busy) return;
    if (this.pad.empty) {
      this.grade = { key: "practice.nothing" };
      this.render();
      return;
    }
    this.busy = true;
    const { target } = this;
    try {
      const [reading] = await read([await this.pad.toBlob()], { top: TOP });
      if (this.target !== target) return;
      const rank = (reading.candidates ?? []).findIndex(({ char }) => char === target) + 1;
      this.#count(target, rank);
      this.dispatchEvent(new CustomEvent("graded", { detail: { reading, target } }));
    } catch (e) {
      this.grade = { text: e.message };
    } finally {
      this.busy = false;
    }
    this.render();
  }

  #count(target, rank) {
    // A second try at the same drawing task is for learning; only the first counts.
    if (this.grade?.target !== target) this.ranks.push(rank || Infinity);
    if (rank !== 1 && !this.again.some(([char]) => char === target)) this.again.push([target, 3]);
    const key = rank === 1 ? "practice.first" : rank ? "practice.rank" : "practice.out";
    this.grade = { key, target, rank, values: { char: target, rank, top: TOP } };
  }

  render() {
    const { grade, ranks } = this;
    const panel = $("grade");
    panel.hidden = !grade;
    if (!grade) return;
    panel.classList.toggle("good", grade.rank === 1);
    const within = (limit) => ranks.filter((rank) => rank <= limit).length;
    const score = ranks.length
      ? h("p", { class: "small", text: t("practice.score", { n: ranks.length, first: within(1), five: within(5) }) })
      : null;
    panel.replaceChildren(h("p", { text: grade.text ?? t(grade.key, grade.values) }), ...(score ? [score] : []));
  }
}
