"""The steps of a visit at the left of the window, one for each page."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton

from painmap.domain.edits import Page
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import column

STEP_ICONS = {
    Page.TODAY: "today",
    Page.MAP: "map",
    Page.CT: "ct",
    Page.SITES: "sites",
    Page.FINISH: "finish",
}
RAIL_PX = 88


class StepRail(QFrame):
    """Buttons for the pages; exactly one is chosen."""

    def __init__(self, icons: Icons, palette: Palette, chosen: Callable[[Page], object]) -> None:
        super().__init__()
        self.setObjectName("steps")
        self.setFixedWidth(RAIL_PX)
        self._icons = icons
        self.steps: dict[Page, QToolButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        box = column(spacing=4)
        box.setContentsMargins(8, 12, 8, 12)
        for page in Page:
            step = QToolButton()
            step.setText(page.value)
            step.setCheckable(True)
            step.setProperty("step", True)
            step.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            step.setIconSize(step.iconSize().expandedTo(step.iconSize() * 1.4))
            step.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            step.setAccessibleName(f"Step {page.value}")
            step.clicked.connect(lambda _=False, page=page: chosen(page))
            group.addButton(step)
            box.addWidget(step)
            self.steps[page] = step
        box.addStretch(1)
        self.setLayout(box)
        self.set_colours(palette)

    def set_colours(self, palette: Palette) -> None:
        for page, step in self.steps.items():
            step.setIcon(self._icons.icon(STEP_ICONS[page], palette, 24))

    def show_chosen(self, page: Page) -> None:
        self.steps[page].setChecked(True)

    def set_visit_open(self, is_open: bool) -> None:
        """Every page but the first needs an open visit."""
        for page, step in self.steps.items():
            step.setEnabled(is_open or page is Page.TODAY)
