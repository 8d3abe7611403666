"""A study's identity is held against the patient's; what differs is asked, never stored."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from painmap.domain.patient import Patient, PatientKind, Sex
from painmap.domain.study import Agreement, Origin
from painmap.imaging.header import PatientIdentity
from painmap.services.identity import (
    StudyRule,
    compare,
    identity_hash,
    name_words,
    not_compared,
    origin_by_itself,
    person_key,
    quiet_line,
    refusal,
)
from painmap.services.names import Match, match, tokens
from painmap.services.samples import load_samples, public_samples

BORN = date(1960, 3, 3)


def patient(
    family: str = "Müller",
    given: str = "Anna Maria",
    *,
    born: date | None = BORN,
    sex: Sex | None = Sex.FEMALE,
    number: str = "",
    institution: str = "",
) -> Patient:
    return Patient(uuid4(), PatientKind.REAL, family, given, born, sex, number, institution)


def study(
    name: str = "MUELLER^ANNA MARIA", born: date | None = BORN, sex: str = "F", **rest: str
) -> PatientIdentity:
    return PatientIdentity(name=name, birth_date=born, sex=sex, **rest)


def name_agreement(name: str, family: str, given: str, *, born: date | None = BORN) -> Agreement:
    return compare(study(name, born), patient(family, given)).check.name


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("MUELLER^ANNA MARIA", "Müller", "Anna Maria"),
        ("MULLER^ANNA^MARIA", "Müller", "Anna Maria"),
        ("Müller^Anna^Maria^Dr.^PhD", "MUELLER", "Anna Maria"),
        ("Mueller^Maria Anna", "Müller", "Anna Maria"),
        ("Müller^Anna", "Müller", "Anna Maria"),
        ("Müller^Anna M.", "Müller", "Anna Maria"),
        ("MULLER ANNA MARIA", "Müller", "Anna Maria"),
        ("Müller, Anna", "Müller", "Anna"),
        ("O'BRIEN^SIOBHAN", "O’Brien", "Siobhán"),
        ("Garcia Lopez^Jose", "García-López", "José"),
        ("VANDYK^JAN", "van Dyk", "Jan"),
        ("SOERENSEN^BJOERN", "Sørensen", "Bjørn"),
        ("SORENSEN^BJORN", "Sørensen", "Bjørn"),
        ("GROSS^HANS", "Groß", "Hans"),
        ("LEMOINE^ZOE", "Lemoine", "Zoë"),
        ("YAMADA^TAROU=山田^太郎=ﾔﾏﾀﾞ^ﾀﾛｳ", "山田", "太郎"),
        ("YAMADA^TAROU=山田^太郎=ﾔﾏﾀﾞ^ﾀﾛｳ", "ヤマダ", "タロウ"),
        ("YAMADA^TAROU=山田^太郎=ﾔﾏﾀﾞ^ﾀﾛｳ", "Yamada", "Tarou"),
        ("=김^희중", "김", "희중"),
        ("=山田太郎", "山田", "太郎"),
        ("Люкceмбypг", "ЛЮКCEМБYPГ", ""),
    ],
)
def test_a_name_written_otherwise_is_the_same_name(name: str, family: str, given: str) -> None:
    assert name_agreement(name, family, given) is Agreement.SAME
    assert name_agreement(name, family, given, born=None) is Agreement.SAME


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("MUELLER^ANNE", "Müller", "Anna"),
        ("MILLER^ANNA", "Müller", "Anna"),
        ("Doe^Peter", "Doe", "Archibald"),
        ("Müller^Anna Luise", "Müller", "Anna Maria"),
        ("Mueller^Anna", "Muller", "Anna"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "ヤマタ", "タロウ"),
        ("A058062", "Müller", "Anna"),
    ],
)
def test_another_name_differs_even_with_the_same_birth_date(
    name: str, family: str, given: str
) -> None:
    assert name_agreement(name, family, given) is Agreement.DIFFERENT


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Doe^P", "Doe", "Peter"),
        ("Doe", "Doe", "Peter"),
        ("Thomas^James", "James", "Thomas"),
        ("Müller^Maria", "Müller", "Anna Maria"),
    ],
)
def test_a_weak_likeness_counts_only_where_the_birth_date_agrees(
    name: str, family: str, given: str
) -> None:
    assert name_agreement(name, family, given) is Agreement.SAME
    assert name_agreement(name, family, given, born=None) is Agreement.DIFFERENT
    assert name_agreement(name, family, given, born=date(1961, 3, 3)) is Agreement.DIFFERENT


NAMES = st.text(
    st.characters(categories=["L", "Mn"], include_characters=" -'’."), min_size=1, max_size=16
)


@given(NAMES, NAMES, NAMES, NAMES)
def test_names_compare_alike_from_both_sides(a: str, b: str, c: str, d: str) -> None:
    assert match(a, b, c, d) is match(c, d, a, b)


@given(NAMES, NAMES)
def test_a_name_is_itself_in_capitals_too(family: str, given_names: str) -> None:
    assume(tokens(family))

    assert match(family, given_names, family, given_names) is Match.STRONG
    assert match(family, given_names, family.upper(), given_names.upper()) is Match.STRONG


def test_a_match_is_one_quiet_line() -> None:
    found = compare(study(), patient())

    assert not found.check.differs
    assert found.differences == ()
    assert found.quiet_line == "name, birth date and sex agree"


def test_what_is_missing_is_unknown_and_not_asked() -> None:
    found = compare(study(born=None, sex=""), patient())

    assert not found.check.differs
    assert found.quiet_line == "name agrees, birth date and sex unknown"
    assert compare(PatientIdentity(), patient()).quiet_line == "name, birth date and sex unknown"
    assert compare(study(), patient(born=None)).quiet_line == (
        "name and sex agree, birth date unknown"
    )


def test_what_differs_is_said_on_screen_and_kept_without_the_other_person() -> None:
    found = compare(study("Roe^Jane", date(1971, 5, 6), "M"), patient())

    assert found.check.differs
    assert found.kinds == ("name", "birth date", "sex")
    assert [each.words for each in found.differences] == [
        "name: Roe, Jane in the study, Müller, Anna Maria in the record",
        "birth date: 6 May 1971 in the study, 3 March 1960 in the record",
        "sex: male in the study, female in the record",
    ]
    assert "Roe" not in repr(found)
    assert "1971" not in repr(found)
    assert quiet_line(found.check) == "name, birth date and sex differ"


def test_the_number_is_compared_only_where_the_same_house_gave_it() -> None:
    mine = patient(number="4711", institution="St. Elsewhere")

    other_house = compare(study(id="0815", institution="County"), mine)
    same_house = compare(study(id="0815", institution="ST ELSEWHERE"), mine)
    same_issuer = compare(study(id="4711", issuer="St. Elsewhere", institution="County"), mine)

    assert other_house.check.record_number is Agreement.UNKNOWN
    assert other_house.shown_number == "0815"
    assert not other_house.check.differs
    assert same_house.kinds == ("record number",)
    assert same_house.shown_number == ""
    assert same_issuer.quiet_line == "name, birth date, sex and record number agree"


def test_without_houses_numbers_are_not_compared() -> None:
    found = compare(study(id="1"), patient(number="2"))

    assert found.check.record_number is Agreement.UNKNOWN


def test_a_study_of_nobody_is_not_compared() -> None:
    assert not not_compared().check.differs
    assert not_compared().quiet_line == "name, birth date and sex unknown"


@pytest.mark.parametrize(
    ("origin", "kind", "rule"),
    [
        (Origin.PERSON, PatientKind.REAL, None),
        (Origin.SYNTHETIC, PatientKind.DEMONSTRATION, None),
        (Origin.PUBLIC_SAMPLE, PatientKind.DEMONSTRATION, None),
        (Origin.PERSON, PatientKind.DEMONSTRATION, StudyRule.PERSON_ON_DEMONSTRATION),
        (Origin.SYNTHETIC, PatientKind.REAL, StudyRule.SYNTHETIC_ON_REAL),
        (Origin.PUBLIC_SAMPLE, PatientKind.REAL, StudyRule.SAMPLE_ON_REAL),
    ],
)
def test_people_and_demonstrations_are_kept_apart(
    origin: Origin, kind: PatientKind, rule: StudyRule | None
) -> None:
    assert refusal(origin, kind) is rule


def test_a_public_sample_is_known_by_its_series() -> None:
    known = next(iter(public_samples()))

    def origin(uids: list[str], *flags: bool) -> Origin:
        return origin_by_itself(synthetic=flags, series_uids=uids, samples=public_samples())

    assert origin([known, "1.2"], False, False) is Origin.PUBLIC_SAMPLE
    assert origin(["1.2"], False) is Origin.PERSON
    assert origin(["1.2"], True) is Origin.SYNTHETIC
    assert origin(["1.2", "1.3"], True, False) is Origin.PERSON
    assert len(load_samples()) >= 10


def test_persons_are_told_apart_and_one_person_written_twice_is_one() -> None:
    peter, again = study("Doe^Peter", id="1"), study("DOE^PETER^^", id="1 ")

    assert person_key(peter) == person_key(again)
    assert person_key(peter) != person_key(study("Doe^Archibald", id="2"))


def test_the_hash_needs_its_key_and_tells_no_name() -> None:
    one, two = b"k" * 32, b"l" * 32

    assert identity_hash(study(), one) == identity_hash(study("Müller^ANNA MARIA"), one)
    assert identity_hash(study(), one) != identity_hash(study(), two)
    assert identity_hash(study(), one) != identity_hash(study("Roe^Jane"), one)


def test_words_that_no_report_may_hold_are_listed() -> None:
    assert name_words(study("Roe^Jane Ann=山田", id="77")) == ("Roe", "Jane", "Ann", "山田", "77")
