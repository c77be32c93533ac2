/** Kana typed in Latin letters, for those who check without a Japanese keyboard. */
const ROWS = {
  "": "あいうえお", k: "かきくけこ", g: "がぎぐげご", s: "さしすせそ", z: "ざじずぜぞ", t: "たちつてと", d: "だぢづでど",
  n: "なにぬねの", h: "はひふへほ", b: "ばびぶべぼ", p: "ぱぴぷぺぽ", m: "まみむめも", r: "らりるれろ", y: "や ゆ よ", w: "わゐ ゑを",
};
const VOWELS = "aiueo";
const KANA = new Map([["n", "ん"], ["nn", "ん"], ["shi", "し"], ["chi", "ち"], ["tsu", "つ"], ["fu", "ふ"], ["ji", "じ"]]);
for (const [start, row] of Object.entries(ROWS)) {
  [...row].forEach((kana, i) => { if (kana !== " ") KANA.set(start + VOWELS[i], kana); });
}

/** What was typed, with one syllable in Latin letters turned into its kana. */
export function typed(text) {
  const plain = text.trim().normalize("NFC");
  return KANA.get(plain.toLowerCase()) ?? plain;
}
