"""What is asked of a PACS: the fields of a search, filled from the open patient."""

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from painmap.services.pacs import StudyQuery
from painmap.ui.patient_form import date_from_text
from painmap.ui.widgets import Chips, label

MODALITIES = (("CT", "CT"), ("MR", "MR"), ("", "any"))
DATE_EXAMPLE = "such as 12.05.2024"


class SearchFields(QWidget):
    """Name, number, birth date, days of the study, modality; empty fields are not asked.

    Parameters
    ----------
    on_enter : callable
        Called when Enter is pressed in a field.
    """

    def __init__(self, on_enter: Callable[[], object]) -> None:
        super().__init__()
        self._on_enter = on_enter
        self.family = self._field("Family name")
        self.given = self._field("Given name")
        self.number = self._field("Patient ID")
        self.birth = self._field("Birth date", DATE_EXAMPLE)
        self.since = self._field("Studies from", DATE_EXAMPLE)
        self.until = self._field("Studies until", DATE_EXAMPLE)
        self.modality = Chips(MODALITIES, self._chosen, name="Modality")
        self.modality.set_chosen(["CT"])
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for place, field in enumerate((self.family, self.given, self.number, self.birth)):
            grid.addWidget(label(field.accessibleName(), "caption"), 0, place)
            grid.addWidget(field, 1, place)
            grid.setColumnStretch(place, 1)
        grid.setRowMinimumHeight(2, 6)
        for place, field in enumerate((self.since, self.until)):
            grid.addWidget(label(field.accessibleName(), "caption"), 3, place)
            grid.addWidget(field, 4, place)
        grid.addWidget(label("Modality", "caption"), 3, 2)
        grid.addWidget(self.modality, 4, 2)
        self.grid = grid
        self.setLayout(grid)
        self.setFocusProxy(self.family)

    def _field(self, name: str, example: str = "") -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setPlaceholderText(example)
        edit.returnPressed.connect(lambda: self._on_enter())
        return edit

    def _chosen(self, chosen: tuple[object, ...]) -> None:
        """One always holds."""
        if not chosen:
            self.modality.set_chosen([self._last])
        self._last = self.modality.chosen[0]

    _last: object = "CT"

    def fill(self, query: StudyQuery) -> None:
        """Show what would be asked."""
        self.family.setText(query.family_name)
        self.given.setText(query.given_name)
        self.number.setText(query.patient_id)
        for edit, day in (
            (self.birth, query.birth_date),
            (self.since, query.since),
            (self.until, query.until),
        ):
            edit.setText(f"{day:%d.%m.%Y}" if day else "")
        self.modality.set_chosen([query.modality])
        self._last = query.modality

    def query(self) -> StudyQuery:
        """Give what is asked.

        Raises
        ------
        ValueError
            A date cannot be read; the sentence says which.
        """
        return StudyQuery(
            family_name=self.family.text().strip(),
            given_name=self.given.text().strip(),
            patient_id=self.number.text().strip(),
            birth_date=_day(self.birth),
            since=_day(self.since),
            until=_day(self.until),
            modality=str(self.modality.chosen[0]),
        )


def _day(edit: QLineEdit) -> date | None:
    try:
        return date_from_text(edit.text())
    except ValueError:
        what = edit.accessibleName()
        raise ValueError(
            f"{what}: this date cannot be read. Type it as 12.05.2024 or 2024-05-12."
        ) from None
