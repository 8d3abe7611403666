"""Two drawings on figures: beside each other, or one over the other."""

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.services.catalogue import figures_of
from painmap.ui import theme
from painmap.ui.body_camera import Camera, frame_of
from painmap.ui.body_ink import ink_of
from painmap.ui.body_marks import Scene, paint_marks, scene_of
from painmap.ui.body_paint import paint_body, paint_letters
from painmap.ui.body_zooms import from_zooms
from painmap.ui.compare_reading import Drawn, Pair
from painmap.ui.theme import Palette

CAPTION_PX, LEGEND_PX = 28, 26


def figure_of(drawn: Drawn, fallback: BodyTemplate) -> BodyTemplate:
    """The figure that a drawing lies on."""
    refs = [mark.template for mark in drawn.visit.marks if mark.layer is drawn.layer]
    figures = figures_of(drawn.visit)
    return next((figures[ref] for ref in refs if ref in figures), fallback)


def scene_for(drawn: Drawn, figure: BodyTemplate, view: str) -> Scene:
    """The marks of one layer alone, with those of the zooms on the view that they magnify."""
    scene = scene_of(drawn.visit, figure.ref, view)
    marks = (*scene.marks, *from_zooms(drawn.visit, figure, view))
    ours = tuple(mark for mark in marks if mark.layer is drawn.layer)
    return replace(scene, marks=ours, ticks=())


def marks_by_view(pair: Pair) -> Counter[str]:
    """How many marks both drawings have on each view; a zoom's count there alone."""
    return Counter(
        mark.view
        for drawn in (pair.first, pair.second)
        for mark in drawn.visit.marks
        if mark.layer is drawn.layer
    )


class CompareFigures(QWidget):
    """Shows a pair of drawings in one view.

    Parameters
    ----------
    template : BodyTemplate
        The figure for a side on which nothing was drawn.
    palette : Palette
    """

    def __init__(self, template: BodyTemplate, palette: Palette) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 300)
        self._template, self._colours = template, palette
        self._pair: Pair | None = None
        self._painted: tuple[object, QPixmap] | None = None
        self.view = "back"
        self.overlay = False

    def show_pair(self, pair: Pair | None, template: BodyTemplate) -> None:
        """Show two drawings; None while there is nothing to compare."""
        self._pair, self._template, self._painted = pair, template, None
        if pair is not None:
            names = f"{pair.first.caption}; {pair.second.caption}"
            self.setAccessibleName(f"{self.view} view: {names}")
        self.update()

    def show_view(self, view: str) -> None:
        self.view = view
        self.show_pair(self._pair, self._template)

    def set_overlay(self, overlay: bool) -> None:
        self.overlay, self._painted = overlay, None
        self.update()

    def set_colours(self, palette: Palette) -> None:
        self._colours, self._painted = palette, None
        self.update()

    @property
    def shows_overlay(self) -> bool:
        """Whether one figure carries both drawings; never with two different figures."""
        return self.overlay and self._pair is not None and not self._pair.comparison.refused

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What is drawn, one for each figure that is shown."""
        pair = self._pair
        if pair is None:
            return ()
        figures = self._figures(pair)
        first, second = (
            scene_for(drawn, figure, self.view)
            for drawn, figure in zip((pair.first, pair.second), figures, strict=True)
        )
        if not self.shows_overlay:
            return first, second
        if pair.comparison.of_layers:
            return (replace(first, marks=(*first.marks, *second.marks)),)
        return (replace(second, ghosts=first.marks),)

    @property
    def figure(self) -> BodyTemplate:
        """The figure of the second drawing, whose views are offered."""
        return self._figures(self._pair)[1] if self._pair is not None else self._template

    def _figures(self, pair: Pair) -> tuple[BodyTemplate, BodyTemplate]:
        first = figure_of(pair.first, figure_of(pair.second, self._template))
        return first, figure_of(pair.second, first)

    def paintEvent(self, _event: QPaintEvent) -> None:
        pair = self._pair
        if pair is None:
            return
        ratio = self.devicePixelRatioF()
        key = (self.size().toTuple(), ratio)
        if self._painted is None or self._painted[0] != key:
            self._painted = (key, self._paint(pair, ratio))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted[1])
        painter.end()

    def _paint(self, pair: Pair, ratio: float) -> QPixmap:
        size = QSize(round(self.width() * ratio), round(self.height() * ratio))
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scenes, figures = self.scenes, self._figures(pair)
        captions = [pair.first.caption, pair.second.caption]
        if self.shows_overlay:
            captions = ["  +  ".join(captions)]
        wide = self.width() / len(scenes)
        for number, (scene, words) in enumerate(zip(scenes, captions, strict=True)):
            painter.save()
            painter.translate(number * wide, 0)
            figure = figures[1] if self.shows_overlay else figures[number]
            self._paint_figure(painter, figure, scene, words, wide)
            painter.restore()
        if self.shows_overlay:
            self._paint_legend(painter, of_layers=pair.comparison.of_layers)
        painter.end()
        return pixmap

    def _paint_figure(
        self, painter: QPainter, figure: BodyTemplate, scene: Scene, words: str, wide: float
    ) -> None:
        colours = self._colours
        painter.setFont(theme.font(13, strong=True))
        painter.setPen(QColor(colours.ink))
        caption = QRectF(0, 0, wide, CAPTION_PX)
        painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, words)
        view = figure.views.get(self.view) or next(iter(figure.views.values()))
        ink = ink_of(figure, view.id)
        camera = Camera(wide, self.height() - CAPTION_PX - LEGEND_PX).framed(frame_of(view))
        painter.translate(0, CAPTION_PX)
        painter.setClipRect(QRectF(0, 0, wide, camera.height))
        paint_body(painter, ink, camera, colours, borders=False)
        paint_marks(painter, scene, ink, camera, colours)
        paint_letters(
            painter,
            view.viewers_left,
            camera,
            colours,
            small=True,
            viewers_right=view.viewers_right,
        )

    def _paint_legend(self, painter: QPainter, *, of_layers: bool) -> None:
        words = "Filled: now. Dotted outline: before."
        if of_layers:
            words = "Dashed outline: found by the doctor."
        painter.setFont(theme.font(12))
        painter.setPen(QColor(self._colours.muted))
        line = QRectF(0, self.height() - LEGEND_PX, self.width(), LEGEND_PX)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, words)
