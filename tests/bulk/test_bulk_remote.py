import fsspec
import pytest
from bulk_support import pages, png, shard, value_of

from kuzushiji.bulk import SourceOptions, expand
from kuzushiji.errors import KuzushijiError


@pytest.fixture
def memory(tmp_path):
    """Files in fsspec's store in memory, below memory://scans."""
    system = fsspec.filesystem("memory")
    files = {
        "scans/b/2.png": png(2),
        "scans/a/1.png": png(1),
        "scans/a/.hidden.png": png(9),
        "scans/a/notes.txt": b"text",
        "scans/book.pdf": (tmp_path / "b.pdf").read_bytes() if pages(tmp_path / "b.pdf", [0, 255]) else b"",
        "scans/s.tar": (tmp_path / "s.tar").read_bytes()
        if shard(tmp_path / "s.tar", {"x.png": png(3)})
        else b"",
    }
    for name, content in files.items():
        system.pipe(f"/{name}", content)
    yield system
    system.rm("/scans", recursive=True)


def test_a_folder_of_a_store(memory):
    skipped = []
    items = list(expand(["memory://scans"], SourceOptions(dpi=72), skipped=skipped.append))
    assert [(item.name, item.page) for item in items] == [
        ("memory://scans/book.pdf", 1),
        ("memory://scans/book.pdf", 2),
        ("memory://scans/s.tar/x.png", 1),
        ("memory://scans/a/1.png", 1),
        ("memory://scans/b/2.png", 1),
    ]
    assert [value_of(item) for item in items] == pytest.approx([0, 255, 3, 1, 2], abs=3)
    assert skipped == ["memory://scans/a/notes.txt"]


def test_patterns_and_single_files_of_a_store(memory):
    assert [item.name for item in expand(["memory://scans/*/*.png"])] == [
        "memory://scans/a/.hidden.png",
        "memory://scans/a/1.png",
        "memory://scans/b/2.png",
    ]
    [item] = expand(["memory://scans/a/1.png"])
    assert value_of(item) == 1


@pytest.mark.parametrize(
    "word", ["memory://scans/none.png", "memory://nowhere/*.png", "nosuchstore://a/b.png"]
)
def test_what_a_store_has_not_costs_one_line(memory, word):
    bad, good = expand([word, "memory://scans/a/1.png"])
    with pytest.raises(KuzushijiError) as raised:
        bad.open()
    assert "\n" not in str(raised.value)
    assert value_of(good) == 1


def test_s3(monkeypatch):
    """A server that answers as S3 does, on loopback; s3fs as users install it."""
    server_of = pytest.importorskip("moto.server").ThreadedMotoServer
    pytest.importorskip("s3fs")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = server_of(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server._server.server_port}")
        system = fsspec.filesystem("s3", skip_instance_cache=True)
        system.mkdir("books")
        for number in (2, 1):
            system.pipe(f"books/vol/{number}.png", png(number))
        items = list(expand(["s3://books/vol"]))
        assert [item.name for item in items] == ["s3://books/vol/1.png", "s3://books/vol/2.png"]
        assert [value_of(item) for item in items] == [1, 2]
    finally:
        server.stop()
