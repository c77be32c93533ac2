// The tab of quality: every map's measures in one table, and in plain words what each may be read for.
import { byId, fill, h, number } from "./dom.js";

const MEASURES = ["trustworthiness", "knn_recall", "knn_accuracy", "random_triplets", "centroid_triplets", "silhouette", "procrustes"];
const LESS = new Set(["procrustes", "seconds"]);

export function showQuality(atlas, store, say, deeds) {
  const root = byId("tab-quality");
  const draw = () => {
    const { language } = store.state;
    const columns = [...MEASURES.filter((m) => atlas.maps.some((map) => Number.isFinite(map.quality?.[m]))), "seconds"];
    const valueOf = (map, m) => (m === "seconds" ? map.seconds : map.quality?.[m]);
    const best = Object.fromEntries(columns.map((m) => {
      const values = atlas.maps.map((map) => valueOf(map, m)).filter(Number.isFinite);
      return [m, LESS.has(m) ? Math.min(...values) : Math.max(...values)];
    }));
    const shared = Object.entries(atlas.words.shared).map(([k, v]) => `${say(`shared ${k}`, k)} ${say("took", number(v, language, 1))}`);
    const sample = Math.max(0, ...atlas.maps.map((map) => map.quality?.sample || 0));
    const cell = (map, m) => {
      const value = valueOf(map, m);
      const text = Number.isFinite(value) ? number(value, language, m === "seconds" ? 1 : 3) : "–";
      return h("td", { class: value === best[m] && atlas.maps.length > 1 ? "best" : null }, text);
    };
    fill(root,
      h("p", { class: "small" }, say(columns.length > 1 ? "quality intro" : "no quality")),
      h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("tab quality") }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("q method")), columns.map((m) =>
          h("th", { scope: "col", title: say(`d ${m}`) }, say(`q ${m}`))))),
        h("tbody", {}, atlas.maps.map((map) => h("tr", {},
          h("th", { scope: "row" }, h("button", { class: "link", onclick: () => deeds.method(map.index) }, map.title)),
          columns.map((m) => cell(map, m))))))),
      h("dl", { class: "meanings small" }, columns.map((m) => [h("dt", {}, say(`q ${m}`)), h("dd", {}, say(`d ${m}`))])),
      shared.length ? h("p", { class: "small" }, `${say("shared")}: ${shared.join(", ")}`) : "",
      sample && sample < atlas.n ? h("p", { class: "small" }, say("measured on", number(sample, language))) : "",
      atlas.maps.map((map) => {
        const use = map.use[language];
        return h("section", { class: "use" }, h("h2", { class: "minor" }, map.title), h("dl", { class: "uses" },
          use.can ? [h("dt", {}, say("read for")), h("dd", {}, use.can)] : [],
          use.cannot ? [h("dt", {}, say("not for")), h("dd", {}, use.cannot)] : []));
      }),
    );
  };
  store.on("language", draw);
  draw();
}
