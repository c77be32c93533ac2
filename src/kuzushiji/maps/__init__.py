"""From images to maps by dimension reduction, their quality, and a page to explore them.

Public names are imported on first use.

Example::

    from kuzushiji.maps import Plan, load_source, make_maps, pixels, write_atlas

    maps = make_maps(pixels(load_source("kmnist", "test")), Plan(["pca", "umap"]))
    write_atlas(maps, "kmnist.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kuzushiji._lazy import lazily

_LAZY = {
    "Plan": "kuzushiji.maps.engine",
    "make_maps": "kuzushiji.maps.engine",
    "Source": "kuzushiji.maps.inputs.source",
    "load_source": "kuzushiji.maps.inputs.source",
    "new_images": "kuzushiji.maps.inputs.source",
    "Features": "kuzushiji.maps.inputs.features",
    "pixels": "kuzushiji.maps.inputs.features",
    "embedded": "kuzushiji.maps.inputs.features",
    "from_matrix": "kuzushiji.maps.inputs.features",
    "Added": "kuzushiji.maps.result",
    "Map": "kuzushiji.maps.result",
    "MapQuality": "kuzushiji.maps.result",
    "MapSet": "kuzushiji.maps.result",
    "load_maps": "kuzushiji.maps.saving",
    "save_maps": "kuzushiji.maps.saving",
    "write_atlas": "kuzushiji.maps.page.atlas",
    "draw_maps": "kuzushiji.maps.figures",
    "as_csv": "kuzushiji.maps.quality_table",
    "as_text": "kuzushiji.maps.quality_table",
}
__all__ = [*_LAZY]

if TYPE_CHECKING:
    from kuzushiji.maps.engine import Plan as Plan
    from kuzushiji.maps.engine import make_maps as make_maps
    from kuzushiji.maps.figures import draw_maps as draw_maps
    from kuzushiji.maps.inputs.features import Features as Features
    from kuzushiji.maps.inputs.features import embedded as embedded
    from kuzushiji.maps.inputs.features import from_matrix as from_matrix
    from kuzushiji.maps.inputs.features import pixels as pixels
    from kuzushiji.maps.inputs.source import Source as Source
    from kuzushiji.maps.inputs.source import load_source as load_source
    from kuzushiji.maps.inputs.source import new_images as new_images
    from kuzushiji.maps.page.atlas import write_atlas as write_atlas
    from kuzushiji.maps.quality_table import as_csv as as_csv
    from kuzushiji.maps.quality_table import as_text as as_text
    from kuzushiji.maps.result import Added as Added
    from kuzushiji.maps.result import Map as Map
    from kuzushiji.maps.result import MapQuality as MapQuality
    from kuzushiji.maps.result import MapSet as MapSet
    from kuzushiji.maps.saving import load_maps as load_maps
    from kuzushiji.maps.saving import save_maps as save_maps
else:
    __getattr__, __dir__ = lazily(__name__, _LAZY)
