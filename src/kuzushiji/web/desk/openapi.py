"""The desk's part of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from kuzushiji.pages import ColumnKind
from kuzushiji.web.desk.engine import Stage
from kuzushiji.web.schema import array, errors, json_answer, object_of, ref

_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_FILE: dict[str, Any] = {"type": "string", "format": "binary"}
_LAYOUT: dict[str, Any] = {"type": "string", "format": "layout"}


def schemas() -> dict[str, Any]:
    """The schemas of pages, columns and layouts."""
    box = {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 4,
        "maxItems": 4,
        "description": "`[x, y, width, height]` in pixels of the upright page.",
    }
    kind = {"type": "string", "enum": [kind.value for kind in ColumnKind]}
    return {
        "PageCandidate": object_of({"char": _TEXT, "codepoint": _TEXT, "probability": _SHARE}),
        "PageCharacter": object_of(
            {
                "box": box,
                "char": _TEXT,
                "codepoint": _TEXT,
                "probability": _SHARE,
                "sure": _FLAG,
                "ruby": _FLAG,
                "alone": {"type": ["number", "null"], "description": "Its probability without context."},
                "reason_codes": array(_TEXT),
                "candidates": array(ref("PageCandidate")),
            }
        ),
        "Column": object_of(
            {
                "box": box,
                "text": _TEXT,
                "ruby": _FLAG,
                "kind": kind,
                "characters": array(ref("PageCharacter")),
            }
        ),
        "Columns": object_of({"columns": array(ref("Column"))}),
        "Page": object_of(
            {
                "file": _TEXT,
                "page": {"type": "integer", "minimum": 1},
                "width": _WHOLE,
                "height": _WHOLE,
                "text": _TEXT,
                "seconds": {"type": "number", "minimum": 0},
                "turned": {"type": "integer", "enum": [0, 90, 180, 270]},
                "notes": array(_TEXT),
                "columns": array(ref("Column")),
            },
            description="Columns in reading order: right to left, upper tier first.",
        ),
        "PageLine": object_of(
            {"stage": {"type": "string", "enum": [stage.value for stage in Stage]}},
            {
                "place": {"type": "integer", "minimum": 1, "description": "Place in the queue."},
                "page": ref("Page"),
                "status": {"type": "integer", "description": "Status of what failed."},
                "error": _TEXT,
            },
            "One line of the answer; the last has the stage `done` or `failed`.",
        ),
    }


def paths() -> dict[str, Any]:
    """The desk's addresses."""
    image = {"schema": _FILE}
    kinds = {"image/png": image, "image/jpeg": image, "image/webp": image}
    refused = errors(400, 403, 404, 408, 413, 415, 422, 429)
    page = {
        "operationId": "page",
        "summary": "Read a page",
        "description": (
            "The body is one page. The answer comes as the reading goes on, one JSON object a line. "
            "Closing the connection cancels the reading."
        ),
        "requestBody": {"required": True, "content": {**kinds, **_form({"image": _FILE})}},
        "responses": {
            "200": {
                "description": "The stages, then the page",
                "content": {"application/x-ndjson": {"schema": ref("PageLine")}},
            },
            **refused,
        },
    }
    boxes = {
        "operationId": "boxes",
        "summary": "Read given boxes again",
        "description": (
            '`layout` is JSON: `{"columns": [{"kind": "main", "characters": [{"box": [x, y, width, '
            'height], "angle": 0, "char": "か", "ruby": false}]}]}`. A character with `char` is known '
            "and is not read."
        ),
        "requestBody": {"required": True, "content": _form({"image": _FILE, "layout": _LAYOUT})},
        "responses": {
            "200": json_answer("The columns, in the order of the layout", "Columns"),
            **refused,
            **errors(503),
        },
    }
    return {"/api/pages": {"post": page}, "/api/pages/boxes": {"post": boxes}}


def _form(files: dict[str, Any]) -> dict[str, Any]:
    return {"multipart/form-data": {"schema": {**object_of(files), "additionalProperties": False}}}
