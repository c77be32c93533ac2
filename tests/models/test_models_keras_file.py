"""``.keras`` files of strangers: none runs a command, reads a file or fills the memory."""

import json
import zipfile

import numpy as np
import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.models.keras_file import open_keras

keras = pytest.importorskip("keras")


def archive(path, config, more=None):
    """A ``.keras`` file with a configuration of one's choice and the weights of a real one."""
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    model.save(path)
    with zipfile.ZipFile(path) as real:
        members = {name: real.read(name) for name in real.namelist()}
    members |= {
        "config.json": json.dumps(config).encode() if isinstance(config, dict) else config,
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def lambda_of(module, name, **arguments):
    function = {"module": module, "class_name": "function", "config": name, "registered_name": "function"}
    return {
        "module": "keras.layers",
        "class_name": "Lambda",
        "config": {"name": "evil", "function": function, "arguments": arguments},
        "registered_name": None,
        "inbound_nodes": [],
        "name": "evil",
    }


def hostile(layer):
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [layer]},
        "registered_name": None,
    }


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("os", "system", {}),
        ("subprocess", "run", {"shell": True}),
        ("builtins", "exec", {}),
        ("keras.config", "enable_unsafe_deserialization", {}),
        ("keras.utils", "get_file", {"origin": "file:///etc/hostname"}),
    ],
)
def test_no_function_is_run(tmp_path, module, name, arguments):
    path = archive(tmp_path / "evil.keras", hostile(lambda_of(module, name, **arguments)))
    with pytest.raises(KuzushijiError, match=r"evil\.keras is not a Keras model of this package"):
        open_keras(path)


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(tmp_path):
    bomb = {"assets/zeros": np.zeros(80 << 20, np.uint8).tobytes()}
    with pytest.raises(KuzushijiError, match="would unpack to"):
        open_keras(archive(tmp_path / "bomb.keras", {}, bomb))


@pytest.mark.parametrize(
    "config", [b"{}", b"no", b"[" * 100_000, b'{"module": "keras", "class_name": "Model"}']
)
def test_a_configuration_that_means_nothing_is_one_line(tmp_path, config):
    with pytest.raises(KuzushijiError, match=r"odd\.keras") as caught:
        open_keras(archive(tmp_path / "odd.keras", config))
    assert "\n" not in str(caught.value)


def test_what_is_no_archive_is_named(tmp_path):
    (tmp_path / "x.keras").write_bytes(b"no")
    with pytest.raises(KuzushijiError, match=r"x\.keras"):
        open_keras(tmp_path / "x.keras")


def test_keras_is_new_enough():
    """Older releases ran commands that such a file named, or wrote outside of their folder."""
    assert tuple(map(int, keras.__version__.split(".")[:2])) >= (3, 14)
