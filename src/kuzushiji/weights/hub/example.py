"""Reads a glyph, white ink on black, without kuzushiji: python example.py glyph.png"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

if __name__ == "__main__":
    here = Path(__file__).parent
    config = json.loads((here / "config.json").read_text(encoding="utf-8"))
    picture = Image.open(sys.argv[1]).convert("L").resize((config["size"], config["size"]))
    glyph = np.asarray(picture, np.float32)[None, None] / 255  # (1, 1, size, size), 0 to 1
    session = onnxruntime.InferenceSession(here / "model.onnx")
    logits = session.run(["logits"], {"glyphs": glyph})[0][0]
    shares = np.exp((logits - logits.max()) / config["temperature"])
    shares /= shares.sum()
    for i in np.argsort(-shares)[:5]:
        print(config["classes"][i], f"{shares[i]:.6f}", f"{logits[i]:.6f}", sep="\t")
