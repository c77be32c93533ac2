// What is known about one image: a small card at the pointer, a large one for the pinned image.
import { announce, byId, clamp, fill, h, number } from "./dom.js";
import { fullOf, readingOf } from "./classes.js";
import { neighbours } from "./pick.js";

const NEIGHBOURS = 8;

/** Facts beyond the class: [label, value] pairs. */
function factsOf(atlas, i, say, language) {
  const facts = [[say("image"), `#${atlas.indices[i]}`]];
  for (const colour of atlas.colours) {
    const value = colour.values[i];
    const known = colour.type === "scale" ? Number.isFinite(value) : value >= 0;
    if (!known) continue;
    const digits = Number.isInteger(value) ? 0 : 3;
    const name = colour.names?.[value];
    const text = name ? say(`value ${name}`, name) : number(value, language, digits);
    facts.push([say(`colour ${colour.name}`, colour.name), text]);
  }
  return facts;
}

export class Cards {
  constructor(atlas, store, stage, sheets, say) {
    Object.assign(this, { atlas, store, stage, sheets, say, tip: byId("tip"), card: byId("card") });
    store.on("hover hoverPlace language", () => this.showTip());
    store.on("pinned language active methods", () => this.showCard());
  }

  showTip() {
    const { hover, hoverPlace, language } = this.store.state;
    this.tip.hidden = hover < 0 || !hoverPlace;
    if (this.tip.hidden) return;
    if (this.tip.dataset.image !== String(hover) || this.tip.lang !== language) {
      const c = this.atlas.classes[this.atlas.labels[hover]];
      const facts = factsOf(this.atlas, hover, this.say, language);
      this.tip.dataset.image = hover;
      this.tip.lang = language;
      fill(this.tip,
        this.sheets.thumb(hover, 96),
        h("div", {}, h("strong", { class: "sign", lang: "ja" }, c.c), " ", h("span", {}, readingOf(c))),
        h("div", { class: "small" }, facts.map(([label, value]) => `${label} ${value}`).join(" · ")),
      );
    }
    const [x, y] = hoverPlace;
    const { width, height } = this.stage.root.getBoundingClientRect();
    const box = this.tip.getBoundingClientRect();
    const left = x + 20 + box.width > width ? x - 20 - box.width : x + 20;
    this.tip.style.left = `${clamp(left, 4, width - box.width - 4)}px`;
    this.tip.style.top = `${clamp(y - box.height / 2, 4, height - box.height - 4)}px`;
  }

  showCard() {
    const { pinned, language, active } = this.store.state;
    this.card.hidden = pinned < 0;
    if (pinned < 0) return;
    const { atlas, say, store } = this;
    const label = atlas.labels[pinned];
    const c = atlas.classes[label];
    const panel = this.stage.panels[Math.min(active, this.stage.panels.length - 1)];
    const near = neighbours(panel.map.places, atlas.n, pinned, NEIGHBOURS);
    const pin = (i) => store.set({ pinned: i });
    fill(this.card,
      h("button", { class: "close", "aria-label": say("close"), onclick: () => pin(-1) }, "×"),
      h("div", { class: "card-head" },
        this.sheets.thumb(pinned, 112),
        h("div", {},
          h("div", { class: "sign large", lang: "ja" }, c.c),
          h("div", {}, readingOf(c)),
          language === "en" && c.g && c.k === "kanji" ? h("div", { class: "small" }, c.g) : null,
          h("div", { class: "small" }, c.u || ""))),
      h("dl", { class: "facts" }, factsOf(atlas, pinned, say, language).map(([name, value]) => [
        h("dt", {}, name), h("dd", {}, value),
      ])),
      h("div", { class: "small" }, say("nearest on this map", panel.map.title)),
      h("div", { class: "thumbs" }, near.map((i) => this.glyphButton(i, 36, pin, atlas.labels[i] !== label))),
    );
    announce(`${fullOf(c, language)}, ${say("image")} ${atlas.indices[pinned]}`);
  }

  /** A glyph that can be pressed; `other` marks one of another class. */
  glyphButton(i, size, press, other = false) {
    const c = this.atlas.classes[this.atlas.labels[i]];
    const name = `${fullOf(c, this.store.state.language)}, #${this.atlas.indices[i]}`;
    return h("button", {
      class: other ? "thumb other" : "thumb", title: name, "aria-label": name, onclick: () => press(i),
      onmouseenter: () => this.store.set({ hover: i, hoverPlace: null, hoverPanel: -1 }),
      onmouseleave: () => this.store.set({ hover: -1, hoverPlace: null }),
    }, this.sheets.thumb(i, size));
  }
}
