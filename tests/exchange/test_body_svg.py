"""The drawing as SVG: what every element says, and that other programs can open it."""

from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.marks import covered_regions
from painmap.documents.intended_use import INTENDED_USE
from painmap.documents.visit_document import VisitDocument
from painmap.domain.anatomy import Side
from painmap.domain.ids import new_id
from painmap.domain.pain import (
    AreaShape,
    ArrowShape,
    AuthorLayer,
    FindingOnFigure,
    Mark,
    MarkedRegion,
    PainFree,
    PainSite,
    PointShape,
    Quality,
    RegionShape,
    Shape,
    StrokeShape,
)
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Item, Visit
from painmap.exchange import drawing_style
from painmap.exchange.exporter import ExportContext
from painmap.exchange.exporters.body_svg import EXPORTER
from painmap.services.catalogue import body_map
from painmap.ui import theme
from painmap.ui.quality_registry import QUALITIES as WINDOW_QUALITIES
from tests.support import factories as make

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def adult() -> BodyTemplate:
    return body_map("adult")


def pain(
    template: BodyTemplate, view: str, shape: Shape, layer: AuthorLayer, **said: object
) -> tuple[PainSite, Mark]:
    site = make.pain_site(**said)
    regions = covered_regions(template.views[view], shape)
    return site, Mark(new_id(), site.id, layer, template.ref, view, shape, regions)


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  # just written by ourselves


def path(*places: tuple[float, float]) -> tuple[FigurePoint, ...]:
    return tuple(FigurePoint(x, y) for x, y in places)


@pytest.fixture(scope="module")
def drawn(adult: BodyTemplate) -> Visit:
    """One mark of every kind, and a region without pain."""
    patient, doctor = AuthorLayer.PATIENT, AuthorLayer.DOCTOR
    stroke = StrokeShape(path((-60, 380), (-20, 400)), 24.0)
    burning = {"intensity": 7, "qualities": (Quality.BURNING, Quality.ACHING)}
    square = AreaShape(((path((-60, 200), (-20, 200), (-20, 260)),),))
    region = adult.views["front"].region("chest_up.right")
    free = MarkedRegion(region.id, region.name, region.side, 1.0)
    parts: list[Item] = [
        *pain(adult, "back", stroke, patient, **burning),
        *pain(adult, "back", RegionShape("glut_up.right"), patient, intensity=3),
        *pain(adult, "front", PointShape(FigurePoint(40, 640)), patient, intensity=9),
        *pain(adult, "front", ArrowShape(path((40, 440), (60, 640))), patient, intensity=0),
        *pain(adult, "front", square, doctor, finding=FindingOnFigure.TENDER_POINT),
        PainFree(new_id(), patient, adult.ref, "front", free),
    ]
    return make.visit(*parts)


def written(visit: Visit, *templates: BodyTemplate) -> bytes:
    who = make.patient(id=visit.patient_id, family_name="Secretname")
    document = VisitDocument(written_at=make.STARTED, patient=who, visit=visit, blobs={})
    by_ref = {template.ref: template for template in templates}
    return EXPORTER.write(ExportContext(document, {}, templates=by_ref))


def test_every_mark_carries_its_site_intensity_qualities_layer_and_side(
    drawn: Visit, adult: BodyTemplate
) -> None:
    root = parsed(written(drawn, adult))

    marks = {each.get("data-mark"): each for each in root.iter() if each.get("data-mark")}
    assert set(marks) == {str(mark.id) for mark in drawn.marks}
    for mark in drawn.marks:
        site = next(each for each in drawn.pain_sites if each.id == mark.site_id)
        shown = marks[str(mark.id)]
        assert shown.get("data-site") == str(site.id)
        assert shown.get("data-layer") == mark.layer.value
        said = None if site.intensity is None else str(site.intensity)
        assert shown.get("data-nrs") == said
        sides = {region.side.value for region in mark.regions}
        assert set((shown.get("data-side") or "").split()) == sides
    burning = next(each for each in marks.values() if each.get("data-quality"))
    assert burning.get("data-quality") == "burning aching"
    title = burning.find(f"{SVG}title")
    assert title is not None
    assert title.text is not None
    assert "7/10, burning, aching" in title.text


def test_every_region_has_its_id_side_and_words(drawn: Visit, adult: BodyTemplate) -> None:
    root = parsed(written(drawn, adult))

    paths = [each for each in root.iter(f"{SVG}path") if each.get("data-region")]
    wanted = [region for view in ("front", "back") for region in adult.views[view].regions]
    assert [each.get("data-region") for each in paths] == [region.id for region in wanted]
    assert [each.get("data-side") for each in paths] == [region.side.value for region in wanted]
    assert [each.findtext(f"{SVG}title") for each in paths] == [r.words for r in wanted]


def test_ids_are_unique_and_references_lead_to_one(drawn: Visit, adult: BodyTemplate) -> None:
    content = written(drawn, adult)

    ids = [each.get("id") for each in parsed(content).iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    assert "quality-burning" in ids
    assert b"url(#quality-burning)" in content


@pytest.mark.parametrize(("view", "order"), [("front", "RL"), ("back", "LR")])
def test_the_patients_letters_stand_on_both_flanks(
    drawn: Visit, adult: BodyTemplate, view: str, order: str
) -> None:
    root = parsed(written(drawn, adult))

    group = next(each for each in root.iter(f"{SVG}g") if each.get("data-view") == view)
    letters = [text for text in group.iter(f"{SVG}text") if text.text in ("R", "L")]
    letters.sort(key=lambda text: float(text.get("x", "")))
    assert "".join(text.text or "" for text in letters) == order


@pytest.mark.parametrize("figure", ["woman", "man", "child"])
def test_letters_and_ids_are_right_on_every_view_of_every_figure(
    figure: str, qapp: QApplication
) -> None:
    del qapp
    template = body_map(figure)
    parts: list[Item] = []
    for view in template.views.values():
        parts += pain(template, view.id, RegionShape(view.regions[0].id), AuthorLayer.PATIENT)
    content = written(make.visit(*parts), template)
    root = parsed(content)

    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert QSvgRenderer(QByteArray(content)).isValid()
    groups = {each.get("data-view"): each for each in root.iter(f"{SVG}g") if each.get("data-view")}
    shown = [view for view in template.views.values() if view.id in groups]
    assert {"front", "back", "left", "right"} <= {view.id for view in shown}
    for view in shown:
        letters = [x for x in groups[view.id].iter(f"{SVG}text") if x.text in ("R", "L")]
        letters.sort(key=lambda text: float(text.get("x", "")))
        wanted = [view.viewers_left.word[0], view.viewers_right.word[0]]
        assert [text.text for text in letters] == wanted, view.id


def test_a_region_without_pain_is_ticked_and_said(drawn: Visit, adult: BodyTemplate) -> None:
    root = parsed(written(drawn, adult))

    (tick,) = [each for each in root.iter() if each.get("data-pain-free")]
    assert tick.get("data-side") == Side.RIGHT.value
    assert tick.findtext(f"{SVG}title") == "RIGHT upper chest: asked, no pain"


def test_it_says_what_the_program_is_for_and_not_who_the_patient_is(
    drawn: Visit, adult: BodyTemplate
) -> None:
    content = written(drawn, adult)

    assert parsed(content).findtext(f"{SVG}desc") == INTENDED_USE
    assert b"Secretname" not in content


def test_it_renders_with_the_marks_in_the_colour_of_their_intensity(
    qapp: QApplication, drawn: Visit, adult: BodyTemplate
) -> None:
    del qapp
    renderer = QSvgRenderer(QByteArray(written(drawn, adult)))
    assert renderer.isValid()
    image = QImage(renderer.defaultSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()

    buttock = adult.views["back"].region("glut_up.right").label_at
    group = next(
        each
        for each in parsed(written(drawn, adult)).iter(f"{SVG}g")
        if each.get("data-view") == "back"
    )
    dx, dy = (float(part) for part in group.get("transform", "")[10:].split(")")[0].split())
    seen = image.pixelColor(round(buttock.x + dx) + 14, round(buttock.y + dy))
    wanted = QColor(theme.LIGHT.pain[3])
    for got, colour in (
        (seen.red(), wanted.red()),
        (seen.green(), wanted.green()),
        (seen.blue(), wanted.blue()),
    ):
        assert abs(got - colour) < 16


def test_marks_of_a_figure_that_is_not_at_hand_are_counted_in_words(drawn: Visit) -> None:
    root = parsed(written(drawn))

    assert "6 marks of a figure that is not at hand left out." in (
        root.findtext(f"{SVG}desc") or ""
    )


def test_text_that_xml_cannot_hold_does_not_break_the_file(adult: BodyTemplate) -> None:
    shape = RegionShape("glut_up.right")
    said = {"note": "burns\x01 <\ud800 & stings", "onset": "Monday\x0b"}
    site, mark = pain(adult, "back", shape, AuthorLayer.PATIENT, **said)

    root = parsed(written(make.visit(site, mark), adult))

    assert any("Monday" in (title.text or "") for title in root.iter(f"{SVG}title"))


def test_files_and_window_show_the_same_colours_letters_and_qualities() -> None:
    assert theme.LIGHT.pain == drawing_style.PAIN
    assert theme.LIGHT.skin == drawing_style.SKIN
    assert {q: style.letter for q, style in drawing_style.QUALITIES.items()} == {
        quality: look.letter for quality, look in WINDOW_QUALITIES.items()
    }
    assert len({style.pattern for style in drawing_style.QUALITIES.values()}) == len(Quality)
