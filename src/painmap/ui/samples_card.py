"""One sample: what it shows, how large it is, whom to cite, and what may be done with it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QProgressBar

from painmap.domain.progress import Progress
from painmap.services.samples import FetchProgress, Sample, size_words
from painmap.ui.widgets import button, column, label, row

BUTTON_PX = 104
"""All three are as wide, so that the line keeps its shape."""
HERE = "on this computer"


class SampleCard(QFrame):
    """One line of the catalogue; it shows what it is told and decides nothing."""

    def __init__(
        self,
        sample: Sample,
        *,
        download: Callable[[Sample], object],
        cancel: Callable[[Sample], object],
        opened: Callable[[Sample], object],
    ) -> None:
        super().__init__()
        self.setProperty("sentence", True)
        self.sample = sample
        self._facts = ", ".join(part for part in (size_words(sample), sample.person) if part)
        self.facts = label(self._facts, "muted", wrap=True)
        self.rights = label(f"{sample.licence}, {sample.collection}, {sample.doi_link}", "faint")
        self.rights.setWordWrap(True)
        self.rights.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy_button = button("Copy citation", self._copy, flat=True)
        self.download_button = button("Download", lambda: download(sample))
        self.cancel_button = button("Cancel", lambda: cancel(sample))
        self.open_button = button("Open", lambda: opened(sample))
        for each in (
            self.copy_button,
            self.download_button,
            self.cancel_button,
            self.open_button,
        ):
            each.setAccessibleName(f"{each.text()}: {sample.id}, {sample.title}")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.words = label(tone="muted", wrap=True)
        self.problem = label(tone="warning", wrap=True)
        self._arrange()

    def _arrange(self) -> None:
        title = label(self.sample.title, "strong", wrap=True)
        words = column(title, self.facts, spacing=2)
        buttons = column(spacing=0)
        for each in (self.download_button, self.cancel_button, self.open_button):
            each.setMinimumWidth(BUTTON_PX)
            buttons.addWidget(each)
        buttons.addStretch(1)
        head = row(spacing=12)
        head.addLayout(words, 1)
        head.addLayout(buttons)
        rights = row(self.rights, self.copy_button, spacing=8)
        rights.setStretch(0, 1)
        box = column(spacing=4)
        box.setContentsMargins(14, 10, 10, 6)
        box.addLayout(head)
        box.addSpacing(2)
        box.addWidget(self.bar)
        box.addWidget(self.words)
        box.addWidget(self.problem)
        box.addLayout(rights)
        self.setLayout(box)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.sample.citation)

    # --- what is shown

    def show_state(self, *, here: bool, problem: str = "") -> None:
        """Show that nothing is going on: the series is here, or it can be downloaded."""
        self.facts.setText(f"{self._facts}, {HERE}" if here else self._facts)
        self._show(download=not here, cancel=False, opened=here, bar=False)
        self.words.hide()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def show_waiting(self) -> None:
        """Show that another one is downloaded first."""
        self._show(download=False, cancel=True, opened=False, bar=False)
        self.problem.hide()
        self.words.setText("Waits for the one before.")
        self.words.show()

    def show_step(self, step: Progress) -> None:
        """Show how far the download is."""
        self._show(download=False, cancel=True, opened=False, bar=True)
        self.problem.hide()
        if isinstance(step, FetchProgress):
            # in thousands: a bar counts to 2^31 only
            self.bar.setRange(0, max(1, step.bytes_total // 1000))
            self.bar.setValue(step.bytes_done // 1000)
            self.words.setText(step.words)
        else:
            self.bar.setRange(0, step.total or 0)
            self.bar.setValue(step.done)
            self.words.setText(step.label)
        self.words.show()

    def _show(self, *, download: bool, cancel: bool, opened: bool, bar: bool) -> None:
        had_focus = any(
            each.hasFocus() for each in (self.download_button, self.cancel_button, self.open_button)
        )
        self.download_button.setVisible(download)
        self.cancel_button.setVisible(cancel)
        self.open_button.setVisible(opened)
        self.bar.setVisible(bar)
        if had_focus:  # the keyboard stays on the line that it was on
            shown = (
                self.download_button
                if download
                else self.cancel_button
                if cancel
                else self.open_button
            )
            shown.setFocus()
