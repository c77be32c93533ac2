"""How kana that are read as kanji are counted."""

import numpy as np

from benchmark_support import benchmark

kana_as_jibo = benchmark("kana_as_jibo")


def test_only_the_own_jibo_counts():
    labels = np.array(list("やややすれ"))
    lines = kana_as_jibo.rows(np.array(list("や夜春春禮")), labels)
    counted = {line["what"]: (line["count"], line["n"]) for line in lines}
    assert counted == {
        "read as labelled": (1, 5),
        "read as labelled, or as its jibo": (4, 5),
        "や read as 夜": (1, 3),
        "す read as 春": (1, 1),
        "れ read as 禮": (1, 1),
    }
    assert [line["share"] for line in lines[:2]] == ["0.2000", "0.8000"]
