"""Intensity and extent over all visits of a patient, with the days of treatment."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from painmap.bodymap.comparing_timeline import Timeline, TimelinePoint, Treatment
from painmap.domain.sentences import day_words, plural
from painmap.ui import theme
from painmap.ui.theme import Palette
from painmap.ui.widgets import card, column, label

AXIS_PX = 58
DAY_S = 86_400.0


def treatment_words(treatment: Treatment) -> str:
    """Such as "2 injections"."""
    return plural(len(treatment.sites), "injection")


def timeline_words(timeline: Timeline) -> tuple[str, ...]:
    """The plot as sentences, for a screen reader."""
    lines = []
    for point in timeline.points:
        now = "intensity not asked" if point.now is None else f"intensity {point.now} of 10"
        extent = "nothing drawn" if point.extent is None else f"extent {point.extent * 100:.1f} %"
        lines.append(f"{day_words(point.at.astimezone().date())}: {now}, {extent}")
    for each in timeline.treatments:
        lines.append(f"{day_words(each.at.astimezone().date())}: {treatment_words(each)}")
    return tuple(lines)


class TimelinePlot(QWidget):
    """Two plots over one axis of time.

    Parameters
    ----------
    palette : Palette
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._colours = palette
        self._timeline = Timeline((), ())
        self.hint = label(wrap=True, tone="muted")
        self.intensity, self.extent = self._plot("Intensity now", ""), self._plot("Extent", "%")
        self.extent.setXLink(self.intensity)
        frame = card()
        box = column(self.hint, margins=16, spacing=8)
        box.addWidget(self.intensity, 1)
        box.addWidget(self.extent, 1)
        frame.setLayout(box)
        self.setLayout(column(frame))
        self.set_colours(palette)

    def _plot(self, name: str, unit: str) -> pg.PlotWidget:
        plot = pg.PlotWidget(axisItems={"bottom": pg.DateAxisItem(orientation="bottom")})
        plot.setAccessibleName(f"{name} over all visits")
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        left = plot.getAxis("left")
        left.enableAutoSIPrefix(False)
        left.setWidth(AXIS_PX)
        words = {"Intensity now": "Intensity now, 0–10", "Extent": "Extent, % of front and back"}
        left.setLabel(words[name] if unit or name in words else name)
        return plot

    def set_colours(self, palette: Palette) -> None:
        """Draw in the colours of the day."""
        self._colours = palette
        for plot in (self.intensity, self.extent):
            plot.setBackground(QColor(palette.surface))
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setPen(pg.mkPen(palette.line))
                axis.setTextPen(pg.mkPen(palette.muted))
                axis.setTickFont(theme.font(12))
                axis.label.setFont(theme.font(12))
            plot.showGrid(x=False, y=True, alpha=0.18)
        self.show_timeline(self._timeline)

    def show_timeline(self, timeline: Timeline) -> None:
        """Plot the visits; a value that was not asked leaves a gap."""
        self._timeline = timeline
        self.setAccessibleDescription(". ".join(timeline_words(timeline)))
        drawn = [point for point in timeline.points if point.extent is not None]
        self.hint.setText(_hint(drawn, timeline))
        for plot in (self.intensity, self.extent):
            plot.clear()
        colours = self._colours
        self._line(self.intensity, [(p, p.now) for p in timeline.points], colours.accent, "o")
        self._line(self.intensity, [(p, p.worst) for p in timeline.points], colours.danger, "t")
        shares = [(p, None if p.extent is None else p.extent * 100) for p in timeline.points]
        self._line(self.extent, shares, colours.accent, "o")
        for treatment in timeline.treatments:
            self._mark(treatment)
        self.intensity.setYRange(0, 10, padding=0.06)
        most = max((share for _, share in shares if share is not None), default=1.0)
        self.extent.setYRange(0, max(1.0, most) * 1.15, padding=0)
        times = [point.at.timestamp() for point in timeline.points]
        times += [each.at.timestamp() for each in timeline.treatments]
        if times:
            self.intensity.setXRange(min(times) - DAY_S, max(times) + DAY_S, padding=0.05)

    def _line(
        self,
        plot: pg.PlotWidget,
        values: Sequence[tuple[TimelinePoint, float | None]],
        colour: str,
        symbol: str,
    ) -> None:
        known = [(point.at.timestamp(), value) for point, value in values if value is not None]
        if not known:
            return
        style = Qt.PenStyle.SolidLine if symbol == "o" else Qt.PenStyle.DotLine
        plot.plot(
            [x for x, _ in known],
            [float(y) for _, y in known],
            pen=pg.mkPen(colour, width=2, style=style),
            symbol=symbol,
            symbolSize=9,
            symbolBrush=colour,
            symbolPen=pg.mkPen(self._colours.surface, width=1.5),
        )

    def _mark(self, treatment: Treatment) -> None:
        colours = self._colours
        pen = pg.mkPen(colours.warning, width=1.5, style=Qt.PenStyle.DashLine)
        for plot, words in ((self.intensity, treatment_words(treatment)), (self.extent, "")):
            options = {"position": 0.94, "color": colours.warning, "fill": colours.surface}
            line = pg.InfiniteLine(
                treatment.at.timestamp(), pen=pen, label=words or None, labelOpts=options
            )
            plot.addItem(line)


def _hint(drawn: Sequence[TimelinePoint], timeline: Timeline) -> str:
    if not drawn:
        return "Nothing was drawn in any visit yet. Mark pain on the figure to begin."
    words = "Circles: highest intensity now of any site, and extent. Triangles: at its worst."
    if timeline.treatments:
        words += " Dashed: injections."
    figures = {figure for point in timeline.points for figure in point.figures}
    if len(figures) > 1:
        words += " The figure changed between visits: extents are not comparable."
    return words
