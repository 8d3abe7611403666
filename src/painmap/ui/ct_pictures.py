"""Pictures of annotated slices: for exports, with everything burnt in, and small ones."""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QTransform

from painmap.domain.injection import CtPlace, Outline, PlannedSite
from painmap.domain.places import PatientPoint, Sha256
from painmap.domain.sentences import outline_sentence, planned_sentence
from painmap.domain.visit import Visit
from painmap.imaging.reslice import SliceImage
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.window import grey_levels
from painmap.ui.ct_area_paint import DrawnArea, path_of
from painmap.ui.ct_captions import captions
from painmap.ui.ct_marks import Shown, outline_marks, short_words, target_marks
from painmap.ui.ct_muscle_area import drawn_area
from painmap.ui.ct_needle_marks import hazard_marks, paths_on
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint import DrawnMark, MarkKind, Scene, paint_scene
from painmap.ui.ct_placement import Placement
from painmap.ui.ct_spine_marks import spine_marks
from painmap.ui.ct_words import source_words, whole
from painmap.ui.theme import CT, font

EXPORT_PX = 1024
"""The longer edge of an exported slice, without the words below it."""

LINE_PX = 22
MARGIN_PX = 16
MEASURE_LOADING = "loading, measured when its slice is there"

NEAR_MM = 30.0
"""A miniature shows so much to each side of its target."""


def qimage_of(grey: np.ndarray) -> QImage:
    """Copy a grey picture (rows, columns) uint8 into an image of Qt's own."""
    rows, columns = grey.shape
    packed = np.ascontiguousarray(grey)
    image = QImage(packed.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
    return image.copy()


def _painted(
    session: OpenCt, image: SliceImage, placement: Placement, to_device: QTransform, canvas: QImage
) -> QPainter:
    """Begin a painter on `canvas` with the picture drawn."""
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    grey = grey_levels(image.pixels, session.window.width, session.window.level)
    painter.setTransform(placement.transform * to_device)
    painter.drawImage(QPointF(0, 0), qimage_of(grey))
    painter.resetTransform()
    return painter


def miniature(session: OpenCt, target: PatientPoint, size: int) -> QImage | None:
    """The neighbourhood of a target on its slice; None while that slice is not there."""
    index = session.index_of(session.native, target)
    if index is None:
        return None
    shown = Shown.of(session, session.image(session.native, index))
    found = shown.placement.view_of(target)
    if found is None or shown.image.missing is not None:
        return None
    scale = size / (2 * NEAR_MM)
    (x, y), _ = found
    to_device = QTransform(scale, 0, 0, scale, size / 2 - x * scale, size / 2 - y * scale)
    canvas = QImage(size, size, QImage.Format.Format_RGB32)
    canvas.fill(QColor(CT.ground))
    painter = _painted(session, shown.image, shown.placement, to_device, canvas)
    mark = DrawnMark(MarkKind.TARGET, ((x, y),))
    frame = QRectF(0, 0, size, size)
    paint_scene(painter, frame, to_device, Scene(marks=(mark,), true_scale=False, bare=True))
    painter.end()
    return canvas


def annotated(session: OpenCt, visit: Visit) -> dict[int, list[PlannedSite | Outline]]:
    """What was marked on each slice of the open stack, by slice."""
    found: dict[int, list[PlannedSite | Outline]] = {}
    places: list[tuple[PlannedSite | Outline, PatientPoint]] = [
        (site, site.place.target)
        for site in visit.live_planned_sites
        if isinstance(site.place, CtPlace) and session.is_on(site.place.anchor)
    ]
    places += [
        (outline, outline.points[0])
        for outline in visit.live_outlines
        if session.is_on(outline.anchor)
    ]
    for item, point in places:
        index = session.index_of(session.native, point)
        if index is not None:
            found.setdefault(index, []).append(item)
    return dict(sorted(found.items()))


def slice_pictures(
    session: OpenCt, visit: Visit, read: Callable[[Sha256], bytes] | None = None
) -> dict[str, QImage]:
    """One picture for each annotated slice, named after it.

    Side letters, patient position, study date, scale bar, the annotations and their
    sentences are burnt in; nothing of the patient's name.

    Parameters
    ----------
    read : callable or None
        Gives large content by its hash; without it muscles over their slices are left out.
    """
    day = visit.started.astimezone().date()
    return {
        f"ct-{session.native.value}-slice-{index + 1:03d}": slice_picture(
            session, visit, index, items, day, read
        )
        for index, items in annotated(session, visit).items()
    }


def slice_picture(
    session: OpenCt,
    visit: Visit,
    index: int,
    items: Collection[PlannedSite | Outline],
    day: date,
    read: Callable[[Sha256], bytes] | None = None,
) -> QImage:
    """Paint one annotated slice with its words below."""
    shown = Shown.of(session, session.image(session.native, index))
    extent = shown.placement.extent
    scale = EXPORT_PX / max(extent.width(), extent.height())
    width, height = round(extent.width() * scale), round(extent.height() * scale)
    lines = wrapped(sentences(session, items), width - 2 * MARGIN_PX)
    below = 2 * MARGIN_PX + LINE_PX * len(lines)
    canvas = QImage(width, height + below, QImage.Format.Format_RGB32)
    canvas.fill(QColor(CT.ground))
    to_device = QTransform(scale, 0, 0, scale, -extent.left() * scale, -extent.top() * scale)
    painter = _painted(session, shown.image, shown.placement, to_device, canvas)
    no_one: frozenset[UUID] = frozenset()
    marks = [
        *spine_marks(shown, session.spine(visit), chosen=None),
        *outline_marks(shown, visit, chosen=None, vertex=None, hidden=no_one, labels=True),
        *target_marks(shown, visit, chosen=None, hidden=no_one, labels=True),
    ]
    scene = Scene(
        captions(session, shown.image, day, small=False),
        (
            *hazard_marks(shown, visit, chosen=None, labels=True),
            *paths_on(shown, visit, chosen=None, labels=True),
            *(mark for mark in marks if not mark.faint),
        ),
        () if read is None else muscles_on(shown, visit, read),
        true_scale=shown.placement.is_true,
    )
    paint_scene(painter, QRectF(0, 0, width, height), to_device, scene)
    painter.setFont(font(15))
    painter.setPen(QColor(CT.text))
    for number, line in enumerate(lines):
        top = height + MARGIN_PX + number * LINE_PX
        box = QRectF(MARGIN_PX, top, width - 2 * MARGIN_PX, LINE_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
    painter.end()
    return canvas


def muscles_on(
    shown: Shown, visit: Visit, read: Callable[[Sha256], bytes]
) -> tuple[DrawnArea, ...]:
    """The muscles that lie over a slice as acquired, as they are on the page."""
    found = []
    for each in visit.live_compartments:
        area = each.area_at(shown.image.index)
        if area is not None and shown.session.is_on(each.anchor) and each.visible:
            path = path_of(SliceMask.decoded(read(area.mask)))
            words = short_words(shown.session, each.muscle_id, each.side, None)
            found.append(drawn_area(shown, each, area, path, label=words))
    return tuple(found)


def sentences(session: OpenCt, items: Collection[PlannedSite | Outline]) -> list[str]:
    """What was marked, in words, each with what was measured."""
    found = []
    for item in items:
        if isinstance(item, PlannedSite):
            found.append(planned_sentence(item, session.muscles))
            continue
        words = outline_sentence(item, session.muscles)
        measured = measure_words(session, item)
        found.append(f"{words}: {measured}" if measured else words)
    return found


def measure_words(session: OpenCt, outline: Outline) -> str:
    """Such as "12.4 cm², mean 45 HU, SD 18 HU, fat 8 %, on the supine CT of 3 March 2024"."""
    measured = session.measure(outline)
    if measured is None:
        return MEASURE_LOADING if session.waits_for(outline) else ""
    parts = [area_words(measured.area_mm2)]
    if measured.mean_hu is None or measured.sd_hu is None:
        parts.append("no pixels to measure in it")
    else:
        parts += [f"mean {whole(measured.mean_hu)} HU", f"SD {whole(measured.sd_hu)} HU"]
        share = measured.fat_share
        parts.append("fat share unknown" if share is None else f"fat {round(share * 100)} %")
    parts.append(source_words(session.study_date, session.stack.patient_position))
    return ", ".join(parts)


def area_words(area_mm2: float) -> str:
    """Square centimetres from one on, with one decimal; square millimetres below."""
    if area_mm2 < 100:
        return f"{area_mm2:.0f} mm²"
    text = f"{area_mm2 / 100:.1f}".removesuffix(".0")
    return f"{text} cm²"


def wrapped(texts: list[str], width: float) -> list[str]:
    """Break sentences into lines that fit."""
    metrics = QFontMetricsF(font(15))
    lines = []
    for text in texts:
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}".strip()
            if line and metrics.horizontalAdvance(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
