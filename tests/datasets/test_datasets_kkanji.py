"""Kuzushiji-Kanji: unpacking, verification by content, splits, the lazy view, hostile tars."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from datasets_support import png, write_tar
from PIL import Image

from kuzushiji.datasets import load, registry
from kuzushiji.datasets.downloads.getting import get, get_each
from kuzushiji.datasets.downloads.verifying import verify_each
from kuzushiji.datasets.layouts import kkanji
from kuzushiji.datasets.layouts.kkanji_unpack import unpack
from kuzushiji.errors import KuzushijiError

GREY = np.full((64, 64), 7, np.uint8)
NAME = "kkanji2/U+4E00/0123456789abcdef.png"


@pytest.fixture
def ready(
    kanji: dict[str, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, np.ndarray]:
    monkeypatch.setenv("KUZUSHIJI_MIRROR", (tmp_path / "mirror").as_uri())
    return kanji


def test_all_images_in_order_of_path(ready: dict[str, np.ndarray]) -> None:
    d = load("kkanji", "all")
    order = sorted(ready)
    np.testing.assert_array_equal(np.asarray(d.images), [ready[p] for p in order])
    assert d.classes == ("䂓", "一", "二", "𠀋")  # by code point, not by text
    assert [f"U+{ord(d.classes[y]):04X}" for y in d.labels] == [p.split("/")[0] for p in order]
    assert d.labels.dtype == np.int64


def test_splits_partition_and_black_is_dropped_from_training_only(ready: dict[str, np.ndarray]) -> None:
    rows = {s: load("kkanji", s, drop_black=False).images.rows for s in registry.KKANJI.splits}
    for parts in (("train", "validation", "test"), ("half-train", "half-test")):
        assert sorted(np.concatenate([rows[p] for p in parts])) == list(range(len(ready)))
    assert [len(rows[s]) for s in ("train", "validation", "test")] == [14, 2, 2]
    assert [len(rows[s]) for s in ("half-train", "half-test")] == [6 + 2 + 1 + 1, 6 + 1 + 1]
    for s in registry.KKANJI.splits:
        lost = len(rows[s]) - len(load("kkanji", s))
        black = sum(not image.any() for image in load("kkanji", s, drop_black=False).images)
        assert lost == (black if s in ("train", "half-train") else 0)


def test_second_open_reads_no_tar(ready, home: Path) -> None:
    load("kkanji")
    (home / "kkanji/kkanji.tar").unlink()
    assert len(load("kkanji", "all")) == len(ready)
    assert [o.note for o in get_each("kkanji")] == ["already there, unpacked"]


def test_verify_finds_damage(ready, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kuzushiji.datasets import splits

    get("kkanji")
    index, _ = kkanji.open_files(home / "kkanji" / kkanji.FOLDER)
    monkeypatch.setattr(
        registry,
        "KKANJI_SPLITS",
        {"test": (2, splits.digest(kkanji.paths_of(index[kkanji.members(index, "test")])))},
    )
    assert [o.ok for o in verify_each("kkanji")] == [True]
    file = home / "kkanji" / kkanji.FOLDER / "images.npy"
    data = bytearray(file.read_bytes())
    data[-5000] ^= 1
    file.write_bytes(data)
    [outcome] = verify_each("kkanji")
    assert not outcome.ok
    assert "pixels are not the published ones" in outcome.note


def test_verify_looks_at_every_byte_of_the_index(ready, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kuzushiji.datasets import splits

    get("kkanji")
    file = home / "kkanji" / kkanji.FOLDER / "index.npy"
    index, whole = np.load(file), file.read_bytes()
    monkeypatch.setattr(registry, "KKANJI_SPLITS", {"all": (18, splits.digest(kkanji.paths_of(index)))})
    for byte in range(-kkanji.INDEX.itemsize, 0):
        data = bytearray(whole)
        data[byte] ^= 0x80
        file.write_bytes(data)
        [outcome] = verify_each("kkanji")
        assert not outcome.ok
        assert "delete" in outcome.note
    other, swapped = index.copy(), index.copy()
    other["label"][0] += 1  # another class of the set
    swapped[[0, 1]] = swapped[[1, 0]]
    for wrong in (other, swapped):
        np.save(file, wrong)
        assert [o.ok for o in verify_each("kkanji")] == [False]
    file.write_bytes(whole)
    assert [o.ok for o in verify_each("kkanji")] == [True]


def test_half_made_is_never_trusted(ready, home: Path) -> None:
    folder = home / "kkanji" / kkanji.FOLDER
    stale = home / "kkanji" / f".{kkanji.FOLDER}.4242"
    stale.mkdir(parents=True)
    (stale / "images.npy").write_bytes(b"half")
    folder.mkdir()
    (folder / "content.json").write_text(json.dumps(registry.KKANJI_CONTENT.__dict__))
    (folder / "images.npy").write_bytes(b"too short")
    assert kkanji.unpacked(home) is None
    assert len(load("kkanji", "all")) == len(ready)
    assert not stale.exists()


def test_failure_leaves_nothing(ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out" / "u"
    out.parent.mkdir()

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(tmp_path / "mirror/kkanji/kkanji.tar", out, None, stop)
    assert list(out.parent.iterdir()) == []


def test_other_pixels_are_refused(ready, tmp_path: Path, home: Path) -> None:
    first = next(iter(ready))
    changed = {f"kkanji2/{p}": png(255 - x if p == first else x) for p, x in ready.items()}
    write_tar(tmp_path / "mirror/kkanji/kkanji.tar", changed)
    outcomes = list(get_each("kkanji"))
    assert outcomes[-1].ok is False
    assert "is not the published set: 18 images, 4 classes, 0 black, pixel digest" in outcomes[-1].note
    changed.popitem()
    write_tar(tmp_path / "mirror/kkanji/kkanji.tar", changed)
    (home / "kkanji/kkanji.tar").unlink(missing_ok=True)
    assert "holds 17 images, not 18" in list(get_each("kkanji"))[-1].note


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "bad",
    [
        member("../../etc/passwd"),
        member("/etc/passwd"),
        member("kkanji2/../../x.png"),
        member("kkanji2/U+4E00/../U+4E00/0123456789abcdef.png"),
        member("kkanji2/U+4E00/readme.txt"),
        member("kkanji3/U+4E00/0123456789abcdef.png"),
        member(NAME, tarfile.SYMTYPE, "/etc/passwd"),
        member(NAME, tarfile.LNKTYPE, "kkanji2/U+4E00/0123456789abcdee.png"),
        member(NAME, tarfile.CHRTYPE),
        member(NAME, tarfile.FIFOTYPE),
        member("../up", tarfile.DIRTYPE),
    ],
    ids=lambda m: f"{m.name}-{m.type.decode()}",
)
def test_hostile_members(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    tar = tmp_path / "kkanji.tar"
    good = png(GREY)
    with tarfile.open(tar, "w") as t:
        info = tarfile.TarInfo("kkanji2/U+4E00/0123456789abcdee.png")
        info.size = len(good)
        t.addfile(info, io.BytesIO(good))
        t.addfile(bad)
    with pytest.raises(KuzushijiError, match="refused") as e:
        unpack(tar, tmp_path / "out")
    assert "\n" not in str(e.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kkanji.tar"]


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (png(GREY[:32]), "is 64x32 L, not 64x64"),
        (encoded(Image.fromarray(GREY).convert("RGB")), "is 64x64 RGB"),
        (encoded(Image.fromarray(GREY).convert("1")), "is 64x64 1"),
        (encoded(Image.fromarray(GREY), "BMP"), "is broken"),
        (png(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))[:-900], "is broken"),
        (b"", "is broken"),
        (b"<html>", "is broken"),
    ],
)
def test_wrong_images(tmp_path: Path, content: bytes, line: str) -> None:
    write_tar(tmp_path / "kkanji.tar", {NAME: content})
    with pytest.raises(KuzushijiError, match=line) as e:
        unpack(tmp_path / "kkanji.tar", tmp_path / "out")
    assert "U+4E00/0123456789abcdef.png" in str(e.value)


def test_wrong_tars(ready, tmp_path: Path, home: Path) -> None:
    tar = tmp_path / "mirror/kkanji/kkanji.tar"
    whole = tar.read_bytes()
    for content, line in (
        (b"<!doctype html><p>moved", "web page"),
        (whole[: len(whole) // 2 // 512 * 512], "cut short"),
        (whole[:-700], "cut short"),
        (b"x" * 2048, "is not a tar"),
        (b"", "is not a tar"),
    ):
        tar.write_bytes(content)
        [outcome] = get_each("kkanji")
        assert not outcome.ok
        assert line in outcome.note
    assert not (home / "kkanji/kkanji.tar").exists()
    tar.write_bytes(whole[: len(whole) // 2 // 512 * 512])
    with pytest.raises(KuzushijiError, match=r"not a complete tar|holds .* images|is broken"):
        unpack(tar, tmp_path / "out", registry.KKANJI_CONTENT)


def test_twice_the_same_name(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "kkanji.tar", "w") as t:
        for _ in range(2):
            info = tarfile.TarInfo(NAME)
            info.size = len(png(GREY))
            t.addfile(info, io.BytesIO(png(GREY)))
    with pytest.raises(KuzushijiError, match="twice"):
        unpack(tmp_path / "kkanji.tar", tmp_path / "out")


def test_damaged_index(ready, home: Path) -> None:
    get("kkanji")
    (home / "kkanji" / kkanji.FOLDER / "index.npy").write_bytes(b"?")
    with pytest.raises(KuzushijiError, match=r"damaged: .*; delete that folder"):
        load("kkanji")


def test_a_wrong_tar_is_set_aside_and_the_next_place_is_asked(kanji, home: Path, tmp_path: Path) -> None:
    """Well formed, but of other images: found as it is unpacked, also when an earlier run left it there."""
    from kuzushiji.datasets.downloads.getting import get_each

    wrong = {f"kkanji2/{p}": png(255 - x) for p, x in kanji.items()}
    write_tar(tmp_path / "bad/kkanji/kkanji.tar", wrong)
    write_tar(home / "kkanji/kkanji.tar", wrong)
    bases = [(tmp_path / name).as_uri() + "/" for name in ("bad", "mirror")]
    outcomes = list(get_each("kkanji", bases=bases))
    assert [o.ok for o in outcomes] == [True, True]
    assert outcomes[0].note == f"from {bases[1]}"
    assert (home / "kkanji/kkanji.tar.wrong").is_file()


def test_where_every_place_has_a_wrong_tar_each_is_named(kanji, home: Path, tmp_path: Path) -> None:
    from kuzushiji.datasets.downloads.getting import get_each

    write_tar(tmp_path / "bad/kkanji/kkanji.tar", {f"kkanji2/{p}": png(255 - x) for p, x in kanji.items()})
    (outcome,) = get_each("kkanji", bases=[(tmp_path / "bad").as_uri() + "/"])
    assert not outcome.ok
    assert "is not the published set" in outcome.note
