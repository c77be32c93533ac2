/** The page in the reader's language. */
import strings from "./strings.js";

const KEY = "kuzushiji.language";
let language = initial();

function initial() {
  const kept = stored(KEY);
  if (kept in strings) return kept;
  return (navigator.languages || []).some((l) => l.toLowerCase().startsWith("ja")) ? "ja" : "en";
}

/** A kept setting, or null; storage may be forbidden. */
export function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function store(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private window: the setting lasts for this visit */ }
}

export const current = () => language;

/** Adds the words of a page that has more of them: {language: {key: text}}. */
export function addWords(more) {
  for (const [each, words] of Object.entries(more)) Object.assign(strings[each], words);
}

/** The text of a key, its {names} filled in. */
export function t(key, values = {}) {
  const text = strings[language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Fills every element below `root` that names a text. */
export function fill(root = document) {
  document.documentElement.lang = language;
  for (const el of root.querySelectorAll("[data-i18n]")) el.textContent = t(el.dataset.i18n);
  for (const el of /** @type {any} */ (root.querySelectorAll("[data-i18n-alt]"))) el.alt = t(el.dataset.i18nAlt);
  for (const el of /** @type {any} */ (root.querySelectorAll("[data-i18n-label]"))) {
    el.setAttribute("aria-label", t(el.dataset.i18nLabel));
    if (el.tagName === "BUTTON") el.title = t(el.dataset.i18nLabel);
  }
}

export function toggle() {
  language = language === "ja" ? "en" : "ja";
  store(KEY, language);
  fill();
}

export function percent(p) {
  /** @type {Intl.NumberFormatOptions} */
  const options = { style: "percent", maximumFractionDigits: p < 0.1 ? 1 : 0 };
  const format = (value) => new Intl.NumberFormat(language, options).format(value);
  return p < 0.001 ? `< ${format(0.001)}` : format(p);
}

const STEPS = [[0.95, "p.95"], [0.8, "p.80"], [0.5, "p.50"], [0.2, "p.20"], [0.05, "p.05"], [0, "p.00"]];

/** A probability in words. */
export const words = (p) => t(STEPS.find(([least]) => p >= least)?.[1] ?? "p.00");
