"""A visit, whole and immutable: everything that was recorded in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Self
from uuid import UUID

from painmap.domain.compartment import Compartment
from painmap.domain.ids import made_at
from painmap.domain.injection import (
    CtPlace,
    Finding,
    GivenSite,
    Landmark,
    LevelCount,
    Link,
    LinkKind,
    Outline,
    PlannedSite,
)
from painmap.domain.needle_plan import Hazard, PlannedPath, PrintedSheet
from painmap.domain.pain import Answer, Mark, PainFree, PainSite
from painmap.domain.pain_links import PainLink
from painmap.domain.study import AttachedStudy, StudyRefusal


class VisitKind(StrEnum):
    """Why the patient comes; it decides on which page the visit lands first."""

    FIRST = "first visit"
    FOLLOW_UP = "follow-up"
    DYSTONIA = "cervical dystonia"
    MIGRAINE = "migraine"


class VisitState(StrEnum):
    DRAFT = "draft"
    FINISHED = "finished"


Item = (
    PainSite
    | Mark
    | PainFree
    | Answer
    | Finding
    | AttachedStudy
    | StudyRefusal
    | Landmark
    | LevelCount
    | PlannedSite
    | GivenSite
    | Outline
    | Compartment
    | PlannedPath
    | Hazard
    | PrintedSheet
    | Link
    | PainLink
)
"""Anything that is one row of the record."""

Anchored = (
    Landmark | LevelCount | Outline | Compartment | PlannedPath | Hazard | PlannedSite | GivenSite
)
"""Items that may hang on a study."""

ANCHORED: tuple[type[Anchored], ...] = (
    Landmark,
    LevelCount,
    Outline,
    Compartment,
    PlannedPath,
    Hazard,
    PlannedSite,
    GivenSite,
)
"""The same, as types."""

FIELD_OF: Mapping[type, str] = MappingProxyType(
    {
        PainSite: "pain_sites",
        Mark: "marks",
        PainFree: "pain_free",
        Answer: "answers",
        Finding: "findings",
        AttachedStudy: "studies",
        StudyRefusal: "refusals",
        Landmark: "landmarks",
        LevelCount: "level_counts",
        PlannedSite: "planned_sites",
        GivenSite: "given_sites",
        Outline: "outlines",
        Compartment: "compartments",
        PlannedPath: "paths",
        Hazard: "hazards",
        PrintedSheet: "sheets",
        Link: "links",
        PainLink: "pain_links",
    }
)
"""Where in a visit the items of a type stand; the field's name is also the row's kind."""

PATIENT_WIDE: frozenset[type] = frozenset({AttachedStudy, Landmark, LevelCount})
"""Items that belong to the patient's studies, so that every visit of the patient sees them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One item before and after; None where it did not exist or is gone."""

    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """The later of the two that exists."""
        either = self.after or self.before
        if either is None:
            raise ValueError("a change of nothing")
        return either


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of one patient.

    Parameters
    ----------
    id, patient_id : UUID
    started : datetime
        Time zone aware.
    revision : int
        Grows by one with every stored gesture.
    """

    id: UUID
    patient_id: UUID
    started: datetime
    kind: VisitKind = VisitKind.FIRST
    state: VisitState = VisitState.DRAFT
    revision: int = 0
    pain_sites: tuple[PainSite, ...] = ()
    marks: tuple[Mark, ...] = ()
    pain_free: tuple[PainFree, ...] = ()
    answers: tuple[Answer, ...] = ()
    findings: tuple[Finding, ...] = ()
    studies: tuple[AttachedStudy, ...] = ()
    refusals: tuple[StudyRefusal, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    level_counts: tuple[LevelCount, ...] = ()
    planned_sites: tuple[PlannedSite, ...] = ()
    given_sites: tuple[GivenSite, ...] = ()
    outlines: tuple[Outline, ...] = ()
    compartments: tuple[Compartment, ...] = ()
    paths: tuple[PlannedPath, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    sheets: tuple[PrintedSheet, ...] = ()
    links: tuple[Link, ...] = ()
    pain_links: tuple[PainLink, ...] = ()

    def __post_init__(self) -> None:
        if self.started.tzinfo is None:
            raise ValueError("a visit's time needs its time zone")
        sites = {site.id for site in self.pain_sites}
        marked = {mark.site_id for mark in self.marks}
        if sites != marked:
            raise ValueError("every pain site has a mark, and every mark a pain site")

    def items(self) -> Iterator[Item]:
        """Every item, kind by kind, in the order in which each kind was recorded."""
        for name in FIELD_OF.values():
            yield from getattr(self, name)

    def find(self, item_id: UUID) -> Item | None:
        return next((item for item in self.items() if item.id == item_id), None)

    def changed(self, *, put: tuple[Item, ...] = (), remove: frozenset[UUID] = frozenset()) -> Self:
        """Give a visit with items put (added or replaced) or removed, in the order of their ids."""
        fields: dict[str, tuple[Item, ...]] = {}
        for cls, name in FIELD_OF.items():
            current: tuple[Item, ...] = getattr(self, name)
            news = {item.id: item for item in put if type(item) is cls}
            if not news and not any(item.id in remove for item in current):
                continue
            kept = {item.id: item for item in current if item.id not in remove} | news
            fields[name] = tuple(kept[key] for key in sorted(kept))
        return replace(self, **fields)  # type: ignore[arg-type]  # fields are matched by FIELD_OF

    def marks_of(self, site_id: UUID) -> tuple[Mark, ...]:
        return tuple(mark for mark in self.marks if mark.site_id == site_id)

    def pain_of(self, site: PlannedSite) -> PainSite | None:
        """The pain site that a planned site is for."""
        wanted = {
            link.to_id
            for link in self.links
            if link.from_id == site.id and link.kind is LinkKind.TARGET_FOR_PAIN
        }
        return next((pain for pain in self.pain_sites if pain.id in wanted), None)

    @property
    def attached_studies(self) -> tuple[AttachedStudy, ...]:
        return tuple(study for study in self.studies if not study.detached)

    def why_in_error(self, item: Anchored) -> str:
        """Why an item must not be used; empty while it may be.

        It says so itself, or hangs on a study that was detached, perhaps in another visit. A
        study that was attached anew does not revive what was made before it was detached.
        """
        if item.entered_in_error:
            return item.entered_in_error
        uid = study_of(item)
        rows = [study for study in self.studies if study.study_uid == uid]
        detached = [study for study in rows if study.detached]
        if len(detached) < len(rows):
            detached = [study for study in detached if _is_older(item, study)]
        return detached[-1].detached if detached else ""

    @property
    def live_planned_sites(self) -> tuple[PlannedSite, ...]:
        """What is in plan and exports: all but what was entered in error."""
        return tuple(site for site in self.planned_sites if not self.why_in_error(site))

    @property
    def live_outlines(self) -> tuple[Outline, ...]:
        return tuple(each for each in self.outlines if not self.why_in_error(each))

    @property
    def live_compartments(self) -> tuple[Compartment, ...]:
        return tuple(each for each in self.compartments if not self.why_in_error(each))

    @property
    def live_paths(self) -> tuple[PlannedPath, ...]:
        return tuple(each for each in self.paths if not self.why_in_error(each))

    @property
    def live_hazards(self) -> tuple[Hazard, ...]:
        return tuple(each for each in self.hazards if not self.why_in_error(each))

    def path_of(self, site_id: UUID) -> PlannedPath | None:
        """The needle path of a planned site."""
        return next((each for each in self.live_paths if each.site_id == site_id), None)

    @property
    def live_landmarks(self) -> tuple[Landmark, ...]:
        return tuple(each for each in self.landmarks if not self.why_in_error(each))

    @property
    def live_level_counts(self) -> tuple[LevelCount, ...]:
        return tuple(each for each in self.level_counts if not self.why_in_error(each))

    @property
    def live_given_sites(self) -> tuple[GivenSite, ...]:
        return tuple(each for each in self.given_sites if not self.why_in_error(each))


def study_of(item: Anchored) -> str | None:
    """Study Instance UID that an item hangs on, if it hangs on one."""
    match item:
        case Landmark() | LevelCount() | Outline() | Compartment() | PlannedPath() | Hazard():
            return item.anchor.study_uid
        case PlannedSite(place=CtPlace() as place) | GivenSite(place=CtPlace() as place):
            return place.anchor.study_uid
    return None


def _is_older(item: Anchored, study: AttachedStudy) -> bool:
    """Whether `item` was there when the row of `study` was changed last.

    What was corrected, or taken away and put back, since then has a later stamp, but its id
    tells when it was made.
    """
    if not item.stamp.revision or not study.stamp.revision:
        return False
    made = min(made_at(item.id), item.stamp.at.timestamp())
    return made <= study.stamp.at.timestamp()


def changes_between(before: Visit, after: Visit) -> tuple[Change, ...]:
    """List what differs, item by item."""
    changes = []
    for name in FIELD_OF.values():
        olds = {item.id: item for item in getattr(before, name)}
        news = {item.id: item for item in getattr(after, name)}
        changes += [
            Change(olds.get(key), item) for key, item in news.items() if olds.get(key) != item
        ]
        changes += [Change(item, None) for key, item in olds.items() if key not in news]
    return tuple(changes)
