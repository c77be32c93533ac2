"""The OpenAPI document of the server, written by hand; a test compares every key with the answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from kuzushiji._version import __version__
from kuzushiji.web.desk import openapi as desk
from kuzushiji.web.guard.limits import Limits
from kuzushiji.web.schema import errors, json_answer, object_of, ref

_STRING: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_STRINGS: dict[str, Any] = {"type": "array", "items": _STRING}
_NULLABLE: dict[str, Any] = {"type": ["string", "null"]}


def _schemas() -> dict[str, Any]:
    number = {"type": "number"}
    side = {"type": "number", "minimum": 1}
    return {
        "Error": object_of({"error": _STRING}, description="What is wrong and what to do, in one line."),
        "Box": object_of(
            {"x": number, "y": number, "width": side, "height": side, "angle": number},
            description="Pixels of the upright image, turned by `angle` degrees clockwise about its centre.",
        ),
        "Candidate": object_of(
            {
                "char": _STRING,
                "codepoint": {"type": "string", "pattern": r"^U\+[0-9A-F]{4,6}( U\+[0-9A-F]{4,6})*$"},
                "probability": {"type": "number", "minimum": 0, "maximum": 1},
                "name": {"type": "string", "description": "Its Unicode name."},
                "kind": _STRING,
                "reading": {"type": "string", "description": "Short, for a person; may be empty."},
                "romaji": _NULLABLE,
                "jibo": {**_STRINGS, "description": "Kanji that forms of this kana come from."},
                "jibo_of": {**_STRINGS, "description": "Kana that are written with this kanji."},
                "voiced": _STRINGS,
                "variants": _STRINGS,
                "gloss": _NULLABLE,
                "look_alikes": _STRINGS,
            },
            {
                "evidence": {
                    **_STRINGS,
                    "description": "Known glyphs like the one read, as `data:image/png`, nearest first.",
                }
            },
            "One possible reading; `probability` is calibrated.",
        ),
        "Reading": object_of(
            {"file": _STRING},
            {
                "candidates": {"type": "array", "items": ref("Candidate")},
                "sure": {
                    "type": "boolean",
                    "description": "Whether the model stands by its first candidate.",
                },
                "reasons": {**_STRINGS, "description": "Why it is not sure, in English."},
                "reason_codes": {
                    **_STRINGS,
                    "description": "The same as codes, which do not change.",
                },
                "glyph": {"type": "string", "description": "What the model saw, a `data:image/png` address."},
                "box": ref("Box"),
                "error": {"type": "string", "description": "Why this one could not be read."},
            },
            "The candidates of one image or box, best first; or its `error`.",
        ),
        "Readings": object_of({"model": _STRING, "readings": {"type": "array", "items": ref("Reading")}}),
        "Character": object_of(
            {
                "char": _STRING,
                "codepoint": _STRING,
                "name": _STRING,
                "kind": _STRING,
                "reading": _STRING,
                "romaji": _NULLABLE,
                "kana": {**_STRINGS, "description": "The plain kana that the sign writes."},
                "jibo": {"type": "array", "items": ref("Jibo")},
                "on": _STRINGS,
                "kun": _STRINGS,
                "gloss": _NULLABLE,
                "variants": _STRINGS,
                "old_forms": _STRINGS,
                "new_forms": _STRINGS,
                "readings_from": {**_NULLABLE, "description": "The form whose readings these are."},
                "jibo_of": _STRINGS,
                "voiced": _STRINGS,
                "look_alikes": _STRINGS,
            }
        ),
        "Jibo": object_of(
            {"char": _STRING, "codepoint": _STRING, "parent": _STRING, "standard": {"type": "boolean"}},
            description="A kana form and the kanji it was written from.",
        ),
        "Model": object_of({"name": _STRING, "size": {"type": "integer", "minimum": 1}, "classes": _STRINGS}),
        "Health": object_of(
            {
                "status": {"type": "string", "enum": ["ok"]},
                "version": _STRING,
                "model": _STRING,
                "classes": _COUNT,
                "requests": {**_COUNT, "description": "Reading requests in flight."},
                "waiting": {**_COUNT, "description": "Glyphs that wait for the model."},
                "batches": {**_COUNT, "description": "Batches read since the start."},
                "glyphs": {**_COUNT, "description": "Glyphs read since the start."},
            }
        ),
    }


def _query(name: str, schema: dict[str, Any], description: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
        **more,
    }


def _read(limits: Limits) -> dict[str, Any]:
    number = r"[+-]?[0-9]{1,7}(\.[0-9]{1,6})?"
    size = r"[1-9][0-9]{0,6}(\.[0-9]{1,6})?"
    box = {"type": "string", "pattern": rf"^{number},{number},{size},{size}(,{number})?$"}
    flag = {"type": "boolean", "default": False}
    image = {"schema": {"type": "string", "format": "binary"}}
    files = {
        "type": "array",
        "minItems": 1,
        "maxItems": limits.images,
        "items": {"type": "string", "format": "binary"},
    }
    return {
        "operationId": "read",
        "summary": "Read characters",
        "description": (
            "The body is one image (`Content-Type: image/…`) or several (`multipart/form-data`), one "
            "character each. With `box`, an image is a page and each box is read. An image or box that "
            "cannot be used has an `error` in its place; where no image can be, the answer is that error."
        ),
        "parameters": [
            _query(
                "top",
                {"type": "integer", "minimum": 1, "maximum": limits.top, "default": 5},
                "How many candidates.",
            ),
            _query("invert", flag, "Swap ink and paper, where the automatic choice is wrong."),
            _query(
                "threshold",
                {"type": "integer", "minimum": 1, "maximum": 254},
                "Grey level that parts ink from paper; found by itself when left out.",
            ),
            _query(
                "box",
                {"type": "array", "maxItems": limits.boxes, "items": box},
                "`x,y,width,height` or `x,y,width,height,angle` in pixels of the upright image; repeatable.",
                style="form",
                explode=True,
            ),
            _query(
                "evidence",
                {"type": "integer", "minimum": 0, "maximum": 12, "default": 0},
                "How many known glyphs to give with each of the first three candidates.",
            ),
            _query("glyph", {**flag, "default": True}, "Give back what the model saw."),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "image/png": image,
                "image/jpeg": image,
                "image/webp": image,
                "multipart/form-data": {
                    "schema": {**object_of({"image": files}), "additionalProperties": False}
                },
            },
        },
        "responses": {
            "200": json_answer("The readings, in the order of the images or boxes", "Readings"),
            **errors(400, 403, 408, 413, 415, 422, 429, 503),
        },
    }


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document.

    >>> sorted(document()["paths"])[2:5]
    ['/api/pages', '/api/pages/boxes', '/api/pages/export']
    """
    char = {
        "name": "char",
        "in": "path",
        "required": True,
        "description": "One character (`か`), or its code point (`U+304B`).",
        "schema": {"type": "string", "pattern": r"^([^/.?#%\s]|[Uu]\+[0-9A-Fa-f]{4,6})$"},
    }
    look_up = {
        "operationId": "character",
        "summary": "Look a character up",
        "parameters": [char],
        "responses": {"200": json_answer("What is known about it", "Character"), **errors(403, 404, 422)},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kuzushiji",
            "version": __version__,
            "summary": "Reads cursive classical Japanese, a page or a character at a time",
            "description": "Images are read on the machine that runs this server, and go nowhere else.",
            "license": {"name": "MIT; weights CC BY-SA 4.0", "identifier": "MIT AND CC-BY-SA-4.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/read": {"post": _read(Limits())},
            **desk.paths(),
            "/api/characters/{char}": {"get": look_up},
            "/api/model": {"get": _simple("model", "Which characters the model reads", "Model")},
            "/health": {"get": _simple("health", "Whether the server is up", "Health")},
        },
        "components": {"schemas": {**_schemas(), **desk.schemas()}},
    }


def _simple(name: str, summary: str, schema: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "responses": {"200": json_answer(summary, schema), **errors(403)},
    }


async def endpoint(request: Request) -> JSONResponse:
    """``GET /openapi.json``."""
    return JSONResponse(document())
