"""Small texts, models and columns for the tests of context."""

import numpy as np

from kuzushiji.pages.context.backoff import pruned
from kuzushiji.pages.context.kneser_ney import estimate
from kuzushiji.pages.context.language import LanguageModel
from kuzushiji.pages.context.packing import pack, unpack
from kuzushiji.pages.context.signs import OTHER, signs
from kuzushiji.pages.context.voicing_learning import Events, learn

SIGNS = OTHER + "かきくさしすはゝ春"
TEXT = "かきくさしす春はかきくさしす春はかきくはゝさしす春はすしさくきか" * 4


def encoded(text):
    return np.array([max(0, SIGNS.find(sign)) for sign in signs(text)], np.int64)


def tables(order=3, threshold=0.0):
    return pruned(estimate([encoded(TEXT), encoded(TEXT[5:40])], len(SIGNS), order), threshold)


def voicing(texts=("さきがしさかし" * 9 + "さきかしさがし", "さきがしさかし" * 8 + "さきかし")):
    ids = {sign: i for i, sign in enumerate(SIGNS)}
    return learn([Events.of([text], ids) for text in texts], len(SIGNS))


def packed(order=3):
    return pack(tables(order), voicing(), {"signs": SIGNS, "forms": "がかハはぱは", "marks": 0.01})


def small_model(order=3):
    return LanguageModel(*unpack(packed(order)))


def column(rng, frames, labels):
    """Random log probabilities (frames, 1 + labels)."""
    raw = rng.normal(size=(frames, 1 + labels)) * 2
    return (raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))).astype(np.float64)


def shown(text, labels, rng, width=6, sharp=6.0, noise=0.8):
    """A column that shows labels, some frames apart: log probabilities (T, 1 + labels)."""
    raw = rng.normal(size=(width * len(text) + 4, 1 + labels)) * noise
    raw[:, 0] += sharp
    for i, label in enumerate(text):
        raw[3 + i * width : 5 + i * width, 1 + label] += 2 * sharp
    return raw - np.log(np.exp(raw).sum(axis=1, keepdims=True))
