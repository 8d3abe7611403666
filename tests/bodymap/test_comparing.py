"""Comparing: identical is 1, a known shift has its known value, and noise is not called change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painmap.bodymap.comparing import (
    DIFFERENT_FIGURES,
    FIGURE_MISSING,
    NO_FINDINGS,
    NOT_THEN,
    NOT_YET,
    Fate,
    Noise,
    Overlap,
    compare_layers,
    compare_visits,
)
from painmap.bodymap.comparing_timeline import timeline
from painmap.bodymap.instruments_reading import load_instruments
from painmap.bodymap.metrics import Measurer
from painmap.bodymap.template import BodyTemplate
from painmap.domain.anatomy import Side
from painmap.domain.injection import GivenSite
from painmap.domain.pain import Answer, AuthorLayer, RegionShape, StrokeShape
from painmap.domain.visit import Visit
from tests.bodymap.drawings import DAY, adult_figure, box, drawn, empty_visit, other_ref, stroke

TABLES = load_instruments(Path(__file__).parents[2] / "resources" / "instruments")
NOISE = TABLES.repeat_drawing


@pytest.fixture
def measurer(adult: BodyTemplate) -> Measurer:
    return Measurer({adult.ref: adult}, TABLES.rule_of_nines)


def test_the_limit_is_the_published_mean_less_two_deviations() -> None:
    assert NOISE.repeat.limit == pytest.approx(0.62 - 1.96 * 0.18)
    assert NOISE.shoulder.limit == pytest.approx(0.42 - 1.96 * 0.19)


def test_nothing_has_no_overlap() -> None:
    assert Overlap(0, 0, 0).jaccard is None
    assert Overlap(0, 0, 0).dice is None


def test_identical_drawings_have_jaccard_and_dice_1(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    shape = stroke((-30, 300), (-10, 340), (20, 380), width=14)
    before, after = (drawn(adult, ("back", shape), ("front", shape)) for _ in range(2))

    found = compare_visits(measurer, NOISE, before, after)

    assert found.planar is not None
    assert found.planar.jaccard == pytest.approx(1)
    assert found.planar.dice == pytest.approx(1)
    assert found.region_overlap.jaccard == 1
    assert {change.fate for change in found.regions} == {Fate.PERSISTED}
    assert all(change.before == pytest.approx(change.after) for change in found.regions)


@pytest.mark.parametrize(
    ("shift", "jaccard", "dice"), [(20, 1 / 3, 1 / 2), (10, 3 / 5, 3 / 4), (40, 0, 0)]
)
def test_a_known_shift_has_its_known_value(
    adult: BodyTemplate, measurer: Measurer, shift: float, jaccard: float, dice: float
) -> None:
    before = drawn(adult, ("back", box(-40, 300, 40, 40)))
    after = drawn(adult, ("back", box(-40 + shift, 300, 40, 40)))

    planar = compare_visits(measurer, NOISE, before, after).planar

    assert planar is not None
    assert planar.jaccard == pytest.approx(jaccard, abs=1e-9)
    assert planar.dice == pytest.approx(dice, abs=1e-9)


def test_a_shift_within_the_noise_is_not_called_a_change(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    _, _, _, border = adult.views["back"].region("lumb_up_para.left").shape.bounds
    before = drawn(adult, ("back", box(-20, border - 40, 18, 39)))
    after = drawn(adult, ("back", box(-20, border - 25, 18, 39)))

    found = compare_visits(measurer, NOISE, before, after)

    appeared = found.having(Fate.APPEARED)
    assert appeared
    assert all(change.noise is Noise.WITHIN for change in appeared)
    sentence = found.sentence_of(appeared[0])
    assert sentence.startswith(f"appeared: {appeared[0].words}; within the noise")
    assert "repeats 0.62 ± 0.18, n = 52" in sentence
    assert sentence.endswith("not called a change")


def test_pain_at_a_new_place_is_beyond_the_noise(adult: BodyTemplate, measurer: Measurer) -> None:
    low_back = ("back", RegionShape("lumb_lo_para.left"))
    before = drawn(adult, low_back)
    after = drawn(adult, low_back, ("back", RegionShape("calf.right")))

    found = compare_visits(measurer, NOISE, before, after)
    back = compare_visits(measurer, NOISE, after, before)

    (appeared,) = found.having(Fate.APPEARED)
    (gone,) = back.having(Fate.GONE)
    assert appeared.region_id == gone.region_id == "calf.right"
    assert appeared.side is Side.RIGHT
    assert appeared.noise is gone.noise is Noise.BEYOND
    assert found.sentence_of(appeared) == (
        "appeared: RIGHT calf; beyond the noise of repeated drawings "
        "(Jaccard 0.00; repeats 0.62 ± 0.18, n = 52)"
    )
    (persisted,) = found.having(Fate.PERSISTED)
    assert found.sentence_of(persisted) == (
        "persisted: LEFT lower lumbar paraspinal, 100 % → 100 % of the region"
    )


def test_the_change_of_extent_is_said_for_each_view(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    before = drawn(adult, ("back", box(-40, 300, 40, 40)))
    after = drawn(adult, ("back", box(-40, 300, 40, 44)))
    larger = drawn(adult, ("back", box(-40, 300, 80, 40)))

    little = compare_visits(measurer, NOISE, before, after)
    much = compare_visits(measurer, NOISE, before, larger)

    assert any("no more than the 13 %" in each for each in little.sentences())
    assert any("; more than the 13 %" in each for each in much.sentences())
    assert [view.view_id for view in much.views] == ["back"]
    assert much.views[0].after == pytest.approx(2 * much.views[0].before)


def test_different_figures_are_compared_by_regions_alone(
    adult: BodyTemplate,
) -> None:
    newer = other_ref(adult)
    measurer = Measurer({adult.ref: adult, newer.ref: newer}, TABLES.rule_of_nines)
    before = drawn(adult, ("back", RegionShape("glut_up.left")))
    after = drawn(newer, ("back", RegionShape("glut_up.left")), ("back", RegionShape("calf.left")))

    found = compare_visits(measurer, NOISE, before, after)

    assert found.planar is None
    assert found.views == ()
    assert found.sentences()[0] == DIFFERENT_FIGURES
    assert found.region_overlap.jaccard == 0.5
    (appeared,) = found.having(Fate.APPEARED)
    assert appeared.noise is Noise.NOT_KNOWN
    assert found.sentence_of(appeared).endswith("only regions are compared")


def test_a_figure_that_is_not_at_hand_is_said(adult: BodyTemplate) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")))
    measurer = Measurer({}, TABLES.rule_of_nines)

    found = compare_visits(measurer, NOISE, visit, visit)

    assert found.refused == FIGURE_MISSING
    assert found.region_overlap.jaccard == 1


def test_an_empty_drawing_of_a_patient_who_was_asked_is_compared_too(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")))
    asked = Answer(uuid4(), "visit", "all_pains_recorded", "yes")

    gone = compare_visits(measurer, NOISE, visit, replace(empty_visit(), answers=(asked,)))
    nothing = compare_visits(measurer, NOISE, empty_visit(), empty_visit())

    assert gone.planar is not None
    assert gone.planar.jaccard == 0
    assert [change.fate for change in gone.regions] == [Fate.GONE]
    assert nothing.planar is not None
    assert nothing.planar.jaccard is None
    assert nothing.sentences() == ("no region is marked in either drawing",)


def test_a_bare_figure_that_nobody_asked_about_is_no_change(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")))

    later = compare_visits(measurer, NOISE, visit, empty_visit())
    earlier = compare_visits(measurer, NOISE, empty_visit(), visit)

    assert later.sentences() == (NOT_YET,)
    assert earlier.sentences() == (NOT_THEN,)
    assert later.regions == earlier.regions == ()


def test_a_doctor_who_marked_nothing_is_not_said_to_differ(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")))

    assert compare_layers(measurer, NOISE, visit).sentences() == (NO_FINDINGS,)


def test_patient_and_doctor_are_compared_in_one_visit(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    visit = drawn(adult, ("back", RegionShape("glut_up.left")), ("back", RegionShape("calf.left")))
    visit = drawn(
        adult,
        ("back", RegionShape("glut_up.left")),
        ("back", RegionShape("sij.left")),
        visit=visit,
        layer=AuthorLayer.DOCTOR,
    )

    found = compare_layers(measurer, NOISE, visit)

    words = found.sentences()
    assert any(each.startswith("only the doctor: LEFT sacroiliac joint") for each in words)
    assert any(each.startswith("only the patient: LEFT calf") for each in words)
    assert "patient and doctor: LEFT upper buttock, patient 100 %, doctor 100 %" in words
    assert found.region_overlap.jaccard == pytest.approx(1 / 3)
    assert "patient and physician" in words[0]


_places = st.tuples(st.floats(-60, 60), st.floats(250, 420))
_strokes = st.lists(
    st.builds(
        lambda points, width: stroke(*points, width=width),
        st.lists(_places, min_size=1, max_size=3),
        st.floats(4, 25),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=30, deadline=None)
@given(_strokes, _strokes)
def test_comparing_is_symmetric_and_within_its_bounds(
    ones: list[StrokeShape], others: list[StrokeShape]
) -> None:
    adult = adult_figure()
    measurer = Measurer({adult.ref: adult}, TABLES.rule_of_nines)
    before = drawn(adult, *(("back", shape) for shape in ones))
    after = drawn(adult, *(("back", shape) for shape in others))

    there, back = (
        compare_visits(measurer, NOISE, *pair).planar for pair in ((before, after), (after, before))
    )

    assert there is not None
    assert back is not None
    assert there.jaccard == pytest.approx(back.jaccard)
    assert 0 <= (there.jaccard or 0) <= (there.dice or 0) + 1e-9 <= 1 + 2e-9


def test_the_timeline_is_in_the_order_of_time_with_treatments(
    adult: BodyTemplate, measurer: Measurer
) -> None:
    later = drawn(
        adult,
        ("back", RegionShape("glut_up.left")),
        visit=empty_visit(DAY + timedelta(days=90)),
        intensity=3,
    )
    first = drawn(
        adult,
        ("back", RegionShape("glut_up.left")),
        ("back", RegionShape("calf.left")),
        visit=empty_visit(),
        intensity=7,
    )
    site = first.pain_sites[0]
    first = first.changed(
        put=(
            replace(site, worst=9),
            GivenSite(uuid4(), "piriformis", Side.LEFT),
            GivenSite(uuid4(), "gluteus_medius", Side.LEFT, entered_in_error="wrong study"),
        )
    )

    found = timeline(measurer, [later, first])

    assert [(point.now, point.worst, point.regions) for point in found.points] == [
        (7, 9, 2),
        (3, None, 1),
    ]
    assert (found.points[0].extent or 0) > (found.points[1].extent or 0) > 0
    (treatment,) = found.treatments
    assert (treatment.at, len(treatment.sites)) == (first.started, 1)


@pytest.mark.parametrize(("value", "extent"), [("yes", 0.0), ("no", None)])
def test_no_ink_is_no_extent_only_where_it_was_asked(
    measurer: Measurer, value: str, extent: float | None
) -> None:
    answer = Answer(uuid4(), "visit", "all_pains_recorded", value)

    (point,) = timeline(measurer, [empty_visit().changed(put=(answer,))]).points

    assert point.extent == extent
    assert point.now is None


@pytest.mark.parametrize("zone", [UTC, None])
def test_a_treatment_stands_at_its_own_time(measurer: Measurer, zone: tzinfo | None) -> None:
    at = datetime(2024, 5, 1, 9, tzinfo=zone)
    visit: Visit = empty_visit().changed(
        put=(GivenSite(uuid4(), "piriformis", Side.LEFT, given_at=at),)
    )

    (treatment,) = timeline(measurer, [visit]).treatments

    assert treatment.at == datetime(2024, 5, 1, 9, tzinfo=UTC)
