"""Files that are whole or not there, and what is said where they cannot be."""

import errno

import pytest

from kuzushiji._files import make_room, replacing
from kuzushiji.errors import KuzushijiError, UsageError


def test_what_cannot_be_written_is_named_as_it_was_asked_for(tmp_path):
    wanted = tmp_path / "nowhere" / "m.onnx"
    with pytest.raises(FileNotFoundError) as caught, replacing(wanted) as part:
        part.write_bytes(b"x")
    assert caught.value.filename == str(wanted)
    (tmp_path / "m.onnx").mkdir()
    with pytest.raises(OSError, match=r"m\.onnx'$") as caught, replacing(tmp_path / "m.onnx") as part:
        part.write_bytes(b"x")
    assert [file.name for file in tmp_path.iterdir()] == ["m.onnx"]


def test_what_fails_for_another_reason_is_left_as_it_is(tmp_path):
    with pytest.raises(OSError, match="full") as caught, replacing(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "full")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, None)


def test_room_is_made_or_refused(tmp_path):
    make_room(tmp_path / "new" / "m.onnx")
    assert not any((tmp_path / "new").iterdir())
    with pytest.raises(UsageError, match="name the file to write"):
        make_room(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(KuzushijiError, match=r"cannot write .*page\.html: "):
        make_room(tmp_path / "file" / "page.html")


def test_parts_of_killed_processes_are_removed(tmp_path):
    import os

    old, new, other = (tmp_path / name for name in ("a.npz.11.part", "a.npz.12.part", "b.npz.11.part"))
    for part in (old, new, other):
        part.write_text("half")
    for part in (old, other):
        os.utime(part, (0, 0))
    with replacing(tmp_path / "a.npz") as part:
        part.write_text("whole")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.npz", "a.npz.12.part", "b.npz.11.part"]
