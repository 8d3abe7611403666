"""Paints the plan sheet: black on white, in large type, the same on paper, PDF and screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
)

from painmap.services.plan_sheet import PlanSheet, SheetSite
from painmap.ui.theme import font

TENTHS = 10.0
"""Everything is laid out in tenths of a millimetre, so that type sizes are whole numbers."""

MARGIN = 120.0
HEADER = 290.0
BLOCK = 640.0
BOXES = 270.0
FOOT = 50.0
PICTURE = 620.0
"""Width of a site's picture on a full page."""

LARGEST = 1.45
"""Where a page holds few sites, each has so much more room for its picture."""

SIZES = (36, 33, 30, 27, 24, 21, 18)
"""Of a site's lines: the largest in which all of them fit; none is ever left out."""

DPI = 300
STATEMENT = "Documents findings and plans. Not for primary diagnosis, does not guide a needle."


class Paper(Enum):
    """Sizes in millimetres."""

    A4 = (210.0, 297.0)
    LETTER = (215.9, 279.4)

    @property
    def word(self) -> str:
        return "A4" if self is Paper.A4 else "Letter"

    @property
    def qt(self) -> QPageSize:
        ids = QPageSize.PageSizeId
        return QPageSize(ids.A4 if self is Paper.A4 else ids.Letter)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is painted: the words, and a picture of each site that has one."""

    content: PlanSheet
    pictures: Mapping[UUID, QImage]


def pdf_of(sheet: Sheet, paper: Paper) -> bytes:
    """All pages as the content of a PDF file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle("Plan sheet")
    writer.setResolution(DPI)
    if not paint_pages(sheet, paper, writer):
        raise RuntimeError("a PDF in memory takes every page")
    return bytes(buffer.data().data())


def paint_pages(sheet: Sheet, paper: Paper, device: QPagedPaintDevice) -> bool:
    """Paint all pages on a printer or a PDF; False when it takes none."""
    device.setPageLayout(
        QPageLayout(paper.qt, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    painter = QPainter()
    if not painter.begin(device):
        return False
    width, _ = paper.value
    # without margins the device is as wide as the paper
    scale = device.width() / (width * TENTHS)
    for page in range(sheet.content.pages):
        if page:
            device.newPage()
        painter.save()
        painter.scale(scale, scale)
        paint_page(painter, sheet, paper, page)
        painter.restore()
    return painter.end()


def page_image(sheet: Sheet, paper: Paper, page: int, width_px: int) -> QImage:
    """One page as it will be printed, for the screen."""
    width, height = paper.value
    image = QImage(width_px, round(width_px * height / width), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    scale = width_px / (width * TENTHS)
    painter.scale(scale, scale)
    paint_page(painter, sheet, paper, page)
    painter.end()
    return image


def paint_page(painter: QPainter, sheet: Sheet, paper: Paper, page: int) -> None:
    """Paint a page, counted from 0, in tenths of a millimetre."""
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    width, height = (side * TENTHS for side in paper.value)
    whole = QRectF(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN)
    content = sheet.content
    _header(painter, whole, content, page)
    top = whole.top() + HEADER
    sites = content.sites_of(page)
    if not sites:
        _text(painter, QRectF(whole.left(), top, whole.width(), 80), "No site is planned.", 46)
    boxes = BOXES if page == content.pages - 1 else 0.0
    room = (whole.bottom() - FOOT - boxes - top) / max(1, len(sites))
    larger = min(LARGEST, max(1.0, room / BLOCK))
    for number, site in enumerate(sites, page * len(content.sites_of(0)) + 1):
        block = QRectF(whole.left(), top, whole.width(), BLOCK * larger)
        _block(painter, block, number, site, sheet.pictures.get(site.id), PICTURE * larger)
        top += BLOCK * larger
    if page == content.pages - 1:
        _boxes(painter, QRectF(whole.left(), whole.bottom() - FOOT - BOXES, whole.width(), BOXES))
    foot = QRectF(whole.left(), whole.bottom() - FOOT + 20, whole.width(), FOOT - 20)
    _text(painter, foot, STATEMENT, 26)


def _header(painter: QPainter, whole: QRectF, content: PlanSheet, page: int) -> None:
    left, top, width = whole.left(), whole.top(), whole.width()
    right = Qt.AlignmentFlag.AlignRight
    _text(painter, QRectF(left, top, width * 0.7, 90), content.name, 72, strong=True)
    _text(painter, QRectF(left, top + 96, width * 0.75, 60), content.about, 42)
    paging = f"page {page + 1} of {content.pages}"
    _text(painter, QRectF(left, top + 10, width, 60), paging, 42, align=right)
    _text(painter, QRectF(left, top + 96, width, 60), content.state, 42, strong=True, align=right)
    _text(painter, QRectF(left, top + 160, width, 44), "PLAN OF THE INJECTION", 30, strong=True)
    _text(painter, QRectF(left, top + 200, width, 44), content.made, 30)
    painter.setPen(_pen(6))
    painter.drawLine(QPointF(left, top + 255), QPointF(left + width, top + 255))


def _block(
    painter: QPainter,
    block: QRectF,
    number: int,
    site: SheetSite,
    picture: QImage | None,
    wide: float,
) -> None:
    words = QRectF(block.left(), block.top(), block.width() - wide - 40, block.height())
    title = _text(painter, words, f"{number}  {site.title}", 56, strong=True)
    top = words.top() + title + 8
    if site.depth:
        rest = QRectF(words.left(), top, words.width(), 200)
        top += _text(painter, rest, site.depth, 56, strong=True) + 4
    if site.warning:
        rest = QRectF(words.left(), top, words.width(), 120)
        top += _text(painter, rest, site.warning, 32, strong=True) + 4
    boxes_top = block.bottom() - 120
    _lines(painter, QRectF(words.left(), top, words.width(), boxes_top - top - 8), site.lines)
    place = QRectF(block.right() - wide, block.top() + 6, wide, boxes_top - block.top() - 26)
    _picture(painter, place, picture)
    painter.setPen(_pen(3))
    given = QRectF(block.left(), boxes_top, 420, 90)
    remark = QRectF(given.right() + 30, boxes_top, block.right() - given.right() - 30, 90)
    planned = QRectF(given.left() + 12, given.top() + 6, given.width(), 30)
    painter.drawRect(given)
    _text(painter, planned, "units given", 26)
    painter.setPen(_pen(3))
    painter.drawLine(remark.bottomLeft(), remark.bottomRight())
    _text(painter, QRectF(remark.left(), remark.top() + 6, 300, 30), "remark", 26)


def _lines(painter: QPainter, place: QRectF, lines: tuple[str, ...]) -> None:
    text = "\n".join(lines)
    fits = (size for size in SIZES if _height(painter, place, text, size) <= place.height())
    _text(painter, place, text, next(fits, SIZES[-1]))


def _picture(painter: QPainter, place: QRectF, picture: QImage | None) -> None:
    painter.setPen(_pen(2))
    if picture is None:
        painter.drawRect(place)
        inner = place.adjusted(20, 20, -20, -20)
        _text(painter, inner, "No picture: its CT is not open, or it is not placed on CT.", 28)
        return
    scale = min(place.width() / picture.width(), place.height() / picture.height())
    size = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
    size.moveTopRight(place.topRight())
    painter.drawImage(size, picture)


def _boxes(painter: QPainter, place: QRectF) -> None:
    """Where the lot label is stuck, and who took part in the time-out."""
    lot = QRectF(place.left(), place.top(), 620, place.height() - 20)
    painter.setPen(_pen(3))
    painter.drawRect(lot)
    _text(painter, lot.adjusted(14, 10, -14, -10), "lot label", 28)
    names = QRectF(lot.right() + 40, place.top(), place.right() - lot.right() - 40, lot.height())
    _text(painter, names, "Time-out: patient, side and site called out by", 30, strong=True)
    for number in range(3):
        line = names.top() + 105 + number * 70
        painter.setPen(_pen(3))
        painter.drawLine(QPointF(names.left(), line), QPointF(names.right(), line))
        _text(painter, QRectF(names.left(), line + 4, 400, 30), "name, time", 22)


def _pen(width: float) -> QPen:
    return QPen(QColor("black"), width)


WRAP = Qt.TextFlag.TextWordWrap


def _font(size: int, *, strong: bool = False) -> QFont:
    """As on screen, but without other forms of figures and colons: a PDF would lose them."""
    result = font(size, strong=strong)
    result.unsetFeature(QFont.Tag("tnum"))
    result.setFeature(QFont.Tag("calt"), 0)
    return result


def _height(painter: QPainter, place: QRectF, words: str, size: int) -> float:
    painter.setFont(_font(size))
    tall = QRectF(place.left(), place.top(), place.width(), 10_000)
    return painter.boundingRect(tall, int(WRAP), words).height()


def _text(
    painter: QPainter,
    place: QRectF,
    words: str,
    size: int,
    *,
    strong: bool = False,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """Write words, wrapped; give how high they are."""
    painter.setFont(_font(size, strong=strong))
    painter.setPen(QColor("black"))
    flags = int(WRAP) | align.value
    painter.drawText(place, flags, words)
    return painter.boundingRect(place, flags, words).height()
