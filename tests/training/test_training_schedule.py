import pytest

from kuzushiji.errors import UsageError
from kuzushiji.training.fitting.schedule import learning_rate


def test_one_cycle_rises_then_falls_to_zero():
    rates = [learning_rate("one-cycle", t / 100, 0.5, warmup=0.3) for t in range(101)]
    assert max(rates) == pytest.approx(0.5)
    assert rates.index(max(rates)) == 30
    assert rates[:31] == sorted(rates[:31])
    assert rates[30:] == sorted(rates[30:], reverse=True)
    assert 0 < rates[0] < 0.02
    assert rates[-1] == pytest.approx(0)


def test_constant_is_constant():
    assert {learning_rate("constant", t, 0.1) for t in (0, 0.5, 1)} == {0.1}


def test_unknown_schedule():
    with pytest.raises(UsageError, match="one-cycle"):
        learning_rate("cosine", 0, 1)
