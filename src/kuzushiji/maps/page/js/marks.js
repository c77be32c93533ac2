// The topmost layer: rings around what is under the pointer or pinned, added images, the lasso.
import { project } from "./camera.js";

export class MarkLayer {
  constructor(canvas, atlas, sheets) {
    Object.assign(this, { canvas, atlas, sheets, context: canvas.getContext("2d") });
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
  }

  /** Draws all marks of all panels. look: { ink, paper, accent } as CSS colours. */
  draw(panels, state, look) {
    const { context, ratio } = this;
    const any = state.hover >= 0 || state.pinned >= 0 || panels.some((p) => p.lasso || p.map.added);
    if (!any && !this.filled) return; // an untouched layer costs nothing
    this.filled = any;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const panel of panels) {
      const { rect } = panel;
      context.save();
      context.beginPath();
      context.rect(rect.x, rect.y, rect.width, rect.height);
      context.clip();
      context.translate(rect.x, rect.y);
      if (!panel.passage) {
        const rows = panel.camera.rows();
        this.added(panel, rows, look);
        if (state.pinned >= 0) this.ring(project(rows, panel.map.places, state.pinned), 13, look.accent, look);
        if (state.hover >= 0 && state.hover !== state.pinned) this.spot(panel, rows, state, look);
      }
      if (panel.lasso) this.loop(panel.lasso, look);
      context.restore();
    }
  }

  ring([x, y], radius, colour, look) {
    const { context } = this;
    context.lineWidth = 5;
    context.strokeStyle = look.paper;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
  }

  /** The image under the pointer; on the other panels its glyph shows, too. */
  spot(panel, rows, state, look) {
    const { context } = this;
    const [x, y] = project(rows, panel.map.places, state.hover);
    if (panel.index !== state.hoverPanel) {
      const size = 36;
      const left = x + 14 + size > panel.rect.width ? x - 14 - size : x + 14;
      const top = Math.max(4, Math.min(panel.rect.height - size - 4, y - size / 2));
      context.fillStyle = look.paper;
      context.strokeStyle = look.ink;
      context.lineWidth = 1;
      context.fillRect(left, top, size, size);
      this.sheets.tinted(context, "glyph", state.hover, left, top, size, look.ink);
      context.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
    }
    this.ring([x, y], 9, look.ink, look);
  }

  added(panel, rows, look) {
    const { context } = this;
    const names = this.atlas.words.added;
    (panel.map.added || []).forEach((place, k) => {
      const [x, y, z] = [place[0], place[1], place[2] || 0];
      const px = rows[0] * x + rows[1] * y + rows[2] * z + rows[3];
      const py = rows[4] * x + rows[5] * y + rows[6] * z + rows[7];
      const size = 34;
      context.fillStyle = look.paper;
      context.strokeStyle = look.accent;
      context.lineWidth = 2;
      context.fillRect(px - size / 2, py - size - 8, size, size);
      this.sheets.tinted(context, "added", k, px - size / 2, py - size - 8, size, look.ink);
      context.strokeRect(px - size / 2, py - size - 8, size, size);
      context.beginPath(); // a pin's point
      context.moveTo(px - 5, py - 7);
      context.lineTo(px + 5, py - 7);
      context.lineTo(px, py);
      context.closePath();
      context.fillStyle = look.accent;
      context.fill();
      if (names.length <= 12) {
        context.font = "11px system-ui, sans-serif";
        context.textAlign = "center";
        context.lineWidth = 3;
        context.strokeStyle = look.paper;
        context.strokeText(names[k], px, py + 14, 140);
        context.fillText(names[k], px, py + 14, 140);
      }
    });
  }

  loop(points, look) {
    const { context } = this;
    context.beginPath();
    points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = look.accent;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([6, 4]);
    context.lineWidth = 1.5;
    context.strokeStyle = look.accent;
    context.stroke();
    context.setLineDash([]);
  }
}
