// The stage: one panel or several, three layers (points, glyphs, marks), and a picture drawn only when something changed.
import { byId, h } from "./dom.js";
import { Camera, project } from "./camera.js";
import { chooseGlyphs } from "./glyphs.js";
import { paint } from "./colour.js";
import { inside, nearest } from "./pick.js";

const PASSAGE = 900; // ms from one method to another
const FLIGHT = 450; // ms of a camera's movement

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

export class Stage {
  constructor(atlas, store, layers, sheets) {
    Object.assign(this, { atlas, store, sheets, panels: [], asked: false, ...layers });
    this.stats = { frames: 0, milliseconds: 0, glyphs: 0 };
    this.root = byId("stage");
    new ResizeObserver(() => this.layout()).observe(this.root);
    this.points.onrestored = () => this.changed();
  }

  /** How many panels, and which map each shows. */
  show(mapIndices) {
    while (this.panels.length > mapIndices.length) this.panels.pop().element.remove();
    mapIndices.forEach((index, k) => {
      if (!this.panels[k]) this.addPanel(k, index);
      else this.setMap(k, index);
    });
    this.root.dataset.panels = mapIndices.length;
    this.layout();
  }

  addPanel(k, index) {
    const map = this.atlas.maps[index];
    const element = h("div", { class: "panel", tabindex: 0, role: "application" });
    const panel = { index: k, map, element, camera: new Camera(map.dims === 3), passage: null, rect: {}, dirty: true };
    panel.camera.reset(map.dims === 3, map.bounds);
    this.panels.push(panel);
    this.root.append(element);
    this.onpanel?.(panel);
  }

  /** Another method in a panel; its points travel there. */
  setMap(k, index) {
    const panel = this.panels[k];
    const map = this.atlas.maps[index];
    if (panel.map === map) return;
    const before = panel.camera.state;
    const from = panel.map.places;
    panel.map = map;
    panel.camera.reset(map.dims === 3, map.bounds);
    const after = panel.camera.state;
    panel.flight = null;
    panel.passage = still() ? null : { from, before, after, start: 0, moved: 0 };
    if (panel.passage) panel.camera.between(before, after, 0);
    this.changed(panel);
  }

  /** Moves a panel's camera to another state. */
  fly(panel, change) {
    const before = panel.camera.state;
    change(panel.camera);
    const after = panel.camera.state;
    if (!still() && !panel.passage) {
      panel.flight = { before, after, start: 0 };
      panel.camera.between(before, after, 0);
    }
    this.changed(panel);
  }

  layout() {
    const { width, height } = this.root.getBoundingClientRect();
    if (width < 2 || height < 2) return;
    const ratio = Math.min(devicePixelRatio || 1, this.points.ratio);
    const fine = Math.min(devicePixelRatio || 1, 2);
    this.ratio = ratio;
    this.points.resize(Math.round(width * ratio), Math.round(height * ratio));
    this.glyphs.resize(width, height, fine);
    this.marks.resize(width, height, fine);
    const origin = this.root.getBoundingClientRect();
    for (const panel of this.panels) {
      const box = panel.element.getBoundingClientRect();
      panel.rect = { x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height };
      panel.camera.resize(box.width, box.height);
      panel.dirty = true;
    }
    this.cleared = false;
    this.changed();
  }

  /** Something of one panel, or of all, is to be drawn again. */
  changed(panel) {
    for (const p of panel ? [panel] : this.panels) p.dirty = true;
    this.ask();
  }

  /** Colours, order or background have changed. */
  look(ink, mask, theme, paper) {
    const { order, n } = this.atlas;
    let drawn = order;
    if (mask) {
      drawn = new Uint32Array(n); // the selected above the others
      let [low, high] = [0, n];
      for (let k = n - 1; k >= 0; k--) if (mask[order[k]]) drawn[--high] = order[k];
      for (let k = 0; k < n; k++) if (!mask[order[k]]) drawn[low++] = order[k];
    }
    Object.assign(this, { ink, mask, paper });
    this.points.setLook(paint(this.atlas, ink, mask, theme), drawn, paper);
    this.cleared = false;
    this.changed();
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame((now) => this.frame(now));
  }

  frame(now) {
    this.asked = false;
    if (!this.ink || !this.panels.length) return;
    const begun = performance.now();
    this.sheets.nextFrame();
    if (!this.cleared) this.points.clear();
    this.cleared = true;
    let moving = false;
    for (const panel of this.panels) {
      moving = this.advance(panel, now) || moving;
      if (panel.dirty) this.drawPanel(panel);
      panel.dirty = Boolean(panel.passage || panel.flight);
    }
    this.marks.draw(this.panels, this.store.state, this.markLook);
    this.stats.frames++;
    this.stats.milliseconds = performance.now() - begun;
    if (moving) this.ask();
  }

  /** Steps a panel's movements. @returns {boolean} whether there is more to come */
  advance(panel, now) {
    const { passage, flight, camera } = panel;
    const part = (move, duration) => {
      move.start ||= now;
      return Math.min(1, (now - move.start) / duration);
    };
    if (passage) {
      const t = part(passage, PASSAGE);
      passage.moved = ease(t);
      camera.between(passage.before, passage.after, ease(t));
      panel.dirty = true;
      if (t >= 1) panel.passage = null;
    } else if (flight) {
      const t = part(flight, FLIGHT);
      camera.between(flight.before, flight.after, ease(t));
      panel.dirty = true;
      if (t >= 1) panel.flight = null;
    }
    return Boolean(panel.passage || panel.flight);
  }

  drawPanel(panel) {
    const { camera, rect, map, passage } = panel;
    const scaled = (v) => Math.round(v * this.ratio);
    const [x, y] = [scaled(rect.x), scaled(rect.y)];
    const device = { x, y, width: scaled(rect.x + rect.width) - x, height: scaled(rect.y + rect.height) - y };
    const dense = Math.sqrt((rect.width * rect.height) / this.atlas.n);
    const size = Math.min(10, Math.max(1.6, 0.5 * dense)) * Math.min(3, Math.max(1, camera.zoom ** 0.35));
    const { mask, atlas, store } = this;
    const chosen = passage
      ? null
      : chooseGlyphs(atlas, map.places, camera.rows(), rect.width, rect.height, mask, store.state.glyphs);
    const shrink = chosen ? 0.65 : 1; // beside glyphs the points step back
    this.points.draw(device, {
      from: passage ? passage.from : map.places,
      to: map.places,
      moved: passage ? passage.moved : 1,
      rows: camera.rows(this.ratio),
      deep: map.dims === 3,
      size: Math.max(1.6, Math.min(12, size) * shrink) * this.ratio,
    });
    this.stats.glyphs = this.glyphs.draw(panel, rect, chosen, this.ink, this.paper);
  }

  /** The image nearest to (x, y) in CSS px of the panel; -1: none within reach. */
  pick(panel, x, y, reach = 14) {
    if (panel.passage) return -1;
    return nearest(panel.map.places, this.atlas.n, panel.camera.rows(), x, y, reach, this.mask);
  }

  within(panel, polygon) {
    return inside(panel.map.places, this.atlas.n, panel.camera.rows(), polygon);
  }

  /** Where an image is drawn, in CSS px of the panel. */
  placeOf(panel, i) {
    return project(panel.camera.rows(), panel.map.places, i);
  }

  /** Brings images into view on every panel. */
  reveal(ids) {
    const step = Math.max(1, Math.floor(ids.length / 3000));
    for (const panel of this.panels) {
      this.fly(panel, (camera) => {
        const rows = camera.rows();
        const points = [];
        for (let k = 0; k < ids.length; k += step) points.push(project(rows, panel.map.places, ids[k]));
        const trimmed = points.length > 40 ? withoutFar(points) : points;
        camera.around(trimmed, points.length === 1 ? 14 : 60);
      });
    }
  }

  fit(panel) {
    this.fly(panel, (camera) => camera.reset(panel.map.dims === 3, panel.map.bounds));
  }
}

/** Points without the farthest 2 % to each side. */
function withoutFar(points) {
  const cut = (axis) => {
    const sorted = points.map((p) => p[axis]).sort((a, b) => a - b);
    const off = Math.floor(sorted.length * 0.02);
    return [sorted[off], sorted[sorted.length - 1 - off]];
  };
  const [[left, right], [top, bottom]] = [cut(0), cut(1)];
  return points.filter(([x, y]) => x >= left && x <= right && y >= top && y <= bottom);
}
