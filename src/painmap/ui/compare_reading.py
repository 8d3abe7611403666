"""What is compared with what, read and put into words for the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from painmap.bodymap.comparing import Comparison, Fate, compare_layers, compare_visits
from painmap.bodymap.comparing_timeline import Timeline, timeline
from painmap.domain.pain import AuthorLayer
from painmap.domain.progress import Job
from painmap.domain.sentences import day_words
from painmap.domain.visit import Visit
from painmap.services.catalogue import instruments
from painmap.services.clinic import Clinic
from painmap.ui.scores_reading import Reader, inked

FATE_WORDS = {
    False: {
        Fate.APPEARED: "APPEARED",
        Fate.GONE: "GONE",
        Fate.PERSISTED: "PERSISTED",
    },
    True: {
        Fate.APPEARED: "ONLY THE DOCTOR",
        Fate.GONE: "ONLY THE PATIENT",
        Fate.PERSISTED: "PATIENT AND DOCTOR",
    },
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One of two drawings beside each other.

    Parameters
    ----------
    caption : str
        "Before, 3 March 2024".
    visit : Visit
    layer : AuthorLayer
        Whose marks are shown.
    """

    caption: str
    visit: Visit
    layer: AuthorLayer


@dataclass(frozen=True, slots=True)
class Pair:
    """Two drawings, and how they differ."""

    first: Drawn
    second: Drawn
    comparison: Comparison


def day_of(visit: Visit) -> str:
    return day_words(visit.started.astimezone().date())


def layers_pair(reader: Reader, visit: Visit) -> Job[Pair]:
    """Compare what the patient points to with what the doctor finds."""
    measurer = reader.measurer_for(visit)
    yield from inked(measurer, visit, *AuthorLayer)
    compared = compare_layers(measurer, instruments().repeat_drawing, visit)
    return Pair(
        Drawn("The patient points to", visit, AuthorLayer.PATIENT),
        Drawn("The doctor finds", visit, AuthorLayer.DOCTOR),
        compared,
    )


def visits_pair(reader: Reader, before: Visit, now: Visit) -> Job[Pair]:
    """Compare what the patient pointed to in an earlier visit with this one."""
    measurer = reader.measurer_for(before, now)
    for each in (before, now):
        yield from inked(measurer, each, AuthorLayer.PATIENT)
    compared = compare_visits(measurer, instruments().repeat_drawing, before, now)
    return Pair(
        Drawn(f"Before, {day_of(before)}", before, AuthorLayer.PATIENT),
        Drawn(f"Now, {day_of(now)}", now, AuthorLayer.PATIENT),
        compared,
    )


def timeline_of(reader: Reader, visits: Iterable[Visit]) -> Job[Timeline]:
    """Measure every visit of a patient."""
    found = tuple(visits)
    measurer = reader.measurer_for(*found)
    for each in found:
        yield from inked(measurer, each, AuthorLayer.PATIENT)
    return timeline(measurer, found)


def earlier_visits(clinic: Clinic, visit: Visit) -> tuple[Visit, ...]:
    """The patient's other visits before this one, the latest first; on the records lane."""
    ids = [
        each.id
        for each in clinic.visits_of(visit.patient_id)
        if each.id != visit.id and each.started <= visit.started
    ]
    return tuple(_stored(clinic, each) for each in ids)


def _stored(clinic: Clinic, visit_id: UUID) -> Visit:
    return clinic.open_visit(visit_id).visit


@lru_cache(maxsize=1)
def meaning() -> tuple[str, str]:
    """Definition and source of the comparison."""
    noise = instruments().repeat_drawing
    return noise.definition, "; ".join(
        dict.fromkeys((noise.repeat.source, noise.layers.source, noise.extent_source))
    )
