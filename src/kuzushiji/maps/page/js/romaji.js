// Romaji -> hiragana, so that "yama" finds 山 by its reading.

const ROWS = {
  "": "あいうえお", k: "かきくけこ", s: "さしすせそ", t: "たちつてと", n: "なにぬねの", h: "はひふへほ", m: "まみむめも",
  y: "や ゆ よ", r: "らりるれろ", w: "わゐ ゑを", g: "がぎぐげご", z: "ざじずぜぞ", d: "だぢづでど", b: "ばびぶべぼ", p: "ぱぴぷぺぽ",
};
const SPECIAL = { shi: "し", chi: "ち", tsu: "つ", fu: "ふ", ji: "じ", n: "ん", "n'": "ん", o: "お", va: "ゔぁ" };
const SMALL = { ya: "ゃ", yu: "ゅ", yo: "ょ" };
const TABLE = new Map(Object.entries(SPECIAL));
for (const [consonant, kana] of Object.entries(ROWS)) {
  [..."aiueo"].forEach((vowel, k) => {
    const key = consonant + vowel;
    if (kana[k] !== " " && !TABLE.has(key)) TABLE.set(key, kana[k]);
  });
  if (consonant && consonant !== "y" && consonant !== "w" && consonant !== "d") {
    for (const [glide, small] of Object.entries(SMALL)) TABLE.set(consonant + glide, kana[1] + small);
  }
}
for (const [start, kana] of [["sh", "し"], ["ch", "ち"], ["j", "じ"]]) {
  for (const [glide, small] of Object.entries(SMALL)) TABLE.set(start + glide.slice(1), kana + small);
}

/** Hiragana of romaji (Hepburn or kunrei), or "" where it is not romaji. */
export function hiraganaOf(romaji) {
  let rest = romaji.toLowerCase().replace(/[āâ]/g, "aa").replace(/[ūû]/g, "uu").replace(/[ōô]/g, "ou");
  let kana = "";
  while (rest) {
    if (/^([bcdfghjkmpqrstvwyz])\1/.test(rest)) {
      kana += "っ";
      rest = rest.slice(1);
      continue;
    }
    const length = [3, 2, 1].find((k) => rest.length >= k && TABLE.has(rest.slice(0, k)));
    if (!length) return "";
    kana += TABLE.get(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return kana;
}

/** Katakana -> hiragana; other signs stay. */
export function toHiragana(text) {
  return text.replace(/[ァ-ヶ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0x60));
}
