"""Instruments: the tables are whole, and the drawing ticks what it may and no more."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.bodymap import instruments as scoring
from painmap.bodymap.instruments import AreaState, CriteriaOutcome, Scores, score
from painmap.bodymap.instruments_data import (
    AreaInstrument,
    Surface,
    base_of,
    whole_region_of,
)
from painmap.bodymap.instruments_reading import (
    InstrumentError,
    InstrumentProblem,
    load_instruments,
)
from painmap.bodymap.instruments_regions import (
    Basis,
    RegionState,
    RegionStates,
    RegionStatus,
    marked_regions,
    surface_of,
)
from painmap.bodymap.marks import covered_regions
from painmap.bodymap.template import BodyTemplate, load_template
from painmap.domain.anatomy import Side
from painmap.domain.pain import (
    Answer,
    ArrowShape,
    AuthorLayer,
    Mark,
    PainFree,
    PainSite,
    PointShape,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit

RESOURCES = Path(__file__).parents[2] / "resources"
FOLDER = RESOURCES / "instruments"
TABLES = load_instruments(FOLDER)
AREA_TABLES = (TABLES.wpi, TABLES.choir, TABLES.mbm)
FIGURES = sorted(path.parent for path in (RESOURCES / "body_maps").glob("*/template.json"))
EMPTY = Visit(uuid4(), uuid4(), datetime(2024, 3, 3, tzinfo=UTC))


def _states(*region_ids: str, surface: Surface = Surface.FRONT) -> RegionStates:
    return RegionStates({each: _status(each, surface) for each in region_ids})


def _status(region_id: str, surface: Surface) -> RegionStatus:
    name, _, side = region_id.partition(".")
    return RegionStatus(
        region_id,
        name,
        Side(side or "midline"),
        RegionState.MARKED,
        basis=frozenset({Basis.RULE}),
        share=1.0,
        surfaces=frozenset({surface}),
    )


def _answers(**values: str | int) -> tuple[Answer, ...]:
    """Answers named instrument__item."""
    return tuple(
        Answer(uuid4(), *key.split("__"), str(value))  # type: ignore[misc]  # two parts each
        for key, value in values.items()
    )


def _scored(*region_ids: str, **values: str | int) -> Scores:
    return score(TABLES, _states(*region_ids), _answers(**values))


def _severity(total: int) -> dict[str, str | int]:
    """Answers whose sum is `total`."""
    values = {}
    for item in TABLES.sss.items:
        values[f"sss__{item.id}"] = min(item.most, total)
        total -= values[f"sss__{item.id}"]
    assert total == 0
    return dict(values)


FOUR_AREAS = ("shoulder_ant.left", "shoulder_ant.right", "glut_up.left", "cerv_lo_para.left")
"""WPI 4 in four of the five regions."""
SEVEN_AREAS = (*FOUR_AREAS, "thigh_ant.left", "shin.left", "lumb_lo_para.left")
"""WPI 7 in four of the five regions."""
MONTHS = {"acr2016__three_months": "yes"}


@pytest.mark.parametrize(
    ("table", "count"), [(TABLES.wpi, 19), (TABLES.choir, 74), (TABLES.mbm, 35)]
)
def test_an_instrument_has_all_its_areas(table: AreaInstrument, count: int) -> None:
    assert len({area.id for area in table.areas}) == len(table.areas) == count
    assert table.definition
    assert table.source


@pytest.mark.parametrize("table", AREA_TABLES, ids=lambda table: table.id)
@pytest.mark.parametrize("figure", FIGURES, ids=lambda path: path.name)
def test_every_region_of_every_figure_is_mapped_or_said_to_be_not_named(
    table: AreaInstrument, figure: Path
) -> None:
    template = load_template(figure)
    regions = {region.id for view in template.views.values() for region in view.regions}

    assert {each for each in regions if not table.knows(each)} == set()


@pytest.mark.parametrize("table", AREA_TABLES, ids=lambda table: table.id)
def test_every_area_is_reached_from_some_region(table: AreaInstrument, adult: BodyTemplate) -> None:
    reached = {
        link.area.id
        for view in adult.views.values()
        for region in view.regions
        for link in table.links(region.id, region.side, surface_of(view.id, view))
    }

    assert reached == {area.id for area in table.areas}


@pytest.mark.parametrize("table", AREA_TABLES, ids=lambda table: table.id)
def test_a_region_never_means_an_area_of_the_other_side(
    table: AreaInstrument, adult: BodyTemplate
) -> None:
    for view in adult.views.values():
        for region in view.regions:
            for link in table.links(region.id, region.side, surface_of(view.id, view)):
                assert Side.MIDLINE in (region.side, link.area.side) or (
                    link.area.side is region.side
                )
                assert link.certain == (not link.why)


def test_the_lower_choir_number_is_right_in_front_and_left_on_the_back() -> None:
    by_key: dict[str, dict[Side, int]] = {}
    for area in TABLES.choir.areas:
        by_key.setdefault(area.key, {})[area.side] = int(area.id)

    for sides in by_key.values():
        in_front = sides[Side.RIGHT] < 200
        assert (sides[Side.RIGHT] < sides[Side.LEFT]) == in_front
    ids = {int(area.id) for area in TABLES.choir.areas}
    assert ids == {*range(101, 137), *range(201, 239)}


def test_female_choir_numbers_are_taken_to_the_common_numbering() -> None:
    taken = scoring.from_female_numbers(TABLES, ["101", "112", "113", "114", "115", "116", "117"])

    assert taken == ("101", "116", "117", "112", "113", "114", "115")
    assert set(TABLES.female_to_male) == set(TABLES.female_to_male.values())


def test_the_parts_of_the_rule_of_nines_make_one_body() -> None:
    parts = TABLES.rule_of_nines.parts
    named = [region for part in parts for region in part.regions]

    assert sum(part.front + part.back for part in parts) == pytest.approx(100)
    assert len(named) == len(set(named))
    assert set(named) == set(TABLES.wpi.rules)


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.toml")))
def test_a_missing_or_damaged_table_is_said(tmp_path: Path, file: str) -> None:
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())

    (tmp_path / file).write_text("id = 3", encoding="utf-8")
    with pytest.raises(InstrumentError) as damaged:
        load_instruments(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(InstrumentError) as missing:
        load_instruments(tmp_path)

    assert damaged.value.problem is InstrumentProblem.DAMAGED
    assert missing.value.problem is InstrumentProblem.MISSING
    assert file in str(missing.value)


def test_a_childs_region_stands_for_its_parent() -> None:
    assert base_of("hand_palm/thumb.left") == "hand_palm"
    assert whole_region_of("hand_palm/thumb.left") == "hand_palm.left"
    assert whole_region_of("sternum") == "sternum"


def test_a_certain_region_ticks_its_area() -> None:
    wpi = _scored("jaw_tmj.left").wpi

    assert wpi.count == wpi.highest == 1
    assert wpi.result("left_jaw").state is AreaState.DRAWN
    assert wpi.result("left_jaw").regions == ("LEFT jaw_tmj",)
    assert wpi.result("right_jaw").state is AreaState.NOT_MARKED


def test_a_wrist_is_only_proposed_and_says_why() -> None:
    wpi = _scored("wrist_ant.left").wpi

    assert wpi.count == 0
    assert wpi.highest == 1
    (waiting,) = wpi.waiting
    assert waiting.area.words == "LEFT lower arm"
    assert "wrist is not named" in waiting.why
    assert waiting.proposed == "perhaps: wrist_ant.left"
    assert wpi.sentence() == "0 of 19, 1 proposal to confirm"


@pytest.mark.parametrize(
    ("value", "state", "count"),
    [("yes", AreaState.CONFIRMED, 1), ("no", AreaState.DENIED, 0)],
)
def test_the_doctor_decides_a_proposal(value: str, state: AreaState, count: int) -> None:
    wpi = _scored("wrist_ant.left", wpi__left_lower_arm=value).wpi

    assert wpi.result("left_lower_arm").state is state
    assert wpi.count == wpi.highest == count


def test_the_doctor_may_deny_what_was_drawn() -> None:
    assert _scored("jaw_tmj.left", wpi__left_jaw="no").wpi.count == 0


def test_an_answer_says_when_the_drawing_has_changed_since() -> None:
    before = score(TABLES, _states("wrist_ant.left"), ()).wpi.result("left_lower_arm")
    answer = scoring.confirm(EMPTY, "wpi", before, hurts=True)

    same = score(TABLES, _states("wrist_ant.left"), [answer]).wpi.result("left_lower_arm")
    other = score(TABLES, _states("hand_palm.left"), [answer]).wpi.result("left_lower_arm")

    assert answer.proposed == "perhaps: wrist_ant.left"
    assert (same.drawing_changed, other.drawing_changed) == (False, True)


def test_an_answer_takes_the_place_of_the_earlier_one() -> None:
    first = scoring.answer(EMPTY, "visit", "all_pains_recorded", "no")
    visit = replace(EMPTY, answers=(first,))

    second = scoring.answer(visit, "visit", "all_pains_recorded", "yes")

    assert second.id == first.id
    assert second.value == "yes"
    assert scoring.take_back(visit, "visit", "all_pains_recorded") == {first.id}


def test_every_open_proposal_can_be_decided_at_once() -> None:
    states = _states("elbow_ant.left", "jaw_tmj.left")
    scored = score(TABLES, states, ()).wpi

    answers = scoring.confirm_waiting(EMPTY, scored, hurts=True)
    after = score(TABLES, states, answers).wpi

    assert {each.item for each in answers} == {"left_upper_arm", "left_lower_arm"}
    assert (after.count, after.waiting) == (3, ())


def test_a_midline_region_is_only_proposed_for_sided_segments() -> None:
    choir = _scored("sternum").choir

    assert choir.count == 0
    assert {each.area.id for each in choir.waiting} == {"108", "109"}


def test_upper_lumbar_pain_is_not_silently_the_lower_back_of_choir() -> None:
    choir = score(TABLES, _states("lumb_up_para.left", surface=Surface.BACK), ()).choir

    assert {each.area.words for each in choir.waiting} == {"LEFT middle back", "LEFT lower back"}


@pytest.mark.parametrize(
    ("surface", "ticked", "waiting"),
    [
        (Surface.FRONT, {"120"}, set()),
        (Surface.BACK, {"225"}, set()),
        (Surface.ASIDE, set(), {"120", "225"}),
    ],
)
def test_the_side_of_the_hip_counts_where_it_was_drawn(
    surface: Surface, ticked: set[str], waiting: set[str]
) -> None:
    choir = score(TABLES, _states("hip_lat.right", surface=surface), ()).choir

    assert {each.area.id for each in choir.ticked} == ticked
    assert {each.area.id for each in choir.waiting} == waiting


def test_the_head_counts_nowhere_in_the_wpi_and_is_said() -> None:
    wpi = _scored("vertex.left").wpi

    assert (wpi.count, wpi.highest) == (0, 0)
    assert wpi.not_named == ("LEFT vertex",)


def test_columns_hold_every_area_and_no_open_proposal() -> None:
    columns = _scored("jaw_tmj.left", "wrist_ant.left").wpi.columns()

    assert len(columns) == 19
    assert sum(columns.values()) == columns["left_jaw"] == 1


@pytest.mark.parametrize("region", ["jaw_tmj.left", "chest_up.left", "abd_up.right"])
def test_jaw_chest_and_abdomen_count_for_the_wpi_but_not_for_generalized_pain(
    region: str,
) -> None:
    scored = _scored(region)

    assert scored.wpi.count == 1
    assert scored.generalized.count == scored.generalized.highest == 0


@pytest.mark.parametrize(
    ("regions", "reached"),
    [
        (FOUR_AREAS, True),
        (FOUR_AREAS[:3], False),
        ((*FOUR_AREAS[:3], "chest_up.left", "abd_up.left"), False),
        (("jaw_tmj.left", *FOUR_AREAS[1:3], "chest_up.left"), False),
        ((*FOUR_AREAS, "thigh_post.right"), True),
        ((*FOUR_AREAS[:3], "knee_ant.right"), None),
    ],
)
def test_generalized_pain_is_four_of_five_regions(
    regions: tuple[str, ...], reached: bool | None
) -> None:
    assert _scored(*regions).generalized.reached is reached


@pytest.mark.parametrize(
    ("regions", "severity", "outcome"),
    [
        (SEVEN_AREAS, 5, CriteriaOutcome.REACHED),
        (SEVEN_AREAS, 4, CriteriaOutcome.NOT_REACHED),
        (SEVEN_AREAS[:6], 5, CriteriaOutcome.NOT_REACHED),
        (SEVEN_AREAS[:6], 9, CriteriaOutcome.REACHED),
        (FOUR_AREAS, 9, CriteriaOutcome.REACHED),
        (FOUR_AREAS, 8, CriteriaOutcome.NOT_REACHED),
        (FOUR_AREAS[:3], 9, CriteriaOutcome.NOT_REACHED),
        (FOUR_AREAS[:3], 12, CriteriaOutcome.NOT_REACHED),
        # WPI 7, but in three of the five regions only
        (
            (*FOUR_AREAS[:3], "jaw_tmj.left", "jaw_tmj.right", "chest_up.left", "abd_up.left"),
            12,
            CriteriaOutcome.NOT_REACHED,
        ),
    ],
)
def test_the_thresholds_of_2016(
    regions: tuple[str, ...], severity: int, outcome: CriteriaOutcome
) -> None:
    scored = _scored(*regions, **_severity(severity), **MONTHS)

    assert scored.sss.total == severity
    assert scored.acr2016.outcome is outcome
    assert scored.acr2016.sentence().endswith("no diagnosis")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({}, CriteriaOutcome.NOT_ENOUGH),
        ({"acr2016__three_months": "no"}, CriteriaOutcome.NOT_REACHED),
        (MONTHS, CriteriaOutcome.REACHED),
    ],
)
def test_three_months_are_asked(answer: dict[str, str], outcome: CriteriaOutcome) -> None:
    result = _scored(*SEVEN_AREAS, **_severity(5), **answer).acr2016

    assert result.outcome is outcome


def test_what_was_not_asked_is_named() -> None:
    result = _scored(*SEVEN_AREAS, sss__fatigue=2).acr2016

    assert result.outcome is CriteriaOutcome.NOT_ENOUGH
    assert result.missing == (
        "symptom severity: 5 items of 6 not asked",
        "symptoms for at least 3 months: not asked",
    )


def test_an_empty_page_decides_nothing_but_asked_and_none_does() -> None:
    empty = _scored(**_severity(9), **MONTHS).acr2016
    asked = _scored(**_severity(9), **MONTHS, visit__all_pains_recorded="yes").acr2016

    assert empty.outcome is CriteriaOutcome.NOT_ENOUGH
    assert asked.outcome is CriteriaOutcome.NOT_REACHED


def test_a_proposal_that_would_decide_is_waited_for() -> None:
    regions = (*SEVEN_AREAS[:6], "wrist_ant.left")

    waiting = _scored(*regions, **_severity(5), **MONTHS).acr2016
    confirmed = _scored(*regions, **_severity(5), **MONTHS, wpi__left_lower_arm="yes").acr2016

    assert waiting.outcome is CriteriaOutcome.NOT_ENOUGH
    assert waiting.missing == ("1 proposal to confirm",)
    assert confirmed.outcome is CriteriaOutcome.REACHED


@pytest.mark.parametrize(
    ("item", "value", "taken"),
    [
        ("fatigue", "3", 3),
        ("fatigue", "4", None),
        ("fatigue", "x", None),
        ("fatigue", "-1", None),
        ("fatigue", "yes", None),
        ("headaches", "yes", 1),
        ("headaches", "no", 0),
        ("headaches", "1", 1),
        ("headaches", "2", None),
    ],
)
def test_a_value_that_an_item_does_not_have_was_not_answered(
    item: str, value: str, taken: int | None
) -> None:
    sss = _scored(**{f"sss__{item}": value}).sss

    assert {each.item.id: each.value for each in sss.results}[item] == taken


def test_a_value_outside_an_item_cannot_be_recorded() -> None:
    item = TABLES.sss.items[0]

    assert scoring.answer_severity(EMPTY, item, 3).value == "3"
    with pytest.raises(ValueError, match="0 to 3"):
        scoring.answer_severity(EMPTY, item, 4)
    assert scoring.answer_duration(EMPTY, TABLES.acr2016, long_enough=True).item == "three_months"


_all_regions = st.sets(
    st.sampled_from([f"{base}.{side}" for base in TABLES.wpi.rules for side in ("left", "right")])
)


@given(_all_regions, _all_regions)
def test_more_pain_never_lowers_an_index(ones: set[str], more: set[str]) -> None:
    fewer, all_of_them = _scored(*ones), _scored(*ones, *more)

    for name in ("wpi", "choir", "mbm", "generalized"):
        assert getattr(fewer, name).count <= getattr(all_of_them, name).count
        assert getattr(fewer, name).highest <= getattr(all_of_them, name).highest
        assert getattr(fewer, name).count <= getattr(fewer, name).highest


@given(_all_regions)
def test_a_mirrored_drawing_gives_the_same_counts(regions: set[str]) -> None:
    swap = {"left": "right", "right": "left"}
    mirrored = {f"{each.split('.')[0]}.{swap[each.split('.')[1]]}" for each in regions}

    here, there = _scored(*regions), _scored(*mirrored)

    for name in ("wpi", "choir", "mbm", "generalized"):
        assert getattr(here, name).count == getattr(there, name).count
        assert getattr(here, name).highest == getattr(there, name).highest


# regions of a visit


def _visit(template: BodyTemplate, *drawn: tuple[str, Shape]) -> Visit:
    """A visit with one site for each (view, shape)."""
    visit = EMPTY
    for view_id, shape in drawn:
        site = PainSite(uuid4())
        regions = covered_regions(template.views[view_id], shape)
        mark = Mark(uuid4(), site.id, AuthorLayer.PATIENT, template.ref, view_id, shape, regions)
        visit = visit.changed(put=(site, mark))
    return visit


def _stroke(*points: tuple[float, float], width: float) -> StrokeShape:
    return StrokeShape(tuple(FigurePoint(x, y) for x, y in points), width)


def test_a_tapped_region_is_marked_and_its_neighbours_are_not(adult: BodyTemplate) -> None:
    visit = _visit(adult, ("back", RegionShape("lumb_lo_para.left")))

    states = marked_regions(visit, templates={adult.ref: adult})

    assert list(states.by_id) == ["lumb_lo_para.left"]
    assert states.state_of("lumb_lo_para.left") is RegionState.MARKED
    assert states.state_of("lumb_lo_para.right") is RegionState.NOT_ASKED
    assert states.by_id["lumb_lo_para.left"].surfaces == {Surface.BACK}


def test_strokes_count_together(adult: BodyTemplate) -> None:
    at = adult.views["back"].region("glut_up.left").label_at
    small = [_stroke((at.x + dx, at.y), width=5.0) for dx in (-9.0, 0.0, 9.0)]
    one = _visit(adult, ("back", small[0]))
    three = _visit(adult, *(("back", each) for each in small))

    alone = marked_regions(one, templates={adult.ref: adult}).by_id["glut_up.left"]
    together = marked_regions(three, templates={adult.ref: adult}).by_id["glut_up.left"]

    assert (alone.counts, alone.basis) == (False, {Basis.TOUCHED})
    assert together.counts


def test_a_mark_too_small_for_the_rule_is_a_proposal(adult: BodyTemplate) -> None:
    at = adult.views["back"].region("glut_up.left").label_at
    visit = _visit(adult, ("back", _stroke((at.x, at.y), width=2.0)))
    states = marked_regions(visit, templates={adult.ref: adult})

    wpi = score(TABLES, states, ()).wpi

    assert (wpi.count, wpi.highest) == (0, 1)
    assert wpi.waiting[0].why == "touched by a mark, less than the rule asks"


def test_a_finger_tip_marks_its_region(adult: BodyTemplate) -> None:
    at = adult.views["back"].region("glut_up.left").label_at
    visit = _visit(adult, ("back", PointShape(at)))

    states = marked_regions(visit, templates={adult.ref: adult})

    assert [each.id for each in states.marked()] == ["glut_up.left"]


def test_where_an_arrow_points_is_a_proposal(adult: BodyTemplate) -> None:
    back = adult.views["back"]
    arrow = ArrowShape((back.region("glut_up.left").label_at, back.region("calf.left").label_at))
    visit = _visit(adult, ("back", arrow))

    states = marked_regions(visit, templates={adult.ref: adult})
    wpi = score(TABLES, states, ()).wpi

    assert [each.id for each in states.hinted()] == ["calf.left"]
    assert (wpi.count, [each.area.id for each in wpi.waiting]) == (0, ["left_lower_leg"])


def test_without_the_figure_the_marks_own_regions_count(adult: BodyTemplate) -> None:
    visit = _visit(adult, ("back", RegionShape("glut_up.left")))

    assert [each.id for each in marked_regions(visit).marked()] == ["glut_up.left"]


def test_the_doctors_layer_is_kept_apart(adult: BodyTemplate) -> None:
    visit = _visit(adult, ("back", RegionShape("glut_up.left")))

    assert not marked_regions(visit, AuthorLayer.DOCTOR).by_id


def test_pain_free_is_asked_none_and_a_mark_there_is_a_contradiction(adult: BodyTemplate) -> None:
    visit = _visit(adult, ("back", RegionShape("glut_up.left")))
    ticks = [
        PainFree(
            uuid4(),
            AuthorLayer.PATIENT,
            adult.ref,
            "back",
            covered_regions(adult.views["back"], RegionShape(region_id))[0],
        )
        for region_id in ("glut_up.left", "calf.left")
    ]
    visit = visit.changed(put=tuple(ticks))

    states = marked_regions(visit, templates={adult.ref: adult})
    wpi = score(TABLES, states, ()).wpi

    assert states.by_id["glut_up.left"].contradicted
    assert states.state_of("calf.left") is RegionState.ASKED_NONE
    assert wpi.result("left_lower_leg").state is AreaState.ASKED_NONE
    assert wpi.result("left_hip").state is AreaState.DRAWN


@pytest.mark.parametrize(
    ("view_id", "surface"),
    [
        ("front", Surface.FRONT),
        ("back", Surface.BACK),
        ("left", Surface.ASIDE),
        ("head_front", Surface.FRONT),
        ("head_left", Surface.ASIDE),
    ],
)
def test_a_view_says_from_where_it_shows_the_body(view_id: str, surface: Surface) -> None:
    assert surface_of(view_id) is surface
