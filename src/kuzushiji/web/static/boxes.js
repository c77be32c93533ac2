/**
 * The geometry of boxes. A box is {x, y, width, height, angle}: pixels of the picture, turned by `angle` degrees
 * clockwise about its centre, as in the API.
 */
export const SMALLEST = 4;
const radians = (box) => (box.angle * Math.PI) / 180;

export const centre = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/** A point of the picture as seen from the box: its centre is 0, 0, its sides lie straight. */
export function inside(box, point) {
  const c = centre(box);
  const a = radians(box);
  const dx = point.x - c.x;
  const dy = point.y - c.y;
  return { x: dx * Math.cos(a) + dy * Math.sin(a), y: -dx * Math.sin(a) + dy * Math.cos(a) };
}

/** The way back: a point of the box's own frame in the picture. */
export function outside(box, { x, y }) {
  const c = centre(box);
  const a = radians(box);
  return { x: c.x + x * Math.cos(a) - y * Math.sin(a), y: c.y + x * Math.sin(a) + y * Math.cos(a) };
}

const SIDES = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]];

/**
 * The eight handles on the edge and the one to turn by, above it, `reach` pixels away.
 * @returns {{x: number, y: number, sx?: number, sy?: number, turn?: boolean}[]}
 */
export function handles(box, reach) {
  const w = box.width / 2;
  const h = box.height / 2;
  const edge = SIDES.map(([sx, sy]) => ({ sx, sy, ...outside(box, { x: sx * w, y: sy * h }) }));
  return [...edge, { turn: true, ...outside(box, { x: 0, y: -h - reach }) }];
}

/** The handle of a box at a point, or null; `near` is how close counts, in pixels. */
export function handleAt(box, point, near, reach) {
  let best = null;
  let least = near;
  for (const handle of handles(box, reach)) {
    const way = Math.hypot(handle.x - point.x, handle.y - point.y);
    if (way <= least) {
      least = way;
      best = handle;
    }
  }
  return best;
}

export function contains(box, point) {
  const p = inside(box, point);
  return Math.abs(p.x) <= box.width / 2 && Math.abs(p.y) <= box.height / 2;
}

/** The box with one handle moved to a point; what lies opposite stays where it is. */
export function resized(box, handle, point) {
  const p = inside(box, point);
  const w = handle.sx ? Math.max(SMALLEST, box.width / 2 + handle.sx * p.x) : box.width;
  const h = handle.sy ? Math.max(SMALLEST, box.height / 2 + handle.sy * p.y) : box.height;
  const c = outside(box, { x: (handle.sx * (w - box.width)) / 2, y: (handle.sy * (h - box.height)) / 2 });
  return { ...box, x: c.x - w / 2, y: c.y - h / 2, width: w, height: h };
}

/** The box grown or shrunk about its centre. */
export function grown(box, dw, dh) {
  const width = Math.max(SMALLEST, box.width + dw);
  const height = Math.max(SMALLEST, box.height + dh);
  const c = centre(box);
  return { ...box, x: c.x - width / 2, y: c.y - height / 2, width, height };
}

export function turned(box, degrees) {
  const angle = (((box.angle + degrees + 180) % 360) + 360) % 360 - 180;
  return { ...box, angle: Math.round(angle * 10) / 10 };
}

/** The box turned so that its upper side looks at a point. */
export function turnedTo(box, point) {
  const c = centre(box);
  const degrees = (Math.atan2(point.y - c.y, point.x - c.x) * 180) / Math.PI + 90;
  const free = turned({ ...box, angle: 0 }, degrees);
  // Upright is what one mostly wants.
  return Math.abs(free.angle) < 3 ? { ...free, angle: 0 } : free;
}

/** Keeps the centre on the picture. */
export function kept(box, width, height) {
  const c = centre(box);
  const x = Math.min(width, Math.max(0, c.x)) - box.width / 2;
  const y = Math.min(height, Math.max(0, c.y)) - box.height / 2;
  return { ...box, x, y };
}

/** The box between two corners, in any order. */
export function between(a, b) {
  return {
    x: Math.min(a.x, b.x), y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y), angle: 0,
  };
}
