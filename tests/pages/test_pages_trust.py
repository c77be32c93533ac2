"""One probability out of several opinions."""

import pytest

from kuzushiji.pages import trust
from kuzushiji.pages.trust import Features, Trust


def features(network=0.9, reader=0.9, joined=0.9, context=0.95, margin=0.9):
    return Features(network, reader, joined, context, margin)


@pytest.mark.parametrize("context", [True, False])
def test_the_shipped_model_trusts_what_all_agree_on_and_nothing_else(context):
    model = trust.shipped(context)
    high, sure = model(features(0.999, 0.999, 0.999, 0.999, 0.998))
    low, unsure = model(features(0.3, 0.01, 0.2, 0.3, 0.05))
    assert sure
    assert not unsure
    assert high > 0.97 > 0.6 > low


def test_disagreement_of_the_reader_lowers_the_probability():
    model = trust.shipped()
    assert model(features(reader=0.001))[0] < model(features(reader=0.99))[0]


def test_a_probability_is_a_logistic_function():
    assert Trust(0.0, (0.0,) * 5, 0.4)(features()) == (0.5, True)
    assert Trust(0.0, (0.0,) * 5, 0.6)(features()) == (0.5, False)


def test_reasons_are_codes():
    assert trust.codes(features(network=0.9, reader=0.01)) == ("opinions-differ",)
    assert trust.codes(features(network=0.5, reader=0.5, context=0.5, margin=0.1)) == ("close-candidates",)
    assert trust.codes(features(network=0.5, reader=0.5, context=0.6, margin=0.5)) == ("low-probability",)


def test_marks_that_are_seen_are_written():
    assert trust.with_mark("か", (0.9, 0.0)) == "が"
    assert trust.with_mark("は", (0.2, 0.9)) == "ぱ"
    assert trust.with_mark("か", (0.1, 0.0)) == "か"
    assert trust.with_mark("な", (0.9, 0.0)) == "な"
    assert trust.semi_voiced("は", (0.1, 0.8)) == "ぱ"
    assert trust.semi_voiced("か", (0.1, 0.8)) is None
