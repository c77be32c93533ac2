/** Keeps the book in this browser (IndexedDB): pages with their pictures, and the crops of what was confirmed. */
import { openDB } from "../../vendor/idb.js";

const NAME = "kuzushiji-desk";

/**
 * Opens the store. Without one (a private window) everything lasts as long as the tab, and `lasting` is false.
 */
export async function openKeep() {
  try {
    const db = await openDB(NAME, 1, {
      upgrade(fresh) {
        fresh.createObjectStore("pages", { keyPath: "id" });
        fresh.createObjectStore("pictures");
        fresh.createObjectStore("known");
      },
      blocking: (_now, _wanted, event) => event.target.close(),
    });
    return new Keep(db);
  } catch {
    return new Keep(null);
  }
}

class Keep {
  constructor(db) {
    this.db = db;
    this.lasting = Boolean(db);
    this.memory = { pages: new Map(), pictures: new Map(), known: new Map() };
  }

  async all(store) {
    if (!this.db) return [...this.memory[store].values()];
    return this.db.getAll(store);
  }

  async get(store, key) {
    if (!this.db) return this.memory[store].get(key);
    return this.db.get(store, key);
  }

  /** Keeps a value; gives false where the browser has no room left. */
  async put(store, value, key) {
    if (!this.db) {
      this.memory[store].set(key ?? value.id, value);
      return true;
    }
    try {
      const change = this.db.transaction(store, "readwrite");
      const put = change.store.put(value, key);
      change.commit(); // now, and not when the tab, which may be closing, gets to it
      await put;
      await change.done;
      return true;
    } catch (e) {
      if (e.name === "QuotaExceededError") return false;
      throw e;
    }
  }

  async remove(store, key) {
    if (!this.db) this.memory[store].delete(key);
    else await this.db.delete(store, key);
  }

  async clear() {
    for (const store of Object.keys(this.memory)) {
      this.memory[store].clear();
      await this.db?.clear(store);
    }
  }
}

/**
 * One tab works on the book at a time, since two would overwrite each other. `held(true)` when this tab may work,
 * `held(false)` when another one has taken over.
 */
export function holdBook(held, steal = false) {
  if (!navigator.locks) {
    held(true); // a page of another machine without https: browsers have no locks there
    return;
  }
  const options = steal ? { steal: true } : { ifAvailable: true };
  navigator.locks.request(NAME, options, async (lock) => {
    if (!lock) {
      held(false);
      return;
    }
    held(true);
    await new Promise(() => {}); // until the tab closes, or another one takes over
  }).catch(() => held(false));
}
