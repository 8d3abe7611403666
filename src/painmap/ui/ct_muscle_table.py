"""The table of what the muscles measure, with what makes the figures comparable."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from painmap.domain.sentences import muscle_words
from painmap.imaging.muscle_rows import Comparable, MuscleRow
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_pictures import area_words
from painmap.ui.ct_words import source_words, whole
from painmap.ui.widgets import button, column, label, row

HEADS = (
    "Muscle",
    "State",
    "Level",
    "Area",
    "Lean\narea",
    "Mean\nHU",
    "SD",
    "Median",
    "Fat",
    "Low\ndensity",
    "Volume",
    "Asym-\nmetry",
    "Pixels",
)

EXPLAINED = (
    "Area: the whole compartment, fat included, mean over the slices. Lean: -29 to 150 HU. "
    "Fat: -190 to -30 HU over -190 to 150 HU. Low density: 0 to 34 HU over -29 to 150 HU. "
    "Asymmetry: by how much the smaller side's area is smaller. Padding and bone (151 HU and "
    "more) are left out of the densities."
)

NONE = "\N{EN DASH}"
NO_STATES: Mapping[UUID, str] = MappingProxyType({})


class MuscleTable(QWidget):
    """One line for each muscle, side and level, and one for the whole muscle."""

    def __init__(
        self,
        session: OpenCt,
        on_back: Callable[[], object],
        on_plot: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._session = session
        self._on_plot = on_plot
        self._rows: tuple[MuscleRow, ...] = ()
        self._resampled: frozenset[UUID] = frozenset()
        self._states: Mapping[UUID, str] = NO_STATES
        self.source = label("", "muted", wrap=True)
        self.table = QTableWidget(0, len(HEADS))
        self.table.setHorizontalHeaderLabels(list(HEADS))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        # twelve columns beside each other at the window's usual width
        self.table.setStyleSheet(
            "QTableWidget::item { padding: 2px 4px } QHeaderView::section { padding: 6px 4px }"
        )
        self.table.setAccessibleName("What the muscles measure")
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        # a long name is cut, its tip has it whole: every column is seen
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.cellDoubleClicked.connect(lambda *_: self._plot())
        self.plot = button("Plot over levels and visits ...", self._plot)
        self.plot.setToolTip("Of the chosen line, else of the first muscle")
        self.back = button("Back to the pictures", on_back, primary=True)
        box = column(margins=24, spacing=12)
        box.addLayout(row(label("Muscles, measured", "title"), -1, self.plot, self.back))
        box.addWidget(self.source)
        box.addWidget(self.table, 1)
        box.addWidget(label(EXPLAINED, "muted", wrap=True))
        self.setLayout(box)

    def show_rows(
        self,
        rows: Sequence[MuscleRow],
        resampled: frozenset[UUID] = frozenset(),
        states: Mapping[UUID, str] = NO_STATES,
    ) -> None:
        """Show what was measured just now.

        Parameters
        ----------
        resampled : frozenset of UUID
            Muscles that are said to be so.
        states : mapping of UUID to str
            Whether a muscle is proposed, edited or accepted.
        """
        self._resampled, self._states = resampled, states
        self._rows = tuple(rows)
        self.plot.setEnabled(bool(rows))
        self.source.setText(self._source(rows[0].comparable) if rows else "")
        self.table.setRowCount(len(rows))
        for number, line in enumerate(rows):
            for place, words in enumerate(self._words(line)):
                item = QTableWidgetItem(words)
                if place > 2:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                item.setToolTip(words)
                if line.whole:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.table.setItem(number, place, item)

    def _plot(self) -> None:
        """Plot the muscle of the chosen line."""
        if self._rows:
            self._on_plot(self._rows[max(0, self.table.currentRow())].muscle_id)

    def _source(self, comparable: Comparable) -> str:
        where = source_words(self._session.study_date, self._session.stack.patient_position)
        return f"Measured {where}: {comparable_words(comparable)}."

    def _words(self, line: MuscleRow) -> tuple[str, ...]:
        figures = line.figures
        name = muscle_words(line.muscle_id, self._session.muscles)
        if line.compartment_id in self._resampled:
            name = f"{name}, resampled"
        return (
            f"{line.side.word} {name}",
            self._states.get(line.compartment_id, NONE),
            level_words(line),
            area_words(figures.area_mm2),
            area_words(figures.lean_area_mm2),
            _whole(figures.mean_hu),
            _whole(figures.sd_hu),
            _whole(figures.median_hu),
            _percent(figures.fat_share),
            _percent(figures.low_density_share),
            NONE if figures.volume_mm3 is None else f"{figures.volume_mm3 / 1000:.0f} ml",
            _percent(line.asymmetry),
            str(figures.pixels),
        )


def level_words(line: MuscleRow) -> str:
    """Such as "L4", "level uncertain", "all 34 slices"."""
    if line.whole:
        return f"all {line.figures.slices} slices"
    return line.level.value if line.level else "level uncertain"


def comparable_words(comparable: Comparable) -> str:
    """Such as "no contrast medium named, 120 kVp, kernel B30f, slices 3 mm thick"."""
    kvp, thick = comparable.kvp, comparable.thickness_mm
    return ", ".join(
        (
            f"contrast medium {comparable.contrast}"
            if comparable.contrast
            else "no contrast medium named",
            f"{kvp:g} kVp" if kvp else "kVp not given",
            f"kernel {comparable.kernel}" if comparable.kernel else "kernel not given",
            f"slices {thick:g} mm thick" if thick else "slice thickness not given",
        )
    )


def _whole(value: float | None) -> str:
    return NONE if value is None else whole(value)


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{round(100 * share)} %"
