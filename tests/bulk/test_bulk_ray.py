"""The Ray engine: the same bytes as the local one, also when an actor or a whole node dies."""

import os
import time
from pathlib import Path

import pytest
from bulk_support import save
from fake_task import Fake

from kuzushiji.bulk import CharacterTask, RunOptions, run
from kuzushiji.errors import KuzushijiError

ray = pytest.importorskip("ray")

HERE = Path(__file__).parent


@pytest.fixture(scope="module", autouse=True)
def _paths():
    """Ray's processes find the tests' own modules, and say nothing to the outside."""
    before = dict(os.environ)
    paths = [str(HERE), str(HERE.parents[1] / "src"), before.get("PYTHONPATH", "")]
    os.environ.update(
        PYTHONPATH=os.pathsep.join(paths),
        RAY_USAGE_STATS_ENABLED="0",
        RAY_ENABLE_UV_RUN_RUNTIME_ENV="0",
    )
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def folder(tmp_path):
    """Thirty pictures: eight parts, the last of two."""
    for number in range(30):
        save(tmp_path / "in" / f"{number:02}.png", number)
    (tmp_path / "in" / "13.png").write_bytes(b"no picture")
    return tmp_path / "in"


def whole(folder, tmp_path) -> bytes:
    run(Fake(), [str(folder)], tmp_path / "whole.jsonl")
    return (tmp_path / "whole.jsonl").read_bytes()


def test_a_ray_of_our_own(folder, tmp_path, tiny_model):
    """One start of Ray for all of this: it takes its time."""
    local, out = RunOptions(workers=1), RunOptions(workers=2, engine="ray")
    run(Fake(), [str(folder)], tmp_path / "o.jsonl", out)
    assert not ray.is_initialized(), "it ends what it began"
    assert (tmp_path / "o.jsonl").read_bytes() == whole(folder, tmp_path)
    (tmp_path / "in" / "13.png").unlink()
    task = CharacterTask(str(tiny_model()))
    for name, options in (("a.parquet", local), ("b.parquet", out)):
        run(task, [str(folder)], tmp_path / name, options)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    with pytest.raises(KuzushijiError, match=r"fake\.onnx: no model"):
        run(Fake(broken=True), [str(folder)], tmp_path / "c.jsonl", out)


def test_an_actor_that_dies_costs_its_parts_only(folder, tmp_path):
    save(tmp_path / "in" / "deadly.png")
    out = tmp_path / "o.jsonl"
    state = run(Fake(), [str(folder)], out, RunOptions(workers=1, engine="ray"))
    assert state.failed == 2
    assert state.done == 31
    assert out.read_text().count("\n") == 31


def test_a_node_that_dies_costs_its_parts_only(folder, tmp_path):
    """Two nodes on this machine; the one that has not the run is killed while it reads."""
    from ray.cluster_utils import Cluster

    expected = whole(folder, tmp_path)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        second = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        marks = tmp_path / "marks"
        marks.mkdir()
        killed = []

        def progress(state):
            if not killed:
                killed.append(state.done)
                cluster.remove_node(second, allow_graceful=False)

        task = Fake(slow=0.1, marks=str(marks))
        options = RunOptions(workers=2, engine="ray", address=cluster.address)
        state = run(task, [str(folder)], tmp_path / "o.jsonl", options, progress=progress)
        assert killed
        assert killed[0] < state.done == 30
        assert (tmp_path / "o.jsonl").read_bytes() == expected
        assert (marks / "read").read_text().count("\n") <= 30 + 3 * 4, "only what was at work is done again"
    finally:
        ray.shutdown()
        cluster.shutdown()


def test_no_cluster_at_an_address_is_one_line(folder, tmp_path):
    start = time.monotonic()
    options = RunOptions(engine="ray", address="127.0.0.1:1")
    with pytest.raises(KuzushijiError, match=r"no Ray at 127\.0\.0\.1:1") as raised:
        run(Fake(), [str(folder)], tmp_path / "o.jsonl", options)
    assert "\n" not in str(raised.value)
    assert time.monotonic() - start < 120


def test_models_reach_a_node_that_has_them_not(tmp_path, tiny_model, monkeypatch):
    from kuzushiji.bulk.engines import ray_actors

    path = tiny_model(path=tmp_path / "m.onnx")
    content = path.read_bytes()
    monkeypatch.setattr(ray, "get", lambda reference: content)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "node"))
    task = CharacterTask(str(path))
    assert task.files() == [path]
    assert CharacterTask().files() == [], "what ships is on the node already"
    assert ray_actors.placed(task, [(str(path), None)]) is task, "it is here"
    path.unlink()
    there = ray_actors.placed(task, [(str(path), None)])
    assert Path(there.model).read_bytes() == content
