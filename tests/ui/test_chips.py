"""Chips show their words whole, chosen or not."""

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from pytestqt.qtbot import QtBot

from painmap.domain.pain import Depth, Pattern, Quality
from painmap.ui.main_window import MainWindow
from painmap.ui.widgets import Chips

WORDS = [[each.value for each in kind] for kind in (Quality, Depth, Pattern)]


@pytest.mark.parametrize("words", WORDS)
def test_a_chosen_word_is_bold_and_still_whole(
    window: MainWindow, qtbot: QtBot, words: list[str]
) -> None:
    del window  # its style sheet holds
    chips = Chips([(word, word) for word in words], lambda _: None, several=len(words))
    qtbot.addWidget(chips)
    chips.show()
    before = [chips.chip(word).width() for word in words]

    chips.set_chosen(words)
    chips.resize(chips.sizeHint())

    for word, width in zip(words, before, strict=True):
        chip = chips.chip(word)
        bold = QFont(chip.font())
        bold.setWeight(QFont.Weight.DemiBold)
        # 13 pixels of padding and one of border on either side
        assert chip.width() - 28 >= QFontMetrics(bold).horizontalAdvance(word), word
        assert chip.width() == width, "nothing moves when a word is chosen"
