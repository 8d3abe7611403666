"""Build the overlays of all figures: muscles, dermatomes, skin areas of nerves.

    python assets/body_maps/overlays.py            # after build_family.py

Outlines are drawn on the adult's left half (`muscle_shapes.py`, `dermatome_shapes.py`,
`nerve_shapes.py`), carried to the front and back of each figure by a smooth warp, and to its side
and feet over the skin: what of an outline is seen there is outlined anew.
"""

import argparse
import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import build as released
import build_family
import coverage
import curves
import dermatome_shapes
import family
import feet
import figures
import muscle_shapes
import nerve_shapes
import numpy as np
import outlines
import regions
import shapely
import views
from muscle_shapes import Shapes
from raster import Floats
from shapely.geometry.base import BaseGeometry
from warping import Warp

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.template import load_template

FORMAT = 2
SIDE_SCALE = 3.0
"""Pixels a unit of the pictures from which outlines are carried to side and feet."""
LEAST_AREA = 30.0
"""Square units; what is seen of an outline and is smaller is left out."""
KINDS: dict[str, dict[str, Shapes]] = {
    "muscles": {
        "front": muscle_shapes.MUSCLES_FRONT,
        "back": muscle_shapes.MUSCLES_BACK,
        "left": muscle_shapes.MUSCLES_LEFT,
    },
    "dermatomes": dermatome_shapes.DERMATOMES,
    "nerves": nerve_shapes.NERVES,
}
Placing = Callable[[Floats], Floats]
"""From where outlines are drawn to where they lie on a figure."""
FRONTAL = frozenset(
    {"corrugator_supercilii", "procerus", "longus_capitis", "obliquus_capitis_inferior"}
)
"""Too slender or too deep to be carried over the skin to the side."""


class Carrier:
    """Carries what is drawn on the adult to one view of a figure, over the skin."""

    def __init__(self, seen: outlines.Projection, adult: figures.Half, body: BaseGeometry) -> None:
        self._frame = seen.frame
        inside = seen.face >= 0
        self._inside = inside
        self._place = np.stack([seen.picture(adult.points[:, k]) for k in (0, 1)], -1)[inside]
        self._ahead = seen.picture(adult.normals[:, 2])[inside] >= 0
        largest = max(shapely.get_parts(body), key=lambda part: part.area)
        self._ring = np.array(largest.exterior.coords[:-1])

    def __call__(self, front: Floats | None, back: Floats | None) -> BaseGeometry | None:
        """Where the skin lies that rings (n, 2) enclose on the adult's front and back."""
        hit = np.zeros(len(self._place), dtype=bool)
        for ring, side in ((front, self._ahead), (back, ~self._ahead)):
            if ring is not None:
                area = shapely.make_valid(shapely.Polygon(ring))
                hit |= side & shapely.contains_xy(area, self._place[:, 0], self._place[:, 1])
        if hit.sum() < LEAST_AREA * self._frame.scale**2:
            return None
        labels = np.full(self._inside.shape, -1, dtype=np.int64)
        labels[self._inside] = hit
        labels = coverage.calmed(labels, 3.0, LEAST_AREA * self._frame.scale**2)
        frame = self._frame
        corner = [frame.left, frame.top]
        lines = [
            coverage.smoothed(arc.points, 8.0) / frame.scale + corner
            for arc in coverage.arcs(labels)
        ]
        place = coverage.Place(frame.left, frame.top, frame.scale)
        cells = coverage.partition(lines, self._ring, {0: "no", 1: "yes"}, labels, place)
        return cells.get("yes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=Path)
    parser.add_argument("--target", type=Path, default=released.TARGET)
    every = ("adult", *(recipe.id for recipe in family.RECIPES))
    parser.add_argument("--figures", nargs="+", default=list(every))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.mesh or released.unpacked_mesh(Path(scratch))
        adult, *others = family.build(folder, (figures.ADULT, *family.RECIPES))
    for own in (adult, *others):
        if own.recipe.id in options.figures:
            _write(own, adult, others[0], options.target / own.recipe.id)


def _write(own: family.Stances, adult: family.Stances, woman: family.Stances, folder: Path) -> None:
    template = load_template(folder)
    warps: dict[str, Placing] = {"front": np.array, "back": np.array}
    carriers: dict[str, Carrier] = {}
    if own is not adult:  # which has a front and a back, and is what is drawn on
        warps = dict(_warps(own, adult, woman))
        carriers = _carriers(own, adult, template)
    content: dict[str, Any] = {
        "format": FORMAT,
        "figure": own.recipe.id,
        "template": template.ref.sha256,
        "points": _points(warps),
    }
    for kind, shapes in KINDS.items():
        found: list[dict[str, Any]] = []
        for view in (*warps, *(v for v in carriers if v not in warps)):
            for name in dict.fromkeys(name for drawn in shapes.values() for name in drawn):
                shape = _one(kind, name, view, template, warps, carriers)
                if shape is not None:
                    found += _entries(name, view, shape)
        content[kind] = found
    text = json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n"
    data = gzip.compress(text.encode("utf-8"), 9, mtime=0)
    (folder / "overlays.json.gz").write_bytes(data)
    print(f"{own.recipe.id}: {len(data) / 1000:.0f} kB of overlays")


def _smooth(ring: tuple[tuple[float, float], ...]) -> Floats:
    line = curves.through(list(ring), closed=True).flat()
    return curves.evenly(line, 1.0, closed=True)


def _warps(own: family.Stances, adult: family.Stances, woman: family.Stances) -> dict[str, Warp]:
    """From the figure on which each view's outlines are drawn, to `own`."""
    found = {}
    for view in ("front", "back"):
        start = outlines.project(adult.upright, view)
        found[view] = Warp(start, outlines.project(own.upright, view), mirrored=True)
    sides = [views.project_left(each.flat, views.SIDE_SCALE) for each in (woman, own)]
    found["left"] = Warp(sides[0], sides[1], mirrored=False)
    for foot in feet.FEET:
        pair = [feet.project(each, foot)[0] for each in (woman, own)]
        found[foot.id] = Warp(pair[0], pair[1], mirrored=False)
    return found


def _carriers(
    own: family.Stances, adult: family.Stances, template: BodyTemplate
) -> dict[str, Carrier]:
    seen = {"left": views.project_left(own.flat, SIDE_SCALE)}
    for foot in feet.FEET:
        seen[foot.id] = feet.project(own, foot)[0]
    return {
        view: Carrier(each, adult.upright, _half(template, view)) for view, each in seen.items()
    }


def _half(template: BodyTemplate, view: str) -> BaseGeometry:
    """The left half of a view; the whole of the one view of one side."""
    body = template.views[view].silhouette
    if template.views[view].only_side is not None:
        return body
    return shapely.intersection(body, shapely.box(0, -100, 600, 1200), grid_size=regions.GRID)


def _one(
    kind: str,
    name: str,
    view: str,
    template: BodyTemplate,
    warps: dict[str, Placing],
    carriers: dict[str, Carrier],
) -> BaseGeometry | None:
    shapes = KINDS[kind]
    drawn = shapes.get(view, {}).get(name)
    if drawn is not None:
        places = warps[view](_smooth(drawn))
        if view != "left":
            places[:, 0] = np.maximum(places[:, 0], 0)
        shape = shapely.make_valid(shapely.Polygon(places))
    elif view in carriers and name not in FRONTAL and not _replaced(shapes, name, view):
        front, back = (shapes[v].get(name) for v in ("front", "back"))
        carried = carriers[view](
            None if front is None else _smooth(front), None if back is None else _smooth(back)
        )
        if carried is None:
            return None
        shape = carried
    else:
        return None
    shape = shapely.simplify(shape.intersection(_half(template, view)), 0.1)
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    parts = [p for p in parts if p.area >= 0.1 * max(q.area for q in parts)]
    return shapely.union_all(parts) if parts else None


def _replaced(shapes: dict[str, Shapes], name: str, view: str) -> bool:
    """Whether a view has outlines of its own, of which this is none: the soles."""
    return view == "foot_sole" and view in shapes and name not in shapes[view]


def _entries(name: str, view: str, shape: BaseGeometry) -> list[dict[str, Any]]:
    """Both sides: of a view of the left side also the right side's view."""
    first = "right" if view == "back" else "left"
    found = []
    for hand, sign in ((first, 1), ("left" if first == "right" else "right", -1)):
        here = shapely.transform(shape, lambda points, sign=sign: points * [sign, 1])
        there = "right" if view == "left" and sign == -1 else view
        polygons = [
            [released._numbers(np.round(np.array(ring), 1)) for ring in polygon]
            for polygon in _rings(here)
        ]
        found.append({"id": name, "view": there, "side": hand, "polygons": polygons})
    return found


def _rings(shape: BaseGeometry) -> list[list[Any]]:
    return [
        [np.array(ring).reshape(-1, 2) for ring in polygon]
        for polygon in build_family._polygons(shape)
    ]


def _points(warps: dict[str, Placing]) -> list[dict[str, Any]]:
    """Key points of the dermatomes on front and back."""
    found = []
    for root, (view, at) in dermatome_shapes.KEY_POINTS.items():
        x, y = warps[view](np.array([at], dtype=float))[0]
        first = "right" if view == "back" else "left"
        for side, sign in ((first, 1), ("left" if first == "right" else "right", -1)):
            place = [round(float(sign * x), 1), round(float(y), 1)]
            found.append({"id": root, "view": view, "side": side, "at": place})
    return found


if __name__ == "__main__":
    main()
