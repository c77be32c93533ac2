import errno
import json

import pytest
from bulk_support import pages, save
from fake_task import Fake

from kuzushiji.bulk import RunOptions, SourceOptions, run
from kuzushiji.bulk.outputs import manifest
from kuzushiji.errors import KuzushijiError, UsageError

ENGINES = {"one process": RunOptions(), "two processes": RunOptions(workers=2)}


@pytest.fixture
def folder(tmp_path):
    """Eleven pictures: two whole parts of four, and one of three."""
    for number in range(11):
        save(tmp_path / "in" / f"{number:02}.png", number)
    return tmp_path / "in"


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names(path):
    return [line["file"].rsplit("/", 1)[-1] for line in lines(path)]


def read_marks(path):
    return (path / "read").read_text().count("\n") if (path / "read").exists() else 0


@pytest.mark.parametrize("options", ENGINES.values(), ids=ENGINES)
def test_one_file_in_the_order_of_the_inputs(folder, tmp_path, options):
    seen = []
    state = run(Fake(), [str(folder)], tmp_path / "o.jsonl", options, progress=lambda s: seen.append(s.done))
    assert names(tmp_path / "o.jsonl") == [f"{n:02}.png" for n in range(11)]
    assert [line["candidates"][0]["char"] for line in lines(tmp_path / "o.jsonl")][:3] == list("あぃい")
    assert (state.done, state.before, state.failed, state.found, state.counted) == (11, 0, 0, 11, True)
    assert sorted(seen) == seen
    assert seen[-1] == 11
    assert {p.name for p in (tmp_path / "o.jsonl.run").iterdir()} == {".lock", "run.json", "finished.jsonl"}


@pytest.mark.parametrize("name", ["o.jsonl", "o.parquet", "o", "o.parquet/"])
def test_engines_write_the_same_bytes(folder, tmp_path, name):
    (folder / "05.png").write_bytes(b"no picture")
    contents = []
    for which, options in ENGINES.items():
        out = tmp_path / which
        out.mkdir()
        run(Fake(), [str(folder)], f"{out}/{name}", options)
        made = out / name
        files = sorted(made.glob("part-*")) if made.is_dir() else [made]
        assert len(files) == (3 if made.is_dir() else 1)
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]


def test_the_same_command_again_does_nothing(folder, tmp_path):
    out = tmp_path / "o.jsonl"
    run(Fake(marks=str(tmp_path)), [str(folder)], out)
    before = out.read_bytes(), out.stat().st_mtime_ns
    state = run(Fake(marks=str(tmp_path), broken=True), [str(folder)], out)
    assert (state.done, state.before, state.now) == (11, 11, 0)
    assert (out.read_bytes(), out.stat().st_mtime_ns) == before
    assert read_marks(tmp_path) == 11


class StopError(Exception):
    pass


def stop_after(parts):
    def progress(state):
        if state.now >= 4 * parts:
            raise StopError

    return progress


@pytest.mark.parametrize("name", ["o.jsonl", "o.parquet", "o/"])
@pytest.mark.parametrize("options", ENGINES.values(), ids=ENGINES)
def test_a_stopped_run_goes_on(folder, tmp_path, options, name):
    run(Fake(), [str(folder)], f"{tmp_path}/whole/{name}")
    with pytest.raises(StopError):
        run(Fake(), [str(folder)], f"{tmp_path}/{name}", options, progress=stop_after(1))
    assert not (tmp_path / "o.jsonl").exists()
    state = run(Fake(marks=str(tmp_path)), [str(folder)], f"{tmp_path}/{name}", options)
    assert 0 < state.before < 11
    assert read_marks(tmp_path) == 11 - state.before, "nothing is done twice"
    made, whole = tmp_path / name, tmp_path / "whole" / name
    for path in whole.glob("part-*") if whole.is_dir() else [whole]:
        assert (made / path.name if made.is_dir() else made).read_bytes() == path.read_bytes()


def test_a_part_that_was_removed_or_cut_is_done_again(folder, tmp_path):
    run(Fake(), [str(folder)], tmp_path / "o")
    whole = [p.read_bytes() for p in sorted((tmp_path / "o").glob("part-*"))]
    (tmp_path / "o" / "part-00000000.jsonl").unlink()
    (tmp_path / "o" / "part-00000002.jsonl").write_bytes(whole[2][:-5])
    state = run(Fake(), [str(folder)], tmp_path / "o")
    assert state.before == 4
    assert [p.read_bytes() for p in sorted((tmp_path / "o").glob("part-*"))] == whole


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_journal_is_mended(folder, tmp_path, cut):
    run(Fake(), [str(folder)], tmp_path / "o")
    journal = tmp_path / "o" / "_run" / "finished.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert run(Fake(), [str(folder)], tmp_path / "o").before == 8
    assert run(Fake(), [str(folder)], tmp_path / "o").before == 11


def test_another_fingerprint_is_refused_in_one_line(folder, tmp_path):
    with pytest.raises(StopError):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl", progress=stop_after(1))
    with pytest.raises(UsageError) as raised:
        run(Fake(top=3), [str(folder)], tmp_path / "o.jsonl", sources=SourceOptions(dpi=100))
    assert "top (1 then, 3 now), dpi (300 then, 100 now)" in str(raised.value)
    assert "\n" not in str(raised.value)
    with pytest.raises(UsageError, match="part size"):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl", RunOptions(part_size=3))
    assert run(Fake(), [str(folder)], tmp_path / "o.jsonl").before == 4


def test_new_inputs_at_the_end_are_added(folder, tmp_path):
    out = tmp_path / "o.jsonl"
    run(Fake(), [str(folder)], out)
    save(folder / "50.png", 50)
    save(folder / "51.png", 51)
    state = run(Fake(marks=str(tmp_path)), [str(folder)], out)
    assert names(out) == [*(f"{n:02}.png" for n in range(11)), "50.png", "51.png"]
    assert (state.done, state.before) == (13, 8)
    assert read_marks(tmp_path) == 5, "the last part, which was short, and the new one"


def test_other_inputs_are_refused(folder, tmp_path):
    out = tmp_path / "o.jsonl"
    run(Fake(), [str(folder)], out)
    before = out.read_bytes()
    save(folder / "00a.png", 1)
    with pytest.raises(UsageError, match="other inputs"):
        run(Fake(), [str(folder)], out)
    for path in [folder / "00a.png", *folder.glob("0[4-9].png"), folder / "10.png"]:
        path.unlink()
    with pytest.raises(UsageError, match="more inputs"):
        run(Fake(), [str(folder)], out)
    assert out.read_bytes() == before


def test_what_is_not_ours_is_not_replaced(folder, tmp_path):
    (tmp_path / "o.jsonl").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        run(Fake(), [str(folder)], tmp_path / "full")
    with pytest.raises(UsageError, match=r"\.jsonl or \.parquet"):
        run(Fake(), [str(folder)], tmp_path / "o.csv")


@pytest.mark.parametrize("name", ["o.jsonl", "o.parquet", "o/"])
def test_failed_inputs_are_listed_and_retried(folder, tmp_path, name):
    good = {n: (folder / n).read_bytes() for n in ("05.png", "06.png", "10.png")}
    run(Fake(), [str(folder)], f"{tmp_path}/whole/{name}")
    for broken in good:
        (folder / broken).write_bytes(b"no picture")
    out = f"{tmp_path}/{name}"
    assert run(Fake(), [str(folder)], out).failed == 3
    (folder / "05.png").write_bytes(good["05.png"])
    (folder / "06.png").write_bytes(good["06.png"])
    assert run(Fake(), [str(folder)], out).failed == 3, "only where it is asked for"
    state = run(Fake(marks=str(tmp_path)), [str(folder)], out, RunOptions(retry_failed=True))
    assert state.failed == 1
    assert read_marks(tmp_path) == 3
    (folder / "10.png").write_bytes(good["10.png"])
    assert run(Fake(), [str(folder)], out, RunOptions(retry_failed=True, workers=1)).failed == 0
    made, whole = tmp_path / name, tmp_path / "whole" / name
    for path in whole.glob("part-*") if whole.is_dir() else [whole]:
        assert (made / path.name if made.is_dir() else made).read_bytes() == path.read_bytes()


def test_a_container_that_opens_at_the_second_try_keeps_its_place(folder, tmp_path):
    book = folder / "02a.pdf"
    book.write_bytes(b"%PDF damaged")
    out = tmp_path / "o.jsonl"
    with pytest.raises(StopError):
        run(Fake(), [str(folder)], out, progress=stop_after(2))
    pages(book, [0, 100, 200])
    assert run(Fake(), [str(folder)], out).failed == 1
    assert len(lines(out)) == 12
    assert run(Fake(), [str(folder)], out, RunOptions(retry_failed=True)).failed == 0
    expected = [f"{n:02}.png" for n in range(11)]
    expected[3:3] = ["02a.pdf"] * 3
    assert names(out) == expected
    assert [line.get("page") for line in lines(out)][2:7] == [None, 1, 2, 3, None]
    assert run(Fake(broken=True), [str(folder)], out).done == 12, "and it is still the same run"


def test_a_task_that_stumbles_costs_one_record(folder, tmp_path):
    save(folder / "stumble.png")
    for number, options in enumerate(ENGINES.values()):
        out = tmp_path / f"{number}.jsonl"
        assert run(Fake(), [str(folder)], out, options).failed == 1
        assert "the task has a fault" in lines(out)[-1]["error"]
        assert len(lines(out)) == 12


def test_a_picture_that_ends_its_process_costs_one_record(folder, tmp_path):
    save(folder / "deadly.png")
    save(folder / "z.png", 77)
    out = tmp_path / "o.jsonl"
    state = run(Fake(), [str(folder)], out, RunOptions(workers=2))
    assert state.failed == 1
    assert "ended" in lines(out)[11]["error"]
    assert [("error" in line) for line in lines(out)] == [False] * 11 + [True, False]


def test_a_model_that_cannot_be_loaded_is_one_line(folder, tmp_path):
    for options in ENGINES.values():
        with pytest.raises(KuzushijiError, match=r"fake\.onnx: no model"):
            run(Fake(broken=True), [str(folder)], tmp_path / "o.jsonl", options)


def test_a_full_disk_is_one_line_and_loses_nothing(folder, tmp_path, monkeypatch):
    real = manifest.os.fsync
    calls = []

    def full(handle):
        calls.append(handle)
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(manifest.os, "fsync", full)
    with pytest.raises(KuzushijiError, match="No space left on device; what is finished is kept"):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl")
    monkeypatch.setattr(manifest.os, "fsync", real)
    state = run(Fake(), [str(folder)], tmp_path / "o.jsonl")
    assert 0 < state.before < 11
    assert names(tmp_path / "o.jsonl") == [f"{n:02}.png" for n in range(11)]


def test_two_processes_do_not_write_one_output(folder, tmp_path):
    def twice(state):
        with pytest.raises(KuzushijiError, match="another process"):
            run(Fake(), [str(folder)], tmp_path / "o.jsonl")
        raise StopError

    with pytest.raises(StopError):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl", progress=twice)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (RunOptions(workers=0), "at least 1"),
        (RunOptions(engine="dask"), "local or ray"),
        (RunOptions(address="auto"), "engine ray"),
    ],
)
def test_wrong_options(folder, tmp_path, options, words):
    with pytest.raises(UsageError, match=words):
        run(Fake(), [str(folder)], tmp_path / "o.jsonl", options)


def test_names_that_are_not_utf8(tmp_path):
    import os

    save(tmp_path / "in" / "a.png", 3)
    os.rename(tmp_path / "in" / "a.png", os.fsencode(tmp_path / "in") + b"/\xff.png")
    for name in ("o.jsonl", "o.parquet"):
        assert run(Fake(), [str(tmp_path / "in")], tmp_path / name).failed == 0
    assert lines(tmp_path / "o.jsonl")[0]["file"].endswith("/\udcff.png")
