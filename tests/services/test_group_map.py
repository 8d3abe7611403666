"""The group map: shares are right, few patients are never told, kinds are never mixed."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.bodymap.instruments_regions import Basis, RegionState, RegionStatus
from painmap.domain.anatomy import Side
from painmap.domain.edits import answer_item, mark_pain
from painmap.domain.ids import new_id
from painmap.domain.pain import Answer, AuthorLayer, Mark, MarkedRegion, PainSite, RegionShape
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.progress import run_to_end
from painmap.services.catalogue import body_map
from painmap.services.clinic import Clinic
from painmap.services.group_map import (
    LEAST_PATIENTS,
    Case,
    GroupWanted,
    RegionShare,
    group_of,
    grouping,
)

DEMO, REAL = PatientKind.DEMONSTRATION, PatientKind.REAL
WANTED = GroupWanted(DEMO, date(2026, 1, 1), date(2026, 12, 31))
NAMES = ("knee", "calf", "scapular", "occiput")


def status(region: str) -> RegionStatus:
    return RegionStatus(
        f"{region}.left", region, Side.LEFT, RegionState.MARKED, frozenset({Basis.RULE}), 1.0
    )


def case(*regions: str, kind: PatientKind = DEMO) -> Case:
    return Case(new_id(), kind, tuple(status(each) for each in regions))


def test_a_share_is_patients_of_all_patients() -> None:
    found = group_of([case("knee") for _ in range(5)] + [case() for _ in range(15)], WANTED)

    assert found.patients == 20
    assert found.regions == (RegionShare("knee.left", "LEFT knee", 5, 20),)
    assert found.regions[0].share == 0.25


def test_four_patients_are_not_told_apart_from_none() -> None:
    with_four = group_of([case("knee") for _ in range(4)] + [case() for _ in range(6)], WANTED)
    with_none = group_of([case() for _ in range(10)], WANTED)

    assert with_four == with_none


def test_a_group_of_four_shows_nothing_not_even_its_number() -> None:
    found = group_of([case("knee") for _ in range(4)], WANTED)

    assert found.patients is None
    assert found.regions == ()
    assert found == group_of([], WANTED)


def test_real_and_demonstration_patients_are_refused_together() -> None:
    mixed = [*(case() for _ in range(9)), case(kind=REAL)]

    with pytest.raises(ValueError, match="never put together"):
        group_of(mixed, WANTED)


def test_a_patient_counts_once() -> None:
    with pytest.raises(ValueError, match="counts once"):
        group_of([case("knee")] * 6, WANTED)


@given(st.lists(st.sets(st.sampled_from(NAMES)), max_size=24))
def test_no_number_below_five_is_in_a_map(drawn: list[set[str]]) -> None:
    found = group_of([case(*regions) for regions in drawn], WANTED)

    counts = Counter(f"{each}.left" for regions in drawn for each in regions)
    shown = {each.id: each.count for each in found.regions}
    if len(drawn) < LEAST_PATIENTS:
        assert (found.patients, shown) == (None, {})
    else:
        assert found.patients == len(drawn)
        assert shown == {name: count for name, count in counts.items() if count >= 5}


# --- from the records


@pytest.fixture
def days() -> list[datetime]:
    """The days of the visits, the next one first."""
    return []


@pytest.fixture
def clinic(tmp_path: Path, days: list[datetime]) -> Iterator[Clinic]:
    today = datetime(2026, 6, 1, 10, tzinfo=UTC)
    made = Clinic.open(tmp_path, author="dr.weber", now=lambda: days[0] if days else today)
    yield made
    made.close()


def add_patient(clinic: Clinic, kind: PatientKind = DEMO) -> UUID:
    patient = Patient(id=new_id(), kind=kind, family_name=f"Person {new_id()}")
    return clinic.add_patient(patient).id


def add_visit(
    clinic: Clinic,
    patient: UUID,
    *regions: str,
    layer: AuthorLayer = AuthorLayer.PATIENT,
    asked: bool = False,
) -> None:
    opened, template = clinic.new_visit(patient), body_map("adult")
    for region_id in regions:
        region = template.views["back"].region(region_id)
        named = MarkedRegion(region.id, region.name, region.side, 1.0)
        site = PainSite(new_id())
        shape = RegionShape(region.id)
        mark = Mark(new_id(), site.id, layer, template.ref, "back", shape, (named,))
        opened.apply(mark_pain(site, mark))
    if asked:
        answer = Answer(new_id(), "visit", "all_pains_recorded", "yes")
        opened.apply(answer_item([answer], label="all recorded"))
    opened.retry()


def read(clinic: Clinic, wanted: GroupWanted = WANTED) -> dict[str, str]:
    found = run_to_end(grouping(clinic, wanted))
    return {"n": str(found.patients)} | {e.words: f"{e.count}/{e.of}" for e in found.regions}


def test_each_patient_counts_with_the_latest_drawing_in_the_range(
    clinic: Clinic, days: list[datetime]
) -> None:
    first = datetime(2026, 3, 1, 10, tzinfo=UTC)
    for _ in range(5):
        patient = add_patient(clinic)
        days[:] = [first]
        add_visit(clinic, patient, "calf.left")
        days[:] = [first + timedelta(days=30)]
        add_visit(clinic, patient, "scapular.right")
        days[:] = [first + timedelta(days=60)]
        add_visit(clinic, patient)
        days[:] = [first + timedelta(days=400)]
        add_visit(clinic, patient, "heel.left")

    assert read(clinic) == {"n": "5", "RIGHT shoulder blade": "5/5"}
    early = GroupWanted(DEMO, date(2026, 3, 1), date(2026, 3, 2))
    assert read(clinic, early) == {"n": "5", "LEFT calf": "5/5"}


def test_asked_and_none_counts_as_a_patient_and_not_asked_does_not(clinic: Clinic) -> None:
    for _ in range(5):
        add_visit(clinic, add_patient(clinic), "calf.left")
    for _ in range(5):
        add_visit(clinic, add_patient(clinic), asked=True)
        add_visit(clinic, add_patient(clinic))
        add_visit(clinic, add_patient(clinic), "calf.left", layer=AuthorLayer.DOCTOR)

    assert read(clinic) == {"n": "10", "LEFT calf": "5/10"}


def test_patients_of_the_other_kind_are_left_out(clinic: Clinic) -> None:
    for kind in (DEMO, REAL):
        for _ in range(5):
            add_visit(clinic, add_patient(clinic, kind), "calf.left")

    assert read(clinic) == {"n": "5", "LEFT calf": "5/5"}


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        GroupWanted(REAL, date(2026, 2, 1), date(2026, 1, 1))
