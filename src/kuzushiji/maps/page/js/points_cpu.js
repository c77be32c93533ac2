// Draws the points without a graphics card: straight into the pixels of a 2-D canvas.
// Where WebGL is only emulated, this is many times faster than it: a point is a few additions here.

const PAD = 8; // px around the panel, so that no point needs to ask whether it crosses the edge

/** Covered pixels of a disc: [dx, dy, coverage 0-256, …] for points rounded to whole px. */
function discOf(size) {
  const radius = size / 2;
  const reach = Math.ceil(radius);
  const disc = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5));
      if (cover > 0.1) disc.push(dx, dy, Math.round(cover * 256));
    }
  }
  return disc;
}

const CELLS = 128;

/** `order` again, but cell by cell of the map: points drawn one after another then lie near each other in memory,
 * which halves the time. Within a cell the order stays as it was: random, the selected last. */
function byCell(places, order) {
  const starts = new Uint32Array(CELLS * CELLS + 1);
  const cell = (v) => Math.min(CELLS - 1, Math.max(0, Math.floor(((v + 1) / 2) * CELLS)));
  const cells = Uint16Array.from(order, (i) => cell(-places[3 * i + 1]) * CELLS + cell(places[3 * i]));
  for (const c of cells) starts[c + 1]++;
  for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
  const sorted = new Uint32Array(order.length);
  for (let k = 0; k < order.length; k++) sorted[starts[cells[k]]++] = order[k];
  return sorted;
}

/** Groups of `width` values a point, put into another order. */
function arranged(values, order, width) {
  const out = new values.constructor(width * order.length);
  for (let k = 0; k < order.length; k++) {
    for (let d = 0; d < width; d++) out[width * k + d] = values[width * order[k] + d];
  }
  return out;
}

export class CPUPoints {
  constructor(canvas, atlas) {
    Object.assign(this, { canvas, atlas, kind: "canvas", ratio: 1.25 });
    // Pixels are only ever put, never drawn: this hint keeps them in plain memory.
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.image = null;
    this.ready = new Map(); // places -> what draw() reads, in drawing order
  }

  /** @param colours RGBA of each image  @param order which is drawn first  @param paper background [r, g, b] */
  setLook(colours, order, paper) {
    Object.assign(this, { colours, order, paper });
    this.ready.clear();
  }

  /** A map's places and colours in the order they are drawn in; `from`, too, while points pass from there. */
  prepared(places, from) {
    let held = this.ready.get(places);
    if (!held) {
      const order = byCell(places, this.order);
      held = { order, to: arranged(places, order, 3), colours: arranged(this.colours, order, 4) };
      this.ready.set(places, held);
    }
    if (from === places) return { ...held, from: held.to };
    if (held.origin !== from) Object.assign(held, { origin: from, from: arranged(from, held.order, 3) });
    return held;
  }

  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  clear() {
    this.context.fillStyle = `rgb(${this.paper.join(" ")})`;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  pixels(width, height) {
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
    }
    const [r, g, b] = this.paper;
    this.words.fill(((255 << 24) | (b << 16) | (g << 8) | r) >>> 0);
    return this.words;
  }

  /** Draws one panel. rect: device px from the top left; view: { from, to, moved, rows, deep, size }. */
  draw(rect, view) {
    const { rows, deep, size, moved } = view;
    const still = moved >= 1 || view.from === view.to;
    const { colours, from, to } = this.prepared(view.to, still ? view.to : view.from);
    const count = this.order.length;
    const [width, height] = [rect.width + 2 * PAD, rect.height + 2 * PAD];
    const words = this.pixels(width, height);
    const disc = discOf(Math.min(size, 2 * PAD - 3));
    const taps = disc.length / 3;
    const offsets = new Int32Array(taps);
    const covers = new Int32Array(taps);
    for (let k = 0; k < taps; k++) {
      offsets[k] = disc[3 * k + 1] * width + disc[3 * k];
      covers[k] = disc[3 * k + 2];
    }
    const [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2] = rows;
    for (let i = 0; i < count; i++) {
      let x = to[3 * i];
      let y = to[3 * i + 1];
      let z = to[3 * i + 2];
      if (!still) {
        x = from[3 * i] + (x - from[3 * i]) * moved;
        y = from[3 * i + 1] + (y - from[3 * i + 1]) * moved;
        z = from[3 * i + 2] + (z - from[3 * i + 2]) * moved;
      }
      const px = a0 * x + a1 * y + a2 * z + a3;
      const py = b0 * x + b1 * y + b2 * z + b3;
      if (px < 0 || py < 0 || px >= rect.width || py >= rect.height) continue;
      let alpha = colours[4 * i + 3];
      if (deep) alpha = (alpha * (0.45 + 0.55 * Math.min(1, Math.max(0, 0.5 + 0.4 * (c0 * x + c1 * y + c2 * z))))) | 0;
      const green = colours[4 * i + 1] << 8;
      const redBlue = colours[4 * i] | (colours[4 * i + 2] << 16);
      const at = ((py | 0) + PAD) * width + (px | 0) + PAD;
      for (let t = 0; t < taps; t++) {
        let w = (alpha * covers[t]) >> 8;
        w += w >> 7; // 255 is all of 256
        const rest = 256 - w;
        const o = at + offsets[t];
        const below = words[o];
        const rb = (Math.imul(below & 0xff00ff, rest) + Math.imul(redBlue, w) + 0x800080) >>> 8;
        const g = (Math.imul(below & 0x00ff00, rest) + Math.imul(green, w) + 0x8000) >>> 8;
        words[o] = 0xff000000 | (rb & 0xff00ff) | (g & 0x00ff00);
      }
    }
    this.context.putImageData(this.image, rect.x - PAD, rect.y - PAD, PAD, PAD, rect.width, rect.height);
  }
}
