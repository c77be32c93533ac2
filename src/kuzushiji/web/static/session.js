/** What a session holds, and how it becomes a file. */

export const FORMAT = "kuzushiji-session";
const VERSION = 1;
const LARGEST_TEXT = 100_000;

/** The characters as text. */
export const plain = (items) => items.map((item) => item.char).join("");

/** A session as JSON: the text with its evidence, the boxes, the strokes, and the picture where there is one. */
export function toJson({ items, boxes = [], strokes = [], picture = null }) {
  const bare = boxes.map(({ x, y, width, height, angle }) => ({ x, y, width, height, angle }));
  return JSON.stringify(
    { format: FORMAT, version: VERSION, saved: new Date().toISOString(), items, boxes: bare, strokes, picture },
    null, 1,
  );
}

/** Reads what toJson wrote; throws an Error for anything else. */
export function fromJson(text) {
  const data = JSON.parse(text);
  const wrong = (what) => new Error(`not a session: ${what}`);
  if (data?.format !== FORMAT || data.version !== VERSION) throw wrong("format");
  const { items, boxes = [], strokes = [], picture = null } = data;
  if (!Array.isArray(items) || items.length > LARGEST_TEXT || !items.every(isItem)) throw wrong("items");
  if (!Array.isArray(boxes) || !boxes.every(isBox)) throw wrong("boxes");
  if (!Array.isArray(strokes) || !strokes.every(isStroke)) throw wrong("strokes");
  if (picture !== null && !isPicture(picture)) throw wrong("picture");
  return { items, boxes, strokes: strokes.map((stroke) => ({ ...stroke, ended: true })), picture };
}

const finite = (...values) => values.every(Number.isFinite);
const isBox = (box) => box && finite(box.x, box.y, box.width, box.height, box.angle) && box.width > 0 && box.height > 0;
const isItem = (item) =>
  item && typeof item.char === "string" && item.char.length > 0 && [...item.char].length <= 4 &&
  (item.box === undefined || item.box === null || isBox(item.box)) &&
  (item.probability === undefined || item.probability === null || finite(item.probability)) &&
  (item.candidates === undefined || Array.isArray(item.candidates));
const isStroke = (stroke) =>
  stroke && finite(stroke.base) && Array.isArray(stroke.points) && stroke.points.length > 0 &&
  stroke.points.every((p) => p && finite(p.x, p.y, p.p, p.t));
const isPicture = (picture) =>
  typeof picture === "object" && typeof picture.name === "string" &&
  (picture.data === null || /^data:image\/(png|jpeg|webp|gif|bmp);base64,/.test(picture.data));

const codepoints = (char) =>
  [...char].map((c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join(" ");

const COLUMNS = [
  "position", "char", "codepoint", "probability", "sure", "source", "x", "y", "width", "height", "angle", "candidates",
];

/** One row a character (RFC 4180, with a byte order mark: spreadsheets then take it for UTF-8). */
export function toCsv(items) {
  const rows = items.map((item, i) => {
    const b = item.box ?? {};
    return [
      i + 1, item.char === "\n" ? "" : item.char, codepoints(item.char), item.probability, item.sure, item.source,
      b.x, b.y, b.width, b.height, b.angle,
      (item.candidates ?? []).map((c) => `${c.char} ${c.probability}`).join("; "),
    ];
  });
  return "\uFEFF" + [COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value) {
  let text = value === undefined || value === null ? "" : String(value);
  // A spreadsheet would run what looks like a formula.
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text safe in XML 1.0, in content and attributes. */
export function escape(text) {
  return String(text)
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** TEI P5: each character a <c> with its certainty, its zone on the picture, and the other candidates. */
export function toTei({ items, picture = null, model = "" }) {
  const zones = [];
  const text = items.map((item, i) => {
    if (item.char === "\n") return "<lb/>";
    const id = `z${i + 1}`;
    if (item.box) zones.push(zone(item.box, id));
    const attributes = [
      `xml:id="c${i + 1}"`,
      item.box ? `facs="#${id}"` : "",
      Number.isFinite(item.probability) ? `cert="${+item.probability.toFixed(4)}"` : "",
    ].filter(Boolean).join(" ");
    return `<c ${attributes}>${escape(item.char)}</c>`;
  });
  const others = items.flatMap((item, i) => certainties(item, i + 1));
  const size = picture?.width ? ` ulx="0" uly="0" lrx="${+picture.width}" lry="${+picture.height}"` : "";
  const name = encodeURIComponent(picture?.name ?? "");
  const facsimile = zones.length
    ? `  <facsimile>\n    <surface${size}>\n      ${name ? `<graphic url="${name}"/>\n      ` : ""}${zones.join("\n      ")}\n    </surface>\n  </facsimile>\n`
    : "";
  const title = escape(picture?.name || "Transcription");
  return `<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0">
  <teiHeader>
    <fileDesc>
      <titleStmt><title>${title}</title></titleStmt>
      <publicationStmt><p>Unpublished; read with kuzushiji${model ? `, model ${escape(model)}` : ""}, and chosen by a person.</p></publicationStmt>
      <sourceDesc><p>${picture?.name ? title : "Characters drawn by hand"}</p></sourceDesc>
    </fileDesc>
    <revisionDesc><change when="${new Date().toISOString().slice(0, 10)}">Exported.</change></revisionDesc>
  </teiHeader>
${facsimile}  <text xml:lang="ja">
    <body>
      <ab><lb/>${text.join("")}</ab>${others.length ? `\n      <note type="candidates">${others.join("")}</note>` : ""}
    </body>
  </text>
</TEI>
`;
}

function zone(box, id) {
  const [ulx, uly] = [box.x, box.y].map((v) => Math.max(0, Math.round(v)));
  const [lrx, lry] = [box.x + box.width, box.y + box.height].map((v) => Math.max(0, Math.round(v)));
  const turn = ((Math.round(box.angle) % 360) + 360) % 360;
  return `<zone xml:id="${id}" ulx="${ulx}" uly="${uly}" lrx="${lrx}" lry="${lry}"${turn ? ` rotate="${turn}"` : ""}/>`;
}

function certainties(item, n) {
  return (item.candidates ?? [])
    .filter((c) => c.char !== item.char && typeof c.char === "string" && Number.isFinite(c.probability))
    .map((c) =>
      `<certainty target="#c${n}" locus="value" assertedValue="${escape(c.char)}" degree="${+c.probability.toFixed(4)}"/>`);
}
