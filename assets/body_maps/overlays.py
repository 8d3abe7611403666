"""Build the overlays of woman, man and child: muscles of the catalogue, and dermatomes.

    python assets/body_maps/overlays.py            # after build_family.py

Outlines are drawn for painmap on the adult's left half from the facts of origin and insertion
(as told in words in anatomy books), a little wider than the muscle's edge is sharp. Dermatomes are
soft bands about the key points of the ISNCSCI; neighbours overlap, none of them is a boundary.
"""

import argparse
import gzip
import json
import tempfile
from pathlib import Path

import build as released
import curves
import family
import figures
import numpy as np
import outlines
import shapely
from warping import Warp

from painmap.bodymap.template import load_template

Point = tuple[float, float]
Shapes = dict[str, tuple[Point, ...]]

BACK: Shapes = {
    "trapezius_descending": ((1, 90), (9, 93), (14, 112), (22, 133), (42, 147), (72, 157),
                             (95, 165), (90, 173), (60, 173), (30, 166), (8, 152), (1, 150)),
    "levator_scapulae": ((13, 100), (19, 104), (29, 136), (42, 162), (41, 178), (34, 174),
                         (22, 142)),
    "splenius_capitis": ((1, 122), (5, 112), (14, 98), (26, 89), (31, 93), (23, 110), (12, 140),
                         (2, 166)),
    "semispinalis_capitis": ((1, 87), (13, 88), (14.5, 110), (19, 150), (17, 182), (9, 182),
                             (7, 140), (2, 110)),
    "erector_spinae": ((4, 150), (14, 158), (22, 200), (27, 260), (30, 320), (28, 368), (16, 418),
                       (4, 425), (2, 300)),
    "multifidus": ((1, 300), (8, 308), (12, 360), (19, 398), (9, 430), (1, 440)),
    "quadratus_lumborum": ((23, 302), (40, 305), (46, 338), (53, 374), (36, 380), (27, 350)),
    "latissimus_dorsi": ((1, 233), (20, 239), (50, 240), (78, 226), (85, 238), (78, 270), (65, 326),
                         (53, 370), (26, 385), (1, 392), (1, 300)),
    "gluteus_maximus": ((12, 398), (30, 394), (56, 412), (78, 444), (84, 480), (79, 520), (60, 500),
                        (30, 504), (8, 494), (6, 450)),
    "gluteus_medius": ((32, 388), (50, 374), (70, 374), (82, 410), (86, 446), (76, 440), (54, 412)),
    "gluteus_minimus": ((44, 396), (60, 390), (72, 400), (82, 440), (74, 438), (58, 420)),
    "piriformis": ((9, 418), (16, 410), (40, 424), (80, 444), (78, 450), (40, 440), (12, 440)),
    "semitendinosus": ((26, 500), (36, 500), (40, 560), (40, 630), (38, 690), (32, 690), (32, 620)),
    "semimembranosus": ((22, 502), (28, 520), (33, 600), (36, 690), (27, 684), (23, 600)),
    "gastrocnemius": ((40, 684), (54, 694), (58, 694), (76, 680), (86, 740), (80, 800), (66, 806),
                      (58, 812), (44, 812), (36, 780), (34, 730)),
    "soleus": ((38, 740), (56, 730), (82, 738), (82, 800), (68, 850), (60, 890), (54, 890),
               (46, 850), (38, 800)),
    "occipitalis": ((6, 66), (22, 64), (27, 76), (22, 88), (6, 85)),
}  # fmt: skip
FRONT: Shapes = {
    "frontalis": ((2, 22), (20, 24), (27, 36), (26, 50), (14, 50), (4, 54)),
    "corrugator_supercilii": ((3, 54), (10, 49), (19, 48), (19, 52), (9, 55)),
    "procerus": ((0.5, 48), (3.4, 49), (3.4, 64), (0.5, 66)),
    "temporalis": ((30, 34), (37, 38), (41, 55), (37, 68), (32, 66), (30, 50)),
    "masseter": ((27, 74), (37, 76), (36, 92), (30, 104), (23, 108), (22, 98)),
    "sternocleidomastoid": ((33, 108), (37, 112), (30, 138), (20, 174), (5, 178), (12, 158),
                            (24, 130)),
    "scalenus_anterior": ((24, 136), (29, 138), (34, 158), (34, 172), (29, 172), (26, 155)),
    "scalenus_medius": ((28, 130), (33, 134), (41, 156), (43, 170), (37, 171), (32, 152)),
    "iliopsoas": ((10, 330), (18, 332), (40, 392), (62, 402), (52, 440), (48, 492), (40, 490),
                  (38, 446), (24, 410)),
    "adductor_longus": ((8, 486), (14, 482), (34, 530), (46, 570), (38, 574), (22, 530)),
    "adductor_magnus": ((10, 500), (20, 512), (34, 560), (40, 650), (30, 660), (20, 580)),
    "biceps_brachii": ((92, 205), (102, 204), (118, 260), (138, 326), (132, 338), (116, 310),
                       (98, 250)),
    "brachialis": ((108, 272), (126, 272), (146, 326), (134, 346), (116, 318)),
    "flexor_carpi_radialis": ((124, 332), (132, 330), (156, 380), (188, 452), (184, 456),
                              (150, 400)),
    "flexor_digitorum_superficialis": ((118, 332), (134, 332), (160, 390), (184, 456), (174, 462),
                                       (140, 400)),
}  # fmt: skip
DERMATOMES: dict[str, dict[str, tuple[Point, ...]]] = {
    "back": {
        "C2": ((0, 30), (30, 34), (34, 80), (24, 96), (0, 98)),
        "C3": ((0, 96), (26, 94), (27, 112), (0, 116)),
        "C4": ((0, 114), (28, 116), (60, 148), (98, 158), (98, 172), (40, 168), (0, 152)),
        "T3": ((0, 172), (40, 176), (84, 182), (84, 194), (40, 190), (0, 188)),
        "T7": ((0, 228), (40, 234), (84, 244), (82, 258), (40, 250), (0, 246)),
        "T10": ((0, 264), (40, 272), (78, 286), (76, 300), (40, 288), (0, 282)),
        "T12": ((0, 290), (40, 302), (70, 320), (68, 336), (40, 320), (0, 310)),
        "L1": ((0, 310), (40, 324), (70, 346), (72, 364), (40, 344), (0, 328)),
        "L3": ((0, 344), (40, 366), (76, 396), (78, 420), (40, 386), (0, 362)),
        "L5": ((0, 376), (30, 396), (74, 440), (76, 466), (40, 424), (0, 396)),
        "S2": ((14, 450), (40, 470), (44, 540), (50, 690), (38, 690), (28, 560), (14, 505)),
        "S1": ((44, 470), (72, 478), (74, 560), (72, 690), (76, 800), (66, 960), (52, 960),
               (58, 800), (54, 690), (48, 560)),
    },
    "front": {
        "C3": ((0, 128), (24, 118), (30, 134), (24, 152), (0, 160)),
        "C4": ((0, 160), (26, 150), (60, 154), (98, 162), (80, 182), (40, 186), (0, 188)),
        "C5": ((90, 164), (118, 180), (132, 240), (150, 300), (140, 326), (124, 260), (100, 200)),
        "C6": ((136, 318), (158, 312), (190, 400), (232, 490), (222, 512), (190, 450), (152, 380)),
        "C7": ((196, 470), (212, 470), (220, 566), (204, 566)),
        "C8": ((146, 380), (160, 390), (186, 470), (192, 560), (174, 540), (170, 480)),
        "T1": ((96, 290), (110, 296), (140, 372), (150, 400), (134, 390), (116, 350)),
        "T4": ((0, 226), (40, 232), (84, 226), (84, 244), (40, 252), (0, 244)),
        "T6": ((0, 262), (40, 272), (80, 262), (78, 280), (40, 292), (0, 282)),
        "T10": ((0, 366), (40, 362), (66, 352), (68, 372), (40, 382), (0, 386)),
        "T12": ((0, 426), (34, 420), (78, 392), (82, 404), (40, 436), (0, 444)),
        "L1": ((8, 462), (50, 432), (82, 406), (84, 426), (50, 456), (14, 492)),
        "L2": ((18, 500), (60, 456), (92, 450), (92, 490), (60, 520), (24, 546)),
        "L3": ((24, 560), (60, 530), (92, 530), (84, 600), (52, 664), (32, 660)),
        "L4": ((34, 664), (58, 670), (58, 740), (50, 860), (48, 920), (38, 920), (34, 760)),
        "L5": ((60, 674), (90, 680), (84, 780), (66, 900), (68, 985), (42, 985), (54, 900),
               (62, 780)),
        "S1": ((72, 900), (80, 940), (88, 985), (78, 992), (72, 950)),
    },
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=Path)
    parser.add_argument("--target", type=Path, default=released.TARGET)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.mesh or released.unpacked_mesh(Path(scratch))
        adult, *others = family.build(folder, (figures.ADULT, *family.RECIPES))
    start = {view: outlines.project(adult.upright, view) for view in ("front", "back")}
    for own in others:
        _write(own, start, options.target / own.recipe.id)


def _write(own: family.Stances, start: dict[str, outlines.Projection], folder: Path) -> None:
    template = load_template(folder)
    found: dict[str, list[dict[str, object]]] = {"muscles": [], "dermatomes": []}
    for view, muscles in (("front", FRONT), ("back", BACK)):
        warp = Warp(start[view], outlines.project(own.upright, view), mirrored=True)
        body = template.views[view].silhouette
        side = "left" if view == "front" else "right"
        other = "right" if view == "front" else "left"
        for kind, shapes in (("muscles", muscles), ("dermatomes", DERMATOMES[view])):
            for name, ring in shapes.items():
                line = curves.through(list(ring), closed=True).flat()
                drawn = warp(curves.evenly(line, 1.0, closed=True)) * [1, 1]
                drawn[:, 0] = np.maximum(drawn[:, 0], 0)
                shape = shapely.make_valid(shapely.Polygon(drawn)).intersection(body)
                shape = shapely.simplify(shape, 0.1)
                largest = max(shapely.get_parts(shape), key=lambda part: part.area)
                for hand, sign in ((side, 1), (other, -1)):
                    corners = np.array(largest.exterior.coords[:-1]) * [sign, 1]
                    found[kind].append(
                        {
                            "id": name,
                            "view": view,
                            "side": hand,
                            "ring": released._numbers(np.round(corners, 1)),
                        }
                    )
    content = {"format": 1, "figure": own.recipe.id, "template": template.ref.sha256, **found}
    text = json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n"
    (folder / "overlays.json.gz").write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
