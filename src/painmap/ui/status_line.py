"""The bottom line: user, place of the database, long tasks; and the quiet messages above it."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from painmap.domain.pace import Pace
from painmap.domain.progress import Progress
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.desk import Message, Tone
from painmap.ui.widgets import button, column, label, restyle, row

HEIGHT_PX = 34
MESSAGE_GAP_PX = 12
MESSAGE_MS = 8000
"""A plain message stays this long; a warning stays until it is put away."""


class StatusLine(QFrame):
    """Who works, where the data are, and what takes long."""

    def __init__(self, user: str, place: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setFixedHeight(HEIGHT_PX)
        self._task = label()
        self._task.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._pace = Pace()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self.cancel_button = button("Cancel", self._on_cancel, flat=True)
        self.cancel_button.setStyleSheet("padding: 2px 8px; font-size: 12px;")
        self._stop: Callable[[], None] | None = None
        purpose = label(
            "Documents findings and plans. Not for primary diagnosis, does not guide a needle."
        )
        where = ElidedLabel()  # a long path gives way to the task
        where.show_text(place)
        box = row(
            label(f"User {user}"),
            12,
            where,
            self._task,
            self._bar,
            self.cancel_button,
            purpose,
        )
        box.setContentsMargins(20, 0, 20, 0)
        self._purpose = purpose
        self.setLayout(box)
        self.finish_task()

    def show_task(self, step: Progress | None, stop: Callable[[], None] | None) -> None:
        """Show how far a long task is, and how to stop it; None when it is over."""
        if step is None:
            self.finish_task()
            return
        self._stop = stop
        words = f"{step.label}, {self._pace.words(step)}" if step.total else step.label
        self._task.setText(words)
        self._keep_room(words)
        self._bar.setRange(0, step.total or 0)
        self._bar.setValue(step.done)
        for part in (self._task, self._bar, self.cancel_button):
            part.show()
        self._purpose.hide()
        if (layout := self.layout()) is not None:
            layout.activate()  # else this picture still has the room of the words before

    def _keep_room(self, words: str) -> None:
        """As wide as any words were, so that nothing is cut off and the bar stands still."""
        widest = self._task.fontMetrics().horizontalAdvance(words)
        self._task.setMinimumWidth(max(self._task.minimumWidth(), widest + 2))

    @property
    def task_words(self) -> str:
        """What is said of the long task; empty when there is none."""
        return "" if self._task.isHidden() else self._task.text()

    def finish_task(self) -> None:
        self._stop = None
        self._task.setMinimumWidth(0)
        for part in (self._task, self._bar, self.cancel_button):
            part.hide()
        self._purpose.show()

    def _on_cancel(self) -> None:
        if self._stop is not None:
            self._stop()
        self.finish_task()


class MessageStrip(QFrame):
    """One quiet sentence with what to do next; warnings stay until put away.

    It lies at the foot of the sentences, where it covers no heading, no tool and no picture.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._text = label(wrap=True)
        self._hint = label(tone="muted", wrap=True)
        self._close = button("Close", self.hide, flat=True)
        words = column(self._text, self._hint, spacing=6)
        words.addLayout(row(-1, self._close))
        words.setContentsMargins(14, 12, 8, 6)
        self.setLayout(words)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def place_at_foot_of(self, over: QRect) -> None:
        """Lie at the foot of a part of the parent, as high as the words need."""
        own = over.width() - 2 * MESSAGE_GAP_PX
        layout = self.layout()
        self.setFixedWidth(own)
        if layout is not None:
            layout.activate()
            self.setFixedHeight(max(layout.heightForWidth(own), layout.minimumSize().height()))
        self.move(over.left() + MESSAGE_GAP_PX, over.bottom() - MESSAGE_GAP_PX - self.height())

    def outlive(self) -> None:
        """Put a warning away that what was done since has answered."""
        if self.property("tone") == Tone.WARNING.value:
            self.hide()

    @property
    def text(self) -> str:
        return f"{self._text.text()} {self._hint.text()}".strip() if not self.isHidden() else ""

    def show_message(self, message: Message) -> None:
        self._text.setText(message.text)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self.setProperty("tone", message.tone.value)
        restyle(self)
        self.show()
        self.raise_()
        if message.tone is Tone.PLAIN:
            self._timer.start(MESSAGE_MS)
        else:
            self._timer.stop()
