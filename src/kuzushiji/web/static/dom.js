/** Small helpers to build elements without markup strings. */

/** The element with an id. @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

/** An element with properties (`class`, `text`, `aria-…`, `data-…`, `onclick`, …) and children. */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") el.className = value;
    else if (name === "text") el.textContent = value;
    else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.filter((child) => child !== null && child !== undefined));
  return el;
}

/** Calls `f` once, `ms` after the last call. */
export function debounce(f, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), ms);
  };
}

/** Offers text as a file to keep. */
export function download(name, text, type) {
  keepFile(name, new Blob([text], { type }));
}

/** Offers a blob as a file to keep. */
export function keepFile(name, blob) {
  const url = URL.createObjectURL(blob);
  const a = h("a", { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
