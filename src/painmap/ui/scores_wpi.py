"""The 19 areas of the widespread pain index as a checklist, and the doctor's word on proposals."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from painmap.bodymap.instruments import AreaResult, AreaScore, AreaState
from painmap.bodymap.instruments_data import Area, AreaInstrument
from painmap.domain.anatomy import Side
from painmap.ui.widgets import button, card, column, empty, label

SIGNS = {
    AreaState.DRAWN: "✓",
    AreaState.CONFIRMED: "✓",
    AreaState.LISTED: "✓",
    AreaState.PROPOSED: "?",
    AreaState.DENIED: "no",
    AreaState.ASKED_NONE: "none",
    AreaState.NOT_MARKED: "–",
}
COLUMNS = {Side.RIGHT: 1, Side.LEFT: 2}

Decide = Callable[[AreaResult, bool], None]
"""Called with an area and whether it hurts."""


class AreaChecklist(QWidget):
    """Areas in lines, RIGHT beside LEFT; a click says the other thing than what counts now."""

    def __init__(self, instrument: AreaInstrument, on_decision: Decide) -> None:
        super().__init__()
        self._on_decision = on_decision
        self._results: dict[str, AreaResult] = {}
        self._buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for side, at in COLUMNS.items():
            head = label(side.word, "caption")
            head.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(head, 0, at)
        keys = list(dict.fromkeys(area.key for area in instrument.areas))
        for line, key in enumerate(keys, start=1):
            areas = [area for area in instrument.areas if area.key == key]
            grid.addWidget(label(areas[0].name), line, 0)
            for area in areas:
                chip = self._chip(area)
                if area.side is Side.MIDLINE:
                    grid.addWidget(chip, line, 1, 1, 2)
                else:
                    grid.addWidget(chip, line, COLUMNS[area.side])
        self.setLayout(grid)

    def _chip(self, area: Area) -> QPushButton:
        chip = QPushButton()
        chip.setProperty("chip", True)
        chip.setProperty("tight", True)
        chip.setCheckable(True)
        chip.setMinimumWidth(64)
        chip.clicked.connect(lambda: self._clicked(area.id))
        self._buttons[area.id] = chip
        return chip

    def chip(self, area_id: str) -> QPushButton:
        return self._buttons[area_id]

    def show_score(self, score: AreaScore) -> None:
        for result in score.results:
            self._results[result.area.id] = result
            chip = self._buttons[result.area.id]
            chip.setText(SIGNS[result.state])
            chip.setChecked(result.counts)
            says = f"{result.area.words}: {result.state.value}"
            shown = f", {' and '.join(result.regions)} marked" if result.regions else ""
            chip.setAccessibleName(says)
            chip.setToolTip(f"{says}{shown}")

    def _clicked(self, area_id: str) -> None:
        result = self._results[area_id]
        self._buttons[area_id].setChecked(result.counts)  # what counts is shown, not the click
        self._on_decision(result, not result.counts)


class Proposals(QWidget):
    """What the drawing only suggests: one question for each reason, for the doctor to decide."""

    def __init__(self, on_decision: Callable[[tuple[AreaResult, ...], bool], None]) -> None:
        super().__init__()
        self._on_decision = on_decision
        self._shown: tuple[AreaResult, ...] | None = None
        self._box = column(spacing=6)
        self.setLayout(self._box)
        self.buttons: dict[tuple[str, bool], QPushButton] = {}

    def show_score(self, score: AreaScore) -> None:
        if score.waiting == self._shown:
            return
        self._shown = score.waiting
        empty(self._box)
        self.buttons = {}
        groups: dict[tuple[tuple[str, ...], str], list[AreaResult]] = {}
        for result in score.waiting:
            groups.setdefault((result.regions, result.why), []).append(result)
        for (regions, why), results in groups.items():
            self._box.addWidget(self._question(regions, why, tuple(results)))
        self.setVisible(bool(groups))

    def _question(
        self, regions: tuple[str, ...], why: str, results: tuple[AreaResult, ...]
    ) -> QWidget:
        frame = card("question")
        words = f"{' and '.join(regions)}: {why}. Count it as"
        box = column(label(words, wrap=True), margins=12, spacing=6)
        for result in results:
            box.addWidget(self._choice(result.area.words, (result,), hurts=True))
        box.addWidget(self._choice("nothing", results, hurts=False))
        frame.setLayout(box)
        return frame

    def _choice(self, word: str, results: tuple[AreaResult, ...], *, hurts: bool) -> QPushButton:
        choice = button(word, partial(self._on_decision, results, hurts))
        regions = " and ".join(results[0].regions)
        choice.setAccessibleName(f"{regions}: count as {word}")
        for result in results:
            self.buttons[result.area.id, hurts] = choice
        return choice
