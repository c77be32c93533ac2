// Draws the points with WebGL 2: one vertex an image, the passage between two maps done by the graphics card.

const VERTEX = `#version 300 es
in vec3 from, to;
in vec4 colour;
uniform float moved, size;
uniform vec2 extent;
uniform vec4 across, down, near;
uniform bool deep;
out vec4 ink;
void main() {
  vec4 p = vec4(mix(from, to, moved), 1.0);
  vec2 place = vec2(dot(across, p), dot(down, p)) / extent;
  gl_Position = vec4(2.0 * place.x - 1.0, 1.0 - 2.0 * place.y, 0.0, 1.0);
  float nearness = deep ? clamp(0.5 + 0.4 * dot(near, p), 0.0, 1.0) : 0.5;
  gl_PointSize = size * (deep ? 0.7 + 0.6 * nearness : 1.0);
  ink = vec4(colour.rgb, colour.a * (deep ? 0.45 + 0.55 * nearness : 1.0));
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec4 ink;
uniform float size;
out vec4 seen;
void main() {
  float r = length(gl_PointCoord - 0.5) * size;
  float edge = clamp(size * 0.5 - r + 0.25, 0.0, 1.0);
  seen = vec4(ink.rgb, ink.a * edge);
}`;

function compile(gl, kind, source) {
  const shader = gl.createShader(kind);
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
  return shader;
}

/** Whether WebGL runs on the processor: slower there than drawing the points ourselves. */
function emulated() {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return true;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

export class GLPoints {
  /** @returns {GLPoints|null} null without WebGL 2, or where it is only emulated (unless `any`) */
  static open(canvas, atlas, any) {
    if (!any && emulated()) return null;
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, preserveDrawingBuffer: true });
    return gl ? new GLPoints(gl, canvas, atlas) : null;
  }

  constructor(gl, canvas, atlas) {
    Object.assign(this, { gl, canvas, atlas, kind: "webgl", buffers: new Map(), lost: false, ratio: 2 });
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.lost = true;
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.lost = false;
      this.start();
      this.onrestored?.();
    });
    this.start();
  }

  start() {
    const gl = this.gl;
    const program = gl.createProgram();
    gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, VERTEX));
    gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, FRAGMENT));
    ["from", "to", "colour"].forEach((name, k) => gl.bindAttribLocation(program, k, name));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    this.uniform = Object.fromEntries(
      ["moved", "size", "extent", "across", "down", "near", "deep"].map((name) => [
        name, gl.getUniformLocation(program, name),
      ]),
    );
    this.buffers.clear();
    this.colourBuffer = gl.createBuffer();
    this.orderBuffer = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.enable(gl.SCISSOR_TEST);
    if (this.order) this.setLook(this.colours, this.order, this.paper);
  }

  /** @param colours RGBA of each image  @param order which is drawn first  @param paper background [r, g, b] */
  setLook(colours, order, paper) {
    const gl = this.gl;
    Object.assign(this, { colours, order, paper });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.colourBuffer);
    gl.bufferData(gl.ARRAY_BUFFER, colours, gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.orderBuffer);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, order, gl.DYNAMIC_DRAW);
  }

  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  placesBuffer(places) {
    const gl = this.gl;
    let buffer = this.buffers.get(places);
    if (!buffer) {
      buffer = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
      this.buffers.set(places, buffer);
    }
    return buffer;
  }

  clear() {
    const gl = this.gl;
    gl.scissor(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(...this.paper.map((v) => v / 255), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draws one panel. rect: device px from the top left; view: { from, to, moved, rows, deep, size }. */
  draw(rect, view) {
    if (this.lost) return;
    const gl = this.gl;
    const bottom = this.canvas.height - rect.y - rect.height;
    gl.viewport(rect.x, bottom, rect.width, rect.height);
    gl.scissor(rect.x, bottom, rect.width, rect.height);
    gl.clearColor(...this.paper.map((v) => v / 255), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    [view.from, view.to].forEach((places, k) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.placesBuffer(places));
      gl.enableVertexAttribArray(k);
      gl.vertexAttribPointer(k, 3, gl.FLOAT, false, 0, 0);
    });
    gl.bindBuffer(gl.ARRAY_BUFFER, this.colourBuffer);
    gl.enableVertexAttribArray(2);
    gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    const u = this.uniform;
    gl.uniform1f(u.moved, view.moved);
    gl.uniform1f(u.size, view.size);
    gl.uniform2f(u.extent, rect.width, rect.height);
    gl.uniform4fv(u.across, view.rows.slice(0, 4));
    gl.uniform4fv(u.down, view.rows.slice(4, 8));
    gl.uniform4fv(u.near, view.rows.slice(8, 12));
    gl.uniform1i(u.deep, view.deep ? 1 : 0);
    gl.drawElements(gl.POINTS, this.order.length, gl.UNSIGNED_INT, 0);
  }
}
