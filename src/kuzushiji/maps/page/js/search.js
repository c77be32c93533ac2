// Finds classes by character, code point, romaji, reading, meaning, jibo; and single images by "#12345".
import { hiraganaOf, toHiragana } from "./romaji.js";

const bare = (text) => text.normalize("NFKC").trim().toLowerCase();

/** One line a class of all it can be found by. */
export function makeIndex(classes) {
  return classes.map((c, id) => ({
    id,
    sign: c.c,
    code: (c.u || "").toLowerCase(),
    romaji: (c.r || "").toLowerCase(),
    // A kun reading is written "やま.い" or "-ぶ": dot and dash are no part of the sound.
    readings: [...(c.on || []), ...(c.kun || [])].map((r) => toHiragana(r).replace(/[.\-・]/g, "")),
    meaning: (c.g || "").toLowerCase(),
    also: [...(c.a || []), ...(c.j || []).flatMap(([sign, , parent]) => [sign, parent])].filter(Boolean),
    count: c.n,
  }));
}

/** Class numbers that fit, the best first. */
export function search(index, text) {
  const query = bare(text);
  if (!query) return [];
  const code = query.replace(/^(u\+|\\u|0x)/, "u+");
  const hex = /^[0-9a-f]{4,5}$/.test(query) ? `u+${query}` : code;
  const sound = /^[a-zāâūûōô']+$/.test(query) ? hiraganaOf(query) : toHiragana(query);
  const word = new RegExp(`(^|[^a-z])${query.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`);
  const score = (entry) => {
    if (entry.sign === query || entry.sign === sound || entry.sign === text.trim()) return 0;
    if (entry.code === hex) return 1;
    if (entry.romaji === query) return 2;
    if (entry.also.includes(query) || (sound && entry.also.includes(sound))) return 3;
    if (sound && entry.readings.includes(sound)) return 4;
    if (entry.meaning === query) return 4;
    if (query.length > 1 && entry.romaji.startsWith(query)) return 5;
    if (query.length > 1 && word.test(entry.meaning)) return 6;
    if (sound.length > 1 && entry.readings.some((r) => r.startsWith(sound))) return 7;
    if (entry.sign.toLowerCase().startsWith(query)) return 8;
    return Infinity;
  };
  return index
    .map((entry) => [score(entry), entry])
    .filter(([points]) => points < Infinity)
    .sort((a, b) => a[0] - b[0] || b[1].count - a[1].count)
    .map(([, entry]) => entry.id);
}

/** The image that "#12345" names (its number in the data set), or -1. */
export function imageNamed(indices, text) {
  const match = /^#\s*(\d+)$/.exec(bare(text));
  return match ? indices.indexOf(Number(match[1])) : -1;
}
