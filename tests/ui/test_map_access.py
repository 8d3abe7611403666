"""What a screen reader finds on the figure, walked through as it would."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface

from painmap.ui.body_view import BodyFigure
from painmap.ui.map_page import MapPage
from tests.ui.map_driver import key, middle_of, pixel_of, tap, visit_of

LEFT_LOW = "lumb_lo_para.left"
NAME, VALUE, DESCRIPTION = (
    QAccessible.Text.Name,
    QAccessible.Text.Value,
    QAccessible.Text.Description,
)
ITEM = QAccessible.Role.ListItem


@pytest.fixture
def page(map_page: MapPage) -> MapPage:
    return map_page


@pytest.fixture
def listening() -> Iterator[None]:
    """A screen reader is there, so that Qt hands on what happens."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def everything_under(found: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield found
    for number in range(found.childCount()):
        child = found.child(number)
        if child is not None:
            yield from everything_under(child)


def items(page: MapPage) -> dict[str, QAccessibleInterface]:
    """Everything that a reader finds from the page down, by its name."""
    root = QAccessible.queryAccessibleInterface(page)
    return {each.text(NAME): each for each in everything_under(root)}


def test_walking_down_from_the_page_finds_region_side_and_value(page: MapPage) -> None:
    tap(page, LEFT_LOW)
    key(page, "7")
    key(page, "A", Qt.KeyboardModifier.AltModifier)
    page.desk.select(None)

    found = items(page)["LEFT lower lumbar paraspinal, 7 of 10, aching"]
    assert found.role() == QAccessible.Role.ListItem
    assert found.text(VALUE) == "7 of 10, aching"
    assert found.text(DESCRIPTION).startswith("patient's LEFT lower lumbar paraspinal (L4")
    assert "RIGHT lower lumbar paraspinal, not asked" in items(page)


def test_every_region_of_the_view_is_found_once_and_knows_where_it_lies(page: MapPage) -> None:
    figure = QAccessible.queryAccessibleInterface(page.figure)
    count = len(page.figure.figure.regions)
    regions = [figure.child(number) for number in range(count)]

    assert len({each.text(NAME) for each in regions}) == count
    for number, each in enumerate(regions):
        assert figure.indexOfChild(each) == number
        assert each.parent().text(NAME) == page.figure.accessibleName()
        assert each.isValid()
        assert each.rect().isValid()
    tops = [each.rect().center().y() for each in regions]
    assert tops[0] < tops[-1]


def test_the_buttons_on_the_figure_are_found_after_the_regions(page: MapPage) -> None:
    found = items(page)
    assert "Tool Brush, key B" in found
    assert "Show the whole figure" in found


def test_what_lies_under_a_finger_is_found(page: MapPage) -> None:
    at = page.figure.mapToGlobal(pixel_of(page, middle_of(page, LEFT_LOW)))
    figure = QAccessible.queryAccessibleInterface(page.figure)
    found = figure.childAt(at.x(), at.y())
    assert found.text(NAME) == "LEFT lower lumbar paraspinal, not asked"


def test_the_region_that_the_keyboard_is_on_has_the_focus(page: MapPage) -> None:
    page.figure.setFocus(Qt.FocusReason.TabFocusReason)
    key(page, Qt.Key.Key_Up)
    region = page.figure.template.region(str(page.figure.focus.region))
    focused = QAccessible.queryAccessibleInterface(page.figure).focusChild()
    assert focused.text(NAME).startswith(f"{region.side.word} {region.name}")
    assert focused.state().focused
    states = [each.state().focused for each in items(page).values() if each.role() is ITEM]
    assert sum(map(bool, states)) == 1


def test_other_states_are_told_in_words(page: MapPage) -> None:
    tap(page, LEFT_LOW)
    assert "LEFT lower lumbar paraspinal, marked, intensity not asked, selected" in items(page)
    key(page, "F")
    tap(page, "calf.right")
    assert "RIGHT calf, asked, no pain" in items(page)
    found = items(page)["LEFT lower lumbar paraspinal, marked, intensity not asked, selected"]
    assert found.state().selected


def test_another_view_has_its_own_regions(page: MapPage) -> None:
    page.show_view("front")
    names = items(page)
    assert "LEFT lower lumbar paraspinal, not asked" not in names
    assert any("LEFT" in name and "knee" in name for name in names)


def test_the_reader_goes_to_the_region_and_hears_what_changes(
    page: MapPage, listening: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[QAccessible.Event, int]] = []

    def hear(event: object) -> None:
        heard.append((event.type(), event.child()))  # type: ignore[attr-defined]  # of Qt's events

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    page.figure.setFocus(Qt.FocusReason.TabFocusReason)
    key(page, Qt.Key.Key_Up)
    figure = QAccessible.queryAccessibleInterface(page.figure)
    there = figure.indexOfChild(figure.focusChild())
    assert (QAccessible.Event.Focus, there) in heard

    heard.clear()
    key(page, Qt.Key.Key_Return)
    key(page, "4")
    kinds = [kind for kind, _ in heard]
    assert (QAccessible.Event.NameChanged, there) in heard
    assert QAccessible.Event.Announcement in kinds
    assert visit_of(page).pain_sites[0].intensity == 4


def test_figures_come_and_go_while_a_reader_looks(page: MapPage, listening: None) -> None:
    for _ in range(5):
        figure = BodyFigure(page.template, page.colours)
        found = QAccessible.queryAccessibleInterface(figure)
        item = found.child(3)
        QAccessible.uniqueId(item)  # from now on Qt keeps it
        assert item.isValid()
        figure.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        del figure, found
        gc.collect()
        assert not item.isValid()
        assert item.text(NAME) == ""
