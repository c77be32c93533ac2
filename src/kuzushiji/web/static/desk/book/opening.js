/** Files, folders, pasted pictures and addresses: pictures of pages out of whatever comes. */
import { t } from "../../i18n.js";
import { picturesAt, picturesOf } from "./server.js";

const BY_SERVER = /\.(pdf|tiff?|jp2|jpx|j2k|heic|heif)$/i;
const SHOWN = /^image\/(png|jpeg|webp|gif|bmp|avif)$/;
const SENT = /^image\/(png|jpeg|webp|gif|bmp)$/; // what the server reads as it is
const order = new Intl.Collator("ja", { numeric: true });

/** All files of a drop, folders opened, sorted by path. */
export async function filesOf(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...(transfer.files ?? [])];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return sorted(found);
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    if (file && !file.name.startsWith(".")) found.push(Object.assign(file, { path: entry.fullPath }));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (!some.length) return; // a folder gives its entries in parts
    for (const each of some) await walk(each, found);
  }
}

const path = (file) => file.path || file.webkitRelativePath || file.name || "";
export const sorted = (files) => [...files].sort((a, b) => order.compare(path(a), path(b)));

/** Opens files into the book, in order. Gives {added, first, problems}: one line for each file that could not be used. */
export async function openFiles(book, files, folder = false) {
  const result = { added: 0, first: null, problems: [] };
  for (const file of files) {
    const name = file.name || t("desk.pasted");
    try {
      if (BY_SERVER.test(name) || file.type === "application/pdf" || file.type === "image/tiff") {
        await take(book, picturesOf(file, name), name, result);
      } else if (SHOWN.test(file.type) || !folder) {
        await addPicture(book, file, name, 1, result);
      } // another file in a folder is no page
    } catch (e) {
      result.problems.push(`${name}: ${e.message}`);
    }
  }
  return result;
}

/** Opens what is at an address. */
export async function openAddress(book, address, signal) {
  const result = { added: 0, first: null, problems: [] };
  await take(book, picturesAt(address, signal), address, result);
  return result;
}

async function take(book, pictures, name, result) {
  for await (const line of pictures) {
    if (line.error) {
      result.problems.push(`${line.name ?? name}: ${line.error}`);
      continue;
    }
    const bytes = Uint8Array.from(atob(line.image), (c) => c.charCodeAt(0));
    await addPicture(book, new Blob([bytes], { type: line.type }), line.name ?? name, line.page ?? 1, result);
  }
}

async function addPicture(book, blob, name, number, result) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    throw new Error(t("error.image"));
  }
  const { width, height } = bitmap;
  const kept = SENT.test(blob.type) ? blob : await redrawn(bitmap);
  bitmap.close();
  const page = await book.add(kept, { name, number, width, height });
  if (!page) throw new Error(t("desk.full"));
  result.first ??= page;
  result.added += 1;
}

/** A picture in a format that every server reads. */
async function redrawn(bitmap) {
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
