"""The form for a new patient: four fields, and one choice that can never be changed."""

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QLineEdit

from painmap.domain.ids import new_id
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.ui.widgets import Chips, button, column, label, row

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%Y%m%d")
"""How a birth date may be typed: year first, or day first; never the month first."""

OLDEST_YEAR = 1890


def date_from_text(text: str) -> date | None:
    """Read a birth date.

    Raises
    ------
    ValueError
        It cannot be read, lies in the future or too far back.
    """
    text = " ".join(text.split())
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if day.year >= OLDEST_YEAR and day <= datetime.now().astimezone().date():
            return day
    raise ValueError("no date of birth")


class PatientForm(QFrame):
    """Family name, given name, birth date, sex, number; real or demonstration.

    Parameters
    ----------
    on_patient : callable
        Called with the new Patient.
    on_close : callable
        Called when the form is put away.
    """

    def __init__(self, on_patient: Callable[[Patient], None], on_close: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._on_patient = on_patient
        self.family = self._field("Family name")
        self.given = self._field("Given name")
        self.birth = self._field("Birth date", "for example 12.05.1961 or 1961-05-12")
        self.number = self._field("Record number")
        self.institution = self._field("Institution that gave the number")
        self.sex = Chips([(sex, sex.value) for sex in Sex], lambda _: None, name="Sex")
        self.kind = Chips(
            [
                (PatientKind.REAL, "real patient"),
                (PatientKind.DEMONSTRATION, "demonstration, no person"),
            ],
            lambda _: None,
            name="Kind of record",
        )
        self.wrong = label(tone="warning", wrap=True)
        self.wrong.hide()
        form = QFormLayout()
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(16)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow("Family name", self.family)
        form.addRow("Given name", self.given)
        form.addRow("Birth date", self.birth)
        form.addRow("Sex", self.sex)
        form.addRow("Record number", self.number)
        form.addRow("Institution", self.institution)
        form.addRow("Kind of record", self.kind)
        hint = label(
            "The kind can never be changed. Synthetic and public sample studies go to "
            "demonstration records only.",
            "faint",
            wrap=True,
        )
        box = column(label("New patient", "heading"), margins=24, spacing=16)
        box.addLayout(form)
        box.addWidget(hint)
        box.addWidget(self.wrong)
        self._create = button("Create patient", self.hand_over, primary=True)
        box.addLayout(row(-1, button("Close", on_close, flat=True), self._create))
        box.addStretch(1)
        self.setLayout(box)
        self.setFocusProxy(self.family)

    def _field(self, name: str, example: str = "") -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setPlaceholderText(example)
        edit.returnPressed.connect(self.hand_over)
        return edit

    def start(self, typed: str = "") -> None:
        """Empty the form; what was typed into the search is the family name."""
        for edit in (self.family, self.given, self.birth, self.number, self.institution):
            edit.clear()
        self.family.setText(typed)
        self.sex.set_chosen([])
        self.kind.set_chosen([])
        self.wrong.hide()
        (self.given if typed else self.family).setFocus()

    def hand_over(self) -> None:
        """Give the patient on, or say what is missing."""
        problem, birth = "", None
        if not self.family.text().strip():
            problem = "The family name is missing."
        elif not self.kind.chosen:
            problem = "Say whether this is a real patient or a demonstration."
        else:
            try:
                birth = date_from_text(self.birth.text())
            except ValueError:
                problem = "The birth date cannot be read. Type it as 12.05.1961 or 1961-05-12."
        self.wrong.setText(problem)
        self.wrong.setVisible(bool(problem))
        if problem:
            return
        sex = Sex(str(self.sex.chosen[0])) if self.sex.chosen else None
        self._on_patient(
            Patient(
                id=new_id(),
                kind=PatientKind(str(self.kind.chosen[0])),
                family_name=self.family.text().strip(),
                given_name=self.given.text().strip(),
                birth_date=birth,
                sex=sex,
                record_number=self.number.text().strip(),
                institution=self.institution.text().strip(),
            )
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        super().keyPressEvent(event)
