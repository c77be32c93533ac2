/** Draws a page, its boxes coloured by what is known of them, and the handles of the chosen one. */
import { handles } from "../../boxes.js";
import { columnBox, doubtful } from "../page/edits.js";

/** Which colour a character has; the names are custom properties of the canvas. */
export function colourOf(c) {
  if (c.stale) return "stale";
  if (c.state !== "read") return "decided";
  if (c.changed) return "changed";
  return doubtful(c) ? "doubt" : "sure";
}

export const COLOURS = ["sure", "doubt", "decided", "changed", "stale"];

/** A character's box as boxes.js has it. */
export const rectangle = (c) => ({ x: c.box[0], y: c.box[1], width: c.box[2], height: c.box[3], angle: c.angle });

/** Draws a Stage. */
export function paint(stage) {
  const { canvas, context, view } = stage;
  const ratio = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (!width || !height) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  if (!stage.pyramid) return;
  const seen = stage.visible();
  context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  context.imageSmoothingEnabled = view.scale < 4;
  stage.pyramid.draw(context, view.scale * ratio, seen);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  if (stage.showColumns) columns(stage, colour("column"));
  boxes(stage, seen, colour);
  chosen(stage, colour("chosen"));
  if (stage.drawn) outline(context, [corners(stage.drawn, view)], colour("chosen"), 2);
}

function corners({ x, y, width, height, angle = 0 }, view) {
  const cx = (x + width / 2) * view.scale + view.x;
  const cy = (y + height / 2) * view.scale + view.y;
  const w = (width * view.scale) / 2;
  const h = (height * view.scale) / 2;
  const cos = Math.cos((angle * Math.PI) / 180);
  const sin = Math.sin((angle * Math.PI) / 180);
  return [[-w, -h], [w, -h], [w, h], [-w, h]].map(([a, b]) => [cx + a * cos - b * sin, cy + a * sin + b * cos]);
}

/** All outlines of one colour are one path: three hundred boxes are then four strokes. */
function outline(context, shapes, colour, width) {
  context.beginPath();
  for (const shape of shapes) {
    context.moveTo(...shape[0]);
    for (const corner of shape.slice(1)) context.lineTo(...corner);
    context.closePath();
  }
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

function boxes({ context, view, all, selected, hovered }, [left, top, right, bottom], colour) {
  const shapes = Object.fromEntries(COLOURS.map((name) => [name, []]));
  for (const c of all) {
    const [x, y, w, h] = c.box;
    if (x > right || y > bottom || x + w < left || y + h < top || selected.has(c.id)) continue;
    shapes[colourOf(c)].push(corners(rectangle(c), view));
  }
  context.lineJoin = "round";
  for (const name of COLOURS) {
    if (!shapes[name].length) continue;
    context.setLineDash(name === "doubt" || name === "stale" ? [5, 3] : []); // not by colour alone
    outline(context, shapes[name], colour(name), name === "sure" ? 1.2 : 2);
  }
  context.setLineDash([]);
  const over = all.find((c) => c.id === hovered);
  if (!over) return;
  context.fillStyle = colour("hover");
  context.beginPath();
  for (const corner of corners(rectangle(over), view)) context.lineTo(...corner);
  context.fill();
}

function columns({ context, view, columns: list }, colour) {
  context.font = "600 13px system-ui, sans-serif";
  context.textBaseline = "bottom";
  list.forEach((column, i) => {
    const [x, y, width, height] = columnBox(column);
    const shape = corners({ x: x - 2, y: y - 2, width: width + 4, height: height + 4 }, view);
    context.setLineDash([2, 4]);
    outline(context, [shape], colour, 1);
    context.setLineDash([]);
    context.fillStyle = colour;
    context.fillText(String(i + 1), shape[0][0], shape[0][1] - 2);
  });
}

function chosen({ context, view, all, selected, editing }, colour) {
  const list = all.filter((c) => selected.has(c.id));
  const shapes = list.map((c) => corners(rectangle(c), view));
  outline(context, shapes, "rgb(255 255 255 / 0.8)", 5);
  outline(context, shapes, colour, 2.5);
  if (!editing || list.length !== 1) return;
  for (const handle of handles(rectangle(list[0]), 26 / view.scale)) {
    const x = handle.x * view.scale + view.x;
    const y = handle.y * view.scale + view.y;
    context.beginPath();
    if (handle.turn) context.arc(x, y, 6, 0, 2 * Math.PI);
    else context.rect(x - 4, y - 4, 8, 8);
    context.fillStyle = "#fff";
    context.fill();
    context.lineWidth = 1.8;
    context.strokeStyle = colour;
    context.stroke();
  }
}
