"""TEI, PAGE XML, ALTO and hOCR: valid by the official schemas, and what foreign readers find in them."""

import lzma
import re
from pathlib import Path

import pytest
from lxml import etree

from kuzushiji.errors import UsageError
from kuzushiji.pages import Page
from kuzushiji.pages.formats import Sheet, get
from pages_support import character, column, page

SCHEMAS = Path(__file__).parent / "schemas"
TEI = {"t": "http://www.tei-c.org/ns/1.0"}
PAGE = {"p": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"}
ALTO = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


class _Local(etree.Resolver):
    """ALTO's schema names the XLink schema by an address; this is the file beside it."""

    def resolve(self, url, public_id, context):
        return self.resolve_filename(str(SCHEMAS / "xlink.xsd"), context) if "xlink" in url else None


@pytest.fixture(scope="module")
def schemas():
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    return {
        "tei": etree.RelaxNG(etree.fromstring(lzma.decompress((SCHEMAS / "tei_all.rng.xz").read_bytes()))),
        "page": etree.XMLSchema(etree.parse(SCHEMAS / "page-2019-07-15.xsd")),
        "alto": etree.XMLSchema(etree.parse(SCHEMAS / "alto-4-2.xsd", parser)),
    }


def written(name, *pages):
    return b"".join(get(name).write(Sheet(each) for each in pages))


def hostile():
    """A page that a schema could stumble over."""
    odd = column("か<&>\"'き", -20, -30)  # outside of the page
    two = (character("か゚", 890, 1190, 40, 40, others=("く", "𛀁𛀁", "ん")), character("𛀁", 700, 500))
    mixed = column("くけ", 400, 100)
    inside = character("る", 440, 100, 20, 20, ruby=True, sure=False)
    return Page(
        'a & <b>\x07/\udcff ".jpg',
        3,
        900,
        1200,
        (odd, type(odd)(two), type(odd)((*mixed.characters, inside))),
        turned=90,
    )


@pytest.mark.parametrize("name", ["tei", "page", "alto"])
@pytest.mark.parametrize(
    "each", [page(), hostile(), Page("empty.png", width=10, height=10)], ids=["page", "hostile", "empty"]
)
def test_documents_are_valid_by_the_official_schema(name, each, schemas):
    tree = etree.fromstring(written(name, each))
    schemas[name].validate(tree)
    assert list(schemas[name].error_log) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tei", b"<rb>", b"<rb><rb/>"),
        ("page", b"<Baseline", b"<Base"),
        ("alto", b'GC="0.9800"', b'GC="2"'),
    ],
)
def test_the_schemas_can_reject(name, old, new, schemas):
    document = written(name, page())
    assert old in document
    assert not schemas[name].validate(etree.fromstring(document.replace(old, new, 1)))


def test_tei_of_many_pages_is_one_valid_document_whose_references_hold(schemas):
    tree = etree.fromstring(written("tei", page(), page(number=2)))
    assert schemas["tei"].validate(tree)
    names = {element.get(XML_ID) for element in tree.iter() if element.get(XML_ID)}
    asked = [element.get("facs") for element in tree.iter() if element.get("facs")]
    assert len(asked) > 60
    assert {name.removeprefix("#") for name in asked} <= names
    assert [each.get("n") for each in tree.iterfind(".//t:pb", TEI)] == ["1", "2"]


def test_tei_has_ruby_warichu_doubt_and_probability():
    tree = etree.fromstring(written("tei", page()))
    ruby = tree.find(".//t:ruby", TEI)
    assert ("".join(ruby[0].itertext()), "".join(ruby[1].itertext())) == ("男", "おとこ")
    note = tree.find(".//t:note[@type='warichu']", TEI)
    assert "".join(note.itertext()) == "小野小町"
    assert note.find("t:lb", TEI) is not None
    assert note.getnext().tag.endswith("unclear")  # the line goes on after it
    unclear = ["".join(each.itertext()) for each in tree.iterfind(".//t:unclear", TEI)]
    assert unclear == ["し", "うつ"]
    assert tree.find(".//t:unclear/t:c", TEI).get("cert") == "0.4000"
    assert "".join(tree.find(".//t:seg[@type='heading']", TEI).itertext()) == "巻之一"
    zone = next(each for each in tree.iter() if each.get(XML_ID) == "p1c1g1")
    assert [zone.get(key) for key in ("ulx", "uly", "lrx", "lry")] == ["780", "100", "840", "160"]


def test_page_xml_has_lines_glyphs_candidates_and_kinds():
    tree = etree.fromstring(written("page", page()))
    here = tree.find("p:Page", PAGE)
    assert (here.get("imageFilename"), here.get("imageWidth")) == ("book.jpg", "900")
    types = [each.get("type") for each in tree.iterfind(".//p:TextRegion", PAGE)]
    assert types == ["heading", "paragraph", "caption"]
    order = [each.get("regionRef") for each in tree.iterfind(".//p:RegionRefIndexed", PAGE)]
    assert order == [each.get("id") for each in tree.iterfind(".//p:TextRegion", PAGE)]
    lines = tree.findall(".//p:TextLine", PAGE)
    texts = [each.find("p:TextEquiv/p:Unicode", PAGE).text for each in lines]
    assert texts == ["巻之一", "むかし男ありけり", "おとこ", "花の色は", "小野", "小町", "うつりに", "下の段"]
    kinds = [re.search(r"structure {type:(\w+);}", each.get("custom")).group(1) for each in lines]
    assert kinds == ["heading", "main", "ruby", "main", "warichu", "warichu", "main", "caption"]
    glyph = lines[1].find(".//p:Glyph[3]", PAGE)
    assert "sure:false" in glyph.get("custom")
    equivalents = glyph.findall("p:TextEquiv", PAGE)
    assert [(each.get("index"), each.find("p:Unicode", PAGE).text) for each in equivalents] == [
        ("0", "し"),
        ("1", "ん"),
        ("2", "く"),
    ]
    assert equivalents[0].get("conf") == "0.4000"
    paragraph = tree.find(".//p:TextRegion[@type='paragraph']/p:TextEquiv/p:Unicode", PAGE)
    assert paragraph.text == "むかし男ありけり\n花の色は\n小野\n小町\nうつりに"  # without ruby


def test_alto_has_strings_variants_and_tags():
    tree = etree.fromstring(written("alto", page()))
    strings = [each.get("CONTENT") for each in tree.iterfind(".//a:String", ALTO)]
    assert strings == [
        "巻之一",
        "むかし男ありけり",
        "おとこ",
        "花の色は",
        "小野",
        "小町",
        "うつりに",
        "下の段",
    ]
    tags = {each.get("ID") for each in tree.iterfind(".//a:LayoutTag", ALTO)}
    assert tags == {"main", "heading", "warichu", "caption", "ruby"}
    assert [each.get("TAGREFS") for each in tree.iterfind(".//a:TextLine", ALTO)][2:5] == [
        "ruby",
        "main",
        "warichu",
    ]
    glyph = tree.findall(".//a:Glyph", ALTO)[0]
    assert [glyph.get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["780", "100", "60", "60"]
    assert [each.get("CONTENT") for each in glyph] == ["ん", "く"]
    assert tree.find(".//a:fileName", ALTO).text == "book.jpg"


@pytest.mark.parametrize("name", ["page", "alto"])
def test_a_second_page_in_a_document_of_one_is_refused(name):
    with pytest.raises(UsageError, match="holds one page"):
        written(name, page(), page(number=2))


def test_hocr_is_read_by_ocrmypdf_and_by_lxml(tmp_path):
    from ocrmypdf.hocrtransform.hocr_parser import HocrParser

    path = tmp_path / "p.hocr"
    path.write_bytes(written("hocr", page(), page(number=2)))
    found = HocrParser(path).parse()
    assert (found.bbox.right, found.bbox.bottom, found.page_number) == (900, 1200, 0)
    lines = found.children[0].children
    assert [line.ocr_class for line in lines] == ["ocr_header", "ocr_line", "ocr_line", "ocr_caption"]
    words = [[word.text for word in line.children] for line in lines]
    assert words[0] == ["巻之一"]
    assert words[2] == ["花の色は", "小野", "小町", "うつりに"]
    first = lines[0].children[0]
    assert (first.bbox.left, first.bbox.top, first.confidence) == (780, 100, 0.98)
    tree = etree.parse(path, etree.HTMLParser())
    assert len(tree.findall(".//div[@class='ocr_page']")) == 2
    infos = tree.findall(".//span[@class='ocrx_cinfo unsure']")
    assert [info.text for info in infos[:3]] == ["し", "う", "つ"]
    assert infos[0].get("title").endswith("x_conf 40.00")
    assert "".join(tree.find(".//ruby").itertext()) == "男おとこ"


def test_hocr_keeps_to_the_specification(tmp_path):
    """The properties and classes that the specification has; `x_…` are an engine's own."""
    known = {"image", "bbox", "ppageno", "scan_res", "x_size", "x_wconf", "x_column", "x_bboxes", "x_conf"}
    for each in (page(), hostile(), Page("empty.png", width=9, height=9)):
        tree = etree.fromstring(written("hocr", each).split(b"\n", 1)[1])  # well-formed as XML too
        titles = [element.get("title") for element in tree.iter() if element.get("title")]
        assert titles
        assert {
            part.split()[0] for title in titles for part in re.sub('"[^"]*"', '""', title).split(";")
        } <= known
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
