/**
 * A page's columns and what a person does to them. Columns are never changed: every edit gives new ones, which makes
 * undo a list of what was before.
 *
 * @typedef {{char: string, probability: number, codepoint?: string}} Candidate
 * @typedef {{id: number, box: number[], angle: number, char: string, candidates: Candidate[], sure: boolean,
 *   ruby: boolean, alone: number | null, reason_codes: string[], state: "read" | "confirmed" | "corrected",
 *   stale: boolean, changed?: boolean}} Character
 * @typedef {{id: number, kind: string, characters: Character[]}} Column
 */

export const KINDS = ["main", "heading", "warichu", "caption", "ruby"];
const SMALLEST = 4;
const SAME = 0.6; // overlap from which two boxes are of the same character
let serial = 0;

/** Numbers of this visit; what is opened again raises them. */
export function nextId() {
  serial += 1;
  return serial;
}

/** Columns kept from an earlier visit: new boxes get other numbers than theirs. */
export function adopt(columns) {
  for (const column of columns) serial = Math.max(serial, column.id, ...column.characters.map((c) => c.id));
  return columns;
}

/** Columns out of what the server reads. */
export function fromReading(page) {
  return page.columns.map((column) => ({
    id: nextId(),
    kind: column.kind ?? (column.ruby ? "ruby" : "main"),
    characters: column.characters.map((c) => ({ id: nextId(), ...reading(c), box: [...c.box], angle: 0, ruby: c.ruby })),
  }));
}

function reading(c) {
  return {
    char: c.char, candidates: c.candidates, sure: c.sure, alone: c.alone ?? null,
    reason_codes: c.reason_codes ?? [], state: "read", stale: false,
  };
}

/** All characters in reading order. */
export const characters = (columns) => columns.flatMap((column) => column.characters);

/** What a person should look at: neither sure nor decided. */
export const doubtful = (c) => c.state === "read" && !c.sure;
export const doubts = (columns) => characters(columns).filter(doubtful);

/** Where a character is: its column, the positions of both; null when it is gone. */
export function find(columns, id) {
  for (const [at, column] of columns.entries()) {
    const i = column.characters.findIndex((c) => c.id === id);
    if (i >= 0) return { at, i, column, character: column.characters[i] };
  }
  return null;
}

/** The columns with each character that is among the ids replaced; columns without one stay the same objects. */
function each(columns, ids, change) {
  const wanted = new Set(ids);
  return columns.map((column) => (column.characters.some((c) => wanted.has(c.id))
    ? { ...column, characters: column.characters.map((c) => (wanted.has(c.id) ? { ...c, ...change(c) } : c)) }
    : column));
}

/** A person decides what a character is. */
export function decide(columns, id, char) {
  const now = find(columns, id)?.character;
  if (!now || (now.state !== "read" && now.char === char)) return columns;
  return each(columns, [id], (c) => ({
    char, stale: false, changed: false, state: char === c.candidates[0]?.char ? "confirmed" : "corrected",
  }));
}

/** Takes a decision back. */
export function undecide(columns, ids) {
  return each(columns, ids, (c) => ({ char: c.candidates[0]?.char ?? c.char, state: "read" }));
}

const moved = (c) => ({ stale: c.state === "read" });

export function moveBy(columns, ids, dx, dy) {
  return each(columns, ids, (c) => ({ ...moved(c), box: [c.box[0] + dx, c.box[1] + dy, c.box[2], c.box[3]] }));
}

export function setBox(columns, id, box, angle = 0) {
  const [x, y, w, h] = box;
  const size = [Math.max(SMALLEST, w), Math.max(SMALLEST, h)];
  return each(columns, [id], (c) => ({ ...moved(c), box: [x, y, ...size], angle }));
}

export function remove(columns, ids) {
  const gone = new Set(ids);
  return columns
    .map((column) => ({ ...column, characters: column.characters.filter((c) => !gone.has(c.id)) }))
    .filter((column) => column.characters.length);
}

export const setRuby = (columns, ids, ruby) => each(columns, ids, () => ({ ruby }));

export function setKind(columns, columnId, kind) {
  return columns.map((column) => (column.id === columnId ? { ...column, kind } : column));
}

/** A box without a reading. */
function empty(box, like = {}) {
  return {
    id: nextId(), box, angle: like.angle ?? 0, ruby: like.ruby ?? false, char: "〓", candidates: [], sure: false,
    alone: null, reason_codes: [], state: "read", stale: true,
  };
}

/** The smallest box around boxes. */
export function around(boxes) {
  const left = Math.min(...boxes.map((b) => b[0]));
  const top = Math.min(...boxes.map((b) => b[1]));
  return [left, top, Math.max(...boxes.map((b) => b[0] + b[2])) - left, Math.max(...boxes.map((b) => b[1] + b[3])) - top];
}

export const columnBox = (column) => around(column.characters.map((c) => c.box));

/** Adds a box to the column that it is in, or as a column of its own, right to left. Gives the columns and the id. */
export function add(columns, box) {
  const made = empty(box);
  const x = box[0] + box[2] / 2;
  const y = box[1] + box[3] / 2;
  const home = columns.find((column) => {
    const [left, top, w, h] = columnBox(column);
    return x >= left && x <= left + w && y >= top - 3 * box[3] && y <= top + h + 3 * box[3];
  });
  if (home) return [into(columns, home, made), made.id];
  const column = { id: nextId(), kind: "main", characters: [made] };
  const at = columns.findIndex((other) => {
    const [left, , w] = columnBox(other);
    return left + w / 2 < x;
  });
  const place = at < 0 ? columns.length : at;
  return [[...columns.slice(0, place), column, ...columns.slice(place)], made.id];
}

function into(columns, home, made) {
  const y = made.box[1] + made.box[3] / 2;
  const after = home.characters.filter((c) => c.box[1] + c.box[3] / 2 < y).length;
  const list = [...home.characters.slice(0, after), made, ...home.characters.slice(after)];
  return columns.map((column) => (column === home ? { ...column, characters: list } : column));
}

/** Splits a box into an upper and a lower one. Gives the columns and the new ids. */
export function split(columns, id) {
  const found = find(columns, id);
  if (!found || found.character.box[3] < 2 * SMALLEST) return [columns, [id]];
  const { column, character, i } = found;
  const [x, y, w, h] = character.box;
  const halves = [[x, y, w, h / 2], [x, y + h / 2, w, h / 2]].map((box) => empty(box, character));
  const list = [...column.characters.slice(0, i), ...halves, ...column.characters.slice(i + 1)];
  return [columns.map((each_) => (each_ === column ? { ...column, characters: list } : each_)), halves.map((c) => c.id)];
}

/** Makes one box of several, in the column of the first. Gives the columns and the new id. */
export function merge(columns, ids) {
  const wanted = new Set(ids);
  const all = characters(columns).filter((c) => wanted.has(c.id));
  if (all.length < 2) return [columns, ids[0]];
  const made = empty(around(all.map((c) => c.box)), { ruby: all[0].ruby });
  const list = columns.map((column) => ({
    ...column,
    characters: column.characters.flatMap((c) => (c === all[0] ? [made] : wanted.has(c.id) ? [] : [c])),
  }));
  return [list.filter((column) => column.characters.length), made.id];
}

/** Moves a column by places in the reading order. */
export function moveColumn(columns, columnId, by) {
  const from = columns.findIndex((column) => column.id === columnId);
  const to = Math.min(columns.length - 1, Math.max(0, from + by));
  if (from < 0 || to === from) return columns;
  const rest = columns.filter((_, i) => i !== from);
  return [...rest.slice(0, to), columns[from], ...rest.slice(to)];
}

/** Moves a character by places within its column. */
export function moveCharacter(columns, id, by) {
  const found = find(columns, id);
  if (!found) return columns;
  const to = Math.min(found.column.characters.length - 1, Math.max(0, found.i + by));
  if (to === found.i) return columns;
  const rest = found.column.characters.filter((_, i) => i !== found.i);
  const list = [...rest.slice(0, to), found.character, ...rest.slice(to)];
  return columns.map((column) => (column === found.column ? { ...column, characters: list } : column));
}

/** Begins a new column with a character. */
export function breakBefore(columns, id) {
  const found = find(columns, id);
  if (!found || !found.i) return columns;
  const { column, i, at } = found;
  const first = { ...column, characters: column.characters.slice(0, i) };
  const second = { id: nextId(), kind: column.kind, characters: column.characters.slice(i) };
  return [...columns.slice(0, at), first, second, ...columns.slice(at + 1)];
}

/** Joins a column with the one that is read after it. */
export function joinNext(columns, columnId) {
  const at = columns.findIndex((column) => column.id === columnId);
  if (at < 0 || at + 1 >= columns.length) return columns;
  const joined = { ...columns[at], characters: [...columns[at].characters, ...columns[at + 1].characters] };
  return [...columns.slice(0, at), joined, ...columns.slice(at + 2)];
}

/** Puts new readings, one for each character of a column as it was asked about, where a box has changed. */
export function receive(columns, asked, read) {
  const fresh = new Map(asked.map((c, i) => [c.id, { was: c, now: read[i] }]));
  return columns.map((column) => {
    if (!column.characters.some((c) => fresh.has(c.id))) return column;
    return {
      ...column,
      characters: column.characters.map((c) => {
        const { was, now } = fresh.get(c.id) ?? {};
        // Decided or moved meanwhile: the answer is to an old question.
        return now && c === was && c.stale ? { ...c, ...reading(now) } : c;
      }),
    };
  });
}

/** Takes over what a new reading of the whole page says of the doubtful characters, by the place of their boxes. */
export function relearn(columns, read) {
  const fresh = characters(read);
  return columns.map((column) => {
    if (!column.characters.some(doubtful)) return column;
    return {
      ...column,
      characters: column.characters.map((c) => {
        const now = doubtful(c) && !c.stale && fresh.find((other) => overlap(c.box, other.box) >= SAME);
        if (!now) return c;
        const { char, candidates, sure, alone, reason_codes } = now;
        return { ...c, char, candidates, sure, alone, reason_codes, changed: c.char !== char || c.changed };
      }),
    };
  });
}

/** Intersection over union of two boxes, in [0, 1]. */
function overlap([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (aw * ah + bw * bh - width * height);
}

/** A page as the server and `kuzushiji page --json` have it; what was decided comes first and is sure. */
export function toPage({ name, number = 1, width, height, seconds = 0, turned = 0, notes = [] }, columns) {
  const list = columns.map((column) => {
    const chars = column.characters.map(toCharacter);
    const text = column.characters.filter((c) => column.kind === "ruby" || !c.ruby).map((c) => c.char).join("");
    const box = columnBox(column).map(Math.round);
    return { box, text, ruby: column.kind === "ruby", kind: column.kind, characters: chars };
  });
  const text = list.filter((column) => !column.ruby).map((column) => column.text).join("\n");
  return { file: name, page: number, width, height, text, seconds, turned, notes, columns: list };
}

function toCharacter(c) {
  const chosen = { char: c.char, codepoint: codepoints(c.char), probability: 1 };
  const others = c.candidates.filter((each_) => each_.char !== c.char);
  const list = c.state === "read" && c.candidates.length ? c.candidates : [chosen, ...others];
  const candidates = list.map(({ char, codepoint, probability }) => ({ char, codepoint, probability }));
  const { char, codepoint, probability } = candidates[0];
  return {
    box: c.box.map(Math.round), char, codepoint, probability, sure: c.sure || c.state !== "read", ruby: c.ruby,
    alone: c.alone, reason_codes: c.state === "read" ? c.reason_codes : [], candidates,
  };
}

export const codepoints = (char) =>
  [...char].map((c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join(" ");
