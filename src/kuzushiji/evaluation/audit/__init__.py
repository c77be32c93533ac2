"""The label audit: which images of a data set are wrong, double, or empty.

Suspects come from a vote among the ten nearest images (gradient histograms reduced to 64 principal
components), each image itself left out; no label is used but in the vote, so every prediction is out of fold.
It is a list of candidates for a person to look at, not of errors.
"""

from __future__ import annotations

from kuzushiji.evaluation.audit.audit import COLUMNS, Audit, audit
from kuzushiji.evaluation.audit.material import Material, gather
from kuzushiji.evaluation.audit.writing import write_csv, write_page

__all__ = ["COLUMNS", "Audit", "Material", "audit", "gather", "write_csv", "write_page"]
