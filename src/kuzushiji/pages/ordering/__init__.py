"""From character boxes to columns in reading order."""

from __future__ import annotations

from kuzushiji.pages.ordering.chains import Boxes, chains, halves
from kuzushiji.pages.ordering.columns import Group, groups
from kuzushiji.pages.ordering.order import ordered

__all__ = ["Boxes", "Group", "chains", "groups", "halves", "ordered"]
