import io
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from kuzushiji.reading import Reader, expand


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
        def __iter__(self):
            while True:
                yield b"x.png\n"

    assert next(expand(["-"], stdin=Endless())) == "x.png"
