/** How a stroke becomes ink: width from pressure or speed, a soft start, a tail where the hand leaves fast. */

const STEP = 0.003; // between two dabs, in pad units

/**
 * Half the width at each point of a stroke.
 * @param {{x: number, y: number, p: number, t: number}[]} points pad units (0..1), p = pressure or 0, t = ms
 * @param {number} base width of the brush in pad units
 */
export function radii(points, base) {
  const out = [];
  let width = 0.8;
  for (let i = 0; i < points.length; i++) {
    const here = points[i];
    const before = points[Math.max(0, i - 1)];
    const way = Math.hypot(here.x - before.x, here.y - before.y);
    const speed = way / Math.max(1, here.t - before.t);
    const pressed = here.p > 0 ? 0.25 + 1.3 * here.p : Math.min(1.15, Math.max(0.42, 1.2 - 260 * speed));
    // Held aslant, a brush writes uprights broader than levels.
    const wanted = pressed * (way ? 0.8 + 0.25 * (Math.abs(here.y - before.y) / way) : 0.9);
    width += (wanted - width) * Math.min(1, 0.12 + way * 14);
    out.push((base * width) / 2);
  }
  return out;
}

const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });

/** Steps along a smooth curve through the points: [x, y, radius] in pad units. */
export function dabs(points, base, ended = true) {
  const r = radii(points, base);
  if (points.length === 1) return [[points[0].x, points[0].y, Math.max(r[0], base * 0.45)]];
  const out = [];
  let from = points[0];
  let fromRadius = r[0];
  for (let i = 0; i < points.length - 1; i++) {
    const last = i === points.length - 2;
    const to = last ? points[i + 1] : middle(points[i], points[i + 1]);
    const toRadius = last ? r[i + 1] : (r[i] + r[i + 1]) / 2;
    const bend = points[i];
    const length = Math.hypot(bend.x - from.x, bend.y - from.y) + Math.hypot(to.x - bend.x, to.y - bend.y);
    const steps = Math.max(1, Math.ceil(length / STEP));
    for (let k = 1; k <= steps; k++) {
      const u = k / steps;
      const v = 1 - u;
      out.push([
        v * v * from.x + 2 * v * u * bend.x + u * u * to.x,
        v * v * from.y + 2 * v * u * bend.y + u * u * to.y,
        fromRadius + (toRadius - fromRadius) * u,
      ]);
    }
    from = to;
    fromRadius = toRadius;
  }
  soften(out, base * 0.7, 0.62);
  if (ended) soften(out.reverse(), base * (sweeps(points) ? 2.6 : 0.5), sweeps(points) ? 0.28 : 0.78);
  return out;
}

/** Whether the hand was still moving when it left the paper. */
function sweeps(points) {
  const end = points[points.length - 1];
  const before = points[Math.max(0, points.length - 4)];
  return Math.hypot(end.x - before.x, end.y - before.y) / Math.max(1, end.t - before.t) > 0.0008;
}

/** Narrows the first dabs over a length, beginning with a share of their width. */
function soften(steps, length, share) {
  const n = Math.min(steps.length, Math.round(length / STEP));
  for (let i = 0; i < n; i++) steps[i][2] *= share + (1 - share) * Math.sin(((i / n) * Math.PI) / 2);
}

/** Paints strokes onto a square context of `side` pixels. */
export function paint(context, strokes, side, colour) {
  context.fillStyle = colour;
  for (const stroke of strokes) {
    context.beginPath();
    for (const [x, y, radius] of dabs(stroke.points, stroke.base, stroke.ended)) {
      context.moveTo((x + radius) * side, y * side);
      context.arc(x * side, y * side, radius * side, 0, 2 * Math.PI);
    }
    context.fill();
  }
}
