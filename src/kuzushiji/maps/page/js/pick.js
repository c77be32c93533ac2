// Which images lie under the pointer, inside a lasso, or nearest to another image.
import { project } from "./camera.js";

/** The image drawn nearest to (x, y), at most `reach` px away; -1: none. Prefers what is not dimmed. */
export function nearest(places, n, rows, x, y, reach, mask) {
  let best = -1;
  let least = reach * reach;
  for (let pass = 0; pass < (mask ? 2 : 1) && best < 0; pass++) {
    for (let i = 0; i < n; i++) {
      if (mask && Boolean(mask[i]) === (pass === 1)) continue;
      const [px, py, pz] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
      const dx = rows[0] * px + rows[1] * py + rows[2] * pz + rows[3] - x;
      const dy = rows[4] * px + rows[5] * py + rows[6] * pz + rows[7] - y;
      const d = dx * dx + dy * dy;
      if (d < least) {
        least = d;
        best = i;
      }
    }
  }
  return best;
}

/** Images inside a polygon of screen points [[x, y], …] (even-odd rule), as Uint32Array. */
export function inside(places, n, rows, polygon) {
  if (polygon.length < 3) return new Uint32Array(0);
  const xs = polygon.map((p) => p[0]);
  const ys = polygon.map((p) => p[1]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const found = [];
  for (let i = 0; i < n; i++) {
    const [x, y] = project(rows, places, i);
    if (x < left || x > right || y < top || y > bottom) continue;
    let odd = false;
    for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
      if (ys[a] > y !== ys[b] > y && x < ((xs[b] - xs[a]) * (y - ys[a])) / (ys[b] - ys[a]) + xs[a]) odd = !odd;
    }
    if (odd) found.push(i);
  }
  return Uint32Array.from(found);
}

/** The `count` images nearest to image `i` on a map, nearest first. */
export function neighbours(places, n, i, count) {
  const near = [];
  const [x, y, z] = [places[3 * i], places[3 * i + 1], places[3 * i + 2]];
  let worst = Infinity;
  for (let j = 0; j < n; j++) {
    if (j === i) continue;
    const d = (places[3 * j] - x) ** 2 + (places[3 * j + 1] - y) ** 2 + (places[3 * j + 2] - z) ** 2;
    if (d >= worst && near.length >= count) continue;
    near.push([d, j]);
    near.sort((a, b) => a[0] - b[0]);
    near.length = Math.min(near.length, count);
    worst = near[near.length - 1][0];
  }
  return near.map((pair) => pair[1]);
}
