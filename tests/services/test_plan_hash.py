"""A sheet that an older version of the program made is not out of date by the new one."""

from datetime import UTC, date, datetime
from uuid import UUID

from painmap.domain.anatomy import Level, Side
from painmap.domain.injection import CtPlace, Landmark, LandmarkKind, LandmarkStatus, PlannedSite
from painmap.domain.needle_plan import EntryBasis, PlannedPath, ProcedurePosition
from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.places import CtAnchor, PatientPoint, StackKey
from painmap.domain.visit import Visit
from painmap.services.plan_sheet import plan_hash

OF_DOCUMENTS_OF_VERSION_3 = "6d61002207348d3d6c659a961798df3914bc78df8937b50cb702e7627727c907"
"""What the program wrote before levels were counted and paths were held against the midline."""

ANCHOR = CtAnchor("1.2", "1.3", 0, "1.4", 1, "1.5", StackKey("k"))
PATIENT = Patient(
    UUID(int=5), PatientKind.DEMONSTRATION, "Phantom", "Painmap", date(1970, 1, 1), Sex.OTHER
)


def planned(status: LandmarkStatus = LandmarkStatus.MARKED) -> Visit:
    site = PlannedSite(
        UUID(int=1),
        "multifidus",
        Side.LEFT,
        Level.L4,
        place=CtPlace(ANCHOR, PatientPoint(30.0, 40.0, 5.0)),
    )
    entry = PatientPoint(30.0, 90.0, 5.0)
    path = PlannedPath(
        UUID(int=2), site.id, ANCHOR, entry, ProcedurePosition.PRONE, EntryBasis.VERTICAL
    )
    tip = PatientPoint(1.0, 80.0, 0.0)
    mark = Landmark(UUID(int=3), LandmarkKind.SPINOUS_PROCESS, ANCHOR, tip, Level.L4, status)
    empty = Visit(UUID(int=4), UUID(int=5), datetime(2026, 9, 14, 9, tzinfo=UTC))
    return empty.changed(put=(site, path, mark))


def test_fields_that_say_nothing_new_change_no_hash() -> None:
    assert plan_hash(PATIENT, planned()) == OF_DOCUMENTS_OF_VERSION_3


def test_a_landmark_that_is_only_proposed_is_another_plan() -> None:
    assert plan_hash(PATIENT, planned(LandmarkStatus.PROPOSED)) != OF_DOCUMENTS_OF_VERSION_3
