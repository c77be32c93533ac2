/** The reading: what the model sees, its verdict, its candidates. */
import { $, h } from "./dom.js";
import { percent, store, stored, t, words } from "./i18n.js";

const DIGITS = "kuzushiji.digits";

/** Sends "pick" (detail: {char, candidate}) and "show" (detail: the candidate whose details are wanted). */
export class Candidates extends EventTarget {
  constructor() {
    super();
    this.reading = null;
    this.shown = null;
    this.target = null;
    $("digits").checked = stored(DIGITS) !== "off";
    $("digits").addEventListener("change", () => {
      store(DIGITS, $("digits").checked ? "on" : "off");
      this.render();
    });
  }

  /** Shows a reading as /api/read gives it; null empties the panel. `target` marks one character as asked for. */
  show(reading, target = null) {
    this.reading = reading;
    this.target = target;
    this.render();
    if (reading?.candidates?.length) this.choose(reading.candidates[0]);
    else this.choose(null);
  }

  fail(message) {
    this.reading = null;
    this.render();
    this.choose(null);
    $("error").textContent = message;
    $("error").hidden = false;
    $("empty").hidden = true;
  }

  choose(candidate) {
    this.shown = candidate;
    for (const button of $("candidates").querySelectorAll(".show")) {
      button.setAttribute("aria-current", String(button.dataset.char === candidate?.char));
    }
    this.dispatchEvent(new CustomEvent("show", { detail: candidate }));
  }

  /** Puts the n-th candidate (from 1) into the text. Speech input presses digits unasked: they can be switched off. */
  digit(n) {
    const candidate = $("digits").checked && this.reading?.candidates?.[n - 1];
    if (candidate) this.#pick(candidate);
  }

  #pick(candidate) {
    this.dispatchEvent(new CustomEvent("pick", { detail: { char: candidate.char, candidate } }));
  }

  render() {
    const { reading } = this;
    $("error").hidden = !reading?.error;
    if (reading?.error) $("error").textContent = t("error.api", { message: reading.error });
    const best = reading?.candidates?.[0];
    $("empty").hidden = Boolean(reading);
    $("verdict").hidden = $("digits-label").hidden = !best;
    const rows = (reading?.candidates ?? []).map((candidate, i) => this.#row(candidate, i));
    $("candidates").replaceChildren(...rows);
    if (!best) return;
    if (reading.glyph) $("glyph").src = reading.glyph;
    $("verdict").classList.toggle("sure", reading.sure);
    $("best").textContent = best.char;
    $("mark").textContent = t(reading.sure ? "sure" : "unsure");
    const verdict = t(reading.sure ? "verdict.sure" : "verdict.unsure", {
      char: best.char, reading: best.reading || best.char, words: words(best.probability),
      percent: percent(best.probability),
    });
    $("why").textContent = [...(reading.sure ? [] : reasons(reading)), verdict].join(" ");
    this.#mark();
  }

  #mark() {
    for (const button of $("candidates").querySelectorAll(".show")) {
      button.setAttribute("aria-current", String(button.dataset.char === this.shown?.char));
    }
  }

  #row(candidate, i) {
    const { char, codepoint, probability } = candidate;
    const reading = candidate.reading || candidate.romaji || "";
    const spoken = t("show.char", { char, reading, words: words(probability), percent: percent(probability) });
    const bar = h("span", { class: "meter", "aria-hidden": "true" }, h("span"));
    bar.firstChild.style.setProperty("--part", probability);
    const show = h("button", {
      type: "button", class: "show", "data-char": char, "aria-label": spoken, "aria-current": "false",
      onclick: () => this.choose(candidate),
    },
      h("span", { class: "char mincho", lang: "ja", text: char }),
      h("span", { class: "about" },
        h("span", { class: "names" },
          h("span", { class: "spoken", text: reading }), h("span", { class: "code", text: codepoint })),
        bar,
        h("span", { class: "odds", text: `${words(probability)} · ${percent(probability)}` })));
    const pick = h("button", {
      type: "button", class: "pick", "aria-label": t("add.char", { char }), text: t("add"),
      onclick: () => this.#pick(candidate),
    });
    if (i < 9 && $("digits").checked) pick.title = String(i + 1);
    return h("li", { class: char === this.target ? "asked" : "" }, show, pick);
  }
}

function reasons(reading) {
  return (reading.reason_codes ?? []).map((code) => t(`why.${code}`));
}
