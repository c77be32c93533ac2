// Reads a glyph, white ink on black, without kuzushiji: node example.mjs glyph.pgm
// Needs: npm install onnxruntime-web. The picture is a binary PGM; its last size x size bytes are the pixels.
import { readFile } from "node:fs/promises";
import * as ort from "onnxruntime-web";

const near = (name) => new URL(name, import.meta.url);
const config = JSON.parse(await readFile(near("config.json"), "utf8"));
const session = await ort.InferenceSession.create(await readFile(near("model.onnx")));
const pixels = (await readFile(process.argv[2])).subarray(-config.size * config.size);
const glyph = new ort.Tensor("float32", Float32Array.from(pixels, (p) => p / 255), [1, 1, config.size, config.size]);
const { logits } = await session.run({ glyphs: glyph });
const scores = Array.from(logits.data);
const top = Math.max(...scores);
const powers = scores.map((score) => Math.exp((score - top) / config.temperature));
const sum = powers.reduce((a, b) => a + b);
const best = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]).slice(0, 5);
for (const i of best) console.log([config.classes[i], (powers[i] / sum).toFixed(6), scores[i].toFixed(6)].join("\t"));
