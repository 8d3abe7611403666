"""Below the pictures: muscle, side and level of what is marked next, and what is chosen."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget

from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.injection import Landmark, Outline, PlannedSite
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.muscle_chooser import MuscleChooser
from painmap.ui.widgets import NoteEdit, button, column, restyle, row

NOTE_HEIGHT = 40
DETAIL_HEIGHT = 48


class MarkBar(QFrame):
    """What the next annotation is called, and what the chosen one says.

    Parameters
    ----------
    muscles : mapping of str to Muscle
    on_note : callable
        Called with the note of the chosen annotation.
    on_remove : callable
    on_apply : callable
        Give the chosen annotation the muscle, side and level that stand above.
    """

    def __init__(
        self,
        muscles: Mapping[str, Muscle],
        *,
        on_note: Callable[[str], None],
        on_remove: Callable[[], object],
        on_apply: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setObjectName("ctBar")
        self._ready = False
        self._last_muscle: str | None = None
        self._item: PlannedSite | Outline | Landmark | None = None
        self._editable = False
        self.hint = ElidedLabel()
        self.hint.setProperty("tone", "muted")
        self.sentence = ElidedLabel()
        self.measured = ElidedLabel()
        self.measured.setProperty("tone", "muted")
        self.note = NoteEdit(on_note, "Note")
        self.note.setFixedHeight(NOTE_HEIGHT)
        self.note.setAcceptDrops(False)  # a folder that is dropped belongs to the window
        self.note.setAccessibleName("Note to the chosen annotation")
        self.apply = button("Change to the above", on_apply, flat=True)
        self.remove = button("Remove", on_remove, flat=True)
        # choices made while it is being built concern nobody
        self.chooser = MuscleChooser(muscles, lambda: self._on_choice() if self._ready else None)
        self._detail = QWidget()
        self._detail.setFixedHeight(DETAIL_HEIGHT)
        stays = self._detail.sizePolicy()
        stays.setRetainSizeWhenHidden(True)  # pictures must not move under the hand
        self._detail.setSizePolicy(stays)
        words = column(self.sentence, self.measured, spacing=2)
        detail = row(spacing=12)
        detail.addLayout(words, 7)
        detail.addWidget(self.note, 3)
        detail.addWidget(self.apply)
        detail.addWidget(self.remove)
        self._detail.setLayout(detail)
        box = column(spacing=8)
        box.setContentsMargins(16, 8, 16, 10)
        box.addWidget(self.chooser)
        box.addWidget(self._detail)
        self.setLayout(box)
        self._ready = True
        self.show_item(None, "", "", editable=False)

    # --- what comes next

    @property
    def muscle(self) -> Muscle | None:
        return self.chooser.muscle

    @property
    def side(self) -> Side | None:
        return self.chooser.side

    @property
    def level(self) -> Level | None:
        return self.chooser.level

    def missing(self) -> str:
        """What must be chosen before something is marked; empty when nothing."""
        if self.muscle is None:
            return "Choose the muscle first."
        if self.side is None:
            return f"Choose LEFT or RIGHT for the {self.muscle.name} first."
        return ""

    def _on_choice(self) -> None:
        muscle = self.chooser.muscle
        name = muscle.id if muscle else None
        if name != self._last_muscle:
            # another muscle, another decision: a side is never taken over
            self._last_muscle = name
            self.chooser.clear_side()
        self._refresh_apply()
        if self.hint.property("tone") == "warning":
            self.say(self.missing(), warning=bool(self.missing()))

    def say(self, text: str, *, warning: bool = False) -> None:
        """Show what to do now, or what is missing."""
        self.hint.show_text(text)
        self.hint.setProperty("tone", "warning" if warning else "muted")
        restyle(self.hint)

    # --- what is chosen

    def show_item(
        self,
        item: PlannedSite | Outline | Landmark | None,
        sentence: str,
        measured: str,
        *,
        editable: bool,
    ) -> None:
        """Show the chosen annotation; None hides it."""
        self._item = item
        self._editable = editable
        self._detail.setVisible(item is not None)
        self.sentence.show_text(sentence)
        self.measured.show_text(measured)
        self.measured.setVisible(bool(measured))
        has_note = isinstance(item, PlannedSite | Outline)
        self.note.setVisible(has_note)
        self.note.setEnabled(editable)
        self.remove.setEnabled(editable)
        if isinstance(item, PlannedSite | Outline):
            self.note.show_text(item.note)
        self._refresh_apply()

    def _refresh_apply(self) -> None:
        item = self._item
        if not isinstance(item, PlannedSite | Outline) or self.missing() or not self._editable:
            self.apply.hide()
            return
        muscle = self.muscle
        same = muscle is not None and (muscle.id, self.side, self.level) == (
            item.muscle_id,
            item.side,
            item.level,
        )
        self.apply.setVisible(not same)

    def set_read_only(self, why: str) -> None:
        """Say why nothing may be marked; the chooser has no use then."""
        self.setVisible(not why)
        self.say(why, warning=bool(why))

    def focus_muscle(self) -> None:
        self.chooser.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
