"""Facts of the lumbar region, in millimetres of a body of middle size.

Where figures come from: vertebral sizes follow the order of magnitude of the usual
morphometry of adults (Panjabi 1992 and Zhou 2000 as cited in textbooks; from memory, rounded,
not copied); lordosis and sacral slope are those of a person lying down (about 45 and 35
degrees; textbook). Muscle places and sizes were chosen so that their areas at L3 come out
near published CT areas of adults (erector spinae with multifidus about 25 cm2, psoas about
10 cm2, quadratus lumborum about 6 cm2 a side; textbook, from memory). The kidneys lie from
T12 to L3, the right lower (Gray). The aorta forks at L4 (Gray). The iliac crests reach L4
(Tuffier's line; Gray). Everything without such a note was chosen for the phantom and
compared by eye with real CT.
"""

from dataclasses import dataclass
from typing import Final

from painmap.domain.anatomy import Level

Polyline = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class VertebraFacts:
    """One vertebra of the middle body.

    Parameters
    ----------
    level : Level
    centre : (float, float)
        Body centre: v (to the back), w (to the head).
    slope_deg : float
        How far the upper endplate leans forward (sagittal), from lordosis.
    width, depth, height : float
        Of the vertebral body.
    wedge : float
        Front height minus back height.
    pedicle_width : float
    transverse_span : float
        From the midline to the tip of the transverse process.
    spinous_reach : float
        From the body's centre to the tip of the spinous process.
    spinous_drop : float
        How much lower than the body's centre the tip's middle lies.
    spinous_height : float
    """

    level: Level
    centre: tuple[float, float]
    slope_deg: float
    width: float
    depth: float
    height: float
    wedge: float
    pedicle_width: float
    transverse_span: float
    spinous_reach: float
    spinous_drop: float
    spinous_height: float


VERTEBRAE: Final = (
    VertebraFacts(Level.T11, (46.0, 143.0), -12, 40, 31, 24, -1.5, 7.5, 24, 52, 20, 14),
    VertebraFacts(Level.T12, (38.5, 109.0), -12, 42, 31, 25, -1.5, 8.0, 26, 56, 16, 17),
    VertebraFacts(Level.L1, (31.5, 73.5), -11, 43, 32, 26, -1.0, 8.0, 37, 61, 12, 21),
    VertebraFacts(Level.L2, (25.5, 37.0), -6, 45, 32.5, 27, 0.0, 8.5, 42, 65, 12, 23),
    VertebraFacts(Level.L3, (23.0, 0.0), -1, 47, 33, 27.5, 0.5, 10.0, 47, 67, 12, 24),
    VertebraFacts(Level.L4, (25.0, -37.5), 7, 49, 34, 27.5, 1.5, 12.0, 44, 65, 15, 22),
    VertebraFacts(Level.L5, (34.0, -73.5), 19, 50, 34, 27, 4.0, 15.5, 45, 54, 15, 15),
    VertebraFacts(Level.S1, (51.0, -105.5), 36, 49, 31, 29, 3.0, 18.0, 50, 44, 0, 18),
)
"""From the head. Body widths 40-50 mm, depths 31-34 mm (textbook morphometry, rounded)."""

SACRAL_LINE: Final = ((70.0, -132.0), (84.0, -158.0), (90.0, -190.0))
"""Where the spine's middle line goes on below S1: (v, w) at S2, S3 and the tail."""

SPINE_W: Final = tuple(each.centre[1] for each in reversed(VERTEBRAE))
"""Heights of the body centres, ascending: the knots of every figure along the spine."""

CORTEX_MM: Final = 1.3
"""Shell of a vertebral body; true cortex is 0.5 mm, which CT shows blurred to about this."""

POSTERIOR_CORTEX_MM: Final = 1.9
"""Shell of arch and processes, thicker than the body's (textbook)."""

CANAL_HALF: Final = (12.0, 8.5)
"""Half width and half depth of the spinal canal (textbook: 22-27 by 15-20 mm)."""

CANAL_BEHIND_BODY: Final = 7.5
"""Canal centre behind the back of the vertebral body."""

SAC_HALF: Final = (8.5, 6.8)
"""Half width and depth of the dural sac (textbook: about 15 mm)."""

ENDPLATE_DISH_MM: Final = 1.6
"""How much the endplates are hollow in their middle."""


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """An elliptical muscle section where w = `w`, relative to the vertebral centreline.

    u and v are the centre (u on the left side), half_u and half_v the half axes,
    turn_deg lifts the lateral end to the front.
    """

    w: float
    u: float
    v: float
    half_u: float
    half_v: float
    turn_deg: float


PSOAS: Final = (
    MuscleRow(-190, 78, -94, 15, 20, 30),
    MuscleRow(-150, 70, -76, 16, 22, 28),
    MuscleRow(-105.5, 58, -45, 18, 22, 20),
    MuscleRow(-73.5, 50, -17, 21, 22, 10),
    MuscleRow(-37.5, 43, -2, 18.5, 22, 5),
    MuscleRow(0, 37, 2, 15, 19, 0),
    MuscleRow(37, 31, 5, 10.5, 14, 0),
    MuscleRow(73.5, 26.5, 7, 6.5, 9, 0),
    MuscleRow(98, 23, 8, 2.0, 3.0, 0),
)
"""From T12-L1 down beside the bodies, then forward over the pelvic brim (Gray)."""

QUADRATUS: Final = (
    MuscleRow(-66, 84, 20, 4, 3, 12),
    MuscleRow(-54, 81, 22, 20, 10, 14),
    MuscleRow(-37.5, 75, 24, 24, 11.0, 14),
    MuscleRow(0, 66, 26, 22, 9.8, 14),
    MuscleRow(37, 58, 28, 18, 8.0, 12),
    MuscleRow(73.5, 50, 30, 14, 6.0, 8),
    MuscleRow(92, 45, 30, 7, 2.5, 0),
)
"""From rib 12 and the transverse processes to the iliac crest (Gray)."""

ERECTOR: Final = (
    MuscleRow(-190, 24, 18, 5, 2, 0),
    MuscleRow(-150, 27, 25, 10, 4.5, 0),
    MuscleRow(-105.5, 37, 37, 22, 9.5, 5),
    MuscleRow(-73.5, 45, 47, 31, 17, 8),
    MuscleRow(-37.5, 45, 51, 38, 24, 14),
    MuscleRow(0, 43, 51, 39, 24, 14),
    MuscleRow(37, 41, 49, 37, 22.5, 14),
    MuscleRow(73.5, 37, 45, 34, 19.5, 12),
    MuscleRow(109, 33, 41, 30, 16, 8),
    MuscleRow(143, 30, 38, 27, 14, 8),
)
"""Longissimus and iliocostalis, thickest at L3, ending on sacrum and iliac crest (Gray)."""

MULTIFIDUS: Final = (
    MuscleRow(-190, 12, 20, 8, 4, 0),
    MuscleRow(-150, 16, 27, 13, 7, 0),
    MuscleRow(-105.5, 21, 37, 19, 12, 0),
    MuscleRow(-73.5, 20, 46, 18, 17.5, 0),
    MuscleRow(-37.5, 16.5, 50, 14.5, 18.5, 0),
    MuscleRow(0, 14, 50, 12, 18, 0),
    MuscleRow(37, 12.5, 48, 10.5, 16, 0),
    MuscleRow(73.5, 11, 44, 9, 14, 0),
    MuscleRow(109, 10, 40, 8, 12, 0),
    MuscleRow(143, 9, 37, 7, 11, 0),
)
"""Between spinous process and facets, growing to the sacrum (Gray)."""

LARGER_PSOAS: Final = 1.13
"""Scale of the patient's RIGHT psoas in each direction (area + 28 %): asymmetric on purpose."""

RIBS: Final[dict[str, Polyline]] = {
    "rib_12": ((22, 47, 113), (45, 66, 104), (72, 71, 90), (100, 60, 68)),
    "rib_11": (
        (22, 54, 147),
        (62, 76, 130),
        (102, 64, 104),
        (131, 28, 74),
        (140, -2, 54),
    ),
    "rib_10": ((98, 70, 136), (128, 38, 110), (141, -4, 84), (134, -44, 62)),
    "rib_9": ((128, 44, 140), (143, 0, 112), (134, -44, 88), (104, -74, 84)),
}
"""Left ribs as middle lines (u, v, w); 11 and 12 float (Gray), 9 and 10 fill the upper slices."""

RIB_HALF_MM: Final = 5.0
"""Half height of a rib."""

RENAL_HALF: Final = (28.0, 24.0, 55.0)
"""Half width, depth and length of a kidney (textbook: 11 x 6 x 4-5 cm)."""

KIDNEYS: Final = {"left": (69.0, 24.0, 52.0), "right": (-69.0, 25.0, 38.0)}
"""Centres; T12 to L3, the right one lower (Gray)."""

AORTA: Final[Polyline] = ((7, 22, 200), (7, 6, 109), (7, -4, 60), (7, -10, 0), (5, -9, -30))
"""Left of the midline before the bodies; it forks at L4 (Gray)."""

CAVA: Final[Polyline] = (
    (-26, -14, 200),
    (-24, -6, 109),
    (-22, -4, 60),
    (-20, -7, 0),
    (-18, -4, -44),
)
"""Right of the midline; it begins at L5 (Gray)."""

ILIAC_ARTERY: Final[Polyline] = (
    (5, -10, -31),
    (20, -7, -62),
    (40, -2, -95),
    (58, -30, -135),
    (66, -52, -190),
)
ILIAC_VEIN: Final[Polyline] = (
    (-17, -4, -45),
    (14, 4, -66),
    (34, 14, -97),
    (52, -14, -137),
    (60, -38, -190),
)
"""Left iliac vessels as middle lines; mirrored on the right (the vein's start apart)."""

CREST_W: Final = -43.0
"""Top of the iliac crest: the lower half of L4 (Tuffier's line)."""

ILIUM_BACK: Final = (44.0, 97.0)
ILIUM_MIDDLE: Final = (87.0, 42.0)
ILIUM_FRONT: Final = (125.0, -48.0)
"""Left iliac wing at S1 as an arc through (u, v): posterior superior spine, middle, front."""

ILIUM_FLARE: Final = 0.38
"""The wing leans outward by this many millimetres a millimetre of height."""

FURROW_HALF_WIDTH: Final = 13.0
"""Lumbar furrow over the spinous processes: half width of the groove."""
