/** A page's picture in tiles of several sizes: a large scan is shown without drawing all of it each time. */
const TILE = 1024;
const MOST = 40_000_000; // pixels; a larger picture is shrunk for the screen
const breath = () => new Promise((resolve) => setTimeout(resolve));

export class Pyramid {
  /** `width` and `height` are the upright page's; `scale` is the picture's pixels for one of the page's. */
  constructor(width, height, scale) {
    this.width = width;
    this.height = height;
    this.scale = scale;
    this.levels = []; // {scale, tiles: [{x, y, bitmap}]}, the finest first
  }

  /**
   * Cuts a picture into tiles. `turned` is by how many degrees clockwise it is turned to be upright.
   * Gives null when `signal` has been aborted meanwhile.
   */
  static async of(blob, turned, signal) {
    let bitmap = await createImageBitmap(blob);
    if (turned) bitmap = await upright(bitmap, turned);
    const { width, height } = bitmap;
    const scale = Math.min(1, Math.sqrt(MOST / (width * height)));
    if (scale < 1) bitmap = await smaller(bitmap, scale);
    const made = new Pyramid(width, height, scale);
    for (let now = scale; ; now /= 2) {
      made.levels.push({ scale: now, tiles: await cut(bitmap) });
      if (signal?.aborted) break;
      if (Math.max(bitmap.width, bitmap.height) <= TILE) break;
      await breath();
      bitmap = await smaller(bitmap, 0.5);
    }
    bitmap.close();
    if (!signal?.aborted) return made;
    made.close();
    return null;
  }

  close() {
    for (const level of this.levels) for (const tile of level.tiles) tile.bitmap.close();
    this.levels = [];
  }

  /** Draws what is visible; the context's transform maps the page's pixels to the screen. */
  draw(context, scale, [left, top, right, bottom]) {
    const level = this.levels.findLast((each) => each.scale >= scale * 0.99) ?? this.levels[0];
    if (!level) return;
    const k = 1 / level.scale;
    for (const { x, y, bitmap } of level.tiles) {
      const place = [x * k, y * k, bitmap.width * k, bitmap.height * k];
      if (place[0] > right || place[1] > bottom || place[0] + place[2] < left || place[1] + place[3] < top) continue;
      context.drawImage(bitmap, ...place);
    }
  }

  /** A part of the page, turned upright, as a canvas of at most `longest` pixels. */
  crop([x, y, width, height], angle = 0, longest = Infinity) {
    const scale = Math.min(this.scale, longest / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.translate(canvas.width / 2, canvas.height / 2);
    context.scale(scale, scale);
    context.rotate((-angle * Math.PI) / 180);
    context.translate(-x - width / 2, -y - height / 2);
    const reach = Math.hypot(width, height);
    this.draw(context, scale, [x - reach, y - reach, x + width + reach, y + height + reach]);
    return canvas;
  }
}

async function cut(bitmap) {
  const tiles = [];
  for (let y = 0; y < bitmap.height; y += TILE) {
    for (let x = 0; x < bitmap.width; x += TILE) {
      const width = Math.min(TILE, bitmap.width - x);
      const height = Math.min(TILE, bitmap.height - y);
      tiles.push({ x, y, bitmap: await createImageBitmap(bitmap, x, y, width, height) });
    }
  }
  return tiles;
}

async function smaller(bitmap, scale) {
  const resizeWidth = Math.max(1, Math.round(bitmap.width * scale));
  const resizeHeight = Math.max(1, Math.round(bitmap.height * scale));
  const less = await createImageBitmap(bitmap, { resizeWidth, resizeHeight, resizeQuality: "medium" });
  bitmap.close();
  return less;
}

async function upright(bitmap, turned) {
  const canvas = document.createElement("canvas");
  const across = turned % 180 !== 0;
  canvas.width = across ? bitmap.height : bitmap.width;
  canvas.height = across ? bitmap.width : bitmap.height;
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turned * Math.PI) / 180);
  context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
  bitmap.close();
  return createImageBitmap(canvas);
}

/** A canvas as a blob. */
export const blobOf = (canvas, type = "image/png", quality = undefined) =>
  new Promise((resolve) => canvas.toBlob(resolve, type, quality));
