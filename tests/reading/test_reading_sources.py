import codecs
import io
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from kuzushiji.reading import Reader, expand
from kuzushiji.reading.lists import paths_in


def picture(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4)).save(path, format="PNG")
    return str(path)


def test_files_pass_in_order_even_when_they_are_not_there():
    assert list(expand(["b.png", "missing.png", "a.png"])) == ["b.png", "missing.png", "a.png"]


def test_a_folder_stands_for_its_images_at_all_levels(tmp_path):
    wanted = [picture(tmp_path / name) for name in ("a.png", "z.PNG", "no-suffix", "b/c.png", "b/d/e.png")]
    picture(tmp_path / ".hidden.png")
    picture(tmp_path / ".git" / "x.png")
    (tmp_path / "labels.csv").write_text("file,char\n")
    (tmp_path / "empty").touch()
    (tmp_path / "broken.jpg").write_text("not a picture, but named like one")
    skipped = []
    found = list(expand([str(tmp_path)], skipped=skipped.append))
    assert sorted(found) == sorted([*wanted, str(tmp_path / "broken.jpg")])
    assert found == list(expand([str(tmp_path)])), "the order is the same each time"
    assert [path.name for path in skipped] == ["empty", "labels.csv"]


def test_a_folder_without_images_is_passed_on_to_be_reported(tmp_path):
    assert list(expand([str(tmp_path)])) == [str(tmp_path)]


def test_a_folder_that_cannot_be_opened_is_passed_on_and_costs_no_other(tmp_path, monkeypatch):
    wanted = [picture(tmp_path / name) for name in ("a.png", "c/d.png")]
    closed = str(tmp_path / "b")
    picture(Path(closed, "x.png"))
    scandir = os.scandir

    def denied(path):
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", closed)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    assert list(expand([str(tmp_path)])) == [*wanted, closed]
    assert list(expand([closed])) == [closed]
    [reading] = Reader().read(closed)
    assert reading.error == f"{closed}: this folder cannot be opened: Permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_among_the_files_is_not_waited_for(tmp_path):
    wanted = picture(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.png")
    found = []
    paths = expand([str(tmp_path)])
    worker = threading.Thread(target=lambda: found.extend(Reader().read(paths)), daemon=True)
    worker.start()
    worker.join(60)
    assert [(reading.file, reading.error and reading.error[:12]) for reading in found] == [
        (wanted, None),
        (str(tmp_path / "pipe.png"), "not an image"),
    ]


def test_a_list_on_standard_input(tmp_path):
    inside = picture(tmp_path / "folder" / "か な.png")
    listed = f"a b.png\r\n\n{tmp_path / 'folder'}\nlast.png".encode()
    assert list(expand(["first.png", "-"], stdin=io.BytesIO(listed))) == [
        "first.png",
        "a b.png",
        inside,
        "last.png",
    ]


def test_names_that_are_not_utf8_survive():
    assert list(expand(["-"], stdin=io.BytesIO(b"\xff.png\n"))) == ["\udcff.png"]


def test_the_list_is_read_as_it_comes():
    class Endless(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, room):
            room[:] = (b"x.png\n" * len(room))[: len(room)]
            return len(room)

    assert next(expand(["-"], stdin=io.BufferedReader(Endless()))) == "x.png"


@pytest.mark.parametrize(
    "listed",
    [
        "か.png\r\nb.png\r\n".encode("utf-8-sig"),
        "か.png\r\nb.png".encode("utf-16"),
        codecs.BOM_UTF16_BE + "か.png\nb.png\n".encode("utf-16-be"),
        "か.png\n\n\nb.png".encode(),
    ],
    ids=["BOM", "UTF-16", "UTF-16, big end first", "blank lines"],
)
def test_lists_as_editors_and_shells_write_them(listed):
    assert list(expand(["-"], stdin=io.BytesIO(listed))) == ["か.png", "b.png"]


def test_paths_that_end_in_nul_may_hold_line_breaks():
    listed = b"a\nb.png\0\xe3\x81\x8b.png\0"
    assert list(paths_in(io.BytesIO(listed), null=True)) == ["a\nb.png", "か.png"]
    assert list(paths_in(io.BytesIO(b""))) == list(paths_in(io.BytesIO(b"\n"))) == []


def test_short_lines_at_the_start_stay_apart():
    assert list(paths_in(io.BytesIO(b"a\nb\nc\nlast"))) == ["a", "b", "c", "last"]
    assert list(paths_in(io.BytesIO(b"xt\nb"), start=b"a\nte")) == ["a", "text", "b"]
