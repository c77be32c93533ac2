"""The classes of the three data sets, in the order of their labels."""

from __future__ import annotations

from kuzushiji.characters.tables import kkanji_signs

_KMNIST = "おきすつなはまやれを"
_K49 = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをんゝ"


def kmnist_classes() -> tuple[str, ...]:
    """The 10 classes of Kuzushiji-MNIST: element i is the character of label i (CODH's kmnist_classmap.csv).

    >>> kmnist_classes()[:3]
    ('お', 'き', 'す')
    """
    return tuple(_KMNIST)


def k49_classes() -> tuple[str, ...]:
    """The 49 classes of Kuzushiji-49: element i is the character of label i (CODH's k49_classmap.csv).

    >>> k49_classes()[0], k49_classes()[48], len(k49_classes())
    ('あ', 'ゝ', 49)
    """
    return tuple(_K49)


def kkanji_classes() -> tuple[str, ...]:
    """The 3,832 classes of Kuzushiji-Kanji, sorted by code point.

    Seven are compatibility ideographs (U+FA11 to U+FA5C) that Unicode normalization would turn into
    another character, some of them into another class: never normalize them.

    >>> len(kkanji_classes()), kkanji_classes()[-1] == chr(0x29E75)
    (3832, True)
    """
    return kkanji_signs()
