import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from kuzushiji import cli
from kuzushiji.cli._console import width
from kuzushiji.cli.terminal.table import table
from kuzushiji.reading import Candidate, Reading


@pytest.fixture
def model(tiny_model):
    return ["--model", str(tiny_model(sure_threshold=0.9)), "--threads", "1"]


@pytest.fixture
def folder(tmp_path, glyphs):
    """Three pictures, か き く, in a folder."""
    path = tmp_path / "pictures"
    path.mkdir()
    for name, glyph in zip("abc", glyphs, strict=True):
        Image.fromarray(glyph).save(path / f"{name}.png")
    return path


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_one_object_a_line_in_input_order(folder, model, capsys):
    assert cli.main(["read", str(folder / "c.png"), str(folder / "a.png"), "--json", *model]) == 0
    told = objects(capsys.readouterr().out)
    assert [t["candidates"][0]["char"] for t in told] == ["く", "か"]
    assert told[0]["file"] == str(folder / "c.png")
    assert told[0]["sure"] is True
    assert 0.99 < told[0]["candidates"][0]["probability"] <= 1
    assert told[0]["candidates"][0]["codepoint"] == "U+304F"


def test_json_is_utf8_not_escapes_whatever_the_locale(folder, model):
    done = subprocess.run(
        [sys.executable, "-m", "kuzushiji", "read", "--json", str(folder), *model],
        capture_output=True,
        timeout=60,
        check=True,
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PATH": "/usr/bin:/bin"},
    )
    assert "か".encode() in done.stdout
    assert len(objects(done.stdout.decode())) == 3


def test_a_bad_file_costs_nothing_but_its_own_line(folder, model, capsys):
    (folder / "b.png").write_bytes(b"not a picture")
    assert cli.main(["read", str(folder), "missing.png", "--json", *model]) == 1
    told = objects(capsys.readouterr().out)
    assert ["error" in t for t in told] == [False, True, False, True]
    assert "sure" not in told[1]
    assert told[3]["file"] == "missing.png"


def test_two_hundred_mixed_files(folder, model, capsys):
    good = (folder / "a.png").read_bytes()
    broken = [
        b"",
        b"text",
        good[:50],
        good[: len(good) // 2],
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"GIF89a",
        b"<html></html>",
    ]
    for i in range(200):
        (folder / f"x{i:03}.png").write_bytes(good if i % 2 else broken[i // 2 % len(broken)])
    assert cli.main(["read", str(folder), *model]) == 1
    shown = capsys.readouterr()
    assert shown.out.count("  sure") == 103
    assert len(shown.err.splitlines()) == 100
    assert all(line.startswith("kuzushiji: error: ") for line in shown.err.splitlines())
    assert "Traceback" not in shown.err


def test_the_table_says_it_in_words(folder, model, capsys):
    Image.new("L", (50, 50), 240).save(folder / "blank.png")
    assert cli.main(["read", str(folder), *model, "--top", "2"]) == 0
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert lines[0] == f"{folder / 'a.png'}  sure"
    assert lines[1].split()[:4] == ["か", "U+304B", "ka", "100.0"]
    assert "█" in lines[1]
    assert f"{folder / 'blank.png'}  not sure (blank: no ink found)" in lines
    assert "\x1b" not in shown, "no colours where no person looks"


def test_columns_line_up_with_characters_of_any_width():
    reading = Reading("a", tuple(Candidate.of(c, 0.25) for c in ("か", "春", "A", "𛂦")))
    starts = {width(line[: line.index("U+")]) for line in table(reading)}
    percents = {width(line[: line.index(" %")]) for line in table(reading)}
    assert len(starts) == 1
    assert len(percents) == 1


def test_the_voiced_reading_stands_beside_its_base():
    [line] = table(Reading("a", (Candidate.of("か", 0.9),)))
    assert line.endswith("or が")


def test_the_kana_that_a_kanji_may_write_stands_beside_it():
    night, cat = table(Reading("a", (Candidate.of("夜", 0.6), Candidate.of("屋", 0.3))))
    assert night.endswith("or the kana や よ")
    assert "kana" not in cat


def test_top_limits_the_candidates(folder, model, capsys):
    assert cli.main(["read", str(folder / "a.png"), "--top", "1", "--json", *model]) == 0
    assert len(objects(capsys.readouterr().out)[0]["candidates"]) == 1


def test_options_may_stand_between_images(folder, model, capsys):
    assert cli.main(["read", str(folder / "a.png"), "--json", str(folder / "b.png"), *model]) == 0
    assert len(objects(capsys.readouterr().out)) == 2


@pytest.mark.parametrize("before", [[], ["b.png"]], ids=["alone", "after another"])
def test_after_two_dashes_a_name_may_begin_with_one(folder, model, capsys, monkeypatch, before):
    monkeypatch.chdir(folder)
    (folder / "a.png").rename("-a.png")
    assert cli.main(["read", *before, "--json", *model, "--", "-a.png"]) == 0
    assert [each["file"] for each in objects(capsys.readouterr().out)] == [*before, "-a.png"]
    assert cli.main(["read", *model, "--"]) == 2


def test_help_is_there(capsys):
    assert cli.main(["read", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("--model", "--top", "--threads", "--json", "--debug"))


def test_paths_on_standard_input(folder, model):
    listed = f"{folder / 'b.png'}\n{folder / 'a.png'}\n"
    done = subprocess.run(
        [sys.executable, "-m", "kuzushiji", "read", "-", "--json", *model],
        input=listed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [t["candidates"][0]["char"] for t in objects(done.stdout)] == ["き", "か"]


def test_other_files_of_a_folder_are_mentioned_but_no_error(folder, model, capsys):
    (folder / "labels.csv").write_text("file,char\n")
    assert cli.main(["read", str(folder), "--json", *model]) == 0
    shown = capsys.readouterr()
    assert len(objects(shown.out)) == 3
    assert shown.err.startswith("kuzushiji: note: ")
    assert "labels.csv" in shown.err


def test_a_folder_without_images_is_an_input_that_cannot_be_used(tmp_path, model, capsys):
    assert cli.main(["read", str(tmp_path / "pictures"), *model]) == 1
    (tmp_path / "none").mkdir()
    assert cli.main(["read", str(tmp_path / "none"), *model]) == 1
    assert "no images in this folder" in capsys.readouterr().err


def test_every_complaint_names_its_file_once(tmp_path, model, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    (tmp_path / "text").write_text("no picture")
    assert cli.main(["read", "images", "text", "gone", *model]) == 1
    folder, text, gone = capsys.readouterr().err.splitlines()
    assert folder == "kuzushiji: error: images: no images in this folder"
    assert text.startswith("kuzushiji: error: not an image: text (")
    assert gone.startswith("kuzushiji: error: cannot open gone: ")


@pytest.mark.parametrize("words", [["--model", "nonsense"], ["--top", "0"], ["--threads", "0"]])
def test_wrong_options_are_wrong_usage(folder, capsys, words):
    assert cli.main(["read", str(folder), *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_foreign_model_is_one_line(folder, tmp_path, capsys):
    (tmp_path / "x.onnx").write_bytes(b"nothing")
    assert cli.main(["read", str(folder), "--model", str(tmp_path / "x.onnx")]) == 1
    assert "not an ONNX model" in capsys.readouterr().err


def test_a_name_that_is_not_utf8_is_still_json(tmp_path, glyphs, model):
    path = bytes(tmp_path) + b"/\xff.png"
    with open(path, "wb") as stream:
        Image.fromarray(glyphs[0]).save(stream, "PNG")
    done = subprocess.run(
        [
            sys.executable.encode(),
            b"-m",
            b"kuzushiji",
            b"read",
            path,
            b"--json",
            *(w.encode() for w in model),
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout.decode())["file"].endswith("\udcff.png")


def test_demo_draws_reads_and_counts(capsys, tiny_model, monkeypatch):
    from kuzushiji import images
    from kuzushiji.images import samples

    def write(folder):
        paths = []
        for i, romaji in enumerate(("ki", "su", "tsu")):
            glyph = np.zeros((28, 28), np.uint8)
            glyph[4 + 7 * i : 9 + 7 * i, 4:24] = 255
            paths.append(folder / f"synthetic-{romaji}-1.png")
            Image.fromarray(glyph).save(paths[-1])
        return paths

    monkeypatch.setattr(samples, "write", write)
    templates = np.stack([np.zeros((28, 28), np.uint8)] * 3)
    for i in range(3):
        templates[i, 4 + 7 * i : 9 + 7 * i, 4:24] = 255
    assert images.is_glyph(templates[0])
    model = str(tiny_model(templates, classes=("き", "す", "つ")))
    assert cli.main(["demo", "--model", model]) == 0
    shown = capsys.readouterr().out
    assert "3 of 3 read right." in shown
    assert "synthetic-ki-1.png" in shown
    wrong = str(tiny_model(templates[[1, 2, 0]], classes=("き", "す", "つ")))
    assert cli.main(["demo", "--model", wrong]) == 1
    assert "0 of 3 read right." in capsys.readouterr().out


def test_evidence_is_drawn_below_the_candidates(folder, model, capsys, monkeypatch, tmp_path, glyphs):
    from kuzushiji import datasets

    known = datasets.Dataset("mine", "train", glyphs, np.arange(3), ("か", "き", "く"))
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    monkeypatch.setattr(datasets, "on_this_machine", lambda: iter([known]))
    assert cli.main(["read", str(folder / "b.png"), "--evidence", "2", *model]) == 0
    out = capsys.readouterr().out
    assert "き in mine/train" in out
    assert "#1 1.00" in out
    assert "⣿⣿⣿" in out


def test_without_known_glyphs_there_are_readings_and_a_note(folder, model, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KUZUSHIJI_HOME", str(tmp_path))
    assert cli.main(["read", str(folder / "a.png"), "--evidence", "2", "--json", *model]) == 0
    told = capsys.readouterr()
    assert objects(told.out)[0]["candidates"][0]["char"] == "か"
    assert "note: no training glyphs on this machine" in told.err
    assert len(told.err.splitlines()) == 1


def test_thumbnails_stand_side_by_side_as_far_as_the_line_goes():
    from kuzushiji.cli.terminal.thumbnails import beside

    dark, light = np.zeros((28, 28), np.uint8), np.full((64, 64), 255, np.uint8)
    lines = list(beside([light, dark, light], ["one", "two", "a long caption is cut"], columns=32))
    assert len(lines) == 16
    assert lines[0] == "⣿" * 14 + "  " + "⠀" * 14
    assert lines[7].split() == ["one", "two"]
    assert lines[15] == "a long caption"


def test_a_list_on_standard_input_is_answered_when_it_pauses(tmp_path, tiny_model):
    """One path, its reading, the next path: as a program that works with us asks."""
    Image.new("L", (40, 40), 200).save(tmp_path / "a.png")
    words = [sys.executable, "-m", "kuzushiji", "read", "--json", "--model", str(tiny_model()), "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(2):
            process.stdin.write(f"{tmp_path / 'a.png'}\n{tmp_path / 'no.png'}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["candidates"]
            assert "error" in json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(120) == 1


def test_an_interrupt_does_not_wait_for_a_decoder(tmp_path):
    script = (
        "import os, signal, sys, threading, time\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from kuzushiji import cli\n"
        "from kuzushiji.cli import read_cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
        "def run(words):\n"
        "    print('begun')\n"
        "    ThreadPoolExecutor().submit(time.sleep, 60)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(60)\n"
        "read_cli.run = run\n"
        "sys.exit(cli.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "read", "a.png"],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "begun\n", "")


def test_what_libraries_print_is_no_line_of_ours(tmp_path):
    """libtiff, onnxruntime and others write to the standard error of the process from C."""
    script = (
        "import os, sys\n"
        "from kuzushiji import cli\n"
        "from kuzushiji.cli import read_cli\n"
        "from kuzushiji.errors import KuzushijiError\n"
        "def run(words):\n"
        "    os.write(2, b'TIFFReadDirectory: Warning\\n')\n"
        "    raise KuzushijiError('ours')\n"
        "read_cli.run = run\n"
        "sys.exit(cli.main())\n"
    )
    words = [sys.executable, "-c", script, "read", "a.tif"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "kuzushiji: error: ours\n")
    done = subprocess.run([*words, "--debug"], capture_output=True, text=True, timeout=120, check=False)
    assert "TIFFReadDirectory" in done.stderr
