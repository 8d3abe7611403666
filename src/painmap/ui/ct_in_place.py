"""A panel in place of the pictures of the page CT, until it is left."""

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from painmap.ui.theme import Palette


class InPlace:
    """Shows one panel at a time; the pictures stay as they were behind it.

    Parameters
    ----------
    stack : QStackedWidget
        Of the page.
    look : callable
        Brings the pictures back, if there are any.
    """

    def __init__(self, stack: QStackedWidget, look: Callable[[], object]) -> None:
        self._stack = stack
        self._look = look
        self.panel: QWidget | None = None

    @property
    def is_shown(self) -> bool:
        return self.panel is not None and self._stack.currentWidget() is self.panel

    def show(self, panel: QWidget) -> None:
        """Show `panel`; one that was there before goes."""
        before, self.panel = self.panel, panel
        self._stack.addWidget(panel)
        self._stack.setCurrentWidget(panel)
        panel.setFocus()
        self._drop(before)

    def set_colours(self, palette: Palette) -> None:
        """Let a panel that draws by itself take the colours of the day."""
        paint = getattr(self.panel, "set_colours", None)
        if paint is not None:
            paint(palette)

    def leave(self) -> None:
        """Take the panel away, if there is one, and show the pictures again."""
        before, self.panel = self.panel, None
        if before is not None and self._stack.currentWidget() is before:
            self._look()
        self._drop(before)

    def _drop(self, panel: QWidget | None) -> None:
        if panel is not None:
            self._stack.removeWidget(panel)
            panel.deleteLater()
