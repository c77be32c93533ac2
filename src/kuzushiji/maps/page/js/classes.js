// How a class is written out, in both languages.
import { h } from "./dom.js";

/** "ka" of a kana, "サン・やま" of a kanji. */
export function readingOf(c) {
  if (c.r) return c.r;
  return [...(c.on || []).slice(0, 2), ...(c.kun || []).slice(0, 2)].join("・");
}

/** One line: "か ka", "山 サン・やま mountain". */
export function lineOf(c, language) {
  const meaning = language === "en" && c.g && c.k === "kanji" ? c.g.split(/[;,]/)[0] : "";
  return [c.c, readingOf(c), meaning].filter(Boolean).join(" ");
}

/** Everything: reading, meaning, code point; for a title. */
export function fullOf(c, language) {
  return [lineOf(c, language), c.u].filter(Boolean).join(" · ");
}

let canvas;

/** Whether this computer has a font for a sign: few have one for hentaigana. */
export function hasFont(sign) {
  canvas ||= h("canvas", { width: 24, height: 24 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const look = (text) => {
    context.clearRect(0, 0, 24, 24);
    context.font = "18px serif";
    context.textBaseline = "top";
    context.fillText(text, 1, 1);
    return context.getImageData(0, 0, 24, 24).data.filter((_, k) => k % 4 === 3).join();
  };
  return look(sign) !== look("\u{1BFFF}") && look(sign) !== look("\u{1AFEF}");
}
