"""A first guess at spinous processes, vertebral bodies and levels, to confirm, move or drop.

The spine is sought in bone. Discs are the gaps between endplates along the middle of the
bodies; each vertebra between two of them gives its body and the place where its bone reaches
furthest back. Levels are counted up from the sacrum, known by its wings, and named only where
it is in the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from painmap.domain.anatomy import Level
from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.body_surface import BodySurface
from painmap.imaging.geometry import Floats, Geometry
from painmap.imaging.spine_column import (
    GRID_MM,
    SEEKING,
    SPINOUS_HALF_MM,
    Curve,
    SpineColumn,
    finding_column,
)

STEP_MM = (20.0, 46.0)
"""From disc to disc, lower thoracic and lumbar: vertebra and disc together are 27 to 40 mm high
in adults (phantom.anatomy), with room for the small and the large."""

USUAL_STEP_MM = 34.0
STEP_SIGMA_MM = 8.0
STEP_WEIGHT = 0.15
"""How much an unusual step counts against the sight of a disc."""

LEAST_DISC_HU = 40.0
"""By so much an endplate must be denser than the disc that it bounds."""

MOST_SLICE_MM = 7.0
"""Between heights that were scanned: a disc is 8 to 12 mm high, and would not show."""

DISC_DEPTH_MM = 7.5
DISC_HALF_MM = 12.0
"""Half of the part of a disc that is looked at, from front to back and across: well inside it."""

LEAN_SHARES = (0.0, 0.5, 1.0)
PLATE_HU = (-50.0, 500.0)

TIP_MM = (30.0, 100.0)
"""So far behind the middle of its body a spinous process ends."""

HANGS_MM = (-30.0, 8.0)
"""Heights at which the rear end of a vertebra is sought against its body's middle, along the
column: it hangs 12 to 20 mm lower (phantom.anatomy), less in a strong lordosis."""

TIP_DEPTH_MM = 3.0
"""What reaches back nearly as far as the rearmost bone is the tip, which is a plate."""

TIP_LENGTH_MM = 6.0
"""Of the part whose middle says where the tip lies sideways: of a turned process, a corner
alone reaches furthest back."""

HANG_MM = -11.0
HANG_SIGMA_MM = 9.0
UNUSUAL_MM = 8.0
"""Where a tip hangs usually; at 9 mm from there it must reach 8 mm further back to be it."""

SACRAL_SHARE = 0.42
"""From the disc L5-S1 to the middle of S1, in steps from disc to disc above: it leans most."""

LEAST_TIP_STEP_MM = 15.0
"""Bone so near below the middle of a tip belongs to it: tips are 14 to 24 mm high."""

WING_MM = (28.0, 48.0)
"""The wings of the sacrum lie so far beside its middle; transverse processes are thin there."""

WING_HU = 130
WING_SHARE = 0.12
"""Bone of a wing's cross section where a transverse process shows a few hundredths at most."""

WING_HEIGHT_MM = 30.0
"""Wings go on for longer than a transverse process or a rib is thick (about 10 to 15 mm)."""

SACRAL_DISC_MM = (-8.0, 26.0)
"""The disc L5-S1 lies so far below the upper edge of the wings, in the middle of the bodies: the
base of the sacrum leans forward by up to 50 degrees."""

USUAL_SACRAL_DISC_MM = 8.0

FROM_SACRUM = "counted up from the sacrum"


@dataclass(frozen=True, slots=True)
class ProposedVertebra:
    """One vertebra that was found.

    Parameters
    ----------
    tip : PatientPoint or None
        Middle of the rear end of the spinous process; None where none is seen.
    body : PatientPoint
        Middle of the vertebral body.
    level : Level or None
        A guess; None where nothing to count from is in the picture.
    """

    tip: PatientPoint | None
    body: PatientPoint
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class SpineProposal:
    """What was found.

    Parameters
    ----------
    vertebrae : tuple of ProposedVertebra
        From the head down; empty where no spine was found.
    basis : str
        What the levels were counted from, for people; empty where they were not.
    """

    vertebrae: tuple[ProposedVertebra, ...]
    basis: str = ""

    @property
    def tips(self) -> tuple[PatientPoint, ...]:
        return tuple(each.tip for each in self.vertebrae if each.tip is not None)


NOTHING = SpineProposal(())


def proposing_spine(surface: BodySurface) -> Job[SpineProposal]:
    """Look for vertebrae.

    Parameters
    ----------
    surface : BodySurface
        Of a volume in any orientation.

    Yields
    ------
    Progress
    """
    geometry = surface.volume.geometry
    if geometry is None or _height_step(geometry) > MOST_SLICE_MM:
        return NOTHING
    column = yield from finding_column(surface)
    if column is None:
        return NOTHING
    yield Progress(0, None, SEEKING)
    wings = _wings(column)
    discs = _discs(column, wings)
    sacral = _sacral_disc(discs, wings)
    if sacral is not None:
        discs = [row for row in discs if row <= sacral]
    if len(discs) < 2:
        return NOTHING
    middles = _middles(discs, len(column.axis), sacral=sacral is not None)
    tips = _tips(column, middles)
    bodies = [_body(column, middle) for middle in middles]
    levels: list[Level | None] = [None] * len(bodies)
    if sacral is not None:
        order = list(Level)
        last = sum(middle < sacral for middle in middles) - 1
        names = [order.index(Level.L5) - last + n for n in range(len(bodies))]
        levels = [order[name] if name >= 0 else None for name in names]
        # the wings of the sacrum are not alike on both sides: its body lies below the disc
        below = bodies[last].x
        bodies[last + 1 :] = [body._replace(x=below) for body in bodies[last + 1 :]]
        # its crest is one with that of S2: where S1 ends in it, bone does not tell
        tips[last + 1 :] = [None] * (len(tips) - last - 1)
    found = map(ProposedVertebra, tips, bodies, levels)
    return SpineProposal(tuple(found), FROM_SACRUM if sacral is not None else "")


def _height_step(geometry: Geometry) -> float:
    """Millimetres along the body from voxel to voxel."""
    steps: Floats = np.abs(geometry.patient_from_index[:3, :3])
    return float(steps[2, steps[2].argmax()])


def _middles(discs: list[float], count: int, *, sacral: bool) -> list[float]:
    """Rows of the bodies' middles: between two discs, and one beyond them at either end.

    Those at the ends are taken as high as their neighbours, the first sacral one somewhat less,
    and only where their middle is in the picture.
    """
    middles = [(up + down) / 2 for up, down in pairwise(discs)]
    last = discs[-1] - discs[-2]
    above = discs[0] - (discs[1] - discs[0]) / 2
    below = discs[-1] + last * (SACRAL_SHARE if sacral else 0.5)
    return [each for each in (above, *middles, below) if 0 <= each < count]


def _discs(column: SpineColumn, wings: int | None) -> list[float]:
    """Rows of the discs, from the head down: the best chain of gaps between endplates.

    Parameters
    ----------
    wings : int or None
        Row of the upper edge of the sacrum's wings: there are no discs far below it.
    """
    gaps = _gap_profile(column)
    inside = np.arange(1, len(gaps) - 1)
    peaks = inside[(gaps[inside] >= gaps[inside - 1]) & (gaps[inside] > gaps[inside + 1])]
    peaks = peaks[gaps[peaks] >= LEAST_DISC_HU]
    if wings is not None:
        peaks = peaks[peaks <= wings + SACRAL_DISC_MM[1] / GRID_MM]
    if len(peaks) < 2:
        return []
    usual = float(np.median(np.sort(gaps[peaks])[len(peaks) // 2 :]))
    worth = np.minimum(gaps[peaks] / usual, 1.2) - 0.25
    best, came = worth.copy(), np.full(len(peaks), -1)
    for n in range(len(peaks)):
        for before in range(n):
            step = (peaks[n] - peaks[before]) * GRID_MM
            if STEP_MM[0] <= step <= STEP_MM[1]:
                odd = ((step - USUAL_STEP_MM) / STEP_SIGMA_MM) ** 2
                whole = best[before] + worth[n] - STEP_WEIGHT * odd
                if whole > best[n]:
                    best[n], came[n] = whole, before
    chain = [int(best.argmax())]
    while came[chain[-1]] >= 0:
        chain.append(int(came[chain[-1]]))
    return [float(peaks[n]) for n in reversed(chain)]


def _gap_profile(column: SpineColumn) -> Curve:
    """How much denser the endplates above and below are than what lies at each height.

    A disc shows best when it is looked along, and it leans as the column does, or less.
    """
    gaps = [_gaps(_density(column, share * column.lean)) for share in LEAN_SHARES]
    found: Curve = np.max(gaps, axis=0)
    return found


def _density(column: SpineColumn, lean: Curve) -> Curve:
    """Mean HU of a plate of the column at every height that leans to the front by `lean`."""
    depths = np.arange(-DISC_DEPTH_MM, DISC_DEPTH_MM + 1e-6, GRID_MM)
    found = np.empty(len(lean))
    for n in range(len(lean)):
        rows = np.rint(n - depths * np.tan(lean[n]) / GRID_MM)
        cells = np.rint((column.body_y[n] + depths - column.front) / GRID_MM)
        rows, cells = (
            np.clip(each, 0, size - 1).astype(int)
            for each, size in zip((rows, cells), column.hu.shape[:2], strict=True)
        )
        across = column.beside(n, -DISC_HALF_MM, DISC_HALF_MM)
        found[n] = np.clip(column.hu[rows, cells][:, across], *PLATE_HU).mean()
    return found


def _gaps(density: Curve) -> Curve:
    smooth = gaussian_filter1d(density, 1.5 / GRID_MM)
    near, far = round(4 / GRID_MM), round(12 / GRID_MM)
    found = np.zeros(len(smooth))
    for n in range(far, len(smooth) - far):
        above, below = smooth[n - far : n - near + 1].max(), smooth[n + near : n + far + 1].max()
        found[n] = min(above, below) - smooth[n]
    return found


def _body(column: SpineColumn, middle: float) -> PatientPoint:
    rows = np.arange(len(column.axis))
    y, aside = (float(np.interp(middle, rows, of)) for of in (column.body_y, column.body_x))
    return column.point(middle, y, aside)


def _rear(column: SpineColumn) -> Floats:
    """(z, 4): how far back bone reaches from the bodies at right angles to them; row, y, x there.

    Looked at so, the processes of a lordosis, whose tips come near to each other, stand as far
    apart as their bodies. Not a number where there is no bone.
    """
    backs = np.arange(TIP_MM[0], TIP_MM[1], GRID_MM)
    found = np.full((len(column.axis), 4), np.nan)
    for n, lean in enumerate(column.lean):
        rows = np.rint(n - backs * np.sin(lean) / GRID_MM).astype(int)
        cells = np.rint((column.body_y[n] + backs * np.cos(lean) - column.front) / GRID_MM)
        size = column.hu.shape
        inside = (rows >= 0) & (rows < size[0]) & (cells >= 0) & (cells < size[1])
        near = column.beside(n, -SPINOUS_HALF_MM, SPINOUS_HALF_MM)
        bone = column.bone[rows[inside], cells[inside].astype(int)][:, near]
        held = np.flatnonzero(bone.any(axis=1))
        if len(held):
            last = int(held[-1])
            end = bone[max(0, last - round(TIP_LENGTH_MM / GRID_MM)) : last + 1].sum(axis=0)
            aside = (end * column.asides[near]).sum() / end.sum()
            back = backs[inside][last]
            y = column.body_y[n] + back * np.cos(lean)
            found[n] = back, rows[inside][last], y, aside
    return found


def _tips(column: SpineColumn, middles: Sequence[float]) -> list[PatientPoint | None]:
    """The rear ends of vertebrae, from the head down, each below the one above it.

    Parameters
    ----------
    middles : sequence of float
        Rows of the bodies' middles.
    """
    rear = _rear(column)
    found: list[PatientPoint | None] = []
    lowest = -np.inf
    for middle in middles:
        # seen from a strongly leaning vertebra, the end of the one above it stands behind too
        free = np.where(rear[:, 1] > lowest, rear[:, 0], 0.0)
        tip = _tip(column, rear, free, middle)
        found.append(tip)
        if tip is not None:
            lowest = column.row_of(tip.z) + LEAST_TIP_STEP_MM / GRID_MM
    return found


def _tip(column: SpineColumn, rear: Floats, reach: Curve, middle: float) -> PatientPoint | None:
    """The middle of the plate of bone behind a vertebra that reaches furthest back.

    Parameters
    ----------
    reach : (z,) float
        How far back bone reaches that may belong to it; 0 for none.
    """
    rows = np.arange(len(reach))
    hang = (middle - rows) * GRID_MM / np.cos(column.lean)
    worth = reach - UNUSUAL_MM * ((hang - HANG_MM) / HANG_SIGMA_MM) ** 2
    worth[(hang < HANGS_MM[0]) | (hang > HANGS_MM[1]) | (reach <= 0)] = -np.inf
    first = last = int(worth.argmax())
    if not np.isfinite(worth[first]):
        return None
    floor = reach[first] - TIP_DEPTH_MM
    while first > 0 and reach[first - 1] >= floor:
        first -= 1
    while last < len(reach) - 1 and reach[last + 1] >= floor:
        last += 1
    row, y, aside = rear[first : last + 1, 1:].mean(axis=0).tolist()
    return column.point(row, y, aside)


def _wings(column: SpineColumn) -> int | None:
    """The row where the wings of the sacrum begin; None where none are seen."""
    broad = _wing_profile(column) >= WING_SHARE
    height = round(WING_HEIGHT_MM / GRID_MM)
    rows = (n for n in range(len(broad) - height) if broad[n : n + height].all())
    return next(rows, None)


def _sacral_disc(discs: list[float], wings: int | None) -> float | None:
    """The row of the disc above the sacrum; None where it is not seen."""
    if wings is None:
        return None
    low, high = SACRAL_DISC_MM
    below = [((disc - wings) * GRID_MM, disc) for disc in discs]
    fits = [(abs(mm - USUAL_SACRAL_DISC_MM), disc) for mm, disc in below if low <= mm <= high]
    return min(fits)[1] if fits else None


def _wing_profile(column: SpineColumn) -> Curve:
    """The share of bone beside and behind the bodies at each height, of the side with less."""
    found = np.zeros(len(column.axis))
    for n in range(len(found)):
        bone = column.hu[n, column.rows(n, -5.0, 22.0)] > WING_HU
        found[n] = min(
            bone[:, column.beside(n, *WING_MM)].mean(),
            bone[:, column.beside(n, -WING_MM[1], -WING_MM[0])].mean(),
        )
    smooth: Curve = gaussian_filter1d(found, 2 / GRID_MM)
    return smooth
