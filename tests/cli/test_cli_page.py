"""``kuzushiji page``: outputs, formats, exit codes; the reading itself is a made-up one."""

import csv
import io
import json
import sys

import numpy as np
import pypdfium2
import pytest
from lxml import etree
from PIL import Image

from kuzushiji import cli, pages
from kuzushiji.cli.terminal import page_output, page_view
from kuzushiji.errors import KuzushijiError
from kuzushiji.images import read_picture
from kuzushiji.pages import Page
from kuzushiji.reading import KnownCharacter
from pages_support import column, page


class MadeUp:
    """Finds the same text on every picture; opens it as the real one does."""

    asked: list[dict] = []  # noqa: RUF012
    turned = 0

    def __init__(self, **options):
        self.asked.append(options)

    def read(self, source, name=None, number=1):
        try:
            picture = read_picture(source, name)
        except KuzushijiError as e:
            return Page(name, number, error=str(e))
        height, width = picture.shape[:2]
        if self.turned in (90, 270):
            height, width = width, height
        if height < 50:
            return Page(name, number, width, height)
        return Page(name, number, width, height, page().columns, turned=self.turned, seconds=0.1)


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    monkeypatch.setattr(pages, "PageReader", MadeUp, raising=False)
    monkeypatch.setattr(MadeUp, "asked", [])
    return MadeUp


@pytest.fixture
def scans(tmp_path):
    """Two pages, a blank one, and a file that is none, in a folder."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("a", "b"):
        Image.fromarray(np.full((1200, 900, 3), 230, np.uint8)).save(folder / f"{name}.png")
    Image.fromarray(np.full((20, 30), 230, np.uint8)).save(folder / "blank.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def book(tmp_path):
    """A PDF of three pages."""
    document = pypdfium2.PdfDocument.new()
    for _ in range(3):
        document.new_page(216, 288)
    path = tmp_path / "book.pdf"
    document.save(path)
    return path


def run(capsys, *words):
    code = cli.main(["page", *map(str, words)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_json_is_one_object_a_page_in_input_order(scans, book, capsys):
    code, out, err = run(capsys, scans / "b.png", book, scans / "a.png", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["file"].rsplit("/", 1)[-1], each["page"]) for each in found] == [
        ("b.png", 1),
        ("book.pdf", 1),
        ("book.pdf", 2),
        ("book.pdf", 3),
        ("a.png", 1),
    ]
    assert found[0]["text"] == page().text
    assert found[0]["columns"][1]["characters"][2]["sure"] is False
    assert err == ""


def test_a_bad_input_costs_one_line_and_exit_code_1(scans, capsys):
    (scans / "a.png").write_bytes(b"not a picture")
    code, out, err = run(capsys, scans, "missing.png")
    assert code == 1
    assert out == page().text + "\n"
    lines = err.splitlines()
    assert len([line for line in lines if line.startswith("kuzushiji: error: ")]) == 2
    assert sum("a.png" in line for line in lines) == 1
    assert sum("missing.png" in line for line in lines) == 1
    assert any("notes.txt: not an image, left out" in line for line in lines)


def test_in_json_a_bad_input_is_an_object(scans, capsys):
    (scans / "a.png").write_bytes(b"not a picture")
    code, out, _ = run(capsys, scans / "a.png", scans / "b.png", "--json")
    found = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert ["error" in each for each in found] == [True, False]


def test_a_page_without_text_is_no_error(scans, capsys):
    code, out, err = run(capsys, scans / "blank.png", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["columns"] == []


@pytest.mark.parametrize("name", ["text", "csv", "tei", "hocr", "html"])
def test_a_document_of_all_pages_goes_to_standard_output(name, scans, capsys):
    code, out, _ = run(capsys, scans / "a.png", scans / "b.png", "--format", name)
    assert code == 0
    if name == "text":
        assert out == page().text + "\n\n" + page().text + "\n"
    elif name == "csv":
        assert len(list(csv.DictReader(io.StringIO(out)))) == 2 * len(page().characters)
    elif name == "tei":
        assert len(etree.fromstring(out.encode()).findall(".//{*}surface")) == 2
    else:
        tag = {"hocr": "ocr_page", "html": "page"}[name]
        assert len(etree.fromstring(out, etree.HTMLParser()).xpath(f"//*[@class='{tag}']")) == 2


def test_a_pdf_of_all_pages_is_written_and_opens(scans, book, tmp_path, capsys):
    out = tmp_path / "new" / "text.pdf"
    code, shown, _ = run(capsys, scans / "a.png", book, "-o", out)
    assert (code, shown) == (0, "")
    document = pypdfium2.PdfDocument(out)
    assert len(document) == 4
    assert "むかし男ありけり" in document[3].get_textpage().get_text_range()
    assert [file.name for file in out.parent.iterdir()] == ["text.pdf"]  # nothing half written


def test_a_folder_gets_a_document_per_input(scans, book, tmp_path, capsys):
    out = tmp_path / "out"
    code, _, _ = run(capsys, scans, book, "--format", "tei", "-o", f"{out}/")
    assert code == 0
    assert sorted(file.name for file in out.iterdir()) == ["a.xml", "b.xml", "blank.xml", "book.xml"]
    assert len(etree.parse(out / "book.xml").findall(".//{*}surface")) == 3


def test_formats_of_one_page_get_a_file_per_page(book, scans, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    code, _, _ = run(capsys, book, scans / "a.png", "--format", "page", "-o", out)
    assert code == 0
    assert sorted(file.name for file in out.iterdir()) == [
        "a.xml",
        "book-0001.xml",
        "book-0002.xml",
        "book-0003.xml",
    ]


def test_two_inputs_of_one_name_do_not_overwrite_each_other(scans, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.png").write_bytes((scans / "a.png").read_bytes())
    out = tmp_path / "out"
    run(capsys, scans / "a.png", other / "a.png", "--format", "alto", "-o", f"{out}/")
    assert sorted(file.name for file in out.iterdir()) == ["a-2.xml", "a.xml"]


def test_an_input_is_never_written_over(book, capsys):
    before = book.read_bytes()
    code, _, err = run(capsys, book, "-o", book)
    assert code == 2
    assert "is an input" in err
    assert run(capsys, book, "--format", "pdf", "-o", book.parent)[0] == 0
    assert book.read_bytes() == before
    assert len(pypdfium2.PdfDocument(book.parent / "book-2.pdf")) == 3


def test_one_page_of_a_one_page_format_goes_to_standard_output_and_two_are_refused(scans, capsys):
    code, out, _ = run(capsys, scans / "a.png", "--format", "alto")
    assert code == 0
    assert etree.fromstring(out.encode()).tag.endswith("alto")
    code, out, err = run(capsys, scans / "a.png", scans / "b.png", "--format", "alto")
    assert (code, out) == (2, "")
    assert "-o FOLDER/" in err
    assert len(MadeUp.asked) == 1  # said before a model was loaded


def test_the_suffix_of_the_output_is_its_format(scans, tmp_path, capsys):
    for suffix, start in (
        (".csv", b"file,page"),
        (".html", b"<!DOCTYPE html>"),
        (".pdf", b"%PDF"),
    ):
        out = tmp_path / f"x{suffix}"
        assert run(capsys, scans / "a.png", "-o", out)[0] == 0
        assert out.read_bytes().startswith(start)
    code, _, err = run(capsys, scans / "a.png", "-o", tmp_path / "x.xml")
    assert code == 2
    assert "name the format too: --format text|csv" in err


def test_nothing_is_written_when_nothing_could_be_read(tmp_path, capsys):
    code, _, err = run(capsys, "missing.png", "-o", tmp_path / "x.html")
    assert code == 1
    assert "missing.png" in err
    assert list(tmp_path.iterdir()) == []


def test_wrong_words_are_exit_code_2(scans, capsys):
    for words in (
        [],
        [scans, "--format", "docx"],
        [scans, "--json", "--format", "csv"],
        [scans, "--threads", "0"],
        [scans, "--nonsense"],
    ):
        code, out, err = run(capsys, *words)
        assert (code, out) == (2, "")
        assert len(err.splitlines()) == 1
        assert err.startswith("kuzushiji: error: ")


def test_options_reach_the_reader(scans, capsys):
    run(capsys, scans / "a.png", "--no-context", "--threads", "2")
    run(capsys, scans / "a.png")
    assert MadeUp.asked == [{"threads": 2, "context": False}, {"threads": None, "context": True}]


def test_known_characters_teach_the_reader(scans, tmp_path, capsys, monkeypatch):
    taught = []
    monkeypatch.setattr(
        MadeUp, "taught", lambda self, known: taught.append([k.char for k in known]) or self, raising=False
    )
    known = KnownCharacter("か", b"picture", "p.png", 1, (1, 2, 3, 4))
    path = tmp_path / "corrections.jsonl"
    path.write_text(json.dumps(known.to_json()), encoding="utf-8")
    code, _, _ = run(capsys, scans / "a.png", "--known", path)
    assert code == 0
    assert taught == [["か"]]
    path.write_text("{}", encoding="utf-8")
    code, _, err = run(capsys, scans / "a.png", "--known", path)
    assert code == 1
    assert "line 1" in err


def test_a_page_that_was_turned_has_its_picture_turned(scans, tmp_path, capsys, monkeypatch):
    picture = np.full((900, 1200), 255, np.uint8)
    picture[:100, :100] = 0  # top left; after a quarter clockwise it is at the top right
    Image.fromarray(picture).save(scans / "a.png")
    monkeypatch.setattr(MadeUp, "turned", 90)
    out = tmp_path / "x.pdf"
    assert run(capsys, scans / "a.png", "-o", out)[0] == 0
    shown = pypdfium2.PdfDocument(out)[0].render(scale=1).to_numpy()
    height, width = shown.shape[:2]
    assert (width, height) == (216, 288)
    assert shown[5, width - 6, 0] < 60
    assert shown[5, 5, 0] > 200


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_columns_stand_from_right_to_left_with_marks(scans, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    assert cli.main(["page", str(scans / "a.png"), str(scans / "blank.png")]) == 0
    out = terminal.getvalue()
    assert "a.png  26 characters, 88 % sure (? is not sure), 0.1 s" in out
    assert "blank.png  no text found" in out
    rows = out.splitlines()
    start = next(i for i, row in enumerate(rows) if "巻" in row)
    assert rows[start].rstrip().endswith("む 巻")
    assert "し?" in out
    assert "おとこ" not in out


def test_a_pdf_is_not_shown_on_a_terminal(scans, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert cli.main(["page", str(scans / "a.png"), "--format", "pdf"]) == 2
    assert "name a file: -o OUT" in capsys.readouterr().err


def test_a_narrow_terminal_gets_bands():
    many = Page(
        "p",
        width=900,
        height=500,
        columns=tuple(column(c, 850 - 60 * i, 100) for i, c in enumerate("いろはにほへと")),
    )
    assert page_view.view(many, 9) == ["は ろ い", "", "へ ほ に", "", "と"]


def test_an_address_names_its_document():
    class Sheet:
        page = Page("https://example.org/iiif/page%201.jpg?x=1", 2, 9, 9)

    from kuzushiji.pages.formats import get

    target = page_output.Target(None, get("alto"))
    target._path = page_output.Path("out")
    assert target._name(get("alto"), page_output.Read(Sheet, True)).name == "page%201-0002.xml"


def test_help_names_every_option(capsys):
    assert cli.main(["page", "--help"]) == 0
    out = capsys.readouterr().out
    for option in ("--json", "--format", "--output", "--no-context", "IMAGE|PDF|DIR|ADDRESS|-"):
        assert option in out


def test_the_command_loads_neither_typer_nor_keras(scans):
    import subprocess

    code = (
        "import sys; from kuzushiji import cli; cli.main(['page', '--nonsense']); "
        "names = ('typer', 'keras', 'torch', 'sklearn', 'numpy', 'onnxruntime'); "
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
