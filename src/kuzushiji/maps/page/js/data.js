// Reads what the page carries: the words (JSON) and the arrays (base64, little-endian).

function bytesOf(id) {
  const element = document.getElementById(`data-${id}`);
  const text = atob(element.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  element.remove(); // the text would stay in memory
  return bytes.buffer;
}

/** uint16 pairs or triples -> x, y, z in [-1, 1], z = 0 on flat maps. */
function placesOf(buffer, n, dims) {
  const packed = new Uint16Array(buffer);
  const places = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < dims; d++) places[3 * i + d] = packed[dims * i + d] / 32767 - 1;
  }
  return places;
}

/** A fixed shuffle of 0 … n-1: no class is always drawn on top, and any first part of it is a fair sample. */
function shuffled(n) {
  const order = new Uint32Array(n);
  let seed = 0x9e3779b9;
  for (let i = 0; i < n; i++) {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    const j = (seed >>> 0) % (i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

/** How far a map reaches, without its farthest 0.1 %: [left, bottom, right, top]. */
function boundsOf(places, n, order) {
  const sample = Math.min(n, 20000);
  const axis = (d) => {
    const values = new Float32Array(sample);
    for (let k = 0; k < sample; k++) values[k] = places[3 * order[k] + d];
    values.sort();
    const cut = Math.floor(sample / 1000);
    return [values[cut], values[sample - 1 - cut]];
  };
  const [left, right] = axis(0);
  const [bottom, top] = axis(1);
  return [left, bottom, right, top];
}

/** The atlas: `words` as written, and per image `labels`, `indices`, `maps[k].places`, `colours[k].values`. */
export function readAtlas() {
  const words = JSON.parse(document.getElementById("words").textContent);
  const n = words.n;
  const order = shuffled(n);
  const maps = words.maps.map((map, index) => {
    const places = placesOf(bytesOf(`map${index}`), n, map.dims);
    const bounds = map.dims === 3 ? [-1, -1, 1, 1] : boundsOf(places, n, order);
    return { ...map, index, places, bounds };
  });
  const colours = words.colours.map((colour, index) => {
    const buffer = bytesOf(`colour${index}`);
    return { ...colour, values: colour.type === "scale" ? new Float32Array(buffer) : new Int32Array(buffer) };
  });
  const starts = new Uint32Array(words.classes.length + 1); // images of class c: starts[c] … starts[c + 1]
  words.classes.forEach((c, i) => (starts[i + 1] = starts[i] + c.n));
  return {
    words,
    n,
    order,
    maps,
    colours,
    starts,
    classes: words.classes,
    labels: new Uint16Array(bytesOf("labels")),
    indices: new Uint32Array(bytesOf("indices")),
    eigen: words.pca ? new Int8Array(bytesOf("eigen")) : null,
    mean: words.pca ? new Int8Array(bytesOf("mean")) : null,
    colourNamed: (name) => colours.find((c) => c.name === name) || null,
  };
}
