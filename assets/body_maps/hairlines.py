"""The inner lines of the figure, drawn by hand on the adult's left half.

Each line: its points (figure units), its weight (1 is the weight of a fold, less is fainter) and
whether it crosses the midline, in which case it is drawn once from its left half and mirrored.
Nothing here that embarrasses a waiting room; a face of few lines.
"""

from dataclasses import dataclass

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


_BOTH = (
    _h("ear", (44.2, 61.4), (46.2, 66), (45.2, 75), (43.0, 82.0), weight=0.5),
)

FRONT = (
    *_BOTH,
    # head
    _h("brow", (8.2, 54.2), (13.5, 51.0), (20.5, 50.2), (28.2, 54.0), weight=0.75),
    _h("upper lid", (9.6, 62.8), (12.6, 60.2), (17.2, 59.0), (22.0, 60.2), (25.4, 62.8), weight=0.9),
    _h("lower lid", (12.4, 64.6), (17.2, 65.7), (22.4, 64.4), weight=0.4),
    _h("nostril", (5.4, 79.0), (7.5, 81.2), (7.5, 84.0), (5.6, 85.2), weight=0.6),
    _across("nose", (0, 87.2), (2.2, 86.9), (4.2, 85.8), weight=0.7),
    _across("mouth", (0, 99.3), (3.0, 98.7), (6.6, 99.1), (10.6, 99.9), weight=0.85),
    _across("lip", (0, 106.4), (3.0, 106.0), (5.4, 105.0), weight=0.45),
    _across("jaw", (0, 126.4), (8, 125.0), (16, 121.2), (23, 115.0), (29.6, 107.0), weight=0.85),
    # neck and trunk
    _h("neck", (27.0, 122), (22.5, 139), (16.0, 157), (8.6, 173.5), weight=0.6),
    _h("clavicle", (7.0, 177.0), (13, 174.4), (26, 172.4), (44, 169.2), (60, 167.6), (78, 163.8), weight=0.9),
    _h("clavicle below", (12, 180.2), (22, 179.6), (36, 176.6), weight=0.4),
    _across("notch", (0, 179.4), (2.6, 178.6), (4.4, 176.0), weight=0.6),
    _h("armpit", (83.9, 240.5), (84.9, 229), (82.0, 214), (77.6, 204), weight=0.85, start=0.9),
    _h("breast", (16, 263.5), (30, 267.3), (46, 266.6), (60, 259.6), (70, 250.0), weight=0.55),
    _h("costal margin", (8.5, 296), (20, 307.0), (32, 319.0), (41, 329), weight=0.4),
    _h("linea alba", (0, 300), (0, 330), (0, 366), weight=0.4),
    _across("navel", (0, 382.2), (2.2, 381.2), (3.1, 378.4), weight=0.8),
    _across("navel above", (0, 374.6), (1.5, 375.2), weight=0.5),
    _h("groin", (63, 413), (50, 430.5), (34, 449), (20, 466), (10, 483), weight=0.6),
    # arm
    _h("elbow crease", (119.5, 337), (129, 336.2), (139, 331.4), weight=0.55),
    _h("wrist crease", (174.4, 471.8), (184, 470.2), (195.6, 464.4), weight=0.6),
    _h("wrist crease 2", (178.0, 475.4), (186, 474.0), (194, 470.0), weight=0.4),
    _h("thenar", (219.0, 497.6), (208, 497.0), (199.4, 489.6), (194.6, 478.4), weight=0.6),
    _h("palm", (177.6, 507.6), (188, 504.6), (200, 506.8), (209.0, 513.0), weight=0.55),
    _h("palm 2", (216.6, 503.6), (205, 500.0), (193.0, 497.0), (184.6, 498.6), weight=0.4),
    # leg
    _h("kneecap above", (46.6, 673), (50.0, 665.4), (57.6, 662.4), (65.2, 665.0), (69.0, 672), weight=0.55),
    _h("kneecap below", (47.6, 686), (52.4, 693.8), (58.6, 696.6), (64.8, 693.4), (68.6, 686), weight=0.65),
    _h("shin", (55.6, 722), (56.0, 770), (54.0, 830), (52.6, 868), weight=0.3),
    _h("inner ankle", (40.8, 908), (44.4, 912.6), (43.6, 919.4), weight=0.5),
    _h("outer ankle", (71.6, 913), (67.8, 917.6), (69.2, 924.4), weight=0.5),
)

BACK = (
    *_BOTH,
    _h("nape", (11.6, 96), (12.6, 116), (15.6, 134), (22, 149), weight=0.4),
    _h("furrow", (0, 152), (0, 230), (0, 300), (0, 386), weight=0.6),
    _h("scapular spine", (41, 181.0), (54, 182.4), (70, 179.6), (86, 173.0), weight=0.5),
    _h("scapula", (39.6, 189), (38.6, 204), (41.6, 221), (48.6, 233.8), (57, 233.4), weight=0.65),
    _h("armpit", (83.9, 240.5), (85.4, 228), (83.0, 214), (78.6, 205), weight=0.85, start=0.9),
    _h("rib 12", (40, 306), (52, 311.6), (63, 319), weight=0.3),
    _h("iliac crest", (33, 385), (46, 377.6), (60, 375.0), weight=0.35),
    _h("dimple", (20.4, 400.4), (22.6, 403.6), (26.2, 403.8), weight=0.6),
    _h("cleft", (0, 437), (0, 470), (0, 503.2), weight=1.0, end=0.9),
    _h("gluteal fold", (4.0, 503.6), (12, 504.0), (28, 503.6), (44, 500.6), (58, 494.6), weight=0.9, start=0.8),
    _h("elbow", (128.6, 322), (135.0, 327.6), (143.2, 326.4), weight=0.6),
    _h("elbow 2", (127.6, 331.0), (131.0, 338.6), weight=0.45),
    _h("wrist", (176, 467.2), (185, 465.4), (195, 460.4), weight=0.4),
    _h("knee crease", (40.6, 690.4), (52, 693.6), (64, 692.6), (74.6, 687.6), weight=0.65),
    _h("hamstring inner", (40.4, 655), (41.0, 672), (39.0, 686), weight=0.35),
    _h("hamstring outer", (75.0, 650), (75.4, 668), (78.0, 684), weight=0.35),
    _h("calf inner", (38.0, 792), (44.4, 806), (53.6, 811), (59.0, 803), weight=0.4),
    _h("calf outer", (60.4, 800), (66.6, 806.0), (75, 801), (82, 788), weight=0.4),
    _h("tendon inner", (51.6, 862), (50.4, 884), (46.4, 906), weight=0.5),
    _h("tendon outer", (62.4, 862), (62.6, 884), (64.6, 906), weight=0.5),
    _h("heel", (37.4, 948), (45, 955), (54.0, 956.8), (63.6, 952.4), weight=0.6),
    _h("inner ankle", (40.4, 909), (43.4, 914), (41.8, 920), weight=0.45),
    _h("outer ankle", (72.4, 911), (69.4, 916.6), (71.4, 922.6), weight=0.45),
)
