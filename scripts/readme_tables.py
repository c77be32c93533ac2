"""Writes the tables of README.md and its Japanese twin: see ``scripts/tables.py``.

Every figure comes from benchmarks/results, the published ones from benchmarks/published.csv.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from result_tables import Row, baselines, mean, percent, rows, runs, table

STAGES = ("kmnist-base",)
"""Recipes of first stages."""


@dataclass(frozen=True)
class Language:
    """The words of one of the two pages.

    Attributes:
        results: heads of the table of accuracy.
        over: what an interval is over: for one seed, for several, for a classical method.
        speed: heads of the table of speed and size.
        share: how a share and its interval are written.
        time: how epochs and minutes are written.
        seconds: how seconds are written.
        published: what stands before a published model's name.
        old: what stands behind it where it was measured on the older release.
        goals: ``at most``, ``at least``, ``under``.
        others: English text -> this language, for what comes from the CSV files; absent, English stays.
    """

    results: tuple[str, ...]
    over: tuple[str, str, str]
    speed: tuple[str, ...]
    share: str
    time: str
    seconds: str
    published: str
    old: str
    goals: dict[str, str]
    others: dict[str, str]


ENGLISH = Language(
    results=("model", "test set", "accuracy (95 %)", "interval over", "parameters", "training"),
    over=("test images, 1 seed", "{} seeds", "test images"),
    speed=("figure", "value", "goal"),
    share="{:.2f} % ({:.2f} to {:.2f})",
    time="{} epochs, {:.0f} min",
    seconds="{:.0f} s",
    published="published: ",
    old=" (older release of the data)",
    goals={"most": "at most {}", "least": "at least {}", "under": "under {}"},
    others={},
)
JAPANESE = Language(
    results=("モデル", "試験データ", "正解率（95 % 区間）", "区間の対象", "パラメータ数", "学習"),
    over=("試験画像（1 シード）", "{} シード", "試験画像"),
    speed=("項目", "値", "目標"),
    share="{:.2f} %（{:.2f}～{:.2f}）",
    time="{} エポック、{:.0f} 分",
    seconds="{:.0f} 秒",
    published="公表値：",
    old="（データの旧版による）",
    goals={"most": "{} 以下", "least": "{} 以上", "under": "{} 未満"},
    others={
        "nearest neighbours, distance-weighted, on principal components of HOG": (
            "HOG の主成分の k 近傍法（距離で重み付け）"
        ),
        "nearest neighbours, distance-weighted, on principal components": (
            "主成分の k 近傍法（距離で重み付け）"
        ),
        "4 nearest neighbours, distance-weighted, pixels": "画素の 4 近傍法（距離で重み付け）",
        "HOG, linear SVM": "HOG と線形 SVM",
        "SVM with Gaussian kernel on principal components": "主成分のガウスカーネル SVM",
        "random convolution features, 4x4 pooling, ridge regression": (
            "無作為な畳み込み特徴（4×4 プーリング）とリッジ回帰"
        ),
        "logistic regression, pixels": "画素のロジスティック回帰",
        "ResNet-preact-20, Cutout 14, median of 3": "ResNet-preact-20、Cutout 14、三回の中央値",
        "`kuzushiji read one.png` from a cold shell": "起動直後の `kuzushiji read one.png`",
        "Kuzushiji-Kanji, first open (tar to cache)": "Kuzushiji-Kanji を初めて開く（tar の展開）",
        "Kuzushiji-Kanji, later opens": "Kuzushiji-Kanji を二度目以降に開く",
        "Kuzushiji-Kanji, memory of a later open": "そのときのメモリー",
        "images a second of a Keras training step, one thread": "Keras の学習速度（毎秒の枚数、一スレッド）",
        "augmentation, as a part of the step": "学習の一ステップに占めるデータ拡張の割合",
        "core install": "中核だけを入れたときの大きさ",
        "bare PyTorch": "素の PyTorch",
        "step with augmentation": "拡張を含む一ステップ",
    },
)


def training(language: Language) -> str:
    """Accuracy of each recipe but earlier stages, of the best baseline of each data set, and of some others.

    All are on the leaderboard.
    """
    say = _sayer(language)
    lines = [_run(seeds, language) for seeds in runs() if seeds[0]["recipe"] not in STAGES]
    best: dict[str, Row] = {}
    for one in baselines():
        best.setdefault(one["dataset"], one)
    for one in best.values():
        time = language.seconds.format(float(one["fit_cpu_seconds"]))
        test = f"{one['dataset']}, n = {int(one['test_images']):,}"
        share = percent([one], "accuracy", language.share)
        lines.append([say(one["words"]), test, share, language.over[2], "", time])
    for one in rows("published"):
        if one["readme"]:
            name = f"{language.published}{say(one['model'])}{language.old if one['old_data'] else ''}"
            lines.append([name, one["dataset"], f"{one['value']} %", "", "", one["source"]])
    return table(language.results, lines)


def _run(seeds: list[Row], language: Language) -> list[str]:
    one = seeds[0]
    return [
        f"`recipes/{one['recipe']}.toml`",
        f"{one['test_set']}, n = {int(one['n']):,}",
        percent(seeds, "accuracy", language.share),
        language.over[min(len(seeds), 2) - 1].format(len(seeds)),
        f"{int(one['parameters']):,}",
        language.time.format(one["epochs"], mean(seeds, "training_minutes")),
    ]


STEP = "images a second of a Keras training step, one thread"
SPEED = (
    ("cold_start", "read_one_png", "`kuzushiji read one.png` from a cold shell", ("most", "2")),
    ("kkanji_open", "first open", "Kuzushiji-Kanji, first open (tar to cache)", ("most", "1")),
    ("kkanji_open", "later open", "Kuzushiji-Kanji, later opens", ("most", "1")),
    ("kkanji_open", "later open, resident", "Kuzushiji-Kanji, memory of a later open", ("most", "1")),
    ("training_step", "Keras speed", STEP, ("least", "0.9")),
    ("training_step", "augmentation of a step", "augmentation, as a part of the step", ("most", "0.15")),
    ("install_size", "core", "core install", ("under", "250 MB")),
)


def speed(language: Language) -> str:
    """The ratios of the benchmarks of speed and size, each with its goal."""
    say, lines = _sayer(language), []
    for name, metric, words, (kind, bound) in SPEED:
        found = [row for row in rows(f"results/{name}") if row["metric"] == metric]
        found = [row for row in found if row["unit"] == "ratio"] or found
        for row in found[:1]:
            beside = f"x {say(row['ratio_to'])}" if row["ratio_to"] else row["unit"]
            goal = language.goals[kind].format(bound)
            lines.append([say(words), f"{row['value']} {beside}, n = {row['n']}", goal])
    return table(language.speed, lines)


def _sayer(language: Language) -> Callable[[str], str]:
    return lambda text: language.others.get(text, text)


PAGES = {
    page: {"training": partial(training, language), "speed": partial(speed, language)}
    for page, language in (("README.md", ENGLISH), ("README.ja.md", JAPANESE))
}
