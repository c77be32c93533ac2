"""The commands evaluate and audit: exit codes, the JSON contract, pages that stand alone."""

import json

import numpy as np
import pytest

from kuzushiji.cli import main
from kuzushiji.datasets import Dataset
from kuzushiji.errors import UsageError


@pytest.fixture
def own_data(monkeypatch, glyphs) -> None:
    """A data set "own": 1, 3 and 12 training images of three classes, 20 test images of each, some wrong."""
    rng = np.random.default_rng(0)

    def make(split: str) -> Dataset:
        labels = np.repeat([0, 1, 2], [1, 3, 12] if split == "train" else [20, 20, 20])
        images = glyphs[labels].copy()
        images[rng.random(images.shape) < 0.1] = 90
        if split == "test":
            images[::10] = images[(np.arange(0, 60, 10) + 25) % 60]
        return Dataset("own", split, images, labels.astype(np.int64), ("か", "き", "く"))

    sets = {split: make(split) for split in ("train", "test")}

    def load(name: str, split: str = "train") -> Dataset:
        if name != "own":
            raise UsageError(f"no data set or folder {name!r}")
        return sets[split]

    monkeypatch.setattr("kuzushiji.datasets.load", load, raising=False)


@pytest.mark.usefixtures("own_data")
class TestEvaluate:
    def test_json_is_one_object_with_the_contract_keys(self, tiny_model, capsys) -> None:
        assert main(["evaluate", str(tiny_model()), "own", "--json"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1
        out = json.loads(lines[0])
        assert (out["dataset"], out["split"], out["n"]) == ("own", "test", 60)
        for key in ("accuracy", "balanced_accuracy", "macro_f1", "top5"):
            assert out[key]["low"] <= out[key]["value"] <= out[key]["high"], key
        assert 0.8 < out["accuracy"]["value"] < 1
        assert 0 <= out["ece"] <= 1
        assert [(b["training_images"], b["images"]) for b in out["bins"]] == [
            ("1", 20),
            ("2-5", 20),
            ("11-20", 20),
        ]

    def test_json_has_the_curves_and_on_request_every_class(self, tiny_model, capsys) -> None:
        assert main(["evaluate", str(tiny_model()), "own", "--json", "--per-class"]) == 0
        out = json.loads(capsys.readouterr().out)
        assert sum(b["n"] for b in out["reliability"]) == 60
        assert out["risk_coverage"][-1]["coverage"] == 1
        assert out["risk_coverage"][-1]["risk"] == pytest.approx(1 - out["accuracy"]["value"])
        assert sum(c["n"] for c in out["confusions"]) == 60 - sum(c["right"] for c in out["per_class"])
        assert all(c["label"] != c["read_as"] for c in out["confusions"])
        recalls = [c["recall"] for c in out["per_class"]]
        assert recalls == sorted(recalls)
        assert np.mean(recalls) == pytest.approx(out["balanced_accuracy"]["value"])

    def test_two_models_of_one_name_are_told_apart_by_their_paths(self, tiny_model, tmp_path, capsys) -> None:
        first, second = str(tiny_model()), str(tiny_model(path=tmp_path / "again.onnx"))
        assert main(["evaluate", first, "own", "--compare", second]) == 0
        assert f"only {first} right 0, only {second} right 0" in capsys.readouterr().out

    def test_json_names_the_surest_mistakes(self, tiny_model, capsys) -> None:
        assert main(["evaluate", str(tiny_model()), "own", "--json"]) == 0
        out = json.loads(capsys.readouterr().out)
        told = out["mistakes"]
        assert sorted(m["index"] for m in told) == [0, 10, 20, 30, 40, 50]  # where another's image lies
        assert {(m["label"], m["read_as"]) for m in told} == {("か", "き"), ("き", "く"), ("く", "か")}
        assert [m["probability"] for m in told] == sorted((m["probability"] for m in told), reverse=True)

    def test_json_has_the_shapes_inside_a_class(self, tiny_model, capsys, monkeypatch) -> None:
        monkeypatch.setattr("kuzushiji.evaluation.shapes.IMAGES", 20)
        assert main(["evaluate", str(tiny_model()), "own", "--json", "--per-class"]) == 0
        out = json.loads(capsys.readouterr().out)
        of = {c["char"]: [s for s in out["shapes"] if s["char"] == c["char"]] for c in out["per_class"]}
        for c in out["per_class"]:
            assert sum(s["n"] for s in of[c["char"]]) == c["n"] == 20
            assert sum(s["n"] * s["accuracy"]["value"] for s in of[c["char"]]) == pytest.approx(c["right"])
            assert sum(s["test_share"] for s in of[c["char"]]) == pytest.approx(1)
        assert all(s["train_share"] is None for s in out["shapes"])  # 12 training images are too few to group
        read = [s["accuracy"]["value"] for s in out["shapes"]]
        assert read == sorted(read)

    def test_what_would_fail_at_the_end_fails_at_once(
        self, tiny_model, tmp_path, capsys, monkeypatch
    ) -> None:
        def never(*args, **kwargs) -> None:
            raise AssertionError("worked before it looked where to write")

        monkeypatch.setattr("kuzushiji.datasets.load", never)
        monkeypatch.setattr("kuzushiji.evaluation.audit.material.gather", never)
        file = tmp_path / "file"
        file.touch()
        words = ["evaluate", str(tiny_model()), "own"]
        assert main([*words, "--report", str(tmp_path)]) == 2
        assert main([*words, "--report", str(file / "r.html")]) == 1
        assert main(["audit", "own", "--csv", str(tmp_path)]) == 2
        assert main([*words, "--per-class"]) == 2
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 4
        assert not any("unexpected" in line for line in lines)

    def test_an_unfinished_page_leaves_the_old_one(self, tiny_model, tmp_path, monkeypatch) -> None:
        out = tmp_path / "r.html"
        out.write_text("old")

        def full(path, text, **kwargs) -> None:
            path.write_bytes(text[:100].encode())
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pathlib.Path.write_text", full)
        assert main(["evaluate", str(tiny_model()), "own", "--report", str(out)]) == 1
        assert out.read_text() == "old"
        assert [p.name for p in tmp_path.glob("r.html*")] == ["r.html"]

    def test_several_models_as_one(self, tiny_model, tmp_path, capsys) -> None:
        both = f"{tiny_model()}+{tiny_model(path=tmp_path / 'other.onnx', name='other', sharpness=9.0)}"
        page = tmp_path / "r.html"
        assert main(["evaluate", both, "own", "--json", "--report", str(page), "--compare", both]) == 0
        out = json.loads(capsys.readouterr().out)
        assert out["model"] == "tiny + other"
        assert out["members"] == both.split("+")
        assert out["compare"]["difference"]["value"] == 0
        assert "2 models answer as one" in page.read_text(encoding="utf-8")
        assert main(["evaluate", f"{both}+", "own"]) == 2

    def test_words_and_comparison(self, tiny_model, tmp_path, glyphs, capsys) -> None:
        worse = tiny_model(templates=glyphs[[1, 0, 2]], path=tmp_path / "worse.onnx", name="worse")
        assert main(["evaluate", str(tiny_model()), "own", "--compare", str(worse)]) == 0
        out = capsys.readouterr().out
        assert "60 images" in out
        assert "McNemar p" in out
        assert "more than chance explains" in out
        assert main(["evaluate", str(tiny_model()), "own", "--json", "--compare", str(worse)]) == 0
        compared = json.loads(capsys.readouterr().out)["compare"]
        assert compared["model"] == "worse"
        assert compared["difference"]["low"] > 0
        assert compared["mcnemar_p"] < 1e-3

    def test_report(self, tiny_model, tmp_path, capsys) -> None:
        out = tmp_path / "r.html"
        assert main(["evaluate", str(tiny_model()), "own", "--report", str(out)]) == 0
        html = out.read_text(encoding="utf-8")
        assert "Rare and common characters" in html
        assert "tiny on own" in html
        assert str(out) in capsys.readouterr().out

    def test_errors_are_one_line_and_the_right_code(self, tiny_model, capsys) -> None:
        assert main(["evaluate", "no-such-model", "own"]) == 2
        assert main(["evaluate", str(tiny_model()), "no-such-data"]) == 2
        assert main(["evaluate", str(tiny_model(classes=("阿", "伊", "宇"))), "own"]) == 1
        err = capsys.readouterr().err.splitlines()
        assert len(err) == 3
        assert all(line.startswith("kuzushiji: error: ") for line in err)


def test_own_data_that_is_not_divided_or_a_file_says_what_to_give(tiny_model, tmp_path, capsys) -> None:
    from PIL import Image

    (tmp_path / "か").mkdir()
    Image.new("L", (28, 28)).save(tmp_path / "か" / "a.png")
    assert main(["evaluate", str(tiny_model()), str(tmp_path)]) == 2
    assert "has no split 'test'; it has all; give --split all" in capsys.readouterr().err
    assert main(["evaluate", str(tiny_model()), str(tmp_path / "か" / "a.png")]) == 2
    assert "a.png is a file; give its folder" in capsys.readouterr().err
