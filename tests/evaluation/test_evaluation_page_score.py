"""The score of a page's reading."""

import random

import pytest

from kuzushiji.evaluation.measures.page_score import PageScore, align, fold, score_page


def reading(text, sure=(), ruby=(), candidates=None):
    return {
        "columns": [
            {
                "characters": [
                    {
                        "char": char,
                        "sure": i in sure,
                        "ruby": i in ruby,
                        "candidates": [{"char": c} for c in (candidates or {}).get(i, char)],
                    }
                    for i, char in enumerate(text)
                ]
            }
        ]
    }


def plain_distance(a, b):
    """The textbook's recursion, row by row."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y)))
    return row[-1]


def test_the_distance_is_levenshteins_and_the_alignment_has_it():
    chance = random.Random(0)
    for _ in range(200):
        a = "".join(chance.choices("かきく", k=chance.randrange(9)))
        b = "".join(chance.choices("かきく", k=chance.randrange(9)))
        distance, pairs = align(a, b)
        assert distance == plain_distance(a, b)
        assert distance == sum(i is None or j is None or a[i] != b[j] for i, j in pairs)
        assert [i for i, _ in pairs if i is not None] == list(range(len(a)))
        assert [j for _, j in pairs if j is not None] == list(range(len(b)))


def test_folding_makes_conventions_alike():
    assert "".join(fold(each) for each in "がパッょゔヴ〱ヾ々") == "かはつようう\u304fゝ々"
    assert [fold(each) for each in "。「」○ 　"] == [""] * 6
    assert fold("か\u3099") == "か"
    assert fold("舊", {"舊": "旧"}) == "旧"


def test_counts_of_a_page_by_hand():
    """Read か き く ん for か゛ き け: one substitution, one insertion, the voicing mark folded."""
    got = score_page(reading("かきくん", sure={0, 1, 2}, candidates={3: "んけ"}), "がき\nけ")
    assert got == PageScore(
        pages=1, wanted=3, edits=3, folded=3, folded_edits=2, read=4, shared=2,
        sure=3, sure_right=2, aligned=3, top5=3,
    )  # fmt: skip
    assert (got.cer, got.folded_cer) == (1.0, pytest.approx(2 / 3))
    assert got.bag_f1 == pytest.approx(4 / 7)
    assert (got.sure_share, got.right_when_sure, got.top5_share) == (0.75, pytest.approx(2 / 3), 1.0)


def test_ruby_and_punctuation_do_not_count():
    got = score_page(reading("山やま。川", ruby={1, 2}, sure={0, 3, 4}), "山川")
    assert (got.folded_edits, got.read, got.sure, got.sure_right) == (0, 2, 2, 2)
    assert got.edits == 1  # the raw rate has the 。


def test_a_sixth_candidate_is_none_of_five():
    assert score_page(reading("あ", candidates={0: "あいうえおか"}), "か").top5 == 0
    assert score_page(reading("あ", candidates={0: "あいうえか"}), "か").top5 == 1


def test_a_page_that_could_not_be_read_has_missed_everything():
    got = score_page({"file": "a.jpg", "error": "not an image"}, "山川")
    assert (got.cer, got.folded_cer, got.bag_f1, got.right_when_sure) == (1.0, 1.0, 0.0, 0.0)


def test_scores_add_up():
    one, two = score_page(reading("山"), "山川"), score_page(reading("川", sure={0}), "川")
    both = one + two
    assert both.pages == 2
    assert (both.folded, both.folded_edits, both.sure) == (3, 1, 1)
    assert PageScore() + one == one
