// The keyboard: on a focused map, and from anywhere on the page.
import { byId } from "./dom.js";

const STEP = 60; // px an arrow key moves the map
const KEPT = "kuzushiji-atlas-shortcuts";

/** Keys on a panel. deeds: { pinCentre(panel), next(panel) } */
export function listenKeys(panel, stage, deeds) {
  const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
  panel.element.addEventListener("keydown", (event) => {
    if (event.target !== panel.element || event.ctrlKey || event.metaKey) return;
    const { camera } = panel;
    const move = moves[event.key];
    if (move) {
      if (panel.map.dims === 3 && !event.shiftKey) camera.turn(-move[0] / 3, -move[1] / 3);
      else camera.pan(...move);
    } else if (event.key === "+" || event.key === "=") camera.zoomAt(1.25);
    else if (event.key === "-" || event.key === "_") camera.zoomAt(0.8);
    else if (event.key === "0") stage.fit(panel);
    else if (event.key === "Enter" || event.key === " ") deeds.pinCentre(panel);
    else if (event.key === "n") deeds.next(panel);
    else return;
    event.preventDefault();
    panel.flight = event.key === "0" ? panel.flight : null;
    stage.changed(panel);
  });
}

/** The switch of the page's single keys, which speech input presses unasked; the browser keeps it where it lets us. */
function shortcuts() {
  const box = byId("shortcuts");
  try {
    box.checked = localStorage.getItem(KEPT) !== "off";
  } catch {
    box.checked = true;
  }
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
    } catch {
      // Private windows keep nothing; the choice lasts as long as the page.
    }
  });
  return box;
}

/** Keys of the whole page. deeds: name -> function */
export function listenPage(deeds) {
  const on = shortcuts();
  const letters = { c: "colour", g: "glyphs", l: "lasso", v: "layout", t: "theme", "?": "help" };
  const using = (what) => () => (document.documentElement.dataset.input = what);
  addEventListener("pointerdown", using("pointer"), true);
  addEventListener("keydown", using("keys"), true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return deeds.escape();
    if (!on.checked || event.target.closest("input, select, textarea, dialog")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      byId("search").focus();
    } else if (letters[event.key]) deeds[letters[event.key]]();
    else if (/^[1-9]$/.test(event.key)) deeds.method(Number(event.key) - 1);
  });
}
