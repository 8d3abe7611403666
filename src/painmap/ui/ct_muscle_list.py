"""The muscles on the open CT, one line each, and what can be done to the chosen one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from painmap.domain.compartment import AreaOrigin, Compartment, CompartmentStatus
from painmap.domain.sentences import label_words, plural
from painmap.services.compartments import PALETTE_SIZE
from painmap.services.muscle_edits import MaskAction
from painmap.ui.ct_area_paint import colour_of
from painmap.ui.ct_labels import ElidedButton
from painmap.ui.ct_muscles import Muscles
from painmap.ui.widgets import Chips, button, column, empty, label, row

WIDTH_PX = 312
SWATCH_PX = 14
NAME_STYLE = "text-align: left; padding: 3px 6px; font-weight: "
SMALL_STYLE = "padding: 3px 3px"
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

    def drop_level(self) -> None: ...


class MuscleList(QFrame):
    """Colour, name, visible, locked, status of every muscle; the chosen one has more below."""

    def __init__(
        self, work: Work, on_measures: Callable[[], object], on_propose: Callable[[], object]
    ) -> None:
        super().__init__()
        self.setObjectName("ctMuscles")
        self._work = work
        self.lines: list[MuscleLine] = []
        self._shown: tuple[tuple[Compartment, ...], object] | None = None
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._none = label(
            "None yet. Draw a muscle's contour every few slices, then Fill between slices; "
            "paint it with the brush; or have muscles of the lower back proposed.",
            "muted",
            wrap=True,
        )
        self.measures = button("Measures ...", on_measures)
        self.propose = button("Propose", on_propose)
        self.propose.setToolTip(
            "Propose erector spinae with multifidus, psoas and quadratus lumborum of both sides"
        )
        self.more = self._made_more()
        inner = QWidget()
        within = column(self._none, spacing=8)
        within.setContentsMargins(0, 0, 8, 0)
        within.addLayout(self._lines)
        within.addWidget(self.more)
        within.addStretch(1)
        inner.setLayout(within)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        box = column(label("Muscles on this CT", "heading"), margins=12, spacing=8)
        box.addWidget(scroll, 1)
        box.addLayout(row(self.propose, self.measures, spacing=8))
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
        grid.setSpacing(2)
        # how it is done stands in the tool tips: the list is narrow
        self.buttons: dict[str, QToolButton] = {}
        for number, action in enumerate(MaskAction):
            made = _small(action.value, partial(self._act, action))
            self.buttons[action.value] = made
            grid.addWidget(made, *divmod(number, 2), Qt.AlignmentFlag.AlignLeft)
        self.copy = _small("Copy to next", self._work.copy_next)
        self.mirror = _small("Mirror across", self._work.mirror)
        self.copy.setToolTip("Copy this slice of the muscle to the next slice, and go there")
        self.mirror.setToolTip("Give the other side this shape, across the patient's midline")
        self.drop = _small("Drop this level", self._work.drop_level)
        self.drop.setToolTip("Take the muscle away on all slices of the level that is shown")
        grid.addWidget(self.drop, 4, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.copy, 3, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.mirror, 3, 1, Qt.AlignmentFlag.AlignLeft)
        self.facts = label("", "muted", wrap=True)
        self.accept = _small("Accept", self._on_accept)
        self.lock = _small("Lock", self._on_lock)
        self.colour = _small("Colour", self._on_colour)
        self.remove = _small("Remove", self._on_remove)
        box = column(self.facts, spacing=8)
        box.addLayout(row(self.accept, self.lock, self.colour, self.remove, -1, spacing=2))
        box.addLayout(row(label("Opacity", "muted"), self.opacity, spacing=8))
        box.addWidget(self.scope)
        box.addLayout(grid)
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
            accepted = chosen.status is CompartmentStatus.ACCEPTED
            self.accept.setText("Reopen" if accepted else "Accept")
            self.lock.setText("Unlock" if chosen.locked else "Lock")
            self.remove.setEnabled(not chosen.locked)
            self.opacity.setValue(chosen.opacity)

    # --- what is done

    def _on_accept(self) -> None:
        chosen = self._work.muscles.chosen_one
        if chosen is None:
            return
        accepted = chosen.status is CompartmentStatus.ACCEPTED
        status = CompartmentStatus.EDITED if accepted else CompartmentStatus.ACCEPTED
        words = "edit muscle again" if accepted else "accept muscle"
        self._work.change(replace(chosen, status=status), words)

    def _on_lock(self) -> None:
        chosen = self._work.muscles.chosen_one
        if chosen is not None:
            words = "unlock muscle" if chosen.locked else "lock muscle"
            self._work.change(replace(chosen, locked=not chosen.locked), words)

    def _on_colour(self) -> None:
        chosen = self._work.muscles.chosen_one
        if chosen is not None:
            number = (chosen.colour + 1) % PALETTE_SIZE
            self._work.change(replace(chosen, colour=number), "colour of the muscle")

    def _on_remove(self) -> None:
        chosen = self._work.muscles.chosen_one
        if chosen is not None:
            self._work.remove(chosen)

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


class MuscleLine(QWidget):
    """One muscle: its colour, hollow while it is hidden, its name, and how far it stands."""

    def __init__(self, compartment: Compartment, work: Work, *, chosen: bool) -> None:
        super().__init__()
        words = work.muscles.words(compartment.muscle_id, compartment.side)
        self.visible = QToolButton()
        self.visible.setIcon(swatch(colour_of(compartment.colour), hollow=not compartment.visible))
        self.visible.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.visible.setAutoRaise(True)
        self.visible.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        shown = "Hide" if compartment.visible else "Show"
        self.visible.setToolTip(shown)
        self.visible.setAccessibleName(f"{shown} the {words}")
        turned = replace(compartment, visible=not compartment.visible)
        self.visible.clicked.connect(lambda: work.change(turned, f"{shown.lower()} muscle"))
        self.name = ElidedButton(words)  # the list is narrow
        self.name.setCheckable(True)
        self.name.setChecked(chosen)
        self.name.setFlat(True)
        self.name.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.name.setStyleSheet(NAME_STYLE + ("600" if chosen else "400"))
        self.name.clicked.connect(lambda: work.choose(compartment))
        locked = ", locked" if compartment.locked else ""
        self.state = label(f"{compartment.status.value}{locked}", "muted")
        box = row(self.visible, self.name, self.state, spacing=4)
        box.setStretch(1, 1)
        self.setLayout(box)


def _small(words: str, act: Callable[[], object]) -> QToolButton:
    made = QToolButton()
    made.setText(words)
    made.setStyleSheet(SMALL_STYLE)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.clicked.connect(lambda: act())
    return made


def facts_of(compartment: Compartment) -> str:
    """Such as "12 slices, 4 drawn or painted; side agrees with the midline; by dr.weber"."""
    slices, source = plural(len(compartment.areas), "slice"), compartment.source
    others = (AreaOrigin.IMPORTED, AreaOrigin.PROPOSED)
    imported = sum(area.origin in others for area in compartment.areas)
    drawn = len(compartment.keys) - imported
    parts = [f"{slices}, {drawn} drawn or painted" if drawn or source is None else slices]
    if source is not None:
        parts.append(label_words(source))
    parts.append(compartment.side_check.basis.value)
    if compartment.stamp.author:
        parts.append(f"by the user {compartment.stamp.author}")
    return "; ".join(parts)


def swatch(colour: QColor, *, hollow: bool = False) -> QIcon:
    """A square of a colour; only its rim while what it stands for is hidden."""
    pixmap = QPixmap(SWATCH_PX, SWATCH_PX)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.setPen(colour)
    painter.drawRoundedRect(QRectF(1, 1, SWATCH_PX - 2, SWATCH_PX - 2), 3, 3)
    painter.end()
    return QIcon(pixmap)
