"""Makes the tables of `kuzushiji.characters` from the Unicode Character Database.

    python scripts/build_characters.py UNICODE_DIR [--classes FILE] [--out DIR]

UNICODE_DIR holds NamesList.txt and the Unihan_*.txt files, plain or .bz2: Debian's package
`unicode-data` installs them as /usr/share/unicode. The committed tables come from version 15.0.
FILE lists the classes of Kuzushiji-Kanji: a kkanji.txt as written here (the default: the committed
one), or a .csv or .csv.gz with a column `codepoint`. The same input gives the same bytes.

By hand, because the database has them not or not whole: the parents of the 48 standard hiragana, the
pairs of new and old kanji forms, and the readings whose づ or おお Unihan's Latin letters lose. Each pair
is checked: its two kanji must share an on reading in Unihan, or be named there as each other's variant,
or the script stops.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from kuzushiji.characters.classes import k49_classes
from kuzushiji.characters.romaji import HEPBURN, to_hiragana, to_katakana

DATA = Path(__file__).resolve().parent.parent / "src/kuzushiji/characters/data"

STANDARD_PARENTS = (
    "安以宇衣於加幾久計己左之寸世曽太知川天止奈仁奴祢乃波比不部保末美武女毛也由与良利留礼呂和為恵遠无"
)
VOICED = (
    "かが きぎ くぐ けげ こご さざ しじ すず せぜ そぞ ただ ちぢ つづ てで とど "
    "はばぱ ひびぴ ふぶぷ へべぺ ほぼぽ うゔ ゝゞ"
)
SMALL = "あぁ いぃ うぅ えぇ おぉ かゕ けゖ つっ やゃ ゆゅ よょ わゎ"
MARKS = "々〻ヽヾ〱〲"

# New form, then old form (旧字体): the pairs of the table of kanji for general use (常用漢字表, 2010), and
# forms that differ from the Kangxi dictionary's only in print. Where the old form is a compatibility
# ideograph, as 海 has, the pair comes from Unihan.
NEW_OLD = """
    亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹 稲稻 飲飮 隠隱 栄榮 営營 衛衞 駅驛 円圓 艶艷 塩鹽 縁緣 応應 欧歐
    殴毆 桜櫻 奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 拡擴 殻殼 覚覺 学學 岳嶽 楽樂 渇渴
    缶罐 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 気氣 帰歸 亀龜 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 峡峽 挟挾 狭狹
    郷鄕 教敎 強强 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖 恵惠 掲揭 渓溪 経經 蛍螢 軽輕 継繼 鶏鷄 芸藝 撃擊
    欠缺 県縣 倹儉 剣劍 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 呉吳 娯娛 広廣 効效 恒恆 黄黃 鉱鑛 号號
    国國 黒黑 砕碎 済濟 斎齋 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 産產 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實
    写寫 舎舍 釈釋 寿壽 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 尚尙 将將 称稱 渉涉 焼燒 証證 奨奬
    条條 状狀 乗乘 浄淨 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉
    穂穗 随隨 髄髓 枢樞 数數 瀬瀨 青靑 清淸 声聲 斉齊 静靜 税稅 窃竊 摂攝 絶絕 説說 専專 浅淺 戦戰 践踐
    銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜 挿插 巣巢 曽曾 痩瘦 装裝 総總 聡聰 騒騷 増增 蔵藏 臓臟
    即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧 択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 脱脫 遅遲
    痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵 点點 転轉 伝傳 灯燈 当當 党黨 盗盜 闘鬭 徳德
    独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣 麦麥 発發 髪髮 抜拔 蛮蠻 秘祕 彦彥 浜濱 瓶甁 払拂
    仏佛 併倂 並竝 餅餠 辺邊 変變 弁辨 弁瓣 弁辯 歩步 舗舖 宝寶 豊豐 褒襃 翻飜 毎每 晩晚 万萬 満滿 麺麵
    黙默 戻戾 弥彌 訳譯 薬藥 悦悅 閲閱 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來 頼賴 乱亂 覧覽 竜龍 両兩
    猟獵 緑綠 涙淚 塁壘 励勵 礼禮 隷隸 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞 郎郞 楼樓 録錄 湾灣 戸戶
    顔顏 鋭銳 虚虛 頬頰 填塡 剥剝 叱𠮟
"""
# Outside that table: pairs of the list of kanji for names, and forms simplified by analogy (拡張新字体).
NEW_OLD_FURTHER = """
    亘亙 凛凜 尭堯 巌巖 桧檜 槙槇 祢禰 祷禱 禄祿 穣穰 遥遙 唖啞 鴬鶯 鴎鷗 焔焰 噛嚙 侠俠 躯軀 頚頸 鹸鹼
    諌諫 潅灌 掴摑 薮藪 繍繡 蒋蔣 醤醬 蝋蠟 掻搔 箪簞 顛顚 涜瀆 嚢囊 溌潑 醗醱 屏屛 并幷 莱萊 篭籠 竃竈
    砺礪 賎賤 侭儘 壷壺 麹麴 撹攪 蛎蠣 砿礦 騨驒
"""

# Unihan spells kun readings in Latin letters, where ず and づ, じ and ぢ are one. In today's spelling づ and
# ぢ stand where the sound repeats (TSUZU, initial CHIJI) and in these compounds; the last five are the
# words that it spells ambiguously or wrongly.
KUN_SPELLED = {
    "HIZUME": "ひづめ", "MOTOZUKU": "もとづく", "NAZUKERU": "なづける", "TAZUNA": "たづな",
    "USUZUKU": "うすづく", "OOZUTSU": "おおづつ", "HIKIZUNA": "ひきづな", "FUSHIZUKE": "ふしづけ",
    "IWANYA": "いわんや", "OUMIZU": "おおみず", "OUBUNE": "おおぶね", "OUJIKA": "おおじか",
    "MIYOUGA": "みょうが",
}  # fmt: skip

Properties = dict[str, dict[str, str]]


def open_text(folder: Path, name: str) -> TextIO:
    """Opens a file of the database, plain or compressed."""
    plain = folder / name
    if plain.exists():
        return plain.open(encoding="utf-8")
    return bz2.open(folder / f"{name}.bz2", "rt", encoding="utf-8")


def unihan(folder: Path) -> Properties:
    """Reads the properties of every ideograph that the tables need."""
    wanted = re.compile(
        r"k(JapaneseOn|JapaneseKun|Definition|\w*Variant|JoyoKanji|JinmeiyoKanji|Jis0|IRG_JSource)$"
    )
    found: Properties = {}
    for part in ("Readings", "Variants", "OtherMappings", "IRGSources"):
        with open_text(folder, f"Unihan_{part}.txt") as f:
            for line in f:
                if line.startswith("U+"):
                    codepoint, key, value = line.rstrip("\n").split("\t")
                    if wanted.match(key):
                        found.setdefault(chr(int(codepoint[2:], 16)), {})[key] = value
    return found


def read_classes(path: Path) -> list[str]:
    """Reads the class list, sorted by code point."""
    if ".csv" in path.suffixes:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as f:
            return sorted({chr(int(row["codepoint"][2:], 16)) for row in csv.DictReader(f)})
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted("".join(line for line in lines if not line.startswith("#")))


def hentaigana_rows(folder: Path) -> Iterator[list[str]]:
    """The hentaigana of NamesList.txt: sign, kind, romaji, kana, parent, voiced."""
    sign, name = "", ""
    with open_text(folder, "NamesList.txt") as f:
        for line in f:
            if entry := re.match(r"([0-9A-F]{4,6})\t(.+)", line):
                sign, name = chr(int(entry[1], 16)), entry[2]
            elif alias := re.match(r"\t% (HENTAIGANA .+)", line):
                name = alias[1]
            elif (parent := re.match(r"\t\* derived from ([0-9A-F]+)", line)) and name.startswith(
                "HENTAIGANA"
            ):
                kana = [to_hiragana(p) for p in name.split()[-1].split("-") if not p.isdigit()]
                latin = "/".join(HEPBURN[k] for k in kana)
                yield [sign, "hentaigana", latin, "".join(kana), chr(int(parent[1], 16)), ""]


def kana_rows(folder: Path) -> Iterator[list[str]]:
    """Plain kana in the order of Kuzushiji-49, then voiced and small kana, marks, hentaigana."""
    plain = k49_classes()[:-1]
    parent = dict(zip(plain, STANDARD_PARENTS, strict=True))
    voiced = {group[0]: group[1:] for group in VOICED.split()}
    for kana in plain:
        yield [kana, "hiragana", HEPBURN[kana], kana, parent[kana], voiced.get(kana, "")]
    for base, signs in voiced.items():
        for sign in signs if base in parent else "":
            yield [sign, "hiragana", HEPBURN[sign], base, parent[base], ""]
    for base, sign in SMALL.split():
        yield [sign, "hiragana", HEPBURN[base], base, parent[base], ""]
    yield ["ゝ", "iteration mark", "", "ゝ", "", "ゞ"]
    yield ["ゞ", "iteration mark", "", "ゝ", "", ""]
    for mark in MARKS:
        yield [mark, "iteration mark", "", "", "", ""]
    yield ["ゟ", "other", "yori", "", "", ""]
    yield from hentaigana_rows(folder)


def named(value: str) -> list[str]:
    """The characters that a variant property names, without their sources."""
    return [chr(int(c, 16)) for c in re.findall(r"U\+([0-9A-F]{4,6})", value)]


def on_of(char: str, data: Properties) -> set[str]:
    return set(data.get(char, {}).get("kJapaneseOn", "").split())


def old_of_new(data: Properties, classes: set[str]) -> dict[str, list[str]]:
    """Old forms by new form; stops where Unihan does not bear a pair out."""
    found: dict[str, list[str]] = {}
    for new, old in (NEW_OLD + NEW_OLD_FURTHER).split():
        linked = any(
            b in named(value)
            for a, b in ((new, old), (old, new))
            for key, value in data[a].items()
            if "Variant" in key or key in ("kJoyoKanji", "kJinmeiyoKanji")
        )
        if not linked and not on_of(new, data) & on_of(old, data):
            raise SystemExit(f"Unihan does not bear out the pair {new} {old}")
        found.setdefault(new, []).append(old)
    for old, properties in data.items():
        japanese = "kIRG_JSource" in properties or old in classes
        for new in named(properties.get("kCompatibilityVariant", "")) if japanese else ():
            if data.get(new, {}).keys() & {"kJoyoKanji", "kJinmeiyoKanji"}:
                found.setdefault(new, []).append(old)
    return {new: sorted(set(old)) for new, old in found.items()}


def further_forms(data: Properties, classes: set[str]) -> dict[str, set[str]]:
    """Other forms of the same kanji in Japanese use, by what Unihan names as variants; symmetric.

    Unihan's semantic variants, and its definitions "same as …", come from Chinese dictionaries: kept are
    those where both sides are classes or in JIS X 0208 and share an on reading (or one has none). Its
    traditional and simplified forms are Chinese and not used.
    """
    found: dict[str, set[str]] = {}
    for char, properties in data.items():
        names = named(properties.get("kJinmeiyoKanji", ""))
        if "kIRG_JSource" in properties or char in classes:
            names += named(properties.get("kCompatibilityVariant", ""))
        loose = named(properties.get("kSemanticVariant", "")) + named(properties.get("kZVariant", ""))
        loose += re.findall(
            r"(?:same as|variant of|form of) ([\u3400-\u9fff])\W", properties.get("kDefinition", "")
        )
        for other in loose:
            known = all("kJis0" in data.get(c, {}) or c in classes for c in (char, other))
            on, others_on = on_of(char, data), on_of(other, data)
            if known and (on & others_on or not on or not others_on):
                names.append(other)
        for other in names:
            if other != char:
                found.setdefault(char, set()).add(other)
                found.setdefault(other, set()).add(char)
    return found


def kun(word: str) -> str:
    """One kun reading of Unihan in hiragana, in today's spelling."""
    if word in KUN_SPELLED:
        return KUN_SPELLED[word]
    return re.sub(r"^ちじ", "ちぢ", to_hiragana(word).replace("つず", "つづ"))


def gloss(definition: str) -> str:
    """Unihan's English without code points, radical numbers and senses that are Cantonese."""
    senses = []
    for sense in definition.split(";"):
        sense = re.sub(r"\(Cant\.\).*", "", sense)
        sense = re.sub(r",?[^,;]*Kangxi radical \d+[^,;]*", "", sense)
        sense = re.sub(r" ?U\+[0-9A-F]{4,6}", "", sense)
        senses.append(" ".join(sense.split()).replace("( ", "(").strip(" ,"))
    return "; ".join(sense for sense in senses if sense)


def kanji_rows(data: Properties, classes: list[str], parents: set[str]) -> Iterator[list[str]]:
    """Rows of every class, every parent of a kana, and every other form of a class."""
    old_of = old_of_new(data, set(classes))
    new_of: dict[str, list[str]] = {}
    for new, olds in old_of.items():
        for old in olds:
            new_of.setdefault(old, []).append(new)
    other_of = further_forms(data, set(classes))

    def forms(char: str) -> tuple[list[str], list[str], list[str]]:
        old, new = old_of.get(char, []), sorted(new_of.get(char, []))
        return old, new, sorted(other_of.get(char, set()) - {*old, *new})

    wanted = {*classes, *parents}
    wanted |= {form for char in classes for group in forms(char) for form in group}
    for char in sorted(wanted):
        old, new, other = forms(char)
        # A form without readings or a gloss of its own takes those of another form of the same kanji.
        same = [char, *new, *old, *other]
        read_as = next((c for c in same if data.get(c, {}).keys() & {"kJapaneseOn", "kJapaneseKun"}), char)
        meant = next((data[c] for c in same if "kDefinition" in data.get(c, {})), {})
        read = data.get(read_as, {})
        on_list = dict.fromkeys(to_katakana(to_hiragana(w)) for w in read.get("kJapaneseOn", "").split())
        kun_list = dict.fromkeys(kun(w) for w in read.get("kJapaneseKun", "").split())
        yield [
            char, " ".join(on_list), " ".join(kun_list), gloss(meant.get("kDefinition", "")),
            read_as if read_as != char else "", "".join(old), "".join(new), "".join(other),
        ]  # fmt: skip


def write(path: Path, header: str, lines: Iterable[str]) -> None:
    text = f"# Made by scripts/build_characters.py; {header}\n" + "".join(line + "\n" for line in lines)
    path.write_bytes(text.encode("utf-8"))
    print(f"{path.name}: {path.stat().st_size} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("unicode_dir", type=Path)
    parser.add_argument("--classes", type=Path, default=DATA / "kkanji.txt")
    parser.add_argument("--out", type=Path, default=DATA)
    args = parser.parse_args()
    classes = read_classes(args.classes)
    kana = list(kana_rows(args.unicode_dir))
    kanji = kanji_rows(unihan(args.unicode_dir), classes, {row[4] for row in kana if row[4]})
    with open_text(args.unicode_dir, "NamesList.txt") as f:
        version = f.read(400).split("The Unicode Standard ")[1].split()[0]
    source = f"Unicode {version}, LICENSES/Unicode.txt; columns:"
    args.out.mkdir(parents=True, exist_ok=True)
    write(args.out / "kana.tsv", f"{source} char kind romaji kana parent voiced", map("\t".join, kana))
    write(args.out / "kanji.tsv", f"{source} char on kun gloss from old new other", map("\t".join, kanji))
    signs = "".join(classes)
    rows = (signs[i : i + 50] for i in range(0, len(signs), 50))
    write(args.out / "kkanji.txt", "the classes of Kuzushiji-Kanji (CODH) by code point", rows)


if __name__ == "__main__":
    main()
