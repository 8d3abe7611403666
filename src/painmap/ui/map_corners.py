"""What stands in the corners of the large figure: small figures, tools, and the legend."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidgetAction

from painmap.ui.body_figures import whole_views
from painmap.ui.body_glance import ViewSwitch
from painmap.ui.body_view import BodyFigure
from painmap.ui.map_figures import AllViews
from painmap.ui.map_toolbar import FigureHead, ToolStrip
from painmap.ui.quality_chips import LegendCard
from painmap.ui.theme import Palette

SWITCH_SHARE, SMALL_SWITCH_SHARE, SWITCH_SHAPE = 0.30, 0.21, 0.52
"""Height of one small figure, or of each of several, as a share of the large one's; and its
width to its height."""
MOST_SWITCHES = 3
LEGEND_TOP_PX = 6
LEGEND_FITS_PX = 520
"""On a narrower figure the legend would hide the figure and a side letter for good: there it
drops down for a look, and goes with the next click or key."""


class Corners(QObject):
    """Keeps everything in its corner while the figure is resized, and opens the legend.

    Parameters
    ----------
    figure : BodyFigure
    switches : sequence of ViewSwitch
    tools : ToolStrip
    head : FigureHead
    all_views : AllViews
    palette : Palette
    on_placed : callable
        Called after everything was moved.
    """

    def __init__(
        self,
        figure: BodyFigure,
        switches: Sequence[ViewSwitch],
        tools: ToolStrip,
        head: FigureHead,
        all_views: AllViews,
        palette: Palette,
        on_placed: Callable[[], None],
    ) -> None:
        super().__init__(figure)
        self._figure, self._switches = figure, switches
        self._tools, self._head, self._all_views = tools, head, all_views
        self._on_placed = on_placed
        self.legend = LegendCard(palette, figure)
        self.glimpse = QMenu(head)
        self._inside = LegendCard(palette, self.glimpse)
        self._inside.show()
        look = QWidgetAction(self.glimpse)
        look.setDefaultWidget(self._inside)
        self.glimpse.addAction(look)
        self.glimpse.setAccessibleName(self._inside.accessibleName())
        self.glimpse.aboutToHide.connect(lambda: head.legend.setChecked(False))
        head.legend.clicked.connect(self.show_legend)
        figure.installEventFilter(self)

    @property
    def has_room(self) -> bool:
        """Whether the legend may stay open on the figure."""
        return self._figure.width() >= LEGEND_FITS_PX

    def show_legend(self, shown: bool) -> None:
        """Open the legend on the figure, or, where there is no room, above everything."""
        self._head.legend.setChecked(shown)
        self.legend.setVisible(shown and self.has_room)
        if shown and not self.has_room:
            below = self._head.views if self._head.legend.isHidden() else self._head.legend
            self.glimpse.popup(below.mapToGlobal(QPoint(0, below.height())))

    def turn_legend(self) -> None:
        """Open the legend, or close it; for the menu."""
        self.show_legend(not self._head.legend.isChecked())

    def set_colours(self, palette: Palette) -> None:
        self.legend.set_colours(palette)
        self._inside.set_colours(palette)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._figure and event.type() is QEvent.Type.Resize:
            self.place()
        return False

    def place(self) -> None:
        """Move everything into its corner."""
        wide, high = self._figure.width(), self._figure.height()
        count = min(len(whole_views(self._figure.template)) - 1, MOST_SWITCHES)
        share = SWITCH_SHARE if count < 2 else SMALL_SWITCH_SHARE
        height = max(96 if count > 1 else 120, round(high * share))
        width = round(height * SWITCH_SHAPE)
        for number, switch in enumerate(self._switches):
            top = high - (count - number) * (height + 8)
            switch.setGeometry(wide - width - 8, top, width, height)
        self.legend.move(wide - self.legend.width() - 8, LEGEND_TOP_PX)
        self.legend.setVisible(self._head.legend.isChecked() and self.has_room)
        self.legend.raise_()
        self._tools.fit_into(wide, high)
        self._all_views.fit_into(self._figure.rect())
        self._head.fit_into(wide)
        self._on_placed()
