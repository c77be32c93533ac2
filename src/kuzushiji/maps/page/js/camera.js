// How a map is looked at: moved and scaled, and turned when it has three dimensions. Orthographic throughout.
import { clamp } from "./dom.js";

const LEAST = 0.3; // zoom, relative to the whole map in view
const MOST = 400;

export class Camera {
  /** @param {boolean} turns whether the map has three dimensions */
  constructor(turns) {
    this.width = 1;
    this.height = 1;
    this.reset(turns, [-1, -1, 1, 1]);
  }

  /** The whole map in view. */
  reset(turns, bounds) {
    const [left, bottom, right, top] = bounds;
    Object.assign(this, { turns, bounds, zoom: 1, x: (left + right) / 2, y: (bottom + top) / 2 });
    if (turns) Object.assign(this, { x: 0, y: 0, yaw: 0.6, pitch: 0.35 });
    else Object.assign(this, { yaw: 0, pitch: 0 });
  }

  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  /** CSS px for one unit of the map at zoom 1. */
  get unit() {
    const [left, bottom, right, top] = this.bounds;
    const margin = Math.min(this.width, this.height) * 0.06 + 8;
    const across = (this.width - 2 * margin) / Math.max(right - left, 1e-6);
    const up = (this.height - 2 * margin) / Math.max(top - bottom, 1e-6);
    return Math.max(1, Math.min(across, up)) * (this.turns ? 1.1 : 1);
  }

  get scale() {
    return this.unit * this.zoom;
  }

  /** Twelve numbers: screen x (rightwards), y (downwards), depth, each from (x, y, z, 1); in px times `ratio`. */
  rows(ratio = 1) {
    const s = this.scale * ratio;
    const [cy, sy] = [Math.cos(this.yaw), Math.sin(this.yaw)];
    const [cp, sp] = [Math.cos(this.pitch), Math.sin(this.pitch)];
    const right = [cy, 0, sy];
    const up = [sp * sy, cp, -sp * cy];
    const near = [-cp * sy, sp, cp * cy];
    return [
      ...right.map((v) => v * s), (this.width * ratio) / 2 - this.x * s,
      ...up.map((v) => -v * s), (this.height * ratio) / 2 + this.y * s,
      ...near, 0,
    ];
  }

  /** Moves what is seen by CSS px. */
  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
    const limit = 2.5;
    this.x = clamp(this.x, -limit, limit);
    this.y = clamp(this.y, -limit, limit);
  }

  /** Zooms by a factor, keeping the point under (px, py) where it is. */
  zoomAt(factor, px = this.width / 2, py = this.height / 2) {
    const before = this.scale;
    this.zoom = clamp(this.zoom * factor, LEAST, MOST);
    const change = 1 / before - 1 / this.scale;
    this.x += (px - this.width / 2) * change;
    this.y -= (py - this.height / 2) * change;
  }

  turn(dx, dy) {
    this.yaw += dx * 0.008;
    this.pitch = clamp(this.pitch + dy * 0.008, -Math.PI / 2, Math.PI / 2);
  }

  /** The camera that shows the given screen points (pairs of CSS px), at most `most` times as large as the whole. */
  around(points, most = 60) {
    if (!points.length) return;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    this.pan(this.width / 2 - (left + right) / 2, this.height / 2 - (top + bottom) / 2);
    const factor = 0.8 * Math.min(this.width / (right - left + 40), this.height / (bottom - top + 40));
    this.zoomAt(Math.min(factor, most / this.zoom));
  }

  get state() {
    return { x: this.x, y: this.y, zoom: this.zoom, yaw: this.yaw, pitch: this.pitch };
  }

  /** Between two states; zoom changes by equal factors. */
  between(a, b, t) {
    for (const key of ["x", "y", "yaw", "pitch"]) this[key] = a[key] + (b[key] - a[key]) * t;
    this.zoom = a.zoom * (b.zoom / a.zoom) ** t;
  }
}

/** Screen place of one point: [x, y] in the px of `rows`. */
export function project(rows, places, i) {
  const [x, y, z] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
  return [
    rows[0] * x + rows[1] * y + rows[2] * z + rows[3],
    rows[4] * x + rows[5] * y + rows[6] * z + rows[7],
  ];
}
