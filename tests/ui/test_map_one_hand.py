"""Three sites with side, intensity and quality by keys alone, by fingers alone, and by mouse.

Nothing here reads or sets anything inside the page while the hand works: keys go to whatever has
the focus, places are found as eyes or a screen reader find them, by name in the accessible tree.
"""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.edits import Page
from painmap.domain.pain import Quality
from painmap.domain.sentences import pain_sentence
from painmap.domain.visit import VisitKind
from painmap.ui.main_window import MainWindow
from tests.ui.conftest import demonstration
from tests.ui.map_driver import LEFT, PLAIN, touch_widget, visit_of

NAME = QAccessible.Text.Name
ALT = Qt.KeyboardModifier.AltModifier
MOST_ACTIONS = 12
STEPS = 10
"""Of the journal: region, intensity and quality of three sites, and "1" on the way to "10"."""
MOST_STEPS = 60
"""Arrow keys from one region to another; a figure has about as many regions."""
SITES = (
    ("LEFT lower lumbar paraspinal", 7, "A", "aching"),
    ("RIGHT upper buttock", 10, "B", "burning"),
    ("LEFT calf", 2, "N", "numb"),
)
SAID = [
    (Side.LEFT, "lower lumbar paraspinal", 7, (Quality.ACHING,)),
    (Side.RIGHT, "upper buttock", 10, (Quality.BURNING,)),
    (Side.LEFT, "calf", 2, (Quality.NUMB,)),
]


@pytest.fixture
def window(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The whole window on the page Map of a first visit."""
    patient = window.desk.clinic.add_patient(demonstration())
    window.desk.show_visit(window.desk.clinic.new_visit(patient.id, VisitKind.FIRST))
    qtbot.waitUntil(lambda: window.current_page is Page.MAP, timeout=10_000)
    return window


def said(window: MainWindow) -> list[tuple[Side, str, int | None, tuple[Quality, ...]]]:
    visit = visit_of(window.pages.map)
    found = []
    for site in visit.pain_sites:
        (mark,) = visit.marks_of(site.id)
        region = mark.regions[0]
        found.append((region.side, region.name, site.intensity, site.qualities))
    return found


# --- eyes


def seen(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield root
    for number in range(root.childCount()):
        child = root.child(number)
        if child is not None and not child.state().invisible:
            yield from seen(child)


def look_for(window: MainWindow, words: str) -> QAccessibleInterface:
    """The one thing on the page whose name begins so."""
    QApplication.processEvents()  # what appears has found its place when an eye sees it
    root = QAccessible.queryAccessibleInterface(window.pages.map)
    (found,) = [each for each in seen(root) if each.text(NAME).startswith(words)]
    return found


def focused(window: MainWindow) -> QAccessibleInterface:
    """What the keyboard is on, as a screen reader asks for it."""
    widget = QApplication.focusWidget()
    assert isinstance(widget, QWidget)
    there = QAccessible.queryAccessibleInterface(widget)
    return there.focusChild() or there


# --- keys alone


def press(key: Qt.Key | str, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)  # type: ignore[call-overload]  # both


def go_to(window: MainWindow, name: str) -> None:
    """Press the arrow that leads nearer, and where none does, the next best one."""
    goal = look_for(window, name).rect().center()
    been: list[str] = []
    for _ in range(MOST_STEPS):
        here = focused(window)
        if here.text(NAME).startswith(name):
            return
        been.append(here.text(NAME))
        way = goal - here.rect().center()
        level = Qt.Key.Key_Right if way.x() > 0 else Qt.Key.Key_Left
        upright = Qt.Key.Key_Down if way.y() > 0 else Qt.Key.Key_Up
        order = [upright, level] if abs(way.y()) > abs(way.x()) else [level, upright]
        press(order[len(been) >= 2 and been[-1] == been[-2]])
    raise AssertionError(f"the arrows do not lead to {name}: {been}")


def test_three_sites_by_the_keyboard_alone(window: MainWindow) -> None:
    while focused(window).role() is not QAccessible.Role.ListItem:
        press(Qt.Key.Key_Tab)
    for name, intensity, letter, _ in SITES:
        go_to(window, name)
        press(Qt.Key.Key_Return)
        for digit in str(intensity):
            press(digit)
        press(letter, ALT)
        heard = focused(window).text(NAME)
        assert heard.startswith(f"{name}, {intensity} of 10")

    assert said(window) == SAID
    for name, intensity, _, quality in SITES:
        assert look_for(window, f"{name}, {intensity} of 10, {quality}")


def test_what_was_done_by_keys_is_undone_by_keys(window: MainWindow) -> None:
    test_three_sites_by_the_keyboard_alone(window)
    for _ in range(STEPS):
        press("Z", Qt.KeyboardModifier.ControlModifier)
    assert visit_of(window.pages.map).pain_sites == ()
    for _ in range(STEPS):
        press("Z", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert said(window) == SAID


def test_no_letter_alone_changes_side_or_mark(window: MainWindow) -> None:
    """Plain letters are tools; a side is never turned by one key."""
    page = window.pages.map
    QTest.mouseClick(page.figure, LEFT, PLAIN, _middle(page.figure))
    page.figure.setFocus()
    before, view = visit_of(page), page.figure.view
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        press(letter)
        press(letter, Qt.KeyboardModifier.ShiftModifier)
    assert visit_of(page) == before
    assert page.figure.view == view


# --- fingers alone


def touch(window: MainWindow, words: str) -> None:
    at = look_for(window, words).rect().center()
    widget = window.childAt(window.mapFromGlobal(at))
    assert widget is not None
    touch_widget(widget, widget.mapFromGlobal(at))


def test_three_sites_by_fingers_alone(window: MainWindow) -> None:
    for name, intensity, _, quality in SITES:
        touch(window, f"{name}, ")
        touch(window, f"Intensity {intensity} of 10")
        touch(window, f"Quality: {quality}")

    assert said(window) == SAID


# --- the mouse


def test_three_sites_by_mouse_take_at_most_twelve_actions(window: MainWindow) -> None:
    actions = 0

    def click(words: str) -> None:
        nonlocal actions
        at = look_for(window, words).rect().center()
        widget = window.childAt(window.mapFromGlobal(at))
        assert widget is not None
        QTest.mouseClick(widget, LEFT, PLAIN, widget.mapFromGlobal(at))
        actions += 1

    for name, intensity, _, quality in SITES:
        click(f"{name}, ")
        click(f"Intensity {intensity} of 10")
        click(f"Quality: {quality}")

    assert said(window) == SAID
    assert actions <= MOST_ACTIONS


# --- the keys reach everywhere


@pytest.mark.parametrize("panel", ["Scores", "Compare"])
def test_the_letter_of_a_quality_works_while_a_panel_is_open(
    window: MainWindow, panel: str
) -> None:
    page = window.pages.map
    QTest.mouseClick(page.figure, LEFT, PLAIN, _middle(page.figure))
    (button,) = [each for each in page.findChildren(QAbstractButton) if each.text() == panel]
    QTest.mouseClick(button, LEFT)
    button.setFocus()
    press("B", ALT)
    assert visit_of(page).pain_sites[0].qualities == (Quality.BURNING,)
    press("B", ALT)
    assert visit_of(page).pain_sites[0].qualities == ()


def test_the_letter_of_a_quality_works_while_a_note_is_typed(window: MainWindow) -> None:
    page = window.pages.map
    QTest.mouseClick(page.figure, LEFT, PLAIN, _middle(page.figure))
    page.panel.note.setFocus()
    QTest.keyClicks(page.panel.note, "since May")
    press("T", ALT)
    assert visit_of(page).pain_sites[0].qualities == (Quality.THROBBING,)
    assert page.panel.note.toPlainText() == "since May"
    assert "throbbing" in pain_sentence(visit_of(page).pain_sites[0], ())


def _middle(widget: QWidget) -> QPoint:
    return widget.rect().center()
