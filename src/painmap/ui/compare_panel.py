"""Drawings compared: patient and doctor, this visit and an earlier one, and all visits."""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QFrame, QStackedWidget, QWidget

from painmap.bodymap.comparing_timeline import Timeline
from painmap.domain.progress import Job
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.ui.compare_figures import CompareFigures, marks_by_view
from painmap.ui.compare_list import ChangeList
from painmap.ui.compare_reading import (
    Pair,
    day_of,
    earlier_visits,
    layers_pair,
    timeline_of,
    visits_pair,
)
from painmap.ui.desk import Changes, Desk
from painmap.ui.scores_reading import Reader
from painmap.ui.theme import Palette
from painmap.ui.timeline_plot import TimelinePlot
from painmap.ui.widgets import Chips, card, column, label, row

PAUSE_MS = 150
FIELDS = ("pain_sites", "marks", "answers", "given_sites")
VIEWS = (("front", "Front"), ("back", "Back"), ("left", "Left side"), ("right", "Right side"))

NO_ZOOM = "Whole view"
ZOOM_BOX_PX = 210
"""The name of a zoom with its number of marks."""


class What(StrEnum):
    """What is compared; the value is the word on the chip."""

    LAYERS = "Patient and doctor"
    EARLIER = "Earlier visit"
    ALL = "All visits"


class ComparePanel(QFrame):
    """Side by side or overlaid, with a list of what differs; closed until asked for.

    Parameters
    ----------
    desk : Desk
    palette : Palette
    """

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__()
        self.desk = desk
        self.what = What.LAYERS
        self._reader = Reader()
        self._stop: Callable[[], None] | None = None
        self._again = False
        self._earlier: tuple[Visit, ...] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.read_now)
        self.what_chips = Chips(
            [(each, each.value) for each in What], self._on_what, name="Compare"
        )
        self.visit_box = QComboBox()
        self.visit_box.setAccessibleName("Earlier visit to compare with")
        self.visit_box.currentIndexChanged.connect(lambda _: self.read_now())
        self.way_chips = Chips(
            [(False, "Side by side"), (True, "Overlay")], self._on_way, name="Shown"
        )
        self.view_chips = Chips(VIEWS, self._on_view, name="View")
        self.zoom_box = QComboBox()
        self.zoom_box.setAccessibleName("Zoom to compare on")
        self.zoom_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.zoom_box.setMinimumWidth(ZOOM_BOX_PX)
        self.zoom_box.activated.connect(self._on_zoom)
        self._look_for_marks = True
        self.figures = CompareFigures(desk.template, palette)
        self.changes = ChangeList()
        self.plot = TimelinePlot(palette)
        self.nothing = label(tone="muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self._show_choices()
        desk.changed.connect(self._on_changed)
        desk.closed.connect(self._on_closed)
        desk.opened.connect(self._on_opened)

    def _arrange(self) -> None:
        ground = card()
        ground.setLayout(column(self.figures, margins=8))
        pair = QWidget()
        beside = row(spacing=12)
        beside.addWidget(ground, 3)
        beside.addWidget(self.changes, 2)
        pair.setLayout(beside)
        message = card()
        message.setLayout(column(-1, self.nothing, -1, margins=32))
        self.pages = QStackedWidget()
        for page in (pair, self.plot, message):
            self.pages.addWidget(page)
        self._pair_page, self._message = pair, message
        self._second = QWidget()
        self._second.setLayout(row(self.view_chips, self.zoom_box, 8, self.way_chips, -1))
        box = column(spacing=8)
        box.addLayout(row(self.what_chips, self.visit_box, -1))
        box.addWidget(self._second)
        box.addWidget(self.pages, 1)
        self.setLayout(box)

    def set_colours(self, palette: Palette) -> None:
        """Take over the colours of the day."""
        self.figures.set_colours(palette)
        self.plot.set_colours(palette)

    # --- what is chosen

    def _show_choices(self) -> None:
        self.what_chips.set_chosen([self.what])
        self.way_chips.set_chosen([self.figures.overlay])
        self.view_chips.set_chosen([self.figures.view])
        self.zoom_box.setCurrentIndex(max(0, self.zoom_box.findData(self.figures.view)))
        self.visit_box.setVisible(self.what is What.EARLIER and bool(self._earlier))
        self._second.setVisible(self.what is not What.ALL)

    def _on_what(self, chosen: tuple[object, ...]) -> None:
        if chosen:
            self.what = What(str(chosen[0]))
        self._show_choices()
        self.read_now()

    def _on_way(self, chosen: tuple[object, ...]) -> None:
        if chosen:
            self.figures.set_overlay(bool(chosen[0]))
        self._show_choices()

    def _fill_zooms(self, pair: Pair) -> None:
        """Offer the zooms of the figure; those with marks say how many, and come first."""
        counts, figure = marks_by_view(pair), self.figures.figure
        zooms = [view for view in figure.views if figure.views[view].kind == "zoom"]
        self.zoom_box.clear()
        self.zoom_box.addItem(NO_ZOOM, None)
        for view in sorted(zooms, key=lambda each: -counts[each]):
            marks = f" ({plural(counts[view], 'mark')})" if counts[view] else ""
            self.zoom_box.addItem(f"{figure.views[view].name}{marks}", view)
        self.zoom_box.setVisible(bool(zooms))

    def _go_where_marks_are(self, pair: Pair) -> None:
        """Begin with the view, or the zoom, that has the most marks; later the doctor chooses."""
        counts = marks_by_view(pair)
        known = [view for view, _ in counts.most_common() if view in self.figures.figure.views]
        if self._look_for_marks and known:
            self._look_for_marks = False
            if not counts[self.figures.view]:
                self.figures.show_view(known[0])

    def _on_zoom(self, number: int) -> None:
        view = self.zoom_box.itemData(number)
        shown = self.figures.figure.views.get(self.figures.view)
        if view is None and shown is not None:
            view = shown.parent or shown.id
        if view is not None:
            self.figures.show_view(view)
        self._show_choices()

    def show_view(self, view: str) -> None:
        """Compare on another view of the figure."""
        if view in self.figures.figure.views:
            self.figures.show_view(view)
        self._show_choices()

    def _on_view(self, chosen: tuple[object, ...]) -> None:
        if chosen:
            self.show_view(str(chosen[0]))
        self._show_choices()

    # --- what is read

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._find_earlier()
        self.read_now()

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touches(*FIELDS):
            self._timer.start()

    def _on_opened(self) -> None:
        if self.isVisible():
            self._find_earlier()
            self.read_now()

    def _on_closed(self) -> None:
        self._timer.stop()
        self._again = False
        self._earlier = None
        self._look_for_marks = True
        if self._stop is not None:
            self._stop()
            self._stop, self._reader = None, Reader()
        self._show_pair(None)

    def _find_earlier(self) -> None:
        if self.desk.is_open and self._earlier is None:
            visit = self.desk.open_visit.visit
            found = partial(self._found, visit.id)
            self.desk.ask_records(partial(earlier_visits, self.desk.clinic, visit), found)

    def _found(self, visit_id: UUID, earlier: tuple[Visit, ...]) -> None:
        if not self.desk.is_open or self.desk.open_visit.visit.id != visit_id:
            return
        self._earlier = earlier
        blocked = self.visit_box.blockSignals(True)
        self.visit_box.clear()
        for visit in earlier:
            self.visit_box.addItem(f"{day_of(visit)}, {visit.kind.value}", visit.id)
        self.visit_box.blockSignals(blocked)
        self._show_choices()
        self.read_now()

    def read_now(self) -> None:
        """Compare the drawings as they are now, away from the window."""
        self._timer.stop()
        if not self.desk.is_open or not self.isVisible():
            return
        if self._stop is not None:
            self._again = True
            return
        visit = self.desk.open_visit.visit
        if self.what is What.LAYERS:
            self._start(layers_pair(self._reader, visit), self._show_pair)
        elif self.what is What.ALL:
            visits = (*(self._earlier or ()), visit)
            self._start(timeline_of(self._reader, visits), self._show_timeline)
        elif not self._earlier:
            self._say(
                "This is the patient's first visit; there is nothing earlier to compare with."
            )
        else:
            before = self._earlier[max(0, self.visit_box.currentIndex())]
            self._start(visits_pair(self._reader, before, visit), self._show_pair)

    def _start(self, job: Job[Any], show: Callable[[Any], None]) -> None:
        def done(result: Any) -> None:
            self._stop = None
            show(result)
            if self._again:
                self._again = False
                self.read_now()

        self._stop = self.desk.jobs.start(job, done=done, failed=self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self._stop = None
        self.desk.show_error(error)

    # --- what is shown

    def _show_pair(self, pair: Pair | None) -> None:
        self.figures.show_pair(pair, self.desk.template)
        if pair is not None:
            self._fill_zooms(pair)
            self._go_where_marks_are(pair)
            self._show_choices()
        self.changes.show_comparison(pair.comparison if pair is not None else None)
        if pair is not None:
            self.pages.setCurrentWidget(self._pair_page)

    def _show_timeline(self, timeline: Timeline) -> None:
        self.plot.show_timeline(timeline)
        self.pages.setCurrentWidget(self.plot)

    def _say(self, words: str) -> None:
        self.nothing.setText(words)
        self.pages.setCurrentWidget(self._message)
