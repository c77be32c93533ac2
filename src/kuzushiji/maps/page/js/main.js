// Puts the page together: the state, the parts, and what every gesture, key and button does.
import { announce, byId, h, number } from "./dom.js";
import { makeStore } from "./store.js";
import { readAtlas } from "./data.js";
import { makeSay, missingWords } from "./strings.js";
import { colourings, inks } from "./colour.js";
import { GLPoints } from "./points_gl.js";
import { CPUPoints } from "./points_cpu.js";
import { Sheets } from "./sheets.js";
import { GlyphLayer } from "./glyphs.js";
import { MarkLayer } from "./marks.js";
import { Stage } from "./stage.js";
import { neighbours } from "./pick.js";
import { listen } from "./gestures.js";
import { listenKeys, listenPage } from "./keys.js";
import { Cards } from "./card.js";
import { imageNamed, makeIndex, search } from "./search.js";
import { lineOf } from "./classes.js";
import { showClasses } from "./side_classes.js";
import { showSelection } from "./side_selection.js";
import { showShapes } from "./side_shapes.js";
import { showMethod } from "./side_method.js";
import { showQuality } from "./side_quality.js";
import { showChrome } from "./chrome.js";
import { makeInspection } from "./inspection.js";

const MOST_PANELS = 6;

function start() {
  const wish = new URLSearchParams(location.hash.slice(1)); // #lang=ja&theme=dark&method=umap&renderer=webgl
  const atlas = readAtlas();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const first = Math.max(0, atlas.maps.findIndex((map) => map.method === (wish.get("method") || bestMap(atlas))));
  const wished = (key, known, otherwise) => (known.includes(wish.get(key)) ? wish.get(key) : otherwise);
  const store = makeStore({
    language: wished("lang", ["en", "ja"], (navigator.language || "").startsWith("ja") ? "ja" : "en"),
    theme: wished("theme", ["light", "dark"], dark ? "dark" : "light"),
    methods: [first], many: false, active: 0, colour: "class", selection: null, found: null,
    hover: -1, hoverPanel: -1, hoverPlace: null, pinned: -1, tool: "move", glyphs: "auto", tab: "classes", open: false,
  });
  const say = makeSay(store);
  const canvas = byId("points");
  const points = (wish.get("renderer") !== "canvas" && GLPoints.open(canvas, atlas, wish.get("renderer") === "webgl")) ||
    new CPUPoints(byId("points"), atlas);
  const sheets = new Sheets(atlas.words, () => stage.changed());
  const marks = new MarkLayer(byId("marks"), atlas, sheets);
  const stage = new Stage(atlas, store, { points, glyphs: new GlyphLayer(byId("glyphs"), sheets), marks }, sheets);
  const index = makeIndex(atlas.classes);

  const deeds = {
    colouring: () => colourings(atlas).find((c) => c.name === store.state.colour),
    renderer: () => points.kind,
    narrow: () => matchMedia("(max-width: 820px)").matches,
    select(ids, by = "", classes = []) {
      if (!ids || !ids.length) return store.set({ selection: null });
      const mask = new Uint8Array(atlas.n);
      for (const i of ids) mask[i] = 1;
      store.set({ selection: { ids: Uint32Array.from(ids), mask, by, classes } });
      announce(say("selected", number(ids.length, store.state.language)));
    },
    selectClasses(classes, by) {
      const ids = classes.flatMap((k) => Array.from({ length: atlas.starts[k + 1] - atlas.starts[k] }, (_, j) => atlas.starts[k] + j));
      deeds.select(ids, by || classes.map((k) => lineOf(atlas.classes[k], store.state.language)).join(" · "), classes);
    },
    pressClass(k, adding) {
      const now = store.state.selection?.classes || [];
      const others = adding ? now.filter((c) => c !== k) : [];
      if (now.includes(k) && (adding || now.length === 1)) deeds.selectClasses(others);
      else deeds.selectClasses([...others, k]);
    },
    pressValue(colouring, value) {
      const ids = [];
      colouring.values.forEach((v, i) => v === value && ids.push(i));
      deeds.select(ids, say(`value ${colouring.names[value]}`, colouring.names[value]));
    },
    selectCluster(cluster, name) {
      const { values } = atlas.colourNamed("cluster") || { values: atlas.labels };
      const ids = [];
      values.forEach((v, i) => v === cluster.id && ids.push(i));
      deeds.select(ids, name);
      stage.reveal(store.state.selection?.ids || []);
    },
    reveal: (ids) => stage.reveal(ids),
    hover(panel, i, x, y) {
      const place = i < 0 ? null : [panel.rect.x + x, panel.rect.y + y];
      store.set({ hover: i, hoverPanel: panel.index, hoverPlace: place });
    },
    away: () => store.set({ hover: -1, hoverPlace: null }),
    pin(panel, i) {
      store.set({ active: panel.index, pinned: i });
    },
    pinCentre(panel) {
      store.set({ active: panel.index, pinned: stage.pick(panel, panel.rect.width / 2, panel.rect.height / 2, 1e4) });
      stage.ask();
    },
    next(panel) {
      const { pinned } = store.state;
      if (pinned < 0) return deeds.pinCentre(panel);
      deeds.visited ||= new Set();
      deeds.visited.add(pinned);
      const next = neighbours(panel.map.places, atlas.n, pinned, 30).find((i) => !deeds.visited.has(i));
      if (next !== undefined) store.set({ pinned: next });
    },
    lasso(panel, ids, adding) {
      if (panel) {
        const before = adding && store.state.selection ? store.state.selection.ids : [];
        deeds.select(adding ? [...new Set([...before, ...ids])] : ids, "by lasso");
        store.set({ tool: "move", active: panel.index, ...(ids.length ? { tab: "selection", open: true } : {}) });
      } else store.set({ tool: store.state.tool === "lasso" ? "move" : "lasso" });
    },
    zoom: (factor) => active((panel) => stage.fly(panel, (camera) => camera.zoomAt(factor))),
    fit: () => stage.panels.forEach((panel) => stage.fit(panel)),
    glyphs: () => store.set({ glyphs: { auto: "on", on: "off", off: "auto" }[store.state.glyphs] }),
    theme: () => store.set({ theme: store.state.theme === "dark" ? "light" : "dark" }),
    colour() {
      const all = colourings(atlas);
      store.set({ colour: all[(all.findIndex((c) => c.name === store.state.colour) + 1) % all.length].name });
    },
    method(k) {
      if (!atlas.maps[k]) return;
      const methods = [...store.state.methods];
      const shown = methods.indexOf(k);
      if (store.state.many && shown >= 0) return store.set({ active: shown });
      methods[Math.min(store.state.active, methods.length - 1)] = k;
      store.set({ methods });
    },
    layout() {
      if (atlas.maps.length < 2) return;
      const { many, methods, active: k } = store.state;
      const most = deeds.narrow() ? 2 : MOST_PANELS;
      const all = atlas.maps.slice(0, most).map((map) => map.index);
      store.set(many ? { many: false, methods: [methods[k] ?? methods[0]], active: 0 } : { many: true, methods: all, active: 0 });
    },
    help: () => byId("help").showModal(),
    escape() {
      const { tool, pinned, found } = store.state;
      if (byId("help").open) byId("help").close();
      else if (document.activeElement === byId("search")) byId("search").blur();
      else if (stage.panels.some((panel) => panel.lasso)) stage.panels.forEach((panel) => (panel.lasso = null));
      else if (tool === "lasso") store.set({ tool: "move" });
      else if (pinned >= 0) store.set({ pinned: -1 });
      else {
        byId("search").value = "";
        store.set({ selection: null, found: found && null });
      }
      stage.ask();
    },
    search(text) {
      const image = imageNamed(atlas.indices, text);
      if (image >= 0) {
        store.set({ pinned: image });
        return stage.reveal([image]);
      }
      const found = search(index, text).filter((k) => atlas.classes[k].n);
      store.set({ found: text.trim() ? found : null, ...(text.trim() ? { tab: "classes" } : {}) });
      return found;
    },
    searchDone(text) {
      const found = deeds.search(text);
      if (!Array.isArray(found) || !text.trim()) return;
      if (!found.length) return announce(say("nothing found", text));
      deeds.selectClasses([found[0]]);
      stage.reveal(store.state.selection.ids);
      announce(say("found", found.length, lineOf(atlas.classes[found[0]], store.state.language)));
    },
  };
  const active = (deed) => deed(stage.panels[Math.min(store.state.active, stage.panels.length - 1)]);

  const look = () => {
    const style = getComputedStyle(document.documentElement);
    const triple = (name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number);
    const css = (name) => `rgb(${triple(name).join(" ")})`;
    stage.markLook = { ink: css("--ink-rgb"), paper: css("--paper-rgb"), accent: css("--accent-rgb") };
    const { theme, selection } = store.state;
    stage.look(inks(atlas, deeds.colouring(), theme), selection?.mask || null, theme, triple("--paper-rgb"));
  };

  stage.onpanel = (panel) => {
    listen(panel, stage, store, deeds);
    listenKeys(panel, stage, deeds);
    panel.element.addEventListener("focus", () => store.set({ active: panel.index }));
  };
  showChrome(atlas, store, say, deeds);
  const cards = new Cards(atlas, store, stage, sheets, say);
  const label = () => {
    for (const panel of stage.panels) {
      const title = panel.map.title;
      panel.element.setAttribute("aria-label", say("map label", title, number(atlas.n, store.state.language)));
      const choose = h("select", { class: "panel-title", "aria-label": say("map of", panel.index + 1), onchange: (event) => {
        const methods = [...store.state.methods];
        methods[panel.index] = Number(event.target.value);
        store.set({ methods });
      } }, atlas.maps.map((map) => h("option", { value: map.index, selected: map === panel.map }, map.title + (map.dims === 3 ? " 3-D" : ""))));
      panel.element.replaceChildren(...(store.state.many ? [choose] : []));
      panel.element.classList.toggle("active", store.state.many && panel.index === store.state.active);
    }
  };
  store.on("methods", () => stage.show(store.state.methods));
  store.on("methods language active many", label);
  store.on("theme colour selection", look);
  store.on("glyphs", () => stage.changed());
  store.on("hover hoverPanel pinned", () => stage.ask());
  stage.show(store.state.methods);
  label();
  look();
  showClasses(atlas, store, say, deeds);
  showSelection(atlas, store, say, cards, deeds);
  showShapes(atlas, store, say, cards, deeds);
  showMethod(atlas, store, stage, sheets, say);
  showQuality(atlas, store, say, deeds);
  listenPage(deeds);
  const box = byId("search");
  box.addEventListener("input", () => deeds.search(box.value));
  box.addEventListener("keydown", (event) => event.key === "Enter" && deeds.searchDone(box.value));
  window.atlas = makeInspection(atlas, store, stage, deeds, missingWords());
}

/** The map to begin with: the one whose neighbours are most to be trusted, else the last. */
function bestMap(atlas) {
  const trust = (map) => map.quality?.trustworthiness ?? -1;
  return atlas.maps.reduce((best, map) => (trust(map) >= trust(best) ? map : best)).method;
}

try {
  start();
} catch (error) {
  const note = document.getElementById("failed");
  note.hidden = false;
  note.append(h("p", {}, String(error.message || error)));
  throw error;
}
