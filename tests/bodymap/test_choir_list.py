"""Lists of CHOIR segments: what is read is what was written, and nothing is lost on the way."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painmap.bodymap.choir_list import (
    Numbering,
    SegmentList,
    numberings_differ,
    propose,
    read_list,
    write_list,
)
from painmap.bodymap.instruments import AreaState, answer_list, score_areas, take_list_back
from painmap.bodymap.instruments_reading import load_instruments
from painmap.bodymap.instruments_regions import marked_regions
from painmap.bodymap.marks import covered_regions
from painmap.bodymap.template import load_template
from painmap.domain.anatomy import Side
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, RegionShape
from painmap.domain.visit import Visit
from tests.domain.builders import visit as empty_visit

RESOURCES = Path(__file__).parents[2] / "resources"
TABLES = load_instruments(RESOURCES / "instruments")
NUMBERS = tuple(area.id for area in TABLES.choir.areas)
FIGURES = sorted(path.parent for path in (RESOURCES / "body_maps").glob("*/template.json"))
some_numbers = st.lists(st.sampled_from(NUMBERS), unique=True).map(tuple)


@given(some_numbers, st.sampled_from([",", ", ", "\n", ";", " | ", "\t"]))
def test_a_list_comes_back_as_it_was_written(numbers: tuple[str, ...], between: str) -> None:
    written = write_list(numbers)

    assert read_list(TABLES, written) == SegmentList(numbers)
    assert read_list(TABLES, between.join(numbers)) == SegmentList(numbers)
    assert read_list(TABLES, f'["{between.join(written.upper().split(","))}"]').numbers == numbers


@given(st.text(max_size=60))
def test_no_entry_of_a_text_is_lost(text: str) -> None:
    read = read_list(TABLES, text)

    assert set(read.numbers) <= set(NUMBERS)
    assert not set(read.unknown) & set(NUMBERS)
    again = read_list(TABLES, ",".join((*read.numbers, *read.unknown)))
    assert again.numbers == read.numbers


def test_letters_and_numbers_may_stand_in_one_list() -> None:
    assert read_list(TABLES, "f01, F17\n b19;101") == SegmentList(("101", "117", "219"))


def test_what_is_no_segment_is_named_in_one_sentence() -> None:
    read = read_list(TABLES, "101, 140, f37, b39, pain, 239")

    assert read.numbers == ("101",)
    assert read.sentence() == (
        "1 segment read. 5 entries name no CHOIR segment: 140, f37, b39, pain, 239."
    )


def test_only_six_numbers_of_the_front_ask_which_map() -> None:
    asked = {number for number in NUMBERS if numberings_differ(TABLES, [number])}

    assert asked == {"112", "113", "114", "115", "116", "117"}


@pytest.mark.parametrize(
    ("listed", "meant"),
    [
        ("112", "RIGHT abdomen"),
        ("113", "LEFT abdomen"),
        ("114", "LEFT upper arm (front)"),
        ("115", "RIGHT elbow (front)"),
        ("116", "LEFT elbow (front)"),
        ("117", "RIGHT forearm (front)"),
        ("111", "RIGHT upper arm (front)"),
    ],
)
def test_the_female_map_numbers_six_segments_otherwise(listed: str, meant: str) -> None:
    (found,) = propose(TABLES, load_template(FIGURES[0]), [listed], Numbering.FEMALE)

    assert found.area.words == meant
    assert (f"listed as {listed}" in found.provenance) == (listed != "111")


@pytest.mark.parametrize("folder", FIGURES, ids=lambda path: path.name)
def test_every_segment_proposes_regions_of_its_own_side(folder: Path) -> None:
    template = load_template(folder)

    found = propose(TABLES, template, NUMBERS, Numbering.MALE)

    assert [each.area.id for each in found] == list(NUMBERS)
    for each in found:
        regions = (*each.whole, *(region for region, _ in each.partly))
        assert regions
        assert {region.side for region in regions} <= {each.area.side, Side.MIDLINE}
        assert all(region.side is each.area.side for region in each.whole)
        assert all(why for _, why in each.partly)


def test_the_lower_back_of_the_map_does_not_claim_the_upper_lumbar_levels() -> None:
    (found,) = propose(TABLES, load_template(FIGURES[0]), ["218"], Numbering.MALE)

    assert [region.id for region in found.whole] == ["lumb_lo_para.left"]
    assert "lumb_up_para.left" in {region.id for region, _ in found.partly}


def _taken(folder: Path, numbers: tuple[str, ...], numbering: Numbering) -> Visit:
    """A visit after a list was taken over: its answers, and every region that is sure."""
    template, visit = load_template(folder), empty_visit()
    found = propose(TABLES, template, numbers, numbering)
    read = f"{write_list(numbers)} ({numbering.value})"
    visit = visit.changed(put=answer_list(visit, "choir", [e.area.id for e in found], read))
    for each in found:
        site = PainSite(new_id())
        for region in each.whole:
            shape = RegionShape(region.id)
            regions = covered_regions(template.views[each.view], shape)
            patient = AuthorLayer.PATIENT
            mark = Mark(new_id(), site.id, patient, template.ref, each.view, shape, regions)
            visit = visit.changed(put=(site, mark))
    return visit


@settings(max_examples=25, deadline=None)
@given(some_numbers, st.sampled_from(list(Numbering)), st.sampled_from(FIGURES))
def test_what_is_scored_of_an_imported_list_is_that_list(
    numbers: tuple[str, ...], numbering: Numbering, folder: Path
) -> None:
    template = load_template(folder)
    visit = _taken(folder, numbers, numbering)
    states = marked_regions(visit, AuthorLayer.PATIENT, {template.ref: template})

    scored = score_areas(TABLES.choir, states, visit.answers)

    female = numbering is Numbering.FEMALE
    meant = [TABLES.female_to_male.get(n, n) if female else n for n in numbers]
    assert {area for area, ticked in scored.columns().items() if ticked} == set(meant)
    assert scored.listed == tuple(meant)
    assert {each.state for each in scored.ticked} <= {AreaState.LISTED}
    assert numbering.value in scored.list_read
    back = visit.changed(put=(), remove=take_list_back(visit, "choir"))
    assert back.answers == ()


def test_the_doctors_word_on_a_listed_segment_counts_more_than_the_list() -> None:
    visit = _taken(FIGURES[0], ("218", "219"), Numbering.MALE)
    denied = next(each for each in visit.answers if each.item == "218")
    visit = visit.changed(put=(replace(denied, value="no"),))
    none = marked_regions(visit, AuthorLayer.DOCTOR, {})

    scored = score_areas(TABLES.choir, none, visit.answers)

    assert scored.result("218").state is AreaState.DENIED
    assert scored.result("219").state is AreaState.LISTED
    assert scored.listed == ("218", "219")
