/** All that is known about one candidate. */
import { character } from "./api.js";
import { $, h } from "./dom.js";
import { current, t } from "./i18n.js";

/** Fills the detail panel; `pick(char)` puts a form into the text. */
export async function showDetail(candidate, pick) {
  const panel = $("detail");
  if (!candidate) {
    panel.hidden = true;
    panel.removeAttribute("data-char");
    return;
  }
  panel.dataset.char = candidate.char;
  const known = await character(candidate.char);
  if (panel.dataset.char !== candidate.char) return; // another one was chosen meanwhile
  const about = { ...candidate, ...known };
  panel.replaceChildren(
    h("h3", { id: "detail-title" },
      h("span", { class: "mincho", lang: "ja", text: about.char }),
      h("small", { text: about.name || about.codepoint })),
    facts(about, pick),
    ...forms(known?.jibo ?? [], pick),
    ...evidence(candidate),
    links(about.char),
  );
  panel.hidden = false;
}

function facts(about, pick) {
  const list = h("dl");
  const row = (key, ...values) => {
    if (values.some(Boolean)) list.append(h("dt", { text: t(key) }), h("dd", {}, ...values));
  };
  const joined = (values) => (values?.length ? h("span", { lang: "ja", text: values.join("・") }) : null);
  const kanji = about.on?.length || about.kun?.length;
  const kana = about.kana?.length ? h("span", { lang: "ja", text: about.kana.join("・") }) : null;
  if (!kanji) row("detail.reading", kana, about.romaji || about.reading);
  row("detail.on", joined(about.on));
  row("detail.kun", joined(about.kun));
  row("detail.gloss", about.gloss && h("span", { lang: "en", text: about.gloss }));
  row("detail.voiced", ...chips(about.voiced, pick));
  row("detail.jiboof", ...chips(about.jibo_of, pick));
  row("detail.variants", ...chips(about.variants, pick));
  row("detail.lookalikes", ...chips(about.look_alikes, pick));
  row("detail.codepoint", h("span", { class: "code", text: about.codepoint }));
  return list;
}

function chips(chars, pick) {
  return (chars ?? []).map((char) =>
    h("button", {
      type: "button", class: "chip mincho", lang: "ja", text: char, "aria-label": t("add.char", { char }),
      onclick: () => pick(char),
    }));
}

function forms(jibo, pick) {
  if (!jibo.length) return [];
  const tiles = jibo.map((form) =>
    h("li", {},
      h("button", {
        type: "button", class: form.standard ? "form standard" : "form",
        title: form.codepoint, "aria-label": `${t("add.char", { char: form.char })}, ${source(form)}`,
        onclick: () => pick(form.char),
      }, h("span", { class: "kana", lang: "ja", text: form.char }),
        h("span", { class: "parent", lang: "ja", text: form.parent }))));
  return [h("h4", { text: t("detail.jibo") }), h("ul", { class: "jibo" }, ...tiles)];
}

function source(form) {
  const from = t("detail.from", { parent: form.parent });
  return form.standard ? `${from}, ${t("detail.standard")}` : from;
}

function evidence({ char, evidence: pictures = [] }) {
  if (!pictures.length) return [];
  const list = pictures.map((src, i) => {
    const alt = t("detail.known", { char, n: i + 1, count: pictures.length });
    return h("li", {}, h("img", { src, width: 56, height: 56, alt }));
  });
  return [h("h4", { text: t("detail.evidence") }), h("ul", { class: "evidence" }, ...list)];
}

function links(char) {
  const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  const wiki = current() === "ja" ? "ja" : "en";
  const goals = [
    ["link.codh", `http://codh.rois.ac.jp/char-shape/unicode/U+${code}/`],
    ["link.wiktionary", `https://${wiki}.wiktionary.org/wiki/${encodeURIComponent(char)}`],
    ["link.unicode", `https://util.unicode.org/UnicodeJsps/character.jsp?a=${code}`],
  ];
  const items = goals.map(([key, href]) =>
    h("a", { href, target: "_blank", rel: "noopener noreferrer external", text: `${t(key)} ↗` }));
  return h("p", { class: "links" }, h("span", { class: "muted", text: t("detail.links") }), ...items);
}
