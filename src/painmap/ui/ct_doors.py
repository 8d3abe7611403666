"""The ways by which a study comes to the page CT: folder, files, a new place, the PACS."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from PySide6.QtWidgets import QFileDialog, QWidget

from painmap.domain.study import AttachedStudy
from painmap.imaging.sources import Source
from painmap.services.pacs_ledger import Held
from painmap.ui.ct_opening import CtOpening
from painmap.ui.desk import Desk
from painmap.ui.pacs_fetching import PacsFetching
from painmap.ui.pacs_panel import PacsPanel
from painmap.ui.theme import Palette


class DoorPage(Protocol):
    """What the doors ask of the page."""

    @property
    def is_looking(self) -> bool: ...

    @property
    def colours(self) -> Palette: ...

    def show_opening(self) -> None:
        """Bring what is asked and offered to the front."""
        ...


class CtDoors:
    """Asks where a study is, and has it opened.

    Parameters
    ----------
    window : QWidget
        Stands behind file dialogs.
    """

    def __init__(self, desk: Desk, opening: CtOpening, page: DoorPage, window: QWidget) -> None:
        self._desk = desk
        self._opening = opening
        self._page = page
        self._window = window
        self.take_labels: Callable[[Source], bool] = lambda _: False
        """Takes a source that is a label map and no CT; told by who has the muscles."""
        self.pacs = PacsFetching(desk)
        self.pacs.fetched.connect(self._on_fetched)
        opening.choose_wanted.connect(self.choose_folder)
        opening.choose_file_wanted.connect(self.choose_files)
        opening.relocate_wanted.connect(self.choose_new_place)
        opening.pacs_wanted.connect(self.show_pacs)

    def choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Open DICOM folder")
        if folder:
            self.open_source(Source.of(Path(folder)))

    def choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open zip, DICOMDIR or files")
        if names:
            self.open_source(Source.of(*map(Path, names)))

    def choose_new_place(self, study: AttachedStudy) -> None:
        """Let the doctor say where the files of a study are now."""
        folder = QFileDialog.getExistingDirectory(self._window, "Where is the study now?")
        if folder:
            self._opening.relocate(study, Source.of(Path(folder)))

    def open_source(self, source: Source, *, attach_best: bool = False) -> None:
        """Scan a source and offer what is in it; or attach and show the best at once."""
        if self.take_labels(source):
            return
        self._page.show_opening()
        self._opening.open_source(source, attach_best=attach_best)

    def show_pacs(self) -> None:
        """Show the panel that searches and fetches."""
        panel = PacsPanel(self._desk, self.pacs, self._page.colours, on_close=self._opening.dismiss)
        panel.open_wanted.connect(lambda folder: self.open_source(Source.of(folder)))
        self._page.show_opening()
        self._opening.show_pacs(panel)

    def _on_fetched(self, held: Held, visit_id: UUID) -> None:
        """Open a study that has come, if the doctor is still waiting for it there."""
        waiting = self._window.isVisible() and isinstance(self._opening.panel, PacsPanel)
        same = self._desk.is_open and self._desk.open_visit.visit.id == visit_id
        if waiting and same and not self._page.is_looking:
            self.open_source(Source.of(held.pictures))
        else:
            self._desk.say(
                f"{held.words} has been fetched, {held.state_words}.",
                hint="Open it on the page CT, From PACS.",
            )
