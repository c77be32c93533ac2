// The page around the map: title, methods, colours, tools, tabs, language and theme.
import { byId, h, number } from "./dom.js";
import { colourings } from "./colour.js";

const TABS = ["classes", "selection", "shapes", "method", "quality"];
const ICONS = {
  in: "M12 5v14M5 12h14", out: "M5 12h14", fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  lasso: "M7 17c-3-1-4-3-4-6 0-4 4-7 9-7s9 3 9 6.5-4 6.5-9 6.5c-2 0-4 0-5 1.500s1 3 2.500 2",
  glyphs: "M4 7h16M12 3v4M7 12c4-2 10-1 9 3s-8 5-9 2 4-6 8-8", layout: "M4 5h7v14H4zM14 5h6v6h-6zM14 14h6v5h-6z",
};

function icon(name) {
  const holder = h("span", { "aria-hidden": "true" });
  holder.innerHTML = `<svg viewBox="0 0 24 24"><path d="${ICONS[name]}"/></svg>`;
  return holder.firstChild;
}

/** Builds and keeps up to date all that surrounds the stage. deeds: name -> function. */
export function showChrome(atlas, store, say, deeds) {
  const { words } = atlas;
  const tool = (name, key, press) => {
    const button = h("button", { class: "tool", id: `tool-${name}`, onclick: () => press(), "data-say": key }, icon(name));
    byId("tools").append(button);
    return button;
  };
  tool("in", "zoom in", () => deeds.zoom(1.5));
  tool("out", "zoom out", () => deeds.zoom(1 / 1.5));
  tool("fit", "fit", deeds.fit);
  const lasso = tool("lasso", "lasso", deeds.lasso);
  const glyphs = tool("glyphs", "glyphs", deeds.glyphs);
  if (atlas.maps.length > 1) tool("layout", "layout", deeds.layout);

  byId("theme").addEventListener("click", deeds.theme);
  byId("language").addEventListener("click", () => store.set({ language: store.state.language === "en" ? "ja" : "en" }));
  byId("help-open").addEventListener("click", deeds.help);
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("colour").addEventListener("change", (event) => store.set({ colour: event.target.value }));

  const tabs = TABS.map((name) => {
    const tab = h("button", { role: "tab", id: `for-${name}`, "aria-controls": `tab-${name}`, "data-say": `tab ${name}`,
      onclick: () => store.set({ tab: name, open: !(store.state.tab === name && store.state.open && deeds.narrow()) }) });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
      store.set({ tab: next });
      byId(`for-${next}`).focus();
    });
    return tab;
  });
  byId("tabs").append(...tabs);

  const inWords = () => {
    const { language } = store.state;
    document.documentElement.lang = language;
    const part = words.split && words.split !== "all" ? ` (${say(`value ${words.split}`, words.split)})` : "";
    byId("title").textContent = say("atlas of", words.title + part);
    const used = atlas.classes.filter((c) => c.n).length;
    const by = words.features === "pixels" ? say("pixels") : say("model", words.features);
    byId("summary").textContent = say(used === 1 ? "summary one" : "summary", number(atlas.n, language), number(used, language), by);
    byId("search").placeholder = say("search");
    byId("search").setAttribute("aria-label", say("search label"));
    byId("footer").textContent = say(words.attribution ? "footer" : "footer own", words.attribution, words.version);
    byId("language").textContent = say("language");
    byId("language").setAttribute("aria-label", say("language label"));
    byId("language").lang = language === "en" ? "ja" : "en";
    byId("colour-label").firstChild.textContent = say("colour by");
    byId("help-title").textContent = say("help title");
    byId("help-close").setAttribute("aria-label", say("close"));
    byId("help-list").replaceChildren(...say("help").flatMap(([key, deed]) => [h("dt", {}, key), h("dd", {}, deed)]));
    byId("shortcuts-label").textContent = say("shortcuts");
    byId("methods").setAttribute("aria-label", say("methods"));
    byId("tabs").setAttribute("aria-label", say("details"));
    byId("renderer").textContent = deeds.renderer() === "canvas" ? say("software") : "";
    for (const element of document.querySelectorAll("[data-say]")) {
      const text = say(element.dataset.say, say(`glyphs ${store.state.glyphs}`));
      if (element.getAttribute("role") === "tab") element.textContent = text;
      else {
        element.title = text;
        element.setAttribute("aria-label", text);
      }
    }
    byId("colour").replaceChildren(...colourings(atlas).map((c) =>
      h("option", { value: c.name, selected: c.name === store.state.colour }, say(`colour ${c.name}`, c.name))));
  };
  const inState = () => {
    const { tab, tool: held, theme, glyphs: shown, colour, open } = store.state;
    document.documentElement.dataset.theme = theme;
    document.body.dataset.tab = tab;
    document.body.classList.toggle("open", open);
    byId("stage").classList.toggle("lassoing", held === "lasso");
    lasso.setAttribute("aria-pressed", String(held === "lasso"));
    glyphs.setAttribute("aria-pressed", String(shown !== "off"));
    byId("colour").value = colour;
    for (const [k, name] of TABS.entries()) {
      tabs[k].setAttribute("aria-selected", String(name === tab));
      tabs[k].tabIndex = name === tab ? 0 : -1;
      byId(`tab-${name}`).hidden = name !== tab;
    }
  };
  store.on("language glyphs", inWords);
  store.on("tab tool theme glyphs colour open", inState);
  store.on("language methods many", () => methodChips(atlas, store, say, deeds));
  inWords();
  inState();
  methodChips(atlas, store, say, deeds);
}

/** The methods to choose from: chips for the one map. */
function methodChips(atlas, store, say, deeds) {
  const { methods, many } = store.state;
  byId("methods").replaceChildren(...atlas.maps.map((map) =>
    h("button", { class: "chip", "aria-pressed": String(methods.includes(map.index)), "data-method": map.method,
      onclick: () => deeds.method(map.index) }, map.title, map.dims === 3 ? h("small", {}, " 3-D") : null)),
  atlas.maps.length > 1
    ? h("button", { class: "chip wide", id: "many", "aria-pressed": String(many), onclick: deeds.layout }, say("side by side"))
    : "");
}
