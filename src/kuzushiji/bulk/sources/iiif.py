"""IIIF: the images of a manifest (Presentation 2 and 3), of a collection, and of an ``info.json``.

Of https://iiif.io/api/presentation/3.0/ and https://iiif.io/api/presentation/2.1/ the images and their order
are used; https://iiif.io/api/image/3.0/ says how the address of a whole image is made.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kuzushiji.bulk.sources.fetch import Fetching
from kuzushiji.bulk.sources.item import Item, Nowhere, Origin, Unusable
from kuzushiji.bulk.sources.origins import Fetched
from kuzushiji.errors import KuzushijiError

_DEEPEST = 4  # collections within collections


@dataclass(frozen=True, slots=True)
class CanvasImage:
    """One image of a manifest.

    Attributes:
        address: of the whole image.
        canvas: the canvas that it is painted on; empty for an ``info.json``.
        label: the canvas's label in one language; may be empty.
    """

    address: str
    canvas: str = ""
    label: str = ""


def items(name: str, origin: Origin, fetching: Fetching, depth: int = 0) -> Iterator[Item]:
    """The images of a IIIF document as items, numbered as its pages.

    Args:
        name: the document's path or address; ``file`` of the records.
        origin: where it is read from.
        fetching: limits and permissions for the images.
        depth: how many collections it is in.

    Raises:
        KuzushijiError: it is no IIIF document.
    """
    tree = parsed(origin.data())
    if members := _manifests(tree):
        if depth == _DEEPEST:
            raise KuzushijiError("collections are nested too deeply")
        for address in members:
            try:
                yield from items(address, Fetched(address, fetching), fetching, depth + 1)
            except KuzushijiError as e:
                yield Item(address, Nowhere(), Unusable(str(e)))
        return
    found = images(tree)
    for number, image in enumerate(found, start=1):
        about = {"image": image.address, "canvas": image.canvas, "label": image.label}
        more = tuple((key, value) for key, value in about.items() if value)
        yield Item(name, Fetched(image.address, fetching), page=number, pages=len(found), more=more)


def parsed(content: bytes) -> dict[str, Any]:
    """A document as a tree. Raises KuzushijiError."""
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError):
        raise KuzushijiError("not a IIIF manifest (no JSON)") from None
    if not isinstance(tree, dict):
        raise KuzushijiError("not a IIIF manifest")
    return tree


def images(tree: dict[str, Any]) -> list[CanvasImage]:
    """The images of a manifest or ``info.json``, in order; the first of each choice.

    Raises:
        KuzushijiError: it is neither, or has no image.

    >>> images({"@context": "http://iiif.io/api/image/2/context.json", "@id": "https://a/b", "width": 9})
    [CanvasImage(address='https://a/b/full/full/0/default.jpg', canvas='', label='')]
    """
    if "sequences" in tree:
        found = [image for canvas in _dicts(tree["sequences"], "canvases") for image in _of_canvas_2(canvas)]
    elif _kind(tree) == "Manifest":
        found = [image for canvas in _listed(tree.get("items")) for image in _of_canvas_3(canvas)]
    elif "width" in tree or "iiif.io/api/image" in str(tree.get("@context")):
        found = [CanvasImage(_whole(tree))]
    else:
        raise KuzushijiError("not a IIIF manifest, collection or info.json")
    if not found:
        raise KuzushijiError("this manifest has no images")
    return found


def _manifests(tree: dict[str, Any]) -> list[str]:
    """Addresses of what a collection holds; none for other documents."""
    if _kind(tree) != "Collection":
        return []
    members = [
        *(_listed(tree.get("items")) + _listed(tree.get("members"))),
        *(_listed(tree.get("collections")) + _listed(tree.get("manifests"))),
    ]
    addresses = [_id(member) for member in members if _kind(member) in ("Manifest", "Collection")]
    if not addresses:
        raise KuzushijiError("this collection is empty")
    return addresses


def _of_canvas_2(canvas: dict[str, Any]) -> Iterator[CanvasImage]:
    for annotation in _listed(canvas.get("images")):
        resource = annotation.get("resource")
        if isinstance(resource, dict) and _kind(resource) == "Choice":
            resource = resource.get("default")
        if isinstance(resource, dict):
            yield CanvasImage(_address(resource), _id(canvas), _label(canvas.get("label")))


def _of_canvas_3(canvas: dict[str, Any]) -> Iterator[CanvasImage]:
    for annotation in _dicts(canvas.get("items"), "items"):
        if annotation.get("motivation", "painting") not in ("painting", ["painting"]):
            continue
        bodies = _listed(annotation.get("body"))
        if bodies and _kind(bodies[0]) == "Choice":
            bodies = _listed(bodies[0].get("items"))
        if bodies and _kind(bodies[0]) in ("Image", ""):
            yield CanvasImage(_address(bodies[0]), _id(canvas), _label(canvas.get("label")))


def _address(image: dict[str, Any]) -> str:
    """The whole image, from its image service where it has one."""
    services = [each for each in _listed(image.get("service")) if _is_image_service(each)]
    if not services:
        return _id(image)
    sides: dict[str, Any] = {side: image[side] for side in ("width", "height") if side in image}
    return _whole({**sides, **services[0]})


def _is_image_service(service: dict[str, Any]) -> bool:
    about = " ".join(str(service.get(key)) for key in ("type", "@type", "@context", "profile"))
    return "ImageService" in about or "/image/" in about or "image-api" in about


def _whole(service: dict[str, Any]) -> str:
    """The address of a service's whole image, no larger than what is decoded.

    Version 3 knows only ``max``, version 2 servers of the lowest level only ``full``.
    """
    from kuzushiji.images.read import MAX_PIXELS, MAX_SIDE

    about = " ".join(str(service.get(key)) for key in ("type", "@context", "profile"))
    third = "ImageService3" in about or "/image/3" in about
    size = "max" if third else "full"
    width, height = service.get("width"), service.get("height")
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        shrink = min(math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / max(width, height))
        if shrink < 1:
            size = f"!{int(width * shrink)},{int(height * shrink)}"
    return f"{_id(service).rstrip('/')}/full/{size}/0/default.jpg"


def _id(tree: dict[str, Any]) -> str:
    found = tree.get("id") or tree.get("@id")
    if not isinstance(found, str) or not found.startswith(("http://", "https://")):
        raise KuzushijiError("this IIIF document names something without an http address")
    return found.partition("#")[0] if "#xywh" in found else found


def _kind(tree: dict[str, Any]) -> str:
    """Its type without prefix: ``sc:Manifest`` of version 2 is ``Manifest``."""
    return str(tree.get("type") or tree.get("@type") or "").rpartition(":")[2]


def _label(label: Any) -> str:
    """One text of a label, which may be in several languages."""
    while isinstance(label, dict | list) and label:
        label = next(iter(label.values())) if isinstance(label, dict) else label[0]
        if isinstance(label, dict) and "@value" in label:
            label = label["@value"]
    return label if isinstance(label, str) else ""


def _listed(value: Any) -> list[dict[str, Any]]:
    """A value that may be one thing, several, or none."""
    several = value if isinstance(value, list) else [value]
    return [each for each in several if isinstance(each, dict)]


def _dicts(parents: Any, key: str) -> Iterator[dict[str, Any]]:
    for parent in _listed(parents):
        yield from _listed(parent.get(key))
