"""What the muscles on the open CT measure, in place of the pictures."""

from collections.abc import Callable
from functools import partial

from painmap.imaging.muscle_rows import MuscleRow
from painmap.services.muscle_table import measuring_muscles
from painmap.ui.ct_in_place import InPlace
from painmap.ui.ct_muscle_table import MuscleTable
from painmap.ui.ct_muscles import content_of
from painmap.ui.ct_session import CtSession
from painmap.ui.desk import Desk


class Measures:
    """Has muscles measured from the voxels, and shows the table; nothing is kept of it.

    Parameters
    ----------
    place : InPlace
        Where the table stands.
    on_loading : callable
        Says that slices are still being read.
    """

    def __init__(
        self, desk: Desk, session: CtSession, place: InPlace, on_loading: Callable[[], object]
    ) -> None:
        self._desk = desk
        self._session = session
        self._place = place
        self._on_loading = on_loading

    @property
    def table(self) -> MuscleTable | None:
        """The table that is shown; None: none is."""
        return self._place.panel if isinstance(self._place.panel, MuscleTable) else None

    def show(self) -> None:
        """Measure the muscles on the open CT as they are now, and show the table."""
        volume, opened = self._session.volume, self._desk.open_visit
        if volume is None:
            return
        if self._session.is_filling:
            self._on_loading()
            return

        def done(rows: tuple[MuscleRow, ...]) -> None:
            if self._session.volume is not volume or not self._desk.is_open:
                return
            table = self.table
            if table is None:
                table = MuscleTable(self._session, self._place.leave)
                self._place.show(table)
            table.show_rows(rows)

        read = partial(content_of, self._desk.clinic, opened)
        job = measuring_muscles(opened.visit, volume, self._session.spine(opened.visit), read)
        self._desk.run(job, done=done, failed=self._desk.show_error)

    def refresh(self) -> None:
        """Measure anew what is shown."""
        if self.table is not None:
            self.show()
