"""How crops of pages are counted: by group, old and new forms, and what is no character."""

import pytest

from benchmark_support import benchmark
from kuzushiji.reading.candidate import Candidate
from kuzushiji.reading.result import Reading

page_crops = benchmark("page_crops")
CLASSES = frozenset("はみか八三台臺猫")


@pytest.mark.parametrize(
    ("char", "group", "right"),
    [
        ("は", "kana", "は"),
        ("台", "kanji", "台"),
        ("が", "voiced kana", "か"),
        ("ハ", "katakana", "は"),
        ("ガ", "katakana", "か"),
        ("ツ", "outside", ""),
        ("犬", "outside", ""),
        ("▲", "outside", ""),
    ],
)
def test_a_label_has_its_group_and_its_right_reading(char, group, right):
    assert page_crops.asked_for(char, CLASSES) == (group, right)


def test_old_and_new_forms_are_one_character_where_both_are_classes():
    assert page_crops.same("台", CLASSES) == {"台", "臺"}
    assert page_crops.same("台", CLASSES - {"臺"}) == {"台"}
    assert page_crops.same("猫", CLASSES) == {"猫"}


def reading(*chars: str, sure: bool) -> Reading:
    candidates = tuple(Candidate.of(char, 0.5) for char in chars)
    return Reading("a.png", candidates, sure)


def test_a_row_counts_what_is_right_and_what_is_sure():
    readings = [
        reading("臺", "台", sure=True),
        reading("猫", "台", sure=False),
        reading("八", "三", sure=True),
        reading(sure=False),
    ]
    figures = ("top1", "top5", "sure", "right_when_sure")
    strict = page_crops.line("x", readings, [frozenset(c) for c in "台台八三"])
    assert strict["n"] == 4
    assert [strict[k] for k in figures] == ["0.2500", "0.7500", "0.5000", "0.5000"]
    alike = page_crops.line("x", readings, [page_crops.same(c, CLASSES) for c in "台台八三"])
    assert [alike[k] for k in ("top1", "right_when_sure")] == ["0.5000", "1.0000"]
    outside = page_crops.line("x", readings, [])
    assert outside["sure"] == "0.5000"
    assert "top1" not in outside or outside["top1"] == ""
