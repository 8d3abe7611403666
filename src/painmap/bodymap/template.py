"""Body templates: read from their folder, and refused when they are not what was released."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.figure import (
    Affine,
    BodyTemplate,
    BodyView,
    Box,
    Contour,
    Direction,
    LazyViews,
    LevelTick,
    Region,
    Shading,
)
from painmap.bodymap.surface import SurfaceMap, read_surface
from painmap.domain.anatomy import Level, Side
from painmap.domain.places import FigurePoint, Sha256, TemplateRef

__all__ = [
    "BodyTemplate",
    "BodyView",
    "Box",
    "Contour",
    "Direction",
    "LevelTick",
    "Region",
    "Shading",
    "content_hash",
    "load_surface",
    "load_template",
]

FILE = "template.json"
FORMAT = 3
"""The newest format of `template.json` that is read here."""
LAZY_FROM = 2
"""From this format on each view is a file of its own."""


def content_hash(content: dict[str, Any]) -> Sha256:
    """SHA-256 of the canonical JSON: without `sha256`, keys sorted, no spaces, UTF-8."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(
        rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return Sha256(hashlib.sha256(text.encode("utf-8")).hexdigest())


def load_template(folder: Path) -> BodyTemplate:
    """Read the body figure in `folder`.

    Parameters
    ----------
    folder : Path
        Holds `template.json` and the pictures that it names.

    Raises
    ------
    TemplateError
        A file is missing or damaged, does not fit its hash, or is newer than this program.
    """
    content = _content(folder)
    try:
        if content["format"] > FORMAT:
            raise _error(TemplateProblem.NEWER, folder)
        if content["sha256"] != content_hash(content):
            raise _error(TemplateProblem.WRONG_HASH, folder)
        return BodyTemplate(
            ref=TemplateRef(content["id"], content["version"], content["sha256"]),
            name=content["name"],
            licence=content["licence"],
            stature_mm=content["stature_mm"],
            views=_lazy(folder, content)
            if content["format"] >= LAZY_FROM
            else _all(folder, content),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _error(TemplateProblem.MALFORMED, folder) from error


def load_surface(folder: Path) -> SurfaceMap | None:
    """Read the map of the skin of the figure in `folder`; None where it has none (format 1).

    Raises
    ------
    TemplateError
        As for `load_template`.
    """
    content = _content(folder)
    if "surface" not in content:
        return None
    try:
        entry = content["surface"]
        zooms = [v for v in content["views"] if v["kind"] == "zoom" and not v.get("to_parent")]
        sharing = {v["id"]: v["parent"] for v in zooms}
        return read_surface(_checked(folder, entry), sharing)
    except (KeyError, TypeError, ValueError, IndexError, OSError) as error:
        raise _error(TemplateProblem.MALFORMED, folder, "surface.npz") from error


def _all(folder: Path, content: dict[str, Any]) -> Mapping[str, BodyView]:
    """The views of format 1: all in one file."""
    return {view["id"]: _view(folder, content, view) for view in content["views"]}


def _lazy(folder: Path, content: dict[str, Any]) -> LazyViews:
    """The views from format 2 on: each in a file of its own, read when it is looked at."""
    entries = {view["id"]: view for view in content["views"]}
    if not entries:
        raise ValueError("no views")
    if not content["mm_per_unit"] > 0 or not content["region_names"]:
        raise ValueError("no scale or no names")

    def read(view_id: str) -> BodyView:
        entry = entries[view_id]
        try:
            packed = gzip.decompress(_checked(folder, entry))
            view = json.loads(packed) | entry
            magnifies = entry["parent"] and not entry.get("to_parent")
            parent = views[entry["parent"]] if magnifies else None
            return _view(folder, content, view, parent)
        except (KeyError, TypeError, ValueError, IndexError, EOFError, zlib.error) as error:
            raise _error(TemplateProblem.MALFORMED, folder, entry["file"]) from error

    views = LazyViews(read, {key: entry["shows"] for key, entry in entries.items()})
    return views


def _checked(folder: Path, entry: dict[str, Any]) -> bytes:
    """Bytes of a file that the template names, held to their hash."""
    data = _bytes(folder, Path(entry["file"]).name)
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise _error(TemplateProblem.WRONG_HASH, folder, entry["file"])
    return data


def _error(problem: TemplateProblem, folder: Path, file: str = FILE) -> TemplateError:
    return TemplateError(problem, figure=folder.name, file=file)


def _bytes(folder: Path, file: str) -> bytes:
    try:
        return (folder / file).read_bytes()
    except FileNotFoundError as error:
        raise _error(TemplateProblem.MISSING, folder, file) from error
    except OSError as error:
        raise _error(TemplateProblem.UNREADABLE, folder, file) from error


def _content(folder: Path) -> dict[str, Any]:
    data = _bytes(folder, FILE)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise _error(TemplateProblem.UNREADABLE, folder) from error
    if not isinstance(content, dict):
        raise _error(TemplateProblem.MALFORMED, folder)
    return content


def _pairs(numbers: list[float]) -> Iterator[tuple[float, float]]:
    return zip(numbers[::2], numbers[1::2], strict=True)


def _corners(ring: list[float]) -> NDArray[np.float64]:
    return np.array(ring, dtype=np.float64).reshape(-1, 2)


def _shape(polygons: list[Any]) -> BaseGeometry:
    """Polygons as a ring of numbers (format 1), or as rings, the first of them the outer one."""
    each = [part if isinstance(part[0], list) else [part] for part in polygons]
    parts = [shapely.Polygon(_corners(p[0]), [_corners(r) for r in p[1:]]) for p in each]
    shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    shapely.prepare(shape)
    return shape


def _view(
    folder: Path, content: dict[str, Any], view: dict[str, Any], parent: BodyView | None = None
) -> BodyView:
    """A view; a zoom that only magnifies draws what its `parent` draws."""
    names = content["region_names"]
    x0, y0, x1, y1 = view["bounds"]
    return BodyView(
        id=view["id"],
        name=view["name"],
        kind=view["kind"],
        parent=view["parent"],
        patient_left=view["patient_left"],
        mm_per_unit=content["mm_per_unit"],
        bounds=Box(x0, y0, x1 - x0, y1 - y0),
        outline=parent.outline if parent else tuple(view["outline"]),
        silhouette=_shape(view["silhouette"]),
        contours=parent.contours if parent else tuple(_contour(c) for c in view["contours"]),
        shading=parent.shading if parent else _shading(folder, view["shading"]),
        ticks=parent.ticks if parent else _ticks(view),
        regions=tuple(_region(names, entry) for entry in view["regions"]),
        only_side=Side(view["only_side"]) if view.get("only_side") else None,
        beside=view.get("beside"),
        to_parent=Affine(*view["to_parent"]) if view.get("to_parent") else None,
    )


def _ticks(view: dict[str, Any]) -> tuple[LevelTick, ...]:
    return tuple(LevelTick(Level(t["level"]), t["y"]) for t in view["ticks"])


def _contour(line: dict[str, Any]) -> Contour:
    ink = tuple(FigurePoint(x, y) for x, y in _pairs(line["ink"]))
    return Contour(line["id"], line["weight"], line["path"], ink)


def _shading(folder: Path, entry: dict[str, Any] | None) -> Shading | None:
    if entry is None:
        return None
    return Shading(_checked(folder, entry), Box(*entry["rectangle"]))


def _region(names: dict[str, Any], entry: dict[str, Any]) -> Region:
    what = names[entry["id"].partition(".")[0]]
    levels = what["levels"]
    return Region(
        id=entry["id"],
        name=what["name"],
        side=Side(entry["side"]),
        group=what["group"],
        levels=(Level(levels[0]), Level(levels[1])) if levels else None,
        shape=_shape(entry["polygons"]),
        surface_share=what.get("surface_share"),
        label=FigurePoint(*entry["label"]) if "label" in entry else None,
    )
