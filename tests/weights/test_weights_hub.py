"""Models of the Hub, from a server on loopback, and the folder that is uploaded there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hub_support import serving
from PIL import Image

from kuzushiji import Reader, cli
from kuzushiji.errors import KuzushijiError, UsageError
from kuzushiji.images import samples, to_glyph
from kuzushiji.weights import find, names, open_model
from kuzushiji.weights.hub import fetch, write_folder

hub_package = pytest.importorskip("huggingface_hub", reason='needs the "hub" extra')
constants = pytest.importorskip("huggingface_hub.constants")


@pytest.fixture
def hub(tmp_path, monkeypatch, tiny_model):
    """A Hub with you/tiny: ``main`` and ``v1``, two models of different names."""
    for name in ("KUZUSHIJI_OFFLINE", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its tries
    with serving() as (server, address):
        monkeypatch.setenv("HF_ENDPOINT", address)
        for revision, name in (("main", "newest"), ("v1", "first")):
            tiny_model(path=tmp_path / revision / "model.onnx", name=name)
        server.repos["you/tiny"] = {"main": tmp_path / "main", "v1": tmp_path / "v1"}
        yield server


def test_a_reader_opens_a_model_of_the_hub(hub, glyphs):
    reader = Reader("hf://you/tiny")
    assert reader.model.info.name == "newest"
    assert [r.candidates[0].char for r in reader.read_glyphs(glyphs)] == ["か", "き", "く"]
    assert {path for _, path in hub.asked if "resolve" in path} == {"/you/tiny/resolve/main/model.onnx"} | {
        path for _, path in hub.asked if "a" * 40 in path
    }


@pytest.mark.parametrize("address", ["hf://you/tiny@v1", f"hf://you/tiny@{'b' * 40}"])
def test_a_revision_is_honoured_in_the_address(hub, address):
    assert open_model(address).info.name == "first"


def test_from_pretrained_takes_the_name_with_or_without_a_revision(hub):
    assert Reader.from_pretrained("you/tiny").model.info.name == "newest"
    assert Reader.from_pretrained("you/tiny", revision="v1", threads=1).model.info.name == "first"
    assert Reader.from_pretrained("hf://you/tiny@v1").model.info.name == "first"
    with pytest.raises(UsageError, match="give one"):
        Reader.from_pretrained("you/tiny@v1", revision="main")


def test_the_example_of_the_documentation_runs(hub):
    page = (Path(__file__).parents[2] / "docs" / "hub.md").read_text(encoding="utf-8")
    hub.repos["owner/name"] = hub.repos["you/tiny"]
    scope = {}
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], scope)
    assert scope["reader"].model.info.name == "first"


def test_the_commands_take_an_address(hub, tmp_path, capsys):
    picture = tmp_path / "a.png"
    Image.fromarray(samples.sample("つ", 0)).save(picture)
    assert cli.main(["read", str(picture), "--model", "hf://you/tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["candidates"]


@pytest.mark.parametrize("how", ["KUZUSHIJI_OFFLINE", "argument", "the hub is gone"])
def test_without_the_network_the_cache_is_used(hub, monkeypatch, how):
    with pytest.raises(KuzushijiError, match=r"not in the cache, and the network is forbidden"):
        fetch("hf://you/tiny", local_files_only=True)
    there = fetch("hf://you/tiny")
    asked = len(hub.asked)
    if how == "KUZUSHIJI_OFFLINE":
        monkeypatch.setenv("KUZUSHIJI_OFFLINE", "1")
    elif how == "the hub is gone":
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert fetch("hf://you/tiny", local_files_only=how == "argument") == there
    assert len(hub.asked) == asked


def test_a_hub_out_of_reach_is_one_line(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        KuzushijiError, match=r"^hf://you/other: not in the cache, and the Hub cannot be reached$"
    ):
        fetch("hf://you/other")


@pytest.mark.parametrize(
    ("address", "kind", "said"),
    [
        ("hf://you/none", KuzushijiError, "no such model"),
        ("hf://you/tiny@v9", KuzushijiError, "no revision 'v9'"),
        ("hf://you/empty", KuzushijiError, "has no model.onnx"),
        ("hf://", UsageError, "no address"),
        ("hf://a/b/c", UsageError, "no address"),
    ],
)
def test_what_is_not_there_is_one_line(hub, tmp_path, address, kind, said):
    (tmp_path / "empty").mkdir()
    hub.repos["you/empty"] = {"main": tmp_path / "empty"}
    with pytest.raises(kind) as e:
        find(address)
    assert said in str(e.value)
    assert "\n" not in str(e.value)


def test_a_file_that_is_no_model_is_one_line(hub, tmp_path):
    (tmp_path / "main" / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(KuzushijiError, match="not an ONNX model"):
        Reader("hf://you/tiny")


def test_a_missing_extra_names_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UsageError, match=r"kuzushiji\[hub\]"):
        fetch("hf://you/tiny")
    with pytest.raises(UsageError, match=r"kuzushiji\[hub\]"):
        write_folder("kmnist", tmp_path / "out")


@pytest.mark.parametrize("name", names())
def test_every_shipped_model_becomes_a_folder_whose_card_the_hub_takes(
    hub, name, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "out"
    assert cli.main(["export", name, "--hub", str(folder), "--repo", f"you/{name}"]) == 0
    printed = capsys.readouterr().out.splitlines()
    found = {"LICENSE.md", "README.md", "config.json", "example.mjs", "example.py", "model.onnx"}
    assert {path.name for path in folder.iterdir()} == {Path(line).name for line in printed} == found
    card = hub_package.ModelCard.load(folder / "README.md")
    assert card.data.license == "cc-by-sa-4.0"
    assert card.data.library_name == "kuzushiji"
    results = {(r.dataset_name, r.metric_type): r.metric_value for r in card.data.eval_results}
    assert len(results) >= 2
    assert all(0 < value < 1 for value in results.values())
    assert card.data.model_name == name
    assert f'Reader("hf://you/{name}")' in card.text
    assert "## Limits" in card.text
    assert "created by CODH" in (folder / "LICENSE.md").read_text(encoding="utf-8")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    info = open_model(name).info
    assert tuple(config["classes"]) == info.classes
    assert config["temperature"] == info.temperature
    # The client's own call of the Hub's check: what it sends is the card, whole.
    with monkeypatch.context() as patched:
        patched.setattr(constants, "ENDPOINT", os.environ["HF_ENDPOINT"])
        card.validate()
    assert hub.cards == [("model", str(card))]
    # And back: the folder served as a repository is a model.
    hub.repos[f"you/{name}"] = {"main": folder}
    assert Reader(f"hf://you/{name}").model.info.classes == info.classes


def test_a_run_brings_its_card_and_figures(tiny_model, tmp_path):
    run = tmp_path / "run"
    tiny_model(path=run / "model.onnx", name="mine")
    (run / "MODEL_CARD.md").write_text("---\nlibrary_name: kuzushiji\n---\n# mine\n\n## Limits\n\nMany.\n")
    (run / "curves.png").write_bytes(b"png")
    files = write_folder(run, tmp_path / "out")
    assert {path.name for path in files} == {
        "README.md", "config.json", "curves.png", "example.mjs", "example.py", "model.onnx",
    }  # fmt: skip
    card = hub_package.ModelCard.load(tmp_path / "out" / "README.md")
    assert card.data.license is None  # own data: its owner chooses
    assert card.data.eval_results is None
    assert "![curves](curves.png)" in card.text
    assert 'Reader("hf://OWNER/mine")' in card.text
    assert "Many." in card.text
    assert card.content.count("\n---\n") == 1


def test_a_model_without_a_card_gets_one(tiny_model, tmp_path):
    write_folder(tiny_model(name="alone"), tmp_path / "out")
    card = hub_package.ModelCard.load(tmp_path / "out" / "README.md")
    assert "# alone" in card.text
    assert "Reads 3 classes" in card.text


def test_a_folder_in_use_and_one_that_cannot_be_made_are_one_line(tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        write_folder("kmnist", tmp_path / "used")
    with pytest.raises(KuzushijiError, match="cannot write"):
        write_folder("kmnist", tmp_path / "used" / "x" / "out")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "kmnist"
    write_folder("kmnist", folder)
    return folder


@pytest.fixture(scope="module")
def glyph(exported):
    """A drawn つ as the models see it, as PNG and PGM in the folder; and our own logits of it."""
    model = open_model("kmnist")
    picture = to_glyph(samples.sample("つ", 1), model.info.size)
    for name in ("glyph.png", "glyph.pgm"):
        Image.fromarray(picture).save(exported / name)
    return model._views(picture[None], ((0, 0),))[0]


def lines(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def agrees(found, logits):
    best = np.sort(logits)[::-1][:5]
    assert found[0][0] == "つ"
    assert float(found[0][1]) > 0.9
    np.testing.assert_allclose([float(each[2]) for each in found], best, atol=1e-4)


def test_the_python_example_needs_nothing_of_ours_and_gives_the_same_logits(exported, glyph):
    assert "kuzushiji" not in re.sub(r'""".*?"""', "", (exported / "example.py").read_text(encoding="utf-8"))
    agrees(lines([sys.executable, "-I", "example.py", "glyph.png"], exported), glyph)


@pytest.fixture
def onnxruntime_web(exported):
    """The folder of the model with the npm package beside it."""
    found = os.environ.get("KUZUSHIJI_TEST_NODE_MODULES")
    if not (shutil.which("node") and found and Path(found, "onnxruntime-web").is_dir()):
        pytest.skip("skipped: node, or onnxruntime-web in KUZUSHIJI_TEST_NODE_MODULES, not found")
    if not (exported / "node_modules").exists():
        (exported / "node_modules").symlink_to(Path(found).resolve(), target_is_directory=True)
    return exported


def test_the_javascript_example_gives_the_logits_of_python(onnxruntime_web, glyph):
    agrees(lines(["node", "example.mjs", "glyph.pgm"], onnxruntime_web), glyph)


def test_the_default_model_with_its_8_bit_convolutions_runs_in_javascript(onnxruntime_web, tmp_path):
    folder = onnxruntime_web / "reader"  # node looks for packages in the folders above
    write_folder("reader", folder)
    model = open_model("reader")
    picture = to_glyph(samples.sample("つ", 1), model.info.size)
    Image.fromarray(picture).save(folder / "glyph.pgm")
    agrees(lines(["node", "example.mjs", "glyph.pgm"], folder), model.logits(picture[None])[0])
