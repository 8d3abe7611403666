"""One view of a CT as a picture to copy or to save, with everything that makes it readable."""

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint_words import SMALL_TEXT_PX
from painmap.ui.ct_viewer import CtViewer
from painmap.ui.desk import Desk, Tone
from painmap.ui.saving import in_documents
from painmap.ui.slice_view import SliceView
from painmap.ui.theme import CT, font

FOOT_PX = 26
PURPOSE = "painmap. Documents findings and plans; not for primary diagnosis."


def view_picture(view: SliceView) -> QImage:
    """What a view shows, with side letters, scale, patient position, marks, and what it is for.

    Nothing on it names the patient.
    """
    size, ratio = view.viewport().size(), view.devicePixelRatioF()
    whole = QSize(size.width(), size.height() + FOOT_PX) * ratio
    image = QImage(whole, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(CT.ground))
    view.viewport().render(image)
    painter = QPainter(image)
    painter.setPen(QColor(CT.text))
    painter.setFont(font(SMALL_TEXT_PX))
    foot = QRectF(0, size.height(), size.width(), FOOT_PX)
    painter.fillRect(foot, QColor(CT.ground))
    painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, PURPOSE)
    painter.end()
    return image


class ViewPictures:
    """Copies and saves the view that the hand is on, else the large one.

    Parameters
    ----------
    window : QWidget
        Stands behind the file dialog.
    """

    def __init__(self, desk: Desk, session: OpenCt, viewer: CtViewer, window: QWidget) -> None:
        self._desk = desk
        self._session = session
        self._viewer = viewer
        self._window = window

    def offer_in(self, menu: QMenu) -> None:
        """Add what can be done to a menu."""
        menu.addSeparator()
        menu.addAction("Copy this view as a picture", self.copy)
        menu.addAction("Save this view as PNG ...", self.save)

    def copy(self) -> None:
        """Put the view on the clipboard."""
        view = self._viewer.view_at_hand
        QGuiApplication.clipboard().setImage(view_picture(view))
        self._desk.say(f"Copied the {view.name} view as a picture.")

    def save(self) -> None:
        """Ask where, and write the view as PNG."""
        view = self._viewer.view_at_hand
        image = view_picture(view)
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save view as PNG", in_documents(self.file_name(view)), "PNG (*.png)"
        )
        if not name:
            return
        path = Path(name).with_suffix(".png")
        if image.save(str(path), "PNG"):  # type: ignore[call-overload]  # a str is taken
            self._desk.say(f"Saved the {view.name} view as {path}.")
        else:
            self._desk.say(
                f"{path.name} could not be written.",
                hint="Choose another folder.",
                tone=Tone.WARNING,
            )

    def file_name(self, view: SliceView) -> str:
        """Such as "ct-2026-09-14-axial-52.png": nothing that names a patient."""
        beside = self._viewer.beside
        session = beside.session if view is beside.view else self._session
        pane = self._viewer.panes.get(view.name)
        number = beside.index if view is beside.view else None if pane is None else pane.index
        day = session.study_date
        parts = ["ct", *([day.isoformat()] if day else []), view.name]
        return f"{'-'.join(parts if number is None else [*parts, str(number + 1)])}.png"
