// The tab of the selection: how many of which class, and the glyphs themselves.
import { byId, fill, csvField, h, number, saveText } from "./dom.js";
import { lineOf } from "./classes.js";

const PAGE = 120; // glyphs shown at a time

export function showSelection(atlas, store, say, cards, deeds) {
  const root = byId("tab-selection");
  let shown = PAGE;
  const draw = () => {
    const { selection, language } = store.state;
    if (!selection) {
      fill(root, h("p", { class: "quiet" }, say("selected none")));
      return;
    }
    const { ids } = selection;
    const counts = countsOf(atlas, ids);
    const most = counts.length ? counts[0][1] : 1;
    const button = (key, press) => h("button", { class: "plain", onclick: press }, say(key));
    fill(root,
      h("h2", { id: "selection-count" }, say("selected", number(ids.length, language))),
      h("p", { class: "small" }, say(selection.by, selection.by)),
      h("div", { class: "row" }, button("show on map", () => deeds.reveal(ids)), button("save list", () => save(ids)),
        button("clear", () => deeds.select(null))),
      h("ul", { class: "rows counts" }, counts.slice(0, 30).map(([k, count]) => h("li", {},
        h("button", { class: "class-row", "data-class": k, onclick: () => deeds.pressClass(k, false) },
          h("span", { class: "sign", lang: "ja" }, atlas.classes[k].c),
          h("span", { class: "reading" }, lineOf(atlas.classes[k], language).slice(atlas.classes[k].c.length)),
          h("span", { class: "bar", "aria-hidden": "true" }, h("i", { style: `width:${(100 * count) / most}%` })),
          h("span", { class: "count" }, number(count, language)))))),
      h("div", { class: "thumbs", id: "selection-glyphs" },
        sample(ids, shown).map((i) => cards.glyphButton(i, 36, (j) => store.set({ pinned: j })))),
      ids.length > shown
        ? h("button", { class: "plain", onclick: more }, say("show more", number(Math.min(PAGE, ids.length - shown), language)))
        : "",
    );
  };
  const more = () => {
    shown += PAGE;
    draw();
  };
  const save = (ids) => {
    const lines = Array.from(ids, (i) => {
      const c = atlas.classes[atlas.labels[i]];
      return [atlas.indices[i], c.c, c.u].map(csvField).join(",");
    });
    saveText(`${atlas.words.split || "atlas"}-selection.csv`, ["index,char,codepoint", ...lines].join("\r\n"));
  };
  store.on("selection", () => (shown = PAGE));
  store.on("selection language", draw);
  draw();
}

/** [class, count], the most frequent first. */
export function countsOf(atlas, ids) {
  const counts = new Map();
  for (const i of ids) counts.set(atlas.labels[i], (counts.get(atlas.labels[i]) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

/** At most `count` of the images, spread evenly over all. */
function sample(ids, count) {
  if (ids.length <= count) return Array.from(ids);
  return Array.from({ length: count }, (_, k) => ids[Math.floor((k * ids.length) / count)]);
}
