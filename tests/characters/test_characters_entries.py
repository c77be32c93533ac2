"""lookup, base_of, reading_of: every class has a whole record, and what is unknown says so."""

import csv
import os
import pickle
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushiji.characters import (
    base_of,
    codepoint_of,
    k49_classes,
    kkanji_classes,
    kmnist_classes,
    lookup,
    reading_of,
)
from kuzushiji.errors import KuzushijiError

ALL_CLASSES = k49_classes() + kkanji_classes()


def test_every_class_has_a_record():
    assert len(ALL_CLASSES) == len(set(ALL_CLASSES)) == 49 + 3832
    for char in ALL_CLASSES:
        known = lookup(char)
        assert known.char == char
        assert known.codepoint == f"U+{ord(char):04X}"
        assert known.name == unicodedata.name(char)
        assert known is lookup(known.codepoint) is lookup(ord(char))


def test_kana_classes_have_romaji_and_jibo():
    for char in k49_classes()[:-1]:
        known = lookup(char)
        assert known.kind == "hiragana"
        assert known.romaji
        assert known.kana == (char,)
        standard, *others = known.jibo
        assert (standard.char, standard.standard) == (char, True)
        assert not any(j.standard for j in others)
        assert all(0x4E00 <= ord(j.parent) <= 0x9FFF for j in known.jibo)
    assert len({lookup(c).romaji for c in k49_classes()[:-1]}) == 48


def test_all_286_hentaigana_are_reached_from_their_kana():
    reached = {j.char for c in k49_classes() for j in lookup(c).jibo if not j.standard}
    assert reached == {chr(c) for c in range(0x1B001, 0x1B11F)}
    for sign in reached:
        known = lookup(sign)
        assert known.kind == "hentaigana"
        assert "HENTAIGANA" in known.name or sign == "\U0001b001"
        assert [j.char for j in known.jibo] == [sign]
        assert known.romaji == "/".join(lookup(k).romaji for k in known.kana)
        assert all(known.jibo[0] in lookup(k).jibo for k in known.kana)
    assert sum(len(lookup(sign).kana) > 1 for sign in reached) == 11


@pytest.mark.parametrize(
    ("sign", "romaji", "parent"),
    [("𛀙", "ka", "可"), ("𛀅", "a/wo", "惡"), ("𛀁", "e", "江"), ("し", "shi", "之"), ("ふ", "fu", "不")],
)
def test_known_parents(sign, romaji, parent):
    assert (lookup(sign).romaji, lookup(sign).jibo[0].parent) == (romaji, parent)


def test_kanji_classes_have_readings_but_for_the_25_that_unihan_has_none_for():
    kanji = [lookup(c) for c in kkanji_classes()]
    assert {k.kind for k in kanji} == {"kanji"}
    assert sum(not k.on and not k.kun for k in kanji) == 25
    for known in kanji:
        assert all(all("ァ" <= c <= "ヶ" for c in r) for r in known.on)
        assert all(all("ぁ" <= c <= "ゖ" for c in r) for r in known.kun)
        assert "U+" not in (known.gloss or "")


@pytest.mark.parametrize(
    ("char", "on", "kun"),
    [
        ("春", ("シュン",), ("はる",)),
        ("続", ("ゾク", "ショク"), ("つづく", "つぐ")),  # not つずく
        ("縮", ("シュク",), ("ちぢむ", "ちぢまる", "なおい")),
        ("著", ("チョ", "チャク", "ジャク"), ("あらわす", "いちじるし", "つく")),  # not いちぢるし
        ("水", ("スイ",), ("みず",)),
        ("蹄", ("テイ",), ("ひづめ",)),
        ("况", ("キョウ",), ("いわんや", "おもむき")),  # not いわにゃ
        ("夫", ("フ", "フウ"), ("おっと", "おとこ")),
    ],
)
def test_readings_in_usual_spelling(char, on, kun):
    assert lookup(char).on[: len(on)] == on
    assert lookup(char).kun[: len(kun)] == kun


@pytest.mark.parametrize(
    ("new", "old"), [("学", "學"), ("国", "國"), ("芸", "藝"), ("海", "\ufa45"), ("図", "圖"), ("剣", "劍")]
)
def test_old_and_new_forms(new, old):
    assert old in lookup(new).old_forms
    assert new in lookup(old).new_forms
    assert new not in lookup(new).variants


def test_forms_point_both_ways_and_are_known():
    for char in kkanji_classes():
        known = lookup(char)
        assert len(set(known.variants)) == len(known.variants)
        assert set(known.old_forms) | set(known.new_forms) <= set(known.variants)
        for other in known.variants:
            assert char in lookup(other).variants, (char, other)


def test_borrowed_readings_say_from_where():
    assert lookup("栁").readings_from == "柳"
    assert lookup("栁").on == lookup("柳").on
    assert lookup("柳").readings_from is None


def test_compatibility_ideographs_stay_themselves():
    assert lookup("\ufa45").codepoint == "U+FA45"
    assert lookup("\ufa45").name == "CJK COMPATIBILITY IDEOGRAPH-FA45"
    assert lookup("\ufa45").on == lookup("海").on == ("カイ",)


def test_a_kanji_knows_the_kana_that_its_forms_write():
    assert lookup("夜").jibo_of == ("や", "よ")
    assert lookup("礼").jibo_of == lookup("禮").jibo_of == ("れ",)
    assert lookup("猫").jibo_of == ()
    assert lookup("や").jibo_of == ()
    for char in k49_classes():
        for jibo in lookup(char).jibo:
            assert char in lookup(jibo.parent).jibo_of


def test_voiced_small_and_joined():
    assert lookup("は").voiced == ("ば", "ぱ")
    assert lookup("か\u3099") is lookup("が")
    assert lookup("葛\U000e0100") is lookup("葛")
    assert lookup("が").jibo == lookup("か").jibo
    for char in k49_classes():
        assert base_of(char) == char
        assert all(base_of(v) == char for v in lookup(char).voiced)
    voiced = [v for c in k49_classes() for v in lookup(c).voiced]
    assert len(voiced) == 20 + 5 + 2  # が … ぼ, ぱ … ぽ, ゔ ゞ


def test_base_of_leaves_the_rest_alone():
    assert [base_of(c) for c in ("山", "A", "ガ", "", "がが")] == ["山", "A", "ガ", "", "がが"]


def test_labels():
    assert reading_of("つ") == "tsu"
    assert reading_of("ゝ") == "iteration mark"
    assert reading_of("々") == "iteration mark"
    assert reading_of("靍") == ""
    assert max(len(reading_of(c)) for c in ALL_CLASSES) <= 20


@pytest.mark.parametrize(
    "bad", ["", "かな", "U+", "U+GGGG", "U+110000", -1, 0x110000, "☃", "A", "U+D800", "\n"]
)
def test_the_unknown_is_one_line(bad):
    with pytest.raises(KuzushijiError) as e:
        lookup(bad)
    assert "\n" not in str(e.value)
    str(e.value).encode("utf-8")


ANY_TEXT = st.lists(st.integers(0, 0x10FFFF).map(chr), max_size=3).map("".join)


@given(st.one_of(ANY_TEXT, st.integers(-10, 0x110010)))
def test_lookup_answers_or_refuses(anything):
    try:
        known = lookup(anything)
    except KuzushijiError:
        return
    assert base_of(known.char)
    assert codepoint_of(known.char) == known.codepoint


def test_records_are_values():
    known = lookup("か")
    with pytest.raises(AttributeError):
        known.char = "が"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(known)) == known
    assert hash(known) == hash(pickle.loads(pickle.dumps(known)))


def test_a_kana_does_not_load_the_kanji():
    code = (
        "from kuzushiji.characters import lookup, tables; lookup('か'); "
        "import sys; print(tables.kanji_table.cache_info().currsize, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "classes"),
    [("kmnist/kmnist_classmap.csv", kmnist_classes), ("k49/k49_classmap.csv", k49_classes)],
)
def test_order_is_the_publishers(file, classes):
    path = Path(os.environ.get("KUZUSHIJI_TEST_DATA", "")) / file
    if not path.is_file():
        pytest.skip("skipped: real data not found")
    with path.open(encoding="utf-8") as f:
        assert tuple(row["char"] for row in csv.DictReader(f)) == classes()
