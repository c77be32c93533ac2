// Small helpers for building the page's elements.

/** Makes an element: h("button", { class: "x", onclick: f, "aria-label": "…" }, child, "text", …). */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") element.style.cssText = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...shownOf(children));
  return element;
}

function shownOf(children) {
  return children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");
}

/** Replaces all that an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...shownOf(children));
}

export function byId(id) {
  return document.getElementById(id);
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** Tells screen readers what happened. */
export function announce(text) {
  byId("live").textContent = text;
}

/** A number for people: 12 345 with the language's separators. */
export function number(value, language, digits = 0) {
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Offers text as a file to save; works without a network. */
export function saveText(name, text, type = "text/csv") {
  const url = URL.createObjectURL(new Blob(["\ufeff" + text], { type: `${type};charset=utf-8` }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export function csvField(value) {
  const text = String(value ?? "");
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
