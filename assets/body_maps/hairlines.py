"""The inner lines of the figure, drawn by hand on the adult's left half.

Each line: its points (figure units), its weight (1 is the weight of a fold, less is fainter) and
whether it crosses the midline, in which case it is drawn once from its left half and mirrored.
Nothing here that embarrasses a waiting room; a face of few lines.
"""

from dataclasses import dataclass

import numpy as np

Point = tuple[float, float]


@dataclass(frozen=True)
class Hairline:
    """A stroke of the pen; `start` and `end` are the shares of its width at the tips."""

    id: str
    points: tuple[Point, ...]
    weight: float = 0.8
    start: float = 0.1
    end: float = 0.1
    across: bool = False


def _h(name: str, *points: Point, weight: float = 0.8, **more: float) -> Hairline:
    return Hairline(name, points, weight, **more)


def _across(name: str, *points: Point, weight: float = 0.8) -> Hairline:
    return Hairline(name, points, weight, across=True)


_EAR = (
    _h("helix", (43.6, 61.6), (45.6, 65.6), (45.2, 72), (44.0, 77.4), weight=0.5),
    _h("ear fold", (41.6, 66.4), (43.2, 69.4), (42.6, 75), (40.8, 79.6), weight=0.4),
)

FRONT = (
    *_EAR,
    # head: eyes closed, a nose of three strokes
    _h("brow", (9.4, 54.0), (14.5, 51.8), (20.5, 51.2), (27.6, 53.8), weight=0.6),
    _h("lid", (10.0, 61.6), (13.4, 63.6), (17.4, 64.4), (21.4, 63.5), (24.8, 61.0), weight=0.8),
    _h("lid fold", (11.4, 58.6), (15.6, 57.2), (20.2, 57.2), (24.0, 58.8), weight=0.35),
    _h("nostril", (6.3, 80.4), (7.7, 82.6), (7.2, 84.9), (5.3, 85.6), weight=0.5),
    _across("nose", (0, 87.4), (1.8, 87.2), (3.4, 86.5), weight=0.55),
    _across("mouth", (0, 99.4), (2.6, 98.9), (6.2, 99.2), (10.2, 99.5), weight=0.75),
    _across("lip", (0, 106.2), (2.4, 105.9), (4.6, 105.2), weight=0.35),
    _across("jaw", (0, 126.4), (8, 125.0), (16, 121.2), (23, 115.0), (29.6, 107.0), weight=0.8),
    # neck and trunk
    _h("neck", (32.2, 127.4), (29.2, 136.4), (23.5, 154), (16.6, 173.0), weight=0.5),
    _h("neck 2", (15.0, 151), (11.4, 163), (7.4, 174.4), weight=0.4),
    _h("collarbone", (7.0, 176.8), (20, 172.6), (40, 168.6), (62, 166), (78, 162.9), weight=0.85),
    _h("collarbone below", (12, 180.2), (22, 179.8), (38, 176.6), weight=0.4),
    _across("notch", (0, 179.2), (2.4, 178.6), (4.2, 176.2), weight=0.6),
    _h("armpit", (83.9, 240.5), (84.9, 229), (82.0, 214), (77.6, 204), weight=0.85, start=0.9),
    _h("breast", (19, 265.6), (31, 266.9), (46, 266), (64, 257.5), (73, 249), weight=0.5),
    _h("costal margin", (4.0, 284.6), (12, 290), (26, 303), (40, 315.4), weight=0.35),
    _h("linea alba", (0, 304), (0, 330), (0, 360), weight=0.3),
    _across("navel", (0, 382.0), (2.0, 381.2), (2.9, 378.6), weight=0.7),
    _across("navel above", (0, 374.8), (1.3, 375.3), weight=0.4),
    _h("groin", (62, 418.2), (58, 427), (44, 452), (28, 476), (16, 494), weight=0.5),
    # arm
    _h("biceps", (104.6, 300), (110.4, 314), (118.4, 326), weight=0.3),
    _h("elbow crease", (120.5, 337), (130, 336.4), (140, 331.4), weight=0.5),
    _h("wrist crease", (174.8, 471.6), (184, 470.2), (195.0, 464.8), weight=0.5),
    _h("wrist crease 2", (178.4, 475.2), (186, 474.0), (193.6, 470.2), weight=0.35),
    _h("thenar", (217.4, 500.4), (208, 498.0), (200.4, 490.6), (196.4, 478.4), weight=0.55),
    _h("palm", (177.2, 506.4), (187, 503.8), (199, 505.6), (208.0, 511.6), weight=0.5),
    _h("palm 2", (214.6, 502.6), (204, 499.6), (193.0, 495.6), (184.6, 496.0), weight=0.4),
    # leg
    _h("thigh", (46, 640), (42.0, 651), (41.0, 662), weight=0.3),
    _h(
        "kneecap above",
        (46.6, 673),
        (50.0, 665.4),
        (57.6, 662.4),
        (65.2, 665.0),
        (69.0, 672),
        weight=0.5,
    ),
    _h(
        "kneecap below",
        (47.6, 686),
        (52.4, 693.8),
        (58.6, 696.6),
        (64.8, 693.4),
        (68.6, 686),
        weight=0.6,
    ),
    _h("shin", (55.6, 722), (56.0, 770), (54.0, 830), (52.6, 862), weight=0.25),
    _h("inner ankle", (45.6, 905), (47.4, 911), (45.8, 917), weight=0.4),
    _h("outer ankle", (70.6, 909), (68.8, 914.6), (70.2, 920), weight=0.4),
    *(
        _h(f"toe {n}", (x, y - 0.3), (x - 0.5, y - 3.6), (x - 1.7, y - top), weight=0.6, start=0.8)
        for n, x, y, top in (
            (1, 52.9, 991.4, 11.0),
            (2, 61.8, 990.4, 9.4),
            (3, 69.9, 989.6, 8.2),
            (4, 77.5, 991.0, 9.0),
        )
    ),
    *(
        _h(
            f"toenail {n}",
            (x - r, y),
            (x - 0.8 * r, y - r),
            (x, y - 1.3 * r),
            (x + 0.8 * r, y - r),
            (x + r, y),
            weight=0.4,
        )
        for n, x, y, r in (
            (1, 45.2, 995.6, 3.7),
            (2, 57.6, 996.8, 2.1),
            (3, 66.1, 995.2, 1.9),
            (4, 74.0, 992.6, 1.7),
            (5, 80.8, 988.8, 1.4),
        )
    ),
)

BACK = (
    *_EAR,
    _h("nape", (11.6, 97), (12.6, 116), (15.6, 134), (21, 147), weight=0.35),
    _h("furrow", (0, 152), (0, 230), (0, 300), (0, 384), weight=0.6),
    _h("scapular spine", (40.6, 178.1), (58, 179), (78, 174.5), (90, 169.6), weight=0.5),
    _h(
        "scapula",
        (38.0, 184),
        (37.6, 192),
        (39, 212),
        (43.5, 228),
        (50, 236),
        (58, 234),
        weight=0.6,
    ),
    _h("armpit", (83.9, 240.5), (85.4, 228), (83.0, 214), (78.6, 205), weight=0.85, start=0.9),
    _h("waist", (71.0, 352), (64, 355.6), (55, 355.8), weight=0.3),
    _h("iliac crest", (29, 384.2), (33, 381.5), (47, 374), (61, 371.2), weight=0.3),
    _h("dimple", (23.6, 399.6), (21.6, 401.8), (22.0, 404.6), (24.2, 406.2), weight=0.45),
    _h("cleft", (0, 436), (0, 470), (0, 502.4), weight=1.0, end=0.9),
    _h(
        "gluteal fold",
        (3.9, 509.4),
        (6, 508.4),
        (16, 508),
        (31, 506.6),
        (47, 501),
        (60, 495.2),
        weight=0.85,
        start=0.9,
    ),
    _h("triceps", (121, 262), (118.4, 280), (121.4, 298), weight=0.3),
    _h("elbow", (130.6, 325.4), (136.0, 331.2), (143.4, 330.4), weight=0.5),
    _h("elbow above", (128.8, 318.4), (135.0, 320.2), (140.8, 317.0), weight=0.3),
    _h("wrist", (176, 467.2), (185, 465.4), (195, 460.4), weight=0.35),
    _h("knee crease", (41.6, 690.4), (52, 693.6), (64, 692.6), (73.6, 687.6), weight=0.6),
    _h("hamstring inner", (41.4, 655), (42.4, 670), (40.4, 683), weight=0.35),
    _h("hamstring outer", (74.6, 650), (75.0, 667), (77.4, 681), weight=0.35),
    _h("calf inner", (37.0, 788), (43.4, 804), (52.0, 809.4), (57.6, 804), weight=0.3),
    _h("calf outer", (62.0, 801), (68.0, 803.6), (76, 797), (82, 784), weight=0.3),
    _h("tendon inner", (52.4, 872), (51.4, 890), (47.8, 908), weight=0.4),
    _h("tendon outer", (61.8, 872), (62.0, 890), (64.0, 908), weight=0.4),
    _h("heel", (39, 954.4), (42, 956), (54, 958), (63, 956.2), weight=0.5),
    _h("inner ankle", (46.0, 906), (48.0, 912), (46.2, 918), weight=0.35),
    _h("outer ankle", (71.0, 910), (69.4, 915.6), (71.2, 921), weight=0.35),
)


def of_fingers(joints: dict[str, np.ndarray], view: str) -> tuple[Hairline, ...]:
    """Creases of the fingers on the palm; knuckles and nails on the back of the hand.

    They stand across the line from joint to joint of the posed hand.
    """
    lines: list[Hairline] = []
    for finger, half in ((1, 3.0), (2, 2.5), (3, 2.6), (4, 2.5), (5, 2.1)):
        for joint in (2, 3):
            bone = f"finger{finger}-{joint}.L"
            at, tip = joints[bone][:2], joints[f"{bone}:end"][:2]
            along = (tip - at) / np.linalg.norm(tip - at)
            across = np.array([-along[1], along[0]])
            if view == "front" or joint == 2:
                bend = 0.5 if view == "front" else -0.7
                lines.append(
                    _arc(f"finger {finger} joint {joint}", at, across * half, along * bend)
                )
            if view == "back" and joint == 3:
                lines.append(_nail(f"nail {finger}", tip - along * half * 0.5, across, along, half))
    return tuple(lines)


def _arc(name: str, at: np.ndarray, half: np.ndarray, bend: np.ndarray) -> Hairline:
    points = [at - 0.75 * half, at + bend, at + 0.75 * half]
    return Hairline(name, tuple((float(p[0]), float(p[1])) for p in points), 0.4)


def _nail(
    name: str, tip: np.ndarray, across: np.ndarray, along: np.ndarray, half: float
) -> Hairline:
    shape = ((-0.62, 0.2), (-0.6, -0.75), (0, -1.25), (0.6, -0.75), (0.62, 0.2))
    points = [tip + half * (a * across + b * along) for a, b in shape]
    return Hairline(name, tuple((float(p[0]), float(p[1])) for p in points), 0.4)
