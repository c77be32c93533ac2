"""A small registry: a function that builds a Keras model, under a name a recipe can say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from kuzushiji.errors import UsageError

Builder = TypeVar("Builder", bound=Callable[..., Any])
_BUILDERS: dict[str, Callable[..., Any]] = {}


def register(build: Builder) -> Builder:
    """Decorator: makes ``build(classes, size, **options) -> keras.Model`` known under its function name."""
    _BUILDERS[build.__name__] = build
    return build


def names() -> tuple[str, ...]:
    """Names of all architectures, sorted."""
    return tuple(sorted(_BUILDERS))


def create(architecture: str, classes: int, size: int, **options: Any) -> Any:
    """Builds an architecture.

    Args:
        architecture: one of `names`.
        classes: number of classes.
        size: side of the square input, pixels.
        **options: the architecture's own settings (see its function).

    Returns:
        A ``keras.Model`` from float32 (n, 1, size, size) in [0, 1] to logits float32 (n, classes); its
        layer named ``embedding`` gives what precedes the head.

    Raises:
        UsageError: an unknown architecture or an option that it does not have.
    """
    if architecture not in _BUILDERS:
        raise UsageError(f"no architecture {architecture!r}; there are: {', '.join(names())}")
    try:
        return _BUILDERS[architecture](classes, size, **options)
    except TypeError as e:
        raise UsageError(f"architecture {architecture!r}: {e}") from e
