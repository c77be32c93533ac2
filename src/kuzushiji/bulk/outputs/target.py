"""Which files an output is: one file with a run folder beside it, or a folder of parts with one inside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kuzushiji.errors import UsageError

_SUFFIXES = (".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True)
class Target:
    """The places of an output.

    Attributes:
        file: the one file to make at the end; None for a folder of parts.
        parts: the folder that parts are written to.
        run: the folder of the manifest.
        suffix: names the format.
    """

    file: Path | None
    parts: Path
    run: Path
    suffix: str

    @property
    def name(self) -> Path:
        """What the user named."""
        return self.file or self.parts

    def part(self, number: int, suffix: str) -> Path:
        """The file of a part. Names sort as the inputs do."""
        return self.parts / f"part-{number:08}{suffix}"


def target_of(word: str) -> Target:
    """The places that ``-o WORD`` stands for.

    ``OUT.jsonl`` and ``OUT.parquet`` are files, everything without such a suffix, with a slash at its end or
    already a folder is a folder of parts: of Parquet if its name ends in ``.parquet``, else of JSON lines.

    Raises:
        UsageError: a file is in the place of a folder, or the suffix is another one.

    >>> target_of("no/such/out.parquet").file.name, target_of("no/such/out.parquet/").file
    ('out.parquet', None)
    """
    path = Path(word)
    suffix = path.suffix.lower()
    if path.is_dir() or word.endswith(("/", "\\")) or not suffix:
        if path.exists() and not path.is_dir():
            raise UsageError(f"{word} is a file, and a folder of parts would be needed there")
        return Target(None, path, path / "_run", suffix if suffix in _SUFFIXES else ".jsonl")
    if suffix not in _SUFFIXES:
        raise UsageError(f"{word}: name the output .jsonl or .parquet, or name a folder")
    run = path.with_name(f"{path.name}.run")
    return Target(path, run / "parts", run, suffix)
