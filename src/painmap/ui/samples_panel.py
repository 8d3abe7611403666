"""File > Sample studies: public CT to try the program with, listed, fetched and opened."""

from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame

from painmap.domain.errors import PainmapError
from painmap.domain.progress import Progress
from painmap.services.samples import Sample, SampleStore, sample_catalogue
from painmap.ui.desk import Desk
from painmap.ui.samples_card import SampleCard
from painmap.ui.samples_server import ServerLine
from painmap.ui.widgets import button, column, label, row

ABOUT = (
    "Real CT of people who are not your patients, published without their identity. A sample can "
    "be attached to a demonstration patient only; without an open visit it opens in that record. "
    "A download is kept on this computer until the operating system empties its cache."
)


class SamplesPanel(QFrame):
    """The catalogue by anatomy; one download at a time, the next ones wait."""

    open_wanted = Signal(object)
    """Path of a sample's folder: the doctor wants to see it."""

    def __init__(self, desk: Desk, store: SampleStore, on_close: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk = desk
        self._store = store
        self._stop: Callable[[], None] | None = None
        self._fetched: Sample | None = None
        self._waiting: deque[Sample] = deque()
        self.close_button = button("Close", on_close, flat=True)
        self.server = ServerLine(store)
        self.cards: dict[str, SampleCard] = {}
        """By the sample's short name; made when the panel is first seen, not at the start."""
        self.setFocusProxy(self.close_button)

    def _arrange(self) -> None:
        box = column(margins=24, spacing=8)
        box.addLayout(row(label("Sample studies", "title"), -1, self.close_button))
        box.addWidget(label(ABOUT, "muted", wrap=True))
        heading = ""
        for sample in sample_catalogue().series:
            if sample.anatomy.words != heading:
                heading = sample.anatomy.words
                box.addSpacing(10)
                box.addWidget(label(heading, "heading"))
            self.cards[sample.id] = card = SampleCard(
                sample, download=self.download, cancel=self.cancel, opened=self._open
            )
            box.addWidget(card)
        box.addSpacing(10)
        box.addWidget(self.server)
        box.addStretch(1)
        self.setLayout(box)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.cards:
            self._arrange()
        self.server.refresh()
        self.refresh()

    def refresh(self) -> None:
        """Look again at what is on this computer."""
        for card in self.cards.values():
            busy = card.sample is self._fetched or card.sample in self._waiting
            if not busy and not card.problem.text():
                self._settle(card.sample)

    def _settle(self, sample: Sample, problem: str = "") -> None:
        self.cards[sample.id].show_state(here=self._store.is_here(sample), problem=problem)

    # --- download

    def download(self, sample: Sample) -> None:
        """Bring a sample here, after those that were asked for before."""
        if self._fetched is not None:
            self._waiting.append(sample)
            self.cards[sample.id].show_waiting()
            return
        self._fetched = sample
        card = self.cards[sample.id]
        card.show_step(Progress(0, None, "Asking the server for its list"))
        self._stop = self._desk.jobs.start(
            self._store.fetching(sample),
            done=partial(self._came, sample),
            failed=partial(self._failed, sample),
            progress=partial(self._on_progress, sample),
        )

    def cancel(self, sample: Sample) -> None:
        """Stop a download, or no longer wait for it; what has come is kept."""
        if sample is self._fetched:
            self._end()
        else:
            self._waiting.remove(sample)
        self._settle(sample)
        self._next()

    def _on_progress(self, sample: Sample, step: Progress) -> None:
        self.cards[sample.id].show_step(step)
        self._desk.task.emit(step, partial(self.cancel, sample))

    def _came(self, sample: Sample, _folder: Path) -> None:
        self._end()
        self._settle(sample)
        self._desk.say(f"{sample.images} of {sample.images} pictures are on this computer.")
        self._next()

    def _failed(self, sample: Sample, error: BaseException) -> None:
        self._end()
        known = isinstance(error, PainmapError)
        self._settle(sample, problem=str(error) if known else "")
        if not known:
            self._desk.show_error(error)
        self._next()

    def _end(self) -> None:
        if self._stop is not None:
            self._stop()
        self._stop = self._fetched = None
        self._desk.task.emit(None, None)

    def _next(self) -> None:
        if self._fetched is None and self._waiting:
            self.download(self._waiting.popleft())

    # --- open

    def _open(self, sample: Sample) -> None:
        if self._store.is_here(sample):
            self.open_wanted.emit(self._store.folder_of(sample))
        else:  # the cache was emptied meanwhile
            self._settle(sample)
