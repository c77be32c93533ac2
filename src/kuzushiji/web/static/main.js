/** Puts the page together. */
import { model, read } from "./api.js";
import { Candidates } from "./candidates.js";
import { showDetail } from "./detail.js";
import { $, debounce, download } from "./dom.js";
import { DrawPad } from "./draw.js";
import { fill, t, toggle } from "./i18n.js";
import { PicturePanel } from "./picture-panel.js";
import { Practice } from "./practice.js";
import { fromJson, toJson, toTei } from "./session.js";
import { TextLine } from "./text-line.js";
import { labelTheme, startTheme } from "./theme.js";

const MODES = ["draw", "page", "practice"];
const LARGEST_PICTURE = 20_000_000; // bytes of a picture that is saved within a session

if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname)) $("where").dataset.i18n = "footer.there";
fill();
const pad = new DrawPad($("pad"));
const picture = new PicturePanel();
const candidates = new Candidates();
const line = new TextLine();
let practice = null;
let mode = "draw";
let modelName = "";
let drawn = { serial: 0, reading: null };

startTheme(() => {
  pad.draw();
  picture.view.draw();
});

// ---- modes ------------------------------------------------------------------------------------------------------

function setMode(wanted) {
  if (wanted === mode && $("tab-draw").hasAttribute("aria-selected")) return;
  mode = wanted;
  for (const each of MODES) {
    const chosen = each === mode;
    $(`tab-${each}`).setAttribute("aria-selected", String(chosen));
    $(`tab-${each}`).tabIndex = chosen ? 0 : -1;
  }
  $("page-panel").hidden = mode !== "page";
  $("pad-panel").hidden = mode === "page";
  $("pad-panel").setAttribute("aria-labelledby", `tab-${mode === "practice" ? "practice" : "draw"}`);
  $("practice").hidden = mode !== "practice";
  $("grade").hidden = true;
  if (mode === "page") candidates.show(picture.view.selected?.reading ?? null);
  else if (mode === "practice") startPractice();
  else {
    candidates.show(drawn.reading);
    readDrawing();
  }
}

for (const each of MODES) {
  $(`tab-${each}`).addEventListener("click", () => setMode(each));
  $(`tab-${each}`).addEventListener("keydown", (e) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!by) return;
    setMode(MODES[(MODES.indexOf(each) + by + MODES.length) % MODES.length]);
    $(`tab-${mode}`).focus();
  });
}

// ---- drawing ----------------------------------------------------------------------------------------------------

async function readDrawing() {
  const serial = ++drawn.serial;
  if (pad.empty) {
    drawn.reading = null;
    if (mode === "draw") candidates.show(null); // a picture may have been opened since the pad was emptied
    return;
  }
  try {
    const [reading] = await read([await pad.toBlob()]);
    if (serial !== drawn.serial || mode !== "draw") return;
    drawn.reading = reading;
    candidates.show(reading);
  } catch (e) {
    if (serial === drawn.serial && mode === "draw") candidates.fail(e.message);
  }
}

const readDrawingSoon = debounce(readDrawing, 150);
pad.addEventListener("change", () => {
  $("pad-empty").hidden = !pad.empty;
  $("undo").disabled = $("clear").disabled = pad.empty;
  $("redo").disabled = !pad.undone.length;
  if (mode === "draw") readDrawingSoon();
});
pad.canvas.addEventListener("pointerdown", () => { $("pad-empty").hidden = true; });
$("undo").addEventListener("click", () => pad.undo());
$("redo").addEventListener("click", () => pad.redo());
$("clear").addEventListener("click", () => pad.clear());
$("brush").addEventListener("input", () => { pad.base = Number($("brush").value) / 1000; });
$("undo").disabled = $("redo").disabled = $("clear").disabled = true;

// ---- pictures ---------------------------------------------------------------------------------------------------

picture.addEventListener("opened", () => setMode("page"));
picture.addEventListener("reading", (e) => {
  if (mode === "page") candidates.show(e.detail?.reading ?? null);
});
picture.addEventListener("failed", (e) => candidates.fail(e.detail));

const pictureIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
document.addEventListener("paste", (e) => {
  const file = pictureIn(e.clipboardData);
  if (!file) return;
  e.preventDefault();
  picture.open(file);
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
  const file = pictureIn(e.dataTransfer);
  if (file) picture.open(file);
  else if (e.dataTransfer?.files?.length) candidates.fail(t("error.image"));
});

// ---- readings into the text -------------------------------------------------------------------------------------

function put(char, candidate = null) {
  const reading = candidates.reading;
  const box = mode === "page" ? picture.view.selected : null;
  const same = candidate ?? reading?.candidates?.find((each) => each.char === char);
  line.add({
    char,
    probability: same?.probability ?? null,
    sure: Boolean(reading?.sure && same && same === reading.candidates[0]),
    source: mode === "page" ? picture.name || "picture" : "drawing",
    box: box && { x: box.x, y: box.y, width: box.width, height: box.height, angle: box.angle },
    candidates: (reading?.candidates ?? []).slice(0, 5).map((each) => ({
      char: each.char, probability: +each.probability.toFixed(4),
    })),
  });
}

candidates.addEventListener("pick", (e) => put(e.detail.char, e.detail.candidate));
candidates.addEventListener("show", (e) => showDetail(e.detail, put));

// ---- practice ---------------------------------------------------------------------------------------------------

function startPractice() {
  candidates.show(null);
  if (practice?.target) practice.render();
  else practice?.next();
}

const NARROW = 100;
let known = [];

/** A model of few characters says so, since it takes every other character for one of them. */
function sayWhatItKnows() {
  $("narrow").hidden = !known.length || known.length >= NARROW;
  $("narrow").textContent = t("model.narrow", { n: known.length, chars: known.join(" ") });
}

model().then(({ name, classes }) => {
  modelName = name;
  $("model-name").textContent = name;
  known = classes;
  sayWhatItKnows();
  practice = new Practice(pad, classes);
  practice.addEventListener("asked", () => { if (mode === "practice") candidates.show(null); });
  practice.addEventListener("graded", (e) => candidates.show(e.detail.reading, e.detail.target));
  if (mode === "practice") startPractice();
}, (e) => candidates.fail(e.message));

// ---- session ----------------------------------------------------------------------------------------------------

async function dataUrl(blob) {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

const pictureFacts = () => (picture.blob
  ? { name: picture.name, width: picture.view.width, height: picture.view.height, data: null }
  : null);

$("save").addEventListener("click", async () => {
  const facts = pictureFacts();
  if (facts && picture.blob.size <= LARGEST_PICTURE && picture.blob.type !== "image/svg+xml") {
    facts.data = await dataUrl(picture.blob);
  }
  const { boxes } = picture.view;
  download("kuzushiji-session.json", toJson({ items: line.items, boxes, strokes: pad.strokes, picture: facts }), "application/json");
});
$("load").addEventListener("click", () => $("session-file").click());
$("session-file").addEventListener("change", async () => {
  const file = $("session-file").files[0];
  $("session-file").value = "";
  if (!file) return;
  try {
    await restore(fromJson(await file.text()));
    line.say("loaded");
  } catch {
    candidates.fail(t("error.session"));
  }
});
$("tei").addEventListener("click", () => {
  download("kuzushiji.xml", toTei({ items: line.items, picture: pictureFacts(), model: modelName }), "application/tei+xml");
});
$("new").addEventListener("click", () => restore({ items: [], boxes: [], strokes: [], picture: null }));

async function restore(session) {
  line.set(session.items);
  if (session.picture?.data) {
    const [head, base64] = session.picture.data.split(",");
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const type = head.slice(5).split(";")[0];
    await picture.open(new File([bytes], session.picture.name, { type }), session.boxes);
  } else {
    picture.close();
    if (session.strokes.length || mode === "page") setMode("draw");
  }
  pad.set(session.strokes);
}

// ---- keys, language ---------------------------------------------------------------------------------------------

document.addEventListener("keydown", (e) => {
  const typing = e.target.closest?.("input:not([type=range], [type=checkbox]), textarea, select");
  if (typing) return;
  const command = e.ctrlKey || e.metaKey;
  const key = e.key.toLowerCase();
  if (command && mode !== "page" && (key === "z" || key === "y")) {
    if (key === "y" || e.shiftKey) pad.redo();
    else pad.undo();
    e.preventDefault();
  } else if (!command && !e.altKey && /^[1-9]$/.test(e.key)) candidates.digit(Number(e.key));
  else if (e.key === "Enter" && mode === "practice" && !e.target.closest("button, a, summary")) {
    if ($("grade").hidden || practice.grade?.key === "practice.nothing") practice?.check();
    else practice?.next();
  }
});

$("language").addEventListener("click", () => {
  toggle();
  sayWhatItKnows();
  labelTheme();
  const { shown } = candidates;
  candidates.render();
  candidates.choose(shown);
  line.render();
  picture.list();
  practice?.render();
});

setMode("draw");
