"""What the tools do: paths and words in, plain values out."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import asdict
from functools import cached_property
from itertools import islice
from threading import RLock
from typing import TYPE_CHECKING, Any

from kuzushiji.agents.folders import Folders
from kuzushiji.errors import KuzushijiError

if TYPE_CHECKING:
    from kuzushiji.characters import Character
    from kuzushiji.pages import Page
    from kuzushiji.reading import Reader

MOST_FILES = 500
"""Files that one listing names."""
MOST_CANDIDATES = 20
"""Candidates that an agent can ask for."""
MOST_PAGES = 50
"""Pages of one file that one call reads."""
DOCUMENTS = frozenset([".pdf"])
"""Endings of files that hold pages and are not pictures."""


class Tools:
    """Reading and looking up, for a program that calls them by name.

    Models are opened with the first call that needs them. The methods may be called from several threads.

    >>> Tools(Folders([])).look_up("か")["characters"][0]["romaji"]
    'ka'
    """

    def __init__(self, folders: Folders, model: str | None = None) -> None:
        """Opens nothing yet.

        Args:
            folders: where pictures may be read from.
            model: the model for single characters (see `kuzushiji.weights.find`); None for the default.
        """
        self.folders = folders
        self._model = model
        self._lock = RLock()

    def list_pictures(self, folder: str = ".") -> dict[str, Any]:
        """The pictures and PDF files below a folder, at most 500, sorted by path.

        Args:
            folder: a path inside the folders; ``"."`` for all of them.

        Returns:
            ``files`` (paths) and ``more`` (whether there are others).
        """
        from kuzushiji.reading.sources import SUFFIXES

        found = list(islice(self.folders.pictures(folder, SUFFIXES | DOCUMENTS), MOST_FILES + 1))
        return {"files": [str(path) for path in found[:MOST_FILES]], "more": len(found) > MOST_FILES}

    def read_character(self, path: str, box: list[int] | None = None, top: int = 5) -> dict[str, Any]:
        """Reads one character from a picture of it, or from a box of a larger picture.

        Args:
            path: inside the folders.
            box: [x, y, width, height] in pixels of the upright picture; None for all of it.
            top: candidates to give, 1 to 20.

        Returns:
            As ``kuzushiji read --json``: ``file``, ``candidates``, ``sure``, ``reasons``; and ``box``
            if it was given.

        Raises:
            KuzushijiError: the path is not inside the folders, the picture cannot be read, the box is
                outside of it, or ``top`` is out of range.
        """
        from kuzushiji.images import read_image

        if not 1 <= top <= MOST_CANDIDATES:
            raise KuzushijiError(f"top is {top}: give 1 to {MOST_CANDIDATES}")
        picture = read_image(self.folders.resolve(path))
        if box is not None:
            x, y, width, height = _inside(box, picture.shape[1], picture.shape[0])
            picture = picture[y : y + height, x : x + width]
        reading = self._reader.read(picture, top=top)[0]
        if reading.error is not None:
            raise KuzushijiError(f"{path}: {reading.error}")
        answer = {**reading.to_json(), "file": path}
        return answer if box is None else {**answer, "box": list(box)}

    def read_page(self, path: str, page: int | None = None) -> dict[str, Any]:
        """Reads a page: its columns in reading order, and which characters are doubtful.

        Args:
            path: a picture of a page or a PDF, inside the folders.
            page: which page of the file, from 1; None for all, at most 50.

        Returns:
            ``file``, ``pages`` and ``more`` (whether there are others). Each page has ``page``, ``width``,
            ``height``, ``text`` (a line per column, without ruby), ``columns`` (``box``, ``text``, ``kind``)
            and ``doubtful``: for each character that is not sure its ``column`` (from 0), ``box``, ``char``,
            ``probability`` and ``others``. A page that could not be read has ``error``.

        Raises:
            KuzushijiError: the path is not inside the folders, or the file has no such page.
        """
        file = self.folders.resolve(path)
        if not file.is_file():
            raise KuzushijiError(f"{path!r} is a folder: give a file")
        from kuzushiji.bulk import expand

        items = list(islice(expand([str(file)]), (page or MOST_PAGES) + 1))
        wanted = items[:MOST_PAGES] if page is None else [item for item in items if item.page == page]
        if not wanted:
            raise KuzushijiError(f"{path}: this file has no page {page}")
        return {
            "file": path,
            "pages": [_page(self._read_item(item)) for item in wanted],
            "more": page is None and len(items) > MOST_PAGES,
        }

    def look_up(self, text: str, limit: int = 10) -> dict[str, Any]:
        """Finds characters by the character itself, its code point, a reading or an English word.

        Args:
            text: ``"春"``, ``"U+6625"``, ``"はる"``, ``"haru"`` or ``"spring"``.
            limit: characters to give, 1 to 50.

        Returns:
            ``characters``, best first: readings, jibo (the kanji that a kana was made of), hentaigana,
            old and new forms; empty when nothing fits.

        Raises:
            KuzushijiError: ``limit`` is out of range.
        """
        from kuzushiji import characters

        if not 1 <= limit <= 50:
            raise KuzushijiError(f"limit is {limit}: give 1 to 50")
        return {"characters": [_known(each) for each in characters.search(text, limit)]}

    def look_alikes(self, char: str) -> dict[str, Any]:
        """The characters that a character is most often mistaken for, by the model's measured confusions.

        Args:
            char: one character, or its code point as ``"U+304B"``.

        Returns:
            ``char``, ``model``, ``look_alikes`` (``char``, ``codepoint``, ``reading``), the likeliest
            first, and ``variants``: old and new forms of the same kanji.

        Raises:
            KuzushijiError: a character that the package does not know.
        """
        from kuzushiji import characters

        known = characters.lookup(char)
        reader = self._reader
        return {
            "char": known.char,
            "model": reader.model.info.name,
            "look_alikes": [_short(each) for each in reader.look_alikes.get(known.char, ())],
            "variants": [_short(each) for each in known.variants],
        }

    def _read_item(self, item: Any) -> Page:
        """One page of a file; a page that cannot be opened costs only itself."""
        from kuzushiji.pages import Page

        try:
            page: Page = self._page_reader.read(item.open(), item.name, item.page)
        except KuzushijiError as e:
            return Page(item.name, item.page, error=str(e))
        return page

    @cached_property
    def _character_reader(self) -> Reader:
        from kuzushiji.reading import Reader

        return Reader(self._model)

    @property
    def _reader(self) -> Reader:
        with self._lock:
            return self._character_reader

    @cached_property
    def _opened_pages(self) -> Any:
        # By name: the page reader loads its own models, which only this tool needs.
        return importlib.import_module("kuzushiji.pages").PageReader()

    @property
    def _page_reader(self) -> Any:
        with self._lock:
            return self._opened_pages


def _inside(box: Iterable[int], width: int, height: int) -> tuple[int, int, int, int]:
    given = list(box)
    if len(given) != 4:
        raise KuzushijiError(f"box {given}: give [x, y, width, height]")
    x, y, w, h = given
    if x < 0 or y < 0 or w < 1 or h < 1 or x + w > width or y + h > height:
        raise KuzushijiError(f"box {given} is not inside the picture ({width} x {height} pixels)")
    return x, y, w, h


def _page(page: Page) -> dict[str, Any]:
    if page.error is not None:
        return {"page": page.page, "error": page.error}
    return {
        "page": page.page,
        "width": page.width,
        "height": page.height,
        "text": page.text,
        "columns": [
            {"box": list(each.box), "text": each.text, "kind": each.kind.value} for each in page.columns
        ],
        "doubtful": [
            {
                "column": number,
                "box": list(each.box),
                "char": each.char,
                "probability": round(each.probability, 3),
                "others": [candidate.char for candidate in each.candidates[1:]],
            }
            for number, column in enumerate(page.columns)
            for each in column.characters
            if not each.sure
        ],
    }


def _known(character: Character) -> dict[str, Any]:
    return {key: value for key, value in asdict(character).items() if value not in (None, (), [])}


def _short(char: str) -> dict[str, str]:
    from kuzushiji import characters

    known = characters.lookup(char)
    return {"char": known.char, "codepoint": known.codepoint, "reading": characters.reading_of(char)}
