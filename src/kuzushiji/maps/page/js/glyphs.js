// The glyphs themselves on the map: as many as fit without touching, the same ones while the map is moved.
import { clamp } from "./dom.js";

const MOST = 1500;

/** Which glyphs to show, and where: { size, list: [i, x, y, …] }, or null when the map is too dense for them.
 * Earlier places in `order` win theirs first, so that zooming in adds glyphs and does not exchange them. */
export function chooseGlyphs({ n, order }, places, rows, width, height, mask, mode) {
  if (mode === "off") return null;
  const edge = 20;
  const room = (width * height) / 900;
  if (mode === "auto" && crowd(n, order, places, rows, width, height, mask) > 8 * room) return null;
  const inside = [];
  for (let k = 0; k < n; k++) {
    const i = order[k];
    if (mask && !mask[i]) continue;
    const [x, y, z] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
    const px = rows[0] * x + rows[1] * y + rows[2] * z + rows[3];
    const py = rows[4] * x + rows[5] * y + rows[6] * z + rows[7];
    if (px > -edge && py > -edge && px < width + edge && py < height + edge) inside.push(i, px, py);
  }
  const count = inside.length / 3;
  if (!count || (mode === "auto" && count > 7 * room)) return null;
  const size = clamp(Math.sqrt((width * height) / count) * 0.6, 28, 72);
  const across = Math.ceil((width + 2 * edge) / size) + 1;
  const taken = new Int32Array(across * (Math.ceil((height + 2 * edge) / size) + 1)).fill(-1);
  const list = [];
  for (let k = 0; k < inside.length && list.length < 3 * MOST; k += 3) {
    const [px, py] = [inside[k + 1], inside[k + 2]];
    const column = Math.floor((px + edge) / size);
    const row = Math.floor((py + edge) / size);
    if (taken[row * across + column] >= 0 || touches(list, taken, across, column, row, px, py, size)) continue;
    taken[row * across + column] = list.length;
    list.push(inside[k], px, py);
  }
  return { size, list };
}

/** About how many points are in view, from a sample. */
function crowd(n, order, places, rows, width, height, mask) {
  const sample = Math.min(n, 4096);
  let seen = 0;
  for (let k = 0; k < sample; k++) {
    const i = order[k];
    if (mask && !mask[i]) continue;
    const [x, y, z] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
    const px = rows[0] * x + rows[1] * y + rows[2] * z + rows[3];
    const py = rows[4] * x + rows[5] * y + rows[6] * z + rows[7];
    if (px > 0 && py > 0 && px < width && py < height) seen++;
  }
  return (seen * n) / sample;
}

function touches(list, taken, across, column, row, x, y, size) {
  for (let r = Math.max(0, row - 1); r <= row + 1; r++) {
    for (let c = Math.max(0, column - 1); c <= column + 1; c++) {
      const k = taken[r * across + c];
      if (k >= 0 && Math.abs(list[k + 1] - x) < size && Math.abs(list[k + 2] - y) < size) return true;
    }
  }
  return false;
}

/** Draws chosen glyphs into one panel of the glyph layer, tinted with each image's ink. */
export class GlyphLayer {
  constructor(canvas, sheets) {
    Object.assign(this, { canvas, sheets, scratch: document.createElement("canvas"), filled: new Set() });
    this.context = canvas.getContext("2d");
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.filled.clear();
  }

  /** rect: CSS px. @returns {number} how many glyphs could be drawn (the rest follow with their sheets) */
  draw(key, rect, chosen, ink, paper) {
    const { context, ratio, scratch } = this;
    if (!chosen && !this.filled.has(key)) return 0;
    context.setTransform(ratio, 0, 0, ratio, rect.x * ratio, rect.y * ratio);
    context.clearRect(0, 0, rect.width, rect.height);
    this.filled.delete(key);
    if (!chosen) return 0;
    this.filled.add(key);
    scratch.width = Math.round(rect.width * ratio); // clears it, too
    scratch.height = Math.round(rect.height * ratio);
    const brush = scratch.getContext("2d");
    brush.scale(ratio, ratio);
    brush.imageSmoothingQuality = "medium";
    const { size, list } = chosen;
    const half = size / 2;
    const drawn = [];
    for (let k = 0; k < list.length; k += 3) {
      if (this.sheets.draw(brush, "glyph", list[k], list[k + 1] - half, list[k + 2] - half, size)) drawn.push(k);
    }
    brush.globalCompositeOperation = "source-atop"; // colour falls on ink only
    context.save();
    context.beginPath();
    context.rect(0, 0, rect.width, rect.height);
    context.clip();
    context.fillStyle = `rgb(${paper.join(" ")} / 0.92)`;
    for (const k of drawn) {
      const i = list[k];
      const [x, y] = [list[k + 1] - half, list[k + 2] - half];
      brush.fillStyle = `rgb(${ink[3 * i]} ${ink[3 * i + 1]} ${ink[3 * i + 2]})`;
      brush.fillRect(x, y, size, size);
      context.fillRect(x, y, size, size);
    }
    context.drawImage(scratch, 0, 0, rect.width, rect.height);
    context.restore();
    return drawn.length;
  }
}
