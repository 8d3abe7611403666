"""The table of the page Sites: one line a site, as a Qt model over the visit."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap

from painmap.domain.anatomy import Side
from painmap.domain.injection import CtPlace, FigurePlace, PlannedSite, SideBasis, SideCheck
from painmap.domain.pain import PainSite
from painmap.domain.sentences import (
    muscle_words,
    pain_sentence,
    place_of_pain,
    planned_sentence,
)
from painmap.domain.visit import Visit
from painmap.ui.desk import Desk

Index = QModelIndex | QPersistentModelIndex

MINIATURE_PX = 56

COLUMNS = ("Muscle", "Level", "Pain it is for", "Placed", "Status", "Side")

_SHORT_PLACES = {CtPlace: "on CT", FigurePlace: "on the figure", type(None): "by name"}

_SHORT_BASIS = {
    SideBasis.AGREES: "agrees",
    SideBasis.NOT_CHECKED: "chosen by the doctor, not checked",
    SideBasis.KEPT_AGAINST: "KEPT AGAINST the midline",
}


def short_side_words(check: SideCheck) -> str:
    """Such as "agrees, 71 mm LEFT of the midline"; the whole sentence stands below the table."""
    words = _SHORT_BASIS[check.basis]
    if check.basis is SideBasis.NOT_CHECKED or check.offset_mm is None:
        return words
    side = "LEFT" if check.offset_mm > 0 else "RIGHT"
    return f"{words}, {abs(check.offset_mm):.0f} mm {side}"


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One line: a planned site, or a pain that has no site yet.

    An empty cell is part of what the table says: a pain without a site, a site without pain.
    """

    site: PlannedSite | None
    pain: PainSite | None
    cells: tuple[str, ...]
    spoken: str

    @property
    def id(self) -> UUID:
        either = self.site or self.pain
        if either is None:
            raise ValueError("a line of nothing")
        return either.id


def site_rows(visit: Visit, desk: Desk) -> tuple[SiteRow, ...]:
    """List every live planned site, then every pain that none of them is for."""
    rows = []
    linked = set()
    for site in visit.live_planned_sites:
        pain = visit.pain_of(site)
        if pain is not None:
            linked.add(pain.id)
        muscle = muscle_words(site.muscle_id, desk.muscles)
        name = muscle if site.side is Side.MIDLINE else f"{site.side.word} {muscle}"
        on_ct = isinstance(site.place, CtPlace) and site.side is not Side.MIDLINE
        cells = (
            name,
            site.level.value if site.level else "–",
            _pain_words(visit, pain),
            _SHORT_PLACES[type(site.place)],
            site.status.value,
            short_side_words(site.side_check) if on_ct else "as entered",
        )
        rows.append(SiteRow(site, pain, cells, planned_sentence(site, desk.muscles)))
    for pain in visit.pain_sites:
        if pain.id not in linked:
            words = pain_sentence(pain, visit.marks_of(pain.id), visit)
            cells = ("", "", _pain_words(visit, pain), "", "", "")
            rows.append(SiteRow(None, pain, cells, f"no site yet for {words}"))
    return tuple(rows)


def _pain_words(visit: Visit, pain: PainSite | None) -> str:
    if pain is None:
        return ""
    place = place_of_pain(visit.marks_of(pain.id)).removeprefix("patient's ")
    return place if pain.intensity is None else f"{place}, {pain.intensity}/10"


class SiteTable(QAbstractTableModel):
    """Qt's view of the lines; it is rebuilt whenever the visit changes."""

    def __init__(self, desk: Desk, miniature: Callable[[PlannedSite, int], QImage | None]) -> None:
        super().__init__()
        self._desk = desk
        self._miniature = miniature
        self._pictures: dict[UUID, QIcon] = {}
        self.rows: tuple[SiteRow, ...] = ()

    def refresh(self) -> None:
        self.beginResetModel()
        self._pictures = {}
        is_open = self._desk.is_open
        self.rows = site_rows(self._desk.open_visit.visit, self._desk) if is_open else ()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            text = row.cells[index.column()]
            if row.site is None and index.column() == 0:
                return "no site for this pain yet"
            if row.site is not None and row.pain is None and index.column() == 2:
                return "no pain linked"
            return text
        if role == Qt.ItemDataRole.DecorationRole and COLUMNS[index.column()] == "Placed":
            return self._picture(row.site)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.cells[index.column()] or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        return None

    def _picture(self, site: PlannedSite | None) -> QIcon | None:
        """The CT around a target; None while its study is not open."""
        if site is None or not isinstance(site.place, CtPlace):
            return None
        if site.id not in self._pictures:
            image = self._miniature(site, 2 * MINIATURE_PX)
            if image is None:
                return None
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(2)
            icon = QIcon(pixmap)
            # a chosen line would tint the picture, and grey values are what it shows
            icon.addPixmap(pixmap, QIcon.Mode.Selected)
            self._pictures[site.id] = icon
        return self._pictures[site.id]
