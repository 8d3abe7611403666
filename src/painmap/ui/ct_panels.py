"""Panels of the page CT while no pictures are shown: the start, how far it is, a text."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from painmap.domain.pace import Pace
from painmap.domain.progress import Progress
from painmap.domain.sentences import plural, study_sentence
from painmap.domain.study import AttachedStudy
from painmap.imaging.tally import Scanned, SeriesSeen
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_words import study_words
from painmap.ui.widgets import button, column, label, row

WIDE_PX, NARROW_PX = 860, 580

MOST_MET = 12
"""Series that are named while a scan goes on; the panel stays within the page."""

BETWEEN_MS = 50
"""A progress bar is painted at once, which takes longer than a small file is read in."""


class PanelPlace(QWidget):
    """Shows one panel at a time in the middle of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.panel: QWidget | None = None
        self._column = QVBoxLayout()
        self._column.setContentsMargins(24, 20, 24, 20)
        self.setLayout(self._column)

    def show_panel(self, panel: QWidget, *, wide: bool = False, fill: bool = False) -> None:
        """Show `panel` instead of what was there; `fill` gives it the whole height."""
        while self._column.count():
            entry = self._column.takeAt(0)
            if entry is not None and (old := entry.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.panel = panel
        panel.setMaximumWidth(WIDE_PX if wide or fill else NARROW_PX)
        middle = QWidget()
        box = row(spacing=0)
        box.addStretch(1)
        box.addWidget(panel, 100)
        box.addStretch(1)
        middle.setLayout(box)
        if not fill:
            self._column.addStretch(2)
        self._column.addWidget(middle, 1 if fill else 0)
        if not fill:
            self._column.addStretch(3)
        if isinstance(panel, QuestionPanel):
            panel.take_focus()
        else:
            panel.setFocus(Qt.FocusReason.OtherFocusReason)


class _Card(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)


class StartPanel(_Card):
    """What can be done: the patient's studies, a folder to open, or the PACS."""

    def __init__(
        self,
        studies: Sequence[AttachedStudy],
        *,
        reopen: Callable[[AttachedStudy], object],
        choose: Callable[[], object],
        choose_file: Callable[[], object],
        pacs: Callable[[], object],
    ) -> None:
        super().__init__()
        box = column(label("CT", "title"), margins=28, spacing=12)
        if studies:
            box.addWidget(label("Attached to this patient:", "muted"))
        for study in studies:
            box.addLayout(self._study_row(study, reopen, primary=study is studies[0]))
        if studies:
            box.addSpacing(8)
            box.addWidget(label("Or another study, from a folder, a disc or the PACS:", "muted"))
        else:
            box.addWidget(
                label(
                    "Open the folder, disc or zip that holds the patient's CT. Its series are "
                    "listed, and it is compared with the patient before anything is kept.",
                    wrap=True,
                )
            )
        self.open_button = button("Open DICOM folder ...", choose, primary=not studies)
        self.file_button = button("Open zip or DICOMDIR ...", choose_file)
        self.pacs_button = button("From PACS ...", pacs)
        box.addLayout(row(self.open_button, self.file_button, self.pacs_button, -1))
        box.addWidget(label("Or drop folders, files or a zip archive here.", "muted"))
        self.setLayout(box)
        self.setFocusProxy(self.open_button)

    def _study_row(
        self, study: AttachedStudy, reopen: Callable[[AttachedStudy], object], *, primary: bool
    ) -> QVBoxLayout:
        words = f"Open {study_words(study.study_date)}"
        opener = button(words, lambda: reopen(study), primary=primary)
        opener.setAccessibleName(f"Open {study_sentence(study)}")
        about = label(study.description or "no description", "muted", wrap=True)
        line = row(opener, about, spacing=12)
        line.setStretch(1, 1)
        box = column()
        box.addLayout(line)
        return box


class SeriesMet(QWidget):
    """The series that a scan has met so far: rows are added and counted up, none moves."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Series found so far")
        self.rows: list[tuple[ElidedLabel, QLabel]] = []
        self.more = label("", "muted")
        self._box = column(spacing=4)
        self._box.addWidget(self.more)
        self.setLayout(self._box)
        self.hide()

    def show_seen(self, seen: Sequence[SeriesSeen]) -> None:
        """Show what was met; series beyond `MOST_MET` are counted."""
        for number, one in enumerate(seen[:MOST_MET]):
            if number == len(self.rows):
                self._add_row()
            name, count = self.rows[number]
            name.show_text(met_words(one))
            count.setText(plural(one.slices, "image"))
        beyond = len(seen) - MOST_MET
        self.more.setText(f"and {beyond} more series" if beyond > 0 else "")
        self.more.setVisible(beyond > 0)
        self.setVisible(bool(seen))

    def _add_row(self) -> None:
        name, count = ElidedLabel(), label("", "muted")
        line = row(name, count, spacing=12)
        line.setStretch(0, 1)
        self._box.insertLayout(len(self.rows), line)
        self.rows.append((name, count))


def met_words(one: SeriesSeen) -> str:
    """Such as "CT, series 3, Abdomen 3.0 B30f"."""
    number = f"series {one.number}" if one.number is not None else ""
    parts = (one.modality, number, one.description or "no description")
    return ", ".join(part for part in parts if part)


class ProgressPanel(_Card):
    """How far a job is, and the way to stop it."""

    def __init__(self, words: str, cancel: Callable[[], object]) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self._step = label("", "muted")
        self._pace = Pace()
        self._latest: Progress | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(BETWEEN_MS)
        self._pause.timeout.connect(self._show_latest)
        self.cancel_button = button("Cancel", cancel)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName("The slice in the middle")
        self.picture.hide()
        self.seen = SeriesMet()
        box = column(label(words, "heading"), self.picture, margins=24, spacing=12)
        box.addWidget(self.bar)
        box.addWidget(self._step)
        box.addWidget(self.seen)
        box.addLayout(row(self.cancel_button, -1))
        self.setLayout(box)
        self.setAccessibleName(words)

    def show_picture(self, pixels: npt.NDArray[np.uint8]) -> None:
        """Show a picture while the others are on their way; (rows, columns), grey."""
        rows, columns = pixels.shape
        grey = QImage.Format.Format_Grayscale8
        image = QImage(pixels.tobytes(), columns, rows, columns, grey)
        self.picture.setPixmap(QPixmap.fromImage(image))
        self.picture.show()

    def show_step(self, step: Progress) -> None:
        """Show how far it is; reports that come quicker than anybody reads are passed over."""
        self._latest = step
        if not self._pause.isActive():
            self._show_latest()
            self._pause.start()

    def _show_latest(self) -> None:
        step, self._latest = self._latest, None
        if step is None:
            return
        self.bar.setRange(0, step.total or 0)
        self.bar.setValue(step.done)
        self._step.setText(f"{step.label}, {self._pace.words(step)}")
        if isinstance(step, Scanned):
            self.seen.show_seen(step.seen)


class TextPanel(_Card):
    """A text that can be read and copied."""

    def __init__(self, title: str, lines: Iterable[str], back: Callable[[], object]) -> None:
        super().__init__()
        self.text = QPlainTextEdit("\n".join(lines))
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        box = column(label(title, "heading"), self.text, margins=20, spacing=12)
        self.back_button = button("Back", back, primary=True)
        box.addLayout(row(self.back_button, -1))
        self.setLayout(box)
        self.setFocusProxy(self.text)
