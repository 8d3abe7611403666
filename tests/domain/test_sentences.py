from datetime import date
from decimal import Decimal

import pytest

from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.ids import new_id
from painmap.domain.injection import GivenSite, PlannedSite, SideBasis, SideCheck
from painmap.domain.pain import Depth, PainSite, Quality
from painmap.domain.sentences import (
    age_of_study,
    given_sentence,
    number_words,
    pain_sentence,
    planned_sentence,
    visit_sentences,
)
from tests.domain.builders import mark_of, site_on_ct, visit

MUSCLES = {
    "quadratus_lumborum": Muscle(
        "quadratus_lumborum", "quadratus lumborum", "Quadratus lumborum", "lumbar",
        (), (), True, (), (),
    )
}  # fmt: skip


def test_a_site_reads_as_the_sentence_that_was_asked_for() -> None:
    site = PainSite(new_id(), intensity=7, qualities=(Quality.ACHING,), depth=Depth.DEEP)

    sentence = pain_sentence(site, [mark_of(site)])

    assert sentence == "patient's LEFT lower lumbar paraspinal, 7/10, aching, deep"


def test_an_intensity_that_was_not_asked_is_said_so() -> None:
    site = PainSite(new_id())

    assert "intensity not asked" in pain_sentence(site, [mark_of(site)])
    assert "0/10" not in pain_sentence(site, [mark_of(site)])


def test_both_sides_are_named_when_both_are_marked() -> None:
    site = PainSite(new_id(), intensity=10)
    marks = [mark_of(site, Side.LEFT), mark_of(site, Side.RIGHT)]

    assert pain_sentence(site, marks) == (
        "patient's LEFT lower lumbar paraspinal and RIGHT lower lumbar paraspinal, 10/10"
    )


def test_many_regions_are_counted_rather_than_listed() -> None:
    site = PainSite(new_id())
    marks = [mark_of(site, Side.LEFT, name) for name in "abcdef"]

    assert "2 more regions" in pain_sentence(site, marks)


@pytest.mark.parametrize(
    ("study", "words"),
    [
        (date(2023, 7, 1), "3 years 2 months before this visit"),
        (date(2025, 9, 1), "1 year before this visit"),
        (date(2026, 8, 30), "2 days before this visit"),
        (date(2026, 9, 1), "on the day of this visit"),
        (date(2026, 10, 2), "1 month after this visit"),
        (date(2026, 7, 2), "1 month before this visit"),
    ],
)
def test_the_age_of_a_study_is_said_in_years_and_months(study: date, words: str) -> None:
    assert age_of_study(study, date(2026, 9, 1)) == words


def test_a_side_that_was_not_checked_is_never_shown_as_checked() -> None:
    sentence = planned_sentence(site_on_ct(), MUSCLES)

    assert sentence.startswith("LEFT quadratus lumborum, level not given, considered, target on CT")
    assert "side chosen by the doctor, not checked" in sentence


def test_a_checked_side_says_how_far_from_the_midline() -> None:
    check = SideCheck(SideBasis.AGREES, -31.6, ((new_id(), 1),))
    site = PlannedSite(
        new_id(), "quadratus_lumborum", Side.RIGHT, Level.L3, place=site_on_ct().place,
        side_check=check,
    )  # fmt: skip

    assert "32 mm RIGHT of it" in planned_sentence(site, MUSCLES)


@pytest.mark.parametrize(
    ("value", "words"),
    [("25", "25"), ("2.50", "2.5"), ("10.0", "10"), ("0.5", "0.5"), ("1E+2", "100")],
)
def test_numbers_have_no_trailing_zero_and_a_leading_one(value: str, words: str) -> None:
    assert number_words(Decimal(value)) == words


def test_units_that_were_not_recorded_are_said_so() -> None:
    site = GivenSite(new_id(), "quadratus_lumborum", Side.LEFT)

    assert "units not recorded" in given_sentence(site, MUSCLES)


def test_a_muscle_that_the_catalogue_lost_still_has_a_name() -> None:
    site = PlannedSite(new_id(), "some_muscle", Side.RIGHT)

    assert planned_sentence(site, {}).startswith("RIGHT some muscle")


def test_a_visit_reads_in_one_piece() -> None:
    site = PainSite(new_id(), intensity=3)
    whole = visit().changed(put=(site, mark_of(site), site_on_ct()))

    assert [line.split(",")[0] for line in visit_sentences(whole, MUSCLES)] == [
        "patient's LEFT lower lumbar paraspinal",
        "LEFT quadratus lumborum",
    ]
