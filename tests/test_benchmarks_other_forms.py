"""How sure readings of kanji with two forms are counted."""

import numpy as np

from benchmark_support import benchmark

other_forms = benchmark("other_forms")


def test_the_other_form_counts_and_refuses_from_its_probability_on():
    classes = ("台", "臺", "猫")
    probabilities = np.array(
        [
            [0.003, 0.990, 0.007],  # 臺, labelled 台
            [0.0, 0.999, 0.001],  # 臺, right
            [0.0, 0.993, 0.007],  # 臺, labelled 猫
            [0.02, 0.0, 0.98],  # 猫, right: 台 is no form of it
            [0.1, 0.8, 0.1],  # not sure anyway
        ]
    )
    lines = other_forms.rows(classes, probabilities, np.array([0, 1, 2, 2, 1]), threshold=0.9)
    plain, strict = lines[0], next(line for line in lines if line["refused_from"] == "0.002")
    assert (plain["sure"], plain["with_other_form_sure"], plain["with_other_form_wrong"]) == (4, 3, 2)
    assert (plain["other_form"], plain["right_when_sure"]) == (1, "0.5000")
    assert (strict["sure"], strict["with_other_form_sure"], strict["other_form"]) == (3, 2, 0)
    assert strict["right_when_sure"] == "0.6667"
