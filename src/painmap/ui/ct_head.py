"""The line over the pictures: which study, which stack, what is unusual, what can be done."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QMenu,
    QPushButton,
    QToolButton,
)

from painmap.domain.sentences import study_sentence
from painmap.imaging.stack import Stack, WarningCode
from painmap.imaging.window import WINDOWS
from painmap.ui.ct_choice import blocks_of, short_words
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_words import WARNING_WORDS, study_words
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import Chips, label, row

SAID_ELSEWHERE = {WarningCode.SYNTHETIC, WarningCode.LOSSY, WarningCode.RESAMPLED}
"""These stand on the pictures themselves."""


class StudyHead(QFrame):
    """Study, stack switcher, warnings, menu.

    Parameters
    ----------
    on_stack : callable
        Called with the stack to show instead.
    on_report, on_detach, on_close, on_open : callable
    """

    def __init__(
        self,
        session: OpenCt,
        icons: Icons,
        palette: Palette,
        *,
        on_stack: Callable[[Stack], object],
        on_report: Callable[[], object],
        on_detach: Callable[[], object],
        on_close: Callable[[], object],
        on_open: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setObjectName("ctHead")
        self._session = session
        self._icons = icons
        self._on_stack = on_stack
        self._stacks: list[Stack] = []
        self.study = ElidedLabel()
        self.state = label(tone="muted")
        self.switch = QComboBox()
        self.switch.setAccessibleName("Series and block")
        self.switch.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.switch.setMinimumContentsLength(27)
        self.switch.activated.connect(self._on_switch)
        self.warning = QPushButton()
        self.warning.setProperty("chip", True)
        self.warning.setProperty("warning", True)
        self.warning.setAccessibleDescription("Opens the import report")
        self.warning.clicked.connect(lambda: on_report())
        self.more = QToolButton()
        self.more.setAccessibleName("More about this study")
        self.more.setToolTip("More about this study")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setIconSize(QSize(20, 20))
        menu = QMenu(self)
        self.open_action = menu.addAction("Open another DICOM folder ...", on_open)
        self.report_action = menu.addAction("Import report", on_report)
        menu.addSeparator()
        self.detach_action = menu.addAction("Detach: not this patient's study", on_detach)
        self.close_action = menu.addAction("Close the pictures", on_close)
        self.more.setMenu(menu)
        self.menu_ = menu
        box = row(self.study, self.state, self.switch, self.warning, self.more, spacing=10)
        box.setContentsMargins(16, 6, 10, 6)
        box.setStretch(0, 1)
        self.setLayout(box)
        self.set_colours(palette)

    def set_colours(self, palette: Palette) -> None:
        self.more.setIcon(self._icons.icon("more", palette, 20))

    def refresh(self) -> None:
        """Show what is open."""
        session = self._session
        if not session.is_open or session.disk is None:
            return
        stack = session.stack
        if session.study is not None:
            words = study_sentence(session.study)
        else:
            words = f"{study_words(session.study_date, stack.modality)}, looked at only"
        self.study.show_text(words)
        self.state.setText("")
        self.detach_action.setVisible(session.study is not None)
        counts = blocks_of(session.disk.stacks)
        self._stacks = [each for each in session.disk.stacks if not each.is_localizer]
        if stack not in self._stacks:
            self._stacks.append(stack)
        self.switch.clear()
        for each in self._stacks:
            self.switch.addItem(short_words(each, of=counts.get(each.series_uid, 1)))
        self.switch.setCurrentIndex(self._stacks.index(stack))
        self.switch.setVisible(len(self._stacks) > 1)
        self.switch.view().setMinimumWidth(340)
        unusual = [code for code in stack.codes if code not in SAID_ELSEWHERE]
        self.warning.setVisible(bool(unusual))
        if unusual:
            first = WARNING_WORDS[unusual[0]]
            more = f" +{len(unusual) - 1}" if len(unusual) > 1 else ""
            self.warning.setText(f"{first}{more}")
            texts = [warning.message for warning in stack.warnings if warning.code in unusual]
            self.warning.setToolTip("\n".join(texts))
            self.warning.setAccessibleName("; ".join(texts))

    def show_state(self, text: str) -> None:
        """Say that something is being read."""
        self.state.setText(text)

    def neighbour(self, direction: int) -> Stack | None:
        """The next stack of the same series, if there is one."""
        stack, blocks = self._session.stack, self._session.blocks
        if stack.resampled or stack not in blocks:
            return None
        place = blocks.index(stack) + direction
        return blocks[place] if 0 <= place < len(blocks) else None

    def _on_switch(self, number: int) -> None:
        stack = self._stacks[number]
        if stack is not self._session.stack:
            self._on_stack(stack)


class WindowChips(Chips):
    """The presets of the window, Ctrl+1 to Ctrl+5."""

    def __init__(self, chosen: Callable[[float, float], object]) -> None:
        super().__init__(
            [(preset.id, preset.name) for preset in WINDOWS],
            lambda ids: self._on_ids(ids),
            name="Window",
        )
        self._tell = chosen
        for number, preset in enumerate(WINDOWS, 1):
            chip = self.chip(preset.id)
            chip.setToolTip(
                f"Width {preset.width}, level {preset.level} HU (Ctrl+{number})\n{preset.source}"
            )
            chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _on_ids(self, ids: tuple[object, ...]) -> None:
        for preset in WINDOWS:
            if preset.id in ids:
                self._tell(preset.width, preset.level)
        if not ids:
            # a second click on the preset in use changes nothing
            self.show_window(*self._last)

    def show_window(self, width: float, level: float) -> None:
        """Mark the preset that is in use, if it is one."""
        self._last = (width, level)
        fits = [each.id for each in WINDOWS if (each.width, each.level) == (width, level)]
        self.set_chosen(fits)
