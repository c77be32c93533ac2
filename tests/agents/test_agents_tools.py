"""What the tools give, and which paths they take."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import kuzushiji.pages
from kuzushiji import cli
from kuzushiji.agents import Folders, Tools, create_server
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.images import samples
from kuzushiji.pages import Box, Character, Column, ColumnKind, Page
from kuzushiji.reading import Candidate


@pytest.fixture
def opened(tmp_path):
    folder = tmp_path / "opened"
    folder.mkdir()
    samples.write(folder)
    return folder


@pytest.fixture
def tools(opened):
    return Tools(Folders([opened]), "kmnist")


@pytest.mark.parametrize("path", ["synthetic-tsu-1.png", "./synthetic-tsu-1.png", "x/../synthetic-tsu-1.png"])
def test_paths_inside_are_found(opened, path):
    (opened / "x").mkdir()
    assert Folders([opened]).resolve(path).name == "synthetic-tsu-1.png"
    assert Folders([opened]).resolve(str(opened / path)).name == "synthetic-tsu-1.png"


@pytest.mark.parametrize(
    "path", ["../secret.png", "/etc/passwd", "no-such.png", "a\0b", "..", "link.png", "up/secret.png"]
)
def test_paths_outside_are_refused_also_through_links(opened, tmp_path, path):
    (tmp_path / "secret.png").write_bytes(b"x")
    (opened / "link.png").symlink_to(tmp_path / "secret.png")
    (opened / "up").symlink_to(tmp_path)
    with pytest.raises(KuzushijiError, match="no such file in the folders that the user opened"):
        Folders([opened]).resolve(path)


def test_a_file_elsewhere_and_a_missing_one_give_the_same_answer(opened, tmp_path):
    (tmp_path / "there.png").write_bytes(b"x")
    said = []
    for path in ("../there.png", "../gone.png"):
        with pytest.raises(KuzushijiError) as e:
            Folders([opened]).resolve(path)
        said.append(str(e.value).replace(path, ""))
    assert said[0] == said[1]


def test_a_relative_path_is_looked_for_in_each_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.png").write_bytes(b"x")
    found = Folders([tmp_path / "a", tmp_path / "b"])
    assert found.resolve("x.png") == (tmp_path / "b" / "x.png").resolve()
    assert found.resolve("../b/x.png") == (tmp_path / "b" / "x.png").resolve()


def test_a_folder_that_is_none_is_wrong_usage(tmp_path, capsys):
    with pytest.raises(UsageError, match="not a folder"):
        Folders([tmp_path / "none"])
    assert cli.main(["mcp", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_pictures_are_listed_without_hidden_ones_texts_and_links_that_lead_outside(opened, tools, tmp_path):
    (opened / "notes.txt").write_text("no picture")
    (opened / ".hidden.png").write_bytes(b"x")
    (tmp_path / "secret.png").write_bytes(b"x")
    (opened / "link.png").symlink_to(tmp_path / "secret.png")
    (opened / "book.PDF").write_bytes(b"x")
    found = tools.list_pictures()
    names = [os.path.basename(path) for path in found["files"]]
    assert len(names) == 21
    assert "book.PDF" in names
    assert names == sorted(names)
    assert not found["more"]
    assert tools.list_pictures(str(opened)) == found
    with pytest.raises(KuzushijiError, match="give a folder"):
        tools.list_pictures("notes.txt")


def test_a_long_list_says_that_there_is_more(opened, tools, monkeypatch):
    monkeypatch.setattr("kuzushiji.agents.tools.MOST_FILES", 3)
    found = tools.list_pictures(".")
    assert len(found["files"]) == 3
    assert found["more"]


def test_a_box_of_a_larger_picture_is_read(opened, tools):
    glyph = np.asarray(Image.open(opened / "synthetic-tsu-1.png").convert("L"))
    h, w = glyph.shape
    page = np.full((h * 3, w * 3), glyph.max(), np.uint8)
    page[h : 2 * h, 2 * w :] = glyph
    Image.fromarray(page).save(opened / "page.png")
    found = tools.read_character("page.png", [2 * w, h, w, h])
    assert found["candidates"][0]["char"] == "つ"
    assert found["box"] == [2 * w, h, w, h]
    assert found["file"] == "page.png"


@pytest.mark.parametrize("box", [[0, 0, 10], [-1, 0, 5, 5], [0, 0, 0, 5], [0, 0, 10_000, 5], [0, 0, 5, 5, 5]])
def test_a_box_outside_of_the_picture_is_one_line(tools, box):
    with pytest.raises(KuzushijiError, match="box"):
        tools.read_character("synthetic-tsu-1.png", box)


def test_what_cannot_be_read_is_an_error_that_names_it(opened, tools):
    (opened / "bad.png").write_bytes(b"no picture")
    with pytest.raises(KuzushijiError, match=r"bad\.png"):
        tools.read_character("bad.png")
    with pytest.raises(KuzushijiError, match="top is 0"):
        tools.read_character("synthetic-tsu-1.png", top=0)


def test_looking_up_leaves_out_what_does_not_apply(tools):
    ka = tools.look_up("か")["characters"][0]
    assert ka["romaji"] == "ka"
    assert "gloss" not in ka
    assert ka["jibo"][0]["parent"] == "加"
    assert tools.look_up("no such word")["characters"] == []
    with pytest.raises(KuzushijiError, match="limit is 0"):
        tools.look_up("か", 0)


def test_look_alikes_are_the_models():
    tools = Tools(Folders([]), "reader")
    found = tools.look_alikes("U+6625")
    alike = tools._reader.look_alikes["春"]
    assert alike
    assert [each["char"] for each in found["look_alikes"]] == alike
    assert found["model"] == "reader"
    with pytest.raises(KuzushijiError, match="no entry"):
        tools.look_alikes("A")


PAGE = Page(
    "ignored",
    width=100,
    height=200,
    columns=(
        Column(
            (
                Character(Box(50, 0, 10, 10), (Candidate.of("か", 0.99),), sure=True),
                Character(Box(50, 20, 10, 10), (Candidate.of("き", 0.5), Candidate.of("さ", 0.4))),
            )
        ),
        Column((Character(Box(62, 0, 4, 4), (Candidate.of("や", 0.9),), ruby=True),), ColumnKind.RUBY),
    ),
)


def test_pages_name_their_columns_and_what_is_doubtful(opened, tools, monkeypatch):
    pytest.importorskip("kuzushiji.bulk")

    class PageReader:
        """Reads every page alike, and the second one not."""

        def read(self, source, name, page):
            assert os.path.isabs(name)
            return Page(name, page, error="not an image") if page == 2 else replace(PAGE, page=page)

    monkeypatch.setattr(kuzushiji.pages, "PageReader", PageReader, raising=False)
    pictures = [Image.fromarray(np.full((40, 30), 200 + i, np.uint8)) for i in range(3)]
    pictures[0].save(opened / "book.tif", save_all=True, append_images=pictures[1:])
    found = tools.read_page("book.tif")
    first = found["pages"][0]
    assert first["text"] == "かき"
    assert [column["kind"] for column in first["columns"]] == ["main", "ruby"]
    assert first["doubtful"][0] == {
        "column": 0, "box": [50, 20, 10, 10], "char": "き", "probability": 0.5, "others": ["さ"],
    }  # fmt: skip
    assert found["pages"][1] == {"page": 2, "error": "not an image"}
    assert len(found["pages"]) == 3
    assert not found["more"]
    assert [each["page"] for each in tools.read_page("book.tif", page=3)["pages"]] == [3]
    with pytest.raises(KuzushijiError, match="no page 4"):
        tools.read_page("book.tif", page=4)
    with pytest.raises(KuzushijiError, match="give a file"):
        tools.read_page(".")
    assert len(tools.read_page("synthetic-tsu-1.png")["pages"]) == 1


def test_a_long_book_says_that_there_is_more(opened, tools, monkeypatch):
    pytest.importorskip("kuzushiji.bulk")
    monkeypatch.setattr("kuzushiji.agents.tools.MOST_PAGES", 2)
    monkeypatch.setattr(Tools, "_read_item", lambda self, item: Page(item.name, item.page))
    pictures = [Image.fromarray(np.full((40, 30), 200 + i, np.uint8)) for i in range(3)]
    pictures[0].save(opened / "book.tif", save_all=True, append_images=pictures[1:])
    found = tools.read_page("book.tif")
    assert [each["page"] for each in found["pages"]] == [1, 2]
    assert found["more"]


def test_a_missing_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    with pytest.raises(UsageError, match=r"kuzushiji\[mcp\]"):
        create_server(Tools(Folders([])))
