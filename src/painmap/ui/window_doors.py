"""What menus and drops open: folders, the PACS, samples, files, on the page they belong to."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from painmap.domain.edits import Page
from painmap.imaging.sources import Source
from painmap.services.demo import demo_visit
from painmap.services.open_visit import OpenVisit
from painmap.ui.desk import Desk
from painmap.ui.window_pages import Pages


class WindowDoors:
    """Shows the page that a thing belongs to, and opens it there.

    Parameters
    ----------
    show_page : callable
        Brings a page to the front.
    window : QWidget
        Stands behind file dialogs.
    """

    def __init__(
        self, desk: Desk, pages: Pages, show_page: Callable[[Page], object], window: QWidget
    ) -> None:
        self._desk = desk
        self._pages = pages
        self._show_page = show_page
        self._window = window
        self.recent = QMenu("Recent folders", window)
        pages.today.samples.open_wanted.connect(self.open_sample)

    # --- CT

    def choose_folder(self) -> None:
        self._show_page(Page.CT)
        self._pages.ct.doors.choose_folder()

    def choose_files(self) -> None:
        self._show_page(Page.CT)
        self._pages.ct.doors.choose_files()

    def choose_label_map(self) -> None:
        """Take in outlines that were made elsewhere, on the page CT."""
        self._show_page(Page.CT)
        self._pages.ct.labels.choose()

    def show_pacs(self) -> None:
        """Search the PACS and fetch from it, on the page CT."""
        self._show_page(Page.CT)
        self._pages.ct.doors.show_pacs()

    def open_folder(self, path: Path) -> None:
        """Open a DICOM folder on the page CT."""
        self.open_source(Source.of(path))

    def open_source(self, source: Source) -> None:
        """Open folders and files on the page CT, all in one."""
        self._show_page(Page.CT)
        self._pages.ct.open_source(source)

    def list_recent(self) -> None:
        """Fill the menu of recent folders."""
        self.recent.clear()
        folders = self._pages.ct.recent_folders() if self._desk.is_open else ()
        for folder in folders:
            self.recent.addAction(str(folder), partial(self.open_folder, folder))
        self.recent.setEnabled(bool(folders))

    # --- samples

    def show_samples(self) -> None:
        """List the public sample studies."""
        self._show_page(Page.TODAY)
        self._pages.today.show_samples()

    def open_sample(self, folder: Path) -> None:
        """Open a sample in the open visit, else in the demonstration patient's."""
        if self._desk.is_open:
            self._show_sample(folder)
        else:
            self._desk.ask_records(
                partial(demo_visit, self._desk.clinic), partial(self._open_demo_with, folder)
            )

    def _open_demo_with(self, folder: Path, visit: OpenVisit) -> None:
        self._desk.show_visit(visit)
        # after the place where the visit was left, which would bring back its own CT
        self._desk.ask_records(lambda: None, lambda _: self._show_sample(folder))

    def _show_sample(self, folder: Path) -> None:
        self._show_page(Page.CT)
        self._pages.ct.open_folder(folder, attach_best=True)

    # --- today

    def show_group(self) -> None:
        """Show where the patients of the clinic have pain."""
        self._show_page(Page.TODAY)
        self._pages.today.show_group()

    def choose_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Import a visit", "", "painmap visit (*.json)"
        )
        if name:
            self._pages.today.import_file(Path(name))

    def show_purpose(self) -> None:
        self._show_page(Page.TODAY)
        self._pages.today.show_purpose()
