import json

import pytest

from kuzushiji.errors import KuzushijiError
from kuzushiji.weights import ModelInfo

GOOD = {"name": "tiny", "classes": ["か", "き"], "size": 28}


def test_round_trip_keeps_every_field_and_unknown_keys():
    info = ModelInfo(
        name="tiny",
        classes=("か", "き"),
        size=64,
        temperature=1.3,
        sure_threshold=0.9,
        shifts=((0, 0), (-1, 2)),
        architecture="vgg",
        trained_on="strokes",
        attribution="somebody",
        more={"seed": 3, "macs": 1_000},
    )
    assert ModelInfo.from_json(info.to_json()) == info
    assert json.loads(info.to_json())["seed"] == 3


def test_json_is_readable_characters_not_escapes():
    assert "か" in ModelInfo.from_json(json.dumps(GOOD)).to_json()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "lacks name, classes, size"),
        (json.dumps(GOOD | {"classes": "かき"}), "not a list"),
        (json.dumps(GOOD | {"classes": ["か", "か"]}), "not all different"),
        (json.dumps(GOOD | {"classes": []}), "empty"),
        (json.dumps(GOOD | {"size": "28"}), "not a whole number"),
        (json.dumps(GOOD | {"size": 3}), "8..512"),
        (json.dumps(GOOD | {"temperature": 0}), "temperature"),
        (json.dumps(GOOD | {"temperature": float("nan")}), "temperature"),
        (json.dumps(GOOD | {"sure_threshold": 2}), "sure_threshold"),
        (json.dumps(GOOD | {"shifts": [[0, 28]]}), "out of its frame"),
        (json.dumps(GOOD | {"shifts": [[1]]}), "wrong type"),
        (json.dumps(GOOD | {"shifts": 3}), "wrong type"),
    ],
)
def test_bad_metadata_is_refused_in_one_line(text, says):
    with pytest.raises(KuzushijiError, match=says) as caught:
        ModelInfo.from_json(text)
    assert "\n" not in str(caught.value)
