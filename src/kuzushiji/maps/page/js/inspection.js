// window.atlas: what tests and curious readers may ask the page. Stable; documented in docs/atlas.md.
import { project } from "./camera.js";

export function makeInspection(atlas, store, stage, deeds, missing) {
  return {
    n: atlas.n,
    methods: atlas.maps.map((map) => map.method),
    missingWords: missing,
    /** A copy of the state: language, theme, methods (map numbers), colour, hover, pinned, tool, … */
    get state() {
      const { selection, ...rest } = store.state;
      return { ...rest, selected: selection ? selection.ids.length : 0, selectedBy: selection?.by || "" };
    },
    get selected() {
      return store.state.selection ? Array.from(store.state.selection.ids) : [];
    },
    get renderer() {
      return stage.points.kind;
    },
    /** frames drawn so far, milliseconds of the last one, glyphs shown by the last panel drawn */
    get stats() {
      return { ...stage.stats };
    },
    /** Whether nothing moves and nothing waits to be drawn. */
    get still() {
      return !stage.asked && stage.panels.every((panel) => !panel.passage && !panel.flight);
    },
    /** Of image i in page order: its number in the data set and its class. */
    image(i) {
      return { index: atlas.indices[i], label: atlas.labels[i], char: atlas.classes[atlas.labels[i]].c };
    },
    /** Page order of the image that has this number in the data set. */
    find: (index) => atlas.indices.indexOf(index),
    /** Where image i is drawn, in CSS px of the window. */
    place(i, panel = 0) {
      const box = stage.panels[panel].element.getBoundingClientRect();
      const [x, y] = stage.placeOf(stage.panels[panel], i);
      return [box.x + x, box.y + y];
    },
    /** Where the point of added image k's pin is, in CSS px of the window. */
    placeOfAdded(k, panel = 0) {
      const { element, camera, map } = stage.panels[panel];
      const box = element.getBoundingClientRect();
      const [x, y] = project(camera.rows(), [...map.added[k], 0], 0);
      return [box.x + x, box.y + y];
    },
    camera: (panel = 0) => ({ ...stage.panels[panel].camera.state }),
    select: (ids) => deeds.select(ids),
    set: (patch) => store.set(patch),
    method: (name) => deeds.method(atlas.maps.findIndex((map) => map.method === name)),
    search: (text) => deeds.searchDone(text),
    /** Pans, zooms and turns for `frames` pictures; resolves to the pictures drawn per second. */
    measure(frames = 60, panel = 0) {
      const p = stage.panels[panel];
      const before = p.camera.state;
      return new Promise((resolve) => {
        let k = 0;
        let begun = 0;
        const step = (now) => {
          if (k === 0) begun = now;
          if (k === frames) {
            p.camera.between(before, before, 1);
            stage.changed(p);
            resolve((1000 * frames) / (now - begun));
            return;
          }
          const t = (2 * Math.PI * k++) / frames;
          p.camera.between(before, { ...before, zoom: before.zoom * 4, x: before.x + 0.4, yaw: before.yaw + 1 }, 0.5 - 0.5 * Math.cos(t));
          stage.changed(p);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      });
    },
  };
}
