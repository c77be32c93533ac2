// Sprite sheets: asked for when a glyph on them is first drawn, and let go when many others have been used since.
import { h } from "./dom.js";

export class Sheets {
  /** @param words the page's JSON  @param onload called whenever a further sheet can be drawn */
  constructor(words, onload) {
    const small = (navigator.deviceMemory || 8) <= 4 || matchMedia("(pointer: coarse)").matches;
    Object.assign(this, { words, onload, held: new Map(), most: small ? 10 : 32, frame: 0, wanted: 0 });
    this.waiting = new Map();
  }

  /** Before each picture: only the sheets that the last picture did not need may be let go. */
  nextFrame() {
    this.frame++;
    this.wanted = 0;
  }

  source(name, k) {
    if (!this.words.inline) return `sprites/${name}-${k}.png`;
    return `data:image/png;base64,${document.getElementById(`data-${name}-${k}`).textContent}`;
  }

  request(name, k) {
    const key = `${name}-${k}`;
    const entry = { bitmap: null, used: this.frame };
    this.held.set(key, entry);
    const image = new Image();
    image.onload = async () => {
      // A bitmap stays decoded; an <img> may be decoded anew at every use.
      entry.bitmap = await createImageBitmap(image).catch(() => image);
      this.release();
      for (const draw of this.waiting.get(key) || []) draw();
      this.waiting.delete(key);
      this.onload();
    };
    image.onerror = () => (entry.failed = true);
    image.src = this.source(name, k);
    return entry;
  }

  release() {
    const idle = [...this.held].filter(([, e]) => e.bitmap && e.used < this.frame - 1);
    idle.sort((a, b) => a[1].used - b[1].used);
    for (const [key, entry] of idle.slice(0, Math.max(0, this.held.size - this.most))) {
      entry.bitmap.close?.();
      this.held.delete(key);
    }
  }

  /** Draws a glyph as black ink, `size` px wide, its top left at (x, y). @returns {boolean} false: not here yet */
  draw(context, name, i, x, y, size) {
    const grid = this.words.sprites[name];
    const sheet = Math.floor(i / grid.perSheet);
    let entry = this.held.get(`${name}-${sheet}`);
    if (!entry) {
      if (this.wanted >= this.most) return false; // more sheets in one picture than may be held
      this.wanted++;
      entry = this.request(name, sheet);
    }
    if (entry.used !== this.frame) {
      entry.used = this.frame;
      this.wanted++;
    }
    if (!entry.bitmap) return false;
    const place = i % grid.perSheet;
    const [column, row] = [place % grid.columns, Math.floor(place / grid.columns)];
    context.drawImage(entry.bitmap, column * grid.cell, row * grid.cell, grid.cell, grid.cell, x, y, size, size);
    return true;
  }

  /** The same in any colour. */
  tinted(context, name, i, x, y, size, colour) {
    const side = Math.ceil(size * 2);
    this.scratch ||= document.createElement("canvas");
    this.scratch.width = this.scratch.height = side; // clears it, too
    const brush = this.scratch.getContext("2d");
    if (!this.draw(brush, name, i, 0, 0, side)) return false;
    brush.globalCompositeOperation = "source-in";
    brush.fillStyle = colour;
    brush.fillRect(0, 0, side, side);
    context.drawImage(this.scratch, x, y, size, size);
    return true;
  }

  /** A glyph as an element of the page, `size` CSS px wide; drawn as soon as its sheet is there. */
  thumb(i, size, name = "glyph") {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const canvas = h("canvas", { class: "glyph", width: size * ratio, height: size * ratio, "data-image": i });
    canvas.style.width = canvas.style.height = `${size}px`;
    const { sprites } = this.words;
    const best = name === "glyph" && sprites.large && canvas.width > sprites.glyph.cell ? "large" : name;
    const draw = (from = best) => {
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.clearRect(0, 0, canvas.width, canvas.width);
      return this.draw(context, from, i, 0, 0, canvas.width);
    };
    this.wanted = 0;
    if (!draw()) {
      if (best !== name) draw(name); // the small one meanwhile
      const key = `${best}-${Math.floor(i / sprites[best].perSheet)}`;
      if (!this.waiting.has(key)) this.waiting.set(key, []);
      this.waiting.get(key).push(draw);
    }
    return canvas;
  }
}
