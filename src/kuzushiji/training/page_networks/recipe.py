"""The recipe of a page network, as TOML has it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kuzushiji.errors import UsageError
from kuzushiji.training.recipe import _fill, _put

NETWORKS = ("detector", "column")
"""What a recipe's ``network`` may be."""


@dataclass(frozen=True)
class PageMaterial:
    """What pages are composed of.

    Attributes:
        sources: data sets that glyphs come from; all their parts are used.
        text: folder with ``column-text.jsonl.gz``; empty for random text by the classes' frequencies.
        known_pages: folder of real pages that are learned from too (column network only); empty for none.
        known_columns: what ``scripts/align_columns.py`` found on them.
        random_share: share of columns with random text, in [0, 1].
    """

    sources: tuple[str, ...] = ("k49-sample", "kkanji")
    text: str = ""
    known_pages: str = ""
    known_columns: str = ""
    random_share: float = 0.15


@dataclass(frozen=True)
class Pages:
    """How pages are composed; see `kuzushiji.training.composing.Composer`.

    Attributes:
        height: pixels.
        width: pixels.
        size: median side of a character's box, pixels.
        spread: standard deviation of the logarithm of that side from page to page.
        skew: standard deviation of a page's tilt, degrees.
    """

    height: int = 1088
    width: int = 736
    size: float = 38.0
    spread: float = 0.33
    skew: float = 0.7


@dataclass(frozen=True)
class PageFit:
    """How the network is trained.

    Attributes:
        steps: one composed page each.
        seed: of weights and pages.
        learning_rate: peak rate of AdamW; it rises over the first fiftieth and falls along a cosine.
        weight_decay: of AdamW.
        ema: decay of the moving average of the weights that is kept.
        real_strips: strips of real pages in each batch (column network only).
        checkpoint_minutes: between two checkpoints.
    """

    steps: int = 2000
    seed: int = 0
    learning_rate: float = 0.001
    weight_decay: float = 0.001
    ema: float = 0.998
    real_strips: int = 0
    checkpoint_minutes: float = 5.0


@dataclass(frozen=True)
class PageRecipe:
    """A whole run of a page network: see the parts.

    Attributes:
        name: of the network; part of the run folder's name.
        network: ``detector`` or ``column``.
        start: the reader whose weights a column network starts from, by name or path; empty for chance.
        weights: checkpoint or run folder to start from in place of that; empty for none.
    """

    name: str = "untitled"
    network: str = "column"
    start: str = ""
    weights: str = ""
    material: PageMaterial = PageMaterial()
    pages: Pages = Pages()
    fit: PageFit = PageFit()

    def to_dict(self) -> dict[str, Any]:
        """Nested plain values, as TOML and JSON have them."""
        return asdict(self)


def is_page_recipe(path: str | Path) -> bool:
    """Whether a TOML file is the recipe of a page network: it has the key ``network``."""
    try:
        return "network" in tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # whoever loads it says what is wrong


def load_page_recipe(path: str | Path, settings: Sequence[str] = ()) -> PageRecipe:
    """Reads a recipe and applies ``key=value`` settings to it.

    Raises:
        UsageError: no such file, not TOML, an unknown key, or a value of the wrong type or range.
    """
    try:
        tree = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as e:
        raise UsageError(f"recipe {path}: {e.strerror}; the project's own are in recipes/") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise UsageError(f"recipe {path} is not TOML: {e}") from e
    tree.setdefault("name", Path(path).stem)
    for setting in settings:
        _put(tree, setting)
    return page_recipe(tree, str(path))


def page_recipe(tree: dict[str, Any], where: str = "recipe") -> PageRecipe:
    """Builds a recipe from nested plain values; the inverse of `PageRecipe.to_dict`.

    Raises:
        UsageError: an unknown key, or a value of the wrong type or range.

    >>> page_recipe({"network": "detector", "fit": {"steps": 3}}).fit.steps
    3
    """
    recipe: PageRecipe = _fill(PageRecipe(), tree, where, "")
    if recipe.network not in NETWORKS:
        raise UsageError(f"{where}: network is {recipe.network!r}; there are: {', '.join(NETWORKS)}")
    if recipe.fit.steps < 1 or not recipe.fit.learning_rate > 0:
        raise UsageError(f"{where}: fit.steps and fit.learning_rate must be above 0")
    return recipe
