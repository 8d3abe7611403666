"""Small parts of an SVG file: elements, paths from shapes, text that XML can carry."""

import math
import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

import shapely
from shapely.geometry.base import BaseGeometry

from painmap.domain.places import FigurePoint

NAMESPACE = "http://www.w3.org/2000/svg"
HEAD_LENGTH, HEAD_HALF_WIDTH = 14.0, 6.0
"""Figure units of an arrow's head."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_ID = re.compile(r"[^A-Za-z0-9_.-]")


def element(
    parent: ET.Element | None, tag: str, text: str = "", **attributes: object
) -> ET.Element:
    """Add an element; ``data_x`` becomes "data-x", ``id_`` "id"; None is left out."""
    made = ET.Element(f"{{{NAMESPACE}}}{tag}")
    for name, value in attributes.items():
        if value is not None:
            made.set(name.strip("_").replace("_", "-"), printable(str(value)))
    if text:
        made.text = printable(text)
    if parent is not None:
        parent.append(made)
    return made


def printable(text: str) -> str:
    """Leave out the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def id_of(*parts: object) -> str:
    """Give an id for XML, such as "region-back-lumb_lo_para.left"."""
    return _NOT_ID.sub("-", "-".join(str(part) for part in parts))


def path_of(shape: BaseGeometry) -> str:
    """Give the areas of a shape as a path, to be filled by the even-odd rule."""
    rings = shapely.get_rings([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])
    return "".join(ring_path(shapely.get_coordinates(ring)[:-1]) for ring in rings)


def ring_path(points: Iterable[Sequence[float]]) -> str:
    """Give a closed ring as a path."""
    return f"{line_path(points)}Z"


def line_path(points: Iterable[Sequence[float]]) -> str:
    """Give an open line as a path."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def number(value: float) -> str:
    """Two digits behind the point at most: 0.02 mm on the body."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def arrow_head(points: Sequence[FigurePoint]) -> str:
    """Give the head of an arrow as a closed path; it points where the line comes from last."""
    end = points[-1]
    start = next((p for p in reversed(points) if math.dist(p, end) > HEAD_LENGTH), points[0])
    turn = math.atan2(end.y - start.y, end.x - start.x)
    along = (math.cos(turn) * HEAD_LENGTH, math.sin(turn) * HEAD_LENGTH)
    aside = (-math.sin(turn) * HEAD_HALF_WIDTH, math.cos(turn) * HEAD_HALF_WIDTH)
    back = (end.x - along[0], end.y - along[1])
    return ring_path(
        [
            (end.x, end.y),
            (back[0] + aside[0], back[1] + aside[1]),
            (back[0] - aside[0], back[1] - aside[1]),
        ]
    )


def file_of(root: ET.Element) -> bytes:
    """Give the file, UTF-8."""
    ET.register_namespace("", NAMESPACE)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
