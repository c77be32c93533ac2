"use strict";
(() => {
  const about = document.getElementById("about");
  let lit = [];
  const show = (name, scroll) => {
    for (const element of lit) element.classList.remove("on");
    lit = name ? [...document.querySelectorAll(`[data-c="${CSS.escape(name)}"]`)] : [];
    for (const element of lit) element.classList.add("on");
    const text = lit.find((element) => element.title);
    about.textContent = text ? text.title : "";
    if (text && scroll) text.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const named = (event) => event.target.closest?.("[data-c]");
  document.addEventListener("pointerover", (event) => show(named(event)?.dataset.c, false));
  document.addEventListener("focusin", (event) => show(named(event)?.dataset.c, false));
  document.addEventListener("click", (event) => {
    const found = named(event);
    if (found) show(found.dataset.c, true);
  });
})();
