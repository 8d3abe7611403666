"""Take pictures of every figure, view and zoom, empty and marked, light and dark.

    .venv/bin/python assets/screenshots/figures.py [FOLDER]

Writes one sheet a figure, mode and state beside this script, or into FOLDER. Runs without a screen.
"""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from painmap.bodymap.figure import BodyTemplate
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    AuthorLayer,
    Depth,
    Mark,
    MarkedRegion,
    PainSite,
    Quality,
    RegionShape,
)
from painmap.domain.visit import Visit
from painmap.services.catalogue import body_map
from painmap.services.resources import resources_root
from painmap.ui import theme
from painmap.ui.body_picture import picture
from painmap.ui.body_view import BodyFigure

OUT = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
FIGURES = ("woman", "man", "child")
CELL = QSize(360, 552)
A_ROW = 5
GAP = 16
EVERY = 7
"""Every so manieth region of a view is marked in the marked sheets."""


def marked(template: BodyTemplate) -> Visit:
    """A visit with marks on every view of a figure."""
    now = datetime.now().astimezone()
    items: list[PainSite | Mark] = []
    for view in template.views.values():
        for number, region in enumerate(view.regions[::EVERY]):
            site = PainSite(
                new_id(),
                intensity=(3 * number) % 11,
                qualities=(list(Quality)[number % len(Quality)],),
                depth=Depth.DEEP,
            )
            where = MarkedRegion(region.id, region.name, region.side, 1.0)
            shape = RegionShape(region.id)
            layer = AuthorLayer.PATIENT
            items += [
                site,
                Mark(new_id(), site.id, layer, template.ref, view.id, shape, (where,)),
            ]
    return Visit(new_id(), new_id(), now).changed(put=tuple(items))


def sheet(pictures: Sequence[QImage], ground: str) -> QImage:
    """Lay pictures out in rows."""
    rows = -(-len(pictures) // A_ROW)
    across, down = CELL.width() + GAP, CELL.height() + GAP
    paper = QImage(across * A_ROW + GAP, down * rows + GAP, QImage.Format.Format_RGB32)
    paper.fill(QColor(ground))
    painter = QPainter(paper)
    for number, image in enumerate(pictures):
        row, column = divmod(number, A_ROW)
        small = image.scaled(
            CELL,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter.drawImage(GAP + column * across, GAP + row * down, small)
    painter.end()
    return paper


def empty_views(template: BodyTemplate, palette: theme.Palette) -> list[QImage]:
    """Every view as the page Map shows it, without marks."""
    found = []
    for view in template.views:
        figure = BodyFigure(template, palette, view)
        figure.resize(CELL * 2)
        found.append(figure.grab().toImage())
    return found


def main() -> None:
    """Take every sheet."""
    app = QApplication([])
    theme.load_fonts(resources_root())
    for name in FIGURES:
        template = body_map(name)
        visit = marked(template)
        for mode in theme.Mode:
            palette = theme.apply(app, mode, resources_root())
            sheet(empty_views(template, palette), palette.surface).save(
                str(OUT / f"figure-{name}-{mode.value}.png")
            )
        views = [picture(visit, template, view, CELL * 2) for view in template.views]
        sheet(views, "#ffffff").save(str(OUT / f"figure-{name}-marked.png"))


if __name__ == "__main__":
    main()
