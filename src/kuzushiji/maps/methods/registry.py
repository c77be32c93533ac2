"""Every method by name, and the checks that need nothing but names."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache

from kuzushiji.errors import UsageError
from kuzushiji.maps.methods.method import Method

_FAMILIES = ("linear", "spectral", "scaling", "neighbour_embeddings", "pair_embeddings", "autoencoder")
_ORDER = (
    "pca", "lda", "nmf", "svd", "kpca", "isomap", "lle", "mds",
    "tsne", "umap", "densmap", "pacmap", "localmap", "trimap", "autoencoder",
)  # fmt: skip
DEFAULT = ("pca", "lda", "umap", "tsne", "localmap")
"""What is made when no method is named."""


@cache
def methods() -> dict[str, Method]:
    """All methods, linear ones first.

    >>> list(methods())[:3]
    ['pca', 'lda', 'nmf']
    """
    found = {
        m.name: m for f in _FAMILIES for m in importlib.import_module(f"kuzushiji.maps.methods.{f}").METHODS
    }
    return {name: found[name] for name in _ORDER}


def chosen(names: Sequence[str], n: int, dims: int) -> list[Method]:
    """The methods of these names, each once, after checking that they can be run on ``n`` images.

    Raises:
        UsageError: no such method; not 2 or 3 dimensions; a set so large that it would take hours; or the
            extra that has the method is not installed.

    >>> [m.name for m in chosen(["umap", "pca", "umap"], 100, 2)]
    ['umap', 'pca']
    >>> chosen(["tsen"], 100, 2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    kuzushiji.errors.UsageError: no method 'tsen' (did you mean tsne?); methods: pca, lda, ...
    """
    if dims not in (2, 3):
        raise UsageError(f"a map has 2 or 3 dimensions, not {dims}")
    known = methods()
    found: list[Method] = []
    for name in dict.fromkeys(names):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(f"no method {name!r}{hint}; methods: {', '.join(known)}")
        found.append(known[name])
    if not found:
        raise UsageError(f"no method given; methods: {', '.join(known)}")
    for m in found:
        most = m.limit.get(dims)
        if most is not None and n > most:
            raise UsageError(
                f"{m.name} in {dims} dimensions would take hours on {n:,} images: add --subset {most}, "
                "or take umap or pacmap"
            )
        for module in m.modules:
            if importlib.util.find_spec(module) is None:
                raise UsageError(
                    f'{m.name} needs the "{m.extra}" extra: pip install "kuzushiji[{m.extra}]" '
                    f"(no module {module})"
                )
    return found
