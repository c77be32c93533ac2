"""Between Latin letters and kana: Hepburn out; Hepburn, Kunrei or Nihon-shiki in."""

from __future__ import annotations

from kuzushiji.errors import KuzushijiError

_PLAIN = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん"
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ"
)
_LATIN = (
    "a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho "
    "ma mi mu me mo ya yu yo ra ri ru re ro wa wi we wo n "
    "ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu"
)

HEPBURN: dict[str, str] = dict(zip(_PLAIN, _LATIN.split(), strict=True))
"""Hepburn of each full-size hiragana; ゐ, ゑ, を keep their w, so that no two plain kana share one."""

_KUNREI = {
    "si": "し", "ti": "ち", "tu": "つ", "hu": "ふ", "zi": "じ", "di": "ぢ", "du": "づ",
    "sya": "しゃ", "syu": "しゅ", "syo": "しょ", "tya": "ちゃ", "tyu": "ちゅ", "tyo": "ちょ",
    "zya": "じゃ", "zyu": "じゅ", "zyo": "じょ",
}  # fmt: skip
_HIRAGANA_TO_KATAKANA = {c: c + 0x60 for c in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_KATAKANA_TO_HIRAGANA = {v: k for k, v in _HIRAGANA_TO_KATAKANA.items()}
_MACRONS = str.maketrans({"ā": "aa", "ī": "ii", "ū": "uu", "ē": "ei", "ō": "ou", "'": None, "’": None})


def _syllables() -> dict[str, str]:
    table = dict(_KUNREI)
    for kana, latin in HEPBURN.items():
        table.setdefault(latin, kana)
        if latin.endswith("i") and len(latin) > 1:
            stem = latin[:-1] if latin in ("shi", "chi", "ji") else latin[:-1] + "y"
            for vowel, small in zip("auo", "ゃゅょ", strict=True):
                table.setdefault(stem + vowel, kana + small)
    return table


_TABLE = _syllables()


def to_hiragana(text: str) -> str:
    """Spells Latin letters or katakana in hiragana, letter for letter.

    Args:
        text: one word in Hepburn, Kunrei or Nihon-shiki (any case; macrons are taken as ``ou``, ``uu``; an
            apostrophe separates: ``kin'en``), or in kana.

    Returns:
        The word in hiragana. ``ji`` and ``zu`` become じ and ず: Latin letters cannot tell
        them from ぢ and づ.

    Raises:
        KuzushijiError: the text is not the spelling of a Japanese word.

    >>> to_hiragana("TSUDOU"), to_hiragana("gakkou"), to_hiragana("カイ"), to_hiragana("kin'en")
    ('つどう', 'がっこう', 'かい', 'きんえん')
    """
    kana = text.translate(_KATAKANA_TO_HIRAGANA)
    if kana and all("ぁ" <= c <= "ゖ" or c in "ゝゞー" for c in kana):
        return kana
    return "".join(_spell(part, text) for part in text.lower().replace("’", "'").split("'"))


def _spell(latin: str, whole: str) -> str:
    latin = latin.translate(_MACRONS)
    out, i = "", 0
    while i < len(latin):
        for size in (3, 2, 1):
            syllable = latin[i : i + size]
            if syllable in _TABLE:
                out += _TABLE[syllable]
                i += len(syllable)
                break
        else:
            doubled = latin[i : i + 2] == latin[i] * 2 or latin.startswith("tch", i)
            if not doubled or latin[i] not in "kgsztdhbpcj":
                raise KuzushijiError(f"not a Japanese reading: {whole!r}; write it in kana or in Hepburn")
            out += "っ"
            i += 1
    return out


def to_katakana(hiragana: str) -> str:
    """Writes hiragana as katakana; every other character stays.

    >>> to_katakana("きょう")
    'キョウ'
    """
    return hiragana.translate(_HIRAGANA_TO_KATAKANA)
