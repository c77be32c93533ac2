"""From an address ``hf://owner/name@revision`` to a file on this machine, by ``huggingface_hub``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kuzushiji._version import __version__
from kuzushiji.errors import KuzushijiError, UsageError, need

PREFIX = "hf://"
"""What an address on the Hub begins with."""
FILE = "model.onnx"
"""The file of a repository that is fetched: its metadata holds all that a reader needs."""


def fetch(address: str, revision: str | None = None, local_files_only: bool = False) -> Path:
    """Fetches a model, or finds it in the Hub's cache.

    ``HF_ENDPOINT``, ``HF_HOME``, ``HF_TOKEN`` and ``HF_HUB_OFFLINE`` are honoured as everywhere, and
    ``KUZUSHIJI_OFFLINE`` like ``HF_HUB_OFFLINE``. Without a network, the cached file of that revision is
    used.

    Args:
        address: ``"hf://owner/name"``, or with a branch, tag or commit: ``"hf://owner/name@v1"``.
        revision: the same apart from the address; None for the address' own, or ``main``.
        local_files_only: look into the cache only.

    Returns:
        The ``.onnx`` file in the cache.

    Raises:
        UsageError: no such address, two revisions, or the ``hub`` extra is not installed.
        KuzushijiError: there is no such model or revision, it has no `FILE`, or it cannot be had.
    """
    name, _, own = address.removeprefix(PREFIX).partition("@")
    if revision and own and revision != own:
        raise UsageError(f"{address} names the revision {own}, but {revision} is asked for: give one")
    hub = need("huggingface_hub", extra="hub")
    forbidden = local_files_only or _offline()
    try:
        return Path(
            hub.hf_hub_download(
                name,
                FILE,
                revision=revision or own or None,
                local_files_only=forbidden,
                endpoint=os.environ.get("HF_ENDPOINT") or None,
                library_name="kuzushiji",
                library_version=__version__,
            )
        )
    except Exception as e:  # its HTTP client's errors share only Exception
        raise _in_words(
            e, address, revision or own or "main", forbidden, need("huggingface_hub.errors", "hub")
        ) from e


def _offline() -> bool:
    from kuzushiji.datasets.downloads.getting import offline

    return offline()


def _in_words(error: Exception, address: str, revision: str, forbidden: bool, kinds: Any) -> KuzushijiError:
    """One line for what `huggingface_hub` says in a paragraph; the order is from the narrow to the wide."""
    if isinstance(error, kinds.HFValidationError):
        return UsageError(
            f"{address} is no address of a model: write hf://owner/name or hf://owner/name@revision"
        )
    if isinstance(error, kinds.GatedRepoError):
        return KuzushijiError(
            f"{address}: this model is gated; ask for access on its page, then: hf auth login"
        )
    if isinstance(error, kinds.RepositoryNotFoundError):
        return KuzushijiError(f"{address}: no such model, or a private one; for those: hf auth login")
    if isinstance(error, kinds.RevisionNotFoundError):
        return KuzushijiError(f"{address}: no revision {revision!r}; give a branch, a tag or a commit")
    if isinstance(error, kinds.LocalEntryNotFoundError):
        why = "the network is forbidden" if forbidden else "the Hub cannot be reached"
        return KuzushijiError(f"{address}: not in the cache, and {why}")
    if isinstance(error, kinds.EntryNotFoundError):
        return KuzushijiError(f"{address} has no {FILE}: it was not made by kuzushiji export --hub")
    return KuzushijiError(f"{address} cannot be fetched: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
