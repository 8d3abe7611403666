"""The regions: ids, names in words, groups, levels, and one place inside each per view.

Ids follow section E3 of the notes on pain drawings. Places are on the left half of the body,
x from the midline.
"""

from dataclasses import dataclass

import borders
import curves
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]

GRID = 0.01
"""Figure units; every corner of a region lies on this grid, so neighbours share their edge."""

CRUMB = 1.0
"""Square units: a piece that is smaller and unclaimed goes to its longest neighbour."""


@dataclass(frozen=True)
class Spec:
    """One region before its side: what it is called and where it is seen."""

    id: str
    name: str
    group: str
    back: tuple[Point, ...] = ()
    front: tuple[Point, ...] = ()
    levels: tuple[str, str] | None = None
    sided: bool = True


SPECS = (
    # head
    Spec("vertex", "top of the head", "head", back=((10, 15),), front=((10, 12),)),
    Spec("forehead", "forehead", "head", front=((12, 40),)),
    Spec("temple", "temple", "head", back=((34, 55),), front=((35, 52),)),
    Spec("ear", "ear", "head", back=((44, 72),), front=((44, 72),)),
    Spec("occiput", "back of the head", "head", back=((12, 60),)),
    Spec("periorbital", "eye", "head", front=((17, 60),)),
    Spec("nose_mouth", "nose and mouth", "head", front=((6, 90),)),
    Spec("cheek", "cheek", "head", front=((22, 80),)),
    Spec("jaw_tmj", "jaw", "head", front=((20, 107),)),
    # neck
    Spec("neck_ant", "front of the neck", "neck", front=((10, 150),)),
    Spec("neck_lat", "side of the neck", "neck", back=((22, 115),)),
    Spec(
        "cerv_up_para", "upper cervical paraspinal", "neck", back=((7, 100),), levels=("C1", "C3")
    ),
    Spec(
        "cerv_lo_para", "lower cervical paraspinal", "neck", back=((7, 130),), levels=("C4", "C7")
    ),
    Spec("supraclav", "above the collarbone", "neck", front=((45, 155),)),
    # shoulder
    Spec("suprascap", "upper trapezius", "shoulder", back=((50, 163),)),
    Spec("shoulder_post", "back of the shoulder", "shoulder", back=((110, 205),)),
    Spec("shoulder_ant", "front of the shoulder", "shoulder", front=((105, 205),)),
    # upper back
    Spec("scapular", "shoulder blade", "upper back", back=((60, 205),)),
    Spec("interscap", "between spine and shoulder blade", "upper back", back=((29, 205),)),
    Spec(
        "thor_up_para",
        "upper thoracic paraspinal",
        "upper back",
        back=((10, 190),),
        levels=("T1", "T6"),
    ),
    Spec(
        "thor_lo_para",
        "lower thoracic paraspinal",
        "upper back",
        back=((10, 260),),
        levels=("T7", "T12"),
    ),
    Spec("thor_lat", "back of the ribs", "upper back", back=((55, 270),)),
    # lower back
    Spec(
        "lumb_up_para",
        "upper lumbar paraspinal",
        "lower back",
        back=((10, 330),),
        levels=("L1", "L3"),
    ),
    Spec(
        "lumb_lo_para",
        "lower lumbar paraspinal",
        "lower back",
        back=((10, 375),),
        levels=("L4", "S1"),
    ),
    Spec("flank_ql", "flank (quadratus lumborum)", "lower back", back=((50, 345),)),
    Spec("sij", "sacroiliac joint", "lower back", back=((24, 405),)),
    Spec("sacrum", "sacrum", "lower back", back=((6, 425),)),
    Spec("coccyx", "coccyx", "lower back", back=((2, 458),), sided=False),
    # buttock and hip
    Spec("glut_up", "upper buttock", "buttock and hip", back=((50, 410),)),
    Spec("glut_lo", "lower buttock", "buttock and hip", back=((40, 470),)),
    Spec("hip_lat", "side of the hip", "buttock and hip", back=((85, 450),), front=((84, 450),)),
    # chest and abdomen
    Spec("sternum", "breastbone", "chest", front=((3, 230),), sided=False),
    Spec("chest_up", "upper chest", "chest", front=((45, 215),)),
    Spec("chest_lo", "lower chest", "chest", front=((50, 295),)),
    Spec("abd_up", "upper abdomen", "abdomen", front=((20, 350),)),
    Spec("abd_lo", "lower abdomen", "abdomen", front=((20, 420),)),
    Spec("groin", "groin", "groin", front=((38, 452),)),
    Spec("pubic", "pubic area", "groin", front=((4, 478),), sided=False),
    # arm
    Spec("uparm_ant", "front of the upper arm", "upper arm", front=((115, 285),)),
    Spec("uparm_post", "back of the upper arm", "upper arm", back=((115, 285),)),
    Spec("elbow_ant", "crook of the elbow", "elbow", front=((138, 335),)),
    Spec("elbow_post", "back of the elbow", "elbow", back=((138, 335),)),
    Spec("forearm_ant", "front of the forearm", "forearm", front=((160, 400),)),
    Spec("forearm_post", "back of the forearm", "forearm", back=((160, 400),)),
    Spec("wrist_ant", "front of the wrist", "wrist and hand", front=((184, 462),)),
    Spec("wrist_post", "back of the wrist", "wrist and hand", back=((184, 462),)),
    Spec("hand_palm", "palm", "wrist and hand", front=((195, 500),)),
    Spec("hand_dorsum", "back of the hand", "wrist and hand", back=((195, 500),)),
    Spec("thumb_palm", "palm side of the thumb", "wrist and hand", front=((232, 510),)),
    Spec("thumb_dorsum", "back of the thumb", "wrist and hand", back=((232, 510),)),
    Spec("fingers_palm", "palm side of the fingers", "wrist and hand", front=((205, 535),)),
    Spec("fingers_dorsum", "back of the fingers", "wrist and hand", back=((205, 535),)),
    # leg
    Spec("thigh_ant", "front of the thigh", "thigh", front=((55, 560),)),
    Spec("thigh_post", "back of the thigh", "thigh", back=((55, 560),)),
    Spec("thigh_med", "inner thigh", "thigh", back=((15, 570),), front=((15, 570),)),
    Spec("thigh_lat", "outer thigh", "thigh", back=((89, 560),), front=((89, 560),)),
    Spec("knee_ant", "front of the knee", "knee", front=((60, 690),)),
    Spec("knee_post", "hollow of the knee", "knee", back=((60, 690),)),
    Spec("shin", "shin", "lower leg", front=((60, 790),)),
    Spec("calf", "calf", "lower leg", back=((60, 790),)),
    Spec("ankle_ant", "front of the ankle", "ankle and foot", front=((55, 910),)),
    Spec("ankle_post", "Achilles tendon", "ankle and foot", back=((55, 905),)),
    Spec("foot_dorsum", "top of the foot", "ankle and foot", front=((55, 955),)),
    Spec("heel", "heel", "ankle and foot", back=((52, 940),)),
    Spec("sole", "sole", "ankle and foot", back=((55, 975),)),
    Spec("toes_top", "top of the toes", "ankle and foot", front=((45, 985),)),
    Spec(
        "toes_sole",
        "underside of the toes",
        "ankle and foot",
        back=((45, 996), (58, 996), (66, 993), (75, 991), (82, 987)),
    ),
)


def cut(view: str, outline: np.ndarray) -> dict[str, BaseGeometry]:
    """Cut the half silhouette into the regions of a view.

    Parameters
    ----------
    view : str
        "front" or "back".
    outline : (n, 2) float
        The half outline from the vertex to the perineum.

    Returns
    -------
    dict of region id to polygon
        Left half of the body, x >= 0; a coverage: neighbours share every corner.

    Raises
    ------
    ValueError
        A piece that no region claims, or that two claim: the drawing has a hole.
    """
    drawn = borders.BACK if view == "back" else borders.FRONT
    axis = np.array([outline[0], outline[-1]])
    lines = [shapely.LineString(np.round(outline, 2)), shapely.LineString(np.round(axis, 2))]
    lines += [shapely.LineString(np.round(curves.through(p).flat(), 2)) for p in drawn.values()]
    net = shapely.node(shapely.set_precision(shapely.GeometryCollection(lines), GRID))
    net = shapely.union_all(shapely.get_parts(net), grid_size=GRID)
    half = shapely.Polygon(np.round(outline, 2))
    pieces = [
        piece
        for piece in shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
        if half.contains(piece.representative_point())
    ]
    claimed: dict[str, list[BaseGeometry]] = {}
    crumbs: list[BaseGeometry] = []
    for piece in pieces:
        owners = [
            spec.id
            for spec in SPECS
            if any(piece.contains(shapely.Point(p)) for p in getattr(spec, view))
        ]
        if not owners and piece.area < CRUMB:
            crumbs.append(piece)
            continue
        if len(owners) != 1:
            centre = piece.representative_point()
            raise ValueError(
                f"{view}: the piece at ({centre.x:.1f}, {centre.y:.1f}) of area {piece.area:.2f}"
                f" is claimed by {owners or 'nobody'}"
            )
        claimed.setdefault(owners[0], []).append(piece)
    for crumb in crumbs:
        touched = {
            name: shapely.union_all(parts).intersection(crumb.exterior).length
            for name, parts in claimed.items()
        }
        claimed[max(sorted(touched), key=touched.__getitem__)].append(crumb)
    return {
        name: shapely.union_all(parts, grid_size=GRID) for name, parts in sorted(claimed.items())
    }
