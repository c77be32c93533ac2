"""Pieces of an OpenAPI document."""

from __future__ import annotations

from typing import Any


def ref(name: str) -> dict[str, str]:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(description: str, schema: str) -> dict[str, Any]:
    """A response with a JSON body."""
    return {"description": description, "content": {"application/json": {"schema": ref(schema)}}}


def errors(*statuses: int) -> dict[str, Any]:
    """The error responses of an address."""
    words = {
        400: "The client went away or sent something that is no HTTP request",
        403: "Host, Origin or Sec-Fetch-Site is not this server's own page",
        404: "No such character, or a server that reads no pages",
        408: "The body arrived too slowly",
        413: "The body, an image or the number of images is too large",
        415: "Not an image, or a Content-Type that is not one",
        422: "An option or an image that cannot be used",
        429: "Too much at once; try again after `Retry-After` seconds",
        503: "It took too long; try again",
    }
    return {str(status): json_answer(words[status], "Error") for status in statuses}


def object_of(
    required: dict[str, Any], optional: dict[str, Any] | None = None, description: str = ""
) -> dict[str, Any]:
    """The schema of an object."""
    return {
        "type": "object",
        "description": description,
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def array(items: dict[str, Any]) -> dict[str, Any]:
    """The schema of a list."""
    return {"type": "array", "items": items}
