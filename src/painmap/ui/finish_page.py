"""The end of a visit: what was recorded, in words and pictures, and its way out."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from painmap.domain.edits import Page
from painmap.domain.progress import Job
from painmap.domain.visit import Visit, VisitState
from painmap.services.export import ExportOutcome, export_visit, visit_text
from painmap.services.needle_paths import facts_of
from painmap.services.plan_sheet import sheet_words
from painmap.ui.body_picture import body_pictures
from painmap.ui.ct_export import CtExport, picturing, shows_the_patient
from painmap.ui.ct_muscles import content_of
from painmap.ui.ct_session import CtSession, anchors_of
from painmap.ui.desk import Desk, Tone
from painmap.ui.pages import VisitPage
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import button, card, column, empty, label, row

PICTURE_PX = QSize(276, 330)
PICTURES_A_ROW = 3


def png_bytes(image: QImage) -> bytes:
    """Write an image as PNG into memory."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, Qt takes both
    return bytes(buffer.data().data())


class FinishPage(VisitPage):
    """Left the visit in sentences and pictures; right what is done with it."""

    page = Page.FINISH

    def __init__(self, desk: Desk, icons: Icons, palette: Palette, ct: CtSession) -> None:
        super().__init__(desk, icons, palette)
        self._ct = ct
        self._sentences = QVBoxLayout()
        self._sentences.setSpacing(8)
        self._pictures = QGridLayout()
        self._pictures.setSpacing(20)
        for each in range(PICTURES_A_ROW):
            self._pictures.setColumnStretch(each, 1)
        self._title = label("Finish", "title")
        inner = QWidget()
        words = card()
        said = column(label("THE VISIT IN WORDS", "caption"), margins=20, spacing=10)
        said.addLayout(self._sentences)
        words.setLayout(said)
        pictures = card()
        drawn = column(label("AS IT IS EXPORTED", "caption"), margins=20, spacing=10)
        drawn.addLayout(self._pictures)
        self._missing = label(tone="warning", wrap=True)
        drawn.addWidget(self._missing)
        pictures.setLayout(drawn)
        inner.setLayout(column(words, pictures, -1, spacing=16))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        box = row(spacing=20)
        box.setContentsMargins(24, 20, 24, 20)
        left = column(self._title, scroll, spacing=12)
        box.addLayout(left, 1)
        box.addWidget(self._actions())
        self.setLayout(box)

    def _actions(self) -> QFrame:
        frame = card()
        frame.setFixedWidth(300)
        self.export_button = button("Export visit ...", self.choose_export, primary=True)
        self.copy_button = button("Copy as text", self.copy_text)
        self.finish_button = button("Finish visit", self._finish)
        self.outcome = label(wrap=True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.outcome.hide()
        self._state = label(tone="muted", wrap=True)
        self.sheet = label(wrap=True)
        frame.setLayout(
            column(
                label("What now", "heading"),
                self.export_button,
                label("JSON, CSV tables and pictures, into a new folder.", "faint", wrap=True),
                self.outcome,
                8,
                self.copy_button,
                label("Plain sentences for the hospital's own record.", "faint", wrap=True),
                8,
                self.finish_button,
                self._state,
                self.sheet,
                -1,
                margins=20,
                spacing=10,
            )
        )
        return frame

    # --- what is shown

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]  # Qt's own event
        self.refresh()

    def refresh(self) -> None:
        """Show the visit as it is now."""
        if not self.desk.is_open:
            return
        visit = self.desk.open_visit.visit
        empty(self._sentences)
        empty(self._pictures)
        for line in self.plain_text().splitlines():
            self._sentences.addWidget(label(line, wrap=True))
        self._show_pictures(
            body_pictures(visit, self.desk.template, self.desk.overlays.shown), CtExport({}, {})
        )
        if anchors_of(visit):
            self._show_ct(visit)
        finished = visit.state is VisitState.FINISHED
        self.finish_button.setText("Reopen visit" if finished else "Finish visit")
        self._state.setText(
            "The visit is finished." if finished else "The visit is a draft; it is kept as it is."
        )
        sheet = sheet_words(self.desk.open_visit.patient, visit)
        self.sheet.setText(f"{sheet[:1].upper()}{sheet[1:]}." if sheet else "")
        self.sheet.setVisible(bool(sheet))

    def plain_text(self) -> str:
        """The visit as plain sentences."""
        open_visit = self.desk.open_visit
        paths = {key: facts.words for key, facts in facts_of(open_visit.visit).items()}
        return visit_text(open_visit.patient, open_visit.visit, self.desk.muscles, paths)

    def _show_ct(self, visit: Visit) -> None:
        """Paint the annotated slices beside the window's work, and show them when done."""

        def done(found: CtExport) -> None:
            if self.desk.is_open and self.desk.open_visit.visit is visit:
                self._show_pictures(
                    body_pictures(visit, self.desk.template, self.desk.overlays.shown), found
                )

        self.desk.jobs.start(self._picturing(visit), done=done, failed=self.desk.show_error)

    def _picturing(self, visit: Visit, *, labels: bool = False) -> Job[CtExport]:
        return picturing(
            visit,
            self.desk.muscles,
            self._ct.window,
            self._ct.in_memory(),
            may_show=shows_the_patient(self.desk.clinic, self.desk.open_visit.patient),
            read=partial(content_of, self.desk.clinic, self.desk.open_visit),
            labels=labels,
        )

    def _show_pictures(self, bodies: Mapping[str, QImage], found: CtExport) -> None:
        empty(self._pictures)
        for number, (name, image) in enumerate({**bodies, **found.pictures}.items()):
            self._pictures.addWidget(_picture(name, image), *divmod(number, PICTURES_A_ROW))
        self._missing.setText(" ".join(found.missing))
        self._missing.setVisible(bool(found.missing))

    # --- what is done

    def choose_export(self) -> None:
        """Ask for a folder and export into it."""
        folder = QFileDialog.getExistingDirectory(self, "Export the visit into a folder")
        if folder:
            self.export_to(Path(folder))

    def export_to(self, folder: Path) -> None:
        """Write everything into a new folder below `folder`, or nothing at all."""
        open_visit = self.desk.open_visit
        visit = open_visit.visit
        bodies = body_pictures(visit, self.desk.template, self.desk.overlays.shown)

        def write(found: CtExport) -> None:
            self.desk.ask_records(
                partial(
                    export_visit,
                    self.desk.clinic,
                    visit.id,
                    folder,
                    pictures={n: png_bytes(i) for n, i in {**bodies, **found.pictures}.items()},
                    measures=found.measures,
                    muscle_rows=found.muscle_rows,
                    label_maps=found.label_maps,
                    muscles=self.desk.muscles,
                    overlays=self.desk.overlays.shown,
                ),
                partial(self._exported, found.missing),
            )

        self.desk.run(self._picturing(visit, labels=True), done=write, failed=self.desk.show_error)

    def _exported(self, missing: tuple[str, ...], outcome: ExportOutcome) -> None:
        words = f"Exported {len(outcome.files)} files to {outcome.folder}."
        self.outcome.setText(" ".join((words, *missing)))
        self.outcome.show()
        tone = Tone.WARNING if missing else Tone.PLAIN
        self.desk.say(words, hint=" ".join(missing), tone=tone)

    def copy_text(self) -> None:
        """Put the visit as plain sentences on the clipboard."""
        QGuiApplication.clipboard().setText(self.plain_text())
        self.desk.say("Copied the visit as text.")

    def _finish(self) -> None:
        visit: Visit = self.desk.open_visit.visit
        state = VisitState.DRAFT if visit.state is VisitState.FINISHED else VisitState.FINISHED
        self.desk.turn(state)
        self.refresh()
        if state is VisitState.FINISHED:
            self.desk.say("Finished. It can be reopened here.")
        else:
            self.desk.say("Reopened as a draft.")


def _picture(name: str, image: QImage) -> QWidget:
    frame = QWidget()
    shown = QLabel()
    pixmap = QPixmap.fromImage(
        image.scaled(
            PICTURE_PX * 2,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    )
    pixmap.setDevicePixelRatio(2)
    shown.setPixmap(pixmap)
    shown.setAccessibleName(name)
    frame.setLayout(column(shown, label(name, "faint", wrap=True), -1, spacing=6))
    return frame
