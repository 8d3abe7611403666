"""What the drawing says, beside the figure: closed until asked for, and live while it is open."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from painmap.bodymap.instruments import (
    AreaResult,
    AreaScore,
    AreaState,
    Scores,
    answer_duration,
    answer_severity,
    confirm,
    take_back,
)
from painmap.bodymap.instruments_data import SeverityItem
from painmap.bodymap.metrics import DEFINITIONS, Measures
from painmap.domain.edits import Edit, Page, answer_item
from painmap.domain.visit import Visit
from painmap.services.catalogue import instruments
from painmap.ui.desk import Changes, Desk
from painmap.ui.scores_parts import Facts, Fold, Section, rule
from painmap.ui.scores_reading import (
    Reader,
    Reading,
    extent_lines,
    intensity_lines,
    left_out_words,
    place_lines,
)
from painmap.ui.scores_severity import SeverityQuestions
from painmap.ui.scores_wpi import AreaChecklist, Proposals
from painmap.ui.theme import Palette
from painmap.ui.widgets import button, column, label

MOST_READ_AT_ONCE = 24
"""More marks than these, heaped up, would hold the window longer than a frame or two; they are
read away from it."""
PAUSE_MS = 150
"""Changes that follow one another faster are read once."""
LEAST_WIDTH, MOST_WIDTH = 280, 384
FIELDS = ("pain_sites", "marks", "pain_free", "answers")


def _meaning(*names: str) -> tuple[str, str]:
    """Definition and source of measures that stand together."""
    parts = [DEFINITIONS[name] for name in names]
    text = "\n".join(f"{part.name}: {part.text}" for part in parts)
    return text, "; ".join(dict.fromkeys(part.source for part in parts))


class ScoresPanel(QFrame):
    """Extent, place, intensity and the instruments of what the patient showed.

    Parameters
    ----------
    desk : Desk
    palette : Palette
    """

    choir_wanted = Signal()
    """A CHOIR list is to be imported."""

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)
        self.setAccessibleName("Scores of the drawing")
        self.desk = desk
        self._tables = instruments()
        self._reader = Reader()
        self._stop_reading: Callable[[], None] | None = None
        self._read_again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.read_now)
        self._make_parts()
        self._arrange()
        self.set_colours(palette)
        desk.changed.connect(self._on_changed)
        desk.closed.connect(self._on_closed)

    def _make_parts(self) -> None:
        tables = self._tables
        self.extent, self.place = Section("Extent"), Section("Place")
        self.intensity = Section("Intensity now")
        self.wpi, self.generalized = Section("Widespread pain index"), Section("Generalized pain")
        self.severity, self.criteria = Section("Symptom severity"), Section("2016 criteria")
        self.choir, self.mbm = Section("CHOIR segments"), Section("Michigan areas")
        self.extent_facts, self.place_facts, self.intensity_facts = Facts(), Facts(), Facts()
        self.left_out = label(tone="warning", wrap=True)
        self.proposals = Proposals(self._decide_all)
        self.checklist = AreaChecklist(tables.wpi, self._decide)
        self.not_named = label(tone="faint", wrap=True)
        self.five = Facts()
        self.questions = SeverityQuestions(
            tables.sss, tables.acr2016, self._answer_severity, self._answer_duration
        )
        self.ask_button = button("Ask symptom severity", self._turn_questions)
        self.ask_button.setCheckable(True)
        self.criteria_words = label(wrap=True)
        self.criteria_words.setAccessibleName("2016 criteria")
        self.import_button = button("Import a list ...", self.choir_wanted.emit)
        self.import_button.setAccessibleName("Import a CHOIR list")
        self.choir_list, self.mbm_list = Fold("segments"), Fold("areas")

    def _arrange(self) -> None:
        self._fill()
        box = column(margins=16, spacing=12)
        box.addWidget(label("What the drawing says", "heading"))
        self.shown_of = label("Of what the patient points to.", "faint", wrap=True)
        box.addWidget(self.shown_of)
        for number, section in enumerate(self.sections):
            if number:
                box.addWidget(rule())
            box.addWidget(section)
        box.addStretch(1)
        inside = QWidget()
        inside.setLayout(box)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        self.setLayout(column(scroll, margins=1))

    @property
    def sections(self) -> tuple[Section, ...]:
        """From top to bottom."""
        return (
            self.extent,
            self.place,
            self.intensity,
            self.wpi,
            self.generalized,
            self.severity,
            self.criteria,
            self.choir,
            self.mbm,
        )

    def _fill(self) -> None:
        parts: dict[Section, tuple[QWidget, ...]] = {
            self.extent: (self.extent_facts, self.left_out),
            self.place: (self.place_facts,),
            self.intensity: (self.intensity_facts,),
            self.wpi: (self.proposals, self.checklist, self.not_named),
            self.generalized: (self.five,),
            self.severity: (self.ask_button, self.questions),
            self.criteria: (self.criteria_words,),
            self.choir: (self.choir_list, self.import_button),
            self.mbm: (self.mbm_list,),
        }
        for section, widgets in parts.items():
            for widget in widgets:
                section.inside.addWidget(widget)
        for small in (self.ask_button, self.import_button):
            policy = small.sizePolicy().Policy
            small.setSizePolicy(policy.Maximum, policy.Fixed)
        self.questions.hide()
        self.extent.explain(*_meaning("extent", "body_share"))
        self.place.explain(*_meaning("regions", "clusters", "laterality", "midline"))
        self.intensity.explain(*_meaning("mean_intensity", "max_intensity"))

    # --- what is shown

    def set_colours(self, palette: Palette) -> None:
        """Take over the colours of the day."""
        del palette  # the style sheet of the program dresses it

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read_now()

    def _on_changed(self, changes: Changes) -> None:
        if self.isVisible() and changes.touches(*FIELDS):
            self._timer.start()

    @property
    def _visit(self) -> Visit:
        return self.desk.open_visit.visit

    def read_now(self) -> None:
        """Measure and score the drawing as it is now."""
        self._timer.stop()
        if not self.desk.is_open:
            return
        visit = self._visit
        if self._stop_reading is not None:
            self._read_again = True
        elif self._reader.knows(visit) or len(visit.marks) <= MOST_READ_AT_ONCE:
            self._show(self._reader.read(visit))
        else:
            self._stop_reading = self.desk.jobs.start(
                self._reader.job(visit), done=self._on_read, failed=self._on_failed
            )

    def _on_read(self, reading: Reading) -> None:
        self._stop_reading = None
        self._show(reading)
        if self._read_again:
            self._read_again = False
            self.read_now()

    def _on_failed(self, error: BaseException) -> None:
        self._stop_reading = None
        self.desk.show_error(error)

    def _on_closed(self) -> None:
        """Forget the visit; what is still being read belongs to nobody."""
        self._timer.stop()
        self._read_again = False
        if self._stop_reading is not None:
            self._stop_reading()
            self._stop_reading, self._reader = None, Reader()

    def _show(self, reading: Reading) -> None:
        self._show_measures(reading.measures)
        self._show_scores(reading.scores)

    def _show_measures(self, measures: Measures) -> None:
        self.extent_facts.show_lines(extent_lines(measures))
        self.place_facts.show_lines(place_lines(measures))
        self.intensity_facts.show_lines(intensity_lines(measures))
        basis = f"Body surface: {measures.body_share_basis.value}."
        self.extent_facts.setToolTip(basis if measures.body_share is not None else "")
        self.left_out.setText(left_out_words(measures))
        self.left_out.setVisible(bool(self.left_out.text()))

    def _show_scores(self, scores: Scores) -> None:
        wpi, severity, criteria = scores.wpi, scores.sss, scores.acr2016
        self.wpi.result.setText(_count(wpi))
        self.wpi.explain(wpi.definition, wpi.source)
        self.proposals.show_score(wpi)
        self.checklist.show_score(wpi)
        unnamed = ", ".join(wpi.not_named)
        self.not_named.setText(f"Marked, but not named by the WPI: {unnamed}." if unnamed else "")
        self.not_named.setVisible(bool(unnamed))
        general = scores.generalized
        reached = {True: "reached", False: "not reached", None: "open"}[general.reached]
        self.generalized.result.setText(reached)
        self.generalized.explain(general.definition, general.source)
        painful = {True: "painful", False: "–", None: "to be confirmed"}
        self.five.show_lines(
            tuple((_capital(each.region.words), painful[each.painful]) for each in general.regions)
        )
        self.severity.result.setText(severity.sentence())
        self.severity.explain(severity.definition, severity.source)
        self.questions.show_score(severity, criteria)
        self.criteria_words.setText(f"{_capital(criteria.sentence())}.")
        self.criteria.explain(criteria.definition, criteria.source)
        self._show_areas(self.choir, self.choir_list, scores.choir)
        self._show_areas(self.mbm, self.mbm_list, scores.mbm)

    def _show_areas(self, section: Section, fold: Fold, score: AreaScore) -> None:
        section.result.setText(_count(score))
        section.explain(score.definition, score.source)
        lines = [_area_words(result) for result in score.ticked]
        lines += [f"To confirm: {result.area.words} ({result.why})" for result in score.waiting]
        fold.show_lines(tuple(lines))

    def _turn_questions(self) -> None:
        asked = self.ask_button.isChecked()
        self.questions.setVisible(asked)
        self.ask_button.setText("Close the questions" if asked else "Ask symptom severity")

    # --- what is changed

    def _decide(self, result: AreaResult, hurts: bool) -> None:
        """Store the doctor's word; going back to what the drawing says takes the answer away."""
        visit, area = self._visit, result.area
        drawn = None if result.proposed.startswith("perhaps") else bool(result.proposed)
        if result.answer is not None and drawn is hurts:
            gone = take_back(visit, "wpi", area.id)
            self._apply(Edit(f"WPI as drawn: {area.words}", Page.MAP, remove=gone))
            return
        word = "count" if hurts else "do not count"
        answered = confirm(visit, "wpi", result, hurts=hurts)
        self._apply(answer_item([answered], label=f"WPI, {word}: {area.words}"))

    def _decide_all(self, results: tuple[AreaResult, ...], hurts: bool) -> None:
        """One answer to a question that may be about several areas; one step of undo."""
        answers = [confirm(self._visit, "wpi", result, hurts=hurts) for result in results]
        word = "count" if hurts else "do not count"
        areas = " and ".join(result.area.words for result in results)
        self._apply(answer_item(answers, label=f"WPI, {word}: {areas}"))

    def _answer_severity(self, item: SeverityItem, value: int | None) -> None:
        if value is None:
            gone = take_back(self._visit, "sss", item.id)
            self._apply(Edit(f"not asked: {item.words}", Page.MAP, remove=gone))
        else:
            answered = answer_severity(self._visit, item, value)
            self._apply(answer_item([answered], label=f"symptom severity: {item.words}"))

    def _answer_duration(self, long_enough: bool | None) -> None:
        criteria = self._tables.acr2016
        if long_enough is None:
            gone = take_back(self._visit, criteria.id, criteria.duration_item)
            self._apply(Edit("duration not asked", Page.MAP, remove=gone))
        else:
            answered = answer_duration(self._visit, criteria, long_enough=long_enough)
            self._apply(answer_item([answered], label=criteria.duration_words))

    def _apply(self, edit: Edit) -> None:
        """A click on an answer is seen at once, not after the pause."""
        self.desk.apply(edit)
        self.read_now()


def _count(score: AreaScore) -> str:
    """Such as "4 of 19, 3 to confirm"."""
    waiting = f", {len(score.waiting)} to confirm" if score.waiting else ""
    return f"{score.count} of {score.of}{waiting}"


def _area_words(result: AreaResult) -> str:
    """Such as "115 RIGHT forearm (front), on the imported list"."""
    area = result.area
    words = f"{area.id} {area.words}" if area.id.isdigit() else area.words
    listed = result.state is AreaState.LISTED
    return f"{words}, on the imported list" if listed else words


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
