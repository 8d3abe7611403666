"""What may be laid over a figure: levels, muscles, dermatomes, skin areas of nerves.

An overlay is looked at. It is no mark, belongs to no visit, and nothing is measured on it.
"""

import gzip
import json
import tomllib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.figure import BodyTemplate, BodyView, LevelTick
from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint

FILE = "overlays.json.gz"
FACTS = "facts.toml"
FORMAT = 2


class Overlay(StrEnum):
    """A kind of overlay, to be switched on by itself."""

    LEVELS = "levels"
    MUSCLES = "muscles"
    DERMATOMES = "dermatomes"
    NERVES = "nerves"


@dataclass(frozen=True, slots=True)
class OverlayShape:
    """One outline on one view.

    Parameters
    ----------
    id : str
        Id of the muscle in the catalogue, the root of the dermatome ("L5"), or the nerve's id.
    view : str
        View whose coordinates the shape has; zooms that magnify that view show it too.
    side : Side
    shape : shapely Polygon or MultiPolygon
        Figure units, within the silhouette.
    """

    id: str
    view: str
    side: Side
    shape: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """The place where a dermatome is tested."""

    id: str
    view: str
    side: Side
    at: FigurePoint


@dataclass(frozen=True, slots=True)
class Overlays:
    """Overlays of one figure; dermatomes and nerves overlap, none of them is a boundary."""

    muscles: tuple[OverlayShape, ...] = ()
    dermatomes: tuple[OverlayShape, ...] = ()
    nerves: tuple[OverlayShape, ...] = ()
    points: tuple[KeyPoint, ...] = ()

    def shapes(self, kind: Overlay, view: BodyView) -> tuple[OverlayShape, ...]:
        """The outlines of a kind that a view can show; levels have none."""
        of_kind: Mapping[Overlay, tuple[OverlayShape, ...]] = {
            Overlay.MUSCLES: self.muscles,
            Overlay.DERMATOMES: self.dermatomes,
            Overlay.NERVES: self.nerves,
        }
        return tuple(s for s in of_kind.get(kind, ()) if s.view == view.coordinates)

    def key_points(self, view: BodyView) -> tuple[KeyPoint, ...]:
        """The key points of the dermatomes that a view can show."""
        return tuple(point for point in self.points if point.view == view.coordinates)


@dataclass(frozen=True, slots=True)
class Fact:
    """What an outline is drawn from.

    Parameters
    ----------
    words : str
        Origin and insertion, key point, or the nerve's name.
    source : str
    """

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class KindOfOverlay:
    """How a kind of overlay is called, and the words that stand wherever it is shown."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class OverlayFacts:
    """Names, words and sources of everything that may be laid over a figure."""

    kinds: Mapping[Overlay, KindOfOverlay]
    facts: Mapping[tuple[Overlay, str], Fact] = field(repr=False)

    def said(self, shown: Iterable[Overlay]) -> tuple[str, ...]:
        """Such as "Dermatomes: textbook overlap, not a boundary", in the order of the kinds."""
        wanted = frozenset(shown)
        return tuple(
            f"{self.kinds[kind].name}: {self.kinds[kind].words}"
            for kind in Overlay
            if kind in wanted
        )


def level_places(
    template: BodyTemplate, view: BodyView
) -> tuple[tuple[LevelTick, FigurePoint], ...]:
    """Where spinous processes lie on a view: the midline of the back, the rear rim of a side.

    From the front they are not seen, nor on a hand or a foot.
    """
    back = template.views.get("back")
    if back is None or view.coordinates not in ("back", "left", "right"):
        return ()
    if view.coordinates == "back" and view.only_side is not None:
        return ()  # a hand
    found = []
    for tick in back.ticks:
        if not view.bounds.y <= tick.y <= view.bounds.y + view.bounds.height:
            continue
        x = 0.0
        if view.only_side is not None:
            seen = template.views[view.coordinates].silhouette
            row = shapely.intersection(seen, shapely.LineString([(-600, tick.y), (600, tick.y)]))
            x = row.bounds[2] if view.only_side is Side.LEFT else row.bounds[0]
        found.append((tick, FigurePoint(float(x), tick.y)))
    return tuple(found)


def load_overlays(folder: Path) -> Overlays:
    """Read the overlays of the figure in `folder`; none where it has none (the adult).

    Raises
    ------
    TemplateError
        The file is damaged, or newer than this program.
    """
    path = folder / FILE
    try:
        if not path.exists():
            return Overlays()
        content = json.loads(gzip.decompress(path.read_bytes()))
        if content["format"] > FORMAT:
            raise TemplateError(TemplateProblem.NEWER, figure=folder.name, file=FILE)
        return Overlays(
            muscles=_shapes(content["muscles"]),
            dermatomes=_shapes(content["dermatomes"]),
            nerves=_shapes(content["nerves"]),
            points=tuple(
                KeyPoint(p["id"], p["view"], Side(p["side"]), FigurePoint(*p["at"]))
                for p in content["points"]
            ),
        )
    except (OSError, EOFError, zlib.error) as error:
        raise TemplateError(TemplateProblem.UNREADABLE, figure=folder.name, file=FILE) from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise TemplateError(TemplateProblem.MALFORMED, figure=folder.name, file=FILE) from error


def load_facts(folder: Path) -> OverlayFacts:
    """Read what the overlays are drawn from.

    Raises
    ------
    TemplateError
        The file is missing or damaged.
    """
    try:
        content = tomllib.loads((folder / FACTS).read_text(encoding="utf-8"))
        named = {kind: content["kinds"][kind.value] for kind in Overlay}
        kinds = {kind: KindOfOverlay(e["name"], e["words"]) for kind, e in named.items()}
        facts = {
            (kind, name): Fact(_words(entry), entry["source"])
            for kind in Overlay
            for name, entry in content.get(kind.value, {}).items()
        }
    except OSError as error:
        raise TemplateError(TemplateProblem.UNREADABLE, figure=folder.name, file=FACTS) from error
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateError(TemplateProblem.MALFORMED, figure=folder.name, file=FACTS) from error
    return OverlayFacts(MappingProxyType(kinds), MappingProxyType(facts))


def _words(entry: Mapping[str, str]) -> str:
    if "origin" in entry:
        return f"from {entry['origin']} to {entry['insertion']}"
    return entry["key_point"] if "key_point" in entry else entry["name"]


def _shapes(entries: list[dict[str, Any]]) -> tuple[OverlayShape, ...]:
    return tuple(
        OverlayShape(
            id=entry["id"],
            view=entry["view"],
            side=Side(entry["side"]),
            shape=_shape(entry["polygons"]),
        )
        for entry in entries
    )


def _shape(polygons: list[list[list[float]]]) -> BaseGeometry:
    parts = []
    for rings in polygons:
        outer, *holes = (np.array(ring, dtype=np.float64).reshape(-1, 2) for ring in rings)
        parts.append(shapely.make_valid(shapely.Polygon(outer, holes)))
    return shapely.union_all(parts)
