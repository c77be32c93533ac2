/** Puts the desk together. */
import { $, debounce, keepFile } from "../dom.js";
import { addWords, fill, store, stored, t, toggle } from "../i18n.js";
import { labelTheme, startTheme } from "../theme.js";
import { Book } from "./book/book.js";
import { exported } from "./book/server.js";
import { holdBook, openKeep } from "./book/keep.js";
import { Known, LEARN } from "./book/known.js";
import { filesOf, openAddress, openFiles, sorted } from "./book/opening.js";
import { Reading } from "./book/reading.js";
import { fromFile, toFile } from "./book/session.js";
import { zip } from "./book/zip.js";
import words from "./strings.js";
import * as edits from "./page/edits.js";
import { CheckPanel } from "./view/check.js";
import { fillKinds, LayoutTools } from "./view/layout.js";
import { blobOf, Pyramid } from "./view/pyramid.js";
import { Stage } from "./view/stage.js";
import { Strip } from "./view/strip.js";
import { TextPane } from "./view/text.js";

const VIEW = "kuzushiji.desk.view";
const LAST = "kuzushiji.desk.page";
const PICTURED = 24; // pages with pictures in one document
const PRINTED = 2400; // longer side of a picture in a document, in pixels

addWords(words);
fill();
fillKinds();
const keep = await openKeep();
const book = new Book(keep);
const known = new Known(book, stored(LEARN));
const reading = new Reading(book, known);
const stage = new Stage($("stage"));
const strip = new Strip(book);
const text = new TextPane(stage);
const check = new CheckPanel();
const layout = new LayoutTools(stage);
let loading = null;

startTheme(() => stage.draw());

// ---- words --------------------------------------------------------------------------------------------------------

let saidTimer;

/** Says something to everyone; problems stay until they are closed. */
function say(message, problem = false) {
  $("said").textContent = message;
  $("notice-text").textContent = message;
  $("notice").classList.toggle("problem", problem);
  $("notice").hidden = !message;
  clearTimeout(saidTimer);
  if (!problem) saidTimer = setTimeout(() => { $("notice").hidden = true; }, 5000);
}
$("notice-close").addEventListener("click", () => { $("notice").hidden = true; });

// ---- one page -----------------------------------------------------------------------------------------------------

const picture = async (box) => blobOf(stage.pyramid.crop(box));
const crop = (c, longest) => stage.pyramid.crop(c.box, c.angle, longest);

async function openPage(page) {
  loading?.abort();
  $("desk-empty").hidden = Boolean(page) || book.pages.length > 0;
  $("page-name").textContent = page ? page.name : "";
  stage.select([]);
  stage.set([]);
  stage.show(null);
  showColumns();
  if (!page) return;
  store(LAST, page.id);
  loading = new AbortController();
  const { signal } = loading;
  try {
    const pyramid = await Pyramid.of(await book.picture(page), page.turned, signal);
    if (!pyramid || signal.aborted) return;
    stage.show(pyramid);
    $("stage").dataset.ready = page.id;
    showColumns();
  } catch {
    if (!signal.aborted) say(t("error.image"), true);
  }
}

function showColumns() {
  const columns = book.open?.columns ?? [];
  stage.set(columns);
  const ids = [...stage.selected].filter((id) => edits.find(columns, id));
  if (ids.length !== stage.selected.size) stage.select(ids);
  text.set(columns);
  text.select(ids);
  layout.set(columns);
  showCheck();
  $("undo").disabled = !book.history.past.length;
  $("redo").disabled = !book.history.future.length;
  const left = edits.doubts(columns).length;
  $("left").textContent = columns.length ? t(left ? "desk.left" : "desk.noneleft", { n: left, of: edits.characters(columns).length }) : "";
}

function showCheck() {
  const [id] = stage.selected;
  const found = edits.find(book.open?.columns ?? [], id);
  if (!found || !stage.pyramid) check.show(null);
  else check.show(found.character, (longest) => crop(found.character, longest));
}

function select(ids, { reveal = true, focus = false } = {}) {
  stage.select(ids);
  text.select(ids, focus);
  layout.refresh();
  const found = edits.find(book.open?.columns ?? [], ids[0]);
  if (found && reveal) stage.reveal(found.character.box);
  showCheck();
}

book.addEventListener("open", (e) => openPage(e.detail));
book.addEventListener("columns", () => {
  showColumns();
  if (book.open?.columns.some((column) => column.characters.some((c) => c.stale))) rereadSoon();
});
book.addEventListener("full", () => say(t("desk.full"), true));
book.addEventListener("pages", () => {
  $("desk-empty").hidden = book.pages.length > 0;
  for (const id of ["save", "export", "new"]) $(id).disabled = !book.pages.length;
  // A page that was just read may be turned: its picture is then made anew.
  const page = book.open;
  if (page?.status === "done" && page.turned && stage.pyramid && stage.pyramid.width !== page.width) openPage(page);
});
stage.addEventListener("select", (e) => select(e.detail.ids, { reveal: false }));
stage.addEventListener("hover", (e) => text.hover(e.detail));
text.addEventListener("select", (e) => select(e.detail.ids));
text.addEventListener("hover", (e) => stage.hover(e.detail));
layout.addEventListener("edit", ({ detail: { columns, ids } }) => {
  stage.select(ids);
  if (columns === book.open.columns) select(ids);
  else book.edit(columns);
});

const rereadSoon = debounce(async () => {
  if (book.open && stage.pyramid) await reading.reread(book.open, picture);
}, 350);

// ---- checking -----------------------------------------------------------------------------------------------------

check.addEventListener("step", (e) => step(e.detail));
check.addEventListener("decide", ({ detail: { id, char } }) => {
  const page = book.open;
  const was = edits.find(page.columns, id).character;
  const go = edits.doubtful(was) || was.state !== "read";
  book.edit(edits.decide(page.columns, id, char));
  learnSoon();
  if (go) step(1);
  else select([id]);
});

/** Goes to the next doubtful character in reading order, on the next page when this one has none. */
function step(by) {
  const page = book.open;
  if (!page) return;
  const all = edits.characters(page.columns);
  const [id] = stage.selected;
  const at = all.findIndex((c) => c.id === id);
  const order = by > 0 ? [...all.slice(at + 1), ...all.slice(0, at + 1)]
    : [...all.slice(0, Math.max(0, at)).reverse(), ...all.slice(Math.max(0, at)).reverse()];
  const next = order.find((c) => edits.doubtful(c) && c.id !== id) ?? order.find((c) => edits.doubtful(c));
  if (next) {
    select([next.id], { focus: true });
    return;
  }
  const other = book.pages.find((each) => each !== page && each.status === "done" && book.doubts(each));
  say(t(other ? "desk.pagedone" : "desk.alldone"));
  if (other && $("next-page").checked) book.select(other.id);
}

// ---- teaching -----------------------------------------------------------------------------------------------------

const learnSoon = debounce(async () => {
  const page = book.open;
  if (!page || !stage.pyramid || $("stage").dataset.ready !== page.id) return;
  await known.collect(page, async (c) => (await crop(c, 128)).toDataURL("image/png"));
  if (!known.on) return;
  const changed = await reading.teach(page);
  if (changed) say(t("desk.changed", { n: changed }));
}, 900);

$("learn").checked = known.on;
$("learn").addEventListener("change", () => {
  known.on = $("learn").checked;
  store(LEARN, known.on ? "on" : "off");
  learnSoon();
});

// ---- reading ------------------------------------------------------------------------------------------------------

reading.addEventListener("unreachable", (e) => {
  $("offline").hidden = false;
  $("offline").textContent = e.detail;
});
reading.addEventListener("reached", () => { $("offline").hidden = true; });
reading.addEventListener("failed", (e) => say(e.detail, true));
strip.addEventListener("open", (e) => book.select(e.detail.id));
strip.addEventListener("again", (e) => reading.again(e.detail));
strip.addEventListener("cancel", (e) => reading.cancel(e.detail));
strip.addEventListener("remove", async (e) => {
  if (await sure(t("desk.removesure", { name: e.detail.name }))) book.remove(e.detail);
});

// ---- opening ------------------------------------------------------------------------------------------------------

async function opened(work) {
  document.body.classList.add("opening");
  try {
    const { added, first, problems } = await work;
    if (problems.length) say(problems.slice(0, 3).join(" "), true);
    else if (!added) say(t("desk.nothing"), true);
    if (first && (!book.open || added === 1)) book.select(first.id);
  } catch (e) {
    if (e.name !== "AbortError") say(e.message, true);
  } finally {
    document.body.classList.remove("opening");
  }
}

for (const id of ["files", "folder", "camera"]) {
  $(id).addEventListener("change", () => {
    const files = sorted($(id).files);
    $(id).value = "";
    if (files.length) opened(openFiles(book, files, id === "folder"));
  });
}
for (const [button, input] of [["choose", "files"], ["choose-big", "files"], ["choose-folder", "folder"], ["photograph", "camera"], ["photograph-big", "camera"]]) {
  $(button).addEventListener("click", () => $(input).click());
}
$("address-form").addEventListener("submit", (e) => {
  e.preventDefault();
  const address = $("address").value.trim();
  if (address) opened(openAddress(book, address));
});
document.addEventListener("paste", (e) => {
  const files = [...(e.clipboardData?.files ?? [])];
  if (!files.length) return;
  e.preventDefault();
  opened(openFiles(book, files));
});
document.addEventListener("dragover", (e) => {
  e.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", (e) => {
  if (!e.relatedTarget) document.body.classList.remove("dropping");
});
document.addEventListener("drop", (e) => {
  e.preventDefault();
  document.body.classList.remove("dropping");
  opened(filesOf(e.dataTransfer).then((files) => openFiles(book, files, files.length > 1)));
});

// ---- keeping and exporting ----------------------------------------------------------------------------------------

const title = () => (book.pages[0]?.name ?? "book").replace(/\.[^.]*$/, "");

$("save").addEventListener("click", async () => keepFile(`${title()}.kuzushiji.zip`, await toFile(book)));
$("load").addEventListener("click", () => $("session-file").click());
$("session-file").addEventListener("change", async () => {
  const [file] = $("session-file").files;
  $("session-file").value = "";
  if (!file) return;
  try {
    const pages = await fromFile(file);
    if (book.pages.length && !(await sure(t("desk.replace")))) return;
    await book.clear();
    for (const { picture: blob, page } of pages) {
      if (!(await book.add(blob, page))) break;
    }
    book.select(book.pages[0]?.id);
    say(t("loaded"));
  } catch {
    say(t("desk.nobook"), true);
  }
});
$("new").addEventListener("click", async () => {
  if (!(await sure(t("desk.newsure")))) return;
  known.crops.clear();
  await book.clear();
});

$("export-form").addEventListener("submit", async (e) => {
  e.preventDefault();
  const format = $("export-format").value;
  const pages = $("export-all").checked ? book.pages.filter((page) => page.status === "done") : [book.open].filter(Boolean);
  if (!pages.length) return;
  try {
    if (format === "dataset") await exportDataset();
    else if (format === "known") await exportKnown();
    else {
      await exportPages(format, pages);
    }
    $("export-menu").open = false;
  } catch (error) {
    say(error.message, true);
  }
});

/** Documents with pictures come in parts of some pages, since a request has a limit. */
async function exportPages(format, pages) {
  const pictured = ["pdf", "html"].includes(format);
  const atOnce = pictured ? PICTURED : pages.length;
  for (let i = 0; i < pages.length; i += atOnce) {
    const some = pages.slice(i, i + atOnce);
    const images = [];
    for (const page of pictured ? some : []) images.push(await forPrint(await book.picture(page)));
    const { blob, name } = await exported(format, some.map((page) => edits.toPage(page, page.columns)), images);
    keepFile(pages.length > atOnce ? name.replace(/(\.\w+)$/, `-${i / atOnce + 1}$1`) : name, blob);
  }
}

/** A picture in the size that a document shows, as JPEG. */
async function forPrint(blob) {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, PRINTED / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return blobOf(canvas, "image/jpeg", 0.85);
}

async function exportKnown() {
  const file = await known.file(true);
  if (file) keepFile("corrections.jsonl", file);
  else say(t("desk.noneknown"), true);
}

/** What was decided, as class folders that `kuzushiji train` takes. */
async function exportDataset() {
  const list = known.list();
  if (!list.length) {
    say(t("desk.noneknown"), true);
    return;
  }
  /** @type {[string, Blob][]} */
  const files = list.map((each, i) => {
    const bytes = Uint8Array.from(atob(each.image.split(",")[1]), (c) => c.charCodeAt(0));
    const blob = new Blob([bytes], { type: "image/png" });
    return [`${title()}/${each.codepoint.replaceAll(" ", "_")}/${String(i + 1).padStart(6, "0")}.png`, blob];
  });
  keepFile(`${title()}-characters.zip`, await zip(files));
}

// ---- questions ----------------------------------------------------------------------------------------------------

function sure(question) {
  const dialog = $("question");
  $("question-text").textContent = question;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// ---- views, keys, language ----------------------------------------------------------------------------------------

function setMode(editing) {
  layout.setOn(editing);
  $("mode-check").setAttribute("aria-pressed", String(!editing));
  $("mode-layout").setAttribute("aria-pressed", String(editing));
}
$("mode-check").addEventListener("click", () => setMode(false));
$("mode-layout").addEventListener("click", () => setMode(true));

function setView(aligned) {
  text.setAligned(aligned);
  $("text-direction").setAttribute("aria-pressed", String(aligned));
  store(VIEW, aligned ? "aligned" : "running");
}
$("text-direction").addEventListener("click", () => setView(!text.aligned));

/** On a phone one part is seen at a time. */
function setPart(part) {
  document.body.dataset.part = part;
  for (const each of ["page", "text", "check"]) $(`part-${each}`).setAttribute("aria-pressed", String(each === part));
  if (stage.fitted) stage.fit();
}
for (const part of ["page", "text", "check"]) $(`part-${part}`).addEventListener("click", () => setPart(part));

$("undo").addEventListener("click", () => book.undo());
$("redo").addEventListener("click", () => book.redo());
$("zoom-in").addEventListener("click", () => stage.zoom(1.3));
$("zoom-out").addEventListener("click", () => stage.zoom(1 / 1.3));
$("zoom-fit").addEventListener("click", () => stage.fit());

function turn(by) {
  const at = book.pages.indexOf(book.open);
  const page = book.pages[at + by];
  if (page) book.select(page.id);
}

document.addEventListener("keydown", (e) => {
  if (e.isComposing || $("question").open) return;
  if (e.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
  const key = e.key.toLowerCase();
  if (e.ctrlKey || e.metaKey) {
    if (key !== "z" && key !== "y") return;
    if (key === "y" || e.shiftKey) book.redo();
    else book.undo();
    e.preventDefault();
    return;
  }
  if (layout.key(e)) {
    e.preventDefault();
    return;
  }
  if (e.altKey) return;
  const control = e.target.closest?.("button, a, summary, [type=checkbox]");
  const keys = {
    n: () => step(1), p: () => step(-1), pagedown: () => turn(1), pageup: () => turn(-1), "+": () => stage.zoom(1.3),
    "=": () => stage.zoom(1.3), "-": () => stage.zoom(1 / 1.3), f: () => stage.fit(), "/": () => $("entry").focus(),
    l: () => setMode(!layout.on),
  };
  if (/^[1-9]$/.test(e.key)) check.digit(Number(e.key));
  else if (keys[key]) keys[key]();
  else if (e.key === "Enter" && !control) check.confirm();
  else if ([...e.key].length === 1 && e.key !== " " && check.character && !control) {
    $("entry").focus(); // typing enters a character; the key itself arrives there
    return;
  } else return;
  e.preventDefault();
});

$("language").addEventListener("click", () => {
  toggle();
  labelTheme();
  fillKinds();
  layout.refresh();
  showColumns();
  strip.render();
  check.render();
  if (check.character) check.detailOf(check.character.char);
});

// ---- the last visit -----------------------------------------------------------------------------------------------

function begin(steal = false) {
  holdBook(async (mine) => {
    $("elsewhere").hidden = mine;
    document.body.inert = false;
    for (const id of ["bench", "bar"]) $(id).inert = !mine;
    if (!mine) {
      reading.paused = true;
      return;
    }
    reading.paused = false;
    await book.restore();
    await known.restore();
    book.select((book.pages.find((page) => page.id === stored(LAST)) ?? book.pages[0])?.id);
    reading.next();
    document.body.dataset.ready = "yes";
  }, steal);
}
$("take-over").addEventListener("click", () => begin(true));

setView(stored(VIEW) !== "running");
setPart("page");
setMode(false);
if (!keep.lasting) say(t("desk.notlasting"), true);
begin();
