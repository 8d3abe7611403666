"""The patient line: who it is, and whether all is stored; it never scrolls away."""

from datetime import datetime

from PySide6.QtWidgets import QFrame, QWidget

from painmap.domain.errors import PainmapError
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.sentences import day_words, moment_words, plural
from painmap.ui.desk import Desk
from painmap.ui.theme import font
from painmap.ui.widgets import button, label, restyle, row

HEIGHT_PX = 60


def patient_facts(patient: Patient, today: datetime) -> str:
    """Say birth date with age, sex and record number in one line."""
    parts = []
    if patient.birth_date is None:
        parts.append("birth date not recorded")
    else:
        age = patient.age_on(today.date())
        parts.append(f"born {day_words(patient.birth_date)} ({plural(age or 0, 'year')})")
    parts.append(patient.sex.value if patient.sex else "sex not recorded")
    if patient.record_number:
        parts.append(f"ID {patient.record_number}")
    return "   ·   ".join(parts)


class PatientBar(QFrame):
    """Name, birth date with age, ID; at the right the visit and "saved 10:12:04"."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patientBar")
        self.setFixedHeight(HEIGHT_PX)
        self._desk = desk
        self._name = label()
        self._name.setFont(font(19, strong=True))
        self._name.setStyleSheet("font-size: 19px; font-weight: 600;")
        self._facts = label(tone="muted")
        self._kind = label("DEMONSTRATION PATIENT", "badge")
        self._visit = label(tone="muted")
        self._elsewhere = label("THIS VISIT IS STILL OPEN", "badge")
        self._elsewhere.hide()
        self._saved = label(tone="muted")
        self._saved.setAccessibleName("State of storing")
        self._retry = button("Try again", desk.retry_saving)
        self._retry.hide()
        box = row(
            self._name,
            8,
            self._facts,
            8,
            self._kind,
            self._elsewhere,
            -1,
            self._visit,
            12,
            self._saved,
            self._retry,
        )
        box.setContentsMargins(20, 0, 20, 0)
        self.setLayout(box)
        desk.opened.connect(self._on_opened)
        desk.closed.connect(self._on_closed)
        desk.changed.connect(lambda _: self._on_changed())
        desk.saved.connect(self._on_saved)
        desk.save_failed.connect(self._on_save_failed)
        self._on_closed()

    def show_elsewhere(self, elsewhere: bool) -> None:
        """Say that the visit goes on while the patient list shows others."""
        self._elsewhere.setVisible(elsewhere)

    @property
    def saved_text(self) -> str:
        return self._saved.text()

    def _on_opened(self) -> None:
        patient = self._desk.open_visit.patient
        visit = self._desk.open_visit.visit
        self._name.setText(patient.name)
        self._facts.setText(patient_facts(patient, self._desk.now))
        self._kind.setVisible(patient.kind is PatientKind.DEMONSTRATION)
        self._visit.setText(f"{visit.kind.value}, {moment_words(visit.started)}")
        if self._desk.open_visit.unsaved:
            self._show_not_saved()
        else:
            self._show_saved(self._desk.open_visit.saved_at)

    def _on_closed(self) -> None:
        self._name.setText("painmap")
        self._facts.setText("no patient is open")
        self._kind.hide()
        self._visit.setText("")
        self._saved.setText("")
        self._retry.hide()

    def _on_changed(self) -> None:
        if self._desk.is_open and self._desk.open_visit.unsaved and self._desk.is_storing:
            self._saved.setText("saving ...")

    def _on_saved(self, at: datetime) -> None:
        if self._desk.is_open:
            self._show_saved(at)

    def _show_saved(self, at: datetime | None) -> None:
        self._set_tone("muted")
        self._saved.setText(f"saved {at.astimezone():%H:%M:%S}" if at else "nothing to save yet")
        self._retry.hide()

    def _on_save_failed(self, error: PainmapError) -> None:
        self._show_not_saved()
        self._saved.setToolTip(str(error))
        self._desk.show_error(error)

    def _show_not_saved(self) -> None:
        self._set_tone("warning")
        self._saved.setText("NOT SAVED")
        self._retry.show()

    def _set_tone(self, tone: str) -> None:
        self._saved.setProperty("tone", tone)
        restyle(self._saved)
