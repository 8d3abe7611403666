"""The side of a pain held against that of the site that is planned for it."""

from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.injection import Link, LinkKind, PlannedSite
from painmap.domain.visit import Visit


def side_of_pain(visit: Visit, pain_id: UUID) -> Side | None:
    """LEFT or RIGHT where all regions of a pain lie there; None for both, the midline, or none."""
    sides = {region.side for mark in visit.marks_of(pain_id) for region in mark.regions}
    return next(iter(sides)) if len(sides) == 1 and Side.MIDLINE not in sides else None


def differs(site: PlannedSite, visit: Visit, pain_id: UUID) -> bool:
    """Whether a site and the pain that it is for lie on different sides of the patient."""
    pain = side_of_pain(visit, pain_id)
    return pain is not None and site.side is not Side.MIDLINE and site.side is not pain


def pain_link(visit: Visit, site_id: UUID) -> Link | None:
    """What links a site to the pain that it is for."""
    return next(
        (
            each
            for each in visit.links
            if each.from_id == site_id and each.kind is LinkKind.TARGET_FOR_PAIN
        ),
        None,
    )


def unanswered(site: PlannedSite, visit: Visit) -> Link | None:
    """The link of a site to a pain on the other side that the doctor has not answered for."""
    link = pain_link(visit, site.id)
    if link is None or link.side_answer or not differs(site, visit, link.to_id):
        return None
    return link


def question_words(site: PlannedSite, visit: Visit, pain_id: UUID) -> str:
    """Such as "The site is LEFT, and the pain that it is for is on the RIGHT."."""
    pain = side_of_pain(visit, pain_id)
    where = pain.word if pain is not None else ""
    return f"The site is {site.side.word}, and the pain that it is for is on the {where}."
