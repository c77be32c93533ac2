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
            "Closing the connection cancels the reading. A form may have a second file, `known`: JSON lines "
            "of confirmed characters (`kuzushiji page --known`), from which the reader learns this hand."
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
    return {
        "/api/pages": {"post": page},
        "/api/pages/boxes": {"post": boxes},
        "/api/pages/export": {"post": _export()},
    }


def _export() -> dict[str, Any]:
    from kuzushiji.pages.formats import FORMATS

    form = {
        "name": "format",
        "in": "query",
        "required": True,
        "description": "What to write.",
        "schema": {"type": "string", "enum": [each.name for each in FORMATS.values() if not each.pictured]},
    }
    files = object_of(
        {"pages": {"type": "string", "format": "pages"}},
        {"image": {"type": "array", "items": _FILE, "maxItems": 0}},
        '`pages` is JSON: `{"pages": […]}`, each as `kuzushiji page --json` prints it. The formats `pdf` and '
        "`html` need one `image` for each page, in order.",
    )
    document = {"schema": _FILE}
    return {
        "operationId": "export",
        "summary": "Write pages as a document",
        "parameters": [form],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": {**files, "additionalProperties": False}}},
        },
        "responses": {
            "200": {
                "description": "The document; a zip for several pages of a format that holds one",
                "content": {kind: document for kind in _document_kinds()},
            },
            **errors(400, 403, 408, 413, 415, 422, 429, 503),
        },
    }


def _document_kinds() -> list[str]:
    from kuzushiji.pages.formats import FORMATS

    return sorted({each.media_type for each in FORMATS.values()} | {"application/zip"})


def _form(files: dict[str, Any]) -> dict[str, Any]:
    known = {"known": {"type": "string", "format": "known"}}
    return {"multipart/form-data": {"schema": {**object_of(files, known), "additionalProperties": False}}}
