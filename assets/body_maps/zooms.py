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
Lines = tuple[tuple[Point, ...], ...]
Child = tuple[str, tuple[Point, ...]]
_GROUP = {spec.id: spec.group for spec in regions.SPECS}


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
    without: frozenset[str] = frozenset()
    """Groups of regions that the zoom leaves out."""


def cells_of(
    zoom: Zoom, cells: dict[str, BaseGeometry], box: BaseGeometry, warp: Warp, line_end: float = 1.0
) -> dict[str, BaseGeometry]:
    """The parent's cells within the box, cut along the finer lines."""
    cells = {n: cell for n, cell in cells.items() if _GROUP[n] not in zoom.without}
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
        print(f"{zoom.id}: the lines leave no piece for {sorted(missing)}")
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


_LIMB = frozenset({"upper arm", "elbow", "forearm", "wrist and hand"})

_HEAD_SIDE: dict[str, Child] = {
    "temple/front": ("front of the temple", ((-55, 50),)),
    "temple/back": ("above and behind the ear", ((-5, 60),)),
    "jaw_tmj/joint": ("jaw joint", ((-42, 87),)),
    "jaw_tmj/masseter": ("angle of the jaw (masseter)", ((-50, 103),)),
    "jaw_tmj/chin": ("chin and front of the jaw", ((-70, 114),)),
}
_NECK_SIDE: dict[str, Child] = {
    "neck_ant/scm": ("sternocleidomastoid", ((-29, 125),)),
    "neck_ant/throat": ("throat", ((-43, 125),)),
    "neck_lat/scalene": ("side of the neck in front (scalenes)", ((-18, 115),)),
    "neck_lat/levator": (
        "side of the neck behind (levator scapulae)",
        ((-5, 112),),
    ),
    "supraclav/scalene": ("above the collarbone near the neck (scalenes)", ((-22, 150),)),
    "supraclav/outer": ("above the collarbone towards the shoulder", ((-6, 152),)),
}
_HEAD_FRONT: dict[str, Child] = {
    "forehead/glabella": ("between the eyebrows", ((3, 49),)),
    "forehead/inner": ("middle of the forehead", ((11, 36),)),
    "forehead/outer": ("side of the forehead", ((23, 40),)),
    "temple/front": ("front of the temple", ((35, 52),)),
    "cheek/upper": ("cheekbone", ((25, 74),)),
    "cheek/lower": ("lower cheek", ((18, 91),)),
    "nose_mouth/nose": ("nose", ((4, 75),)),
    "nose_mouth/mouth": ("mouth", ((6, 98),)),
    "jaw_tmj/joint": ("jaw joint", ((37, 86),)),
    "jaw_tmj/masseter": ("angle of the jaw (masseter)", ((25, 105),)),
    "jaw_tmj/chin": ("chin and front of the jaw", ((7, 118),)),
}
_NECK_FRONT: dict[str, Child] = {
    "neck_ant/scm": ("sternocleidomastoid", ((23, 140),)),
    "neck_ant/throat": ("throat", ((5, 150),)),
    "supraclav/scalene": ("above the collarbone near the neck (scalenes)", ((29, 156),)),
    "supraclav/outer": ("above the collarbone towards the shoulder", ((62, 160),)),
}
_COLUMN: dict[str, Child] = {
    "cerv_up_para/inner": ("upper cervical paraspinal near the midline", ((3, 100),)),
    "cerv_up_para/outer": ("upper cervical paraspinal away from the midline", ((11.5, 100),)),
    "cerv_lo_para/inner": ("lower cervical paraspinal near the midline", ((3, 130),)),
    "cerv_lo_para/outer": ("lower cervical paraspinal away from the midline", ((13, 128),)),
    "suprascap/inner": ("upper trapezius near the neck", ((38, 152),)),
    "suprascap/outer": ("upper trapezius near the shoulder", ((75, 168),)),
}
_UPPER_BACK: dict[str, Child] = _COLUMN | {
    "thor_up_para/t1_t3": ("upper thoracic paraspinal at its top", ((10, 165),)),
    "thor_up_para/t4_t6": ("upper thoracic paraspinal at its bottom", ((10, 210),)),
    "thor_lo_para/t7_t9": ("lower thoracic paraspinal at its top", ((10, 245),)),
    "thor_lo_para/t10_t12": ("lower thoracic paraspinal at its bottom", ((10, 282),)),
    "interscap/upper": ("between spine and upper shoulder blade", ((29, 188),)),
    "interscap/lower": ("between spine and lower shoulder blade", ((29, 217),)),
}
_LOW_BACK: dict[str, Child] = {
    "lumb_up_para/l1": ("lumbar paraspinal", ((10, 311),)),
    "lumb_up_para/l2": ("second lumbar paraspinal", ((10, 330),)),
    "lumb_up_para/l3": ("third lumbar paraspinal", ((10, 349),)),
    "lumb_lo_para/l4": ("fourth lumbar paraspinal", ((10, 367),)),
    "lumb_lo_para/l5_s1": ("lowest lumbar paraspinal", ((10, 385),)),
    "flank_ql/inner": ("flank beside the spine (quadratus lumborum)", ((34, 340),)),
    "flank_ql/outer": ("outer flank", ((60, 345),)),
    "sij/upper": ("sacroiliac joint above", ((28, 391),)),
    "sij/lower": ("sacroiliac joint below", ((19, 417),)),
    "glut_up/inner": ("upper buttock near the sacrum", ((40, 425),)),
    "glut_up/outer": ("upper buttock away from the sacrum", ((66, 408),)),
    "glut_lo/inner": ("lower buttock near the midline", ((22, 475),)),
    "glut_lo/outer": ("lower buttock away from the midline", ((68, 470),)),
}
_LOW_BACK["lumb_up_para/l1"] = ("first lumbar paraspinal", ((10, 311),))

LEVELS: dict[str, tuple[str, str]] = {
    "cerv_up_para/inner": ("C1", "C3"),
    "cerv_up_para/outer": ("C1", "C3"),
    "cerv_lo_para/inner": ("C4", "C7"),
    "cerv_lo_para/outer": ("C4", "C7"),
    "thor_up_para/t1_t3": ("T1", "T3"),
    "thor_up_para/t4_t6": ("T4", "T6"),
    "thor_lo_para/t7_t9": ("T7", "T9"),
    "thor_lo_para/t10_t12": ("T10", "T12"),
    "lumb_up_para/l1": ("L1", "L1"),
    "lumb_up_para/l2": ("L2", "L2"),
    "lumb_up_para/l3": ("L3", "L3"),
    "lumb_lo_para/l4": ("L4", "L4"),
    "lumb_lo_para/l5_s1": ("L5", "S1"),
}
"""First and last vertebra of a child, where it has them."""

_CERVICAL_LINES: Lines = (
    ((7.6, 80), (7.8, 100), (8.4, 125), (9.6, 152)),
    ((54, 118), (55, 150), (57, 184)),
)
_WEBS: Lines = (
    ((184.6, 533), (184.8, 523), (185.6, 508)),
    ((198.7, 535), (198.6, 526), (199.0, 510)),
    ((212.6, 531), (211.6, 523), (208.6, 508)),
)


def _digits(parent: str, kind: str, places: dict[str, Point]) -> dict[str, Child]:
    return {f"{parent}/{k}": (f"{k.replace('_', ' ')}{kind}", (p,)) for k, p in places.items()}


_FINGERS = {
    "index_finger": (229.0, 548.0),
    "middle_finger": (213.0, 558.0),
    "ring_finger": (197.0, 555.0),
    "little_finger": (180.0, 540.0),
}

ZOOMS = (
    Zoom(
        "head_front",
        "Head, front",
        "front",
        (-66, -4, 66, 142),
        lines=(
            ((9.2, 58), (9, 50), (8.6, 44), (5, 42), (-2, 41.6)),
            ((17.4, 18), (17, 35), (17.4, 56)),
            ((5, 84.5), (14, 84), (24, 82.4), (34, 82), (41, 86)),
            ((-2, 88.6), (8, 88.2), (17, 91)),
            ((19, 95), (16.4, 110), (15, 128)),
            ((28, 86), (32, 93), (37, 94.5), (46, 94)),
        ),
        children=_HEAD_FRONT,
    ),
    Zoom(
        "head_back",
        "Head, back",
        "back",
        (-66, -4, 66, 142),
        lines=(((13, 22), (13.6, 55), (13, 90)), _CERVICAL_LINES[0]),
        children={
            "occiput/inner": ("back of the head near the midline", ((6, 60),)),
            "occiput/outer": ("back of the head towards the ear", ((20, 60),)),
            "temple/back": ("above and behind the ear", ((34, 55),)),
        }
        | {k: v for k, v in _COLUMN.items() if k.startswith("cerv_up")},
    ),
    Zoom(
        "head",
        "Head",
        "left",
        (-98, -4, 36, 132),
        both=False,
        lines=(
            ((-37, 76), (-37, 66), (-39, 50), (-41, 22)),
            ((-57, 80), (-55.4, 95), (-54.6, 108), (-55, 126)),
            ((-50.5, 80), (-49.6, 88), (-46, 93.6), (-36, 96)),
        ),
        children=_HEAD_SIDE,
    ),
    Zoom(
        "neck_front",
        "Neck, front",
        "front",
        (-96, 96, 96, 200),
        lines=(
            ((38, 104), (29, 120), (20, 140), (12, 160), (5.4, 181)),
            ((28, 118), (36, 146), (41, 160), (45, 178)),
        ),
        children=_NECK_FRONT,
    ),
    Zoom(
        "neck_back",
        "Neck, back",
        "back",
        (-96, 76, 96, 180),
        lines=_CERVICAL_LINES,
        children=_COLUMN,
    ),
    Zoom(
        "neck",
        "Neck",
        "left",
        (-72, 86, 46, 200),
        both=False,
        lines=(
            # the front rim of the sternocleidomastoid, from behind the ear to the breastbone
            ((-35.4, 86), (-34.2, 98), (-33.8, 116), (-35.6, 136), (-38.4, 148), (-42.5, 158)),
            ((-14, 84), (-12.6, 110), (-13, 136), (-13.6, 150), (-17, 169)),
        ),
        children=_NECK_SIDE,
    ),
    Zoom(
        "nape_upper_back",
        "Nape and upper back",
        "back",
        (-132, 82, 132, 312),
        lines=(
            *_CERVICAL_LINES,
            ((-2, 187.5), (24, 187.5)),
            ((-2, 263), (28, 263)),
            ((16, 202), (28, 202), (43, 202)),
        ),
        children=_UPPER_BACK,
        without=_LIMB,
    ),
    Zoom(
        "low_back_pelvis",
        "Low back and pelvis",
        "back",
        (-118, 288, 118, 528),
        lines=(
            ((-2, 320), (30, 319.6)),
            ((-2, 339.4), (31, 338.6)),
            ((-2, 377), (30, 376)),
            ((44.6, 292), (45, 330), (46, 352), (46, 386)),
            ((8, 405), (20, 404.4), (42, 402)),
            ((55, 364), (54.4, 405), (54, 450)),
            ((44, 432), (46, 470), (47.6, 514)),
        ),
        children=_LOW_BACK,
        without=_LIMB,
    ),
    Zoom(
        "hand_palm",
        "Palm",
        "front",
        (148, 440, 252, 592),
        both=False,
        lines=(
            *_WEBS,
            ((223, 509), (217.4, 500.4), (208, 498.0), (200.4, 490.6), (196.4, 478), (194, 460)),
            ((168, 507), (180, 503), (188, 493), (189.6, 482), (188, 464)),
        ),
        children={
            **_digits("fingers_palm", ", palm side", _FINGERS),
            "hand_palm/thenar": ("ball of the thumb", ((212, 485),)),
            "hand_palm/centre": ("middle of the palm", ((196, 508),)),
            "hand_palm/hypothenar": ("ball of the little finger", ((179, 490),)),
        },
    ),
    Zoom(
        "hand_back",
        "Back of the hand",
        "back",
        (148, 440, 252, 592),
        both=False,
        lines=_WEBS,
        children=_digits("fingers_dorsum", ", back", _FINGERS),
    ),
)
