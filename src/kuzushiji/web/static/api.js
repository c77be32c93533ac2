/** The server, as functions. */
import { t } from "./i18n.js";

const RETRIES = 4;
const EVIDENCE = 6; // known glyphs beside each of the first candidates
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function ask(url, options = {}) {
  for (let attempt = 0; ; attempt++) {
    let answer;
    try {
      answer = await fetch(url, options);
    } catch (e) {
      if (e.name === "AbortError") throw e;
      throw new Error(t("error.network"));
    }
    if (answer.ok) return answer.json();
    if (answer.status === 429 && attempt < RETRIES) {
      await pause(400 * 2 ** attempt);
      continue;
    }
    if (answer.status === 429) throw new Error(t("error.busy"));
    const { error } = await answer.json().catch(() => ({ error: answer.statusText }));
    throw new Error(t("error.api", { message: error }));
  }
}

/**
 * Reads pictures of one character each.
 * @param {Blob[]} blobs
 * @param {{top?: number, invert?: boolean, threshold?: number|null, signal?: AbortSignal}} options
 * @returns {Promise<any[]>} one reading each
 */
export async function read(blobs, { top = 5, invert = false, threshold = null, signal } = {}) {
  const query = new URLSearchParams({ top: String(top), evidence: String(EVIDENCE) });
  if (invert) query.set("invert", "true");
  if (threshold) query.set("threshold", String(threshold));
  const request = { method: "POST", signal };
  if (blobs.length === 1) {
    request.body = blobs[0];
  } else {
    request.body = new FormData();
    blobs.forEach((blob, i) => request.body.append("image", blob, `${i + 1}.png`));
  }
  return (await ask(`/api/read?${query}`, request)).readings;
}

const known = new Map();

/** What is known of a character; null where nothing is. */
export function character(char) {
  if (!known.has(char)) {
    const answer = ask(`/api/characters/${encodeURIComponent(char)}`).catch(() => {
      known.delete(char);
      return null;
    });
    known.set(char, answer);
  }
  return known.get(char);
}

export const model = () => ask("/api/model");
