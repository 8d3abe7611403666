"""The chosen patient on the first page: who it is, what visits there are, the way into one."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from painmap.domain.edits import Page
from painmap.domain.patient import PatientKind
from painmap.domain.sentences import moment_words
from painmap.domain.visit import VisitKind, VisitState
from painmap.services.clinic import PatientCard, VisitSummary
from painmap.ui.desk import Desk, PlaceWanted
from painmap.ui.patient_bar import patient_facts
from painmap.ui.widgets import Chips, button, card, column, empty, label, row


class PatientDetail(QFrame):
    """The chosen patient: who it is, what visits there are, and the way into one."""

    def __init__(self, desk: Desk, on_change: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk = desk
        self._on_change = on_change
        self._card: PatientCard | None = None
        self._name = label(tone="title")
        self._facts = label(tone="muted", wrap=True)
        self._badge = label("DEMONSTRATION PATIENT", "badge")
        self.kind = Chips([(kind, kind.value) for kind in VisitKind], self._on_kind, name="Kind")
        self.new_button = button("New visit today", self._new_visit, primary=True)
        self.draft_button = button("Continue draft", self._continue, primary=True)
        self._question = card("question")
        self._question_text = label(wrap=True)
        self.continue_button = button("Continue it", self._continue, primary=True)
        self.today_button = button("New visit today", self._new_visit)
        ask = column(self._question_text, margins=14, spacing=10)
        ask.addLayout(row(self.continue_button, self.today_button, -1))
        self._question.setLayout(ask)
        self._visits = QVBoxLayout()
        self._visits.setSpacing(6)
        head = column(self._name, self._facts, spacing=4)
        box = column(margins=24, spacing=16)
        box.addLayout(row(self._badge, -1))
        box.addLayout(head)
        self._kind_caption = label("THIS VISIT IS", "caption")
        box.addWidget(self._kind_caption)
        box.addWidget(self.kind)
        box.addLayout(row(self.draft_button, self.new_button, -1))
        box.addWidget(self._question)
        box.addSpacing(6)
        box.addWidget(label("VISITS", "caption"))
        box.addLayout(self._visits)
        box.addStretch(1)
        self.setLayout(box)
        self._question.hide()

    @property
    def _today_draft(self) -> VisitSummary | None:
        today = self._desk.now.date()
        drafts = self._card.drafts if self._card else ()
        return next((d for d in drafts if d.started.astimezone().date() == today), None)

    @property
    def _old_draft(self) -> VisitSummary | None:
        today = self._desk.now.date()
        drafts = self._card.drafts if self._card else ()
        return next((d for d in drafts if d.started.astimezone().date() != today), None)

    def show_card(self, chosen: PatientCard) -> None:
        """Show `chosen` and ask for its visits."""
        self._card = chosen
        patient = chosen.patient
        self._name.setText(patient.name)
        self._facts.setText(patient_facts(patient, self._desk.now))
        self._badge.setVisible(patient.kind is PatientKind.DEMONSTRATION)
        seen = chosen.last_visit is not None
        self.kind.set_chosen([VisitKind.FOLLOW_UP if seen else VisitKind.FIRST])
        self._question.hide()
        self.draft_button.setVisible(self._today_draft is not None)
        self.draft_button.setText("Continue today's draft")
        for part in (self.new_button, self.kind, self._kind_caption):
            part.setVisible(self._today_draft is None)
        self._desk.ask_records(
            partial(self._desk.clinic.visits_of, patient.id),
            lambda visits: self._show_visits(patient.id, visits),
        )

    def _show_visits(self, patient_id: UUID, visits: tuple[VisitSummary, ...]) -> None:
        if self._card is None or self._card.patient.id != patient_id:
            return
        empty(self._visits)
        for visit in visits:
            self._visits.addWidget(self._visit_line(visit))
        if not visits:
            self._visits.addWidget(label("No visit yet.", "muted"))

    def _visit_line(self, visit: VisitSummary) -> QWidget:
        line = QWidget()
        state = label("draft", "badge") if visit.state is VisitState.DRAFT else label("finished")
        opener = button("Open", partial(self._open, visit.id))
        opener.setAccessibleName(f"Open the visit of {moment_words(visit.started)}")
        line.setLayout(
            row(
                label(moment_words(visit.started)),
                8,
                label(visit.kind.value, "muted"),
                -1,
                state,
                opener,
            )
        )
        return line

    def _on_kind(self, chosen: tuple[object, ...]) -> None:
        if not chosen:
            self.kind.set_chosen([VisitKind.FIRST])

    def focus_primary(self) -> None:
        (self.draft_button if self._today_draft else self.new_button).setFocus()

    def open_best(self) -> None:
        """Open today's draft; ask about a draft of another day; else offer a new visit."""
        if self._today_draft is not None:
            self._open(self._today_draft.id)
        elif self._old_draft is not None:
            self._ask()
        else:
            self.new_button.setFocus()

    def _ask(self) -> None:
        draft = self._old_draft
        if draft is None:
            return
        self._question_text.setText(
            f"There is a draft of {moment_words(draft.started)}. Continue it, or begin a new "
            "visit today? The draft is kept either way."
        )
        self._question.show()
        self.new_button.hide()
        self.continue_button.setFocus()

    def _continue(self) -> None:
        draft = self._today_draft or self._old_draft
        if draft is not None:
            self._open(draft.id)

    def _new_visit(self) -> None:
        if self._card is None:
            return
        if self._old_draft is not None and self._question.isHidden():
            self._ask()
            return
        kind = VisitKind(str(self.kind.chosen[0])) if self.kind.chosen else VisitKind.FIRST
        self._desk.ask_records(
            partial(self._desk.clinic.new_visit, self._card.patient.id, kind), self._desk.show_visit
        )

    def _open(self, visit_id: UUID) -> None:
        if self._desk.is_open and self._desk.open_visit.visit.id == visit_id:
            self._desk.place_wanted.emit(PlaceWanted(Page.MAP))
            return
        self._desk.close_visit()
        self._desk.ask_records(
            partial(self._desk.clinic.open_visit, visit_id), self._desk.show_visit
        )
