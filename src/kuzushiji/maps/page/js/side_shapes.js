// The tab of the shapes: the groups inside a class beside the jibo of its reading, to be named by who knows them.
import { byId, fill, csvField, h, number, saveText } from "./dom.js";
import { hasFont, lineOf } from "./classes.js";

export function showShapes(atlas, store, say, cards, deeds) {
  const root = byId("tab-shapes");
  const { clusters } = atlas.words;
  const names = new Names(atlas);
  const divided = [...new Set(clusters.map((c) => c.label))];
  let current = divided.find((k) => clusters.filter((c) => c.label === k).length > 1) ?? divided[0];

  const draw = () => {
    if (!clusters.length) {
      fill(root, h("p", { class: "quiet" }, say("no shapes")));
      return;
    }
    const { language } = store.state;
    const c = atlas.classes[current];
    const own = clusters.filter((cluster) => cluster.label === current);
    fill(root,
      h("p", { class: "small" }, say("shapes intro")),
      h("label", { class: "field" }, say("class"), h("select", { onchange: (event) => {
        current = Number(event.target.value);
        draw();
      } }, divided.map((k) => h("option", { value: k, selected: k === current, lang: "ja" }, lineOf(atlas.classes[k], language))))),
      h("h2", { class: "minor" }, say("jibo", c.c)),
      jiboList(c.j || [], say),
      own.map((cluster, k) => shapeCard(cluster, k, c.j || [])),
      h("div", { class: "row" }, h("button", { class: "plain", onclick: () => save() }, say("save names"))),
    );
  };

  const shapeCard = (cluster, k, jibo) => {
    const { language } = store.state;
    const name = names.of(cluster.id);
    const options = [...new Set(jibo.map(([, , parent]) => parent).filter(Boolean))];
    const facts = [say("images n", number(cluster.size, language))];
    if (cluster.silhouette !== null) facts.push(say("separation", number(cluster.silhouette, language, 2)));
    const input = h("input", { list: `jibo-${cluster.id}`, value: name, placeholder: say("unnamed"), lang: "ja",
      "aria-label": `${say("name it")} ${k + 1}`, onchange: (event) => names.set(cluster.id, event.target.value) });
    return h("section", { class: "shape", "data-cluster": cluster.id },
      h("header", {}, h("strong", {}, `${atlas.classes[cluster.label].c} ${k + 1}`), h("span", { class: "small" }, facts.join(" · "))),
      h("div", { class: "thumbs" }, cluster.shown.slice(0, 10).map((i) => cards.glyphButton(i, 44, (j) => store.set({ pinned: j })))),
      h("div", { class: "row" }, input, h("datalist", { id: `jibo-${cluster.id}` }, options.map((o) => h("option", { value: o }))),
        h("button", { class: "plain", onclick: () => deeds.selectCluster(cluster, `${atlas.classes[cluster.label].c} ${k + 1}`) },
          say("show on map"))));
  };

  const save = () => {
    const lines = clusters.map((c) => {
      const { c: sign, u } = atlas.classes[c.label];
      return [c.id, sign, u, c.size, names.of(c.id), c.shown.map((i) => atlas.indices[i]).join(" ")].map(csvField).join(",");
    });
    saveText("shapes.csv", ["shape,char,codepoint,images,name,representatives", ...lines].join("\r\n"));
  };

  store.on("language", draw);
  store.on("selection", ({ selection }) => {
    const wanted = selection?.classes?.find((k) => divided.includes(k));
    if (wanted === undefined || wanted === current) return;
    current = wanted;
    draw();
  });
  draw();
}

/** The signs Unicode lists for a reading, each with the kanji it comes from. */
function jiboList(jibo, say) {
  if (!jibo.length) return h("p", { class: "small" }, say("no jibo"));
  return h("ul", { class: "jibo", lang: "ja" }, jibo.map(([sign, code, parent, standard]) =>
    h("li", { title: code, class: standard ? "standard" : null }, h("b", {}, parent || "—"),
      // Without a font for it the sign would be an empty box: its code point says as much.
      h("span", {}, hasFont(sign) ? sign : code.replace("U+", "")), standard ? h("small", {}, say("standard")) : null)));
}

/** Names given to shapes, kept by the browser for this atlas where it lets us. */
class Names {
  constructor(atlas) {
    const { dataset, split, features, n, clusters } = atlas.words;
    this.key = `kuzushiji-atlas-names/${dataset}/${split}/${features}/${n}/${clusters.length}`;
    try {
      this.given = JSON.parse(localStorage.getItem(this.key)) || {};
    } catch {
      this.given = {};
    }
  }

  of(id) {
    return this.given[id] || "";
  }

  set(id, name) {
    this.given[id] = name.trim();
    try {
      localStorage.setItem(this.key, JSON.stringify(this.given));
    } catch {
      // Private windows keep nothing; the names last as long as the page.
    }
  }
}
