"""What the muscles on the open CT measure, in place of the pictures: a table, and plots."""

from collections.abc import Callable
from functools import partial

from painmap.domain.visit import Visit
from painmap.imaging.muscle_rows import MuscleRow
from painmap.imaging.volume import Volume
from painmap.services.clinic import Clinic
from painmap.services.muscle_table import measuring_muscles
from painmap.ui.ct_course import Course, CoursePoint, coursing, point_of
from painmap.ui.ct_export import shows_the_patient
from painmap.ui.ct_in_place import InPlace
from painmap.ui.ct_muscle_table import MuscleTable
from painmap.ui.ct_muscles import content_of
from painmap.ui.ct_session import CtSession
from painmap.ui.desk import Desk
from painmap.ui.muscle_plot import MusclePlot
from painmap.ui.theme import Palette


class Measures:
    """Has muscles measured from the voxels, and shows them; nothing is kept of it.

    Parameters
    ----------
    place : InPlace
        Where the table stands.
    on_loading : callable
        Says that slices are still being read.
    colours : callable
        Gives the colours of the day.
    """

    def __init__(
        self,
        desk: Desk,
        session: CtSession,
        place: InPlace,
        on_loading: Callable[[], object],
        colours: Callable[[], Palette],
    ) -> None:
        self._desk = desk
        self._session = session
        self._place = place
        self._on_loading = on_loading
        self._colours = colours
        self._here: CoursePoint | None = None

    @property
    def table(self) -> MuscleTable | None:
        """The table that is shown; None: none is."""
        return self._place.panel if isinstance(self._place.panel, MuscleTable) else None

    @property
    def plot(self) -> MusclePlot | None:
        """The plot that is shown; None: none is."""
        return self._place.panel if isinstance(self._place.panel, MusclePlot) else None

    # --- the open CT

    def show(self) -> None:
        """Measure the muscles on the open CT as they are now, and show the table."""
        self._measure(self._show_table)

    def refresh(self) -> None:
        """Measure anew what is shown."""
        if self.table is not None:
            self._measure(self._show_table)
        elif self.plot is not None:
            self._measure(self._show_in_plot)

    def _measure(self, then: Callable[[CoursePoint], object]) -> None:
        volume, opened = self._session.volume, self._desk.open_visit
        if volume is None:
            return
        if self._session.is_filling:
            self._on_loading()
            return
        visit = opened.visit
        read = partial(content_of, self._desk.clinic, opened)
        job = measuring_muscles(visit, volume, self._session.spine(visit), read)

        def done(rows: tuple[MuscleRow, ...]) -> None:
            if self._is_open(volume):
                self._here = point_of(self._session, visit, rows)
                then(self._here)

        self._desk.run(job, done=done, failed=self._desk.show_error)

    def _is_open(self, volume: Volume) -> bool:
        return self._session.volume is volume and self._desk.is_open

    def _show_table(self, here: CoursePoint) -> None:
        table = self.table
        if table is None:
            table = MuscleTable(self._session, self._place.leave, self.show_plot)
            self._place.show(table)
        states = {each.id: each.status.value for each in here.compartments.values()}
        table.show_rows(here.rows, here.resampled, states)

    # --- the plot

    def show_plot(self, muscle_id: str) -> None:
        """Plot a muscle of the table."""
        if self._here is None:
            return
        plot = MusclePlot(
            self._here,
            self._session.muscles,
            self._colours(),
            muscle_id=muscle_id,
            on_visits=self._measure_visits,
            on_back=self._back_to_table,
        )
        self._place.show(plot)

    def _show_in_plot(self, here: CoursePoint) -> None:
        if self.plot is not None:
            self.plot.show_here(here)

    def _back_to_table(self) -> None:
        if self._here is not None:
            self._show_table(self._here)

    def _measure_visits(self) -> None:
        """Read the patient's other visits, and measure their muscles from their own voxels."""
        clinic, visit = self._desk.clinic, self._desk.open_visit.visit
        self._desk.ask_records(partial(_visits_with, clinic, visit), self._measure_all)

    def _measure_all(self, visits: tuple[Visit, ...]) -> None:
        plot = self.plot
        if plot is None or not self._desk.is_open:
            return
        opened = self._desk.open_visit
        job = coursing(
            visits,
            self._session.muscles,
            self._session.in_memory(),
            shows_the_patient(self._desk.clinic, opened.patient),
            partial(content_of, self._desk.clinic, opened),
        )

        def done(course: Course) -> None:
            if self.plot is plot:
                plot.show_course(course)

        self._desk.run(job, done=done, failed=self._desk.show_error)


def _visits_with(clinic: Clinic, visit: Visit) -> tuple[Visit, ...]:
    """All visits of the patient, this one as it is on screen; blocks."""
    others = (each.id for each in clinic.visits_of(visit.patient_id) if each.id != visit.id)
    return (visit, *map(clinic.stored_visit, others))
