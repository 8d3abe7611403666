"""The inner lines of the side views and the neck's regions there, drawn on the woman's left side.

x grows to the viewer's right, which is the patient's back; the patient looks to the left.
"""

from hairlines import Hairline

Point = tuple[float, float]


def _h(name: str, *points: Point, weight: float) -> Hairline:
    return Hairline(name, points, weight)


LINES: tuple[Hairline, ...] = (
    _h("brow", (-80, 53.4), (-75, 51.0), (-69.6, 54.4), weight=0.5),
    _h("lid", (-77.6, 60.8), (-74.6, 63.0), (-70.4, 61.8), weight=0.75),
    _h("nostril", (-85.2, 84.0), (-83.2, 82.0), (-81.2, 83.4), weight=0.45),
    _h("wing of the nose", (-79.4, 76.6), (-77.4, 80.4), (-79.0, 84.6), weight=0.45),
    _h("mouth", (-83.0, 99.4), (-79.4, 99.8), (-75.4, 101.0), weight=0.7),
    _h(
        "ear",
        (-38.2, 84.0),
        (-36.6, 75.0),
        (-33.4, 66.4),
        (-28.6, 62.4),
        (-23.0, 62.8),
        (-18.6, 67.0),
        (-17.6, 73.4),
        (-20.6, 80.6),
        (-25.4, 86.6),
        (-30.0, 89.6),
        (-35.2, 89.4),
        weight=0.75,
    ),
    _h("ear fold", (-33, 71.6), (-28.6, 66.8), (-23.6, 68.2), (-22.4, 74), (-25.4, 81), weight=0.4),
    _h("tragus", (-36.4, 75.6), (-33.6, 78.0), (-35.0, 81.6), weight=0.45),
    _h("jaw", (-39.4, 94.6), (-43.4, 105), (-48.8, 113), (-57.4, 119.6), weight=0.55),
    _h("sternocleidomastoid", (-33.4, 97), (-33.6, 116), (-35.4, 135), (-38.2, 148), weight=0.35),
    _h("collarbone", (-37, 170.6), (-27, 166.8), (-12, 165.2), weight=0.45),
)

NECK: tuple[tuple[str, tuple[Point, ...]], ...] = (
    ("jaw_tmj", ((-72, 117), (-56, 117), (-56, 119), (-63, 123), (-66, 127), (-72, 127))),
    ("jaw_tmj", ((-57, 119), (-48.8, 113), (-43.4, 105), (-38.5, 95), (-47, 95), (-60, 110))),
    (
        "neck_ant",
        (
            (-38.5, 95),
            (-43.4, 105),
            (-48.8, 113),
            (-56, 118.8),
            (-62, 122),
            (-60, 128),
            (-45, 130),
            (-45, 171),
            (-34, 168),
            (-29, 155),
            (-25, 140),
            (-22.5, 125),
            (-23.5, 110),
            (-27, 93),
        ),
    ),
    (
        "neck_lat",
        (
            (-27, 93),
            (-23.5, 110),
            (-22.5, 125),
            (-24, 137),
            (-13, 129.5),
            (-2, 131),
            (8, 134.5),
            (3, 122),
            (1, 112),
            (2, 100),
            (4, 89),
            (-10, 90),
        ),
    ),
)
"""Region and ring, painted over what front and back give: from them the underside of the jaw and
the rim of the sternocleidomastoid are not seen."""
