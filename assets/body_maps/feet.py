"""The feet from above and from the sole: projections of their own, toe by toe.

The patient stands flat; the one camera looks down from the front, so that the leg rises behind
the foot, the other straight up. In both the patient's LEFT foot is at the viewer's right: from
above the toes point down as on the front view, from below they point up.
"""

from dataclasses import dataclass, replace

import coverage
import curves
import figures
import numpy as np
import outlines
import raster
import shapely
import views
from family import Stances
from hairlines import Hairline, _nail
from raster import Floats, Frame, Ints
from scipy.ndimage import gaussian_filter1d
from warping import Warp

TILT = 34.0
"""Degrees from the vertical at which the foot is seen from above."""
LEG_FROM, SOLE_FROM = 720.0, 26.0
"""The leg is drawn from this height on; of the sole, what lies so far above the floor."""
ABOVE_ANKLE = 8.0
"""Figure units that the zoom shows above the ankle joint."""
SCALE = 4.0
TOES = ("great_toe", "second_toe", "third_toe", "fourth_toe", "little_toe")
BALL = 0.17
"""Share of the length of the sole that lies heelwards of the toe joints and is the ball."""
HEEL_BOW = 4.0
"""Figure units by which its border is bowed towards the toes."""
HEEL = 0.27
"""Share of the length of the sole that is the heel."""
FLANK = 14.0
"""Figure units beside the little toes for the letters R and L."""
CALM, CALM_TOES = 1.2, 0.45
"""Figure units over which the outline is smoothed."""


@dataclass(frozen=True)
class Foot:
    """One of the two views; `behind` regions are those that the back view shows."""

    id: str
    name: str
    parent: str
    below: bool
    toes: str
    regions: tuple[str, ...]


FEET = (
    Foot(
        "foot_top",
        "Feet, top",
        "front",
        below=False,
        toes="toes_top",
        regions=("foot_dorsum", "ankle_ant", "shin"),
    ),
    Foot("foot_sole", "Feet, soles", "back", below=True, toes="toes_sole", regions=("sole",)),
)
WORDS = {
    **{f"toes_top/{t}": f"{t.replace('_', ' ')}, top" for t in TOES},
    **{f"toes_sole/{t}": f"{t.replace('_', ' ')}, underside" for t in TOES},
    "foot_dorsum/inner": "inner top of the foot",
    "foot_dorsum/outer": "outer top of the foot",
    "sole/ball": "ball of the foot",
    "sole/arch": "arch and middle of the sole",
}


def axes(below: bool) -> Floats:
    """Columns: to the viewer's right, down the picture, towards the viewer."""
    t = np.radians(0.0 if below else TILT)
    towards = (
        np.array([0, np.cos(t), -np.sin(t)]) if below else np.array([0, -np.cos(t), np.sin(t)])
    )
    down = np.array([0, -np.sin(t), -np.cos(t)]) if below else np.array([0, np.sin(t), np.cos(t)])
    return np.stack([np.array([1.0, 0, 0]), down, towards], 1)


def project(own: Stances, foot: Foot) -> tuple[outlines.Projection, Ints, Floats]:
    """The left foot as it is seen; its triangles among all; and what its places are moved by."""
    half = own.flat
    turned = axes(foot.below)
    points, normals = half.points @ turned, half.normals @ turned
    middle = half.points[half.corners].mean(1)
    of_foot = half.parts["foot"][half.corners].mean(1)
    if foot.below:
        floor = middle[of_foot > 0.5, 1].max()
        kept = np.flatnonzero((of_foot > 0.4) & (middle[:, 1] > floor - SOLE_FROM))
    else:
        leg = half.parts["leg"][half.corners].mean(1) > 0.5
        kept = np.flatnonzero(leg & (middle[:, 1] > LEG_FROM))
    # toe tips at 1000 from above, heel at 1000 from below, as on the view that is magnified
    feet = points[half.corners[of_foot > 0.5]].reshape(-1, 3)
    shift = np.array([0.0, 1000.0 - np.ceil(feet[:, 1].max()), 0.0])
    points = points + shift
    seen_half = replace(half, corners=half.corners[kept])
    used = points[np.unique(seen_half.corners)]
    top = float(np.floor(used[:, 1].min()) - 4)
    frame = Frame(
        left=0.0,
        top=top,
        width=round((used[:, 0].max() + 6) * SCALE),
        height=round((used[:, 1].max() + 6 - top) * SCALE),
        scale=SCALE,
    )
    face, depth, weights = raster.z_buffer(points, seen_half.corners, frame)
    seen = outlines.Projection(foot.id, seen_half, points, normals, frame, face, depth, weights)
    return seen, kept, shift


def _place(joint: Floats, foot: Foot, shift: Floats) -> Floats:
    at: Floats = joint @ axes(foot.below) + shift
    return at


def outline(seen: outlines.Projection) -> curves.Path:
    """The closed outline of the left foot, the toes smoothed less."""
    ring = np.array(views.silhouette(seen).exterior.coords[:-1])
    even = curves.evenly(ring, 0.2, closed=True)
    used = np.unique(seen.half.corners)
    near = views.cKDTree(seen.points[used, :2]).query(even)[1]
    toes = seen.half.parts["toes"][used[near]]
    share = gaussian_filter1d(np.clip(toes * 3, 0, 1), 8.0, mode="wrap")[:, None]
    smooth = share * gaussian_filter1d(even, CALM_TOES / 0.2, axis=0, mode="wrap") + (
        1 - share
    ) * gaussian_filter1d(even, CALM / 0.2, axis=0, mode="wrap")
    start = int(smooth[:, 1].argmin())
    line = np.concatenate([smooth[start:], smooth[: start + 1]])
    corners = curves.sharp_corners(line, 1.2, 80.0, 0.2)
    return curves.Path(curves.fit(line, 0.05, corners=corners), closed=True).rounded()


def labels_of(
    seen: outlines.Projection, own: Stances, skin: views.Skin, foot: Foot, shift: Floats
) -> tuple[Ints, list[str]]:
    """Number of a name at each pixel, -1 outside; the names."""
    names = [*foot.regions, *(f"{foot.toes}/{toe}" for toe in TOES)]
    names += ["foot_dorsum/inner", "foot_dorsum/outer", "sole/ball", "sole/arch", "heel"]
    names = list(dict.fromkeys(names))
    inside = seen.face >= 0
    half, upright = seen.half, own.upright
    place = np.stack([seen.picture(upright.points[:, k]) for k in (0, 1)], -1)[inside]
    ahead = seen.picture(upright.normals[:, 2])[inside]
    found = skin.at(place, ahead, np.zeros(len(place)))
    labels = np.full(len(place), -1, dtype=np.int64)  # what is left so takes its neighbour's name
    for name in foot.regions:
        labels[found == views.NAMES.index(name)] = names.index(name)
    y, x = np.indices(seen.face.shape)
    at = np.c_[x[inside] + 0.5, y[inside] + 0.5] / SCALE + [seen.frame.left, seen.frame.top]
    joints = {name: _place(j, foot, shift)[:2] for name, j in half.joints.items()}
    if foot.below:
        used = seen.points[np.unique(half.corners), 1]
        low, high = float(used.min()), float(used.max())
        ball = _beyond(at, joints, BALL * (high - low))
        labels[:] = np.where(ball, names.index("sole/ball"), names.index("sole/arch"))
        across = (at[:, 0] - used_x(seen).mean()) / np.ptp(used_x(seen)) * 2
        arch = high - HEEL * (high - low) - HEEL_BOW * (1 - across**2)
        labels[at[:, 1] > arch] = names.index("heel")
    else:
        web = (joints["toe2-1.L"] + joints["toe3-1.L"]) / 2
        ankle = joints["foot.L"]
        away = at[:, 0] - (
            ankle[0] + (at[:, 1] - ankle[1]) / (web[1] - ankle[1]) * (web - ankle)[0]
        )
        dorsum = labels == names.index("foot_dorsum")
        labels[dorsum & (away <= 0)] = names.index("foot_dorsum/inner")
        labels[dorsum & (away > 0)] = names.index("foot_dorsum/outer")
    toe = np.stack([seen.picture(half.parts[f"toe{k}"])[inside] for k in range(1, 6)], 1)
    is_toe = _beyond(at, joints, -2.4 if foot.below else -1.0, toes=True)
    is_toe &= toe.sum(1) > 0.35
    first = names.index(f"{foot.toes}/{TOES[0]}")
    labels[is_toe] = first + toe[is_toe].argmax(1)
    out = np.full(seen.face.shape, -1, dtype=np.int64)
    out[inside] = labels
    return out, names


def used_x(seen: outlines.Projection) -> Floats:
    """How far from the midline the places lie that a view draws."""
    x: Floats = seen.points[np.unique(seen.half.corners), 0]
    return x


def _beyond(
    at: Floats, joints: dict[str, Floats], back: float, *, toes: bool = False
) -> "np.ndarray":
    """Whether places lie towards the toes of a line through the toe joints, moved heelwards."""
    inner = joints["toe1-1.L"]
    line = np.array([joints[f"toe{k}-1.L"] for k in range(1, 6)])
    order = line[line[:, 0].argsort()]
    height = np.interp(at[:, 0], order[:, 0], order[:, 1])
    heelwards = 1.0 if joints["foot.L"][1] > inner[1] else -1.0
    return (at[:, 1] - height) * heelwards < back


def drawn(own: Stances, skin: views.Skin, foot: Foot) -> tuple[views.Drawn, Ints, Floats]:
    """One view of the left foot; its triangles; and its box x0, y0, x1, y1 of both feet."""
    seen, kept, shift = project(own, foot)
    path = outline(seen)
    flat = path.flat()
    raw, names = labels_of(seen, own, skin, foot, shift)
    labels = coverage.calmed(raw, 2.4, 500.0)
    used = seen.points[np.unique(seen.half.corners)]
    ankle = _place(seen.half.joints["foot.L"], foot, shift)
    top = (
        float(np.floor(used[:, 1].min())) if foot.below else float(np.floor(ankle[1] - ABOVE_ANKLE))
    )
    edge = float(np.ceil(used[used[:, 1] > top, 0].max() + 1))
    edge += FLANK
    box = np.array([-edge, top - (1 if foot.below else 0), edge, np.ceil(used[:, 1].max()) + 1])
    window = shapely.intersection(
        shapely.Polygon(np.round(flat, 2)), shapely.box(*box), grid_size=views.regions.GRID
    )
    window = max(shapely.get_parts(window), key=lambda part: part.area)
    lines: list[Floats] = []
    strokes: list[tuple[str, Floats, float, float, float, bool]] = []
    body = shapely.Polygon(flat).buffer(-0.2)
    for arc in coverage.arcs(labels):
        line = coverage.smoothed(arc.points, 7.0) / SCALE + [seen.frame.left, seen.frame.top]
        lines.append(line)
        ends = [names[k] for k in arc.labels]
        if all(end.startswith(f"{foot.toes}/") for end in ends):
            points = views._within(line, body)
            if len(points) > 4:
                strokes.append((f"between toes {len(strokes)}", points, 0.6, 0.8, 0.1, False))
    to_pixel = coverage.Place(seen.frame.left, seen.frame.top, SCALE)
    ring = np.array(window.exterior.coords[:-1])
    cells = coverage.partition(lines, ring, dict(enumerate(names)), labels, to_pixel)
    for line in (*_lines(seen.half, foot, shift), *(_creases(flat) if foot.below else ())):
        points = views._within(curves.through(np.array(line.points)).flat(), body)
        if len(points) > 1:
            strokes.append((line.id, points, line.weight, line.start, line.end, False))
    at = np.full((*seen.face.shape, 2), -500.0)  # nowhere near the face and the chest
    warp = Warp(seen, seen, mirrored=False)
    return views.Drawn(foot.id, seen, path, cells, strokes, [], at, warp), kept, box


def _lines(half: figures.Half, foot: Foot, shift: Floats) -> list[Hairline]:
    """Nails and toe joints from above; the creases of the sole from below."""
    joints = {name: _place(j, foot, shift)[:2] for name, j in half.joints.items()}
    found: list[Hairline] = []
    for toe in range(1, 6):
        last = f"toe{toe}-{2 if toe == 1 else 3}.L"
        at, tip = joints[last], joints[f"{last}:end"]
        along = (tip - at) / np.linalg.norm(tip - at)
        across = np.array([-along[1], along[0]])
        size = 4.6 if toe == 1 else 2.3
        if not foot.below:
            found.append(_nail(f"nail {toe}", tip - along * size * 0.30, across, along, size))
            bent = joints[f"toe{toe}-2.L"]
            found.append(_crease(f"toe joint {toe}", bent, across * size * 0.5, -along * 0.25))
        else:
            found.append(_crease(f"toe pad {toe}", at, across * size * 0.55, -along * 0.3))
    return found


def _creases(flat: Floats) -> list[Hairline]:
    """The rim of the arch and the crease behind the ball, by share across and along the sole."""
    low, high = flat[:, 1].min(), flat[:, 1].max()
    body = shapely.Polygon(flat)
    found: list[Hairline] = []
    for name, weight, shares in (
        ("arch", 0.4, ((0.1, 0.42), (0.3, 0.5), (0.38, 0.6), (0.34, 0.7), (0.18, 0.78))),
        ("ball", 0.3, ((0.3, 0.34), (0.5, 0.345), (0.7, 0.36), (0.86, 0.4))),
    ):
        points = []
        for across, along in shares:
            y = low + along * (high - low)
            row = body.intersection(shapely.LineString([(-500, y), (500, y)])).bounds
            points.append((float(row[0] + across * (row[2] - row[0])), float(y)))
        found.append(Hairline(name, tuple(points), weight))
    return found


def _crease(name: str, at: Floats, half: Floats, bend: Floats) -> Hairline:
    points = (at - half, at + bend, at + half)
    return Hairline(name, tuple((float(p[0]), float(p[1])) for p in points), 0.3)


def to_parent(seen: outlines.Projection, parent: outlines.Projection) -> list[float]:
    """Where places of the left foot lie on the view of the whole body, as a, b, c, d, e, f.

    (x, y) lies about at (a x + b y + c, d x + e y + f), x counted from the midline; found from
    the vertices that both show.
    """
    both = np.intersect1d(_visible(seen), _visible(parent))
    both = both[parent.points[both, 1] > 900]
    here = np.c_[seen.points[both, :2], np.ones(len(both))]
    found, *_ = np.linalg.lstsq(here, parent.points[both, :2], rcond=None)
    return [round(float(v), 5) for v in found.T.ravel()]


def _visible(seen: outlines.Projection) -> Ints:
    used: Ints = np.unique(seen.half.corners[seen.face[seen.face >= 0]])
    return used
