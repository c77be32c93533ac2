"""search: by character, reading and meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuzushiji.characters import k49_classes, kkanji_classes, lookup, search


def chars(text, limit=50):
    return [c.char for c in search(text, limit)]


@pytest.mark.parametrize("query", ["か", "ka", "KA", "カ", " ka "])
def test_a_reading_finds_the_kana_first(query):
    assert chars(query)[0] == "か"


def test_katakana_puts_on_readings_first_and_hiragana_kun():
    assert "カ" in lookup(chars("カ")[1]).on
    assert "か" in lookup(chars("か")[1]).kun


def test_meaning_and_code_point():
    assert {"春", "泉"} <= set(chars("spring"))
    assert chars("春")[0] == chars("U+6625")[0] == "春"
    assert chars("はる") == chars("haru")
    assert "春" in chars("haru")
    assert "春" in chars("SHUN")


def test_the_historical_kana_can_be_typed():
    assert chars("wo")[0] == "を"
    assert chars("wi")[0] == "ゐ"


def test_whole_words_only():
    assert "心" in chars("heart")
    assert "心" not in chars("hear")
    assert "聞" in chars("hear")


@pytest.mark.parametrize("query", ["", "   ", "zzzz", "☃", "(", "[a-z"])
def test_nothing_found_is_empty(query):
    assert search(query) == ()


def test_every_class_is_found_by_its_readings():
    for char in (*k49_classes()[:-1], *kkanji_classes()[::97]):
        known = lookup(char)
        for reading in (*known.on, *known.kun, *([known.romaji] if known.romaji else [])):
            assert char in chars(reading, limit=5000), (char, reading)


@given(st.lists(st.integers(0, 0x4000).map(chr), max_size=6).map("".join), st.integers(0, 5))
def test_any_query_is_safe_and_limited(text, limit):
    found = chars(text, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)
