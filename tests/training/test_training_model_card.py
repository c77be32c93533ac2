"""What a model card says of its calibration."""

import pytest

from kuzushiji.training.recipe import Recipe
from kuzushiji.training.shipping.model_card import _calibration


@pytest.mark.parametrize(
    ("coverage", "right", "says"),
    [(0.0, float("nan"), "sure for 0.0 %."), (0.5, 0.99, "sure for 50.0 %, of which 99.00 % are right.")],
)
def test_a_model_that_is_never_sure_is_not_right_of_nothing(coverage, right, says):
    figures = {
        "accuracy": {"value": 0.9, "low": 0.8, "high": 0.95},
        "sure_coverage": coverage,
        "sure_precision": {"value": right},
    }
    (line,) = _calibration({"temperature": 1.0, "threshold": 1.0, "n": 40, "figures": figures}, Recipe())
    assert line.endswith(says)
