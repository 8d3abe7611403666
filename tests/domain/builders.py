"""Small values for tests of the domain; only what the test is about is given."""

from datetime import UTC, datetime

from painmap.domain.anatomy import Side
from painmap.domain.ids import new_id
from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.pain import AuthorLayer, Mark, MarkedRegion, PainSite, RegionShape
from painmap.domain.places import CtAnchor, PatientPoint, Sha256, StackKey, TemplateRef
from painmap.domain.visit import Visit

TEMPLATE = TemplateRef("adult", 1, Sha256("0" * 64))
LOWER_LUMBAR = "lower lumbar paraspinal"


def visit() -> Visit:
    return Visit(new_id(), new_id(), datetime(2026, 9, 1, 10, 0, tzinfo=UTC))


def mark_of(site: PainSite, side: Side = Side.LEFT, name: str = LOWER_LUMBAR) -> Mark:
    region = f"{name.replace(' ', '_')}.{side.value}"
    return Mark(
        new_id(),
        site.id,
        AuthorLayer.PATIENT,
        TEMPLATE,
        "back",
        RegionShape(region),
        (MarkedRegion(region, name, side, 1.0),),
    )


def anchor(study: str = "1.2.3") -> CtAnchor:
    return CtAnchor(study, "1.2.3.4", 0, "1.2.3.4.5", 1, "1.2.9", StackKey("k"))


def site_on_ct(study: str = "1.2.3", side: Side = Side.LEFT) -> PlannedSite:
    place = CtPlace(anchor(study), PatientPoint(32.0, 40.0, -10.0))
    return PlannedSite(new_id(), "quadratus_lumborum", side, place=place)
