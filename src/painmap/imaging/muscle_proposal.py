"""A first guess at the muscles of the lower back: on each slice a contour, to accept or to edit.

No model was trained and nothing was fitted to a data set. Where a muscle usually lies is said in
millimetres from the middle of the vertebral body, of an adult of usual size, and scaled by the
patient's own distance from there to the tip of the spinous process. The place is then shifted and
sized to where muscle is dense, and the rim is sought along rays from its middle, where muscle ends
at fat or bone, as a closed path of least cost that keeps near the usual shape.

Sources of the usual shapes: cross sections of the lower back as in Gray's Anatomy (42nd ed.,
chapter 43, the back), and the sizes of vertebrae that `phantom.anatomy` cites.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, map_coordinates, median_filter

from painmap.domain.anatomy import Level, Side
from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.imaging.geometry import Floats, PlaneGeometry
from painmap.imaging.slice_mask import SliceMask, mask_of_polygon
from painmap.imaging.volume import Volume

USUAL_REACH_MM = 62.0
"""From the middle of a lumbar body back to the tip of its spinous process (phantom.anatomy)."""

MUSCLE_HU = (-29.0, 150.0)
FAT_HU = -30.0
BONE_HU = 200.0

SMOOTH_MM = 1.0
RAYS = 72
RAY_STEP_MM = 0.5
MOST_TURN = 4
"""Steps along the ray by which the rim may differ from one ray to the next."""

SHIFTS_MM = np.arange(-9.0, 9.1, 3.0)
SIZES = (0.75, 0.87, 1.0, 1.15, 1.3)

NEAR_SHARE = 0.28
"""How far, of its usual distance, a rim may well lie from where it usually does."""

SHAPE_WEIGHT = 0.15
FAT_INSIDE = 0.02
BONE_INSIDE = 0.12
"""Cost of a millimetre of fat, or of bone, between the middle of a muscle and its rim."""

BEYOND_MM = 5.0
"""Fat that goes on for so long is no septum within a muscle, which is 1 to 3 mm thick."""

THIN_SHARE = 0.4
"""What a thin layer of fat counts, which may be the fascia between two muscles."""

LEAST_ACROSS = 0.8
"""Slices tilted by more than 37 degrees show other sections of a muscle than the usual ones."""

ABOVE, BELOW = 0.3, 0.5
"""Parts of a level for which a shape holds beyond the vertebra that it is given for."""

LEAST_MUSCLE = 0.55
"""Where less of what lies within a rim has the density of muscle, nothing is proposed."""

SMOOTHED_OVER_MM = 15.0
"""Along the body a rim changes slowly: about half a vertebra."""

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class UsualPlace:
    """Where a muscle of the LEFT usually lies at one level.

    Parameters
    ----------
    ring : tuple of (aside, back)
        Millimetres to the LEFT of the middle of the vertebral body, and behind it.
    """

    ring: tuple[XY, ...]


def _oval(aside: float, back: float, across: float, deep: float, turn: float = 0.0) -> UsualPlace:
    """An ellipse with these half axes, turned so that its outer end lies further in front."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    x, y = across * np.cos(angles), deep * np.sin(angles)
    lean = -np.radians(turn)
    found = zip(
        aside + x * np.cos(lean) - y * np.sin(lean),
        back + x * np.sin(lean) + y * np.cos(lean),
        strict=True,
    )
    return UsualPlace(tuple((float(a), float(b)) for a, b in found))


USUAL: Mapping[str, Mapping[Level, UsualPlace]] = {
    # from lamina and spinous process to its lateral border, a hand's breadth beside the spine,
    # behind the transverse processes; over the ribs it is flat, over the sacrum narrow
    "deep_back_group": {
        Level.T12: UsualPlace(
            ((7, 32), (5, 58), (22, 63), (46, 60), (66, 50), (72, 40), (58, 34), (38, 29), (20, 28))
        ),
        Level.L3: UsualPlace(
            ((8, 33), (5, 62), (22, 70), (48, 70), (69, 61), (78, 47), (66, 37), (40, 29), (18, 28))
        ),
        Level.L5: UsualPlace(
            ((9, 34), (5, 60), (20, 68), (40, 67), (58, 56), (60, 44), (46, 33), (26, 28))
        ),
    },
    # beside the bodies, before the transverse processes; it grows down to L4-L5
    "psoas_major": {
        Level.L1: _oval(31, 4, 9, 11),
        Level.L2: _oval(36, 3, 13, 15),
        Level.L3: _oval(41, 1, 16, 19),
        Level.L4: _oval(46, -3, 18, 22),
        Level.L5: _oval(52, -9, 19, 22),
    },
    # from the 12th rib to the iliac crest, beside the tips of the transverse processes, which lie
    # 22 to 26 mm behind the middle of the bodies; its outer border lies further to the front
    "quadratus_lumborum": {
        Level.L2: _oval(57, 24, 14, 6, 15),
        Level.L3: _oval(63, 23, 17, 8, 15),
        Level.L4: _oval(69, 21, 17, 9, 15),
    },
}
"""By muscle; between two levels the shape is between theirs, and beyond the last there is none."""


@dataclass(frozen=True, slots=True)
class SpineFrame:
    """Middles of vertebral bodies and tips of spinous processes, from the head down.

    Parameters
    ----------
    bodies : tuple of (Level, PatientPoint)
    tips : tuple of PatientPoint
    """

    bodies: tuple[tuple[Level, PatientPoint], ...]
    tips: tuple[PatientPoint, ...]

    def at(self, z: float) -> tuple[Floats, Floats, Floats] | None:
        """Middle of the body, and millimetres to the LEFT and to the back, at a height.

        Returns
        -------
        three (3,) arrays or None
            The two directions have the length of one usual millimetre. None beyond the marks.
        """
        if len(self.bodies) < 2 or len(self.tips) < 2:
            return None
        body = _between([point for _, point in self.bodies], z)
        tip = _between(self.tips, z)
        back = np.array((tip[0] - body[0], tip[1] - body[1], 0.0))
        reach = float(np.hypot(back[0], back[1]))
        if reach < USUAL_REACH_MM / 3:
            return None
        back = back / USUAL_REACH_MM
        # the patient's LEFT is +x (PS3.3 C.7.6.2.1.1), and the back +y
        left = np.array((back[1], -back[0], 0.0))
        return body, left, back

    def level_at(self, z: float) -> float | None:
        """The level at a height as a number, whole in the middle of a body; None beyond them."""
        order = list(Level)
        heights = np.array([point.z for _, point in self.bodies])
        numbers = np.array([order.index(level) for level, _ in self.bodies], dtype=np.float64)
        if not len(heights):
            return None
        half = 0.6 * abs(float(heights[0] - heights[-1])) / max(1, len(heights) - 1)
        if not heights.min() - half <= z <= heights.max() + half:
            return None
        up = np.argsort(heights)
        inner = float(np.interp(z, heights[up], numbers[up]))
        if z > heights.max():
            return float(numbers.min()) - (z - float(heights.max())) / (half / 0.6)
        if z < heights.min():
            return float(numbers.max()) + (float(heights.min()) - z) / (half / 0.6)
        return inner


def _between(points: Sequence[PatientPoint], z: float) -> Floats:
    ordered = sorted(points, key=lambda point: point.z)
    heights = [point.z for point in ordered]
    x = np.interp(z, heights, [point.x for point in ordered])
    y = np.interp(z, heights, [point.y for point in ordered])
    return np.array((float(x), float(y), z))


ProposedMuscle = tuple[str, Side]


@dataclass(slots=True)
class _Found:
    """The rim of one muscle on one slice: distances along the rays from its middle."""

    k: int
    middle: Floats
    left: Floats
    back: Floats
    radii: Floats


def proposing_muscles(
    volume: Volume, frame: SpineFrame
) -> Job[dict[ProposedMuscle, dict[int, SliceMask]]]:
    """Propose muscles of both sides, slice by slice.

    Parameters
    ----------
    volume : Volume
        Whole; its slices lie across the body.

    Yields
    ------
    Progress
    """
    found: dict[ProposedMuscle, list[_Found]] = {}
    count = volume.shape[0]
    for k in range(count):
        yield Progress(k, count, "Proposing muscles")
        plane = volume.slice_geometry(k)
        if plane is None:
            continue
        placed = _on_plane(frame, plane, (volume.shape[1] / 2, volume.shape[2] / 2))
        number = None if placed is None else frame.level_at(float(placed[0][2]))
        if placed is None or number is None:
            continue
        hu = _smoothed(volume, k, plane)
        for muscle, levels in USUAL.items():
            ring = _usual_ring(levels, number)
            if ring is None:
                continue
            for side in (Side.LEFT, Side.RIGHT):
                one = _on_slice(k, hu, plane, placed, ring, side)
                if one is not None:
                    found.setdefault((muscle, side), []).append(one)
    taken: dict[int, npt.NDArray[np.bool_]] = {}
    made = {}
    for key in sorted(found, key=lambda key: list(USUAL).index(key[0])):
        masks = _masks(volume, found[key], taken)
        if len(masks) > 1:
            made[key] = masks
    return made


def _on_plane(
    frame: SpineFrame, plane: PlaneGeometry, middle: XY
) -> tuple[Floats, Floats, Floats] | None:
    """Where the spine goes through a slice, and the ways to the LEFT and to the back on it.

    Slices may be tilted: a way of so many millimetres on a slice is one in the patient seen
    from the feet, and rises with the slice.
    """
    normal = plane.normal
    if abs(float(normal[2])) < LEAST_ACROSS:
        return None
    at = np.asarray(plane.patient_point(*middle), dtype=np.float64)
    placed = None
    for _ in range(4):
        placed = frame.at(float(at[2]))
        if placed is None:
            return None
        x, y = placed[0][:2]
        rise = -(normal[0] * (x - at[0]) + normal[1] * (y - at[1])) / normal[2]
        at = np.array((x, y, at[2] + rise))
    if placed is None:
        return None
    _, left, back = placed
    ways = []
    for way in (left, back):
        rise = -(normal[0] * way[0] + normal[1] * way[1]) / normal[2]
        ways.append(np.array((way[0], way[1], rise)))
    return at, ways[0], ways[1]


def _smoothed(volume: Volume, k: int, plane: PlaneGeometry) -> npt.NDArray[np.float32]:
    down, right = plane.spacing_mm
    smoothed: npt.NDArray[np.float32] = gaussian_filter(
        volume.hu[k].astype(np.float32), (SMOOTH_MM / down, SMOOTH_MM / right)
    )
    return smoothed


def _usual_ring(levels: Mapping[Level, UsualPlace], number: float) -> Floats | None:
    """The usual ring (n, 2) between two levels; None beyond the last of them."""
    order = list(Level)
    numbers = sorted(order.index(level) for level in levels)
    if not numbers[0] - ABOVE <= number <= numbers[-1] + BELOW:
        return None
    number = min(max(number, numbers[0]), numbers[-1])
    low = max(each for each in numbers if each <= number)
    high = min(each for each in numbers if each >= number)
    share = 0.0 if high == low else (number - low) / (high - low)
    one, other = (_resampled(levels[order[each]].ring) for each in (low, high))
    return one + share * (other - one)


def _resampled(ring: Sequence[XY], count: int = 48) -> Floats:
    """As many points at even steps along a ring, from its innermost one on."""
    points = np.array([*ring, ring[0]], dtype=np.float64)
    start = int(np.argmin(points[:-1, 0]))
    points = np.vstack((points[start:-1], points[: start + 1]))
    if _signed_area(points) < 0:
        points = points[::-1]
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    wanted = np.linspace(0, along[-1], count, endpoint=False)
    return np.column_stack([np.interp(wanted, along, points[:, axis]) for axis in (0, 1)])


def _signed_area(points: Floats) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(x[:-1] @ y[1:] - x[1:] @ y[:-1]) / 2


def _on_slice(
    k: int,
    hu: npt.NDArray[np.float32],
    plane: PlaneGeometry,
    placed: tuple[Floats, Floats, Floats],
    ring: Floats,
    side: Side,
) -> _Found | None:
    body, left, back = placed
    outward = left if side is Side.LEFT else -left
    middle = ring.mean(axis=0)
    shape = ring - middle
    shift, size = _best_place(hu, plane, body, outward, back, middle, shape)
    centre = body + (middle[0] + shift[0]) * outward + (middle[1] + shift[1]) * back
    usual = _usual_radii(shape * size)
    radii = _rim(hu, plane, centre, outward, back, usual)
    return None if radii is None else _Found(k, centre, outward, back, radii)


def _sampled(hu: npt.NDArray[np.float32], plane: PlaneGeometry, points: Floats) -> Floats:
    """HU at patient points (..., 3); far below air outside of the picture."""
    pixels, _ = plane.pixels_of(points.reshape(-1, 3))
    values: Floats = map_coordinates(hu, pixels.T, order=1, mode="constant", cval=-2000.0)
    return values.reshape(points.shape[:-1])


def _best_place(
    hu: npt.NDArray[np.float32],
    plane: PlaneGeometry,
    body: Floats,
    outward: Floats,
    back: Floats,
    middle: Floats,
    shape: Floats,
) -> tuple[Floats, float]:
    """Shift and size at which the usual shape holds most muscle and has least around it."""
    best, found = -np.inf, (np.zeros(2), 1.0)
    shifts = np.array([(a, b) for a in SHIFTS_MM for b in SHIFTS_MM])
    for size in SIZES:
        inner = np.concatenate([share * size * shape for share in (0.3, 0.6, 0.85)])
        outer = np.concatenate([shape * size * share for share in (1.15, 1.3)])
        local = np.concatenate((inner, outer))[None] + shifts[:, None] + middle
        points = body + local[..., :1] * outward + local[..., 1:] * back
        values = _sampled(hu, plane, points)
        is_muscle = (values >= MUSCLE_HU[0]) & (values <= MUSCLE_HU[1])
        held = is_muscle[:, : len(inner)].mean(axis=1)
        around = is_muscle[:, len(inner) :].mean(axis=1)
        away = (shifts**2).sum(axis=1) / 9.0**2 + ((size - 1.0) / 0.3) ** 2
        score = 2.0 * held - around - 0.15 * away
        n = int(np.argmax(score))
        if score[n] > best:
            best, found = float(score[n]), (shifts[n], float(size))
    return found


def _usual_radii(shape: Floats) -> Floats:
    """How far the usual rim lies from its middle, for every ray."""
    angles = np.arctan2(shape[:, 1], shape[:, 0])
    order = np.argsort(angles)
    rays = _angles()
    found: Floats = np.interp(rays, angles[order], np.hypot(*shape[order].T), period=2 * np.pi)
    return found


def _angles() -> Floats:
    return np.linspace(-np.pi, np.pi, RAYS, endpoint=False)


def _rim(
    hu: npt.NDArray[np.float32],
    plane: PlaneGeometry,
    centre: Floats,
    outward: Floats,
    back: Floats,
    usual: Floats,
) -> Floats | None:
    """Where muscle ends on each ray: a closed path of least cost."""
    reach = float(usual.max()) * 1.5 + 6.0
    steps = np.arange(0.0, reach, RAY_STEP_MM)
    rays = _angles()
    directions = np.cos(rays)[:, None] * outward + np.sin(rays)[:, None] * back
    values = _sampled(hu, plane, centre + steps[None, :, None] * directions[:, None, :])
    cost = _cost(values, steps, usual)
    path = _closed_path(cost)
    return None if path is None else steps[path]


def _cost(values: Floats, steps: Floats, usual: Floats) -> Floats:
    """(rays, steps): low where muscle ends, near the usual rim, with little else inside."""
    near = round(1.0 / RAY_STEP_MM)
    wide = round(3.0 / RAY_STEP_MM)
    total = np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)
    n = np.arange(values.shape[1])

    def mean(first: npt.NDArray[np.int_], last: npt.NDArray[np.int_]) -> Floats:
        low = np.clip(first, 0, values.shape[1])
        high = np.clip(last, low + 1, values.shape[1])
        low = np.minimum(low, high - 1)
        found: Floats = (total[:, high] - total[:, low]) / (high - low)
        return found

    inside, outside = mean(n - wide, n - near + 1), mean(n + near, n + wide + 1)
    beyond = mean(n + near, n + round(BEYOND_MM / RAY_STEP_MM) + 1)
    # fat between the bundles of a muscle is thin: what goes on being fat lies outside
    capped = np.minimum(inside, 60.0)
    thick = np.clip((capped - beyond) / 90.0, 0.0, 1.0)
    thin = np.clip((capped - outside) / 90.0, 0.0, 1.0)
    to_fat = np.maximum(thick, THIN_SHARE * thin)
    to_bone = np.clip((outside - np.maximum(inside, 20.0)) / 150.0, 0.0, 1.0)
    is_muscle = np.clip((inside + 40.0) / 40.0, 0.0, 1.0) * np.clip((180 - inside) / 40, 0.0, 1.0)
    edge = is_muscle * np.maximum(to_fat, to_bone)
    fat = np.cumsum(values < FAT_HU, axis=1) * RAY_STEP_MM
    bone = np.cumsum(values > BONE_HU, axis=1) * RAY_STEP_MM
    spread = NEAR_SHARE * usual[:, None] + 2.0
    away = ((steps[None] - usual[:, None]) / spread) ** 2
    found: Floats = -edge + SHAPE_WEIGHT * away + FAT_INSIDE * fat + BONE_INSIDE * bone
    return found


def _closed_path(cost: Floats) -> npt.NDArray[np.int_] | None:
    """The path around of least cost whose ends meet."""
    free = _path(cost, None)
    # once more from where the middle of the free path lies, which no end has bent
    start = len(cost) // 2
    turned = np.roll(cost, -start, axis=0)
    path = _path(turned, int(free[start]))
    return np.roll(path, start)


def _path(cost: Floats, start: int | None) -> npt.NDArray[np.int_]:
    count, length = cost.shape
    total = cost[0].copy()
    if start is not None:
        total[np.abs(np.arange(length) - start) > MOST_TURN] = np.inf
    came = np.zeros((count, length), dtype=np.int_)
    for ray in range(1, count):
        options = np.full((2 * MOST_TURN + 1, length), np.inf)
        for row, step in enumerate(range(-MOST_TURN, MOST_TURN + 1)):
            low, high = max(0, step), length + min(0, step)
            options[row, low:high] = total[low - step : high - step] + 0.02 * abs(step)
        best = np.argmin(options, axis=0)
        came[ray] = np.arange(length) - (best - MOST_TURN)
        total = options[best, np.arange(length)] + cost[ray]
    if start is not None:
        total[np.abs(np.arange(length) - start) > MOST_TURN] = np.inf
    path = np.empty(count, dtype=np.int_)
    path[-1] = int(np.argmin(total))
    for ray in range(count - 1, 0, -1):
        path[ray - 1] = came[ray, path[ray]]
    return path


def _masks(
    volume: Volume, several: Sequence[_Found], taken: dict[int, npt.NDArray[np.bool_]]
) -> dict[int, SliceMask]:
    """The muscle on each slice, its rim smoothed along the body, without bone and other muscles.

    Parameters
    ----------
    taken : dict
        By slice what muscles have that were made before; what is made here is added.
    """
    heights = [float(one.middle[2]) for one in several]
    step = abs(float(np.median(np.diff(heights)))) if len(heights) > 1 else 1.0
    window = max(1, 2 * round(SMOOTHED_OVER_MM / max(step, 0.1) / 2) + 1)
    rims = np.array([_rim_points(one) for one in several])
    smooth = median_filter(rims, size=(window, 1, 1), mode="nearest")
    masks = {}
    for one, points in zip(several, smooth, strict=True):
        plane = volume.slice_geometry(one.k)
        if plane is None:
            continue
        pixels, _ = plane.pixels_of(points)
        hu = volume.hu[one.k]
        mask = mask_of_polygon(pixels, (volume.shape[1], volume.shape[2])) & (hu <= BONE_HU)
        if one.k in taken:
            mask &= ~taken[one.k]
        held = hu[mask]
        is_muscle = (held >= MUSCLE_HU[0]) & (held <= MUSCLE_HU[1])
        if not held.size or float(is_muscle.mean()) < LEAST_MUSCLE:
            continue
        masks[one.k] = SliceMask.of(mask)
        taken[one.k] = taken[one.k] | mask if one.k in taken else mask
    return masks


def _rim_points(one: _Found) -> Floats:
    rays = _angles()
    directions = np.cos(rays)[:, None] * one.left + np.sin(rays)[:, None] * one.back
    return one.middle + one.radii[:, None] * directions
