"""Is a file what the publisher released? If not, what is it?"""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

from kuzushiji.datasets import registry
from kuzushiji.datasets.layouts import kana
from kuzushiji.datasets.layouts.file_formats import looks_like_html, read_idx, read_npz
from kuzushiji.errors import KuzushijiError

_TAR_BLOCK = 512
_MOST = 1 << 28  # bytes of an array that is unpacked to be looked at: the largest published one has 182 MB


def fault(path: Path, file: registry.RemoteFile) -> str | None:
    """What is wrong with a file, as a clause ("is a web page saved as data"), or None.

    Pinned files are compared by size and by sha256, or md5 where no official copy could be hashed otherwise;
    ``k49-sample`` by the digest of its array; a tar by its form only (its content is checked as it is
    unpacked).
    """
    try:
        size = path.stat().st_size
        with open(path, "rb") as f:
            head = f.read(_TAR_BLOCK)
    except OSError as e:
        return f"cannot be read ({e.strerror or e})"
    if looks_like_html(head):
        return "is a web page saved as data"
    if file.array is not None:
        return _array_fault(path, file.array)
    if file.name.endswith(".tar"):
        return _tar_fault(path, size, head)
    if size == file.size and _digest(path, file) == (file.sha256 or file.md5):
        return None
    old = _old(path, file)
    if old:
        return old
    if size != file.size:
        return (
            f"has {size:,} bytes where the current release has {file.size:,} (cut short, or another release)"
        )
    return "has the right size but the wrong hash (damaged on the way)"


def _digest(path: Path, file: registry.RemoteFile) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256" if file.sha256 else "md5").hexdigest()


def array_digest(path: Path) -> str:
    """sha256 (hex) of the bytes of the one array in an npz file, in C order."""
    return hashlib.sha256(read_npz(path, most=_MOST).tobytes()).hexdigest()


def _array_fault(path: Path, digest: str) -> str | None:
    try:
        return (
            None if array_digest(path) == digest else "does not hold the arrays that this sample is made of"
        )
    except KuzushijiError as e:
        return f"is unusable: {e}"


def _tar_fault(path: Path, size: int, head: bytes) -> str | None:
    if len(head) < _TAR_BLOCK or head[257:262] != b"ustar":
        return "is not a tar"
    with open(path, "rb") as f:
        f.seek(max(0, size - 2 * _TAR_BLOCK))
        if size % _TAR_BLOCK or f.read().strip(b"\0"):
            return "is a tar that was cut short"
    try:
        with tarfile.open(path, "r:") as t:
            t.next()
    except tarfile.TarError as e:
        return f"is not a tar ({e})"
    return None


def _old(path: Path, file: registry.RemoteFile) -> str | None:
    """A clause for images from before February 2019: its hashes are not on record, its marks are."""
    name = file.path.partition("/")[0]
    split = "train" if file.name.startswith((f"{name}-train-imgs", "train-images")) else "test"
    if "imgs" not in file.name and "images" not in file.name:
        return None
    try:
        images = read_npz(path, most=_MOST) if file.name.endswith(".npz") else read_idx(path, most=_MOST)
    except KuzushijiError:
        return None
    return f"is {kana.OLD}" if kana.is_old(name, split, images) else None
