"""Learning-rate schedules, as functions of the fraction of the run that is done."""

from __future__ import annotations

import math

from kuzushiji.errors import UsageError


def learning_rate(schedule: str, done: float, peak: float, warmup: float = 0.2) -> float:
    """The rate to use.

    Args:
        schedule: ``one-cycle`` (linear rise, then a cosine to zero; after Smith and Topin 2017,
            arXiv:1708.07120) or ``constant``.
        done: fraction of all steps already taken, in [0, 1].
        peak: the largest rate.
        warmup: fraction of the run in which the rate rises.

    >>> [round(learning_rate("one-cycle", t, 1.0), 3) for t in (0, 0.1, 0.2, 0.6, 1)]
    [0.02, 0.51, 1.0, 0.5, 0.0]
    """
    if schedule == "constant":
        return peak
    if schedule != "one-cycle":
        raise UsageError(f"fit.schedule is {schedule!r}; there are: one-cycle, constant")
    if done < warmup:
        start = 0.02
        return peak * (start + (1 - start) * done / warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))
