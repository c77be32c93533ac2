"""read_image: every kind of picture, and what is not one."""

import io
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from kuzushiji.errors import KuzushijiError
from kuzushiji.images import read as module
from kuzushiji.images import read_image

GREY = np.arange(20 * 30, dtype=np.uint32).reshape(20, 30).astype(np.uint8)


def encoded(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "GIF"])
def test_lossless_formats_keep_every_grey_value(form):
    assert (read_image(encoded(Image.fromarray(GREY), form)) == GREY).all()


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_lossy_formats_come_close(form):
    smooth = np.add.outer(np.arange(48) * 2, np.arange(64) * 2).astype(np.uint8)
    got = read_image(encoded(Image.fromarray(smooth).convert("RGB"), form))
    assert got.shape == smooth.shape
    assert np.abs(got.astype(int) - smooth).mean() < 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_modes_agree_on_black_and_white(mode):
    truth = np.zeros((16, 16), np.uint8)
    truth[:, 8:] = 255
    if mode == "I;16":
        image = Image.fromarray(truth.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(truth).convert(mode)
    got = read_image(encoded(image, "TIFF"))
    assert got.dtype == np.uint8
    assert np.abs(got.astype(int) - truth).max() <= 1


def test_luma_is_that_of_itu_r_601():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert read_image(colours).tolist() == [[76, 150, 29]]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied_as_pillow_applies_it(orientation):
    from PIL import ImageOps

    image = Image.fromarray(GREY)
    exif = Image.Exif()
    exif[0x0112] = orientation
    for form in ("TIFF", "PNG", "WEBP"):
        data = encoded(image, form, exif=exif, **({"lossless": True} if form == "WEBP" else {}))
        want = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("L"))
        got = read_image(data)
        assert got.shape == want.shape
        assert (got == want).all(), form


def test_transparent_becomes_paper():
    rgba = np.zeros((10, 10, 4), np.uint8)
    rgba[3:7, 3:7, 3] = 255  # black ink on nothing
    got = read_image(encoded(Image.fromarray(rgba), "PNG"))
    assert got[0, 0] == 255
    assert got[5, 5] == 0
    rgba[..., :3] = 255  # white ink on nothing must not vanish
    got = read_image(rgba)
    assert got[0, 0] == 0
    assert got[5, 5] == 255


def test_palette_transparency_becomes_paper():
    image = Image.fromarray(np.eye(8, dtype=np.uint8)).convert("P")
    image.putpalette([9, 9, 9, 0, 0, 0] + [0] * 762)
    got = read_image(encoded(image, "PNG", transparency=0))
    assert got[0, 1] == 255
    assert got[0, 0] == 0


@pytest.mark.parametrize(
    ("array", "want"),
    [
        (np.array([[False, True]]), [0, 255]),
        (np.array([[0, 65535]], np.uint16), [0, 255]),
        (np.array([[0, 4095]], np.uint16), [0, 255]),
        (np.array([[0, 4096]], np.uint16), [0, 16]),
        (np.array([[0, 200]], np.uint16), [0, 200]),
        (np.array([[0, 200]], np.int64), [0, 200]),
        (np.array([[0, 0.5]], np.float32), [0, 128]),
        (np.array([[0, 200.4]]), [0, 200]),
        (np.array([[[7], [8]]], np.uint8), [7, 8]),
    ],
)
def test_arrays(array, want):
    assert read_image(array).tolist() == [want]


def test_twelve_bits_in_sixteen(tmp_path):
    Image.fromarray(np.array([[0, 2048, 4095]], np.uint16)).save(tmp_path / "scan.tif")
    assert read_image(tmp_path / "scan.tif").tolist() == [[0, 128, 255]]


def test_a_uint8_array_is_not_copied():
    assert np.shares_memory(read_image(GREY), GREY)


def test_path_bytes_and_pillow_image_agree(tmp_path):
    file = tmp_path / "字.png"
    Image.fromarray(GREY).save(file)
    for source in (file, str(file), file.read_bytes(), bytearray(file.read_bytes()), Image.open(file)):
        assert (read_image(source) == GREY).all()


def test_first_frame_of_several(tmp_path):
    frames = [Image.fromarray(np.full((9, 9), v, np.uint8)) for v in (10, 200)]
    frames[0].save(tmp_path / "two.tif", save_all=True, append_images=frames[1:])
    assert (read_image(tmp_path / "two.tif") == 10).all()


BAD_FILES = {
    "empty.png": b"",
    "text.png": b"hello, this is no picture",
    "page.png": b"<!DOCTYPE html><html>404</html>",
    "cut.png": encoded(Image.effect_noise((64, 64), 80), "PNG")[:900],
    "cut.jpg": encoded(Image.effect_noise((64, 64), 80), "JPEG")[:700],
    "header.jpg": b"\xff\xd8\xff\xe0",
    "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_are_one_line_that_names_the_file(tmp_path, name):
    (tmp_path / name).write_bytes(BAD_FILES[name])
    with pytest.raises(KuzushijiError) as caught:
        read_image(tmp_path / name)
    message = str(caught.value)
    assert name in message
    assert message.startswith("not an image")
    assert "\n" not in message


def test_html_is_called_html():
    with pytest.raises(KuzushijiError, match="HTML"):
        read_image(BAD_FILES["page.png"])


@pytest.mark.parametrize("name", [".", "missing.png", "a\0b.png"])
def test_what_cannot_be_opened(tmp_path, name):
    with pytest.raises(KuzushijiError):
        read_image(f"{tmp_path}/{name}")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5, 2), np.uint8),
        np.zeros((3, 28, 28), np.uint8),
        np.array([["a"]]),
        np.array([[np.nan]]),
        np.array([[-1]]),
        np.array([[1e9]]),
    ],
)
def test_bad_arrays(array):
    with pytest.raises(KuzushijiError):
        read_image(array)


def test_a_decompression_bomb_is_refused_from_its_header(tmp_path):
    bomb = encoded(Image.new("1", (20_000, 6_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(KuzushijiError, match="too large: the given bytes") as caught:
        read_image(bomb)
    assert "\n" not in str(caught.value)
    (tmp_path / "bomb.png").write_bytes(bomb)
    script = "import sys; from kuzushiji.images import read_image; read_image(sys.argv[1])"
    words = [sys.executable, "-c", script, str(tmp_path / "bomb.png")]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stderr
    assert "too large" in said
    assert "Warning" not in said


def test_limits_on_side_and_bytes(monkeypatch, tmp_path):
    with pytest.raises(KuzushijiError, match="too large"):
        read_image(Image.new("1", (module.MAX_SIDE + 1, 1)))
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    (tmp_path / "big.png").write_bytes(b"x" * 101)
    with pytest.raises(KuzushijiError, match=r"too large: .*big\.png"):
        read_image(tmp_path / "big.png")


def test_the_given_name_is_the_one_in_the_error():
    with pytest.raises(KuzushijiError, match=r"upload\.png"):
        read_image(b"nothing", name="upload.png")


def test_a_pillow_image_stays_as_its_owner_opened_it(tmp_path):
    path = tmp_path / "red.jpg"
    Image.new("RGB", (40, 30), (200, 30, 30)).save(path)
    with Image.open(path) as image:
        read_image(image)
        assert image.mode == "RGB"
        assert image.getpixel((5, 5))[0] > 190


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("RGBA", (2000, 1500), (10, 20, 30, 128)),
        Image.fromarray(np.full((1500, 2000), 900, np.uint16)),
    ],
    ids=lambda image: image.mode,
)
def test_a_wide_picture_takes_little_more_memory_than_its_own(picture):
    pixels = picture.width * picture.height
    tracemalloc.start()
    try:
        read_image(picture)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * pixels
