"""The documentation: examples run, commands exist, the site builds without a warning, links are whole."""

import doctest
import pkgutil
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "course" not in p.relative_to(DOCS).parts)
CARDS = sorted((ROOT / "src" / "kuzushiji" / "weights" / "files").glob("*.md"))
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.S | re.M)


def name_of(page):
    return str(page.relative_to(DOCS))


@pytest.fixture
def architectures(monkeypatch):
    """What an example registers is gone after it."""
    registry = pytest.importorskip("kuzushiji.models.registry")
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))


@pytest.mark.parametrize("page", [p for p in PAGES if ">>>" in p.read_text("utf-8")], ids=name_of)
def test_examples_give_what_the_page_shows(page, request):
    text = page.read_text(encoding="utf-8")
    if "@models.register" in text:
        request.getfixturevalue("architectures")
    blocks = [body for _, language, body in FENCE.findall(text) if language == "pycon"]
    assert sum(body.count(">>> ") for body in blocks) == text.count(">>> "), "examples stand in ```pycon"
    parser, runner, scope, said = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False), {}, []
    for i, body in enumerate(blocks):
        test = parser.get_doctest(body, scope, f"{page.name}, example {i + 1}", str(page), 0)
        runner.run(test, out=said.append, clear_globs=False)
        scope = test.globs
    assert runner.failures == 0, "".join(said)


def command_lines():
    """Every line of the pages and READMEs that calls the command: (page, words)."""
    for page in [*PAGES, ROOT / "README.md", ROOT / "README.ja.md"]:
        for line in page.read_text(encoding="utf-8").splitlines():
            found = re.match(r"(?: {4}|\$ |\S*bin/)?kuzushiji ((?:[a-z]+)\b.*)", line.strip("\n"))
            if found and not line.startswith("|"):
                yield (
                    name_of(page) if page.is_relative_to(DOCS) else page.name,
                    found[1].split("#")[0].split(),
                )


def test_commands_in_the_pages_exist_with_their_options():
    from kuzushiji.cli import COMMANDS
    from kuzushiji.cli.command_line.app import build

    lines = list(command_lines())
    assert len(lines) > 20
    root = build([], COMMANDS)
    for page, words in lines:
        assert words[0] in COMMANDS, (page, words)
        if words[0] in ("read", "page"):  # not typer's
            known = subprocess_help(words[0])
        else:
            command = root.commands[words[0]]
            if words[0] == "data":
                command = command.commands[words[1]]
            known = " ".join(option for param in command.params for option in param.opts)
        for word in words:
            if word.startswith("-") and word != "-":
                assert word.split("=")[0] in known, (page, words)


def subprocess_help(command, _known={}):  # noqa: B006  (kept between calls)
    if command not in _known:
        call = [sys.executable, "-m", "kuzushiji", command, "--help"]
        _known[command] = subprocess.run(call, capture_output=True, text=True, check=True).stdout
    return _known[command]


NAMED = re.compile(
    r"\b((?:scripts|benchmarks|recipes|notebooks|src|tests)/[\w./-]+\.(?:py|csv|toml|md|json))\b"
)
TO_BE_WRITTEN = {"recipes/mine.toml", "recipes/NAME.toml"}


def test_files_and_names_in_the_texts_exist():
    pytest.importorskip("keras", reason='names of the "train" extra are among them')
    pytest.importorskip("sklearn", reason='names of the "evaluate" extra are among them')
    texts = [*PAGES, *CARDS, *ROOT.glob("*.md"), *(ROOT / "recipes").glob("*.toml")]
    files, names = set(), set()
    for page in texts:
        text = page.read_text(encoding="utf-8")
        files |= set(NAMED.findall(text))
        names |= set(re.findall(r"`(kuzushiji(?:\.\w+)+)`", text))
    assert len(files) > 20
    assert len(names) > 10
    assert [file for file in sorted(files - TO_BE_WRITTEN) if not (ROOT / file).exists()] == []
    assert [name for name in sorted(names) if resolved(name) is None] == []


def resolved(name):
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return None


class Links(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, text):
        super().__init__()
        self.links, self.targets = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.targets |= {attrs[key] for key in ("id", "name") if attrs.get(key)}
        if link := attrs.get("href" if tag in ("a", "link") else "src"):
            self.links.append(link)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site, by the command of ``make docs``."""
    pytest.importorskip("sphinx", reason='needs the "docs" extra')
    pytest.importorskip("keras", reason='the reference needs the "train" extra')
    folder = tmp_path_factory.mktemp("site")
    command = next(
        line.split(" ", 1)[1]
        for line in (ROOT / "Makefile").read_text("utf-8").splitlines()
        if "sphinx" in line
    )
    words = command.removeprefix("$(BIN)/python ").split()
    words[words.index("build/doctrees")], words[-1] = str(folder / "doctrees"), str(folder / "html")
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-6000:]
    return folder / "html"


def test_the_site_builds_without_a_warning(site):
    for page in PAGES:
        assert (site / page.relative_to(DOCS).with_suffix(".html")).exists(), page


def test_every_link_inside_the_site_leads_somewhere(site):
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    broken, outside = [], set()
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                outside.add(link)
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            anchor = unquote(parts.fragment)
            if not to.exists() or (anchor and to in pages and anchor not in pages[to].targets):
                broken.append(f"{path.relative_to(site)}: {link}")
    print("\nlinks to other sites, not fetched:", *sorted(outside), sep="\n  ")
    assert broken == []


def test_no_page_fetches_anything_from_elsewhere(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:script|img|link|iframe)[^>]*(?:src|href)=\"(https?:[^\"]*)", text)
        assert fetched == [], path


def test_every_card_and_every_room_is_on_the_site(site):
    text = (site / "models.html").read_text(encoding="utf-8")
    assert len(CARDS) >= 1
    for card in CARDS:
        assert f'id="{card.stem}"' in text
    rooms = {p.parent.name for p in (ROOT / "src" / "kuzushiji").glob("*/__init__.py")} - {"cli"}
    assert rooms <= {p.stem for p in (site / "reference").glob("*.html")}


def test_public_names_are_in_the_reference(site):
    import importlib

    text = "".join(p.read_text(encoding="utf-8") for p in (site / "reference").glob("*.html"))
    for room in ("characters", "datasets", "evaluation", "images", "models", "reading", "weights"):
        module = importlib.import_module(f"kuzushiji.{room}")
        for name in module.__all__:
            if callable(getattr(module, name)):
                assert f'id="kuzushiji.{room}.{name}"' in text, f"{room}.{name}"
