/** The picture mode: files in, boxes and their readings, buttons and keys. */
import { read } from "./api.js";
import { grown, turned } from "./boxes.js";
import { $, debounce, h } from "./dom.js";
import { t } from "./i18n.js";
import { PageView } from "./page.js";

const SMALL = 420; // a picture up to this many pixels a side is taken for one character
const MOST = 24_000_000; // larger pictures are shrunk: a browser keeps four bytes for each pixel
const AT_ONCE = 32;

/** Sends "reading" (detail: the chosen box, or null), "failed" (detail: message) and "opened". */
export class PicturePanel extends EventTarget {
  constructor() {
    super();
    this.view = new PageView($("page"));
    this.name = "";
    this.threshold = null;
    this.readSoon = debounce((box) => this.#read([box]), 120);
    this.allSoon = debounce(() => this.#readAll(), 350);
    this.view.addEventListener("edit", (e) => this.readSoon(e.detail));
    this.view.addEventListener("select", () => this.#selected());
    this.view.addEventListener("boxes", () => this.list());
    this.#files();
    this.#buttons();
    $("page").addEventListener("keydown", (e) => this.#key(e));
  }

  // ---- pictures in ---------------------------------------------------------------------------------------------

  #files() {
    for (const id of ["file", "camera"]) {
      $(id).addEventListener("change", () => {
        if ($(id).files[0]) this.open($(id).files[0]);
        $(id).value = "";
      });
    }
    $("choose").addEventListener("click", () => $("file").click());
    $("another").addEventListener("click", () => $("file").click());
    $("photograph").addEventListener("click", () => $("camera").click());
  }

  /** Opens a file or blob; a small picture gets one box around all of it. */
  async open(blob, boxes = null) {
    let image;
    let size;
    try {
      image = await createImageBitmap(blob);
      size = { width: image.width, height: image.height };
      const pixels = image.width * image.height;
      if (pixels > MOST) {
        const scale = Math.sqrt(MOST / pixels);
        const less = { resizeWidth: Math.round(image.width * scale), resizeHeight: Math.round(image.height * scale) };
        image = await createImageBitmap(image, { ...less, resizeQuality: "high" });
      }
    } catch {
      this.dispatchEvent(new CustomEvent("failed", { detail: t("error.image") }));
      return;
    }
    this.blob = blob;
    this.name = blob.name ?? "";
    $("page-empty").hidden = true;
    $("page-tools").hidden = $("correct").hidden = false;
    this.dispatchEvent(new Event("opened"));
    this.view.open(image, size);
    if (boxes) {
      for (const box of boxes) this.view.add(box, false);
      this.list();
      this.view.select(this.view.boxes[0] ?? null);
      this.#readAll();
    } else if (Math.max(size.width, size.height) <= SMALL) this.view.addWhole();
  }

  close() {
    this.view.open(null);
    this.blob = null;
    this.name = "";
    $("page-empty").hidden = false;
    $("page-tools").hidden = $("correct").hidden = true;
  }

  // ---- readings ------------------------------------------------------------------------------------------------

  get options() {
    return { threshold: this.threshold, invert: $("invert").checked };
  }

  async #read(boxes) {
    const wanted = boxes.filter((box) => this.view.boxes.includes(box));
    if (!wanted.length) return;
    for (const box of wanted) box.asked = (box.asked ?? 0) + 1;
    const asked = wanted.map((box) => box.asked);
    try {
      const blobs = await Promise.all(wanted.map((box) => this.view.crop(box)));
      const readings = await read(blobs, this.options);
      wanted.forEach((box, i) => {
        if (box.asked === asked[i]) box.reading = readings[i]; // else a newer request is on its way
      });
    } catch (e) {
      this.dispatchEvent(new CustomEvent("failed", { detail: e.message }));
      return;
    }
    this.list();
    this.view.draw();
    if (wanted.includes(this.view.selected)) this.#selected();
  }

  async #readAll() {
    const { boxes, selected } = this.view;
    const order = [...boxes].sort((a, b) => Number(b === selected) - Number(a === selected));
    for (let i = 0; i < order.length; i += AT_ONCE) await this.#read(order.slice(i, i + AT_ONCE));
  }

  #selected() {
    this.list();
    this.dispatchEvent(new CustomEvent("reading", { detail: this.view.selected }));
  }

  // ---- controls ------------------------------------------------------------------------------------------------

  #buttons() {
    const { view } = this;
    const on = (id, f) => $(id).addEventListener("click", f);
    on("tool-box", () => this.#tool(false));
    on("tool-pan", () => this.#tool(true));
    on("zoom-in", () => view.zoom(1.3));
    on("zoom-out", () => view.zoom(1 / 1.3));
    on("zoom-fit", () => view.fit());
    on("box-next", () => view.step(1));
    on("box-previous", () => view.step(-1));
    on("turn-left", () => view.edit((box) => turned(box, -3)));
    on("turn-right", () => view.edit((box) => turned(box, 3)));
    on("whole", () => view.addWhole());
    on("box-delete", () => view.remove());
    on("threshold-auto", () => this.#setThreshold(null));
    $("threshold").addEventListener("input", () => this.#setThreshold(Number($("threshold").value)));
    $("invert").addEventListener("change", () => this.allSoon());
  }

  #tool(panning) {
    this.view.panning = panning;
    $("tool-box").setAttribute("aria-pressed", String(!panning));
    $("tool-pan").setAttribute("aria-pressed", String(panning));
    $("page").classList.toggle("panning", panning);
  }

  #setThreshold(value) {
    this.threshold = value;
    $("threshold-auto").setAttribute("aria-pressed", String(value === null));
    $("threshold-value").textContent = value ?? "";
    this.allSoon();
  }

  #key(e) {
    if (!this.view.image || e.ctrlKey || e.metaKey) return;
    const { view } = this;
    const step = e.shiftKey ? 10 : 1;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    const keys = {
      n: () => view.step(1), PageDown: () => view.step(1), p: () => view.step(-1), PageUp: () => view.step(-1),
      b: () => view.addAtCentre(), Delete: () => view.remove(), Backspace: () => view.remove(),
      r: () => view.edit((box) => turned(box, 2)), R: () => view.edit((box) => turned(box, -2)),
      "+": () => view.zoom(1.3), "=": () => view.zoom(1.3), "-": () => view.zoom(1 / 1.3), 0: () => view.fit(),
    };
    if (arrow && e.altKey) view.edit((box) => grown(box, 2 * step * arrow[0], 2 * step * -arrow[1]));
    else if (arrow) view.edit((box) => ({ x: box.x + step * arrow[0], y: box.y + step * arrow[1] }));
    else if (e.key in keys) keys[e.key]();
    else return;
    e.preventDefault();
  }

  /** The boxes as a list: the same choice for those who do not see the picture. */
  list() {
    const { boxes, selected } = this.view;
    const items = boxes.map((box, i) => {
      const char = box.reading?.candidates?.[0]?.char;
      const name = char ? t("page.boxread", { n: i + 1, char }) : t("page.boxname", { n: i + 1 });
      return h("li", {},
        h("button", {
          type: "button", class: "chip", "aria-label": name, "aria-current": String(box === selected),
          onclick: () => this.view.select(box),
        }, h("span", { class: "small", text: String(i + 1) }),
          h("span", { class: "mincho", lang: "ja", text: char ?? "…" })));
    });
    $("boxes").replaceChildren(...items);
    $("box-delete").disabled = !selected;
  }
}
