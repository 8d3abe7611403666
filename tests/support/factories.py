"""Small right values for tests: say what the test is about, leave the rest."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from painmap.domain.anatomy import Level, Side
from painmap.domain.ids import new_id
from painmap.domain.injection import (
    CtPlace,
    FigurePlace,
    Finding,
    FindingKind,
    GivenSite,
    Landmark,
    LandmarkKind,
    Link,
    LinkKind,
    Outline,
    PlannedSite,
)
from painmap.domain.pain import AuthorLayer, Mark, MarkedRegion, PainSite, RegionShape
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import (
    CtAnchor,
    FigurePoint,
    PatientPoint,
    Sha256,
    StackKey,
    TemplateRef,
)
from painmap.domain.study import (
    Agreement,
    AttachedStudy,
    IdentityCheck,
    Origin,
    RefusalOutcome,
    StudyRefusal,
)
from painmap.domain.visit import Item, Visit

STARTED = datetime(2024, 3, 3, 10, 12, 4, tzinfo=UTC)
TEMPLATE = TemplateRef("adult", 1, Sha256("a" * 64))


def patient(**fields: Any) -> Patient:
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": PatientKind.REAL,
        "family_name": "Example",
        "given_name": "Alex",
        "birth_date": date(1980, 2, 1),
        "sex": Sex.FEMALE,
    }
    return Patient(**values | fields)


def demonstration(**fields: Any) -> Patient:
    return patient(kind=PatientKind.DEMONSTRATION, **fields)


def visit(*items: Item, **fields: Any) -> Visit:
    values: dict[str, Any] = {"id": new_id(), "patient_id": new_id(), "started": STARTED}
    return Visit(**values | fields).changed(put=items)


def pain_site(**fields: Any) -> PainSite:
    return PainSite(**{"id": new_id()} | fields)


def mark(site: PainSite | UUID, **fields: Any) -> Mark:
    side = fields.pop("side", Side.LEFT)
    region = MarkedRegion(f"lower_lumbar_{side.value}", "lower lumbar paraspinal", side, share=1.0)
    values: dict[str, Any] = {
        "id": new_id(),
        "site_id": site.id if isinstance(site, PainSite) else site,
        "layer": AuthorLayer.PATIENT,
        "template": TEMPLATE,
        "view": "back",
        "shape": RegionShape(region.id),
        "regions": (region,),
    }
    return Mark(**values | fields)


def anchor(**fields: Any) -> CtAnchor:
    values: dict[str, Any] = {
        "study_uid": "1.2.826.0.1.1",
        "series_uid": "1.2.826.0.1.2",
        "stack": 0,
        "sop_uid": "1.2.826.0.1.3",
        "frame_number": 1,
        "frame_of_reference_uid": "1.2.826.0.1.4",
        "stack_key": StackKey("b" * 64),
    }
    return CtAnchor(**values | fields)


def ct_place(point: Sequence[float] = (40.0, 30.5, -120.25), **fields: Any) -> CtPlace:
    return CtPlace(anchor(**fields), PatientPoint(*point))


def figure_place(point: Sequence[float] = (-40.0, 420.0)) -> FigurePlace:
    return FigurePlace(TEMPLATE, "back", FigurePoint(*point))


def planned_site(**fields: Any) -> PlannedSite:
    values: dict[str, Any] = {"id": new_id(), "muscle_id": "psoas_major", "side": Side.LEFT}
    values["level"] = Level.L3
    return PlannedSite(**values | fields)


def given_site(**fields: Any) -> GivenSite:
    values: dict[str, Any] = {
        "id": new_id(),
        "muscle_id": "psoas_major",
        "side": Side.LEFT,
        "level": Level.L3,
        "units": Decimal("25.0"),
    }
    return GivenSite(**values | fields)


def outline(**fields: Any) -> Outline:
    values: dict[str, Any] = {
        "id": new_id(),
        "muscle_id": "psoas_major",
        "side": Side.LEFT,
        "level": Level.L3,
        "anchor": anchor(),
        "points": (
            PatientPoint(30, 0, -120),
            PatientPoint(50, 0, -120),
            PatientPoint(40, 20, -120),
        ),
    }
    return Outline(**values | fields)


def landmark(**fields: Any) -> Landmark:
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": LandmarkKind.SPINOUS_PROCESS,
        "anchor": anchor(),
        "point": PatientPoint(1.5, 80, -120),
        "level": Level.L3,
    }
    return Landmark(**values | fields)


def finding(**fields: Any) -> Finding:
    values: dict[str, Any] = {"id": new_id(), "kind": FindingKind.TENDER_POINT}
    return Finding(**values | fields)


def link(from_id: UUID, to_id: UUID, **fields: Any) -> Link:
    values: dict[str, Any] = {"id": new_id(), "kind": LinkKind.TARGET_FOR_PAIN}
    return Link(**values | {"from_id": from_id, "to_id": to_id} | fields)


def study(report: Sha256, **fields: Any) -> AttachedStudy:
    """A study; `report` names a blob that the store has."""
    values: dict[str, Any] = {
        "id": new_id(),
        "study_uid": "1.2.826.0.1.1",
        "description": "lumbar spine",
        "study_date": date(2021, 1, 3),
        "modality": "CT",
        "folder": "/media/disc",
        "origin": Origin.PERSON,
        "identity": IdentityCheck(Agreement.SAME, Agreement.SAME, Agreement.UNKNOWN),
        "import_report": report,
    }
    return AttachedStudy(**values | fields)


def refusal(**fields: Any) -> StudyRefusal:
    values: dict[str, Any] = {
        "id": new_id(),
        "outcome": RefusalOutcome.CLOSED,
        "differences": ("birth date",),
    }
    return StudyRefusal(**values | fields)
