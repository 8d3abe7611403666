"""What may be laid over a figure: outlines of muscles, and soft bands of the dermatomes."""

import gzip
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.domain.anatomy import Side

FILE = "overlays.json.gz"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class OverlayShape:
    """One outline on one view.

    Parameters
    ----------
    id : str
        Id of the muscle in the catalogue, or the root of the dermatome ("L5").
    view : str
        View whose coordinates the shape has; zooms of that view show it too.
    side : Side
    shape : shapely Polygon
        Figure units, within the silhouette.
    """

    id: str
    view: str
    side: Side
    shape: shapely.Polygon = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Overlays:
    """Muscles and dermatomes of one figure; dermatomes overlap, none is a boundary."""

    muscles: tuple[OverlayShape, ...] = ()
    dermatomes: tuple[OverlayShape, ...] = ()


def load_overlays(folder: Path) -> Overlays:
    """Read the overlays of the figure in `folder`; none where it has none (the adult).

    Raises
    ------
    TemplateError
        The file is damaged, or newer than this program.
    """
    path = folder / FILE
    try:
        if not path.exists():
            return Overlays()
        content = json.loads(gzip.decompress(path.read_bytes()))
        if content["format"] > FORMAT:
            raise TemplateError(TemplateProblem.NEWER, figure=folder.name, file=FILE)
        return Overlays(_shapes(content["muscles"]), _shapes(content["dermatomes"]))
    except (OSError, EOFError, zlib.error) as error:
        raise TemplateError(TemplateProblem.UNREADABLE, figure=folder.name, file=FILE) from error
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateError(TemplateProblem.MALFORMED, figure=folder.name, file=FILE) from error


def _shapes(entries: list[dict[str, Any]]) -> tuple[OverlayShape, ...]:
    return tuple(
        OverlayShape(
            id=entry["id"],
            view=entry["view"],
            side=Side(entry["side"]),
            shape=shapely.Polygon(np.array(entry["ring"], dtype=np.float64).reshape(-1, 2)),
        )
        for entry in entries
    )
