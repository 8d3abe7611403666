"""What is asked of a PACS and read from it: nothing that it says makes us stumble."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from painmap.imaging.header import PatientIdentity
from painmap.pacs.archive import FoundSeries, FoundStudy, StudyQuery, is_uid
from painmap.pacs.matches import (
    STUDY_FIELDS,
    date_range,
    has_name,
    loose_pattern,
    name_pattern,
    query_fields,
    series_of,
    study_of,
    wanted_modality,
)

DAY, LATER = date(2024, 2, 29), date(2025, 1, 1)


@given(family=st.text(), given_name=st.text())
def test_a_typed_name_never_becomes_another_question(family: str, given_name: str) -> None:
    pattern = name_pattern(family, given_name)

    assert pattern.count("^") <= 1
    assert not set(pattern) & set("\\=?")
    assert all(part.endswith("*") and part.count("*") == 1 for part in pattern.split("^") if part)


@given(st.text())
def test_a_loose_pattern_is_letters_and_stars(family: str) -> None:
    pattern = loose_pattern(family)

    assert pattern.endswith("*")
    assert "**" not in pattern
    assert all(sign.isascii() and (sign.isalnum() or sign == "*") for sign in pattern)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ""),
        (DAY, None, "20240229-"),
        (None, DAY, "-20240229"),
        (DAY, LATER, "20240229-20250101"),
        (DAY, DAY, "20240229"),
    ],
)
def test_days_become_a_range(since: date | None, until: date | None, expected: str) -> None:
    assert date_range(since, until) == expected


def test_empty_fields_are_not_asked() -> None:
    assert query_fields(StudyQuery(modality="")) == {}
    assert query_fields(StudyQuery(patient_id=" 7 ")) == {
        "PatientID": "7",
        "ModalitiesInStudy": "CT",
    }


@pytest.mark.parametrize(
    ("name", "family", "given_name", "expected"),
    [
        ("DOE^JANE^M", "doe", "ja", True),
        ("DOE^JANE", "Do", "", True),
        ("DOE^JANE", "", "Jane", True),
        ("DOE^JOHN", "Doe", "Jane", False),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山", "太", True),
        ("", "Doe", "", False),
    ],
)
def test_a_name_is_compared_here_where_the_pacs_could_not(
    name: str, family: str, given_name: str, expected: bool
) -> None:
    study = FoundStudy("1", PatientIdentity(name=name))

    assert has_name(study, StudyQuery(family_name=family, given_name=given_name)) is expected


@given(
    values=st.dictionaries(st.sampled_from(STUDY_FIELDS), st.binary(max_size=40), max_size=12),
    vr=st.sampled_from(["", "US", "DA", "PN", "UI", "IS", "SQ", "UN"]),
)
def test_whatever_a_pacs_answers_can_be_read(values: dict[str, bytes], vr: str) -> None:
    answer = Dataset()
    for keyword, value in values.items():
        tag = Tag(keyword)
        raw = RawDataElement(tag, vr or None, len(value), value, 0, True, True)
        answer._dict[tag] = raw

    study = study_of(answer)

    assert study is None or is_uid(study.study_uid)
    assert series_of(answer) is None


def test_what_is_missing_is_not_made_up() -> None:
    answer = Dataset()
    answer.StudyInstanceUID = "1.2.3"

    assert study_of(answer) == FoundStudy("1.2.3", PatientIdentity())


def test_studies_without_the_wanted_modality_are_left_out_unless_nothing_is_said() -> None:
    ct, mr, silent = (
        FoundStudy("1", PatientIdentity(), modalities=("CT", "SR")),
        FoundStudy("2", PatientIdentity(), modalities=("MR",)),
        FoundStudy("3", PatientIdentity()),
    )

    assert wanted_modality([ct, mr, silent], "CT") == [ct, silent]
    assert wanted_modality([ct, mr, silent], "") == [ct, mr, silent]


def test_the_larger_of_two_counts_is_expected() -> None:
    assert FoundSeries("1").expected is None
    assert FoundSeries("1", count=3).expected == 3
    assert FoundSeries("1", sop_uids=("1", "2")).expected == 2
    assert FoundSeries("1", count=1, sop_uids=("1", "2")).expected == 2


def test_a_person_is_not_in_the_representation() -> None:
    study = FoundStudy("1", PatientIdentity(name="Doe^Jane", id="P1"))

    assert "Doe" not in repr(study)
    assert "Doe" not in repr(StudyQuery(family_name="Doe"))
