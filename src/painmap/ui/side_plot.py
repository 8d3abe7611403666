"""Two series over one axis: the patient's RIGHT and LEFT, told apart by shape, line and word."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from painmap.domain.anatomy import Side
from painmap.ui import theme
from painmap.ui.theme import Palette
from painmap.ui.widgets import card, column

AXIS_PX = 64
FOOT_PX = 34
SYMBOL_PX = 11
GAP = "\N{EN SPACE}"
SIDES = (Side.RIGHT, Side.LEFT)

_SHAPES = {Side.RIGHT: "o", Side.LEFT: "s", Side.MIDLINE: "d"}
_LINES = {
    Side.RIGHT: Qt.PenStyle.SolidLine,
    Side.LEFT: Qt.PenStyle.DashLine,
    Side.MIDLINE: Qt.PenStyle.DotLine,
}
SHAPE_WORDS = {Side.RIGHT: "circles, solid line", Side.LEFT: "squares, dashed line"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a plot.

    Parameters
    ----------
    at : float
        On the lower axis.
    side : Side
    value : float
    certain : bool
        False: the muscle is only proposed, and its shape is hollow.
    """

    at: float
    side: Side
    value: float
    certain: bool = True


class SidePlot(QWidget):
    """Draws figures; each series bears its word at its last shape."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._colours = palette
        self.shown: tuple[Sequence[Figure], Sequence[tuple[float, str]], str] = ((), (), "")
        self.gaps: Sequence[float] = ()
        self._from_zero = True
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left = self.plot.getAxis("left")
        left.enableAutoSIPrefix(False)
        left.setWidth(AXIS_PX)
        self.plot.getAxis("bottom").setHeight(FOOT_PX)
        frame = card()
        frame.setLayout(column(self.plot, margins=10))
        self.setLayout(column(frame))
        self.set_colours(palette)

    def set_colours(self, palette: Palette) -> None:
        """Draw in the colours of the day."""
        self._colours = palette
        self.plot.setBackground(QColor(palette.surface))
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(pg.mkPen(palette.line))
            axis.setTextPen(pg.mkPen(palette.muted))
            axis.setTickFont(theme.font(12))
            axis.label.setFont(theme.font(12))
        self.plot.showGrid(x=False, y=True, alpha=0.18)
        self._draw()

    def show_figures(
        self,
        figures: Sequence[Figure],
        ticks: Sequence[tuple[float, str]],
        name: str,
        *,
        gaps: Sequence[float] = (),
        from_zero: bool = True,
    ) -> None:
        """Plot figures.

        Parameters
        ----------
        ticks : sequence of (float, str)
            Places on the lower axis with their words, from left to right.
        name : str
            Of the measure, with its unit.
        gaps : sequence of float
            Places between ticks where figures are not comparable: a dashed line, and the
            series do not run across it.
        from_zero : bool
            Begin the axis at nothing, so that a small change looks small.
        """
        self.shown, self.gaps, self._from_zero = (figures, ticks, name), gaps, from_zero
        self._draw()

    def _draw(self) -> None:
        figures, ticks, name = self.shown
        self.plot.clear()
        self.plot.getAxis("left").setLabel(name)
        self.plot.getAxis("bottom").setTicks([list(ticks), []])
        if not figures:
            return
        series = {
            side: [each for each in figures if each.side is side] for side in (*SIDES, Side.MIDLINE)
        }
        ends = [max(part, key=lambda each: each.at) for part in series.values() if part]
        higher = max((each.value for each in ends), default=0.0)
        for side, part in series.items():
            self._series(side, part, higher if len(ends) > 1 else None)
        for gap in self.gaps:
            pen = pg.mkPen(self._colours.warning, width=1.5, style=Qt.PenStyle.DashLine)
            options = {"position": 0.95, "color": self._colours.warning}
            self.plot.addItem(
                pg.InfiniteLine(gap, pen=pen, label="not comparable", labelOpts=options)
            )
        places = [place for place, _ in ticks]
        # room on the right for the words at the ends of the series
        spread = max(max(places) - min(places), 1.0)
        self.plot.setXRange(min(places) - 0.12 * spread, max(places) + 0.22 * spread, padding=0)
        values = [each.value for each in figures]
        low, high = min(values), max(values)
        room = max(high - low, abs(high) * 0.1, 1e-6) * 0.25
        floor = 0.0 if self._from_zero else low - room
        self.plot.setYRange(floor, high + room, padding=0)

    def _series(self, side: Side, figures: Sequence[Figure], higher: float | None) -> None:
        """Plot a side; `higher` is where the higher of several ends lies."""
        if not figures:
            return
        pen = self._pen(side)
        for part in self._parts(figures):
            if len(part) > 1:
                self.plot.plot([p.at for p in part], [p.value for p in part], pen=pen)
        for each in figures:
            fill = QColor(self._colour(side)) if each.certain else QColor(self._colours.surface)
            self.plot.plot(
                [each.at],
                [each.value],
                pen=None,
                symbol=_SHAPES[side],
                symbolSize=SYMBOL_PX,
                symbolBrush=fill,
                symbolPen=pg.mkPen(self._colour(side), width=2),
            )
        last = max(figures, key=lambda each: each.at)
        # beside the shape, not on it; the words of ends that lie together not on one another
        rise = 0.5 if higher is None else 0.85 if last.value == higher else 0.15
        word = pg.TextItem(f"{GAP}{side.word}", color=self._colour(side), anchor=(0, rise))
        word.setFont(theme.font(13, strong=True))
        word.setPos(last.at, last.value)
        self.plot.addItem(word)

    def _parts(self, figures: Sequence[Figure]) -> list[list[Figure]]:
        """The figures of a series from gap to gap."""
        parts: list[list[Figure]] = [[]]
        gaps = sorted(self.gaps)
        for each in sorted(figures, key=lambda figure: figure.at):
            if parts[-1] and any(parts[-1][-1].at < gap <= each.at for gap in gaps):
                parts.append([])
            parts[-1].append(each)
        return parts

    def _colour(self, side: Side) -> str:
        return self._colours.accent if side is Side.RIGHT else self._colours.ink

    def _pen(self, side: Side) -> QPen:
        return pg.mkPen(self._colour(side), width=2, style=_LINES[side])
