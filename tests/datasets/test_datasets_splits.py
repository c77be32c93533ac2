"""The published splits: worked out here by hand, so that they cannot drift."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuzushiji.datasets.splits import HALF, STANDARD, assign, digest, standard_sizes

PATHS = [f"U+4E00/{i:016x}.png" for i in range(25)] + [f"U+4E01/{i:016x}.png" for i in range(3)]


def test_rule_by_hand() -> None:
    first = sorted(PATHS[:25], key=lambda p: hashlib.sha256(p.encode()).hexdigest())
    standard = dict(zip(PATHS, assign(PATHS, "standard"), strict=True))
    assert [STANDARD[standard[p]] for p in first] == ["test"] * 3 + ["validation"] * 3 + ["train"] * 19
    half = dict(zip(PATHS, assign(PATHS, "half"), strict=True))
    assert [HALF[half[p]] for p in first] == ["half-train"] * 13 + ["half-test"] * 12


def test_frozen() -> None:
    """Digests of this list's parts, written down when the splits were published."""
    standard = assign(PATHS, "standard")
    assert digest(p for p, s in zip(PATHS, standard, strict=True) if s == 2)[:16] == "23ae35c647955cab"
    half = assign(PATHS, "half")
    assert digest(p for p, s in zip(PATHS, half, strict=True) if s == 0)[:16] == "42de9d27a0865cd6"


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 3000))
def test_sizes(n: int) -> None:
    train, validation, test = standard_sizes(n)
    assert train + validation + test == n
    assert train >= 1
    assert validation == test
    assert (test == 0) == (n <= 2)
    assert n <= 2 or test == 1 or abs(test - n / 10) <= 0.5


@settings(max_examples=20, deadline=None)
@given(st.permutations(PATHS))
def test_order_of_the_list_does_not_matter(paths: list[str]) -> None:
    for protocol in ("standard", "half"):
        want = dict(zip(PATHS, assign(PATHS, protocol), strict=True))
        assert dict(zip(paths, assign(paths, protocol), strict=True)) == want


def test_other_classes_do_not_matter() -> None:
    np.testing.assert_array_equal(assign(PATHS, "standard")[:25], assign(PATHS[:25], "standard"))
