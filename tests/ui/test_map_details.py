"""What is said of a site beyond its intensity, and the one list of how qualities look."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from painmap.domain.pain import (
    AuthorLayer,
    FindingOnFigure,
    PainSite,
    Pattern,
    Quality,
)
from painmap.ui.body_camera import flank_letters
from painmap.ui.body_look import Look, paint_area
from painmap.ui.body_picture import picture
from painmap.ui.body_picture_page import says_qualities
from painmap.ui.map_corners import LEGEND_FITS_PX
from painmap.ui.map_page import MapPage
from painmap.ui.quality_chips import swatch
from painmap.ui.quality_registry import BY_LETTER, QUALITIES, letters_of
from painmap.ui.theme import DARK, LIGHT, Palette
from tests.ui.map_driver import LEFT, key, tap, visit_of

LEFT_LOW = "lumb_lo_para.left"
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    tap(map_page, LEFT_LOW)
    return map_page


def _site(page: MapPage) -> PainSite:
    return visit_of(page).pain_sites[0]


def test_the_details_are_folded_away_until_wanted(page: MapPage) -> None:
    assert not page.panel.details.isVisible()
    QTest.mouseClick(page.panel.more_button, LEFT)
    assert page.panel.details.isVisible()


def test_worst_least_and_pattern_are_recorded_and_said(page: MapPage) -> None:
    QTest.mouseClick(page.panel.more_button, LEFT)
    details = page.panel.details
    QTest.mouseClick(details.worst.chips[9], LEFT)
    QTest.mouseClick(details.least.chips[2], LEFT)
    QTest.mouseClick(details.pattern_chips.chip(Pattern.EPISODIC), LEFT)
    site = _site(page)
    assert (site.intensity, site.worst, site.least) == (None, 9, 2)
    assert site.pattern is Pattern.EPISODIC
    assert "worst 9/10, least 2/10, episodic" in page.panel.sentence.text()
    QTest.mouseClick(details.worst.chips[9], LEFT)
    assert _site(page).worst is None


def test_texts_are_handed_in_with_enter_on_one_line(page: MapPage) -> None:
    QTest.mouseClick(page.panel.more_button, LEFT)
    for field in ("onset", "worsened_by", "eased_by"):
        edit = page.panel.details.texts[field]
        QTest.keyClicks(edit, f"my {field}")
        QTest.keyClick(edit, Qt.Key.Key_Return)
    site = _site(page)
    assert (site.onset, site.worsened_by, site.eased_by) == (
        "my onset",
        "my worsened_by",
        "my eased_by",
    )
    QTest.mouseClick(page.panel.more_button, LEFT)
    assert page.panel.more_button.text() == "More, 3 recorded"


def test_a_text_under_way_goes_to_the_site_that_it_was_typed_for(page: MapPage) -> None:
    QTest.mouseClick(page.panel.more_button, LEFT)
    QTest.keyClicks(page.panel.details.texts["eased_by"], "warmth")
    tap(page, "calf.right")
    assert [site.eased_by for site in visit_of(page).pain_sites] == ["warmth", ""]
    assert page.panel.details.texts["eased_by"].toPlainText() == ""


def test_the_doctors_site_has_findings_instead_of_qualities(page: MapPage) -> None:
    assert page.panel.quality_chips.isVisible()
    page.choose_layer(AuthorLayer.DOCTOR)
    tap(page, "glut_up.left")
    assert not page.panel.quality_chips.isVisible()
    QTest.mouseClick(page.panel.finding_chips.chip(FindingOnFigure.TRIGGER_POINT), LEFT)
    assert visit_of(page).pain_sites[1].finding is FindingOnFigure.TRIGGER_POINT
    assert page.panel.sentence.text().endswith("doctor finds: trigger point")
    key(page, "B", ALT)
    assert visit_of(page).pain_sites[1].qualities == ()


@pytest.mark.parametrize("quality", list(Quality))
def test_alt_and_its_letter_choose_a_quality_and_take_it_back(
    page: MapPage, quality: Quality
) -> None:
    letter = QUALITIES[quality].letter
    key(page, letter, ALT)
    assert _site(page).qualities == (quality,)
    key(page, letter, ALT)
    assert _site(page).qualities == ()


def test_alt_and_a_letter_with_nothing_selected_do_nothing(page: MapPage) -> None:
    page.desk.select(None)
    before = visit_of(page)
    key(page, "B", ALT)
    assert visit_of(page) == before


@pytest.mark.parametrize("layer", list(AuthorLayer))
def test_nothing_of_the_details_is_cut_off_in_the_narrowest_window(
    page: MapPage, layer: AuthorLayer
) -> None:
    page.choose_layer(layer)
    tap(page, "glut_up.left")
    QTest.mouseClick(page.panel.more_button, LEFT)
    page.resize(616, 560)
    QApplication.processEvents()
    shown = [each for each in page.panel.findChildren(QPushButton) if each.isVisible()]
    assert len(shown) > 30
    for chip in shown:
        right = chip.mapTo(page.panel, QPoint(chip.width(), 0)).x()
        assert right <= page.panel.width(), chip.text()
        assert chip.width() >= chip.minimumSizeHint().width(), chip.text()


# --- the registry


def test_every_quality_has_its_own_letter_pattern_and_colour() -> None:
    assert set(QUALITIES) == set(Quality)
    assert len(BY_LETTER) == len(Quality)
    assert len({look.pattern for look in QUALITIES.values()}) == len(Quality)
    for palette in (LIGHT, DARK):
        colours = {look.colour(palette).name() for look in QUALITIES.values()}
        assert len(colours) == len(Quality) == len(palette.qualities)


def test_no_letter_of_a_quality_is_a_side() -> None:
    assert not {"L", "R"} & set(BY_LETTER)
    assert letters_of((Quality.BURNING, Quality.NUMB)) == "BN"


def _painted(quality: Quality, palette: Palette, intensity: int | None = 4) -> QImage:
    image = QImage(QSize(40, 40), QImage.Format.Format_RGB32)
    image.fill(QColor(palette.skin))
    painter = QPainter(image)
    area = QPainterPath()
    area.addRect(2, 2, 36, 36)
    paint_area(painter, area, Look(intensity, qualities=(quality,)), palette)
    painter.end()
    return image


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("intensity", [None, 0, 5, 10])
def test_every_quality_is_painted_differently_without_regard_to_colour(
    map_page: MapPage, palette: Palette, intensity: int | None
) -> None:
    del map_page  # pixmaps need the application
    inner = [
        _painted(quality, palette, intensity)
        .copy(6, 6, 28, 28)
        .convertToFormat(QImage.Format.Format_Grayscale8)
        for quality in Quality
    ]
    assert all(a != b for i, a in enumerate(inner) for b in inner[i + 1 :])


def test_chips_show_the_pattern_of_the_mark(page: MapPage) -> None:
    icons = [page.panel.quality_chips.chip(quality).icon() for quality in Quality]
    assert not any(icon.isNull() for icon in icons)
    assert swatch(Quality.NUMB, LIGHT).toImage() != swatch(Quality.ACHING, LIGHT).toImage()


def test_the_legend_is_switched_on_and_off(page: MapPage) -> None:
    assert not page.corners.legend.isVisible()
    QTest.mouseClick(page.head.legend, LEFT)
    assert page.corners.legend.isVisible()
    for quality, look in QUALITIES.items():
        assert f"{quality.value} {look.pattern.value}, {look.letter}" in (
            page.corners.legend.accessibleName()
        )
    QTest.mouseClick(page.head.legend, LEFT)
    assert not page.corners.legend.isVisible()


def test_an_exported_picture_has_the_legend_as_soon_as_a_quality_is_said(page: MapPage) -> None:
    size = QSize(540, 900)
    assert not says_qualities(visit_of(page))
    before = picture(visit_of(page), page.desk.template, "back", size)
    key(page, "T", ALT)
    assert says_qualities(visit_of(page))
    after = picture(visit_of(page), page.desk.template, "back", size)
    foot = (0, 850, 540, 50)
    assert before.copy(*foot) != after.copy(*foot)


@pytest.mark.parametrize("width", [616, 1030])
def test_the_legend_is_reached_at_any_width(page: MapPage, width: int) -> None:
    page.resize(width, 560)
    QApplication.processEvents()
    menu = page.head.menu
    menu.aboutToShow.emit()
    (entry,) = [each for each in menu.actions() if each.text().startswith("Legend")]
    entry.trigger()

    seen = page.corners.glimpse if page.figure.width() < LEGEND_FITS_PX else page.corners.legend
    assert seen.isVisible()
    assert "burning crosses, B" in seen.accessibleName()
    for letter in flank_letters(page.figure.figure.viewers_left, page.figure.camera):
        at = QPoint(round(letter.at.x), round(letter.at.y))
        assert not (page.corners.legend.isVisible() and page.corners.legend.geometry().contains(at))
    page.corners.glimpse.hide()
    assert page.corners.legend.isVisible() == (seen is page.corners.legend)
