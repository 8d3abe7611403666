"""Body templates: read from their folder, and refused when they are not what was released."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.figure import (
    BodyTemplate,
    BodyView,
    Box,
    Contour,
    Direction,
    LevelTick,
    Region,
    Shading,
)
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
    "load_template",
]

FILE = "template.json"
FORMAT = 1
"""The newest format of `template.json` that is read here."""


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
        views = [_view(folder, content, view) for view in content["views"]]
        return BodyTemplate(
            ref=TemplateRef(content["id"], content["version"], content["sha256"]),
            name=content["name"],
            licence=content["licence"],
            stature_mm=content["stature_mm"],
            views={view.id: view for view in views},
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _error(TemplateProblem.MALFORMED, folder) from error


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


def _shape(rings: list[list[float]]) -> BaseGeometry:
    parts = [shapely.Polygon(list(_pairs(ring))) for ring in rings]
    shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    shapely.prepare(shape)
    return shape


def _view(folder: Path, content: dict[str, Any], view: dict[str, Any]) -> BodyView:
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
        outline=tuple(view["outline"]),
        silhouette=_shape(view["silhouette"]),
        contours=tuple(_contour(line) for line in view["contours"]),
        shading=_shading(folder, view["shading"]),
        ticks=tuple(LevelTick(Level(t["level"]), t["y"]) for t in view["ticks"]),
        regions=tuple(_region(names, entry) for entry in view["regions"]),
    )


def _contour(line: dict[str, Any]) -> Contour:
    ink = tuple(FigurePoint(x, y) for x, y in _pairs(line["ink"]))
    return Contour(line["id"], line["weight"], line["path"], ink)


def _shading(folder: Path, entry: dict[str, Any] | None) -> Shading | None:
    if entry is None:
        return None
    png = _bytes(folder, Path(entry["file"]).name)
    if hashlib.sha256(png).hexdigest() != entry["sha256"]:
        raise _error(TemplateProblem.WRONG_HASH, folder, entry["file"])
    return Shading(png, Box(*entry["rectangle"]))


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
    )
