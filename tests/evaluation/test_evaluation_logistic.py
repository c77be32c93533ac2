"""Logistic regression: known coefficients, separable data, what it refuses."""

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.evaluation.logistic import fit_logistic, sigmoid


def test_without_features_the_intercept_is_the_log_odds():
    assert sigmoid(fit_logistic(np.empty((8, 0)), np.arange(8) < 6)) == pytest.approx([0.75])


def test_separable_data_keep_finite_coefficients():
    x = np.linspace(-3, 3, 40)[:, None]
    c = fit_logistic(x, x[:, 0] > 0)
    assert np.isfinite(c).all()
    assert ((c[0] + x @ c[1:] > 0) == (x[:, 0] > 0)).all()
    assert abs(fit_logistic(x, x[:, 0] > 0, ridge=10.0)[1]) < abs(c[1])


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(KuzushijiError, match="both needed"):
        fit_logistic(np.zeros((3, 1)), np.ones(3, bool))
    with pytest.raises(ValueError, match="must be finite"):
        fit_logistic(np.full((3, 1), np.nan), np.array([True, False, True]))
    with pytest.raises(ValueError, match="2 labels"):
        fit_logistic(np.zeros((3, 1)), np.array([True, False]))
