/** The chosen character: its glyph, its candidates, what is known of it; digits, typing and Enter decide. */
import { read } from "../../api.js";
import { showDetail } from "../../detail.js";
import { $, debounce, h } from "../../dom.js";
import { percent, t } from "../../i18n.js";
import { typed } from "../page/romaji.js";
import { blobOf } from "./pyramid.js";
import { colourOf } from "./paint.js";

const GLYPH = 160;

/** Sends "decide" (detail: {id, char}) and "step" (detail: 1 or -1). */
export class CheckPanel extends EventTarget {
  constructor() {
    super();
    this.character = null;
    this.asked = 0;
    this.more = debounce(() => this.#evidence(), 250);
    $("next-doubt").addEventListener("click", () => this.#say("step", 1));
    $("previous-doubt").addEventListener("click", () => this.#say("step", -1));
    $("entry").addEventListener("keydown", (e) => this.#key(e));
    $("entry-form").addEventListener("submit", (e) => {
      e.preventDefault();
      this.confirm();
    });
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Shows a character; `crop(longest)` gives its part of the page as a canvas. */
  show(character, crop) {
    const other = character?.id !== this.character?.id;
    this.character = character;
    this.crop = crop;
    $("check-none").hidden = Boolean(character);
    $("check-one").hidden = !character;
    if (other) $("entry").value = "";
    if (!character) {
      showDetail(null);
      return;
    }
    const canvas = crop(GLYPH * devicePixelRatio);
    const shown = $("glyph");
    shown.width = canvas.width;
    shown.height = canvas.height;
    shown.getContext("2d").drawImage(canvas, 0, 0);
    this.#verdict(character);
    this.render();
    if (other) {
      this.detailOf(character.char);
      this.more();
    }
  }

  #verdict(c) {
    const state = colourOf(c);
    $("best").textContent = c.char;
    $("mark").textContent = t(`desk.mark.${state}`);
    $("mark").dataset.state = state;
    const best = c.candidates.find((each) => each.char === c.char);
    const parts = [best ? percent(best.probability) : "", ...c.reason_codes.map((code) => reason(code))];
    if (c.alone !== null && best && Math.abs(c.alone - best.probability) > 0.15) {
      parts.push(t("desk.alone", { percent: percent(c.alone) }));
    }
    $("why").textContent = parts.filter(Boolean).join(" · ");
  }

  render() {
    const c = this.character;
    if (!c) return;
    $("candidates").replaceChildren(...c.candidates.slice(0, 9).map((candidate, i) => {
      const name = t("desk.take", { n: i + 1, char: candidate.char, percent: percent(candidate.probability) });
      const bar = h("span", { class: "meter", "aria-hidden": "true" }, h("span"));
      bar.firstChild.style.setProperty("--part", candidate.probability);
      return h("li", {}, h("button", {
        type: "button", class: "candidate", "aria-label": name, "aria-pressed": String(candidate.char === c.char),
        onclick: () => this.#decide(candidate.char),
      }, h("kbd", { text: i + 1 }), h("span", { class: "mincho", lang: "ja", text: candidate.char }), bar,
        h("span", { class: "odds", text: percent(candidate.probability) })));
    }));
  }

  detailOf(char, evidence = []) {
    if (char && char !== "〓") showDetail({ char, evidence }, (picked) => this.#decide(picked));
    else showDetail(null);
  }

  /** Known glyphs like this one, where the server has some; they come after the rest. */
  async #evidence() {
    const c = this.character;
    if (!c || c.char === "〓") return;
    this.asked += 1;
    const { asked } = this;
    try {
      const [answer] = await read([await blobOf(this.crop(Infinity))], { top: 9 });
      const found = answer.candidates?.find((each) => each.char === c.char)?.evidence;
      if (asked === this.asked && this.character?.id === c.id && found?.length) this.detailOf(c.char, found);
    } catch {
      // They are an extra: the page is read without them.
    }
  }

  digit(n) {
    const candidate = this.character?.candidates[n - 1];
    if (candidate) this.#decide(candidate.char);
  }

  /** What is typed, or the reading that is there, becomes the decision. */
  confirm() {
    if (!this.character) return;
    const char = typed($("entry").value) || this.character.char;
    if (char === "〓") return;
    if ([...char].length > 2) {
      $("entry").setCustomValidity(t("desk.one"));
      $("entry").reportValidity();
      return;
    }
    this.#decide(char);
  }

  #decide(char) {
    const { id } = this.character;
    $("entry").value = "";
    $("entry").blur();
    this.#say("decide", { id, char });
  }

  #key(e) {
    $("entry").setCustomValidity("");
    if (e.isComposing) return; // Enter belongs to the input method
    if (e.key === "Escape") {
      $("entry").value = "";
      $("entry").blur();
    } else return;
    e.preventDefault();
    e.stopPropagation();
  }
}

function reason(code) {
  const key = `reason.${code}`;
  const words = t(key);
  return words === key ? "" : words;
}
