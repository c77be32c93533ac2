// Colours: of classes and other categories, of scales, and of every point in its present state.

// Ten inks that stay apart from each other on paper and on lacquer: indigo, vermilion, pine, yamabuki, violet, …
const TEN = {
  light: ["#2c5f9e", "#d4502b", "#2f8a57", "#c98d00", "#7d55ad", "#0d8f9e", "#c23a7c", "#8b5a36", "#7f9413", "#565c66"],
  dark: ["#7fb2ee", "#ff8a63", "#6fd09a", "#f2c14a", "#bf9bf0", "#55cfdd", "#f58fbf", "#cf9f78", "#c3d65a", "#aab2bf"],
};
const RAMP = {
  light: ["#d8b978", "#d2724a", "#9b2f52", "#4a2260", "#16213d"],
  dark: ["#4b3a6b", "#a23f73", "#e0705a", "#f2b45c", "#fbf0c4"],
};
const QUIET = { light: [178, 170, 156], dark: [86, 82, 75] };

function rgbOf(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}

/** OKLCH (lightness 0-1, chroma, hue in degrees) -> [r, g, b], clipped to sRGB. */
function fromOklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((v) => {
    const c = Math.min(1, Math.max(0, v));
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  });
}

/** The colour of category `k` of `count`, as [r, g, b]. */
export function categoryColour(k, count, theme) {
  if (count === 2) return k === 0 ? rgbOf(TEN[theme][9]) : rgbOf(TEN[theme][1]);
  if (count <= 10) return rgbOf(TEN[theme][k % 10]);
  const lightness = theme === "light" ? [0.5, 0.6, 0.42] : [0.74, 0.84, 0.65];
  return fromOklch(lightness[k % 3], 0.125, (k * 137.508 + 25) % 360);
}

/** The colour at `t` in [0, 1] of the scale, as [r, g, b]. */
export function scaleColour(t, theme) {
  const stops = RAMP[theme];
  const x = Math.min(0.9999, Math.max(0, t)) * (stops.length - 1);
  const [low, high] = [rgbOf(stops[Math.floor(x)]), rgbOf(stops[Math.floor(x) + 1])];
  return low.map((v, d) => Math.round(v + (high[d] - v) * (x % 1)));
}

export function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

/** Where a value lies on its scale, 0 to 1; counts lie on a logarithmic one. */
export function onScale(value, { low, high, log }) {
  if (high <= low) return 0.5;
  if (log) return (Math.log1p(value) - Math.log1p(low)) / (Math.log1p(high) - Math.log1p(low));
  return (value - low) / (high - low);
}

/** The colourings on offer: by class, then whatever else the map set has. */
export function colourings(atlas) {
  const classes = { name: "class", type: "category", count: atlas.classes.length, values: atlas.labels };
  return [classes, ...atlas.colours];
}

/** [r, g, b] of each image under a colouring, as one Uint8Array of 3 n. */
export function inks(atlas, colouring, theme) {
  const out = new Uint8Array(3 * atlas.n);
  const { values, type, count } = colouring;
  const table = new Map();
  const steps = 255;
  for (let i = 0; i < atlas.n; i++) {
    const known = type === "scale" ? Number.isFinite(values[i]) : values[i] >= 0;
    const key = !known ? -1 : type === "scale" ? Math.round(onScale(values[i], colouring) * steps) : values[i];
    let rgb = table.get(key);
    if (!rgb) {
      if (key < 0) rgb = QUIET[theme];
      else rgb = type === "scale" ? scaleColour(key / steps, theme) : categoryColour(key, count, theme);
      table.set(key, rgb);
    }
    out.set(rgb, 3 * i);
  }
  return out;
}

/** RGBA of each point: its ink, or a quiet grey when something else is selected. */
export function paint(atlas, ink, mask, theme) {
  const out = new Uint8Array(4 * atlas.n);
  const opaque = atlas.n > 100000 ? 165 : atlas.n > 30000 ? 185 : 210;
  const quiet = QUIET[theme];
  for (let i = 0; i < atlas.n; i++) {
    if (mask && !mask[i]) {
      out[4 * i] = quiet[0];
      out[4 * i + 1] = quiet[1];
      out[4 * i + 2] = quiet[2];
      out[4 * i + 3] = 50;
    } else {
      out[4 * i] = ink[3 * i];
      out[4 * i + 1] = ink[3 * i + 1];
      out[4 * i + 2] = ink[3 * i + 2];
      out[4 * i + 3] = mask ? 235 : opaque;
    }
  }
  return out;
}
