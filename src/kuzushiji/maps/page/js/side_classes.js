// The tab of the classes: a legend, a filter, and the scale of a numeric colouring.
import { byId, fill, h, number } from "./dom.js";
import { categoryColour, css, scaleColour } from "./colour.js";
import { readingOf } from "./classes.js";

const MOST = 160; // rows; a long list is for the search

export function showClasses(atlas, store, say, deeds) {
  const root = byId("tab-classes");
  const all = [...atlas.classes.keys()].filter((k) => atlas.classes[k].n);
  if (all.length > MOST) all.sort((a, b) => atlas.classes[b].n - atlas.classes[a].n); // the first are all one sees
  const draw = () => {
    const { state } = store;
    const colouring = deeds.colouring();
    const chosen = new Set(state.selection?.classes || []);
    const found = state.found || all;
    const byClass = colouring.name === "class";
    const most = Math.max(...found.map((k) => atlas.classes[k].n), 1);
    const rows = found.slice(0, MOST).map((k) => {
      const c = atlas.classes[k];
      const colour = byClass ? css(categoryColour(k, atlas.classes.length, state.theme)) : "var(--quiet)";
      return h("li", {}, h("button", {
        class: "class-row", "aria-pressed": String(chosen.has(k)), "data-class": k, title: c.g || c.u,
        onclick: (event) => deeds.pressClass(k, event.ctrlKey || event.metaKey || event.shiftKey),
      },
      h("span", { class: "dot", style: `background:${byClass ? colour : "none"}` }),
      h("span", { class: "sign", lang: "ja" }, c.c),
      h("span", { class: "reading" }, readingOf(c), c.k === "kanji" && c.g && state.language === "en"
        ? h("span", { class: "small" }, ` ${c.g.split(/[;,]/)[0]}`) : null),
      h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: `width:${(100 * c.n) / most}%;background:${colour}` })),
      h("span", { class: "count" }, number(c.n, state.language))));
    });
    fill(root,
      h("p", { class: "small" }, say("classes intro")),
      byClass ? "" : legendOf(colouring, store, say, deeds),
      h("ul", { class: "rows" }, rows),
      found.length > MOST ? h("p", { class: "small" }, say("more classes", number(found.length - MOST, state.language))) : "",
    );
  };
  store.on("language theme colour selection found", draw);
  draw();
}

/** What the colours mean when they are not the classes. */
function legendOf(colouring, store, say, deeds) {
  const { language, theme } = store.state;
  const title = say(`colour ${colouring.name}`, colouring.name);
  if (colouring.type === "scale") {
    const stops = [0, 0.25, 0.5, 0.75, 1].map((t) => css(scaleColour(t, theme))).join(",");
    const digits = Number.isInteger(colouring.low) && Number.isInteger(colouring.high) ? 0 : 2;
    return h("div", { class: "legend" }, h("h2", { class: "minor" }, title),
      h("div", { class: "ramp", style: `background:linear-gradient(to right,${stops})` }),
      h("div", { class: "ends small" }, h("span", {}, number(colouring.low, language, digits)),
        h("span", {}, number(colouring.high, language, digits))));
  }
  if (!colouring.names) return h("div", { class: "legend" }, h("h2", { class: "minor" }, title));
  return h("div", { class: "legend" }, h("h2", { class: "minor" }, title), h("ul", { class: "rows" }, colouring.names.slice(0, MOST).map((name, k) =>
    h("li", {}, h("button", { class: "class-row", onclick: () => deeds.pressValue(colouring, k) },
      h("span", { class: "dot", style: `background:${css(categoryColour(k, colouring.count, theme))}` }),
      h("span", { class: "reading" }, say(`value ${name}`, name)))))));
}
