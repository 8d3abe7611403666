"""Questions that stand over the whole window: what is not stored, and closing without it."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from painmap.domain.errors import PainmapError
from painmap.services.rebase import EditedElsewhere
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.desk import Desk

WIDTH_PX = 560


class WindowQuestions:
    """Shows one question at a time over the window."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self._desk = desk
        self._window = window
        self.panel: QuestionPanel | None = None
        self.gives_up = False
        """The window is closed although something is not stored: the doctor has said so."""
        desk.save_failed.connect(self._on_save_failed)

    def before_closing(self, problem: PainmapError) -> None:
        """Ask what to do with what could not be stored."""
        self._ask(
            QuestionPanel(
                "Something that is shown is not stored yet.",
                [str(problem)],
                [
                    Answer("Try again", lambda _: self._window.close()),
                    Answer("Close without it", lambda _: self._close_anyway()),
                    Answer("Stay", lambda _: self._put_away(), default=True),
                ],
                on_escape=self._put_away,
            )
        )

    def _close_anyway(self) -> None:
        self.gives_up = True
        self._window.close()

    def _on_save_failed(self, error: PainmapError) -> None:
        if not isinstance(error, EditedElsewhere):
            return
        self._ask(
            QuestionPanel(
                error.message,
                ["What you see here is kept until you choose what holds."],
                [
                    Answer("Put mine on top", lambda _: self._choose(self._desk.put_mine_on_top)),
                    Answer("Show what is stored", lambda _: self._choose(self._desk.take_stored)),
                    Answer("Later", lambda _: self._put_away(), default=True),
                ],
                on_escape=self._put_away,
            )
        )

    def _choose(self, act: Callable[[], None]) -> None:
        self._put_away()
        act()

    def _ask(self, panel: QuestionPanel) -> None:
        self._put_away()
        self.panel = panel
        window = self._window
        panel.setParent(window)
        panel.setFixedWidth(WIDTH_PX)
        panel.adjustSize()
        panel.move((window.width() - panel.width()) // 2, (window.height() - panel.height()) // 3)
        panel.show()
        panel.raise_()
        panel.take_focus()

    def _put_away(self) -> None:
        if self.panel is not None:
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None
