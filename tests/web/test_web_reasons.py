"""Every reason that a reading can give has words in both languages, in Python and on the page."""

import re
from importlib.resources import files

import numpy as np
import pytest

from kuzushiji.images import Reason, quality
from kuzushiji.images.paper.ink import Tones
from kuzushiji.images.reasons import words
from kuzushiji.reading import decide
from kuzushiji.weights.info import NEVER

CLEAR = Tones(220.0, 40.0, 130, 0.95)


def given() -> set[Reason]:
    """The reasons for glyphs that have each fault, and for answers that have each doubt."""
    blot, line, full = np.zeros((3, 64, 64), np.uint8)
    blot[10:50, 10:50] = 255
    line[:, 30:36] = 255
    full[:] = 255
    dot = np.zeros((64, 64), np.uint8)
    dot[30:34, 30:34] = 255
    stroke = np.tri(64, k=4, dtype=np.uint8) * np.tri(64, k=4, dtype=np.uint8).T * 255
    grey = Tones(128.0, 100.0, 114, 0.6)
    faint = Tones(220.0, 190.0, 200, 0.95)
    found = [
        quality.judge(glyph, CLEAR, False, not glyph.any()) for glyph in (blot, line, full, dot, 0 * dot)
    ]
    found += [quality.judge(stroke, tones, True, False) for tones in (grey, faint)]
    reasons = {reason for each in found for reason in each.reason_codes}
    for answer in (([0.5, 0.4], 0.9), ([0.7, 0.1], 0.9), ([1.0, 0.0], NEVER), ([0.95], 0.9, 0.1)):
        reasons.update(decide.doubts(np.array(answer[0]), *answer[1:]))
    return reasons


def test_every_reason_occurs():
    assert given() == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_in_both_languages(reason):
    english, japanese = words([reason]) + words([reason], "ja")
    assert english.isascii()
    assert not japanese.isascii()
    if reason is not Reason.CUT:  # which never makes a reading unsure
        strings = (files("kuzushiji.web") / "static" / "strings.js").read_text(encoding="utf-8")
        assert strings.count(f'"why.{reason}":') == 2


def test_the_page_has_words_for_no_other_reason():
    strings = (files("kuzushiji.web") / "static" / "strings.js").read_text(encoding="utf-8")
    assert set(re.findall(r'"why\.([a-z-]+)":', strings)) <= set(Reason)
