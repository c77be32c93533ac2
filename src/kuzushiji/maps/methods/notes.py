"""What each map may and may not be read for, in plain words, in English and Japanese."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Plain words on one method.

    Attributes:
        can: what its map may be read for.
        cannot: what it may not be read for.
        can_ja: the same in Japanese.
        cannot_ja: the same in Japanese.
    """

    can: str
    cannot: str
    can_ja: str
    cannot_ja: str


_LINEAR = "A clump need not be a character: two axes hold little of the variance."
_LINEAR_JA = "塊が一つの字とは限りません。二軸に残る分散はわずかです。"
_ISLANDS = "Distances between islands, their sizes and the empty space between them carry little meaning."
_ISLANDS_JA = "島どうしの距離、島の大きさ、あいだの空白にはほとんど意味がありません。"

WORDS: dict[str, Words] = {
    "pca": Words(
        "Distances and directions: what lies far apart is far apart; on pixels, the axes are eigen-glyphs.",
        "Neighbours: different characters are thrown on one another. " + _LINEAR,
        "距離と方向が読めます。画素の地図なら軸は固有字で、離れた点は実際に離れています。",
        "隣どうしは読めません。違う字が重なります。" + _LINEAR_JA,
    ),
    "svd": Words(
        "Amount of ink (first axis) against the main contrast of shapes (second).",
        "Neighbours. " + _LINEAR,
        "第一軸は墨の量、第二軸は形の主な違いです。",
        "隣どうしは読めません。" + _LINEAR_JA,
    ),
    "lda": Words(
        "Which classes a linear rule can part, and which not.",
        "How separable the classes are in new images: the axes were chosen with these images' own labels "
        "(in-sample), so the picture is too good.",
        "線形の規則で分かれる字と分かれない字が読めます。",
        "新しい画像でどれだけ分かれるかは読めません。この画像の正解を使って軸を選んだため、実際より良く見えます。",
    ),
    "nmf": Words(
        "How much of each of a few ink parts a glyph has.",
        "Neighbours: parts only add, so that all images crowd into one corner. " + _LINEAR,
        "少数の墨の部品をそれぞれどれだけ含むかが読めます。",
        "隣どうしは読めません。部品は足すだけなので、すべてが一隅に寄ります。" + _LINEAR_JA,
    ),
    "kpca": Words(
        "The coarse bends of the set that straight axes miss.",
        "Far distances: beyond the kernel's width all images are equally far.",
        "直線の軸が見落とす大まかな曲がりが読めます。",
        "遠い距離は読めません。核の幅を超えるとどれも同じ遠さになります。",
    ),
    "isomap": Words(
        "Long passages from one shape to another, as lengths along chains of neighbours.",
        "Fine neighbourhoods; one false chain between two characters bends the whole map.",
        "隣から隣へたどる長い道のりとして、形の移り変わりが読めます。",
        "細かな隣関係は読めません。偽のつながり一つで全体が曲がります。",
    ),
    "lle": Words(
        "Smooth passages within what is locally flat.",
        "Sizes, densities and distances: most images are drawn together, a few are flung out as spikes.",
        "局所的に平らな部分での滑らかな移り変わりが読めます。",
        "大きさ・密度・距離は読めません。多くは一か所に集まり、少数が棘のように飛び出します。",
    ),
    "mds": Words(
        "Distances on the whole, as far as two axes allow: the stress says how far.",
        "Neighbours: in so few dimensions all distances are somewhat wrong at once.",
        "二軸で許される限りの全体の距離が読めます。どこまで正しいかはストレスが示します。",
        "隣どうしは読めません。すべての距離が少しずつずれています。",
    ),
    "tsne": Words(
        "Neighbours: what is side by side is alike. Of these maps it keeps them best.",
        _ISLANDS + " Density is evened out.",
        "隣どうしが読めます。並ぶものは似ています。隣関係を最もよく保つ地図です。",
        _ISLANDS_JA + "密度もならされています。",
    ),
    "umap": Words(
        "Neighbours and clusters, and roughly which clusters touch.",
        _ISLANDS + " Clusters look tighter than they are.",
        "隣関係と群れ、どの群れが接するかの大体が読めます。",
        _ISLANDS_JA + "群れは実際より締まって見えます。",
    ),
    "densmap": Words(
        "How dense each place is: wide islands are varied hands, small ones uniform.",
        "Fine neighbours: it gives some up for density.",
        "場所ごとの密度が読めます。広い島は書きぶりが多様、小さい島は均一です。",
        "細かな隣関係は読めません。密度のために一部を捨てています。",
    ),
    "pacmap": Words(
        "Neighbours and clusters. Their coarse arrangement a little better than t-SNE where there are few "
        "classes; with many, not reliably.",
        "Exact distances between clusters; single neighbours less than in t-SNE.",
        "隣関係と群れが読めます。群れの大まかな配置は、字種が少なければ t-SNE より少しよく、"
        "多いとそうとは限りません。",
        "群れの間の正確な距離や、個々の隣関係（t-SNE に劣ります）は読めません。",
    ),
    "localmap": Words(
        "Which groups there are: it opens gaps along weak links.",
        "How well the groups are parted: it sharpens, and so shows cleaner borders than the features have.",
        "どんな群れがあるかが読めます。弱いつながりに沿って隙間を開けます。",
        "群れがどれほど分かれているかは読めません。境界を実際より鮮明に描きます。",
    ),
    "trimap": Words(
        "Clusters and, where there are few classes, roughly how their centres lie to each other.",
        "Fine neighbours; which of two images is the farther: few of these maps keep that less. "
        "The outermost points: few triplets hold them.",
        "群れと、字種が少なければその中心どうしの大体の位置関係が読めます。",
        "細かな隣関係や、どの画像がより遠いか（これを保つ度合いはこれらの地図の中で低いほうです）、"
        "外縁の点（支える三つ組が少ない）は読めません。",
    ),
    "autoencoder": Words(
        "Smooth passages: every place of the map could be drawn as a glyph.",
        "Distances and sizes: the network folds and stretches as it likes, and otherwise from another seed.",
        "滑らかな移り変わりが読めます。地図のどの場所も字形として描けます。",
        "距離や大きさは読めません。網は自由に折りたたみ、種が変われば形も変わります。",
    ),
}

_N = r"([\d,.e+-]+)"
_NOTES_JA = {
    f"learned on {_N} landmarks": r"\1 枚の代表で学習",
    "the other images placed by the Nyström extension": "ほかの画像はニストレム拡張で配置",
    "the other images placed by their neighbours' weights": "ほかの画像は近傍の重みで配置",
    "the other images placed by least stress to them": "ほかの画像は代表との距離が最もよく合う所に配置",
    "the other images placed by their graph distances to them": "ほかの画像は代表とのグラフ上の距離で配置",
    f"the graph fell into {_N} parts, joined at their nearest images": (
        r"グラフは \1 個に分かれたため最も近い画像でつないだ"
    ),
    "learned from the labels of these very images": "この画像そのものの正解から学習",
    rf"{_N} classes have only {_N} discriminant direction\(s\), the other axes are 0": (
        r"\1 種では判別の方向は \2 本だけ、ほかの軸は 0"
    ),
    f"inside the first {_N} principal components, found by randomised iteration": (
        r"乱択反復で求めた最初の \1 主成分の中で計算"
    ),
    f"parts learned from {_N} of {_N} images": r"部品は \2 枚中 \1 枚から学習",
    f"learned from {_N} of {_N} images": r"\2 枚中 \1 枚から学習",
    f"features shifted by {_N} to be non-negative": r"負にならないよう特徴量に \1 を加えた",
    f"new images placed between their {_N} nearest neighbours": r"新しい画像は最も近い \1 枚の間に配置",
    "Barnes-Hut, as openTSNE has 2 dimensions only": "3 次元のため openTSNE ではなく Barnes-Hut 法を使用",
}


def note_ja(note: str) -> str:
    """A map's note in Japanese; a part that is not known stays as it is.

    >>> note_ja("learned on 2,000 landmarks; and so on")
    '2,000 枚の代表で学習。and so on'
    """
    return "。".join(_part_ja(part) for part in note.split("; ")) if note else ""


def _part_ja(part: str) -> str:
    for english, japanese in _NOTES_JA.items():
        match = re.fullmatch(english, part)
        if match:
            return match.expand(japanese)
    return part
