/** What was confirmed or corrected, with its crop: it teaches the reader this hand, and is a data set of its own. */
import { characters } from "../page/edits.js";
import { codepoints } from "../page/edits.js";

const MOST = 400; // crops that are sent; the latest count
const KEY = "kuzushiji.learn";

export class Known {
  constructor(book, kept = null) {
    this.book = book;
    this.on = kept === "on";
    this.crops = new Map(); // key → data: address
  }

  static key(page, c) {
    return `${page.id}/${c.id}/${c.box.map(Math.round).join(",")}`;
  }

  async restore() {
    for (const crop of await this.book.keep.all("known")) this.crops.set(crop.key, crop.image);
  }

  /** Makes the crops of what has been decided on the open page; `crop(character)` gives one. */
  async collect(page, crop) {
    for (const c of characters(page.columns)) {
      const key = Known.key(page, c);
      if (c.state === "read" || c.char === "〓" || this.crops.has(key)) continue;
      const image = await crop(c);
      this.crops.set(key, image);
      await this.book.keep.put("known", { key, image }, key);
    }
  }

  /** One object for each decided character that has a crop, in the order of the pages. */
  list() {
    return this.book.pages.flatMap((page) => characters(page.columns)
      .filter((c) => c.state !== "read" && this.crops.has(Known.key(page, c)))
      .map((c) => ({
        char: c.char, codepoint: codepoints(c.char), file: page.name, page: page.number,
        box: c.box.map(Math.round), image: this.crops.get(Known.key(page, c)),
      })));
  }

  /** The JSON lines that `kuzushiji page --known` takes, or null when there are none or learning is off. */
  async file(always = false) {
    if (!this.on && !always) return null;
    const lines = this.list().slice(always ? 0 : -MOST).map((each) => `${JSON.stringify(each)}\n`);
    return lines.length ? new Blob(lines, { type: "application/x-ndjson" }) : null;
  }
}

export { KEY as LEARN };
