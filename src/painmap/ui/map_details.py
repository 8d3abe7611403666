"""The rest that can be said of a pain site: worst and least, pattern, since when, what with."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from painmap.domain.pain import PainSite, Pattern
from painmap.ui.map_intensity import IntensityStrip
from painmap.ui.theme import Palette
from painmap.ui.widgets import Chips, NoteEdit, column, label, row

CAPTION_PX = 92
LINE_PX = 38
Describe = Callable[..., None]
"""Takes the label of the step, and the fields of the site that change."""
TEXTS = (
    ("onset", "SINCE", "such as May, a fall", "since when"),
    ("worsened_by", "WORSE WITH", "such as sitting", "what makes it worse"),
    ("eased_by", "EASED BY", "such as lying, warmth", "what eases it"),
)


class OneLine(NoteEdit):
    """A text of one line; Enter hands it in."""

    def __init__(self, on_text: Callable[[str], None], placeholder: str) -> None:
        super().__init__(lambda text: on_text(" ".join(text.split())), placeholder)
        self.setFixedHeight(LINE_PX)
        self.setLineWrapMode(NoteEdit.LineWrapMode.NoWrap)
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.hand_in()
        else:
            super().keyPressEvent(event)


class SiteDetails(QWidget):
    """What is asked after the first questions; folded away until wanted."""

    def __init__(self, describe: Describe, palette: Palette) -> None:
        super().__init__()
        self._describe = describe
        self.worst = self._strip("worst", palette)
        self.least = self._strip("least", palette)
        self.pattern_chips = Chips(
            [(each, each.value) for each in Pattern], self._on_pattern, name="Pattern", columns=2
        )
        for each in Pattern:
            self.pattern_chips.chip(each).setProperty("tight", True)
        self.texts = {field: self._text(field, *rest) for field, *rest in TEXTS}
        box = column(spacing=6)
        for word, strip in (("WORST", self.worst), ("LEAST", self.least)):
            box.addLayout(_line(word, strip))
        box.addSpacing(4)
        box.addWidget(label("PATTERN", "caption"))
        box.addWidget(self.pattern_chips)
        box.addSpacing(4)
        for field, caption, *_ in TEXTS:
            box.addLayout(_line(caption, self.texts[field]))
        self._box = box
        self.setLayout(box)

    def add_part(self, caption: str, part: QWidget) -> None:
        """Put one more thing that can be said below the others."""
        self._box.addSpacing(4)
        self._box.addWidget(label(caption, "caption"))
        self._box.addWidget(part)

    def _strip(self, what: str, palette: Palette) -> IntensityStrip:
        def chosen(value: int | None) -> None:
            said = "not asked" if value is None else value
            self._describe(f"{what} intensity {said}", **{what: value})

        return IntensityStrip(chosen, palette, what=what)

    def _text(self, field: str, _caption: str, example: str, meaning: str) -> OneLine:
        made = OneLine(lambda text: self._describe(meaning, **{field: text}), example)
        made.setAccessibleName(meaning.capitalize())
        return made

    def _on_pattern(self, chosen: tuple[object, ...]) -> None:
        pattern = Pattern(str(chosen[0])) if chosen else None
        self._describe("pattern of pain", pattern=pattern)

    def show_site(self, site: PainSite) -> None:
        """Show what is recorded, without telling anybody."""
        self.worst.show_value(site.worst)
        self.least.show_value(site.least)
        self.pattern_chips.set_chosen([] if site.pattern is None else [site.pattern])
        for field, edit in self.texts.items():
            edit.show_text(getattr(site, field))

    def hand_in(self) -> None:
        for edit in self.texts.values():
            edit.hand_in()

    def forget(self) -> None:
        """Empty the texts: no site is shown."""
        for edit in self.texts.values():
            edit.show_text("")

    def set_colours(self, palette: Palette) -> None:
        self.worst.set_colours(palette)
        self.least.set_colours(palette)


def recorded(site: PainSite) -> int:
    """How many of the details are recorded."""
    fields: tuple[Any, ...] = (site.pattern, site.onset, site.worsened_by, site.eased_by)
    return sum(map(bool, fields)) + sum(each is not None for each in (site.worst, site.least))


def _line(caption: str, part: QWidget) -> Any:
    named = label(caption, "caption")
    named.setFixedWidth(CAPTION_PX)
    line = row(spacing=4)
    line.addWidget(named)
    line.addWidget(part, 1)
    return line
