"""Decoding columns: exact sums on small ones, context that helps, columns that know only what is above."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from context_support import SIGNS, TEXT, column, encoded, shown, small_model

from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.pages.context import MARK, NOTHING, Decoder, Settings, joined, rank
from kuzushiji.pages.context.alignment import align, window_probabilities
from kuzushiji.pages.context.beam import beam_search, frames_of, greedy

WIDE = Settings(weight=0.0, bonus=0.0, beam=10_000, ratio=0.0, floor=1e-12, top=99)


def collapsed(path):
    return tuple(a - 1 for a, b in zip(path, (0, *path), strict=False) if a != b and a)


def every_text(logp):
    """The probability of every text, by going through all paths."""
    total = defaultdict(float)
    for path in itertools.product(range(logp.shape[1]), repeat=len(logp)):
        total[collapsed(path)] += math.exp(sum(logp[t, k] for t, k in enumerate(path)))
    return total


def search(logp, model, settings, before=()):
    return tuple(
        beam_search(
            frames_of(logp, settings.floor, settings.top), range(1, logp.shape[1]), model, settings, before
        )
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_search_finds_the_text_of_most_probability(seed):
    logp = column(np.random.default_rng(seed), 5, 3)
    total = every_text(logp)
    assert sum(total.values()) == pytest.approx(1)
    assert search(logp, small_model(), WIDE) == max(total, key=total.get)


@pytest.mark.parametrize("seed", range(12))
def test_the_search_weighs_network_language_and_length(seed):
    model = small_model()
    logp = column(np.random.default_rng(seed), 5, 3)
    settings = Settings(weight=0.7, bonus=0.4, beam=10_000, ratio=0.0, floor=1e-12, top=99)
    before = model.state([4, 5])

    def score(item):
        text, p = item
        language, state = 0.0, before
        for label in text:
            step, state = model.step(state, label + 1)
            language += step
        return math.log(p) + 0.7 * language + 0.4 * len(text)

    assert search(logp, model, settings, before) == max(every_text(logp).items(), key=score)[0]


def test_greedy_takes_the_best_path_not_the_best_text():
    # blank 0.4, か 0.35, き 0.25 twice: the best path is blank; か has 0.35² + 2 * 0.35 * 0.4 = 0.40
    logp = np.log([[0.4, 0.35, 0.25]] * 2)
    assert greedy(logp) == []
    assert search(logp, small_model(), WIDE) == (0,)


@pytest.mark.parametrize("seed", range(12))
def test_the_alignment_is_the_likeliest_path_of_the_text(seed):
    logp = column(np.random.default_rng(seed), 6, 2)
    text = [(0, 1), (0, 0), (1, 0, 1), (1,)][seed % 4]
    paths = (p for p in itertools.product(range(3), repeat=6) if collapsed(p) == text)
    best = max(paths, key=lambda path: sum(logp[t, k] for t, k in enumerate(path)))
    spans = align(logp, text)
    path = [0] * 6
    for label, span in zip(text, spans, strict=True):
        path[span.start : span.stop] = [label + 1] * (span.stop - span.start)
        assert span.first <= span.start <= span.peak < span.stop <= span.last
        assert logp[span.peak, label + 1] == logp[span.start : span.stop, label + 1].max()
    assert tuple(path) == best
    assert [s.first for s in spans] == [0, *(s.last for s in spans[:-1])]
    assert spans[-1].last == 6


def test_a_text_too_long_for_its_frames_is_refused():
    with pytest.raises(ValueError, match="do not fit"):
        align(column(np.random.default_rng(0), 2, 2), [0, 0])
    assert align(np.zeros((0, 3)), []) == []


@pytest.mark.parametrize("seed", range(6))
def test_a_windows_probabilities_are_exact_sums(seed):
    rng = np.random.default_rng(seed)
    logp = column(rng, 9, 3)
    spans = align(logp, [0, 2])
    found, nothing = window_probabilities(logp, spans, np.array([[0, 1, 2]] * 2))
    for i, span in enumerate(spans):
        total = every_text(logp[span.first : span.last])
        assert found[i] == pytest.approx([total[(k,)] for k in range(3)])
        assert nothing[i] == pytest.approx(total[()])


def test_posteriors_are_exact_sums_over_all_texts():
    model = small_model()
    lists = [[(0, 0.6), (1, 0.3)], [(2, 0.5), (3, 0.4), (NOTHING, 0.1)], [(0, 0.2), (4, 0.7)]]
    settings = Settings(weight=0.8, bonus=0.3, beam=1000, ratio=0.0)
    ids = list(range(1, 9))
    weight = {}
    for choice in itertools.product(*lists):
        total, state = 0.0, ()
        for label, p in choice:
            total += math.log(p)
            if label != NOTHING:
                logp, state = model.step(state, ids[label])
                total += 0.8 * logp + 0.3
        weight[tuple(label for label, _ in choice)] = math.exp(total)
    ranked = rank(lists, ids, model, settings)
    assert tuple(r.label for r in ranked) == max(weight, key=weight.get)
    whole = sum(weight.values())
    for i, answer in enumerate(ranked):
        for label, p in answer.posterior:
            assert p == pytest.approx(sum(w for text, w in weight.items() if text[i] == label) / whole)


def test_a_narrow_beam_still_answers_every_place():
    model = small_model()
    rng = np.random.default_rng(1)
    lists = [
        [(int(k), float(p)) for k, p in zip(rng.permutation(8)[:4], rng.random(4), strict=True)]
        for _ in range(40)
    ]
    ranked = rank(lists, list(range(1, 9)), model, Settings(beam=1, ratio=0.5))
    assert len(ranked) == 40
    for answer in ranked:
        assert sum(p for _, p in answer.posterior) == pytest.approx(1)
        assert answer.posterior[0][1] > 0
    assert rank([], [], model, Settings()) == []
    with pytest.raises(ValueError, match="no candidate"):
        rank([[(0, 1.0)], []], [1], model, Settings())


def test_two_opinions_join_into_one():
    assert joined([(0, 0.9), (1, 0.1)], [(1, 1.0)], 0.0) == [(0, 0.9), (1, pytest.approx(0.1))]
    together = joined([(0, 0.6), (1, 0.4)], [(1, 0.9), (2, 0.1)], 1.0)
    assert together[0][0] == 1
    assert {label for label, _ in together} == {0, 1, 2}
    assert sum(p for _, p in together) == pytest.approx(1)


def decoder(**settings):
    return Decoder(SIGNS[1:], small_model(), Settings(**settings))


def labels_of(text):
    return [int(i) - 1 for i in encoded(text)]


def test_a_clear_column_is_read_as_it_is_shown():
    text = labels_of("かきくゝさしかか")
    logp = shown(text, 9, np.random.default_rng(0), sharp=10.0)
    for context in (True, False):
        found = decoder().decode(logp, context=context)
        assert [spot.label for spot in found.spots] == text
        assert all(spot.alone > 0.99 and spot.probability > 0.9 for spot in found.spots)
        assert [spot.span.peak // 6 for spot in found.spots] == list(range(len(text)))


def test_context_decides_what_the_network_cannot():
    text = labels_of("かきくさしす春は")
    logp = shown(text, 9, np.random.default_rng(3))
    frames = [[3 + 2 * 6], [4 + 2 * 6]]  # く, or as likely か
    logp[frames] = np.log(1e-4)
    logp[frames, [1 + 0, 1 + 2]] = np.log([0.51, 0.48])
    alone = decoder().decode(logp, context=False).spots
    after = decoder().decode(logp).spots
    assert [spot.label for spot in after] == text
    assert alone[2].label == 0
    assert after[2].alone < 0.5 < 0.7 < after[2].probability
    assert after[2].candidates[0][0] == 0
    assert {label for label, _ in after[2].posterior} >= {0, 2}
    assert sum(p for _, p in after[2].posterior) + after[2].nothing == pytest.approx(1)


def test_decoding_lowers_the_error_rate_of_corrupted_text():
    rng = np.random.default_rng(7)
    texts = [labels_of(TEXT[i : i + 14]) for i in range(0, 28, 7)]
    columns = [shown(text, 9, rng, sharp=2.5, noise=1.6) for text in texts]
    errors = []
    for context in (False, True):
        found = decoder(weight=0.8, bonus=1.0).decode_page(columns, context)
        read = [[spot.label for spot in column.spots] for column in found]
        errors.append(sum(distance(a, b) for a, b in zip(read, texts, strict=True)))
    assert errors[0] > 5
    assert errors[1] < 0.7 * errors[0]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def test_a_column_is_read_by_those_before_it_and_never_by_those_after():
    rng = np.random.default_rng(5)
    columns = [shown(labels_of(text), 9, rng, sharp=10.0) for text in ("かきくさ", "しす春は", "かきく")]
    whole = decoder().decode_page(columns)
    assert whole[:2] == decoder().decode_page(columns[:2])
    assert whole[0].after == decoder().model.state(i + 1 for i in labels_of("かきくさ"))


def test_the_column_before_is_context():
    logp = shown(labels_of("す"), 9, np.random.default_rng(2))
    logp[3:5, 1 + 6] = logp[3:5, 1 + 5]  # す or は
    reader = decoder(weight=1.0)
    one = reader.decode(logp, reader.model.state(reader.model.ids("くさし")))
    two = reader.decode(logp, reader.model.state(reader.model.ids("しす春")))
    assert [spot.label for spot in one.spots] == labels_of("す")
    assert [spot.label for spot in two.spots] == labels_of("は")


def test_what_is_not_trusted_is_no_context_for_the_next_column():
    reader = decoder(trusted=0.9)
    logp = shown(labels_of("かきくさ"), 9, np.random.default_rng(2))
    sure = reader.decode(logp)
    assert sure.after == reader.model.state(reader.model.ids("かきくさ"))
    frames = slice(3 + 6, 5 + 6)
    logp[frames, 1:] = np.log(1 / 12)  # the second character may be any
    logp[frames, 0] = np.log(0.1)
    doubtful = reader.decode(logp)
    assert len(doubtful.spots) == 4
    assert doubtful.after == reader.model.state(reader.model.ids("くさ"))


def test_signs_without_a_letter_do_not_disturb_the_context():
    reader = Decoder([*SIGNS[1:], "。"], small_model())
    assert reader.ids[-1] == MARK
    logp = shown([0, 1, 9, 2], 10, np.random.default_rng(0))
    found = reader.decode(logp)
    assert [spot.label for spot in found.spots] == [0, 1, 9, 2]
    assert found.after == reader.model.state(reader.model.ids("かきく"))


@pytest.mark.parametrize("context", [True, False])
def test_empty_and_blank_columns_have_no_characters(context):
    before = small_model().state([1, 2])
    for logp in (np.zeros((0, 10)), np.log(np.full((5, 10), 1e-9)) + np.eye(10)[0] * 20.7):
        found = decoder().decode(logp, before, context)
        assert found.spots == ()
        assert found.after == before


def test_long_columns_do_not_run_out_of_numbers():
    text = labels_of(TEXT) * 3
    found = decoder().decode(shown(text, 9, np.random.default_rng(1)))
    assert [spot.label for spot in found.spots] == text


@pytest.mark.parametrize("bad", [np.zeros((4, 3)), np.zeros(10), np.full((4, 10), np.nan), np.ones((4, 10))])
def test_what_is_no_column_is_one_line(bad):
    with pytest.raises(KuzushijiError, match="column's log probabilities"):
        decoder().decode(bad)


@pytest.mark.parametrize("wrong", [{"weight": -1}, {"beam": 0}, {"top": 0}, {"floor": 0}, {"ratio": 1}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError, match="context settings"):
        Settings(**wrong)
