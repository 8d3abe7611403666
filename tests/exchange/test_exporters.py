"""Every format, of an empty and of a full visit."""

import csv
import importlib
import io
import json
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings

from painmap.documents.intended_use import INTENDED_USE
from painmap.documents.visit_document import VisitDocument, loads
from painmap.domain.anatomy import Level, Muscle, Side
from painmap.domain.compartment import AreaOrigin, Compartment, LabelSource, SliceArea
from painmap.domain.ids import new_id
from painmap.domain.injection import SideBasis, SideCheck
from painmap.domain.items import Stamp
from painmap.domain.pain import Depth, Quality
from painmap.domain.patient import Patient
from painmap.domain.places import Sha256
from painmap.domain.sentences import visit_sentences
from painmap.domain.visit import Item, Visit, VisitState
from painmap.exchange import exporters
from painmap.exchange.exporter import ExportContext, Exporter
from painmap.exchange.plain_text import visit_text
from painmap.exchange.registry import all_exporters
from painmap.imaging.muscle_measure import MuscleFigures
from painmap.imaging.muscle_rows import Comparable, MuscleRow
from painmap.services.catalogue import instruments
from tests.support import factories as make
from tests.support import strategies as some

MUSCLES = {
    "psoas_major": Muscle(
        "psoas_major", "psoas major", "", "", (), (), sided=True, codes=(), sources=()
    )
}
STAMP = Stamp(2, "doctor", make.STARTED)


@dataclass(frozen=True)
class Measured:
    area_mm2: float
    mean_hu: float | None
    sd_hu: float | None
    fat_share: float | None


def context(*items: Item, patient: Patient | None = None, **measures: Measured) -> ExportContext:
    who = patient or make.patient(family_name="Secretname", stamp=STAMP)
    stamped = [replace(item, stamp=STAMP) for item in items]
    visit = make.visit(*stamped, patient_id=who.id)
    by_outline = {each.id: measures["inside"] for each in visit.outlines if measures}
    blobs = {study.import_report: b"{}" for study in visit.studies}
    document = VisitDocument(written_at=make.STARTED, patient=who, visit=visit, blobs=blobs)
    return ExportContext(document, MUSCLES, by_outline)


def exporter(exporter_id: str) -> Exporter:
    return next(each for each in all_exporters() if each.id == exporter_id)


def rows(exporter_id: str, of: ExportContext) -> list[dict[str, str]]:
    text = exporter(exporter_id).write(of).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def full() -> ExportContext:
    pain = make.pain_site(intensity=0)
    return context(
        pain,
        make.mark(pain),
        make.planned_site(place=make.ct_place()),
        make.planned_site(place=make.figure_place()),
        make.given_site(),
        make.outline(),
        make.landmark(),
        make.finding(),
        make.study(Sha256(sha256(b"{}").hexdigest())),
        inside=Measured(312.345, 48.06, 12.0, 0.125),
    )


# --- all of them


def test_every_module_of_exporters_is_found() -> None:
    modules = [each.name for each in pkgutil.iter_modules(exporters.__path__)]

    found = {importlib.import_module(f"{exporters.__name__}.{name}").EXPORTER for name in modules}

    assert set(all_exporters()) == found
    assert len(found) == len(modules) >= 5


def test_ids_names_and_files_are_each_used_once() -> None:
    for field in ("id", "name", "file_name"):
        values = [getattr(each, field) for each in all_exporters()]
        assert len(set(values)) == len(values)
    assert {each.suffix for each in all_exporters()} == {".json", ".csv", ".txt", ".svg"}


@pytest.mark.parametrize("each", all_exporters(), ids=lambda each: str(each.id))
def test_every_format_writes_an_empty_and_a_full_visit(each: Exporter) -> None:
    for of in (context(), full()):
        content = each.write(of)
        assert content
        assert b".0," not in content or each.suffix == ".json"
        content.decode("utf-8")


@settings(max_examples=15)
@given(document=some.documents())
def test_the_document_of_any_visit_reads_back_as_the_same(document: VisitDocument) -> None:
    content = exporter("visit-json").write(ExportContext(document, MUSCLES))

    assert loads(content) == document


TABLES: dict[str, tuple[str, Callable[[Visit], Sequence[Item]]]] = {
    "pain-csv": ("pain_site_id", lambda visit: visit.pain_sites),
    "sites-csv": (
        "site_id",
        lambda visit: (*visit.live_planned_sites, *visit.live_given_sites),
    ),
    "outlines-csv": ("outline_id", lambda visit: visit.live_outlines),
    "spine-csv": (
        "landmark_id",
        lambda visit: sorted(
            visit.live_landmarks, key=lambda each: (each.anchor.study_uid, -each.point.z)
        ),
    ),
}


@pytest.mark.parametrize("exporter_id", TABLES)
@settings(max_examples=15)
@given(document=some.documents())
def test_every_table_has_one_whole_line_for_each_thing_of_any_visit(
    exporter_id: str, document: VisitDocument
) -> None:
    column, things = TABLES[exporter_id]

    lines = rows(exporter_id, ExportContext(document, MUSCLES))

    assert [line[column] for line in lines] == [str(each.id) for each in things(document.visit)]
    for line in lines:
        assert None not in line  # a cell beyond the last column
        assert None not in line.values()  # or a line cut short
        assert line["visit_id"] == str(document.visit.id)


@settings(max_examples=15)
@given(document=some.documents())
def test_the_text_of_any_visit_has_one_line_a_sentence(document: VisitDocument) -> None:
    text = exporter("visit-text").write(ExportContext(document, MUSCLES)).decode()

    first, _, *sentences, intended, end = text.split("\n")
    said = visit_sentences(document.visit, MUSCLES) or ("nothing is recorded",)
    assert first.startswith("Visit of ")
    assert [each.casefold().rstrip(".!?") for each in sentences] == [
        " ".join(each.split()).casefold().rstrip(".!?") for each in said
    ]
    assert (intended, end) == (INTENDED_USE, "")


@settings(max_examples=15)
@given(document=some.documents())
def test_the_table_of_marks_has_one_line_for_each_region_of_any_visit(
    document: VisitDocument,
) -> None:
    visit = document.visit

    lines = rows("pain-long-csv", ExportContext(document, MUSCLES))

    marks = {mark.id: [str(mark.id)] * max(1, len(mark.regions)) for mark in visit.marks}
    spoken = [link for link in visit.pain_links if link.arrow not in marks]
    wanted = sorted(each for ids in marks.values() for each in ids)
    assert sorted(line["mark_id"] for line in lines if line["kind"] != "link") == wanted
    told = [line for line in lines if line["kind"] == "link"]
    assert [line["link"] for line in told] == [link.kind.value for link in spoken]
    assert all(bool(line["to_pain_site_id"]) != bool(line["to_region_id"]) for line in told)


@settings(max_examples=15)
@given(document=some.documents())
def test_the_table_of_instruments_has_one_line_for_any_visit(document: VisitDocument) -> None:
    (line,) = rows("pain-wide-csv", ExportContext(document, MUSCLES, instruments=instruments()))

    assert line["visit_id"] == str(document.visit.id)
    areas = [name for name in line if name.startswith("choir_") and name[6:].isdigit()]
    assert len(areas) == 74
    assert {line[name] for name in areas} <= {"0", "1"}


@settings(max_examples=15)
@given(document=some.documents())
def test_the_picture_of_any_visit_says_what_it_leaves_out(document: VisitDocument) -> None:
    content = exporter("body-svg").write(ExportContext(document, MUSCLES)).decode()

    undrawn = len(document.visit.marks) + len(document.visit.pain_free)
    assert INTENDED_USE in content
    assert ("not at hand left out" in content) == (undrawn > 0)


def test_every_format_is_held_against_any_visit() -> None:
    held = {*TABLES, "visit-json", "visit-text", "pain-long-csv", "pain-wide-csv"}
    held |= {"body-svg", "muscles-csv"}
    assert {each.id for each in all_exporters()} == held


@pytest.mark.parametrize(
    "exporter_id", ["pain-csv", "sites-csv", "outlines-csv", "muscles-csv", "spine-csv"]
)
def test_tables_do_not_name_the_patient(exporter_id: str) -> None:
    assert b"Secretname" not in exporter(exporter_id).write(full())


@pytest.mark.parametrize("exporter_id", ["visit-json", "visit-text"])
def test_what_the_program_is_for_stands_where_the_format_can_carry_it(exporter_id: str) -> None:
    assert INTENDED_USE.encode() in exporter(exporter_id).write(full())


def test_what_was_entered_in_error_leaves_tables_and_text_and_stays_marked_in_json() -> None:
    why = "study of another person"
    of = context(
        make.planned_site(entered_in_error=why),
        make.given_site(entered_in_error=why),
        make.outline(entered_in_error=why),
    )

    assert rows("sites-csv", of) == []
    assert rows("outlines-csv", of) == []
    assert why not in exporter("visit-text").write(of).decode()
    data = json.loads(exporter("visit-json").write(of))
    assert data["visit"]["planned_sites"][0]["entered_in_error"] == why
    assert data["visit"]["outlines"][0]["entered_in_error"] == why


# --- each of them


def test_the_json_reads_back_to_the_same_document() -> None:
    of = full()

    assert loads(exporter("visit-json").write(of)) == of.document


def test_pain_not_asked_is_empty_and_no_pain_is_zero() -> None:
    asked, not_asked = make.pain_site(intensity=0), make.pain_site()

    lines = rows("pain-csv", context(asked, make.mark(asked), not_asked, make.mark(not_asked)))

    assert [line["intensity"] for line in lines] == ["0", ""]


def test_a_pain_site_is_one_line_with_its_words() -> None:
    pain = make.pain_site(
        intensity=7, qualities=(Quality.ACHING, Quality.BURNING), depth=Depth.DEEP, note="=cmd"
    )

    (line,) = rows("pain-csv", context(pain, make.mark(pain), make.mark(pain, side=Side.RIGHT)))

    assert line["sides"] == "LEFT; RIGHT"
    assert line["regions"] == "LEFT lower lumbar paraspinal; RIGHT lower lumbar paraspinal"
    assert line["qualities"] == "aching; burning"
    assert (line["depth"], line["marks"], line["views"]) == ("deep", "2", "back")
    assert line["note"] == "'=cmd"
    assert line["sentence"].startswith("patient's LEFT lower lumbar paraspinal")
    assert (line["revision"], line["author"]) == ("2", "doctor")


def test_a_planned_site_on_ct_has_its_target_and_its_side_check() -> None:
    check = SideCheck(SideBasis.KEPT_AGAINST, -12.34, (), "tumour pushes it over")

    (line,) = rows("sites-csv", context(make.planned_site(place=make.ct_place(), side_check=check)))

    assert (line["what"], line["status"], line["placed_by"]) == ("planned", "considered", "CT")
    assert (line["muscle"], line["side"], line["level"]) == ("psoas major", "LEFT", "L3")
    point = [line[f"target_{axis}_mm"] for axis in "xyz"]
    assert point == ["40", "30.5", "-120.25"]
    assert line["midline_offset_mm"] == "-12.3"
    assert line["side_check"] == "side kept by the doctor against the midline"
    assert line["side_answer"] == "tumour pushes it over"
    assert line["figure_view"] == ""


def test_a_given_site_has_its_units_as_people_write_them() -> None:
    given_site = make.given_site(
        units=Decimal("25.0"), volume_ml=Decimal("0.50"), given_at=make.STARTED
    )

    (line,) = rows("sites-csv", context(given_site))

    assert (line["what"], line["units"], line["volume_ml"]) == ("given", "25", "0.5")
    assert line["placed_by"] == "muscle, side and level"
    assert line["given_at"] == "2024-03-03T10:12:04+00:00"


def test_a_site_on_the_figure_has_its_view() -> None:
    (line,) = rows("sites-csv", context(make.planned_site(place=make.figure_place())))

    assert (line["placed_by"], line["figure"], line["figure_view"]) == (
        "body figure",
        "adult 1",
        "back",
    )
    assert (line["figure_x"], line["figure_y"]) == ("-40", "420")


def test_an_outline_has_what_was_measured_inside() -> None:
    of = context(make.outline(), inside=Measured(312.345, 48.06, 12.0, 0.125))

    (line,) = rows("outlines-csv", of)

    measured = [line[name] for name in ("area_mm2", "mean_hu", "sd_hu", "fat_percent")]
    assert measured == ["312.3", "48.1", "12", "12.5"]
    assert line["points"] == "3"
    assert line["points_xyz_mm"] == "30 0 -120; 50 0 -120; 40 20 -120"


def test_an_outline_whose_ct_is_not_at_hand_has_empty_measures() -> None:
    (line,) = rows("outlines-csv", context(make.outline()))

    assert line["area_mm2"] == line["mean_hu"] == line["fat_percent"] == ""


def test_an_outline_around_nothing_has_its_area_alone() -> None:
    of = context(make.outline(), inside=Measured(10.0, None, None, None))

    (line,) = rows("outlines-csv", of)

    assert (line["area_mm2"], line["mean_hu"], line["fat_percent"]) == ("10", "", "")


def test_the_text_has_one_sentence_a_line() -> None:
    pain = make.pain_site(intensity=7, note="worse\nat night.")
    of = context(pain, make.mark(pain), patient=make.demonstration(record_number="K-77"))

    lines = visit_text(of.patient, of.visit, MUSCLES).splitlines()

    assert lines[0].startswith("Visit of ")
    assert lines[0].endswith("first visit, draft.")
    assert lines[1] == (
        "Patient: Example, Alex, born 1 February 1980, record number K-77, "
        "a demonstration, not a person."
    )
    assert lines[2] == ("Patient's LEFT lower lumbar paraspinal, 7/10, note: worse at night.")
    assert lines[-1] == INTENDED_USE


def test_a_finished_visit_without_anything_says_so() -> None:
    visit = make.visit(state=VisitState.FINISHED)

    text = visit_text(make.patient(birth_date=None), visit, MUSCLES)

    assert "draft" not in text
    assert "\nNothing is recorded.\n" in text


def muscle(**fields: Any) -> Compartment:
    area = SliceArea(3, Sha256("c" * 64), AreaOrigin.DRAWN)
    values: dict[str, Any] = {
        "id": new_id(),
        "muscle_id": "psoas_major",
        "side": Side.LEFT,
        "anchor": make.anchor(),
        "areas": (area,),
    }
    return Compartment(**values | fields)


def measured(compartment: Compartment, level: Level | None, *, whole: bool) -> MuscleRow:
    figures = MuscleFigures(
        pixels=980,
        left_out=20,
        area_mm2=1040.04,
        lean_area_mm2=900.0,
        mean_hu=48.06,
        sd_hu=20.0,
        median_hu=None,
        fat_share=0.125,
        low_density_share=0.2,
        volume_mm3=31200.4,
        slices=10,
    )
    comparable = Comparable("", 120.0, "B30f", 3.0)
    return MuscleRow(
        compartment.id,
        compartment.muscle_id,
        compartment.side,
        level,
        whole,
        figures,
        None if level is None else 0.1,
        comparable,
    )


def test_a_muscle_has_a_line_for_each_level_and_what_makes_it_comparable() -> None:
    compartment = muscle()
    of = replace(
        context(compartment),
        muscle_rows=(
            measured(compartment, Level.L3, whole=False),
            measured(compartment, None, whole=False),
            measured(compartment, None, whole=True),
        ),
    )

    lines = rows("muscles-csv", of)

    assert [(line["level"], line["line"]) for line in lines] == [
        ("L3", "level"),
        ("", "level uncertain"),
        ("", "whole muscle"),
    ]
    names = [
        "side",
        "area_mm2",
        "mean_hu",
        "median_hu",
        "fat_percent",
        "volume_mm3",
        "asymmetry_percent",
    ]
    assert [lines[0][name] for name in names] == [
        "LEFT",
        "1040",
        "48.1",
        "",
        "12.5",
        "31200",
        "10",
    ]
    comparable = ["contrast", "kvp", "kernel", "slice_thickness_mm", "pixels", "left_out_pixels"]
    assert [lines[0][name] for name in comparable] == ["", "120", "B30f", "3", "980", "20"]


def test_a_muscle_that_was_taken_in_says_from_where() -> None:
    source = LabelSource("NIfTI label map", ("a", "b"), made_by="Painter", resampled=True)
    compartment = muscle(source=source)
    row = measured(compartment, None, whole=True)

    (line,) = rows("muscles-csv", replace(context(compartment), muscle_rows=(row,)))

    assert [line[f"source{end}"] for end in ("", "_labels", "_made_by", "_resampled")] == [
        "NIfTI label map",
        "a; b",
        "Painter",
        "nearest voxels",
    ]


def test_a_muscle_that_was_entered_in_error_is_not_in_the_table() -> None:
    compartment = muscle(entered_in_error="study of another person")
    row = measured(compartment, Level.L3, whole=False)

    assert rows("muscles-csv", replace(context(compartment), muscle_rows=(row,))) == []
