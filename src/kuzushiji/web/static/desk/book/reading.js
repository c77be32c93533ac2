/** Reads the waiting pages one after the other, the open one first, and boxes that were changed. */
import { characters, columnBox, fromReading, receive, relearn } from "../page/edits.js";
import { readBoxes, readPage, Unreachable } from "./server.js";

const AGAIN = 4000; // ms until a server that does not answer is asked again
const MARGIN = 0.6; // of a column's width: what is sent around the boxes

/** Sends "stage" (detail: page), "failed" (detail: message), "unreachable", "reached" and "changed" (detail: count). */
export class Reading extends EventTarget {
  constructor(book, known) {
    super();
    this.book = book;
    this.known = known;
    this.now = null; // {page, abort}
    this.paused = false;
    this.boxes = new Map(); // page id → AbortController
    book.addEventListener("pages", () => this.next());
    book.addEventListener("removed", (e) => {
      if (this.now?.page === e.detail) this.now.abort.abort();
    });
    addEventListener("online", () => this.next());
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Begins with the next page, when none is being read. */
  async next() {
    if (this.now || this.paused) return;
    const waiting = this.book.pages.filter((page) => page.status === "waiting");
    const page = waiting.includes(this.book.open) ? this.book.open : waiting[0];
    if (!page) return;
    const abort = new AbortController();
    this.now = { page, abort };
    this.book.update(page, { status: "reading", error: null, stage: null }, false);
    try {
      const blob = await this.book.picture(page);
      const read = await readPage(blob, page.name, await this.known.file(), (line) => {
        this.#say("reached");
        this.book.update(page, { stage: line }, false);
      }, abort.signal);
      const { width, height, turned = 0, seconds, notes = [] } = read;
      this.book.finish(page, fromReading(read), { width, height, turned, seconds, notes });
      this.#say("reached");
    } catch (e) {
      this.#failed(page, e);
    }
    this.now = null;
    this.next();
  }

  #failed(page, e) {
    if (e.name === "AbortError") {
      this.book.update(page, { status: "failed", error: null, stage: null });
    } else if (e instanceof Unreachable) {
      this.book.update(page, { status: "waiting", stage: null });
      this.#say("unreachable", e.message);
      this.paused = true;
      setTimeout(() => {
        this.paused = false;
        this.next();
      }, AGAIN);
    } else {
      this.book.update(page, { status: "failed", error: e.message, stage: null });
    }
  }

  /** Stops what is being read; the pages that wait go on waiting until they are asked for. */
  cancel(page = this.now?.page) {
    if (!page) return;
    if (this.now?.page === page) this.now.abort.abort();
    else if (page.status === "waiting") this.book.update(page, { status: "failed", error: null });
  }

  again(page) {
    this.book.update(page, { status: "waiting", error: null });
  }

  /**
   * Reads the page once more with what is known of the hand, in its context as the first time, and takes over what it
   * says of characters that are doubtful. Gives how many of them read differently.
   */
  async teach(page) {
    this.teaching?.abort();
    const abort = this.teaching = new AbortController();
    try {
      const blob = await this.book.picture(page);
      const read = await readPage(blob, page.name, await this.known.file(), () => {}, abort.signal);
      if (abort.signal.aborted) return 0;
      const before = new Map(characters(page.columns).map((c) => [c.id, c.char]));
      this.book.amend(page, (columns) => relearn(columns, fromReading(read)));
      this.#say("reached");
      return characters(page.columns).filter((c) => before.has(c.id) && before.get(c.id) !== c.char).length;
    } catch (e) {
      if (e.name !== "AbortError") this.#say(e instanceof Unreachable ? "unreachable" : "failed", e.message);
      return 0;
    }
  }

  /** Reads a page's changed boxes again, each with its column; `picture(box)` gives the blob of a part of the page. */
  async reread(page, picture) {
    this.boxes.get(page.id)?.abort();
    const abort = new AbortController();
    this.boxes.set(page.id, abort);
    try {
      for (const column of page.columns.filter((each) => each.characters.some((c) => c.stale))) {
        const part = surroundings(column, page);
        const [read] = await readBoxes(
          await picture(part), [layout(column, part)], await this.known.file(), abort.signal,
        );
        if (abort.signal.aborted) return;
        const answers = read.characters.map((c) => ({ ...c, box: [c.box[0] + part[0], c.box[1] + part[1], c.box[2], c.box[3]] }));
        this.book.amend(page, (columns) => receive(columns, column.characters, answers));
      }
      this.#say("reached");
    } catch (e) {
      if (e.name !== "AbortError") this.#say(e instanceof Unreachable ? "unreachable" : "failed", e.message);
    }
  }
}

/** The part of the page that is sent with a column: whole pixels, within the page. */
function surroundings(column, page) {
  const [x, y, w, h] = columnBox(column);
  const room = Math.ceil(MARGIN * Math.max(...column.characters.map((c) => c.box[2])));
  const left = Math.max(0, Math.floor(x - room));
  const top = Math.max(0, Math.floor(y - room));
  const right = Math.min(page.width, Math.ceil(x + w + room));
  const bottom = Math.min(page.height, Math.ceil(y + h + room));
  return [left, top, Math.max(1, right - left), Math.max(1, bottom - top)];
}

function layout(column, part) {
  return {
    kind: column.kind,
    characters: column.characters.map((c) => ({
      box: [c.box[0] - part[0], c.box[1] - part[1], c.box[2], c.box[3]], angle: c.angle, ruby: c.ruby,
      ...(c.state === "read" ? {} : { char: c.char }),
    })),
  };
}
