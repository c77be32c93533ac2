/** The API's own page, made from its OpenAPI document. */
import { $, h } from "./dom.js";
import { stored } from "./i18n.js";

document.documentElement.dataset.theme = stored("kuzushiji.theme") ?? "auto";

const origin = location.origin;
const EXAMPLES = {
  read: `curl --data-binary @character.png -H "Content-Type: image/png" "${origin}/api/read?top=3"\n` +
    `curl -F image=@a.png -F image=@b.png ${origin}/api/read\n` +
    `curl --data-binary @page.jpg -H "Content-Type: image/jpeg" "${origin}/api/read?box=120,80,64,90&box=120,180,60,70,-5"`,
  character: `curl ${origin}/api/characters/U+304B`,
  model: `curl ${origin}/api/model`,
  health: `curl ${origin}/health`,
};

const plain = (text) => text.replaceAll("`", "");

function constraint(schema) {
  const { type, minimum, maximum, items } = schema;
  const range = minimum !== undefined ? ` ${minimum} to ${maximum}` : "";
  const fallback = schema.default !== undefined ? `, ${schema.default} when left out` : "";
  return type === "array" ? `list of ${constraint(items)}` : `${type}${range}${fallback}`;
}

function table(rows) {
  return h("div", { class: "scroll" }, h("table", {}, h("tbody", {}, ...rows.map((cells) =>
    h("tr", {}, ...cells.map((cell, i) => h("td", { class: i ? "" : "code", text: cell })))))));
}

function operation(path, method, about) {
  const parameters = (about.parameters ?? []).map((p) => [p.name, constraint(p.schema), plain(p.description)]);
  const answers = Object.entries(about.responses).map(([status, { description }]) => [status, plain(description)]);
  return h("section", {},
    h("h2", {}, h("span", { class: "method", text: method.toUpperCase() }), h("span", { class: "code", text: path }),
      h("span", { text: about.summary })),
    about.description ? h("p", { text: plain(about.description) }) : null,
    parameters.length ? table(parameters) : null,
    h("pre", { tabindex: "0", text: EXAMPLES[about.operationId] ?? "" }),
    table(answers));
}

const document_ = await (await fetch("/openapi.json")).json();
for (const [path, methods] of Object.entries(document_.paths)) {
  for (const [method, about] of Object.entries(methods)) $("api").append(operation(path, method, about));
}
