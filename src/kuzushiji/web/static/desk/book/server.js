/** The server's part of the desk, as functions. */
import { t } from "../../i18n.js";

const RETRIES = 5;
const pause = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    reject(signal.reason);
  }, { once: true });
});

/** The server cannot be reached, now: what was asked can be asked again later. */
export class Unreachable extends Error {}

async function ask(url, body, signal) {
  for (let attempt = 0; ; attempt++) {
    let answer;
    try {
      answer = await fetch(url, { method: "POST", body, signal });
    } catch (e) {
      if (e.name === "AbortError") throw e;
      throw new Unreachable(t("error.network"));
    }
    if (answer.ok) return answer;
    if (answer.status === 429 && attempt < RETRIES) {
      await pause(500 * 2 ** attempt, signal);
      continue;
    }
    const { error } = await answer.json().catch(() => ({ error: answer.statusText }));
    throw new Error(answer.status === 429 ? t("error.busy") : t("error.api", { message: error }));
  }
}

/** The objects of an answer that comes as one line of JSON each. */
async function* lines(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const part of parts) if (part) yield JSON.parse(part);
    }
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Unreachable(t("error.network"));
  } finally {
    reader.cancel().catch(() => {});
  }
}

function form(parts) {
  const body = new FormData();
  for (const [name, blob, file] of parts) if (blob) body.append(name, blob, file);
  return body;
}

/** Reads a page; `progress(line)` is called with each stage. Gives the page's JSON. */
export async function readPage(blob, name, known, progress, signal) {
  const answer = await ask("/api/pages", form([["image", blob, name], ["known", known, "known.jsonl"]]), signal);
  let page = null;
  for await (const line of lines(answer)) {
    if (line.stage === "failed") throw new Error(t("error.api", { message: line.error }));
    if (line.stage === "done") page = line.page;
    else progress(line);
  }
  if (page) return page;
  throw new Unreachable(t("error.network")); // the stream ended in the middle: the server was stopped
}

/** Reads boxes again. `columns` are as the API wants them, in pixels of the blob. */
export async function readBoxes(blob, columns, known, signal) {
  const layout = new Blob([JSON.stringify({ columns })], { type: "application/json" });
  const parts = [["image", blob, "part.png"], ["layout", layout, "layout.json"], ["known", known, "known.jsonl"]];
  const answer = await ask("/api/pages/boxes", form(parts), signal);
  return (await answer.json()).columns;
}

/** The pages in a file format, as a blob; `images` belong to the pages, where the format wants them. */
export async function exported(format, pages, images = []) {
  const tree = new Blob([JSON.stringify({ pages })], { type: "application/json" });
  const parts = [["pages", tree, "pages.json"], ...images.map((image, i) => ["image", image, `${i + 1}`])];
  const answer = await ask(`/api/pages/export?format=${format}`, form(parts));
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  return { blob: await answer.blob(), name: name ? decodeURIComponent(name) : `pages.${format}` };
}

/** Pictures out of what a browser cannot open (PDF, TIFF), one after the other. */
export async function* picturesOf(blob, name, signal) {
  for await (const line of lines(await ask("/api/pages/pictures", form([["file", blob, name]]), signal))) yield line;
}

/** Pictures of an address, such as a IIIF manifest; the server fetches them. */
export async function* picturesAt(address, signal) {
  const body = new Blob([JSON.stringify({ address })], { type: "application/json" });
  for await (const line of lines(await ask("/api/pages/address", form([["file", body, "address.json"]]), signal))) {
    yield line;
  }
}
