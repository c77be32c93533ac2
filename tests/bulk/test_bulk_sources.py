import io
import os
import pickle
import sys
import threading
import tracemalloc

import pytest
from bulk_support import grey, pages, png, save, shard, value_of

from kuzushiji.bulk import SourceOptions, expand
from kuzushiji.bulk.sources import items_of
from kuzushiji.errors import KuzushijiError
from kuzushiji.images import samples


def names(words, **how):
    return [item.name for item in expand(words, **how)]


def error_of(item) -> str:
    with pytest.raises(KuzushijiError) as raised:
        item.open()
    return str(raised.value)


def test_files_pass_in_order_and_a_missing_one_is_reported_where_it_is_read(tmp_path):
    b, a = save(tmp_path / "b.png", 20), save(tmp_path / "a.png", 10)
    items = list(expand([b, "missing.png", a]))
    assert [item.name for item in items] == [b, "missing.png", a]
    assert [value_of(items[0]), value_of(items[2])] == [20, 10]
    assert items[0].keys() == {"file": b}


def test_a_folder_gives_its_files_at_all_levels(tmp_path):
    wanted = [
        save(tmp_path / "a.png"),
        save(tmp_path / "b" / "c.jpg"),
        pages(tmp_path / "b" / "d.pdf", [1, 2]),
        shard(tmp_path / "e.tar", {"x.png": png()}) + "/x.png",
    ]
    save(tmp_path / ".hidden.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "page").write_bytes(png())
    skipped = []
    found = names([str(tmp_path)], skipped=skipped.append)
    assert sorted(set(found)) == sorted([*wanted, str(tmp_path / "page")])
    assert skipped == [str(tmp_path / "notes.txt")]
    assert found == names([str(tmp_path)])


def test_a_folder_without_pictures_is_one_input_that_fails(tmp_path):
    [item] = expand([str(tmp_path)])
    assert error_of(item) == f"{tmp_path}: no images in this folder"


@pytest.mark.parametrize("suffix", ["pdf", "tif", "gif", "webp"])
def test_every_page_of_a_file(tmp_path, suffix):
    how = {"lossless": True} if suffix == "webp" else {"resolution": 72} if suffix == "pdf" else {}
    path = pages(tmp_path / f"book.{suffix}", [0, 128, 255], **how)
    items = list(expand([path], SourceOptions(dpi=72)))
    assert [(item.name, item.page, item.pages) for item in items] == [(path, n, 3) for n in (1, 2, 3)]
    assert [value_of(item) for item in reversed(items)] == pytest.approx([255, 128, 0], abs=4)
    assert items[1].keys() == {"file": path, "page": 2}
    [first, *_] = pickle.loads(pickle.dumps(items))
    assert value_of(first) == pytest.approx(0, abs=4), "an item can be opened in another process"


def test_one_page_is_read_as_a_plain_file(tmp_path):
    [item] = expand([save(tmp_path / "one.tif", 7)])
    assert item.keys() == {"file": str(tmp_path / "one.tif")}
    assert value_of(item) == 7


def test_dpi_says_how_large_a_page_is_drawn(tmp_path):
    path = pages(tmp_path / "a.pdf", [9], resolution=72)
    [small], [large] = expand([path], SourceOptions(dpi=72)), expand([path], SourceOptions(dpi=288))
    assert small.open().shape == (4, 6, 3)
    assert large.open().shape == (16, 24, 3)
    [huge] = expand([path], SourceOptions(dpi=1_000_000))
    assert "lower --dpi" in error_of(huge)


def test_pdf_pages_can_be_drawn_in_threads(tmp_path):
    items = list(expand([pages(tmp_path / "a.pdf", range(0, 240, 10), resolution=72)]))
    found = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i.page: value_of(i)})) for i in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n] for n in range(1, 25)] == pytest.approx(list(range(0, 240, 10)), abs=4)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.4 nothing", "not a PDF, or a damaged one"),
        ("a.pdf", b"", "not a PDF, or a damaged one"),
        ("a.tar", b"no archive at all" * 100, "not a tar archive, or a compressed or damaged one"),
        ("a.json", b"[1, 2", "not a IIIF manifest (no JSON)"),
        ("a.json", b"{}", "not a IIIF manifest, collection or info.json"),
    ],
)
def test_a_damaged_container_costs_only_itself(tmp_path, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content)
    broken, good = expand([str(path), save(tmp_path / "good.png", 5)])
    assert error_of(broken) == f"{path}: {reason}"
    assert broken.container
    assert value_of(good) == 5


def test_what_could_not_be_opened_stays_one_item_until_it_is_tried_again(tmp_path):
    path = str(tmp_path / "book.pdf")
    [broken] = expand([path])
    pages(tmp_path / "book.pdf", [1, 2, 3])
    assert len(names([path])) == 3
    [kept] = expand([path], SourceOptions(unopened={path}))
    assert kept.container
    assert [item.page for item in items_of(broken)] == [1, 2, 3]
    assert items_of(expand_one(save(tmp_path / "a.png")))[0].name.endswith("a.png")


def expand_one(word):
    [item] = expand([word])
    return item


def test_members_of_a_shard_are_read_where_they_are(tmp_path):
    members = {
        "000.png": png(10),
        "000.json": b"{}",
        "sub/001.png": png(20),
        "._x.png": b"",
        "002.png": b"no picture",
    }
    path = shard(tmp_path / "shard-0.tar", members)
    items = list(expand([path]))
    assert [item.name for item in items] == [f"{path}/{n}" for n in ("000.png", "sub/001.png", "002.png")]
    assert [value_of(item) for item in reversed(items[:2])] == [20, 10]
    with pytest.raises(KuzushijiError, match=r"002\.png"):
        value_of(items[2])


def test_a_shard_is_walked_without_holding_its_members(tmp_path):
    path = shard(tmp_path / "big.tar", {f"{i:05}.txt": b"" for i in range(3_000)} | {"a.png": png(1)})
    tracemalloc.start()
    assert len(names([path])) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6


def test_patterns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "a.png", "deep/c.png", "[1].png"):
        save(tmp_path / name)
    assert names(["*.png"]) == ["[1].png", "a.png", "b.png"]
    assert names(["**/c.png"]) == ["deep/c.png"]
    assert names(["[1].png"]) == ["[1].png"], "a file of that name is meant first"
    assert "no file matches" in error_of(expand_one("*.jpg"))


def test_file_addresses(tmp_path):
    path = tmp_path / "か な.png"
    save(path, 3)
    assert value_of(expand_one(path.as_uri())) == 3


def listed(content: bytes, **options):
    return list(expand(["-"], SourceOptions(**options), stdin=io.BytesIO(content)))


def test_a_list_names_whatever_a_word_may(tmp_path):
    folder = tmp_path / "folder"
    inside, book = save(folder / "x.png"), pages(tmp_path / "b.tif", [1, 2])
    found = [item.name for item in listed(f"{folder}\r\n{book}\nmissing.png".encode("utf-8-sig"))]
    assert found == [inside, book, book, "missing.png"]
    found = [item.name for item in listed(f"{inside}\0a\nb.png\0".encode(), null=True)]
    assert found == [inside, "a\nb.png"]


@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM"])
def test_a_picture_piped_in_is_read_as_one(format):
    stream = io.BytesIO()
    grey(200).save(stream, format)
    [item] = listed(stream.getvalue())
    assert item.name == "-"
    assert value_of(item) == pytest.approx(200, abs=3)


def test_a_pdf_piped_in_is_read_page_by_page(tmp_path):
    content = (tmp_path / "a.pdf").read_bytes() if pages(tmp_path / "a.pdf", [0, 255]) else b""
    assert [(item.page, item.pages) for item in listed(content)] == [(1, 2), (2, 2)]


def test_a_million_names_begin_at_once_and_are_not_held():
    class Names(io.RawIOBase):
        left = 1_000_000

        def readable(self):
            return True

        def readinto(self, room):
            count = min(self.left, len(room) // 8)
            room[: 8 * count] = b"abc.png\n" * count
            self.left -= count
            return 8 * count

    stream = io.BufferedReader(Names(), 1 << 16)
    items = expand(["-"], stdin=stream)
    next(items)
    assert stream.raw.left > 900_000, "the list is not read ahead"
    tracemalloc.start()
    for _ in range(3_000):
        next(items)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 1e6


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path):
    for name in ("pipe.tif", "pipe"):
        os.mkfifo(tmp_path / name)
        assert expand_one(str(tmp_path / name)).name.endswith(name)


def test_a_frame_beyond_the_limit_costs_one_line(tmp_path, monkeypatch):
    from kuzushiji.bulk.sources import counting

    monkeypatch.setattr(counting, "MAX_FRAMES", 2)
    assert "3 frames" in error_of(expand_one(pages(tmp_path / "a.gif", [1, 2, 3])))


def test_the_reader_takes_items(tmp_path, tiny_model):
    from kuzushiji.reading import Reader

    path = tmp_path / "glyphs.tif"
    first, second = (samples.sample(c, 1) for c in "つす")
    from PIL import Image

    Image.fromarray(first).save(path, save_all=True, append_images=[Image.fromarray(second)])
    Image.fromarray(second).save(tmp_path / "single.png")
    reader = Reader(tiny_model(), threads=1)
    items = [*expand([str(path), str(tmp_path / "single.png"), "missing.png"])]
    found = reader.read(items)
    assert [reading.file for reading in found] == [item.name for item in items]
    assert found[1].candidates == found[2].candidates, "the second frame, not the first"
    assert found[3].error is not None
    assert found[3].error.count("missing.png") <= 1


def test_without_the_extra_one_line_says_what_to_install(tmp_path, monkeypatch):
    path = pages(tmp_path / "a.pdf", [1])
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert 'pip install "kuzushiji[bulk]"' in error_of(expand_one(path))
