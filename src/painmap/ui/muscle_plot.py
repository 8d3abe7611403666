"""A muscle's figures over levels and over visits, with what makes them comparable."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.sentences import day_words, muscle_words
from painmap.ui.ct_course import Course, CoursePoint, change_sentences
from painmap.ui.ct_muscle_table import comparable_words
from painmap.ui.muscle_plot_words import (
    MEASURES,
    Measure,
    day_ticks,
    figures_of,
    gaps_between,
    key_words,
    short_comparable,
    side_cells,
    side_heads,
    standing_words,
    uncertain_words,
)
from painmap.ui.side_plot import SIDES, SidePlot
from painmap.ui.theme import Palette
from painmap.ui.widgets import Chips, button, column, label, row

ROW_PX, TWO_LINES_PX = 26, 44
MOST_TABLE_PX = 250
COMPARABLE = 4
"""The column that takes the room that is left."""


class Over(StrEnum):
    LEVELS = "Over levels"
    VISITS = "Over visits"


class MusclePlot(QWidget):
    """Plots one muscle, its sides as two series, beside the figures themselves.

    Parameters
    ----------
    here : CoursePoint
        The CT that is open.
    on_visits : callable
        Has the muscles of all visits measured; its course is given to `show_course`.
    on_back : callable
        Back to the table of measures.
    """

    def __init__(
        self,
        here: CoursePoint,
        muscles: Mapping[str, Muscle],
        palette: Palette,
        *,
        muscle_id: str,
        on_visits: Callable[[], object],
        on_back: Callable[[], object],
    ) -> None:
        super().__init__()
        self.here = here
        self.course: Course | None = None
        self._muscles = muscles
        self._on_visits = on_visits
        self.muscle = QComboBox()
        self.muscle.setAccessibleName("Muscle")
        self.level = QComboBox()
        self.level.setAccessibleName("Level")
        self.over = Chips([(each, each.value) for each in Over], self._on_over, name="Over")
        self.over.set_chosen([Over.LEVELS])
        self.measure = Chips(
            [(each, each.name) for each in MEASURES], lambda _: self.refresh(), name="Measure"
        )
        self.measure.set_chosen([MEASURES[0]])
        self.plot = SidePlot(palette)
        self.table = _table()
        self.key = label("", "muted", wrap=True)
        self.said = label("", "warning", wrap=True)
        self.facts = label("", "muted", wrap=True)
        self.back = button("Back to the table", on_back, primary=True)
        self._offer_muscles(muscle_id)
        self.muscle.activated.connect(lambda _: self._on_muscle())
        self.level.activated.connect(lambda _: self.refresh())
        box = column(margins=24, spacing=12)
        box.addLayout(row(label("Muscle measures", "title"), -1, self.back))
        box.addLayout(row(self.muscle, self.over, self.level, -1, spacing=12))
        box.addLayout(row(self.measure, -1))
        box.addWidget(self.plot, 1)
        box.addWidget(self.key)
        box.addWidget(self.said)
        box.addWidget(self.table)
        box.addWidget(self.facts)
        self.setLayout(box)
        self.refresh()

    def set_colours(self, palette: Palette) -> None:
        self.plot.set_colours(palette)

    def _offer_muscles(self, chosen: str) -> None:
        ids = dict.fromkeys(line.muscle_id for point in self._points for line in point.rows)
        self.muscle.clear()
        for muscle_id in ids:
            self.muscle.addItem(muscle_words(muscle_id, self._muscles), muscle_id)
        self.muscle.setCurrentIndex(max(0, self.muscle.findData(chosen)))
        self._offer_levels(None)

    def _offer_levels(self, chosen: Level | None) -> None:
        lines = [line for point in self._points for line in point.rows]
        ours = {line.level for line in lines if line.muscle_id == self.muscle_id and line.level}
        self.level.clear()
        self.level.addItem("whole muscle", None)
        for level in Level:
            if level in ours:
                self.level.addItem(level.value, level)
        self.level.setCurrentIndex(max(0, self.level.findData(chosen)))

    # --- what is chosen

    @property
    def muscle_id(self) -> str:
        return str(self.muscle.currentData())

    @property
    def is_over_visits(self) -> bool:
        return self.over.chosen == (Over.VISITS,)

    @property
    def _points(self) -> tuple[CoursePoint, ...]:
        return (self.here,) if self.course is None else self.course.points

    @property
    def _level(self) -> Level | None:
        found = self.level.currentData()
        return None if found is None else Level(found)

    def _on_muscle(self) -> None:
        self._offer_levels(self._level)
        self.refresh()

    def _on_over(self, _: tuple[object, ...]) -> None:
        if not self.over.chosen:
            self.over.set_chosen([Over.LEVELS])
        if self.is_over_visits and self.course is None:
            self._on_visits()
        self.refresh()

    def show_here(self, here: CoursePoint) -> None:
        """The open CT was measured anew."""
        self.here = here
        if self.course is not None:
            others = tuple(each for each in self.course.points if not _same_place(each, here))
            points = sorted((*others, here), key=lambda each: (each.day, each.visit_day))
            self.course = Course(tuple(points), self.course.missing)
        self.refresh()

    def show_course(self, course: Course) -> None:
        """The muscles of all visits have been measured."""
        self.course = course
        self._offer_muscles(self.muscle_id)
        self.refresh()

    # --- what is shown

    def refresh(self) -> None:
        """Draw what is chosen."""
        if not self.measure.chosen:
            self.measure.set_chosen([MEASURES[0]])
        (measure,) = (each for each in MEASURES if each in self.measure.chosen)
        self.level.setVisible(self.is_over_visits)
        if self.is_over_visits:
            self._show_visits(measure)
        else:
            self._show_levels(measure)
        self.setAccessibleDescription(". ".join(self.sentences))

    def _show_levels(self, measure: Measure) -> None:
        lines = [line for line in self.here.rows if line.muscle_id == self.muscle_id]
        levels = [level for level in Level if any(line.level is level for line in lines)]
        figures, cells = [], []
        for at, level in enumerate(levels):
            found = {side: self.here.row_of(self.muscle_id, side, level) for side in _SIDES}
            figures += figures_of(at, found, measure, self.here)
            cells.append((level.value, *side_cells(found, measure)))
        whole_line = {side: self.here.row_of(self.muscle_id, side, None) for side in _SIDES}
        cells.append(("whole muscle", *side_cells(whole_line, measure)))
        ticks = [(at, level.value) for at, level in enumerate(levels)]
        self.plot.show_figures(figures, ticks, measure.words, from_zero=measure.from_zero)
        _fill(self.table, ("Level", *side_heads(measure)), cells)
        self.said.setText(uncertain_words(lines, any_level=bool(levels)))
        self.said.setVisible(bool(self.said.text()))
        self.key.setText(key_words(figures))
        self.facts.setText(
            f"Measured {self.here.source}: {comparable_words(self.here.comparable)}."
        )

    def _show_visits(self, measure: Measure) -> None:
        level = self._level
        points = [
            point
            for point in self._points
            if any(point.row_of(self.muscle_id, side, level) for side in _SIDES)
        ]
        figures, cells = [], []
        for point in points:
            found = {side: point.row_of(self.muscle_id, side, level) for side in _SIDES}
            figures += figures_of(point.day.toordinal(), found, measure, point)
            cells.append(
                (
                    day_words(point.day),
                    *side_cells(found, measure),
                    short_comparable(point.comparable),
                    standing_words(point, found.values()),
                )
            )
        gaps = gaps_between(points) if measure.by_hu else ()
        self.plot.show_figures(
            figures, day_ticks(points), measure.words, gaps=gaps, from_zero=measure.from_zero
        )
        _fill(self.table, ("CT of", *side_heads(measure), "Comparable by", "Outlined by"), cells)
        changed = change_sentences(points)
        missing = () if self.course is None else self.course.missing
        waiting = ("The other visits are being measured.",) if self.course is None else ()
        self.said.setText(" ".join((*waiting, *changed, *missing)))
        self.said.setVisible(bool(self.said.text()))
        self.key.setText(key_words(figures))
        self.facts.setText(
            "Each figure is computed from the voxels of its own CT. Compare outlines of one person "
            "on CTs of one protocol."
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """The plot in words, for a screen reader."""
        heads = [self._head(column) for column in range(self.table.columnCount())]
        return tuple(
            ", ".join(
                f"{heads[column]} {self._cell(line, column)}" if column else self._cell(line, 0)
                for column in range(self.table.columnCount())
            )
            for line in range(self.table.rowCount())
        )

    def _head(self, column: int) -> str:
        item = self.table.horizontalHeaderItem(column)
        return "" if item is None else item.text()

    def _cell(self, line: int, column: int) -> str:
        item = self.table.item(line, column)
        return "" if item is None else item.text()


_SIDES = (*SIDES, Side.MIDLINE)


def _same_place(one: CoursePoint, other: CoursePoint) -> bool:
    """Whether two points are of one stack in one visit."""
    return one.visit_id == other.visit_id and not one.compartments.keys().isdisjoint(
        other.compartments.keys()
    )


def _table() -> QTableWidget:
    made = QTableWidget(0, 0)
    made.setAccessibleName("The figures of the plot")
    made.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    made.verticalHeader().hide()
    made.verticalHeader().setMinimumSectionSize(ROW_PX)
    made.setShowGrid(False)
    made.setWordWrap(True)
    made.setVerticalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
    made.setStyleSheet(
        "QTableWidget::item { padding: 2px 8px } QHeaderView::section { padding: 6px 8px }"
    )
    return made


def _fill(table: QTableWidget, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table.setColumnCount(len(heads))
    table.setHorizontalHeaderLabels(list(heads))
    table.setRowCount(len(rows))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for line, cells in enumerate(rows):
        for place, words in enumerate(cells):
            item = QTableWidgetItem(words)
            if place in (1, 2):
                item.setTextAlignment(right)
            table.setItem(line, place, item)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(min(COMPARABLE, len(heads) - 1), QHeaderView.ResizeMode.Stretch)
    # words that make figures comparable take two lines
    line_px = TWO_LINES_PX if len(heads) > COMPARABLE else ROW_PX
    for line in range(len(rows)):
        table.setRowHeight(line, line_px)
    high = line_px * len(rows)
    table.setFixedHeight(min(MOST_TABLE_PX, high + header.sizeHint().height() + 6))
