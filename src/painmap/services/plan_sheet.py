"""What stands on the plan sheet of a visit, and whether a sheet that was made still holds."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from painmap.domain.anatomy import Muscle, Side
from painmap.domain.injection import (
    LEVEL_AS_ENTERED,
    NOT_CHECKED,
    CtPlace,
    Landmark,
    LandmarkStatus,
    LevelCount,
    PlannedSite,
    SiteStatus,
)
from painmap.domain.items import UNSTAMPED
from painmap.domain.needle_plan import Hazard, PlannedPath
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import Sha256
from painmap.domain.sentences import (
    day_words,
    level_words,
    moment_words,
    muscle_words,
    side_words,
)
from painmap.domain.visit import Visit
from painmap.services.needle_words import PathReading, said_once
from painmap.services.spine import spine_in

SITES_A_PAGE = 3
"""In large type, each with its picture and its boxes."""

NOT_SIGNED = "DRAFT, not signed"

GAINED = (
    (PlannedSite, f", level_check={LEVEL_AS_ENTERED!r}"),
    (PlannedPath, f", side_check={NOT_CHECKED!r}"),
    (PlannedPath, ", step_mm=None"),
    (PlannedPath, ", slice_normal=None"),
    (Landmark, f", status={LandmarkStatus.MARKED!r}"),
)
"""Fields that items gained, as they are where nothing was said."""

Readings = Callable[[PlannedSite], PathReading | None]


@dataclass(frozen=True, slots=True)
class SheetSite:
    """One site as it stands on the sheet.

    Parameters
    ----------
    title : str
        Such as "LEFT quadratus lumborum, L3".
    depth : str
        In large type; empty where no path is planned.
    lines : tuple of str
    warning : str
        What differs between scan and procedure.
    """

    id: UUID
    title: str
    depth: str
    lines: tuple[str, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """The content of a plan sheet.

    Parameters
    ----------
    name : str
    about : str
        Birth date and ID.
    made : str
        When, of which visit, with which version.
    state : str
        DRAFT while nothing is signed.
    sites : tuple of SheetSite
    plan : Sha256
        Of all that it says of the plan.
    """

    name: str
    about: str
    made: str
    state: str
    sites: tuple[SheetSite, ...]
    plan: Sha256
    printed: datetime

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.sites) // SITES_A_PAGE))

    def sites_of(self, page: int) -> tuple[SheetSite, ...]:
        """The sites of a page, counted from 0."""
        return self.sites[page * SITES_A_PAGE : (page + 1) * SITES_A_PAGE]


def planned_sites(visit: Visit) -> tuple[PlannedSite, ...]:
    """What is considered or planned; what was dropped is on no sheet."""
    return tuple(each for each in visit.live_planned_sites if each.status is not SiteStatus.DROPPED)


def plan_sheet(
    patient: Patient,
    visit: Visit,
    muscles: Mapping[str, Muscle],
    *,
    reading: Readings,
    now: datetime,
    version: str,
) -> PlanSheet:
    """Put the sheet of a visit together.

    Parameters
    ----------
    reading : callable
        What the path of a site reads; None where it has none.
    now : datetime
        Time zone aware; the sheet shows it.
    """
    born = f"born {day_words(patient.birth_date)}" if patient.birth_date else "birth date unknown"
    number = f"ID {patient.record_number}" if patient.record_number else "no ID recorded"
    about = [born, number]
    shown = "DEMONSTRATION, not a person. " if patient.kind is PatientKind.DEMONSTRATION else ""
    return PlanSheet(
        name=patient.name,
        about=", ".join(about),
        made=(
            f"{shown}Plan of the visit of {day_words(visit.started.astimezone().date())}, "
            f"made {moment_words(now)}, painmap {version}"
        ),
        state=NOT_SIGNED,
        sites=tuple(_site(each, visit, muscles, reading(each)) for each in planned_sites(visit)),
        plan=plan_hash(patient, visit),
        printed=now,
    )


def _site(
    site: PlannedSite, visit: Visit, muscles: Mapping[str, Muscle], reading: PathReading | None
) -> SheetSite:
    name = muscle_words(site.muscle_id, muscles)
    sided = name if site.side is Side.MIDLINE else f"{site.side.word} {name}"
    title = f"{sided}, {level_words(site.level, site.level_check)}"
    note = (f"note: {site.note}",) if site.note else ()
    if site.status is SiteStatus.CONSIDERED:
        note = ("considered, not decided yet", *note)
    side = side_words(site.side_check)
    if reading is None:
        return SheetSite(site.id, title, "", (side, "no needle path is planned", *note))
    lines = (
        reading.source,
        *reading.places_words,
        spine_in(visit, site.place.anchor).words if isinstance(site.place, CtPlace) else "",
        reading.angle_words,
        "; ".join(said_once(reading.hazard_lines)),
        "" if reading.short_words else reading.needle_words or "needle: not chosen",
        reading.rounding_words,
        side,
        *note,
    )
    return SheetSite(
        site.id,
        title,
        reading.depth_words.removesuffix(f" {reading.source}"),
        tuple(line for line in lines if line),
        " ".join(filter(None, (reading.banner, _sentence(reading.short_words)))),
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def plan_hash(patient: Patient, visit: Visit) -> Sha256:
    """A hash over all that a sheet says, without who changed it last and when."""
    site_ids = {site.id for site in planned_sites(visit)}
    items: tuple[PlannedSite | PlannedPath | Hazard | Landmark | LevelCount, ...] = (
        *planned_sites(visit),
        *(path for path in visit.live_paths if path.site_id in site_ids),
        *visit.live_hazards,
        *visit.live_landmarks,
        *visit.live_level_counts,
    )
    said = [
        (patient.name, patient.birth_date, patient.record_number, patient.kind.value),
    ]
    text = "\n".join([*map(repr, said), *map(_as_before, items)])
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def _as_before(item: PlannedSite | PlannedPath | Hazard | Landmark | LevelCount) -> str:
    """An item as text, without fields that it gained since sheets are hashed and that say nothing.

    A sheet of an older version is not out of date by a new version of the program.
    """
    text = repr(replace(item, stamp=UNSTAMPED))
    for kind, gained in GAINED:
        if isinstance(item, kind):
            text = text.replace(gained, "")
    return text


def sheet_words(patient: Patient, visit: Visit) -> str:
    """What is said of the sheet made last; empty where none was made."""
    if not visit.sheets:
        return ""
    last = max(visit.sheets, key=lambda sheet: sheet.printed)
    time = f"{last.printed.astimezone():%H:%M}"
    if last.plan == plan_hash(patient, visit):
        return f"plan sheet made at {time}"
    return f"the sheet of {time} is out of date: the plan was changed after it"
