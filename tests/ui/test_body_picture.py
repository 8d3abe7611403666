"""Pictures for export: figure, marks, letters and words each have a room of their own."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.overlays import Overlay
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    AuthorLayer,
    Mark,
    PainSite,
    PointShape,
    Quality,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.services.catalogue import body_map, overlay_facts
from painmap.services.resources import resources_root
from painmap.ui import theme
from painmap.ui.body_camera import frame_of
from painmap.ui.body_picture import picture
from painmap.ui.body_picture_page import Page, page_of
from painmap.ui.theme import LIGHT
from tests.domain.builders import visit as empty_visit

FIGURES = ("woman", "man", "child", "earlier/woman-1", "earlier/man-1", "earlier/child-1")
VIVID = replace(
    LIGHT,
    skin="#ff00ff",
    skin_shade="#ff00ff",
    skin_line="#ff00ff",
    skin_ink="#ff00ff",
    pain=("#00ff00",) * 11,
    qualities=("#00ff00",) * len(LIGHT.qualities),
)
"""Colours by which the figure, and the marks on it, are told from what is written."""
SIZE = QSize(540, 900)
Pixels = NDArray[np.int16]


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    theme.load_fonts(resources_root())
    theme.apply(qapp, theme.Mode.LIGHT)


def pixels(image: QImage) -> Pixels:
    """Red, green and blue of each row and column."""
    whole = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(bytes(whole.constBits()), np.uint8)
    found = flat.reshape(whole.height(), whole.width(), 4)[..., 2::-1]
    return found.astype(np.int16)


def is_figure(image: Pixels) -> NDArray[np.bool_]:
    return np.asarray(image[..., 0] - image[..., 1] > 40)


def is_mark(image: Pixels) -> NDArray[np.bool_]:
    return np.asarray(image[..., 1] - np.maximum(image[..., 0], image[..., 2]) > 60)


def within(image: Pixels, box: QRectF) -> Pixels:
    """The part of a picture that touches a box."""
    rows = slice(int(box.top()), int(np.ceil(box.bottom())))
    return image[rows, int(box.left()) : int(np.ceil(box.right()))]


def page(visit: Visit, laid: tuple[str, ...] = ()) -> Page:
    return page_of(SIZE.width(), SIZE.height(), visit, laid)


def beside(made: Page) -> list[QRectF]:
    """All that is not the figure's room, a pixel apart from it."""
    room = made.figure
    return [
        QRectF(0, 0, made.width, room.top() - 1),
        QRectF(0, room.bottom() + 1, made.width, made.height - room.bottom() - 1),
        QRectF(0, 0, room.left() - 1, made.height),
        QRectF(room.right() + 1, 0, made.width - room.right() - 1, made.height),
    ]


def drawn(template: BodyTemplate, view: str, *shapes: Shape) -> Visit:
    """A visit with these shapes as marks of one view, none asked about further."""
    visit = empty_visit()
    for shape in shapes:
        site = PainSite(new_id(), intensity=5)
        mark = Mark(new_id(), site.id, AuthorLayer.PATIENT, template.ref, view, shape, ())
        visit = visit.changed(put=(site, mark))
    return visit


EVERY_VIEW = [
    pytest.param(figure, view, id=f"{figure}-{view}")
    for figure in FIGURES
    for view in body_map(figure).views
]


@pytest.mark.parametrize(("figure", "view"), EVERY_VIEW)
def test_the_figure_keeps_out_of_title_flanks_and_legend(figure: str, view: str) -> None:
    template, visit = body_map(figure), empty_visit()
    image = pixels(picture(visit, template, view, SIZE, VIVID))

    made = page(visit)
    assert is_figure(within(image, made.figure)).mean() > 0.02
    for box in beside(made):
        assert not is_figure(within(image, box)).any()


@pytest.mark.parametrize(("figure", "view"), EVERY_VIEW)
def test_the_patients_letters_stand_on_both_flanks_beside_the_figure(
    figure: str, view: str
) -> None:
    template, visit = body_map(figure), empty_visit()
    image = pixels(picture(visit, template, view, SIZE, VIVID))
    shown, room = template.views[view], page(visit).figure

    dark = (image.max(axis=2) < 90) & ~is_figure(image)
    rows = dark[int(room.top()) + 2 : int(room.bottom()) - 2]
    middle = SIZE.width() // 2
    for half in (rows[:, :middle], rows[:, middle:]):
        assert half.any()
    left, right = _glyph(rows[:, :middle]), _glyph(rows[:, middle:])
    same = left.shape == right.shape and bool((left == right).all())
    assert same == (shown.only_side is not None)


def _glyph(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    down, across = np.nonzero(dark)
    return dark[down.min() : down.max() + 1, across.min() : across.max() + 1]


@pytest.mark.parametrize(("figure", "view"), EVERY_VIEW)
def test_marks_keep_to_the_figures_room_and_none_is_lost(figure: str, view: str) -> None:
    template = body_map(figure)
    left, top, right, bottom = frame_of(template.views[view])
    wide, high = right - left, bottom - top
    reach = ((-0.4, -0.4), (0.5, -0.4), (0.5, 1.4), (1.4, 1.4))
    corners = [FigurePoint(left + x * wide, top + y * high) for x, y in reach]
    for at in corners:
        near = FigurePoint(at.x + 6.0, at.y + 6.0)
        visit = drawn(template, view, StrokeShape((at, near), width=14.0))
        image = pixels(picture(visit, template, view, SIZE, VIVID))
        made = page(visit)

        inside = is_mark(within(image, made.figure))
        assert inside.sum() > 20
        rim = np.concatenate([inside[:2].ravel(), inside[-2:].ravel(), inside[:, :2].ravel()])
        assert not rim.any()  # whole, not cut off
        for box in [*beside(made)[2:], QRectF(0, 0, made.width, made.figure.top() - 1)]:
            part = within(image, box)[: int(made.figure.bottom())]
            assert not is_mark(part).any()


def test_a_mark_far_beside_the_body_lies_neither_under_a_letter_nor_beyond_the_page() -> None:
    template = body_map("woman")
    level = 228.0  # where the letters stand when nothing is marked
    for x in (-640.0, -285.0, 285.0, 640.0):
        shape = PointShape(FigurePoint(x, level))
        visit = drawn(template, "front", shape)
        image = pixels(picture(visit, template, "front", SIZE, VIVID))

        room = within(image, page(visit).figure)
        found = is_mark(room)
        down, across = np.nonzero(found)
        disc = found[down.min() : down.max() + 1, across.min() : across.max() + 1]
        assert disc.shape[0] == pytest.approx(disc.shape[1], abs=2)
        assert disc.mean() > 0.6


def test_the_legend_is_the_same_under_every_view() -> None:
    template = body_map("man")
    at = FigurePoint(0.0, 120.0)
    visit = drawn(template, "neck_front", StrokeShape((at, FigurePoint(90.0, 195.0)), width=30.0))
    site = replace(visit.pain_sites[0], qualities=(Quality.BURNING,))
    visit = visit.changed(put=(site,))
    laid = frozenset({Overlay.DERMATOMES, Overlay.MUSCLES})
    made = page(visit, overlay_facts().said(laid))

    legends = [
        within(
            pixels(picture(visit, template, view, SIZE, overlays=laid)),
            made.legend.adjusted(0, 1, 0, 0),
        )
        for view in template.views
    ]

    for legend in legends[1:]:
        assert np.array_equal(legend, legends[0])
