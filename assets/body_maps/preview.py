"""Paint a built template into PNG files, to be looked at.

    QT_QPA_PLATFORM=offscreen python assets/body_maps/preview.py OUT [--scale 1.4] [--box 0 0 9 9]

It is also the shortest description of how a view is meant to be drawn: the outline filled with
one tone, the shading as ink of that strength clipped to the outline, the hairlines, the outline.
"""

import argparse
import gzip
import json
import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)

THEMES = {
    "light": {
        "paper": "#fbfaf8",
        "skin": "#efece7",
        "shade": "#5b6068",
        "strength": 0.62,
        "line": "#4a5058",
        "hair": "#6a7078",
        "border": "#2f6fb3",
        "text": "#5a6068",
    },
    "dark": {
        "paper": "#1b1e23",
        "skin": "#c3c0bb",
        "shade": "#16191d",
        "strength": 0.66,
        "line": "#101215",
        "hair": "#3a3e44",
        "border": "#174f8a",
        "text": "#aab0b8",
    },
}
ADULT = Path(__file__).parents[2] / "resources/body_maps/adult"


def svg_path(text: str) -> QPainterPath:
    """A painter's path from the M, C and Z that templates use."""
    path = QPainterPath()
    for letter, body in re.findall(r"([MCZ])([^MCZ]*)", text):
        n = [float(part) for part in body.split()]
        if letter == "M":
            path.moveTo(n[0], n[1])
        elif letter == "C":
            path.cubicTo(*n)
        else:
            path.closeSubpath()
    return path


def views_of(folder: Path, template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Views by id; a zoom with what its parent draws."""
    found: dict[str, dict[str, Any]] = {}
    for entry in template["views"]:
        view = dict(entry)
        if "file" in entry:
            view |= json.loads(gzip.decompress((folder / entry["file"]).read_bytes()))
        if entry["parent"]:
            view = {**found[entry["parent"]], **view}
        found[entry["id"]] = view
    return found


def rings(region: dict[str, Any]) -> list[list[float]]:
    return [
        ring
        for part in region["polygons"]
        for ring in (part if isinstance(part[0], list) else [part])
    ]


def polygon(numbers: list[float]) -> QPolygonF:
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return QPolygonF([QPointF(x, y) for x, y in pairs])


def tinted(folder: Path, view: dict[str, Any], theme: dict[str, Any]) -> QImage:
    grey = QImage(str(folder / view["shading"]["file"])).convertToFormat(
        QImage.Format.Format_Grayscale8
    )
    ink = QImage(grey.size(), QImage.Format.Format_ARGB32)
    ink.fill(QColor(theme["shade"]))
    ink.setAlphaChannel(grey)
    return ink


def paint(
    p: QPainter, folder: Path, view: dict[str, Any], theme: dict[str, Any], borders: bool
) -> None:
    outline = QPainterPath()
    for text in view["outline"]:
        outline.addPath(svg_path(text))
    p.fillPath(outline, QColor(theme["skin"]))
    p.save()
    p.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    p.setOpacity(theme["strength"])
    p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    p.drawImage(QRectF(*view["shading"]["rectangle"]), tinted(folder, view, theme))
    p.restore()
    for line in view["contours"]:
        ink = QColor(theme["hair"])
        ink.setAlphaF(min(1.0, 0.35 + 0.65 * line["weight"]))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(ink)
        p.drawPolygon(polygon(line["ink"]))
    if borders:
        pen = QColor(theme["border"])
        pen.setAlphaF(0.75)
        fine = QPen(pen, 0.8)
        fine.setCosmetic(True)
        p.setPen(fine)
        p.setBrush(Qt.BrushStyle.NoBrush)
        for region in view["regions"]:
            for ring in rings(region):
                p.drawPolygon(polygon(ring))
    p.setBrush(Qt.BrushStyle.NoBrush)
    join = (Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    pen = QPen(QColor(theme["line"]), 1.5, *join)
    pen.setCosmetic(True)
    p.setPen(pen)
    p.drawPath(outline)


def page(
    folder: Path,
    template: dict[str, Any],
    theme: dict[str, Any],
    borders: bool,
    scale: float,
    box: tuple[float, float, float, float],
    views: list[str],
    grid: float = 0.0,
    overlay: str = "",
) -> QImage:
    x0, y0, x1, y1 = box
    wide, high = x1 - x0, y1 - y0
    image = QImage(
        round(wide * scale * len(views)), round(high * scale), QImage.Format.Format_RGB32
    )
    image.fill(QColor(theme["paper"]))
    p = QPainter(image)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.scale(scale, scale)
    for i, name in enumerate(views):
        view = views_of(folder, template)[name]
        p.save()
        p.setClipRect(QRectF(i * wide, 0, wide, high))
        p.translate(i * wide - x0, -y0)
        paint(p, folder, view, theme, borders)
        font = QFont("DejaVu Sans")
        font.setPixelSize(22)
        p.setFont(font)
        p.setPen(QColor(theme["text"]))
        left_is_right = view["patient_left"] == "viewer right"
        both = ("R", "L") if left_is_right else ("L", "R")
        if view.get("only_side"):
            both = (view["only_side"][0].upper(),) * 2
        p.drawText(QPointF(x0 + 12, y0 + 30), both[0])
        p.drawText(QPointF(x1 - 30, y0 + 30), both[1])
        if overlay:
            _overlay(p, folder, view, overlay)
        if grid:
            _grid(p, box, grid)
        p.restore()
    p.end()
    return image


def _overlay(p: QPainter, folder: Path, view: dict[str, Any], kind: str) -> None:
    """Outlines of muscles, or bands of dermatomes, of the view or of the one it magnifies."""
    content = json.loads(gzip.decompress((folder / "overlays.json.gz").read_bytes()))
    for number, shape in enumerate(content[kind]):
        if shape["view"] != (view["parent"] or view["id"]):
            continue
        colour = QColor.fromHsv(number * 47 % 360, 130, 190, 90)
        p.setBrush(colour)
        pen = QPen(colour.darker(150), 0.8)
        pen.setCosmetic(True)
        p.setPen(pen if kind == "muscles" else Qt.PenStyle.NoPen)
        p.drawPolygon(polygon(shape["ring"]))


def _grid(p: QPainter, box: tuple[float, float, float, float], step: float) -> None:
    """Lines with their numbers, to draw by."""
    pen = QPen(QColor(200, 40, 40, 110), 0)
    font = QFont("DejaVu Sans")
    font.setPointSizeF(step / 5)
    p.setFont(font)
    p.setPen(pen)
    x0, y0, x1, y1 = box
    for k in range(int(x0 // step), int(x1 // step) + 2):
        p.drawLine(QPointF(k * step, y0), QPointF(k * step, y1))
        p.drawText(QPointF(k * step, y0 + step / 3), f"{k * step:.0f}")
    for k in range(int(y0 // step), int(y1 // step) + 2):
        p.drawLine(QPointF(x0, k * step), QPointF(x1, k * step))
        p.drawText(QPointF(x0, k * step), f"{k * step:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--template", type=Path, default=ADULT)
    parser.add_argument("--scale", type=float, default=1.4)
    parser.add_argument("--box", type=float, nargs=4, help="as for the first view without it")
    parser.add_argument("--views", nargs="+", default=["front", "back"])
    parser.add_argument("--only", default="")
    parser.add_argument("--overlay", default="", choices=("", "muscles", "dermatomes"))
    parser.add_argument("--grid", type=float, default=0.0, help="numbered lines so far apart")
    options = parser.parse_args()
    app = QGuiApplication([])
    template = json.loads((options.template / "template.json").read_text("utf-8"))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, theme in THEMES.items():
        for borders in (False, True):
            stem = f"{name}-{'regions' if borders else 'plain'}"
            if options.only and options.only != stem:
                continue
            bounds = next(v for v in template["views"] if v["id"] == options.views[0])["bounds"]
            x0, y0, x1, y1 = bounds
            box = options.box or (x0 - 14, y0 - 14, x1 + 14, y1 + 14)
            image = page(
                options.template,
                template,
                theme,
                borders,
                options.scale,
                box,
                options.views,
                options.grid,
                options.overlay,
            )
            image.save(str(options.out / f"{template['id']}-{stem}.png"))
    del app


if __name__ == "__main__":
    main()
