/** A whole book in one file: a zip with pages.json and the pictures. */
import { adopt } from "../page/edits.js";
import { unzip, zip } from "./zip.js";

const FORMAT = "kuzushiji-book";
const VERSION = 1;
const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/bmp": "bmp" };

/** The book as a file. */
export async function toFile(book) {
  const files = [];
  const pages = [];
  for (const [i, page] of book.pages.entries()) {
    const picture = await book.picture(page);
    const file = `pictures/${String(i + 1).padStart(4, "0")}.${ENDINGS[picture.type] ?? "bin"}`;
    files.push([file, picture]);
    const { name, number, width, height, turned, status, columns, seconds, notes } = page;
    pages.push({
      name, number, width, height, turned, status: status === "done" ? "done" : "waiting", columns, seconds, notes,
      file, type: picture.type,
    });
  }
  const tree = { format: FORMAT, version: VERSION, saved: new Date().toISOString(), pages };
  return zip([["pages.json", new Blob([JSON.stringify(tree)], { type: "application/json" })], ...files]);
}

/** Reads what `toFile` wrote: [{picture: Blob, page}]. Throws an Error for anything else. */
export async function fromFile(blob) {
  const files = await unzip(blob);
  const tree = JSON.parse(await (files.get("pages.json") ?? new Blob([])).text());
  if (tree?.format !== FORMAT || tree.version !== VERSION || !Array.isArray(tree.pages)) throw new Error("not a book");
  return tree.pages.map((page) => {
    const picture = files.get(page.file);
    if (!picture || !isPage(page)) throw new Error("not a book: a page");
    return { picture: new Blob([picture], { type: ENDINGS[page.type] ? page.type : "" }), page: { ...page, columns: adopt(page.columns) } };
  });
}

const finite = (...values) => values.every(Number.isFinite);
const isCandidate = (c) => c && typeof c.char === "string" && finite(c.probability);
const isCharacter = (c) =>
  c && finite(c.id, c.angle) && Array.isArray(c.box) && c.box.length === 4 && finite(...c.box) &&
  typeof c.char === "string" && c.char.length > 0 && c.char.length <= 8 &&
  Array.isArray(c.candidates) && c.candidates.every(isCandidate) && ["read", "confirmed", "corrected"].includes(c.state);
const isColumn = (column) =>
  column && finite(column.id) && typeof column.kind === "string" && Array.isArray(column.characters) &&
  column.characters.length > 0 && column.characters.every(isCharacter);
const isPage = (page) =>
  typeof page.name === "string" && finite(page.number, page.width, page.height) && Array.isArray(page.columns) &&
  page.columns.every(isColumn);
