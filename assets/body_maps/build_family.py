"""Build woman, man and child in resources/body_maps (format 3) from the CC0 mesh.

    python assets/body_maps/build_family.py

Development time only. The adult of `build.py` (format 1) stays as it was released.
"""

import argparse
import gzip
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import build as released
import curves
import family
import feet
import figures
import numpy as np
import outlines
import patches
import regions
import shading
import shapely
import side_lines
import views
import zooms
from shapely.geometry.base import BaseGeometry

from painmap.bodymap import figure as model
from painmap.domain.anatomy import Side

FORMAT, VERSION = 3, 2
Mapped = dict[str, Any]
_SPEC = {spec.id: spec for spec in regions.SPECS}


def _flip(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda points: points * [-1, 1])


def _polygons(shape: BaseGeometry) -> list[list[list[float]]]:
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    parts = [shapely.normalize(part) for part in parts if part.geom_type == "Polygon"]
    return [
        [released._numbers(ring.coords[:-1]) for ring in (part.exterior, *part.interiors)]
        for part in parts
    ]


class Writer:
    """The files of one figure."""

    def __init__(self, own: family.Stances, folder: Path) -> None:
        self.own, self.folder = own, folder
        self.mm = own.stature_mm / own.upright.standing_units
        self.entries: list[Mapped] = []
        self.names: Mapped = {}
        folder.mkdir(parents=True, exist_ok=True)

    def shading(self, drawn: views.Drawn, mirrored: bool) -> tuple[np.ndarray, list[float]]:
        seen, ratio = drawn.seen, shading.PIXELS_PER_UNIT
        dark = shading.shade(seen, drawn.adult_at)
        if drawn.id not in ("left", "right"):
            grey = shading.picture(dark, seen.frame.scale)
            left = -grey.shape[1] / ratio / 2
        else:
            grey = shading.picture(dark, seen.frame.scale)
            grey = grey[:, grey.shape[1] // 2 :]
            left = seen.frame.left
            if mirrored:
                grey, left = grey[:, ::-1], -left - grey.shape[1] / ratio
        return np.ascontiguousarray(grey), [
            left,
            seen.frame.top,
            grey.shape[1] / ratio,
            grey.shape[0] / ratio,
        ]

    def regions(self, cells: dict[str, BaseGeometry], sides: list[tuple[str, int]]) -> list[Mapped]:
        """Entries; `sides` names for each side whether it is drawn as given (1) or mirrored."""
        found: list[Mapped] = []
        for name, cell in cells.items():
            spec = _SPEC[name.partition("/")[0]]
            if not spec.sided:
                both = [cell if sign == 1 else _flip(cell) for _, sign in sides]
                whole = shapely.union_all(both, grid_size=regions.GRID)
                found.append({"id": name, "side": "midline", "shape": whole})
                continue
            for side, sign in sides:
                shape = cell if sign == 1 else _flip(cell)
                found.append({"id": f"{name}.{side}", "side": side, "shape": shape})
        return found

    def write(self, view: Mapped, cells: list[Mapped], content: Mapped) -> None:
        """One view: its entry in `template.json`, and the rest in a file of its own."""
        made = []
        for cell in cells:
            base = cell["id"].partition(".")[0]
            made.append(
                model.Region(
                    cell["id"],
                    self.names[base]["name"],
                    Side(cell["side"]),
                    self.names[base]["group"],
                    None,
                    cell["shape"],
                )
            )
        beside = model._neighbours(tuple(made))
        content["regions"] = [
            {
                "id": cell["id"],
                "side": cell["side"],
                "label": [round(v, 2) for v in region.label_at],
                "polygons": _polygons(cell["shape"]),
            }
            for cell, region in zip(cells, made, strict=True)
        ]
        content["beside"] = {r.id: [beside.get((r.id, d)) for d in model.Direction] for r in made}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        data = gzip.compress((text + "\n").encode("utf-8"), 9, mtime=0)
        file = f"{view['id']}.json.gz"
        (self.folder / file).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        shows = [cell["id"] for cell in cells]
        self.entries.append({**view, "file": file, "sha256": digest, "shows": shows})

    def view(self, drawn: views.Drawn, name: str, mirrored: bool = False) -> BaseGeometry:
        """A whole view; gives its silhouette."""
        frontal = drawn.id in ("front", "back")
        if frontal:
            first = "left" if drawn.id == "front" else "right"
            other = "right" if first == "left" else "left"
            cells = self.regions(drawn.cells, [(first, 1), (other, -1)])
            outline = released._whole_outline(drawn.path).svg()
        else:
            cells = self.regions(drawn.cells, [("right", -1)] if mirrored else [("left", 1)])
            path = drawn.path
            if mirrored:
                path = curves.Path(path.cubics * [-1, 1], closed=True)
            outline = path.svg()
        whole = shapely.union_all([cell["shape"] for cell in cells], grid_size=regions.GRID)
        ident = drawn.id if not mirrored else "right"
        grey, rectangle = self.shading(drawn, mirrored)
        png = shading.png(grey)
        (self.folder / f"{ident}-shading.png").write_bytes(png)
        left = {"front": "viewer right", "back": "viewer left", "left": "towards viewer"}
        view = {
            "id": ident,
            "name": name,
            "kind": "whole",
            "parent": None,
            "patient_left": left.get(ident, "away from viewer"),
            "only_side": None if frontal else ident,
            "bounds": released._numbers(whole.bounds),
        }
        content = {
            "outline": [outline],
            "silhouette": _polygons(whole),
            "contours": self.contours(drawn, mirrored),
            "shading": {
                "file": f"{ident}-shading.png",
                "sha256": hashlib.sha256(png).hexdigest(),
                "rectangle": released._numbers(rectangle),
            },
            "ticks": [{"level": k, "y": float(v)} for k, v in drawn.ticks],
        }
        self.write(view, cells, content)
        return whole

    def contours(self, drawn: views.Drawn, mirrored: bool) -> list[Mapped]:
        found: list[Mapped] = []
        for name, points, weight, start, end, single in drawn.lines:
            for hand in (1, -1) if not single else ((-1,) if mirrored else (1,)):
                line = points * [hand, 1]
                ink = curves.inked(line, weight * released.PEN, start=start, end=end)
                path = curves.through(curves.evenly(line, 4.0, closed=False)).rounded()
                suffix = "" if single else (".right-hand" if hand == 1 else ".left-hand")
                found.append(
                    {
                        "id": f"{name}{suffix}",
                        "weight": weight,
                        "path": path.svg(),
                        "ink": released._numbers(ink),
                    }
                )
        return found

    def name(self, child: str, words: str) -> None:
        """Take down how a finer region is called."""
        spec = _SPEC[child.partition("/")[0]]
        levels = zooms.LEVELS.get(child)
        self.names[child] = {
            "name": words,
            "group": spec.group,
            "levels": list(levels) if levels else None,
            "sided": spec.sided,
            "surface_share": None,
        }

    def foot(self, foot: feet.Foot, drawn: views.Drawn, box: np.ndarray) -> None:
        """Both feet in a projection of their own; `to_parent` says where that lies on the body."""
        for child in drawn.cells:
            if "/" in child:
                self.name(child, feet.WORDS[child])
        entries = self.regions(drawn.cells, [("left", 1), ("right", -1)])
        whole = shapely.union_all([cell["shape"] for cell in entries], grid_size=regions.GRID)
        grey, rectangle = self.shading(drawn, mirrored=False)
        png = shading.png(grey)
        file = f"{foot.id}-shading.png"
        (self.folder / file).write_bytes(png)
        parent = outlines.project(self.own.upright, foot.parent)
        view = {
            "id": foot.id,
            "name": foot.name,
            "kind": "zoom",
            "parent": foot.parent,
            "to_parent": feet.to_parent(drawn.seen, parent),
            "patient_left": "viewer right",
            "only_side": None,
            "bounds": released._numbers(box),
        }
        right = curves.Path(drawn.path.cubics * [-1, 1], closed=True)
        content = {
            "outline": [drawn.path.svg(), right.svg()],
            "silhouette": _polygons(whole),
            "contours": self.contours(drawn, mirrored=False),
            "shading": {
                "file": file,
                "sha256": hashlib.sha256(png).hexdigest(),
                "rectangle": released._numbers(rectangle),
            },
            "ticks": [],
        }
        self.write(view, entries, content)

    def zoom(self, zoom: zooms.Zoom, drawn: views.Drawn) -> None:
        """A zoom of both halves, or one for each side."""
        lateral = drawn.id == "left"
        box = self._box(zoom, drawn)
        half_box = box
        if not lateral:
            half_box = shapely.box(max(box.bounds[0], 0.0), *box.bounds[1:])
        cells = zooms.cells_of(zoom, drawn.cells, half_box, drawn.warp)
        for child, (words, _) in zoom.children.items():
            if child in cells:
                self.name(child, words)
        first = 1 if drawn.id == "front" or lateral else -1
        if zoom.both:
            hands = [("left", first), ("right", -first)]
            self._zoom(zoom.id, zoom.name, zoom.parent, drawn, cells, hands, box, None)
            return
        for side, sign in (("left", first), ("right", -first)):
            parent = side if lateral else zoom.parent
            name = f"{zoom.name}, {side.upper()}"
            here = box if sign == 1 else _flip(box)
            self._zoom(f"{zoom.id}_{side}", name, parent, drawn, cells, [(side, sign)], here, side)

    def _zoom(
        self,
        ident: str,
        name: str,
        parent: str,
        drawn: views.Drawn,
        cells: dict[str, BaseGeometry],
        hands: list[tuple[str, int]],
        box: BaseGeometry,
        only: str | None,
    ) -> None:
        entries = self.regions(cells, hands)
        whole = shapely.union_all([cell["shape"] for cell in entries], grid_size=regions.GRID)
        of_parent = next(e for e in self.entries if e["id"] == parent)
        view = {
            "id": ident,
            "name": name,
            "kind": "zoom",
            "parent": parent,
            "patient_left": of_parent["patient_left"],
            "only_side": only,
            "bounds": released._numbers(box.bounds),
        }
        self.write(view, entries, {"silhouette": _polygons(whole)})

    def _box(self, zoom: zooms.Zoom, drawn: views.Drawn) -> BaseGeometry:
        x0, y0, x1, y1 = zoom.box
        if x0 < 0 < x1 and drawn.id != "left":
            x0 = 0.0
        edge = np.array([(x, y) for x in (x0, x1) for y in (y0, y1)], float)
        at = drawn.warp(edge)
        low, high = at.min(0), at.max(0)
        if zoom.both:
            low[0] = -high[0]
        low, high = np.floor(low), np.ceil(high)
        return shapely.box(low[0], low[1], high[0], high[1])


def build(
    adult: family.Stances, drawn_on: family.Stances, own: family.Stances, target: Path
) -> None:
    """Write one figure; the lines of its sides are in the coordinates of `drawn_on`."""
    ident = own.recipe.id
    writer = Writer(own, target / ident)
    projections = {view: outlines.project(adult.upright, view) for view in ("front", "back")}
    seen = projections["front"]
    adult_path = outlines.half_outline(views.silhouette(seen)).rounded().flat()
    front = views.frontal("front", seen, adult_path, own, None)
    back = views.frontal("back", projections["back"], adult_path, own, front.path)
    skin = views.Skin(front.cells, back.cells)
    side = views.left_side(own, drawn_on, adult, skin, side_lines.LINES, side_lines.NECK)
    patch, area, region = patches.of_skin(own, skin)
    share = np.bincount(region, weights=area, minlength=len(views.NAMES))
    for spec, part in zip(regions.SPECS, share, strict=True):
        writer.names[spec.id] = {
            "name": spec.name,
            "group": spec.group,
            "levels": list(spec.levels) if spec.levels else None,
            "sided": spec.sided,
            "surface_share": round(float(part) * (1 if spec.sided else 2), 6),
        }
    writer.view(front, "Front")
    writer.view(back, "Back")
    writer.view(side, "Left side")
    writer.view(side, "Right side", mirrored=True)
    by_id = {"front": front, "back": back, "left": side}
    for zoom in zooms.ZOOMS:
        writer.zoom(zoom, by_id[zoom.parent])
    grids = [(front, "front", patch), (back, "back", patch), (side, "side", patch)]
    for foot in feet.FEET:
        seen, kept, box = feet.drawn(own, skin, foot)
        writer.foot(foot, seen, box)
        grids.append((seen, "front", patch[kept]))
    arrays: Mapped = {
        "area": area.astype(np.float32),
        "region": region.astype(np.uint8),
        "regions": np.array(views.NAMES),
        "sided": np.array([spec.sided for spec in regions.SPECS]),
    }
    for drawn, kind, of_faces in grids:
        corner, squares = patches.grid(drawn.seen, of_faces)
        arrays[f"corner/{drawn.id}/{kind}"] = corner
        arrays[f"grid/{drawn.id}/{kind}"] = squares
    data = patches.packed(arrays)
    (writer.folder / "surface.npz").write_bytes(data)
    content: Mapped = {
        "format": FORMAT,
        "id": ident,
        "version": VERSION,
        "name": own.recipe.name,
        "licence": released.LICENCE,
        "units_high": 1000,
        "mm_per_unit": round(writer.mm, 4),
        "stature_mm": round(own.stature_mm),
        "region_names": writer.names,
        "views": writer.entries,
        "surface": {"file": "surface.npz", "sha256": hashlib.sha256(data).hexdigest()},
    }
    content["sha256"] = hashlib.sha256(released.canonical(content)).hexdigest()
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (writer.folder / "template.json").write_text(text + "\n", "utf-8")
    size = sum(file.stat().st_size for file in writer.folder.iterdir())
    print(f"{ident}: {size / 1000:.0f} kB, {len(area)} patches, {content['sha256'][:12]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=Path, help="unpacked wheel; without it, it is fetched")
    parser.add_argument("--target", type=Path, default=released.TARGET)
    parser.add_argument("--figures", nargs="+", default=[r.id for r in family.RECIPES])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.mesh or released.unpacked_mesh(Path(scratch))
        adult, *others = family.build(folder, (figures.ADULT, *family.RECIPES))
    for own in others:
        if own.recipe.id in options.figures:
            build(adult, others[0], own, options.target)


if __name__ == "__main__":
    main()
