"""Multipart bodies: the files that a form brings."""

from __future__ import annotations

from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from kuzushiji.web.guard.limits import ApiError

FORM = "multipart/form-data"


class Part(NamedTuple):
    """One file of a form: the form's field, the file's name and its bytes."""

    field: str
    name: str
    data: bytes


def kind_of(request: Request) -> str:
    """The Content-Type without its parameters, in lower case."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def files_of(request: Request, body: bytes, most: int, fields: int = 0) -> list[Part]:
    """The files, and plain fields, of a multipart body that has already been received.

    Args:
        request: whose headers describe the body.
        body: the whole body.
        most: the most files.
        fields: the most plain fields; each counts as a file of the field's name.

    Raises:
        ApiError: 413 too many files, 422 not a multipart body.
    """

    async def replay() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = await Request(request.scope, replay).form(
            max_files=most, max_fields=fields, max_part_size=len(body)
        )
    except (MultiPartException, KeyError, ValueError) as e:
        raise _bad_form(e, most) from None
    except Exception as e:  # starlette wraps its own parser's errors in HTTPException
        raise _bad_form(e, most) from None
    try:
        parts = []
        for field, part in form.multi_items():
            if isinstance(part, UploadFile):
                parts.append(Part(field, utf8(part.filename or "image"), await part.read()))
            else:
                parts.append(Part(field, field, part.encode("utf-8", "backslashreplace")))
        return parts
    finally:
        await form.close()


def utf8(given: str) -> str:
    """A name that UTF-8 can hold: half a surrogate pair becomes its escape, as on the command line."""
    return given.encode("utf-8", "backslashreplace").decode("utf-8")


def _bad_form(error: Exception, most: int) -> ApiError:
    if "Too many files" in str(getattr(error, "detail", error)):
        return ApiError(413, f"more than {most} images; send them in several requests")
    return ApiError(422, "the multipart body cannot be read; send files and put the options into the query")
