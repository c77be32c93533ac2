/** The book: its pages, the one that is open, and what happens to them. */
import { adopt, doubts } from "../page/edits.js";
import { History } from "../page/history.js";

/**
 * Sends "pages" when pages come, go or change their status, "open" when another page is open, "columns" when the open
 * page's columns change, "full" when the browser has no room left.
 *
 * A page: {id, order, name, number, width, height, turned, status, error, stage, columns, past, future}; its status is
 * "waiting", "reading", "done" or "failed".
 */
export class Book extends EventTarget {
  constructor(keep) {
    super();
    this.keep = keep;
    this.pages = [];
    this.open = null;
    this.history = new History([]);
    this.saving = new Map(); // page id → the writing that is under way
  }

  #say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** The pages of the last visit. What was being read then waits again. */
  async restore() {
    const pages = await this.keep.all("pages");
    pages.sort((a, b) => a.order - b.order);
    for (const page of pages) {
      for (const columns of [page.columns, ...page.past, ...page.future]) adopt(columns);
      if (page.status === "reading") page.status = "waiting";
    }
    this.pages = pages;
    this.#say("pages");
  }

  /** Adds a picture as a page that waits to be read, or, out of a saved book, as it was. */
  async add(blob, { name, number = 1, width, height, turned = 0, status = "waiting", columns = [], seconds = 0, notes = [] }) {
    const page = {
      id: newName(), order: (this.pages.at(-1)?.order ?? 0) + 1, name, number, width, height, turned, status,
      error: null, stage: null, columns, past: [], future: [], seconds, notes,
    };
    if (!(await this.keep.put("pictures", blob, page.id))) {
      this.#say("full");
      return null;
    }
    this.pages.push(page);
    await this.#keepNow(page);
    this.#say("pages");
    return page;
  }

  picture(page) {
    return this.keep.get("pictures", page.id);
  }

  /** Opens a page by its id; null for none. */
  select(id) {
    const page = this.pages.find((each) => each.id === id) ?? null;
    this.open = page;
    this.history = page ? new History(page.columns, page.past, page.future) : new History([]);
    this.#say("open", page);
  }

  async remove(page) {
    const at = this.pages.indexOf(page);
    if (at < 0) return;
    this.pages.splice(at, 1);
    await this.saving.get(page.id);
    await this.keep.remove("pages", page.id);
    await this.keep.remove("pictures", page.id);
    this.#say("removed", page);
    this.#say("pages");
    if (page === this.open) this.select((this.pages[at] ?? this.pages[at - 1])?.id);
  }

  async clear() {
    for (const page of this.pages) this.#say("removed", page);
    this.pages = [];
    await this.flush();
    await this.keep.clear();
    this.#say("pages");
    this.select(null);
  }

  /** Changes what is known of a page (status, stage, size …). */
  update(page, change, lasting = true) {
    Object.assign(page, change);
    if (lasting) this.#keepNow(page);
    this.#say("pages");
  }

  /** A page has been read (again): what was before can be had back by undo. */
  finish(page, columns, facts) {
    const history = page === this.open ? this.history : new History(page.columns, page.past, page.future);
    if (page.columns.length) history.step(columns);
    else history.amend(columns);
    Object.assign(page, facts, { status: "done", error: null, stage: null });
    this.#take(page, history);
    this.#say("pages");
  }

  /** An edit of the open page, as a step that can be taken back. */
  edit(columns) {
    if (!this.open || !this.history.step(columns)) return;
    this.#take(this.open, this.history);
  }

  /** New readings of a page that nobody asked to undo; `change` maps its columns. */
  amend(page, change) {
    const history = page === this.open ? this.history : new History(page.columns, page.past, page.future);
    history.amend(change(history.columns));
    this.#take(page, history);
  }

  undo() {
    if (this.open && this.history.undo()) this.#take(this.open, this.history);
  }

  redo() {
    if (this.open && this.history.redo()) this.#take(this.open, this.history);
  }

  #take(page, history) {
    Object.assign(page, { columns: history.columns, past: history.past, future: history.future });
    this.#keepNow(page);
    if (page === this.open) this.#say("columns", page);
  }

  /** How many characters of a page are doubtful. */
  doubts(page) {
    return doubts(page.columns).length;
  }

  // ---- keeping -------------------------------------------------------------------------------------------------

  /** Keeps a page at once: a tab may be closed at any moment. What changes meanwhile is written once more. */
  #keepNow(page) {
    if (!this.pages.includes(page)) return null;
    page.unsaved = true;
    if (!this.saving.has(page.id)) {
      this.saving.set(page.id, this.#write(page).finally(() => this.saving.delete(page.id)));
    }
    return this.saving.get(page.id);
  }

  async #write(page) {
    while (page.unsaved && this.pages.includes(page)) {
      page.unsaved = false;
      // The steps back are kept too, a few of them: closing the tab loses nothing that one would miss.
      const { stage, unsaved, ...rest } = page;
      const kept = { ...rest, stage: null, past: page.past.slice(-20), future: page.future.slice(-20) };
      if (!(await this.keep.put("pages", kept))) this.#say("full");
    }
  }

  /** Waits until everything is kept. */
  async flush() {
    await Promise.all(this.saving.values());
  }
}

/** A name that no other page has; `crypto.randomUUID` is missing where the page comes without https. */
export function newName() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
