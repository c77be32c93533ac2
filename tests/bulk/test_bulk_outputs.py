"""The full loop: books and a manifest in, Parquet out, opened as researchers do, joined back to pages."""

import json

import pytest
from bulk_support import pages, png, save
from fake_task import Fake, record

from kuzushiji.bulk import CharacterTask, RunOptions, SourceOptions, run
from kuzushiji.bulk.outputs.formats import format_of
from kuzushiji.bulk.outputs.parquet import schema
from kuzushiji.bulk.outputs.target import target_of
from kuzushiji.bulk.tasks import Pages, PageTask
from kuzushiji.pages import Box, Character, Column, Page
from kuzushiji.reading import Candidate

pq = pytest.importorskip("pyarrow.parquet")

pytest_plugins = ["bulk_fixtures"]


def page(name="p.jpg", number=1) -> Page:
    characters = tuple(
        Character(Box(90, 10 + 20 * i, 18, 18), (Candidate.of(c, 0.75), Candidate.of("ん", 0.25)), sure=True)
        for i, c in enumerate("かな")
    )
    return Page(name, number, 100, 200, (Column(characters),), notes=("no-text",), seconds=1.25)


def test_pdf_and_manifest_in_parquet_out(tmp_path, site, private):
    duckdb = pytest.importorskip("duckdb")
    book = pages(tmp_path / "book.pdf", [0, 40, 80], resolution=72)
    addresses = [site.put(f"/{n}.png", png(n)) for n in (1, 2)]
    canvases = [
        {"@id": f"https://x.example/c{n}", "label": f"f. {n}", "images": [{"resource": {"@id": address}}]}
        for n, address in enumerate(addresses, start=1)
    ]
    manifest = site.put(
        "/m", json.dumps({"sequences": [{"canvases": canvases}]}).encode(), "application/json"
    )
    out = tmp_path / "o.parquet"
    state = run(Fake(), [book, manifest, "missing.png"], out, sources=private)
    assert (state.done, state.failed) == (6, 1)

    table = pq.read_table(out)
    assert table.schema.equals(schema("read"))
    assert table["file"].to_pylist() == [book] * 3 + [manifest] * 2 + ["missing.png"]
    assert table["page"].to_pylist() == [1, 2, 3, 1, 2, 1]
    assert table["candidates"].to_pylist()[3] == [{"char": "ぃ", "codepoint": "U+3043", "probability": 0.5}]
    assert json.loads(table["more"].to_pylist()[4])["canvas"] == "https://x.example/c2"

    with duckdb.connect() as base:
        base.sql(f"create table pages as select '{manifest}' as file, 2 as page, 'verso' as side")
        nearest = f"select file, page, char, unnest(candidates) as c from '{out}'"
        found = base.sql(
            f"select side, char, c.probability from ({nearest}) join pages using (file, page)"
        ).fetchall()
    assert found == [("verso", "い", 0.5)]
    [(count,)] = duckdb.sql(f"select count(*) from '{out}' where error is not null").fetchall()
    assert count == 1


def test_parts_are_one_table_for_pandas_polars_and_duckdb(tmp_path):
    for number in range(10):
        save(tmp_path / "in" / f"{number}.png", number)
    out = tmp_path / "o.parquet"
    run(Fake(), [str(tmp_path / "in")], f"{out}/")
    assert len(list(out.glob("part-*.parquet"))) == 3
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    assert polars.read_parquet(out / "*.parquet").height == 10
    [(count,)] = duckdb.sql(f"select count(distinct char) from '{out}/*.parquet'").fetchall()
    assert count == 10
    assert pq.read_table(out).num_rows == 10, "the run folder inside is not taken for a part"


def test_a_page_goes_there_and_back():
    rows = page().to_json()
    rows.pop("seconds")
    form = format_of(".parquet", "page")
    import io

    table = pq.read_table(io.BytesIO(form.encode([rows, {"file": "x.jpg", "page": 4, "error": "damaged"}])))
    assert table.schema.equals(schema("page"))
    good, bad = table.to_pylist()
    assert good["more"] is None
    assert {key: good[key] for key in rows} == rows, "every key of a page has its column"
    assert (bad["file"], bad["page"], bad["error"], bad["columns"]) == ("x.jpg", 4, "damaged", None)


def test_a_key_without_a_column_is_kept():
    import io

    form = format_of(".parquet", "read")
    row = {"file": "a", **record(0), "canvas": "https://x", "new": [1, {"a": None}]}
    [found] = pq.read_table(io.BytesIO(form.encode([row]))).to_pylist()
    assert json.loads(found["more"]) == {"canvas": "https://x", "new": [1, {"a": None}]}


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_rows_are_picked_and_split_without_loss(tmp_path, suffix):
    form = format_of(suffix, "read")
    first, second = ([{"file": f"{w}{n}", **record(n)} for n in range(5)] for w in "ab")
    a, b = form.encode(first), form.encode(second)
    assert form.pick([a, b], [(0, 0, 5)]) == a
    assert form.pick([a, b], [(1, 1, 3), (0, 4, 5)]) == form.encode([second[1], second[2], first[4]])
    files = [tmp_path / f"{n}{suffix}" for n in range(2)]
    for file, content in zip(files, (a, b), strict=True):
        file.write_bytes(content)
    with open(tmp_path / "all", "wb") as out:
        form.assemble(files, out)
    assert list(form.split(tmp_path / "all", [5, 5])) == [a, b]
    assert list(form.split(tmp_path / "all", [2, 8]))[1] == form.encode([*first[2:], *second])


def test_many_parts_make_few_row_groups(tmp_path, monkeypatch):
    from kuzushiji.bulk.outputs import parquet

    monkeypatch.setattr(parquet, "_GROUP_BYTES", 3_000)
    form = format_of(".parquet", "read")
    files = []
    for number in range(40):
        files.append(tmp_path / f"{number:02}")
        files[-1].write_bytes(form.encode([{"file": f"{number}", **record(1)}]))
    with open(tmp_path / "all", "wb") as out:
        form.assemble(files, out)
    groups = pq.ParquetFile(tmp_path / "all").num_row_groups
    assert 1 < groups < 20
    assert [len(part) for part in form.split(tmp_path / "all", [1] * 40)] == [f.stat().st_size for f in files]


def test_targets(tmp_path):
    (tmp_path / "there").mkdir()
    assert target_of(str(tmp_path / "a.jsonl")).run == tmp_path / "a.jsonl.run"
    assert target_of(str(tmp_path / "there")).file is None
    assert target_of(str(tmp_path / "new")).suffix == ".jsonl"
    assert target_of(f"{tmp_path}/x.parquet/").suffix == ".parquet"


def test_pages_pass_through_any_page_reader(tmp_path):
    class Reader:
        def read(self, source, name, page):
            if "bad" in name:
                raise ValueError("no page")
            return globals()["page"](name, page)

    from kuzushiji.bulk import expand

    book, bad = pages(tmp_path / "b.tif", [1, 2]), save(tmp_path / "bad.png")
    found = list(Pages(Reader()).stream(expand([book, bad])))
    assert [(r["file"], r["page"]) for r in found] == [(book, 1), (book, 2), (bad, 1)]
    assert "seconds" not in found[0], "it would differ from run to run"
    assert found[0]["text"] == "かな"
    assert found[2] == {"file": bad, "page": 1, "error": "no page"}
    assert PageTask().kind == "page"


def test_the_real_reader_reads_the_same_on_any_engine(tmp_path, tiny_model, glyphs):
    from PIL import Image

    from kuzushiji.reading import Reader

    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(150):
        Image.fromarray(glyphs[number % 3]).save(folder / f"{number:03}.png")
    task = CharacterTask(str(tiny_model()), top=2)
    for name, options in {"a": RunOptions(part_size=1), "b": RunOptions(workers=2, part_size=64)}.items():
        run(task, [str(folder)], tmp_path / f"{name}.jsonl", options)
    whole = (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert whole == (tmp_path / "b.jsonl").read_text(encoding="utf-8")
    plain = Reader(str(tiny_model()), threads=1).read(sorted(map(str, folder.iterdir())), top=2)
    assert [json.loads(line) for line in whole.splitlines()] == [reading.to_json() for reading in plain]


def test_dpi_belongs_to_the_run(tmp_path):
    book = pages(tmp_path / "b.pdf", [1])
    run(Fake(), [book], tmp_path / "o.jsonl", sources=SourceOptions(dpi=100))
    assert json.loads((tmp_path / "o.jsonl.run" / "run.json").read_text())["about"]["dpi"] == "100"
