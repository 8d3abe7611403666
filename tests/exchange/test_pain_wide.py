"""The long table of marks and the wide one of instruments."""

import csv
import io

import pytest

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.marks import covered_regions
from painmap.documents.visit_document import VisitDocument
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    Answer,
    ArrowShape,
    AuthorLayer,
    Mark,
    Quality,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Item, Visit
from painmap.exchange.exporter import ExportContext
from painmap.exchange.exporters import pain_long_csv, pain_wide_csv
from painmap.services.catalogue import body_map, instruments
from tests.support import factories as make


@pytest.fixture(scope="module")
def adult() -> BodyTemplate:
    return body_map("adult")


def pain(template: BodyTemplate, view: str, shape: Shape, **said: object) -> tuple[Item, ...]:
    site = make.pain_site(**said)
    regions = covered_regions(template.views[view], shape)
    layer = AuthorLayer.PATIENT
    return site, Mark(new_id(), site.id, layer, template.ref, view, shape, regions)


def context(visit: Visit, *templates: BodyTemplate) -> ExportContext:
    who = make.patient(id=visit.patient_id)
    document = VisitDocument(written_at=make.STARTED, patient=who, visit=visit, blobs={})
    figures = {template.ref: template for template in templates}
    return ExportContext(document, {}, templates=figures, instruments=instruments())


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_long_table_has_a_line_for_each_region_of_each_mark(adult: BodyTemplate) -> None:
    across = StrokeShape((FigurePoint(-60, 380), FigurePoint(60, 380)), 24.0)
    said = {"intensity": 0, "worst": 8, "qualities": (Quality.BURNING, Quality.NUMB)}
    visit = make.visit(*pain(adult, "back", across, **said))

    lines = rows(pain_long_csv.EXPORTER.write(context(visit, adult)))

    (mark,) = visit.marks
    assert [line["region_id"] for line in lines] == [region.id for region in mark.regions]
    assert len(lines) > 2
    assert {line["side"] for line in lines} == {"LEFT", "RIGHT"}
    for line, region in zip(lines, mark.regions, strict=True):
        assert float(line["share"]) == pytest.approx(region.share, abs=1e-4)
        assert (line["intensity"], line["worst"], line["least"]) == ("0", "8", "")
        assert line["qualities"] == "burning; numb"
        assert (line["figure"], line["figure_version"]) == ("adult", str(adult.ref.version))
        assert (line["layer"], line["view"], line["kind"]) == ("patient", "back", "stroke")


def test_a_mark_beside_every_region_has_one_line_without_a_region(adult: BodyTemplate) -> None:
    beside = StrokeShape((FigurePoint(-250, 40),), 8.0)

    (line,) = rows(
        pain_long_csv.EXPORTER.write(context(make.visit(*pain(adult, "back", beside)), adult))
    )

    assert (line["region_id"], line["side"], line["share"]) == ("", "", "")


def test_the_wide_table_is_one_line_with_0_or_1_for_every_area(adult: BodyTemplate) -> None:
    calf = RegionShape("calf.left")

    (line,) = rows(
        pain_wide_csv.EXPORTER.write(context(make.visit(*pain(adult, "back", calf)), adult))
    )

    choir = {name: line[f"choir_{name}"] for name in map(str, (*range(101, 137), *range(201, 239)))}
    assert len(choir) == 74
    assert {name for name, value in choir.items() if value == "1"} == {"233"}
    for name, count in (("wpi", 19), ("mbm", 35)):
        areas = [each.id for each in getattr(instruments(), name).areas]
        marked = [area for area in areas if line[f"{name}_{area}"] == "1"]
        assert len(areas) == count
        assert len(marked) == 1
        assert "left" in marked[0]
        assert {line[f"{name}_{area}"] for area in areas} == {"0", "1"}
        assert line[f"{name}_areas"] == "1"
    assert line["criteria_2016"].endswith("no diagnosis")
    assert line["sss"] == ""


def test_a_proposal_is_0_and_listed_until_the_doctor_decides(adult: BodyTemplate) -> None:
    items = pain(adult, "front", RegionShape("elbow_ant.right"))

    (open_,) = rows(pain_wide_csv.EXPORTER.write(context(make.visit(*items), adult)))
    waiting = open_["wpi_to_confirm"].split("; ")
    answered = [Answer(new_id(), "wpi", area, "yes", "perhaps") for area in waiting]
    (decided,) = rows(pain_wide_csv.EXPORTER.write(context(make.visit(*items, *answered), adult)))

    assert waiting
    assert {open_[f"wpi_{area}"] for area in waiting} == {"0"}
    assert {decided[f"wpi_{area}"] for area in waiting} == {"1"}
    assert decided["wpi_to_confirm"] == ""


def test_an_arrow_lies_in_the_long_table_with_no_share(adult: BodyTemplate) -> None:
    arrow = ArrowShape((FigurePoint(40, 440), FigurePoint(60, 700)))

    lines = rows(
        pain_long_csv.EXPORTER.write(context(make.visit(*pain(adult, "front", arrow)), adult))
    )

    assert [line["kind"] for line in lines] == ["arrow"] * len(lines)
    assert {line["share"] for line in lines} == {"0"}
