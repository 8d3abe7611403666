"""Where in a visit the doctor is: kept while it is open, gone back to when it opens again."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer

from painmap.domain.edits import Page
from painmap.domain.visit import VisitKind
from painmap.ui.desk import Desk
from painmap.ui.window_pages import Pages

LANDS_ON = {
    VisitKind.FIRST: Page.MAP,
    VisitKind.FOLLOW_UP: Page.SITES,
    VisitKind.DYSTONIA: Page.SITES,
    VisitKind.MIGRAINE: Page.SITES,
}
"""Where a visit opens that was never opened before (interface.md, Today)."""

PAUSE_MS = 1500
"""The place is remembered when nothing has moved for so long."""


class PlaceKeeper:
    """Remembers the page and the place on each page.

    Parameters
    ----------
    current_page : callable
        Gives the page that is shown.
    show_page : callable
        Shows another.
    """

    def __init__(
        self,
        desk: Desk,
        pages: Pages,
        current_page: Callable[[], Page],
        show_page: Callable[[Page], object],
        window: QObject,
    ) -> None:
        self._desk = desk
        self._by_step = pages.by_step
        self._current_page = current_page
        self._show_page = show_page
        self._known: Mapping[str, Any] = {}
        self._timer = QTimer(window)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.remember)

    def on_opened(self) -> None:
        """A visit is open: go where it was left."""
        visit = self._desk.open_visit.visit
        self._desk.jobs.record(
            lambda: self._desk.clinic.place_of(visit.id),
            done=lambda place: self._land(visit.kind, place),
            failed=self._desk.show_error,
        )

    def _land(self, kind: VisitKind, place: Mapping[str, Any] | None) -> None:
        if not self._desk.is_open:
            return
        place = place or {}
        for page, widget in self._by_step.items():
            widget.restore(place.get("pages", {}).get(page.value, {}))
        known = place.get("page")
        if self._current_page() is Page.TODAY:  # a faster click has already chosen otherwise
            self._show_page(Page(known) if known in set(Page) else LANDS_ON[kind])
        self._known = self._place()
        self._timer.start()

    def _place(self) -> dict[str, Any]:
        pages = {page.value: dict(widget.place()) for page, widget in self._by_step.items()}
        current = self._current_page()
        if current is Page.TODAY:
            current = Page(self._known.get("page", Page.MAP.value))
        return {"page": current.value, "pages": pages}

    def remember(self) -> None:
        place = self._place()
        if place != self._known and self._desk.is_open:
            self._known = place
            self._desk.save_place(place)

    def stop(self) -> None:
        """No visit is open, or not for long."""
        self._timer.stop()
