/** Draws the picture and its boxes. */
import { between, handles, outside } from "./boxes.js";

/** Paints a PageView; `reach` is the distance of the turning handle in screen pixels. */
export function paintPage(page, reach) {
  const { canvas, context, view } = page;
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
  if (!page.image) return;
  const style = getComputedStyle(canvas);
  const colours = { line: style.getPropertyValue("--box"), chosen: style.getPropertyValue("--box-chosen") };
  context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  context.imageSmoothingEnabled = view.scale < 4;
  context.imageSmoothingQuality = "high";
  context.drawImage(page.image, 0, 0, page.width, page.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const screen = (p) => ({ x: p.x * view.scale + view.x, y: p.y * view.scale + view.y });
  for (const box of page.boxes) {
    const chosen = box === page.selected;
    frame(context, box, screen, chosen ? colours.chosen : colours.line, chosen);
    label(context, box, screen, chosen ? colours.chosen : colours.line);
  }
  if (page.selected) grips(context, page.selected, screen, reach / view.scale, colours.chosen);
  const { from, to } = page.action ?? {};
  if (from && to) frame(context, between(from, to), screen, colours.chosen, true);
}

function corners(box) {
  const w = box.width / 2;
  const h = box.height / 2;
  return [[-w, -h], [w, -h], [w, h], [-w, h]].map(([x, y]) => outside(box, { x, y }));
}

function frame(context, box, screen, colour, chosen) {
  context.beginPath();
  for (const corner of corners(box).map(screen)) context.lineTo(corner.x, corner.y);
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = "rgb(255 255 255 / 0.75)"; // a pale halo: visible on ink and on paper
  context.lineWidth = chosen ? 4.5 : 3.5;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = chosen ? 2 : 1.5;
  context.stroke();
}

function label(context, box, screen, colour) {
  const first = box.reading?.candidates?.[0];
  if (!first) return;
  const at = screen(corners(box)[1]);
  context.font = '600 17px "Noto Serif CJK JP", "Hiragino Mincho ProN", "Yu Mincho", serif';
  const text = box.reading.sure ? first.char : `${first.char}?`;
  const width = context.measureText(text).width + 10;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(at.x + 3, at.y - 2, width, 24, 4);
  context.fill();
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(text, at.x + 8, at.y + 10.5);
}

function grips(context, box, screen, reach, colour) {
  const all = handles(box, reach);
  const turn = screen(all.at(-1));
  const top = screen(all[1]);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(top.x, top.y);
  context.lineTo(turn.x, turn.y);
  context.stroke();
  for (const handle of all) {
    const at = screen(handle);
    context.beginPath();
    if (handle.turn) context.arc(at.x, at.y, 6, 0, 2 * Math.PI);
    else context.rect(at.x - 4, at.y - 4, 8, 8);
    context.fillStyle = "#fff";
    context.fill();
    context.lineWidth = 1.8;
    context.stroke();
  }
}
