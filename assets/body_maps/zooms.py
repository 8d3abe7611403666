"""Zooms: boxes of a view, drawn on the adult, with finer lines; children are `parent/child`.

A box and its lines are in the coordinates of the view that is magnified, on the left half of the
body (x >= 0 away from the midline on front and back; the left side as it is seen).
"""

from dataclasses import dataclass, field

import numpy as np
import regions
import shapely
from raster import Floats
from shapely.geometry.base import BaseGeometry
from warping import Warp

Point = tuple[float, float]


@dataclass(frozen=True)
class Zoom:
    """One zoom: `box` x0, y0, x1, y1; `both` halves, or the left and the right one each."""

    id: str
    name: str
    parent: str
    box: tuple[float, float, float, float]
    both: bool = True
    lines: tuple[tuple[Point, ...], ...] = ()
    children: dict[str, tuple[str, tuple[Point, ...]]] = field(default_factory=dict)
    """Child id to its name in words and places inside."""


def cells_of(
    zoom: Zoom, cells: dict[str, BaseGeometry], box: BaseGeometry, warp: Warp, line_end: float = 1.0
) -> dict[str, BaseGeometry]:
    """The parent's cells within the box, cut along the finer lines."""
    x0, y0, x1, y1 = box.bounds
    body = shapely.union_all(list(cells.values()), grid_size=regions.GRID)
    window = shapely.intersection(body, box, grid_size=regions.GRID)
    near = {name: cell for name, cell in cells.items() if cell.intersects(window)}
    rims: list[BaseGeometry] = [shapely.boundary(cell) for cell in near.values()]
    rims.append(shapely.boundary(box))
    for points in zoom.lines:
        line = warp.line(list(points))
        rims.append(shapely.LineString(np.round(line, 2)))
    net = shapely.union_all(
        shapely.set_precision(np.array(rims), regions.GRID), grid_size=regions.GRID
    )
    places = {child: warp(np.array(given, float)) for child, (_, given) in zoom.children.items()}
    claimed: dict[str, list[BaseGeometry]] = {}
    for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(net)))):
        inside = piece.representative_point()
        if not window.contains(inside):
            continue
        owner = next((n for n, cell in near.items() if cell.contains(inside)), None)
        if owner is None:
            owner = min(near, key=lambda n: near[n].distance(inside))
        claimed.setdefault(_child(owner, piece, places), []).append(piece)
    missing = set(zoom.children) - set(claimed)
    if missing:
        raise ValueError(f"{zoom.id}: no piece for {sorted(missing)}")
    return {
        name: shapely.union_all(parts, grid_size=regions.GRID)
        for name, parts in sorted(claimed.items())
    }


def _child(owner: str, piece: BaseGeometry, places: dict[str, Floats]) -> str:
    own = {c: at for c, at in places.items() if c.partition("/")[0] == owner}
    if not own:
        return owner
    far = {child: min(piece.distance(shapely.Point(p)) for p in at) for child, at in own.items()}
    return min(sorted(far), key=far.__getitem__)


ZOOMS = (
    Zoom("head_front", "Head, front", "front", (-66, -4, 66, 142)),
    Zoom("head_back", "Head, back", "back", (-66, -4, 66, 142)),
    Zoom("head", "Head", "left", (-80, -4, 70, 142), both=False),
    Zoom("neck_front", "Neck, front", "front", (-96, 96, 96, 200)),
    Zoom("neck_back", "Neck, back", "back", (-96, 76, 96, 180)),
    Zoom("neck", "Neck", "left", (-80, 88, 70, 200), both=False),
    Zoom("nape_upper_back", "Nape and upper back", "back", (-132, 82, 132, 312)),
    Zoom("low_back_pelvis", "Low back and pelvis", "back", (-118, 288, 118, 528)),
    Zoom("hand_palm", "Palm", "front", (148, 440, 252, 592), both=False),
    Zoom("hand_back", "Back of the hand", "back", (148, 440, 252, 592), both=False),
    Zoom("foot_top", "Feet, top", "front", (-104, 880, 104, 1003)),
    Zoom("foot_sole", "Feet, soles", "back", (-104, 880, 104, 1003)),
)
LEVELS: dict[str, tuple[str, str]] = {}
"""First and last vertebra of a child, where it has them."""
