/** Light, dark, or as the system has it. */
import { $ } from "./dom.js";
import { store, stored, t } from "./i18n.js";

const KEY = "kuzushiji.theme";
const ORDER = ["auto", "light", "dark"];

/** Sets the kept theme up; `changed` is called after each change. */
export function startTheme(changed) {
  const kept = stored(KEY);
  document.documentElement.dataset.theme = ORDER.includes(kept) ? kept : "auto";
  $("theme").addEventListener("click", () => {
    const now = ORDER.indexOf(document.documentElement.dataset.theme);
    document.documentElement.dataset.theme = ORDER[(now + 1) % ORDER.length];
    store(KEY, document.documentElement.dataset.theme);
    labelTheme();
    changed();
  });
  labelTheme();
}

export function labelTheme() {
  $("theme").textContent = t(`theme.${document.documentElement.dataset.theme}`);
  $("language").textContent = t("language");
  $("language").lang = document.documentElement.lang === "ja" ? "en" : "ja";
}
