"""The straight path of a needle: depth, angles, what lies on it. Arithmetic, no advice.

All of it is computed in patient LPS millimetres, so it is the same for any position of the
patient in the scanner, any gantry tilt and any shape of the pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import acos, asin, atan2, degrees, hypot, radians, tan

import numpy as np
import numpy.typing as npt

from painmap.domain.anatomy import Side
from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.geometry import Floats
from painmap.imaging.volume import Volume

HAND_ERROR_DEGREES = 3.4
"""Mean angle error of the free hand on a CT-guided phantom (PMC4499536): 3.4 +/- 3.1 degrees."""

STEP_MM = 0.25
"""Between the samples of the tissue on a path."""


_UP: dict[ProcedurePosition, tuple[float, float, float]] = {
    ProcedurePosition.PRONE: (0.0, 1.0, 0.0),
    ProcedurePosition.SUPINE: (0.0, -1.0, 0.0),
    ProcedurePosition.LEFT_DECUBITUS: (-1.0, 0.0, 0.0),
    ProcedurePosition.RIGHT_DECUBITUS: (1.0, 0.0, 0.0),
}
"""Away from the floor, in patient LPS: prone has the back up, on the LEFT side RIGHT is up."""

_ACROSS: dict[ProcedurePosition, tuple[str, str]] = {
    ProcedurePosition.PRONE: ("LEFT", "RIGHT"),
    ProcedurePosition.SUPINE: ("LEFT", "RIGHT"),
    ProcedurePosition.LEFT_DECUBITUS: ("back", "front"),
    ProcedurePosition.RIGHT_DECUBITUS: ("back", "front"),
}
"""Words for the two ways across the vertical within an axial plane: +, -."""

_SCANNED: dict[str, ProcedurePosition] = {
    "FP": ProcedurePosition.PRONE,
    "FS": ProcedurePosition.SUPINE,
    "DL": ProcedurePosition.LEFT_DECUBITUS,
    "DR": ProcedurePosition.RIGHT_DECUBITUS,
}


def scanned_position(patient_position: str) -> ProcedurePosition | None:
    """How the patient lay in the scanner (PS3.3 C.7.3.1.1.2); None where the header is silent.

    HFDL is decubitus with the left side down.
    """
    code = patient_position.strip().upper()
    if len(code) == 3:  # HFS: the second letter belongs to "first"
        return _SCANNED.get({"S": "FS", "P": "FP"}.get(code[2], ""))
    return _SCANNED.get(code[2:]) if len(code) == 4 else None


def up_of(position: ProcedurePosition) -> Floats:
    """Unit vector away from the floor, patient LPS."""
    return np.array(_UP[position])


@dataclass(frozen=True, slots=True)
class NeedlePath:
    """A straight line from the skin to where the tip should lie.

    Parameters
    ----------
    entry, target : PatientPoint
        In the same frame of reference.
    position : ProcedurePosition
        It says where the vertical is.

    Raises
    ------
    ValueError
        Entry and target are one point.
    """

    entry: PatientPoint
    target: PatientPoint
    position: ProcedurePosition

    def __post_init__(self) -> None:
        if self.depth_mm < 1e-6:
            raise ValueError("entry and target are one point")

    @property
    def depth_mm(self) -> float:
        """From entry to target along the needle."""
        return float(np.linalg.norm(np.subtract(self.target, self.entry)))

    @property
    def out(self) -> Floats:
        """Unit vector along the needle, from the target to whoever holds it."""
        away = np.subtract(self.entry, self.target)
        unit: Floats = away / np.linalg.norm(away)
        return unit

    @property
    def vertical_mm(self) -> float:
        """How much deeper the target lies than the entry, along the vertical."""
        return self.depth_mm * float(self.out @ up_of(self.position))

    @property
    def in_plane_degrees(self) -> float:
        """In the axial plane, from the vertical.

        0: straight down. Positive when the tip points to the first word of the pair, LEFT
        and RIGHT (back and front on the side), negative to the second; beyond 90 degrees the
        needle comes from below.
        """
        up, across = self._frame()
        return degrees(atan2(-float(self.out @ across), float(self.out @ up)))

    @property
    def cranio_caudal_degrees(self) -> float:
        """Out of the axial plane; positive when the tip points to the head."""
        return degrees(asin(max(-1.0, min(1.0, -float(self.out[2])))))

    @property
    def from_vertical_degrees(self) -> float:
        """The whole angle between needle and vertical."""
        return degrees(acos(max(-1.0, min(1.0, float(self.out @ up_of(self.position))))))

    @property
    def in_plane_words(self) -> str:
        """Where the tip points in the axial plane: "LEFT" ..., empty when straight down."""
        if round(self.in_plane_degrees) == 0:
            return ""
        return _ACROSS[self.position][0 if self.in_plane_degrees > 0 else 1]

    @property
    def plane_tilt_degrees(self) -> float | None:
        """How far an axial plane is turned about the patient's left-right axis to hold the path.

        Positive: the plane's back edge goes to the head. None where no such turn does it
        (a path along the left-right axis but out of the plane). With this tilt of the
        gantry the whole needle lies in one picture.
        """
        _, y, z = self.out
        if hypot(y, z) < 1e-9:
            return 0.0
        if abs(y) < 1e-9:
            return None
        return degrees(atan2(z * np.sign(y), abs(y)))

    def _frame(self) -> tuple[Floats, Floats]:
        """Up, and across it within the axial plane: to the LEFT, or to the back on the side."""
        up = up_of(self.position)
        across = np.array((1.0, 0.0, 0.0)) if up[0] == 0 else np.array((0.0, 1.0, 0.0))
        return up, across

    def point_at(self, share: float) -> PatientPoint:
        """A point on the path: 0 the entry, 1 the target."""
        x, y, z = np.asarray(self.entry) * (1 - share) + np.asarray(self.target) * share
        return PatientPoint(float(x), float(y), float(z))

    def miss_mm(self, depth_mm: float) -> float:
        """How far the tip lies beside the path at a depth when the hand errs by its mean angle."""
        return depth_mm * tan(radians(HAND_ERROR_DEGREES))


def point_along(
    target: PatientPoint,
    position: ProcedurePosition,
    *,
    in_plane_degrees: float = 0.0,
    cranio_caudal_degrees: float = 0.0,
) -> PatientPoint:
    """A point 100 mm out of `target` along an angle, to seek the skin with.

    Both angles as in `NeedlePath`: positive when the tip points LEFT (or back), to the head.
    """
    plane, body = radians(in_plane_degrees), radians(cranio_caudal_degrees)
    up = up_of(position)
    across = np.array((1.0, 0.0, 0.0)) if up[0] == 0 else np.array((0.0, 1.0, 0.0))
    out = (up * np.cos(plane) - across * np.sin(plane)) * np.cos(body)
    out = out - np.array((0.0, 0.0, 1.0)) * np.sin(body)
    x, y, z = np.asarray(target) + 100.0 * out
    return PatientPoint(float(x), float(y), float(z))


class Tissue(StrEnum):
    """What Hounsfield units are called on a path."""

    AIR = "air"
    FAT = "fat"
    MUSCLE = "muscle"
    BONE = "bone"
    OTHER = "other"


TISSUE_BINS: tuple[tuple[float, float, Tissue], ...] = (
    (-np.inf, -300.0, Tissue.AIR),
    (-190.0, -29.0, Tissue.FAT),
    (-29.0, 151.0, Tissue.MUSCLE),
    (151.0, np.inf, Tissue.BONE),
)
"""Half-open in HU; fat -190 to -30 and muscle -29 to 150 (TomoVision). What is denser than
muscle counts as bone: contrast medium and metal too. Between air and fat it is "other"."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """How many millimetres of what the path runs through, entry to target.

    Parameters
    ----------
    mm : tuple of (Tissue, float)
        Only what is there, in the order of `Tissue`.
    outside_mm : float
        Of the path that no voxel shows (outside the volume or padding).
    """

    mm: tuple[tuple[Tissue, float], ...]
    outside_mm: float


def crossed(volume: Volume, path: NeedlePath) -> Crossed:
    """Read the voxels on a path, the nearest one at each place.

    Raises
    ------
    SeriesError
        NOT_UNIFORM: the slices are no volume.
    """
    if volume.geometry is None:
        raise SeriesError(SeriesProblem.NOT_UNIFORM)
    volume.require()
    count = max(2, int(np.ceil(path.depth_mm / STEP_MM)))
    share = (np.arange(count) + 0.5) / count
    points = np.outer(1 - share, path.entry) + np.outer(share, path.target)
    index = np.rint(volume.geometry.index_points(points)).astype(np.int64)
    inside = np.all((index >= 0) & (index < volume.shape), axis=1)
    kept = index[inside]
    values = volume.hu[kept[:, 0], kept[:, 1], kept[:, 2]]
    values = values[~_is_padding(volume, kept)]
    each = path.depth_mm / count
    found = [
        (tissue, float(np.count_nonzero((values >= low) & (values < high))) * each)
        for low, high, tissue in TISSUE_BINS
    ]
    named = sum(mm for _, mm in found)
    other = len(values) * each - named
    found.append((Tissue.OTHER, other if other > each / 2 else 0.0))
    order = list(Tissue)
    shown = sorted((one for one in found if one[1] > 0), key=lambda one: order.index(one[0]))
    return Crossed(tuple(shown), (count - len(values)) * each)


def _is_padding(volume: Volume, index: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    if volume.padding is None:
        return np.zeros(len(index), dtype=np.bool_)
    k, j, i = index.T
    bit = j * volume.shape[2] + i
    found: npt.NDArray[np.bool_] = (volume.padding[k, bit // 8] >> (7 - bit % 8) & 1).astype(
        np.bool_
    )
    return found


def distance_to_path(path: NeedlePath, corners: Sequence[PatientPoint], *, closed: bool) -> float:
    """The least distance between a path and something that was marked.

    Parameters
    ----------
    corners : sequence of PatientPoint
        One point, a line of several, or the rim of a contour.
    closed : bool
        The last corner is joined to the first, and what the rim encloses counts as marked.

    Returns
    -------
    float
        Millimetres; 0 where the path goes through it.
    """
    points = np.asarray(corners, dtype=np.float64)
    entry, target = np.asarray(path.entry), np.asarray(path.target)
    if len(points) == 1:
        return _segments_apart(entry, target, points[0], points[0])
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    starts = points if closed else points[:-1]
    if closed and len(points) >= 3 and _goes_through(path, points):
        return 0.0
    return min(
        _segments_apart(entry, target, start, end) for start, end in zip(starts, ends, strict=True)
    )


def _segments_apart(a: Floats, b: Floats, c: Floats, d: Floats) -> float:
    """The least distance of two segments (Ericson, Real-Time Collision Detection, 5.1.9)."""
    along, other, between = b - a, d - c, a - c
    aa, ee, ff = float(along @ along), float(other @ other), float(other @ between)
    cc = float(along @ between)
    if ee <= 1e-12:
        s, t = min(1.0, max(0.0, -cc / aa)), 0.0
    else:
        bb = float(along @ other)
        denominator = aa * ee - bb * bb
        s = min(1.0, max(0.0, (bb * ff - cc * ee) / denominator)) if denominator > 1e-12 else 0.0
        t = (bb * s + ff) / ee
        if not 0.0 <= t <= 1.0:
            t = min(1.0, max(0.0, t))
            s = min(1.0, max(0.0, (bb * t - cc) / aa))
    return float(np.linalg.norm((a + along * s) - (c + other * t)))


def _goes_through(path: NeedlePath, rim: Floats) -> bool:
    """Whether the path pierces, or runs inside, the flat area that a rim encloses."""
    centre = rim.mean(axis=0)
    _, _, axes = np.linalg.svd(rim - centre)
    right, down, normal = axes
    start, end = (np.asarray(one) - centre for one in (path.entry, path.target))
    before, after = float(start @ normal), float(end @ normal)
    if before * after > 0 and min(abs(before), abs(after)) > 1e-6:
        return False
    share = before / (before - after) if abs(before - after) > 1e-9 else 1.0
    meets = [start + (end - start) * share] if abs(before - after) > 1e-9 else [start, end]
    flat = np.column_stack(((rim - centre) @ right, (rim - centre) @ down))
    return any(_encloses(flat, float(at @ right), float(at @ down)) for at in meets)


def _encloses(flat: Floats, x: float, y: float) -> bool:
    xs, ys = flat.T
    next_x, next_y = np.roll(xs, -1), np.roll(ys, -1)
    crossing = (ys > y) != (next_y > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = xs + (y - ys) * (next_x - xs) / (next_y - ys)
    return bool(np.count_nonzero(crossing & (at > x)) % 2)


def side_of_tip(path: NeedlePath) -> Side | None:
    """To which side the tip points, for words; None when straight."""
    word = path.in_plane_words
    return Side(word.lower()) if word in ("LEFT", "RIGHT") else None
