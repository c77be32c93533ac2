import json

from kuzushiji.reading import Candidate, Reading


def test_a_kana_comes_with_what_is_known_of_it():
    ka = Candidate.of("か", 0.93)
    assert (ka.codepoint, ka.name, ka.romaji, ka.kind) == ("U+304B", "HIRAGANA LETTER KA", "ka", "hiragana")
    assert ka.jibo[0] == "加"
    assert len(set(ka.jibo)) == len(ka.jibo) > 1
    assert ka.voiced == ("が",)


def test_a_kanji_has_readings_and_a_gloss_but_no_romaji():
    spring = Candidate.of("春", 0.5)
    assert spring.kind == "kanji"
    assert "シュン" in spring.reading
    assert spring.gloss
    assert spring.romaji is None
    assert spring.jibo_of == ("す",)
    assert spring.to_json()["jibo_of"] == ["す"]


def test_a_kanji_names_its_old_and_new_forms():
    assert Candidate.of("台", 0.5).variants == ("臺",)
    assert "台" in Candidate.of("臺", 0.5).to_json()["variants"]
    assert Candidate.of("か", 0.5).variants == ()


def test_a_class_of_ones_own_keeps_its_name():
    assert Candidate.of("☃", 0.5).name == "SNOWMAN"
    assert Candidate.of("AB", 0.5).codepoint == "U+0041 U+0042"


def test_the_json_contract():
    reading = Reading("a.png", (Candidate.of("か", 0.93), Candidate.of("も", 0.0412345678)), sure=True)
    told = json.loads(json.dumps(reading.to_json()))
    assert told["file"] == "a.png"
    assert told["sure"] is True
    assert {"char": "か", "codepoint": "U+304B", "probability": 0.93}.items() <= told["candidates"][0].items()
    assert told["candidates"][1]["probability"] == 0.041235
    assert Reading("b.png", error="not an image: b.png").to_json() == {
        "file": "b.png",
        "error": "not an image: b.png",
        "error_code": "other",
    }
