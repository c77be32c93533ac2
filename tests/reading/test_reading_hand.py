"""A known hand teaches the reader: what is confirmed of a book helps with the rest, and hurts nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from kuzushiji.errors import KuzushijiError
from kuzushiji.reading import Reader
from kuzushiji.reading.hand import KnownCharacter, KnownHand, TaughtModel, read_known

SIZE = 56


def picture(slant: float = 0.0, ring: bool = False) -> Image.Image:
    image = Image.new("L", (90, 90), 230)
    draw = ImageDraw.Draw(image)
    if ring:
        draw.ellipse([20, 20, 70, 70], outline=30, width=6)
    else:
        draw.line([(20, 45 + slant), (70, 45 - slant)], 30, 7)
    return image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


def known(char: str, slants: range | list[int]) -> list[KnownCharacter]:
    return [KnownCharacter(char, png(picture(float(slant))), "p.png", 1, (1, 2, 90, 90)) for slant in slants]


def test_what_was_confirmed_is_read_so_next_time(reader: Reader) -> None:
    """A long stroke that somebody confirms as 〳-like し again and again is then read as し."""
    asked = picture(24.0)
    before = reader.read(asked).pop().candidates[0].char
    wanted = "し" if before != "し" else "く"
    taught = reader.taught(known(wanted, [21, 22, 23, 25, 26, 27] * 4))
    assert taught.read(asked).pop().candidates[0].char == wanted
    ring = reader.read(picture(ring=True)).pop()
    assert taught.read(picture(ring=True)).pop().candidates[0].char == ring.candidates[0].char


def test_no_score_falls_and_what_is_not_known_keeps_its_own(reader: Reader) -> None:
    hand = KnownHand.of(reader.model, known("一", range(-4, 5)))
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(7, len(reader.model.info.classes))).astype(np.float32)
    vectors = rng.normal(size=(7, 256)).astype(np.float32)
    adapted = hand.adapt(logits, vectors)
    column = reader.model.info.classes.index("一")
    assert (adapted >= logits).all()
    others = np.delete(np.arange(logits.shape[1]), column)
    assert (adapted[:, others] == logits[:, others]).all()
    assert adapted.dtype == logits.dtype


def test_more_examples_count_more(reader: Reader) -> None:
    from kuzushiji.images import to_glyph

    glyph = to_glyph(picture(10.0), size=SIZE)[None]
    logits, vectors = reader.model.logits_and_embeddings(glyph)
    logits = logits * np.float32(0.1)  # as of a glyph that leaves a doubt: a sure answer stays
    scores = []
    for count in (1, 4, 20):
        hand = KnownHand(reader.model, np.repeat(glyph, count, axis=0), ["亀"] * count)
        scores.append(hand.adapt(logits, vectors)[0, reader.model.info.classes.index("亀")])
    assert logits[0, reader.model.info.classes.index("亀")] < scores[0] < scores[1] < scores[2] < 20


def test_nothing_known_changes_nothing(reader: Reader) -> None:
    hand = KnownHand.of(reader.model, [KnownCharacter("Q", png(picture())), KnownCharacter("一", b"broken")])
    assert (hand.used, hand.classes) == (0, 0)
    taught = TaughtModel(reader.model, hand)
    glyphs = np.zeros((2, SIZE, SIZE), np.uint8)
    assert (taught.logits(glyphs) == reader.model.logits(glyphs)).all()
    assert taught.info is reader.model.info


def test_lines_come_back_as_they_were_written(tmp_path: Path) -> None:
    lines = known("か", [1, 2])
    path = tmp_path / "corrections.jsonl"
    path.write_text("".join(json.dumps(each.to_json()) + "\n" for each in lines) + "\n", encoding="utf-8")
    assert read_known(path) == lines
    assert read_known(path.read_bytes()) == lines


@pytest.mark.parametrize(
    "line",
    [
        "{", "3", "[]", '{"char": "か"}', '{"char": "か", "image": "###"}', '{"char": "", "image": "YQ=="}',
        '{"char": "いろはにほ", "image": "YQ=="}', '{"char": 3, "image": "YQ=="}',
        '{"char": "か", "image": ""}',
        '{"char": "か", "image": "YQ==", "page": "x"}',
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(line: str) -> None:
    good = json.dumps(known("か", [1])[0].to_json())
    with pytest.raises(KuzushijiError, match="line 2") as caught:
        read_known(f"{good}\n{line}\n".encode())
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(KuzushijiError, match="cannot be read"):
        read_known(tmp_path / "none.jsonl")


def test_a_sure_answer_stays(reader: Reader) -> None:
    from kuzushiji.images import to_glyph

    glyph = to_glyph(picture(ring=True), size=SIZE)[None]
    logits, vectors = reader.model.logits_and_embeddings(glyph)
    certain = logits.copy()
    certain[0, 7] += 60
    hand = KnownHand(reader.model, np.repeat(glyph, 50, axis=0), ["亀"] * 50)
    assert (hand.adapt(certain, vectors) == certain).all()
    assert (hand.adapt(logits * np.float32(0.1), vectors) != logits * np.float32(0.1)).any()
