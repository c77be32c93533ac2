/** Zip files without compression: pictures are compressed already, and a stored file can be read from the disk. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const UTF8 = 0x0800;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

async function crc32(blob) {
  let crc = 0xffffffff;
  for (let at = 0; at < blob.size; at += 1 << 22) {
    const bytes = new Uint8Array(await blob.slice(at, at + (1 << 22)).arrayBuffer());
    for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function record(signature, shorts) {
  const size = 4 + shorts.reduce((sum, [bytes]) => sum + bytes, 0);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, signature, true);
  let at = 4;
  for (const [bytes, value] of shorts) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return view.buffer;
}

const dosDate = (date) =>
  ((Math.max(1980, date.getFullYear()) - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();

/**
 * A zip of files.
 * @param {[string, Blob][]} files
 * @returns {Promise<Blob>}
 */
export async function zip(files) {
  const parts = [];
  const directory = [];
  const date = dosDate(new Date());
  let at = 0;
  for (const [name, blob] of files) {
    const bytes = encoder.encode(name);
    const common = [
      [2, 20], [2, UTF8], [2, 0], [2, 0], [2, date], [4, await crc32(blob)], [4, blob.size], [4, blob.size],
      [2, bytes.length], [2, 0],
    ];
    parts.push(record(0x04034b50, common), bytes, blob);
    directory.push(record(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), bytes);
    at += 30 + bytes.length + blob.size;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const count = files.length;
  const end = record(0x06054b50, [[2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** The files of a zip that `zip` made: name → Blob. Throws an Error for anything else. */
export async function unzip(blob) {
  const wrong = (what) => new Error(`not a zip of this page: ${what}`);
  if (blob.size < 22) throw wrong("too short");
  const end = new DataView(await blob.slice(-22).arrayBuffer());
  if (end.getUint32(0, true) !== 0x06054b50) throw wrong("no end");
  const count = end.getUint16(10, true);
  const start = end.getUint32(16, true);
  const bytes = await blob.slice(start, start + end.getUint32(12, true)).arrayBuffer();
  const view = new DataView(bytes);
  const files = new Map();
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== 0x02014b50) throw wrong("directory");
    const length = view.getUint16(at + 28, true);
    const name = decoder.decode(new Uint8Array(bytes, at + 46, length));
    if (view.getUint16(at + 10, true)) throw wrong("compressed");
    const local = view.getUint32(at + 42, true);
    const head = new DataView(await blob.slice(local, local + 30).arrayBuffer());
    const from = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    const size = view.getUint32(at + 20, true);
    if (from + size > blob.size) throw wrong("cut short");
    files.set(name, blob.slice(from, from + size));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
