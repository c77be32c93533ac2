// Mouse, pen and fingers on a panel: drag to move (or turn), wheel or pinch to zoom, shift-drag or tool for the lasso.

const CLICK = 5; // px that a pointer may tremble during a click

/** Connects a panel's element. deeds: { hover(panel, i, x, y), pin(panel, i), lasso(panel, ids, adding), away() } */
export function listen(panel, stage, store, deeds) {
  const { element } = panel;
  const pointers = new Map();
  let travelled = 0;
  let pinched = false;

  const placeOf = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.x, event.clientY - box.y];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.target !== element || event.button > 1) return;
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    panel.flight = null;
    const place = placeOf(event);
    pointers.set(event.pointerId, place);
    if (pointers.size === 1) {
      travelled = 0;
      pinched = false;
      if (event.shiftKey || store.state.tool === "lasso") panel.lasso = [place];
    } else {
      pinched = true;
      panel.lasso = null;
    }
  });

  element.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const last = pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") deeds.hover(panel, stage.pick(panel, ...place), ...place);
      return;
    }
    const [dx, dy] = [place[0] - last[0], place[1] - last[1]];
    travelled += Math.hypot(dx, dy);
    if (panel.lasso) {
      panel.lasso.push(place);
      stage.ask();
    } else if (pointers.size === 2) {
      pinch(event.pointerId, last, place);
    } else if (travelled > CLICK) {
      deeds.away();
      if (panel.map.dims === 3 && !event.altKey && event.buttons !== 4) panel.camera.turn(dx, dy);
      else panel.camera.pan(dx, dy);
      stage.changed(panel);
    }
    pointers.set(event.pointerId, place);
  });

  function pinch(id, last, place) {
    const other = [...pointers].find(([key]) => key !== id)[1];
    const spread = (a) => Math.max(10, Math.hypot(a[0] - other[0], a[1] - other[1]));
    const middle = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
    panel.camera.zoomAt(spread(place) / spread(last), ...middle);
    panel.camera.pan((place[0] - last[0]) / 2, (place[1] - last[1]) / 2);
    stage.changed(panel);
  }

  const lift = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (panel.lasso) {
      const loop = panel.lasso;
      panel.lasso = null;
      if (event.type === "pointerup" && loop.length > 4) {
        deeds.lasso(panel, stage.within(panel, loop), event.ctrlKey || event.metaKey);
      } else if (event.type === "pointerup") {
        deeds.pin(panel, stage.pick(panel, ...placeOf(event)));
      }
      stage.ask();
    } else if (event.type === "pointerup" && !pinched && travelled <= CLICK) {
      deeds.pin(panel, stage.pick(panel, ...placeOf(event), event.pointerType === "touch" ? 24 : 14));
    }
  };
  element.addEventListener("pointerup", lift);
  element.addEventListener("pointercancel", lift);
  element.addEventListener("pointerleave", () => deeds.away());

  element.addEventListener(
    "wheel",
    (event) => {
      if (event.target !== element) return;
      event.preventDefault();
      panel.flight = null;
      const lines = event.deltaMode === 1 ? 16 : 1;
      const speed = event.ctrlKey ? 0.01 : 0.0022; // a trackpad's pinch comes as a wheel with ctrl
      panel.camera.zoomAt(Math.exp(-event.deltaY * lines * speed), ...placeOf(event));
      deeds.away();
      stage.changed(panel);
    },
    { passive: false },
  );

  element.addEventListener("dblclick", (event) => {
    if (event.target !== element) return;
    stage.fly(panel, (camera) => camera.zoomAt(event.shiftKey ? 0.5 : 2, ...placeOf(event)));
  });
}
