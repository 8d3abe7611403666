"""Share of the body surface: on the figure's surface map, or by the rule of nines without one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.instruments_data import RuleOfNines, Surface, base_of
from painmap.bodymap.instruments_regions import surface_of
from painmap.bodymap.metrics_ink import Piece, ViewInk
from painmap.domain.anatomy import Side

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_KEPT = 20_000
"""Pieces of ink whose faces are remembered; far more than a visit has."""


class SurfaceMap(Protocol):
    """The surface of a figure in faces, and which of them a shape of a view covers."""

    @property
    def area(self) -> Floats:
        """Share of the whole body's surface of each face, (n,); they sum to 1."""

    @property
    def region(self) -> Ints:
        """Index into `regions` of each face's region, (n,)."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Region ids with their side."""

    def faces_of(self, view_id: str, shape: BaseGeometry) -> Floats:
        """How far a shape covers what a view shows of each face, (n,), 0 to 1.

        Raises
        ------
        KeyError
            The view has no place on the surface.
        """


class SurfaceShare:
    """Unites the ink of all views on one surface, and keeps the faces of every piece of ink."""

    def __init__(self, surface: SurfaceMap) -> None:
        self._surface = surface
        self._kept: dict[tuple[str, int], tuple[Piece, Ints, Floats]] = {}
        self._views: dict[str, tuple[ViewInk, Floats]] = {}
        self._side = np.array([_side_of(name) for name in surface.regions])[surface.region]

    def sides(self, inks: Sequence[ViewInk]) -> dict[Side, float] | None:
        """Share of the body surface on each side, 0 to 1 together; the midline is a side here.

        None when a view has no place on the surface.
        """
        try:
            shares = self._weights(inks) * self._surface.area
        except KeyError:
            return None
        found = np.bincount(self._side, shares, minlength=len(_SIDES))
        return {side: float(share) for side, share in zip(_SIDES, found, strict=True)}

    def _weights(self, inks: Sequence[ViewInk]) -> Floats:
        """Covered part of each face: between views the most counts."""
        drawn = [self._of_view(ink) for ink in inks if ink.pieces]
        most = np.zeros(len(self._surface.area))
        for weights in drawn:
            np.maximum(most, weights, out=most)
        return np.minimum(most, 1.0)

    def _of_view(self, ink: ViewInk) -> Floats:
        """Within a view pieces add up, for they do not overlap; kept while the view stays."""
        kept = self._views.get(ink.view.id)
        if kept is None or kept[0] is not ink:
            found = [self._faces(ink.view.id, piece) for piece in ink.pieces]
            faces = np.concatenate([faces for faces, _ in found])
            weights = np.concatenate([weights for _, weights in found])
            total = np.zeros(len(self._surface.area))
            np.add.at(total, faces, weights)
            kept = (ink, total)
            self._views[ink.view.id] = kept
        return kept[1]

    def _faces(self, view_id: str, piece: Piece) -> tuple[Ints, Floats]:
        key = (view_id, id(piece))
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            weights = self._surface.faces_of(view_id, piece.seen)
            faces = np.flatnonzero(weights)
            self._kept[key] = (piece, faces, weights[faces])
        _, faces, weights = self._kept[key]
        return faces, weights


NinesWeights = Mapping[tuple[Surface, str], float]
"""Percent of the body surface of a region in front and on the back."""

_SIDES = (Side.LEFT, Side.RIGHT, Side.MIDLINE)


def _side_of(region_id: str) -> int:
    side = region_id.partition(".")[2]
    return _SIDES.index(Side(side) if side else Side.MIDLINE)


def share_by_rule_of_nines(weights: NinesWeights, inks: Sequence[ViewInk]) -> float:
    """Share of the body surface, 0 to 1, from front and back by the rule of nines.

    A region that is marked in a side view or a zoom counts as covered there as well, by the
    same part, where front or back show it.
    """
    covers: dict[Surface, dict[str, float]] = {surface: {} for surface in Surface}
    for ink in inks:
        frontal = ink.view.kind == "whole"
        surface = surface_of(ink.view.id, ink.view) if frontal else Surface.ASIDE
        for region, area in ink.covered.values():
            cover = min(1.0, area / region.shape.area)
            covers[surface][region.id] = max(cover, covers[surface].get(region.id, 0.0))
    total = 0.0
    for (surface, region_id), weight in weights.items():
        here = covers[surface].get(region_id, 0.0)
        total += weight * max(here, covers[Surface.ASIDE].get(region_id, 0.0))
    return total / 100.0


def weights_of_nines(nines: RuleOfNines, template: BodyTemplate) -> NinesWeights:
    """Percent of the body surface of each region in front and on the back."""
    part_of = {region: part for part in nines.parts for region in part.regions}
    weights: dict[tuple[Surface, str], float] = {}
    for surface, view_id in ((Surface.FRONT, "front"), (Surface.BACK, "back")):
        view = template.views.get(view_id)
        regions = [r for r in view.regions if base_of(r.id) in part_of] if view else []
        whole: dict[str, float] = {}
        for region in regions:
            part = part_of[base_of(region.id)]
            whole[part.id] = whole.get(part.id, 0.0) + region.shape.area
        for region in regions:
            part = part_of[base_of(region.id)]
            percent = part.front if surface is Surface.FRONT else part.back
            weights[surface, region.id] = percent * region.shape.area / whole[part.id]
    return weights
