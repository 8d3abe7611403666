from dataclasses import FrozenInstanceError, replace
from datetime import date, datetime

import pytest

from painmap.domain.anatomy import Side
from painmap.domain.ids import new_id
from painmap.domain.injection import Outline
from painmap.domain.items import Stamp
from painmap.domain.pain import PainSite, Quality, StrokeShape
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import PatientPoint
from painmap.domain.study import Agreement, IdentityCheck
from painmap.domain.visit import Visit
from tests.domain.builders import anchor


def test_not_asked_is_not_zero() -> None:
    assert PainSite(new_id()).intensity is None
    assert PainSite(new_id(), intensity=0).intensity == 0


@pytest.mark.parametrize("value", [-1, 11])
def test_an_intensity_outside_the_scale_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="outside the 0-10 scale"):
        PainSite(new_id(), intensity=value)


def test_a_site_has_at_most_three_different_qualities() -> None:
    with pytest.raises(ValueError, match="at most 3"):
        PainSite(new_id(), qualities=(Quality.ACHING, Quality.ACHING))
    with pytest.raises(ValueError, match="at most 3"):
        PainSite(new_id(), qualities=tuple(Quality)[:4])


def test_an_outline_needs_three_points() -> None:
    with pytest.raises(ValueError, match="encloses nothing"):
        Outline(new_id(), "psoas_major", Side.LEFT, anchor(), (PatientPoint(0, 0, 0),) * 2)


def test_a_stroke_without_width_is_refused() -> None:
    with pytest.raises(ValueError, match="draws nothing"):
        StrokeShape(((0.0, 0.0),), 0.0)  # type: ignore[arg-type]  # any pair will do here


def test_times_need_their_zone() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="time zone"):
        Stamp(1, "someone", naive)
    with pytest.raises(ValueError, match="time zone"):
        Visit(new_id(), new_id(), naive)


def test_a_patient_needs_a_family_name() -> None:
    with pytest.raises(ValueError, match="family name"):
        Patient(new_id(), PatientKind.REAL, "  ")


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 5, 11), 64), (date(2026, 5, 12), 65), (date(2026, 12, 1), 65)]
)
def test_age_changes_on_the_birthday(day: date, age: int) -> None:
    patient = Patient(new_id(), PatientKind.REAL, "Miller", birth_date=date(1961, 5, 12))

    assert patient.age_on(day) == age


def test_real_or_demonstration_cannot_be_changed_in_place() -> None:
    patient = Patient(new_id(), PatientKind.REAL, "Miller")

    with pytest.raises(FrozenInstanceError):
        patient.kind = PatientKind.DEMONSTRATION  # type: ignore[misc]  # what is refused


def test_one_different_item_makes_an_identity_differ() -> None:
    same = IdentityCheck(Agreement.SAME, Agreement.SAME, Agreement.UNKNOWN)

    assert not same.differs
    assert replace(same, birth_date=Agreement.DIFFERENT).differs


def test_sides_mirror_and_the_midline_stays() -> None:
    assert Side.LEFT.mirrored is Side.RIGHT
    assert Side.MIDLINE.mirrored is Side.MIDLINE
    assert [side.word for side in Side] == ["LEFT", "RIGHT", "midline"]
