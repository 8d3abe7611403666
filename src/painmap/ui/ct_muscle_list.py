"""The muscles on the open CT, one line each, and what can be done to the chosen one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from painmap.domain.compartment import Compartment, CompartmentStatus
from painmap.domain.sentences import plural
from painmap.services.compartments import PALETTE_SIZE
from painmap.services.muscle_edits import MaskAction
from painmap.ui.ct_area_paint import colour_of
from painmap.ui.ct_muscles import Muscles
from painmap.ui.widgets import Chips, button, column, empty, label, restyle, row

WIDTH_PX = 272
SWATCH_PX = 14
HERE, EVERYWHERE = "here", "everywhere"


class Work(Protocol):
    """What the list asks to be done."""

    muscles: Muscles

    def choose(self, compartment: Compartment) -> None: ...

    def change(self, compartment: Compartment, label: str) -> None: ...

    def remove(self, compartment: Compartment) -> None: ...

    def act(self, action: MaskAction, *, everywhere: bool) -> None: ...

    def copy_next(self) -> None: ...

    def mirror(self) -> None: ...


class MuscleList(QFrame):
    """Colour, name, visible, locked, status of every muscle; the chosen one has more below."""

    def __init__(self, work: Work, on_measures: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("ctMuscles")
        self._work = work
        self.lines: list[MuscleLine] = []
        self._shown: tuple[tuple[Compartment, ...], object] | None = None
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._none = label(
            "None yet. Draw a muscle's contour every few slices, then Fill between slices; "
            "or paint it with the brush.",
            "muted",
            wrap=True,
        )
        self.measures = button("Measures ...", on_measures)
        self.more = self._made_more()
        box = column(label("Muscles on this CT", "heading"), self._none, margins=12, spacing=10)
        box.addLayout(self._lines)
        box.addWidget(self.more)
        box.addStretch(1)
        box.addWidget(self.measures)
        self.setLayout(box)
        self.setFixedWidth(WIDTH_PX)

    def _made_more(self) -> QWidget:
        more = QWidget()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setSingleStep(5)
        self.opacity.setAccessibleName("Opacity of the filling")
        self.opacity.sliderReleased.connect(self._on_opacity)
        self.opacity.actionTriggered.connect(lambda _: self._on_key_opacity())
        self.scope = Chips(
            [(HERE, "This slice"), (EVERYWHERE, "All its slices")],
            lambda _: None,
            name="Where",
        )
        self.scope.set_chosen([HERE])
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        self.buttons: dict[str, QPushButton] = {}
        for number, action in enumerate(MaskAction):
            made = button(action.value, partial(self._act, action))
            self.buttons[action.value] = made
            grid.addWidget(made, *divmod(number, 2))
        self.copy = button("Copy to the next slice", self._work.copy_next)
        self.mirror = button("Mirror to the other side", self._work.mirror)
        self.facts = label("", "muted", wrap=True)
        box = column(self.facts, spacing=8)
        box.addLayout(row(label("Opacity", "muted"), self.opacity, spacing=8))
        box.addWidget(self.scope)
        box.addLayout(grid)
        box.addWidget(self.copy)
        box.addWidget(self.mirror)
        more.setLayout(box)
        return more

    # --- what is shown

    def refresh(self) -> None:
        """Show the muscles as they are recorded."""
        if self.isHidden():
            return
        shown, chosen = self._work.muscles.shown, self._work.muscles.chosen_one
        state = (shown, chosen)
        if state == self._shown:
            return
        self._shown = state
        empty(self._lines)
        self.lines = [MuscleLine(each, self._work, chosen=each is chosen) for each in shown]
        for line in self.lines:
            self._lines.addWidget(line)
        self._none.setVisible(not shown)
        self.measures.setEnabled(bool(shown))
        self.more.setVisible(chosen is not None)
        if chosen is not None:
            self.facts.setText(facts_of(chosen))
            self.opacity.setValue(chosen.opacity)

    # --- what is done

    def _act(self, action: MaskAction) -> None:
        self._work.act(action, everywhere=self.scope.chosen == (EVERYWHERE,))

    def _on_key_opacity(self) -> None:
        if not self.opacity.isSliderDown():
            self._set_opacity(self.opacity.sliderPosition())

    def _on_opacity(self) -> None:
        self._set_opacity(self.opacity.value())

    def _set_opacity(self, percent: int) -> None:
        chosen = self._work.muscles.chosen_one
        if chosen is not None and chosen.opacity != percent:
            self._work.change(replace(chosen, opacity=percent), "opacity of the muscle")


class MuscleLine(QFrame):
    """One muscle."""

    def __init__(self, compartment: Compartment, work: Work, *, chosen: bool) -> None:
        super().__init__()
        self.compartment = compartment
        self._work = work
        words = work.muscles.words(compartment.muscle_id, compartment.side)
        self.swatch = button("", self._next_colour, flat=True)
        self.swatch.setIcon(swatch(colour_of(compartment.colour)))
        self.swatch.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.swatch.setAccessibleName(f"Colour of the {words}")
        self.swatch.setToolTip("Next colour")
        self.name = button(words, lambda: work.choose(compartment), flat=True)
        self.name.setCheckable(True)
        self.name.setChecked(chosen)
        self.name.setProperty("muscleName", True)
        restyle(self.name)
        self.visible = self._flag("shown", "hidden", on=compartment.visible, act=self._show)
        self.locked = self._flag("locked", "open", on=compartment.locked, act=self._lock)
        accepted = compartment.status is CompartmentStatus.ACCEPTED
        self.status = button(compartment.status.value, self._accept, flat=True)
        self.status.setToolTip("Edit again" if accepted else "Accept as it is")
        self.remove = button("Remove", lambda: work.remove(compartment), flat=True)
        self.remove.setEnabled(not compartment.locked)
        top = row(self.swatch, self.name, spacing=4)
        top.setStretch(1, 1)
        below = row(self.status, self.visible, self.locked, -1, self.remove, spacing=2)
        box = column(spacing=0)
        box.addLayout(top)
        box.addLayout(below)
        self.setLayout(box)

    def _flag(self, yes: str, no: str, *, on: bool, act: Callable[[], object]) -> QPushButton:
        made = button(yes if on else no, act, flat=True)
        made.setToolTip(f"Now {yes if on else no}: make it {no if on else yes}")
        return made

    def _next_colour(self) -> None:
        number = (self.compartment.colour + 1) % PALETTE_SIZE
        self._work.change(replace(self.compartment, colour=number), "colour of the muscle")

    def _show(self) -> None:
        shown = not self.compartment.visible
        changed = replace(self.compartment, visible=shown)
        self._work.change(changed, "show muscle" if shown else "hide muscle")

    def _lock(self) -> None:
        locked = not self.compartment.locked
        changed = replace(self.compartment, locked=locked)
        self._work.change(changed, "lock muscle" if locked else "unlock muscle")

    def _accept(self) -> None:
        accepted = self.compartment.status is CompartmentStatus.ACCEPTED
        status = CompartmentStatus.EDITED if accepted else CompartmentStatus.ACCEPTED
        changed = replace(self.compartment, status=status)
        self._work.change(changed, "edit muscle again" if accepted else "accept muscle")


def facts_of(compartment: Compartment) -> str:
    """Such as "12 slices, 4 of them drawn; side agrees with the midline; dr.weber"."""
    keys = len(compartment.keys)
    parts = [f"{plural(len(compartment.areas), 'slice')}, {keys} drawn or painted"]
    parts.append(compartment.side_check.basis.value)
    if compartment.stamp.author:
        parts.append(f"by {compartment.stamp.author}")
    return "; ".join(parts)


def swatch(colour: QColor) -> QIcon:
    """A square of a colour."""
    pixmap = QPixmap(SWATCH_PX, SWATCH_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(0, 0, SWATCH_PX, SWATCH_PX, 3, 3)
    painter.end()
    return QIcon(pixmap)
