"""The committed tables have the stated structure, and the script that makes them does what it says."""

import importlib.util
from pathlib import Path

import pytest

from kuzushiji.characters import k49_classes, kkanji_classes, tables

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "src/kuzushiji/characters/data"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_characters", ROOT / "scripts/build_characters.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_small_whole_and_in_order():
    assert sum(f.stat().st_size for f in DATA.iterdir()) < 400_000
    kana, kanji = tables.kana_table(), tables.kanji_table()
    assert {len(row) for row in kana.values()} == {len(tables.KANA_COLUMNS)}
    assert {len(row) for row in kanji.values()} == {len(tables.KANJI_COLUMNS)}
    assert list(kanji) == sorted(kanji)
    assert list(kkanji_classes()) == sorted(set(kkanji_classes()))
    assert set(kkanji_classes()) <= set(kanji)
    assert tuple(kana)[:48] == k49_classes()[:48]
    for name in ("kana.tsv", "kanji.tsv"):
        lines = (DATA / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == len({line.split("\t")[0] for line in lines})


def test_every_parent_has_an_entry():
    parents = {row[4] for row in tables.kana_table().values() if row[4]}
    assert len(parents) > 223  # those of the hentaigana alone
    assert parents <= set(tables.kanji_table())


def test_names_list_is_read(build, tmp_path):
    (tmp_path / "NamesList.txt").write_text(
        "1B001\tHIRAGANA LETTER ARCHAIC YE\n\t% HENTAIGANA LETTER E-1\n\t* derived from 6C5F\n"
        "1B005\tHENTAIGANA LETTER A-WO\n\t* derived from 60E1\n"
        "1B11F\tHIRAGANA LETTER ARCHAIC WU\n\t* derived from 6C59\n"
        "1B0AA\tHENTAIGANA LETTER TU-TO\n\t* derived from 90FD\n",
        encoding="utf-8",
    )
    assert list(build.hentaigana_rows(tmp_path)) == [
        ["\U0001b001", "hentaigana", "e", "え", "江", ""],
        ["\U0001b005", "hentaigana", "a/wo", "あを", "惡", ""],
        ["\U0001b0aa", "hentaigana", "tsu/to", "つと", "都", ""],
    ]


def test_glosses_keep_the_meaning_only(build):
    assert build.gloss("sun; day; (Cant.) a measure") == "sun; day"
    assert build.gloss("same as 壓 U+58D3, to press; to oppress") == "same as 壓, to press; to oppress"
    assert build.gloss("turtle or tortoise; Kangxi radical 213") == "turtle or tortoise"
    assert build.gloss("wheat; simplified form of Kangxi radical 199") == "wheat"


def test_kun_spelling(build):
    assert [build.kun(w) for w in ("TSUZUKU", "CHIJIMU", "ICHIJIRUSHI", "MIZU")] == [
        "つづく", "ちぢむ", "いちじるし", "みず",
    ]  # fmt: skip


def test_a_pair_that_unihan_does_not_bear_out_stops_the_build(build, monkeypatch):
    monkeypatch.setattr(build, "NEW_OLD_FURTHER", "")
    monkeypatch.setattr(build, "NEW_OLD", "学學")
    readings = {"学": {"kJapaneseOn": "GAKU"}, "學": {"kJapaneseOn": "GAKU KAKU"}}
    assert build.old_of_new(readings, set()) == {"学": ["學"]}
    monkeypatch.setattr(build, "NEW_OLD", "学國")
    with pytest.raises(SystemExit, match="学 國"):
        build.old_of_new({**readings, "國": {"kJapaneseOn": "KOKU"}}, set())


def test_chinese_forms_are_not_taken_for_japanese_ones(build):
    data = {
        "葉": {"kSimplifiedVariant": "U+53F6", "kJis0": "4553", "kJapaneseOn": "YOU"},
        "叶": {"kTraditionalVariant": "U+8449", "kJis0": "1980", "kJapaneseOn": "KYOU"},
        "仝": {"kSemanticVariant": "U+540C<kLau", "kJis0": "0124", "kJapaneseOn": "DOU"},
        "同": {"kJis0": "3817", "kJapaneseOn": "DOU"},
    }
    assert build.further_forms(data, set()) == {"仝": {"同"}, "同": {"仝"}}


def test_the_class_list_reads_back(build):
    assert tuple(build.read_classes(DATA / "kkanji.txt")) == kkanji_classes()
