"""Every key that the server answers with is in its OpenAPI document, and none is missing from an answer."""

from __future__ import annotations

from typing import Any

import pytest
from web_support import ink, png

from kuzushiji.reading import Candidate


def differences(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str = "") -> list[str]:
    """Where a value and its schema do not have the same keys, all the way down."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list) and "items" in schema:
        return [d for each in value for d in differences(each, schema["items"], schemas, f"{where}[]")]
    if not isinstance(value, dict):
        return []
    known = schema.get("properties", {})
    found = [f"{where}.{key} is not documented" for key in value if key not in known]
    found += [f"{where}.{key} is not there" for key in schema.get("required", ()) if key not in value]
    for key, inner in value.items():
        if key in known:
            found += differences(inner, known[key], schemas, f"{where}.{key}")
    return found


def answer_of(document: dict[str, Any], path: str, method: str, status: int) -> dict[str, Any]:
    answer = document["paths"][path][method]["responses"][str(status)]
    return answer["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/api/model", "/api/model"),
        ("/health", "/health"),
        ("/api/characters/か", "/api/characters/{char}"),
        ("/api/characters/臺", "/api/characters/{char}"),
    ],
)
def test_answers_have_the_documented_keys(client: Any, address: str, path: str) -> None:
    document = client.get("/openapi.json").json()
    value = client.get(address).json()
    assert differences(value, answer_of(document, path, "get", 200), document["components"]["schemas"]) == []


def test_a_reading_has_the_documented_keys(client: Any) -> None:
    document = client.get("/openapi.json").json()
    files = [("image", ("a.png", png(ink("し")), "image/png")), ("image", ("b.png", b"no", "image/png"))]
    value = client.post("/api/read?glyph=true&top=3", files=files).json()
    assert value["readings"][0]["candidates"]
    assert value["readings"][1]["error"]
    schema = answer_of(document, "/api/read", "post", 200)
    assert differences(value, schema, document["components"]["schemas"]) == []


def test_a_candidate_has_the_documented_keys(client: Any) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["Candidate"]
    plain = set(Candidate.of("か", 0.5).to_json())
    assert plain == set(schema["required"])
    assert set(schema["properties"]) - plain == {"evidence"}


def test_a_key_more_or_less_is_found() -> None:
    schemas = {"A": {"properties": {"x": {"type": "array", "items": {"$ref": "#/A"}}}, "required": ["x"]}}
    assert differences({"x": [{"x": []}]}, {"$ref": "#/A"}, schemas) == []
    assert differences({"x": [{"y": 1}]}, {"$ref": "#/A"}, schemas) == [
        ".x[].y is not documented",
        ".x[].x is not there",
    ]
