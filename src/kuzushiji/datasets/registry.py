"""What the publisher released: files, sizes, hashes, counts, classes, licence; and the look-up by name.

Sizes and md5 sums are the official ones (post February 2019 release), on which independent loaders agree; the
sha256 sums were computed from files with exactly those md5 sums. Kuzushiji-Kanji's tar has no official hash:
it is identified by its content, see :data:`KKANJI_CONTENT`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from kuzushiji.errors import UsageError

ATTRIBUTION = (
    '"KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by NIJL and others), '
    "doi:10.20676/00000341"
)
LICENCE = "CC BY-SA 4.0"
PUBLISHER = "http://codh.rois.ac.jp/kmnist/dataset/"

KMNIST_CLASSES = tuple("おきすつなはまやれを")
K49_CLASSES = tuple(
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをんゝ"
)

# fmt: off
K49_TRAIN_COUNTS = (
    6000, 6000, 6000, 777, 6000, 6000, 6000, 6000, 4714, 6000, 6000, 6000, 6000, 4165, 3867, 6000, 2565,
    6000, 6000, 6000, 6000, 6000, 2063, 2451, 6000, 6000, 5132, 6000, 6000, 1993, 6000, 3060, 1718,
    3394, 6000, 6000, 1598, 6000, 6000, 6000, 6000, 6000, 2139, 2397, 417, 392, 6000, 6000, 3523,
)
# fmt: on
"""Images of each of `K49_CLASSES` in the official k49-train-labels.npz."""


@dataclass(frozen=True)
class RemoteFile:
    """One published file.

    Attributes:
        path: below the publisher's tree, e.g. ``"kmnist/kmnist_classmap.csv"``.
        size: bytes, or None where the publisher's bytes are not pinned.
        md5: hex digest, or None.
        sha256: hex digest, or None where no official copy could be hashed.
        array: sha256 of the bytes of the one array inside, for an npz whose own bytes are not pinned.
    """

    path: str
    size: int | None = None
    md5: str | None = None
    sha256: str | None = None
    array: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Content:
    """Identity of a set of images by what is in them rather than by the bytes of an archive.

    Attributes:
        images: how many.
        classes: how many.
        black: how many are entirely black.
        pixels: sha256 (hex) over the uint8 pixels of every image, row by row, in order of
            ``U+XXXX/<name>.png``.
    """

    images: int
    classes: int
    black: int
    pixels: str


@dataclass(frozen=True)
class Published:
    """A data set that can be asked for by name.

    Attributes:
        name: as in ``load(name)``.
        title: for people.
        side: images are ``side x side`` pixels.
        splits: names that ``load(name, split)`` takes.
        counts: images in the splits that are stored as files of their own.
        formats: complete, equivalent sets of files by format name; the first is what ``get`` fetches.
        official: False for what CODH does not publish (only a mirror or an import can give it).
    """

    name: str
    title: str
    side: int
    splits: tuple[str, ...]
    counts: dict[str, int]
    formats: dict[str, tuple[RemoteFile, ...]]
    official: bool = True


_KMNIST_MAP = RemoteFile(
    "kmnist/kmnist_classmap.csv",
    151,
    "899202f6e8dc29a321ac210a03d0f2f1",
    "88ba4be4bd52d986ae100b425d5c28437c81829c87800c5832a2253edc758374",
)
KMNIST = Published(
    name="kmnist",
    title="Kuzushiji-MNIST",
    side=28,
    splits=("train", "test"),
    counts={"train": 60_000, "test": 10_000},
    formats={
        "npz": (
            RemoteFile(
                "kmnist/kmnist-train-imgs.npz",
                18_384_171,
                "a183fbc01ed9a345513b145673d3d0bb",
                "11d69e17c8fd294905864aef177fd10c2185e5a3655f4da03d72ea5a64c17a72",
            ),
            RemoteFile(
                "kmnist/kmnist-train-labels.npz",
                29_700,
                "b0e1d240e8afec72b50437fc3bc5908a",
                "a325c877035602cb9b9ba54f4194a2a1b5f718026a463db5b5e0cdc124c03720",
            ),
            RemoteFile(
                "kmnist/kmnist-test-imgs.npz",
                3_079_479,
                "dace6de62ca8b90843cc45366337d02e",
                "692d824896bec8f3c357ebf7a0fe904ed67ac632ce953d0b58f7fbef7bb27d87",
            ),
            RemoteFile(
                "kmnist/kmnist-test-labels.npz",
                5_304,
                "3ae489a79983d0fe386152684e3b5412",
                "660f13a4705431ea2a6391c41ecbe384cd0d932c595a101ec4f3b8989e785046",
            ),
            _KMNIST_MAP,
        ),
        "idx": (
            RemoteFile(
                "kmnist/train-images-idx3-ubyte.gz",
                18_165_135,
                "bdb82020997e1d708af4cf47b453dcf7",
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
            ),
            RemoteFile(
                "kmnist/train-labels-idx1-ubyte.gz",
                29_497,
                "e144d726b3acfaa3e44228e80efcd344",
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
            ),
            RemoteFile(
                "kmnist/t10k-images-idx3-ubyte.gz",
                3_041_136,
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
            ),
            RemoteFile(
                "kmnist/t10k-labels-idx1-ubyte.gz",
                5_120,
                "7320c461ea6c1c855c0b718fb2a4b134",
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
            _KMNIST_MAP,
        ),
    },
)

_K49_MAP = RemoteFile(
    "k49/k49_classmap.csv",
    697,
    "f7d0d0391f68bdf0fe4cf160ceb85753",
    "95f5a2cfbfba1721f566059cf77c22808898b63044a5f9a08de9d8a2950eed84",
)
K49 = Published(
    name="k49",
    title="Kuzushiji-49",
    side=28,
    splits=("train", "test"),
    counts={"train": 232_365, "test": 38_547},
    formats={
        "npz": (
            RemoteFile("k49/k49-train-imgs.npz", 66_117_696, "7ac088b20481cf51dcd01ceaab89d821"),
            RemoteFile(
                "k49/k49-train-labels.npz",
                164_485,
                "44a8e1b893f81e63ff38d73cad420f7a",
                "fbfef4750ce9aa70b6072f0bca7daa9e80e2d79b379d5ae923265a63396260e4",
            ),
            RemoteFile("k49/k49-test-imgs.npz", 10_971_201, "d352e201d846ce6b94f42c990966f374"),
            RemoteFile(
                "k49/k49-test-labels.npz",
                27_450,
                "4da6f7a62e67a832d5eb1bd85c5ee448",
                "299be30ea32c2cc69318f5a5a579ffbffb0a6a1ccff134fb0ca834cd525ad6af",
            ),
            _K49_MAP,
        ),
    },
)

K49_SAMPLE = Published(
    name="k49-sample",
    title="a sample of Kuzushiji-49 (not published by CODH)",
    side=28,
    splits=("train", "test"),
    counts={"train": 62_960, "test": 10_585},
    formats={
        "npz": (
            RemoteFile(
                "k49-sample/k49-train-imgs.npz",
                array="7964eeb108b8cb37718227010ce683f2d1ac74beb2d91f1847da86114e37829e",
            ),
            RemoteFile(
                "k49-sample/k49-train-labels.npz",
                array="2179f0480fd44b64742cb04b6f30ed26ab64020e89d2fc40c6f6c659ea8171f8",
            ),
            RemoteFile(
                "k49-sample/k49-test-imgs.npz",
                array="fce59a2b000cb8a7ba5788c29da51293f0ef6f233443c1ddd005d32b05cf0fd7",
            ),
            RemoteFile(
                "k49-sample/k49-test-labels.npz",
                array="6995d0326cecf1c770253f74cdf1fb3b6d0ebb0d0fa322838e885d567748c4b7",
            ),
            replace(_K49_MAP, path="k49-sample/k49_classmap.csv"),
        ),
    },
    official=False,
)

KKANJI = Published(
    name="kkanji",
    title="Kuzushiji-Kanji",
    side=64,
    splits=("train", "validation", "test", "half-train", "half-test", "all"),
    counts={"all": 140_424},
    formats={"tar": (RemoteFile("kkanji/kkanji.tar"),)},
)
KKANJI_CONTENT = Content(
    images=140_424,
    classes=3_832,
    black=28,
    pixels="dca15541c3fb6f3f64f23536cfc53c91f817a8342b73ade6d0c06c85dc2fe735",
)
# Each part of the two splits (datasets/splits.py): images, and the digest of its list of paths. Never
# changed.
KKANJI_SPLITS = {
    "train": (111_582, "34c584c4349400ed90f1c73cd5ad6e41058d33c42ba6d87335d8fe491e322c58"),
    "validation": (14_421, "ef81010c30fdcbc0035f7e20ebd756e96c0e57ca2d1fa4a0eb925c0f4709e84a"),
    "test": (14_421, "097d88937a7bafdf10c70bdf0a9ac4e552334e27f3be280d0d052a7010c0f34d"),
    "half-train": (71_319, "1e0b237c15220dcbe4a2e62181b23763a90264ba9e83ffb6b116d9397845ff55"),
    "half-test": (69_105, "b0d98aa8968165712d33a4ff21087a2accc28b304c8cec103a7bb2aea95aa4e9"),
    "all": (140_424, "04753c5ba60df8cac1610fe9e90b1adf572f8796fde9f3b5a89272d22c7a2c8c"),
}

PUBLISHED = {p.name: p for p in (KMNIST, K49, KKANJI, K49_SAMPLE)}

# The release before 5 February 2019 (https://github.com/rois-codh/kmnist/issues/1 and /5): these images were
# entirely black in it, and Kuzushiji-49 had fewer images.
OLD_KMNIST_BLACK = {"train": 13_109, "test": 9_677}
OLD_K49_TOTAL = 266_407


def names() -> tuple[str, ...]:
    """The data sets that :func:`kuzushiji.datasets.load` knows by name.

    >>> names()
    ('kmnist', 'k49', 'kkanji', 'k49-sample')
    """
    return tuple(PUBLISHED)


def unknown(name: str) -> str:
    """The line for what is neither a name nor a folder, with the nearest name.

    >>> unknown("kminst")
    "no data set or folder 'kminst' (did you mean kmnist?); names: kmnist, k49, kkanji, k49-sample"
    """
    import difflib  # only for the hint

    near = difflib.get_close_matches(name.lower(), names(), 1)
    hint = f" (did you mean {near[0]}?)" if near and os.sep not in name else ""
    return f"no data set or folder {name!r}{hint}; names: {', '.join(names())}"


def published(name: str) -> Published:
    """The entry of a name.

    Raises:
        UsageError: no such set; the line has the nearest name.
    """
    if name not in PUBLISHED:
        raise UsageError(unknown(name))
    return PUBLISHED[name]
