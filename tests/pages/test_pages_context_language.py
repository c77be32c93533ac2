"""The language model: probabilities that sum to one, a file that reads back, characters to signs."""

import itertools
import math

import numpy as np
import pytest
from context_support import SIGNS, TEXT, encoded, packed, small_model, tables

from kuzushiji.errors import KuzushijiError
from kuzushiji.pages.context import MARK, LanguageModel, language_model
from kuzushiji.pages.context.backoff import grams, mix, pruned
from kuzushiji.pages.context.kneser_ney import Discounts, estimate
from kuzushiji.pages.context.packing import unpack
from kuzushiji.pages.context.signs import OTHER, sign_of, signs, vocabulary

BASE = len(SIGNS)


def sums(model):
    """For every context of every length, the sum of the probabilities after it."""
    for n in range(1, model.order + 1):
        for context in itertools.product(range(model.base), repeat=n - 1):
            keys = np.array(
                [int(np.dot((*context, w), model.base ** np.arange(n)[::-1])) for w in range(model.base)]
            )
            yield model.probability(keys, n).sum()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_sum_to_one_after_every_context(order):
    assert np.allclose(list(sums(tables(order))), 1, atol=1e-9)


def test_mixtures_and_pruned_models_sum_to_one_too():
    other = estimate([encoded("すしさはすし春")], BASE, 2)
    mixed = mix(tables(3), other, 0.7)
    assert np.allclose(list(sums(mixed)), 1, atol=1e-9)
    smaller = pruned(mixed, 1e-3)
    assert smaller.size < mixed.size
    assert np.allclose(list(sums(smaller)), 1, atol=1e-9)


def test_a_mixture_averages_what_either_model_has_seen():
    first, second = tables(2), estimate([encoded("すしさはすし春")], BASE, 2)
    keys = grams(encoded("すし"), 2, BASE)
    want = 0.7 * first.probability(keys, 2) + 0.3 * second.probability(keys, 2)
    assert mix(first, second, 0.7).probability(keys, 2) == pytest.approx(want)


def test_kneser_ney_by_hand():
    # a b a b a c: bigrams ab 2, ba 2, ac 1; before how many signs: a 2 (b, beginning), b 1, c 1
    model = estimate([np.array([0, 1, 0, 1, 0, 2])], 3, 2)
    off = Discounts(0.5, 1.0, 1.5)  # too few n-grams for an estimate
    one = [(2 - off.two) / 4, (1 - off.one) / 4, (1 - off.one) / 4]
    rest = (off.two + 2 * off.one) / 4 / 3
    assert model.orders[0].probability == pytest.approx([p + rest for p in one])
    share = (off.two + off.one) / 3  # after a: b twice, c once
    assert model.probability(np.array([0 * 3 + 1]), 2) == pytest.approx(
        [(2 - off.two) / 3 + share * (one[1] + rest)]
    )
    assert model.probability(np.array([0]), 2) == pytest.approx([share * (one[0] + rest)])  # "aa", never seen


def test_no_ngram_reaches_from_one_text_into_the_next():
    apart = estimate([np.array([0, 1]), np.array([2, 3])], 4, 2)
    assert 1 * 4 + 2 not in apart.orders[1].keys


def test_what_is_likely_in_the_texts_costs_few_bits():
    assert tables().cross_entropy([encoded(TEXT)]) < 1.0 < math.log2(BASE)
    assert tables(3).cross_entropy([encoded(TEXT)]) < tables(1).cross_entropy([encoded(TEXT)])


def test_empty_texts_and_too_large_vocabularies_are_refused():
    with pytest.raises(KuzushijiError, match="empty"):
        estimate([np.empty(0, np.int64)], 5, 2)
    with pytest.raises(KuzushijiError, match="too large"):
        estimate([np.array([0, 1])], 6000, 6)


def test_the_file_reads_back_as_the_tables():
    model, wanted = small_model(), tables()
    state = ()
    for i, sign in enumerate(encoded(TEXT[:60]).tolist()):
        logp, after = model.step(state, sign)
        n = min(i + 1, 3)
        assert logp == pytest.approx(
            math.log(wanted.probability(grams(encoded(TEXT), n, BASE)[i + 1 - n : i + 2 - n], n)[0]), abs=0.05
        )
        assert model.log_probabilities(state, np.arange(BASE))[sign] == pytest.approx(logp, abs=1e-5)
        state = after


def test_the_model_in_the_file_sums_to_one_after_every_state():
    model = small_model()
    for text in ("", "か", "かき", "すす", "ゝ春", "\ufffd\ufffd"):
        state = model.state(model.ids(text))
        assert np.exp(model.log_probabilities(state, np.arange(BASE))).sum() == pytest.approx(1, abs=0.02)


def test_one_and_many_signs_are_looked_up_alike():
    model = small_model()
    for text in ("", "か", "かきく", "春は", "くくく"):
        state = model.state(model.ids(text))
        many = model.log_probabilities(state, np.array([*range(BASE), MARK]))
        assert many == pytest.approx([model.step(state, sign)[0] for sign in [*range(BASE), MARK]], abs=1e-5)


def test_the_same_model_gives_the_same_bytes():
    assert packed() == packed()


@pytest.mark.parametrize(
    "damage", [lambda d: b"", lambda d: d[:-40], lambda d: d[:30] + b"?" + d[31:], lambda d: b"PK" + d]
)
def test_a_damaged_file_is_one_line(damage):
    with pytest.raises(KuzushijiError, match="reinstall kuzushiji"):
        unpack(damage(packed()))


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(KuzushijiError, match="cannot read the context model"):
        LanguageModel.read(tmp_path / "none.lm")


def test_forms_share_a_sign_and_marks_have_none():
    model = small_model()
    assert model.ids("かがハは") == [1, 1, 7, 7]
    assert model.ids(["山", "。", "▲", " "]) == [0, MARK, MARK, MARK]
    assert model.state([1, MARK, 2]) == model.state([1, 2])
    assert model.step((), MARK)[0] == pytest.approx(math.log(0.01))


def test_a_vocabulary_has_the_classes_and_what_is_frequent():
    found = vocabulary("かが春", {"く": 5, "す": 2}, least=3)
    assert found == (OTHER, "く", "か", "春")


def test_all_forms_of_a_character_are_one_sign():
    assert {sign_of(c) for c in "弁辨瓣辯"} == {sign_of("弁")}
    assert sign_of("㐂") == sign_of("喜")
    assert signs("ガッ\n々「〻ゞ") == ["か", "つ", "々", "々", "ゝ"]
    assert signs("か\u3099") == ["か"]


def test_the_shipped_model_is_small_and_whole():
    from kuzushiji.pages.context.language import FILES

    path = next(FILES.glob("context-*.lm"))
    assert path.stat().st_size <= 2_000_000
    assert (FILES / "context.md").stat().st_size > 500
    model = language_model()
    every = np.arange(len(model.signs))
    for text in ("", "けふ", "御座", "源氏の", "候得共"):
        state = model.state(model.ids(text))
        assert np.exp(model.log_probabilities(state, every)).sum() == pytest.approx(1, abs=0.05)
    assert model.log_probability("春はあけほの") > model.log_probability("はけあ春のほ") + 3


def test_the_shipped_model_knows_every_class_of_the_reader():
    from kuzushiji.weights import open_model

    classes = [*open_model("reader").info.classes, "〱", "々", "〻", "が", "ハ", "っ"]
    assert min(language_model().ids(classes)) > 0


def test_no_book_of_the_test_pages_is_in_the_shipped_model():
    books = set(language_model().header["books"])
    assert len(books) == 11
    assert not books & {"100249376", "200020019", "200021763", "200021802", "200021869", "200022050"}
