import json
import subprocess
import sys

import pytest
from PIL import Image

from kuzushiji import cli
from kuzushiji.bulk import State
from kuzushiji.cli.bulk_runs.running import _Line, words_of


@pytest.fixture
def model(tiny_model):
    return ["--model", str(tiny_model(sure_threshold=0.9)), "--threads", "1"]


@pytest.fixture
def folder(tmp_path, glyphs):
    """Three pictures, か き く, and a TIFF of two."""
    path = tmp_path / "pictures"
    path.mkdir()
    images = [Image.fromarray(glyph) for glyph in glyphs]
    for name, image in zip("abc", images, strict=True):
        image.save(path / f"{name}.png")
    first, second = (image.copy() for image in images[:2])
    first.save(path / "d.tif", save_all=True, append_images=[second])
    return path


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def test_every_page_of_a_file_is_read(folder, model, capsys):
    assert cli.main(["read", str(folder / "d.tif"), "--json", *model]) == 0
    found = objects(capsys.readouterr().out)
    assert [(each["page"], each["candidates"][0]["char"]) for each in found] == [(1, "か"), (2, "き")]
    assert cli.main(["read", str(folder / "d.tif"), *model]) == 0
    assert f"{folder / 'd.tif'} (page 2)  sure" in capsys.readouterr().out


def test_an_output_holds_what_json_prints(folder, model, capsys, tmp_path):
    assert cli.main(["read", str(folder), "--json", *model]) == 0
    printed = objects(capsys.readouterr().out)
    out = tmp_path / "o.jsonl"
    assert cli.main(["read", str(folder), "-o", str(out), *model]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{out}: 5 inputs" in shown.err
    assert objects(out.read_text(encoding="utf-8")) == printed


def test_failures_are_named_and_tried_again(folder, model, capsys, tmp_path):
    good = (folder / "b.png").read_bytes()
    (folder / "b.png").write_bytes(b"no picture")
    words = ["read", str(folder), "-o", str(tmp_path / "o.jsonl"), *model]
    assert cli.main(words) == 1
    shown = capsys.readouterr().err
    assert shown.count("b.png") == 1
    assert "1 of them could not be used; --retry-failed tries them again" in shown
    (folder / "b.png").write_bytes(good)
    assert cli.main(words) == 1
    assert cli.main([*words, "--retry-failed", "--workers", "1"]) == 0
    assert "error" not in (tmp_path / "o.jsonl").read_text()


def test_another_option_is_refused_in_one_line(folder, model, capsys, tmp_path):
    words = ["read", str(folder), "-o", str(tmp_path / "o.parquet"), *model]
    assert cli.main(words) == 0
    capsys.readouterr()
    assert cli.main([*words, "--top", "2"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "top (5 then, 2 now)" in line


@pytest.mark.parametrize(
    "words",
    [["--workers", "2"], ["--retry-failed"], ["--engine", "ray"], ["--part-size", "9"], ["--address", "x"]],
)
def test_options_of_an_output_need_one(folder, model, capsys, words):
    assert cli.main(["read", str(folder), *words, *model]) == 2
    assert f"{words[0]} goes with -o OUT" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["o.csv", "o.txt"])
def test_an_unknown_kind_of_output_is_refused(folder, model, capsys, tmp_path, out):
    assert cli.main(["read", str(folder), "-o", str(tmp_path / out), *model]) == 2
    assert ".jsonl or .parquet" in capsys.readouterr().err


def test_paths_with_nul_ends_and_pictures_on_standard_input(folder, model):
    command = [sys.executable, "-m", "kuzushiji", "read", "-", "--json", *model]
    listed = f"{folder / 'b.png'}\0{folder / 'a.png'}\0".encode()
    done = subprocess.run([*command, "-0"], input=listed, capture_output=True, timeout=300, check=True)
    assert [each["file"][-5:] for each in objects(done.stdout.decode())] == ["b.png", "a.png"]
    piped = (folder / "c.png").read_bytes()
    done = subprocess.run(command, input=piped, capture_output=True, timeout=300, check=True)
    [found] = objects(done.stdout.decode())
    assert (found["file"], found["candidates"][0]["char"]) == ("-", "く")


def test_one_plain_picture_does_not_load_the_room(folder, model):
    code = (
        "import sys; from kuzushiji import cli; code = cli.main(sys.argv[1:]); "
        "sys.exit(code or any(name.startswith('kuzushiji.bulk') for name in sys.modules))"
    )
    command = [sys.executable, "-c", code, "read", str(folder / "a.png"), *model]
    assert subprocess.run(command, capture_output=True, timeout=300).returncode == 0


def test_progress_in_words():
    assert words_of(State(done=40, found=90, now=40, seconds=10)) == "40 of at least 90, 4/s"
    state = State(done=1_000, found=100_000, counted=True, now=500, seconds=20, failed=3)
    assert words_of(state) == "1,000 of 100,000 (1 %), 25/s, 66 min left, 3 failed"
    assert words_of(State(counted=True)).startswith("0 of 0")


def test_a_log_gets_a_plain_line_now_and_then():
    import io

    stream = io.StringIO()
    line = _Line(stream)
    line.show(State(done=1))
    assert stream.getvalue() == ""
    line._last -= 31
    line.show(State(done=2, found=4, counted=True, seconds=1, now=2))
    line.show(State(done=3, found=4, counted=True, seconds=1, now=3))
    assert stream.getvalue().splitlines() == ["kuzushiji: 2 of 4 (50 %), 2/s, 1 s left"]
