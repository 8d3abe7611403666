"""Below the pictures while the spine is worked on: its state, one landmark's name, the answers."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QFrame

from painmap.domain.anatomy import Level
from painmap.domain.injection import Landmark, LandmarkKind, Transitional
from painmap.services.spine import Spine, transitional_of
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.widgets import Chips, button, column, label, restyle, row

ANSWERS = (Transitional.NO, Transitional.YES, Transitional.UNSURE)
NOTHING = "No spine is marked. Find it from bone, or click a spinous process."
NO_LEVEL = "no level"
HOW = "Click a spinous process or a vertebral body to mark it; drag one to move it."


@dataclass(frozen=True, slots=True)
class SpineActions:
    """What the panel asks of the work on the spine."""

    propose: Callable[[], object]
    confirm: Callable[[], object]
    drop: Callable[[], object]
    name: Callable[[Level], object]
    kind: Callable[[LandmarkKind], object]
    remove: Callable[[], object]
    answer: Callable[[Transitional], object]


class SpinePanel(QFrame):
    """State and actions for the whole above; below them the one landmark that is spoken of."""

    def __init__(self, actions: SpineActions) -> None:
        super().__init__()
        self.setObjectName("ctBar")
        self._actions = actions
        self.state = ElidedLabel()
        self.state.setProperty("tone", "strong")
        self.odd = ElidedLabel()
        self.propose = button("Find spine", actions.propose)
        self.drop = button("Drop proposal", actions.drop, flat=True)
        self.confirm = button("Confirm all", actions.confirm, primary=True)
        self.this = label("This is", "muted")
        self.levels = QComboBox()
        self.levels.setAccessibleName("Level of the chosen landmark")
        self.levels.addItem(NO_LEVEL, None)
        for level in Level:
            self.levels.addItem(level.value, level)
        self.levels.activated.connect(lambda _: self._on_level())
        self.kinds = Chips(
            [(kind, kind.value) for kind in LandmarkKind], self._on_kind, name="Landmark"
        )
        self.remove = button("Remove", actions.remove, flat=True)
        self.transitional = Chips(
            [(each, each.value) for each in ANSWERS], self._on_answer, name="Transitional vertebra"
        )
        first = row(self.state, self.propose, self.drop, self.confirm, spacing=10)
        first.setStretch(0, 1)
        second = row(self.this, self.kinds, self.levels, self.remove, -1, spacing=10)
        second.addWidget(label("Transitional vertebra?", "muted"))
        second.addWidget(self.transitional)
        box = column(spacing=4)
        box.setContentsMargins(16, 6, 16, 6)
        box.addLayout(first)
        box.addLayout(second)
        box.addWidget(self.odd)
        self.setLayout(box)

    def show_spine(self, spine: Spine, chosen: Landmark | None, state: str) -> None:
        """Show the spine as it is now, and the landmark that is spoken of."""
        self.state.show_text(state)
        odd = " ".join(spine.odd_words)
        self.odd.show_text(
            odd or "Click a spinous process or a vertebral body; drag one to move it."
        )
        self.odd.setProperty("tone", "warning" if odd else "muted")
        restyle(self.odd)
        self.propose.setVisible(not spine.is_proposal)
        self.drop.setVisible(spine.is_proposal)
        self.confirm.setVisible(spine.is_proposal)
        for part in (self.levels, self.kinds, self.remove):
            part.setEnabled(chosen is not None)
        self.levels.setCurrentIndex(max(0, self.levels.findData(chosen.level if chosen else None)))
        self.kinds.set_chosen(() if chosen is None else (chosen.kind,))
        self.transitional.setEnabled(spine.count is not None)
        self.transitional.set_chosen((transitional_of(spine),))

    def _on_level(self) -> None:
        level = self.levels.currentData()
        if level is not None:
            self._actions.name(Level(level))

    def _on_kind(self, chosen: tuple[object, ...]) -> None:
        kind = next((each for each in LandmarkKind if each in chosen), None)
        if kind is not None:
            self._actions.kind(kind)

    def _on_answer(self, chosen: tuple[object, ...]) -> None:
        answer = next((each for each in ANSWERS if each in chosen), None)
        self._actions.answer(answer or Transitional.NOT_ASKED)
