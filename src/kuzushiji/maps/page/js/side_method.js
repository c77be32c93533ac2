// The tab of the method: what its map may be read for, and what there is to see of PCA and LDA.
import { byId, fill, h, number } from "./dom.js";
import { lineOf } from "./classes.js";

export function showMethod(atlas, store, stage, sheets, say) {
  const root = byId("tab-method");
  const draw = () => {
    const { language, active, methods } = store.state;
    const map = atlas.maps[methods[Math.min(active, methods.length - 1)]];
    const use = map.use[language];
    const parameters = Object.entries(map.parameters || {}).map(([k, v]) => `${k} ${typeof v === "object" ? JSON.stringify(v) : v}`);
    const pca = atlas.words.pca ? pcaPart(atlas, language, say) : null;
    const means = atlas.words.sprites.mean ? meansPart(atlas, sheets, language, say) : null;
    const first = { pca, lda: means }[map.method];
    const rest = [pca, means].filter((part) => part && part !== first);
    const line = (key, text) => (text ? [h("dt", {}, say(key)), h("dd", {}, text)] : []);
    fill(root,
      h("h2", {}, map.title, map.dims === 3 ? " 3-D" : ""),
      h("dl", { class: "uses" }, line("read for", use.can), line("not for", use.cannot),
        line("made with", parameters.join(", ")), line("took label", say("took", number(map.seconds, language, 1)))),
      map.note[language] ? h("p", { class: "small" }, map.note[language]) : "",
      first || "",
      rest.length ? h("details", {}, h("summary", {}, say("pixels hold")), rest) : "",
    );
  };
  store.on("language active methods theme", draw);
  draw();
}

function pcaPart(atlas, language, say) {
  const { ratio, shown, height, width } = atlas.words.pca;
  const sums = [];
  ratio.reduce((sum, r, k) => (sums[k] = sum + r), 0);
  const total = sums[sums.length - 1];
  const half = sums.findIndex((s) => s >= 0.5) + 1;
  const text = say(half ? "variance text" : "variance text short", ratio.length, number(100 * total, language, 1), half);
  const glyphs = [h("figure", {}, mask(atlas.mean, 0, height, width), h("figcaption", {}, say("mean glyph")))];
  for (let k = 0; k < shown; k++) {
    const caption = number(100 * ratio[k], language, 1);
    const title = say("component", k + 1, caption);
    glyphs.push(h("figure", { title }, mask(atlas.eigen, k, height, width), h("figcaption", {}, `${caption} %`)));
  }
  return h("section", {}, h("h3", {}, say("variance")), curve(ratio, sums, text), h("p", { class: "small" }, text),
    h("h3", {}, say("eigen")), h("div", { class: "eigen" }, glyphs));
}

/** The variance curve as SVG: bars for each component, a line for their sum. */
function curve(ratio, sums, label) {
  const [w, high, left] = [320, 120, 36];
  const x = (k) => left + ((k + 0.5) * (w - left - 4)) / ratio.length;
  const y = (v) => 6 + (1 - v) * (high - 22);
  const bar = Math.max(0.6, ((w - left - 4) / ratio.length) * 0.7);
  const lines = [0, 0.5, 1].map((v) => `<line x1="${left}" x2="${w}" y1="${y(v)}" y2="${y(v)}" class="grid"/>` +
    `<text x="${left - 5}" y="${y(v) + 3}" text-anchor="end">${100 * v} %</text>`);
  const bars = ratio.map((r, k) => `<rect x="${x(k) - bar / 2}" y="${y(r)}" width="${bar}" height="${y(0) - y(r)}"/>`);
  const path = sums.map((s, k) => `${k ? "L" : "M"}${x(k).toFixed(1)} ${y(s).toFixed(1)}`).join("");
  const holder = h("div", { class: "curve", role: "img", "aria-label": label });
  holder.innerHTML = `<svg viewBox="0 0 ${w} ${high}">${lines.join("")}${bars.join("")}<path d="${path}"/>` +
    `<text x="${x(0)}" y="${high - 2}" text-anchor="middle">1</text>` +
    `<text x="${w - 4}" y="${high - 2}" text-anchor="end">${ratio.length}</text></svg>`;
  return holder;
}

/** One signed picture of `values`: ink where it adds, red where it takes away. */
function mask(values, k, height, width) {
  const canvas = h("canvas", { width, height, class: "signed" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const style = getComputedStyle(document.documentElement);
  const rgb = (name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number);
  const [plus, minus] = [rgb("--ink-rgb"), rgb("--accent-rgb")];
  for (let p = 0; p < width * height; p++) {
    const value = values[k * width * height + p];
    image.data.set(value >= 0 ? plus : minus, 4 * p);
    image.data[4 * p + 3] = Math.min(255, Math.abs(value) * 2);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function meansPart(atlas, sheets, language, say) {
  const shown = [...atlas.classes.keys()].filter((k) => atlas.classes[k].n).slice(0, 200);
  return h("section", {}, h("h3", {}, say("class means")), h("div", { class: "eigen" }, shown.map((k) =>
    h("figure", { title: lineOf(atlas.classes[k], language) }, sheets.thumb(k, 44, "mean"),
      h("figcaption", { lang: "ja" }, atlas.classes[k].c)))));
}
