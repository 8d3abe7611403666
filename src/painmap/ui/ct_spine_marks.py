"""How the spine lies on a picture: its landmarks, the midline, the names of levels."""

from collections.abc import Collection
from uuid import UUID

import numpy as np
from shapely import LineString

from painmap.domain.anatomy import Level
from painmap.domain.injection import LandmarkKind, LandmarkStatus
from painmap.domain.places import PatientPoint
from painmap.imaging.spine_line import SpineLine, SpineMark
from painmap.services.spine import Spine
from painmap.ui.ct_marks import Shown
from painmap.ui.ct_paint import DrawnMark, MarkKind

ACROSS = 0.7
"""A picture whose normal lies along the body by more than this cuts the midline in one place."""

BACK_MM, FRONT_MM = 25.0, 95.0
"""So far the midline is drawn behind and before the spinous processes on such a picture."""

FAR_MM = 30.0
"""A picture along the body that lies further from the midline shows nothing of it from aside."""

SAME_MM = 0.1
"""A line is drawn with as few corners as leave it where it is, to this."""

DRAWN_MM = 3.0
"""Between points of the midline in a picture along the body."""


def spine_marks(
    shown: Shown,
    spine: Spine,
    *,
    chosen: UUID | None,
    hidden: Collection[UUID] = (),
    small: bool = False,
) -> list[DrawnMark]:
    """The spine on a picture; what is only proposed is dashed and says so."""
    line = spine.line
    if line is None or shown.image.geometry is None:
        return []
    normal = shown.image.geometry.normal
    if abs(normal[2]) > ACROSS:
        found = _crossed(shown, spine, line, small=small)
    else:
        found = _along(shown, spine, line, frontal=abs(normal[1]) > ACROSS, small=small)
    return [*found, *_landmarks(shown, spine, chosen, hidden)]


def level_name(level: Level | None, spine: Spine, *, small: bool) -> str:
    """Such as "L4", "L4 proposed"; small pictures have room for "L4?"."""
    if level is None:
        return ""
    if spine.counts_certainly:
        return level.value
    if small:
        return f"{level}?"
    return f"{level} proposed" if spine.is_proposal else f"{level}, level uncertain"


def _landmarks(
    shown: Shown, spine: Spine, chosen: UUID | None, hidden: Collection[UUID]
) -> list[DrawnMark]:
    marks = []
    for landmark in spine.landmarks:
        close = shown.closeness(landmark.point) if landmark.id not in hidden else None
        if close is None:
            continue
        at, faint = close
        is_body = landmark.kind is LandmarkKind.VERTEBRAL_BODY
        marks.append(
            DrawnMark(
                MarkKind.VERTEBRA if is_body else MarkKind.MIDLINE,
                (at,),
                faint=faint,
                chosen=landmark.id == chosen,
                proposed=landmark.status is LandmarkStatus.PROPOSED,
            )
        )
    return marks


def _crossed(shown: Shown, spine: Spine, line: SpineLine, *, small: bool) -> list[DrawnMark]:
    """Where a picture across the body cuts the midline: a line in the midline's own direction."""
    plane = shown.image.geometry
    if plane is None:
        return []
    away = plane.pixels_of(line.curve)[1]
    cut = np.flatnonzero(away[:-1] * away[1:] <= 0)
    if not len(cut):
        return []
    n = int(cut[0])
    share = away[n] / (away[n] - away[n + 1]) if away[n] != away[n + 1] else 0.0
    at = line.curve[n] + share * (line.curve[n + 1] - line.curve[n])
    if line.place_of(PatientPoint(*map(float, at))) is None:
        return []
    front = np.array(line.direction_at(float(at[2])))
    ends = [
        shown.placement.view_of(PatientPoint(*map(float, at + mm * front)))
        for mm in (-BACK_MM, FRONT_MM)
    ]
    points = tuple(end[0] for end in ends if end is not None)
    if len(points) < 2:
        return []
    named = level_name(line.level_of_plane(plane), spine, small=small)
    return [
        DrawnMark(MarkKind.SPINE, points, proposed=spine.is_proposal),
        DrawnMark(MarkKind.LEVEL, (points[-1],), label=named),
    ]


def _along(
    shown: Shown, spine: Spine, line: SpineLine, *, frontal: bool, small: bool
) -> list[DrawnMark]:
    """The midline as it runs down a picture along the body, with the names of its levels."""
    heights = [mark.point.z for mark in line.marks]
    low, high = min(heights) - 10.0, max(heights) + 10.0
    curve = line.curve[(line.curve[:, 2] >= low) & (line.curve[:, 2] <= high)]
    step = max(1, round(DRAWN_MM / 0.25))
    found = shown.placement.views_of(curve[::step])
    if found is None or len(found[0]) < 2:
        return []
    places, away = found
    # from the front the midline shows through the body, from aside only where it lies
    if not frontal and float(np.abs(away).min()) > FAR_MM:
        return []
    drawn = LineString(places).simplify(SAME_MM).coords
    points = tuple((float(x), float(y)) for x, y in drawn)
    marks = [DrawnMark(MarkKind.SPINE, points, proposed=spine.is_proposal)]
    for mark in _nearest(shown, line) if frontal else line.said_marks:
        found_at = shown.placement.view_of(mark.point)
        if found_at is None:
            continue
        at, off = found_at
        name = level_name(mark.level, spine, small=small)
        if frontal and mark.kind is LandmarkKind.SPINOUS_PROCESS and abs(off) > FAR_MM:
            # it hangs half a vertebra lower than the body that may be seen there
            name += " spinous"
        marks.append(DrawnMark(MarkKind.LEVEL, (at,), label=name))
    return marks


def _nearest(shown: Shown, line: SpineLine) -> list[SpineMark]:
    """Of each level what lies nearer to the picture: its spinous process or its body."""
    marks = {*line.said_marks, *line.level_marks}
    found: dict[Level | None, tuple[float, SpineMark]] = {}
    for mark in marks:
        seen = shown.placement.view_of(mark.point)
        off = float("inf") if seen is None else abs(seen[1])
        if mark.level not in found or off < found[mark.level][0]:
            found[mark.level] = (off, mark)
    return [mark for _, mark in sorted(found.values(), key=lambda one: -one[1].point.z)]
