"""Structures that the doctor marks on CT, to read distances from; nothing else is checked."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit

from painmap.domain.anatomy import Side
from painmap.domain.edits import mark_hazard, remove_hazard
from painmap.domain.ids import new_id
from painmap.domain.needle_plan import Hazard, HazardKind
from painmap.domain.places import PatientPoint
from painmap.services.needle_words import NOT_CHECKED
from painmap.ui.ct_board import CtBoard
from painmap.ui.ct_needle_marks import hazard_name, hazard_points
from painmap.ui.ct_open import OpenCt
from painmap.ui.desk import Desk
from painmap.ui.tools.hazard import HazardShape
from painmap.ui.tools.slice_outcomes import DrawHazard, Grip
from painmap.ui.widgets import Chips, button, column, label, row

HOW = {
    HazardShape.POINT: "Click it.",
    HazardShape.LINE: "Click along it; Return or a double click ends the line.",
    HazardShape.CONTOUR: "Click around it; the first point, Return or a double click closes.",
}
NO_KIND = "Say what it is first: nerve, vessel, pleura, kidney or structure."
CHECKED = f"Distances are to what you mark; {NOT_CHECKED}."


class HazardPanel(QFrame):
    """What is marked next, in which shape, and what is marked already."""

    def __init__(self, on_remove: Callable[[], object], on_choose: Callable[[UUID], object]):
        super().__init__()
        self.setObjectName("ctBar")
        self._on_choose = on_choose
        self.kinds = Chips([(kind, kind.value) for kind in HazardKind], lambda _: None, name="Kind")
        self.shapes = Chips([(each, each.value) for each in HazardShape], self._on_shape, name="As")
        self.shapes.set_chosen((HazardShape.POINT,))
        self.name = QLineEdit()
        self.name.setPlaceholderText("Name, such as sciatic nerve")
        self.name.setAccessibleName("Name of the structure")
        self.marked = QComboBox()
        self.marked.setAccessibleName("Marked structures")
        self.marked.activated.connect(self._on_marked)
        self.remove = button("Remove", on_remove, flat=True)
        self.how = label(HOW[HazardShape.POINT], "muted")
        first = row(label("Keep away from", "muted"), self.kinds, self.name, spacing=10)
        first.setStretch(2, 1)
        second = row(label("marked as", "muted"), self.shapes, self.how, -1, spacing=10)
        second.addWidget(self.marked)
        second.addWidget(self.remove)
        box = column(spacing=8)
        box.setContentsMargins(16, 8, 16, 10)
        box.addLayout(first)
        box.addLayout(second)
        box.addWidget(label(CHECKED, "muted"))
        self.setLayout(box)
        self.show_marked((), None)

    @property
    def kind(self) -> HazardKind | None:
        return next((each for each in HazardKind if each in self.kinds.chosen), None)

    @property
    def shape(self) -> HazardShape:
        chosen = self.shapes.chosen
        return next((s for s in HazardShape if s in chosen), HazardShape.POINT)

    def _on_shape(self, chosen: tuple[object, ...]) -> None:
        if not chosen:
            self.shapes.set_chosen((HazardShape.POINT,))
        self.how.setText(HOW[self.shape])

    def _on_marked(self, number: int) -> None:
        self._on_choose(UUID(self.marked.itemData(number)))

    def show_marked(self, hazards: tuple[Hazard, ...], chosen: UUID | None) -> None:
        """List what is marked, with the chosen one in front."""
        self.marked.clear()
        for each in hazards:
            self.marked.addItem(hazard_name(each), str(each.id))
        self.marked.setVisible(bool(hazards))
        self.marked.setCurrentIndex(self.marked.findData(str(chosen)) if chosen else -1)
        self.marked.setPlaceholderText(f"{len(hazards)} marked")
        self.remove.setVisible(chosen is not None)


class HazardMarker:
    """Marks, chooses and removes structures."""

    def __init__(
        self, desk: Desk, session: OpenCt, board: CtBoard, *, changed: Callable[[], object]
    ) -> None:
        self._desk = desk
        self._session = session
        self._board = board
        self._changed = changed
        self.chosen: UUID | None = None
        self.panel = HazardPanel(self.remove, self.choose)

    @property
    def shown(self) -> tuple[Hazard, ...]:
        """Those that mean something in the open CT."""
        if not self._desk.is_open:
            return ()
        live = self._desk.open_visit.visit.live_hazards
        return tuple(each for each in live if self._session.standing(each.anchor).drawn)

    def hazards(self, view: str) -> tuple[Grip, ...]:
        shown = self._board.shown(view)
        if shown is None:
            return ()
        found = [(each.id, hazard_points(shown, each)) for each in self.shown]
        return tuple(Grip(key, at) for key, places in found if places for at in places[0])

    def may_mark(self, view: str) -> bool:
        del view
        why = self._session.why_not_annotate or ("" if self.panel.kind else NO_KIND)
        self._board.say(why or HOW[self.panel.shape], warning=bool(why))
        return not why

    def draw(self, outcome: DrawHazard) -> None:
        """Record what was drawn; its side is where it lies from the midline."""
        kind = self.panel.kind
        corners = [self._board.patient(outcome.view, at) for at in outcome.points]
        points = tuple(each for each in corners if each is not None)
        if kind is None or len(points) < len(corners):
            return
        hazard = Hazard(
            new_id(),
            kind,
            self._session.anchor(points[0]),
            points,
            closed=outcome.closed,
            side=self._side(points),
            name=self.panel.name.text().strip(),
        )
        self.chosen = hazard.id
        self._desk.apply(mark_hazard(hazard))
        self._board.say(f"Marked: {hazard_name(hazard)}.")

    def _side(self, points: tuple[PatientPoint, ...]) -> Side | None:
        line = self._session.spine(self._desk.open_visit.visit).doctors_line
        if line is None:
            return None
        places = [line.place_of(point) for point in points]
        sides = {place.side if place is not None else None for place in places}
        # what lies on both sides, or on the midline, has none
        return next(iter(sides)) if len(sides) == 1 else None

    def choose(self, hazard_id: UUID | None) -> None:
        """Make a structure the chosen one; None: none."""
        self.chosen = hazard_id if any(each.id == hazard_id for each in self.shown) else None
        self.refresh()
        self._changed()

    def remove(self) -> bool:
        """Take the chosen structure away; False when none is chosen."""
        hazard = next((each for each in self.shown if each.id == self.chosen), None)
        if hazard is None:
            return False
        why = self._session.standing(hazard.anchor).reason
        if why:
            self._board.say(why, warning=True)
            return True
        self.chosen = None
        self._desk.apply(remove_hazard(hazard))
        self._desk.say(f"Removed the {hazard_name(hazard)}. Ctrl+Z brings it back.")
        return True

    def refresh(self) -> None:
        """Show what is marked as it is now."""
        self.panel.show_marked(self.shown, self.chosen)
