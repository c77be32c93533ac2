"""Where pages go that ``kuzushiji page`` reads: a terminal, standard output, a file, files in a folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlsplit

from kuzushiji._files import make_room, replacing
from kuzushiji.cli import _console as console
from kuzushiji.cli.terminal.page_view import complain, show
from kuzushiji.errors import UsageError

if TYPE_CHECKING:
    from kuzushiji.bulk import Item
    from kuzushiji.pages.formats import Format, Sheet

T = TypeVar("T")


class Read(NamedTuple):
    """A page that was read, and whether its file has others."""

    sheet: Sheet
    several: bool


def is_folder(output: str) -> bool:
    """Whether an output is a folder: it is one already, or its name ends like one."""
    return output.endswith((os.sep, "/")) or os.path.isdir(output)


class Target:
    """One place to write to, in one format."""

    def __init__(self, output: str | None, form: Format | None) -> None:
        """Checks the place before any work is done.

        Args:
            output: a file or a folder; None for standard output.
            form: the format; None for the view of a terminal.

        Raises:
            UsageError: the format does not go there.
            KuzushijiError: nothing can be written there.
        """
        self._form = form
        self._path = None if output is None else Path(output)
        self._folder = output is not None and is_folder(output)
        self._inputs: set[Path] = set()
        self._used: set[Path] = set()
        if form is not None and form.binary and output is None and console.is_tty(sys.stdout):
            raise UsageError(f"a {form.name} file is no text for a terminal; name a file: -o OUT")
        if self._path is not None:
            make_room(self._path / "any" if self._folder else self._path)

    def checked(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same items.

        Raises:
            UsageError: there are several, and the document holds one page.
        """
        if self._form is not None and not self._form.many and not self._folder:
            first = [item for _, item in zip(range(2), items, strict=False)]
            if len(first) > 1:
                raise UsageError(
                    f"the format {self._form.name} is one document per page; name a folder: -o FOLDER/"
                )
            items = iter(first)
        return map(self._noted, items)

    def write(self, reads: Iterable[Read], progress: console.Progress) -> int:
        """Writes what was read.

        Args:
            reads: the pages, read as they are taken.
            progress: wiped before each line on a terminal.

        Returns:
            How many pages could not be read; each got its line on standard error, or in JSON an object.

        Raises:
            OSError: writing failed.
        """
        failed = 0

        def usable() -> Iterator[Read]:
            nonlocal failed
            for each in reads:
                if each.sheet.page.error is None:
                    yield each
                    continue
                failed += 1
                if self._form is not None and self._form.name == "json":
                    yield each
                else:
                    progress.clear()
                    complain(each.sheet.page)

        if self._form is None:
            for each in usable():
                progress.clear()
                show(each.sheet.page)
        elif self._path is None:
            self._to_stdout(self._form, usable(), progress)
        elif self._folder:
            for _, group in groupby(usable(), key=self._document):
                self._to_file(self._form, group, None)
        else:
            self._to_file(self._form, usable(), self._path)
        return failed

    def _noted(self, item: Item) -> Item:
        """Remembers the files that are read, which are never written over."""
        path = Path(item.name)
        if path.exists():
            self._inputs.add(path.resolve())
            if self._path is not None and self._path.resolve() == path.resolve() and not self._folder:
                raise UsageError(f"{self._path} is an input; name another file to write")
        return item

    def _document(self, each: Read) -> tuple[str, int]:
        """What one document of a folder is made of: a file, or where a document holds one page, a page."""
        page = each.sheet.page
        return page.file, 0 if self._form is None or self._form.many else page.page

    def _to_stdout(self, form: Format, reads: Iterator[Read], progress: console.Progress) -> None:
        for chunk in form.write(each.sheet for each in reads):
            if console.is_tty(sys.stdout):
                progress.clear()
            if form.binary:
                sys.stdout.buffer.write(chunk)
            else:
                sys.stdout.write(chunk.decode())
            sys.stdout.flush()

    def _to_file(self, form: Format, reads: Iterator[Read], path: Path | None) -> None:
        """Writes a document, where there is a page for it."""
        first = next(reads, None)
        if first is None:
            return
        path = path or self._name(form, first)
        with replacing(path) as part, part.open("wb") as file:
            for chunk in form.write(each.sheet for each in chain([first], reads)):
                file.write(chunk)

    def _name(self, form: Format, first: Read) -> Path:
        """The file of a document in the folder, named like its input; no two and no input are the same."""
        assert self._path is not None
        page = first.sheet.page
        is_address = page.file.startswith(("http://", "https://"))
        stem = Path(urlsplit(page.file).path if is_address else page.file).stem.lstrip(".") or "page"
        if first.several and not form.many:
            stem += f"-{page.page:04}"
        path, count = self._path / f"{stem}{form.suffix}", 1
        while path in self._used or path.resolve() in self._inputs:
            count += 1
            path = self._path / f"{stem}-{count}{form.suffix}"
        self._used.add(path)
        return path
