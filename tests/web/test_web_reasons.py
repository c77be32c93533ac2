"""Every reason that a reading can give is one that the page has words for."""

import re
from importlib.resources import files

import numpy as np

from kuzushiji.images import quality
from kuzushiji.images.ink import Tones
from kuzushiji.reading import decide

CLEAR = Tones(220.0, 40.0, 130, 0.95)


def given() -> set[str]:
    """The reasons for glyphs that have each fault, and for answers that have each doubt."""
    blot, line, full = np.zeros((3, 64, 64), np.uint8)
    blot[10:50, 10:50] = 255
    line[:, 30:36] = 255
    full[:] = 255
    dot = np.zeros((64, 64), np.uint8)
    dot[30:34, 30:34] = 255
    stroke = np.tri(64, k=4, dtype=np.uint8) * np.tri(64, k=4, dtype=np.uint8).T * 255
    grey = Tones(128.0, 100.0, 114, 0.6)
    found = [
        quality.judge(glyph, CLEAR, False, not glyph.any()) for glyph in (blot, line, full, dot, 0 * dot)
    ]
    found.append(quality.judge(stroke, grey, True, False))
    reasons = {reason for each in found for reason in decide.faults_of(each)}
    reasons.update(decide.doubts(np.array([0.5, 0.4]), 0.9), decide.doubts(np.array([0.95]), 0.9, 0.1))
    return reasons


def test_the_page_words_every_reason_in_both_languages():
    static = files("kuzushiji.web") / "static"
    script = (static / "candidates.js").read_text(encoding="utf-8")
    known = dict(re.findall(r'\["([^"]+)", "(why\.\w+)"\]', script))
    reasons = given()
    assert len(reasons) == len(known)
    for reason in reasons:
        assert [start for start in known if reason.startswith(start)], reason
    strings = (static / "strings.js").read_text(encoding="utf-8")
    for key in known.values():
        assert strings.count(f'"{key}":') == 2
