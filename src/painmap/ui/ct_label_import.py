"""Label maps come to the page CT: chosen or dropped, looked through, taken in as muscles."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from painmap.domain.anatomy import Side
from painmap.domain.compartment import Compartment
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import plural
from painmap.imaging.sources import Source
from painmap.imaging.volume import Volume
from painmap.services.label_maps import Offer, file_patterns, label_files, offering
from painmap.services.label_taking import Taken, taking
from painmap.ui.ct_in_place import InPlace
from painmap.ui.ct_label_panel import LabelPanel
from painmap.ui.ct_label_rows import LabelRow
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import SideFinding, find_sides
from painmap.ui.desk import Desk, Tone

TITLE = "Import label map"
OPEN_FIRST = "Open the CT that the label map was drawn on first."


class LabelImport:
    """Reads label maps for the open CT, and takes in what the doctor chooses of them.

    Parameters
    ----------
    muscles : Muscles
        Of the open CT.
    place : InPlace
        Where the labels stand.
    window : QWidget
        Stands behind the file dialog.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        muscles: Muscles,
        place: InPlace,
        window: QWidget,
    ) -> None:
        self._desk = desk
        self._session = session
        self._muscles = muscles
        self._place = place
        self._window = window

    @property
    def panel(self) -> LabelPanel | None:
        """The labels that are looked through; None: none are."""
        return self._place.panel if isinstance(self._place.panel, LabelPanel) else None

    # --- which files

    def choose(self) -> None:
        """Let the doctor choose label maps, and a table of names with them."""
        if not self._may():
            return
        patterns = " ".join((*file_patterns(), "*.json", "*.csv", "*.txt", "*.ctbl"))
        kinds = f"Label maps and tables of names ({patterns});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, TITLE, "", kinds)
        if names:
            self.open([Path(name) for name in names])

    def takes(self, source: Source) -> bool:
        """Take what was dropped if it is a label map; False: it is something else."""
        files = label_files(source.paths)
        if files and self._may():
            self.open(files)
        return bool(files)

    def _may(self) -> bool:
        why = self._session.why_not_annotate
        if not self._session.is_open:
            self._desk.say(OPEN_FIRST, tone=Tone.WARNING)
        elif why:
            self._desk.say(why, tone=Tone.WARNING)
        return not why

    # --- read

    def open(self, paths: Sequence[Path]) -> None:
        """Read label maps, as a job with progress that can be cancelled."""
        volume = self._session.volume
        if volume is None:
            return
        job = offering(paths, self._session.stack, self._desk.open_visit.patient)
        self._desk.run(job, done=partial(self._offered, volume), failed=self._desk.show_error)

    def _still_open(self, volume: Volume) -> bool:
        """Whether the CT that it was read for is the one that is open."""
        now = self._session.volume
        return self._desk.is_open and now is not None and now.stack is volume.stack

    def _offered(self, volume: Volume, offer: Offer) -> None:
        if not self._still_open(volume):
            return
        panel = LabelPanel(
            offer,
            self._session.muscles,
            side_of=self._side_of,
            known_of=self._known_of,
            on_take=self._take,
            on_cancel=self._place.leave,
        )
        self._place.show(panel)

    def _side_of(self, side: Side, points: Sequence[PatientPoint]) -> SideFinding:
        spine = self._session.spine(self._desk.open_visit.visit)
        return find_sides(side, points, spine)[0]

    def _known_of(self, muscle_id: str, side: Side) -> Compartment | None:
        return self._muscles.of(muscle_id, side)

    # --- taken in

    def _take(self, rows: Sequence[LabelRow], reason: str, nearest: bool) -> None:
        volume = self._session.volume
        if volume is None:
            return
        job = taking(
            [each.taken(reason) for each in rows],
            self._desk.open_visit.visit,
            self._session.stack,
            nearest=nearest,
            words_of=self._muscles.words,
        )
        self._desk.run(job, done=partial(self._taken, volume), failed=self._desk.show_error)

    def _taken(self, volume: Volume, taken: Taken) -> None:
        if not self._still_open(volume) or self.panel is None:
            return
        if taken.edit is None:
            self._desk.say(taken.words[0], tone=Tone.WARNING)
            return
        made = [item for item in taken.edit.put if isinstance(item, Compartment)]
        now = [self._muscles.of(each.muscle_id, each.side) for each in made]
        if tuple(each for each in now if each is not None) != taken.replaced:
            self._desk.say(
                "A muscle on this CT changed meanwhile, so nothing was taken in.",
                hint="Take the label map in again.",
                tone=Tone.WARNING,
            )
            return
        self._muscles.remember_named(taken.masks)
        self._muscles.chosen = made[0].id
        self._place.leave()
        self._desk.apply(taken.edit)
        words = f"Took in {plural(len(made), 'muscle')} as proposed, to be looked at and accepted."
        self._desk.say(" ".join((words, *taken.words)), hint="Ctrl+Z takes them back.")
