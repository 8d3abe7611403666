"""Intensity and extent over the visits of a patient, with what was injected in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from painmap.bodymap.metrics import BodyShareBasis, Measurer
from painmap.domain.injection import GivenSite
from painmap.domain.pain import AuthorLayer
from painmap.domain.places import TemplateRef
from painmap.domain.visit import Visit


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """One visit.

    Parameters
    ----------
    visit_id : UUID
    at : datetime
        Time zone aware.
    now, worst : int or None
        Highest intensity now and at worst of any site, 0-10; None: not asked.
    mean : float or None
        Intensity now, weighted by area.
    extent : float or None
        Mean of front and back, 0 to 1; 0 only where the visit was asked about all pains.
    body_share : float or None
        Of the body surface, 0 to 1.
    body_share_basis : BodyShareBasis
    regions : int
    figures : frozenset of TemplateRef
        The figures that were drawn on; where they change, only regions are comparable.
    """

    visit_id: UUID
    at: datetime
    now: int | None
    worst: int | None
    mean: float | None
    extent: float | None
    body_share: float | None
    body_share_basis: BodyShareBasis
    regions: int
    figures: frozenset[TemplateRef]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What was injected at one moment, as recorded in one visit.

    Parameters
    ----------
    at : datetime
        When it was given, or when the visit began where that was not recorded.
    """

    visit_id: UUID
    at: datetime
    sites: tuple[GivenSite, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Both in the order of time."""

    points: tuple[TimelinePoint, ...]
    treatments: tuple[Treatment, ...]


def timeline(
    measurer: Measurer, visits: Iterable[Visit], layer: AuthorLayer = AuthorLayer.PATIENT
) -> Timeline:
    """Put the visits of one patient in the order of time; authors are never mixed."""
    ordered = sorted(visits, key=lambda visit: visit.started)
    treatments = [each for visit in ordered for each in _treatments(visit)]
    return Timeline(
        tuple(_point(measurer, visit, layer) for visit in ordered),
        tuple(sorted(treatments, key=lambda treatment: treatment.at)),
    )


def _point(measurer: Measurer, visit: Visit, layer: AuthorLayer) -> TimelinePoint:
    measures = measurer.measure(visit, layer)
    marks = [mark for mark in visit.marks if mark.layer is layer]
    ours = {mark.site_id for mark in marks}
    worst = [site.worst for site in visit.pain_sites if site.id in ours and site.worst is not None]
    extent = measures.mean_extent
    if extent is None and not marks and asked_about_all(visit):
        extent = 0.0
    return TimelinePoint(
        visit_id=visit.id,
        at=visit.started,
        now=measures.max_intensity,
        worst=max(worst, default=None),
        mean=measures.mean_intensity,
        extent=extent,
        body_share=measures.body_share,
        body_share_basis=measures.body_share_basis,
        regions=measures.regions,
        figures=frozenset(mark.template for mark in marks),
    )


def asked_about_all(visit: Visit) -> bool:
    """Whether it was said before leaving that all pains are recorded: then bare is pain-free."""
    return any(
        (answer.instrument, answer.item, answer.value) == ("visit", "all_pains_recorded", "yes")
        for answer in visit.answers
    )


def _treatments(visit: Visit) -> Iterable[Treatment]:
    by_time: dict[datetime, list[GivenSite]] = {}
    for site in visit.live_given_sites:
        at = site.given_at or visit.started
        if at.tzinfo is None:  # written without a zone: that of the visit
            at = at.replace(tzinfo=visit.started.tzinfo)
        by_time.setdefault(at, []).append(site)
    for at, sites in by_time.items():
        yield Treatment(visit.id, at, tuple(sites))
