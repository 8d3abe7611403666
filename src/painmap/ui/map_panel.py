"""What is said of the selected pain site: its sentence, intensity, quality, depth and a note."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QSizePolicy, QWidget

from painmap.domain.edits import describe_pain
from painmap.domain.pain import (
    MOST_QUALITIES,
    AuthorLayer,
    Depth,
    FindingOnFigure,
    PainSite,
    Quality,
)
from painmap.domain.sentences import pain_sentence
from painmap.ui.desk import Desk, Tone
from painmap.ui.intensity_keys import IntensityKeys
from painmap.ui.map_details import SiteDetails, recorded
from painmap.ui.map_intensity import IntensityStrip
from painmap.ui.map_legend import MarkLegend
from painmap.ui.map_links import SiteLinks
from painmap.ui.quality_chips import dress
from painmap.ui.theme import Palette
from painmap.ui.widgets import Chips, NoteEdit, button, card, column, label, row

LEAST_WIDTH, MOST_WIDTH = 280, 384
NOTE_HEIGHT_PX = 64
FINDING_WORDS = {
    FindingOnFigure.REFERRED: "referred pain",
    FindingOnFigure.NUMB_AREA: "less sensation",
}
"""Shorter words on chips, so that two stand side by side in the narrowest panel."""
ROOMY_PX = 330
"""From this width on the quality chips show their patterns."""
LAYER_WORDS = {
    AuthorLayer.PATIENT: "where the patient points to",
    AuthorLayer.DOCTOR: "found by the doctor",
}
_KEYS = (
    ("0-10", "intensity of the selected site; 1 then 0 is 10"),
    ("R B A P W", "region, brush, area, point, arrow"),
    ("F  E  X", "no pain, eraser; hold X to erase for a moment"),
    ("Alt+letter", "quality of the selected site, such as Alt+B burning"),
    ("Shift", "with a click or stroke: add to the selected site"),
    ("Arrows, Enter", "move over the regions, use the tool there"),
    ("F2 3 4 6 9", "front, back, left, right, all views"),
    ("Wheel, Home", "zoom, whole figure"),
)


def _scrolled(inside: QWidget) -> QFrame:
    """A card that can be scrolled where the window is low."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(inside)
    frame = card()
    frame.setLayout(column(scroll))
    return frame


class SitePanel(QFrame):
    """The selected site in words and chips; without one, what to do next."""

    def __init__(
        self,
        desk: Desk,
        palette: Palette,
        *,
        on_remove: Callable[[], None],
        on_adding: Callable[[bool], None],
    ) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(MOST_WIDTH)
        self._desk = desk
        self._site_id: UUID | None = None
        self._keys = IntensityKeys(desk)
        self.sentence = label(tone="heading", wrap=True)
        self.sentence.setAccessibleName("Selected pain site")
        self._layer = label(tone="muted", wrap=True)
        self.add_button = button("Add to this site", lambda: on_adding(self.add_button.isChecked()))
        self.add_button.setCheckable(True)
        self.add_button.setProperty("chip", True)
        self.add_button.setToolTip("The next marks belong to this site (or hold Shift)")
        self.remove_button: QPushButton = button("Remove site", on_remove, flat=True)
        self.remove_button.setToolTip("Remove the site with its marks (Delete); Ctrl+Z undoes it")
        self.strip = IntensityStrip(self._keys.set, palette)
        self._intensity = label(tone="muted")
        self.quality_chips = Chips(
            [(each, each.value) for each in Quality],
            self._on_quality,
            several=MOST_QUALITIES,
            name="Quality",
            columns=3,
        )
        self.quality_chips.full.connect(
            lambda: desk.say(
                f"A site has at most {MOST_QUALITIES} qualities.",
                hint="Take one away first.",
                tone=Tone.WARNING,
            )
        )
        self.depth_chips = Chips(
            [(Depth.SUPERFICIAL, "superficial"), (Depth.DEEP, "deep"), (Depth.BOTH, "both")],
            self._on_depth,
            name="Depth",
            columns=3,
        )
        for value in (*Quality, *Depth):
            chips = self.quality_chips if isinstance(value, Quality) else self.depth_chips
            chips.chip(value).setProperty("tight", True)
        self.finding_chips = Chips(
            [(each, FINDING_WORDS.get(each, each.value)) for each in FindingOnFigure],
            self._on_finding,
            name="The doctor finds",
            columns=2,
        )
        for each in FindingOnFigure:
            self.finding_chips.chip(each).setProperty("tight", True)
        self._quality_caption = label(f"QUALITY, UP TO {MOST_QUALITIES}", "caption")
        self._finding_caption = label("THE DOCTOR FINDS", "caption")
        for part in (self._finding_caption, self.finding_chips):
            part.hide()
        self.details = SiteDetails(self._describe, palette)
        self.links = SiteLinks(desk)
        self.details.add_part("TO OTHER PAINS", self.links)
        self.details.hide()
        self.more_button = button("More", self._fold, flat=True)
        self.more_button.setCheckable(True)
        self._colours = palette
        self.note = NoteEdit(self._on_note, "In the patient's words, or yours")
        self.note.setAccessibleName("Note to the selected pain site")
        self.note.setMinimumHeight(NOTE_HEIGHT_PX)
        self._legend = MarkLegend(palette)
        self._said = self._made_said()
        self._empty = self._made_empty()
        box = column(self._said, self._empty, spacing=0)
        box.setAlignment(self._empty, Qt.AlignmentFlag.AlignTop)
        self.setLayout(box)
        self.show_site(None)

    def _made_said(self) -> QWidget:
        said = QWidget()
        box = column(margins=16, spacing=6)
        for part in (self.sentence, self._layer):
            box.addWidget(part)
        box.addSpacing(2)
        box.addLayout(row(self.add_button, -1, self.remove_button))
        box.addSpacing(10)
        box.addLayout(row(label("INTENSITY NOW", "caption"), -1, self._intensity))
        box.addWidget(self.strip)
        box.addSpacing(10)
        box.addWidget(self._quality_caption)
        box.addWidget(self.quality_chips)
        box.addWidget(self._finding_caption)
        box.addWidget(self.finding_chips)
        box.addSpacing(10)
        box.addWidget(label("DEPTH", "caption"))
        box.addWidget(self.depth_chips)
        self.more_button.setProperty("flush", True)
        box.addLayout(row(self.more_button, -1))
        box.addWidget(self.details)
        box.addSpacing(4)
        box.addWidget(label("NOTE", "caption"))
        box.addWidget(self.note, 1)
        said.setLayout(box)
        return _scrolled(said)

    def _made_empty(self) -> QWidget:
        empty = card()
        box = column(margins=16, spacing=6)
        box.addWidget(label("Where does it hurt?", "heading"))
        box.addWidget(
            label(
                "Click a region of the figure, or draw with the brush. Each click makes a pain "
                "site; say here how strong it is and what it is like.",
                "muted",
                wrap=True,
            )
        )
        box.addSpacing(10)
        for keys, words in _KEYS:
            key = label(keys, "caption")
            key.setFixedWidth(84)
            meaning = label(words, "faint", wrap=True)
            line = row(spacing=8)
            line.addWidget(key, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(meaning, 1)
            box.addLayout(line)
        box.addSpacing(14)
        box.addWidget(label("MARKS", "caption"))
        box.addWidget(self._legend)
        empty.setLayout(box)
        return empty

    # --- what is shown

    def show_site(self, site: PainSite | None) -> None:
        """Show `site`; what was being typed belongs to the one shown before."""
        before, now = self._site_id, site.id if site is not None else None
        if before != now:
            self.hand_in()
        self._site_id = now
        self._said.setVisible(site is not None)
        self._empty.setVisible(site is None)
        if site is None:
            self.note.show_text("")
            self.details.forget()
            return
        visit = self._desk.open_visit.visit
        marks = visit.marks_of(site.id)
        self.sentence.setText(pain_sentence(replace(site, note=""), marks, visit))
        layers = [each for each in AuthorLayer if any(mark.layer is each for mark in marks)]
        self._layer.setText(" and ".join(LAYER_WORDS[each] for each in layers))
        asked = site.intensity is not None
        self._intensity.setText(f"{site.intensity}/10" if asked else "not asked")
        self.strip.show_value(site.intensity)
        self.quality_chips.set_chosen(site.qualities)
        self.depth_chips.set_chosen([] if site.depth is None else [site.depth])
        self.note.show_text(site.note)
        found = AuthorLayer.DOCTOR in layers
        for part in (self._quality_caption, self.quality_chips):
            part.setVisible(not found)
        for part in (self._finding_caption, self.finding_chips):
            part.setVisible(found)
        self.finding_chips.set_chosen([] if site.finding is None else [site.finding])
        self.details.show_site(site)
        self.links.show_site(visit, site)
        self._name_more(site)

    def _fold(self) -> None:
        self.details.setVisible(self.more_button.isChecked())
        site = self._site()
        if site is not None:
            self._name_more(site)

    def _name_more(self, site: PainSite) -> None:
        spoken = (link for link in self._desk.open_visit.visit.pain_links if link.arrow is None)
        count = recorded(site) + sum(link.from_site == site.id for link in spoken)
        if self.more_button.isChecked():
            text = "Less"
        else:
            text = f"More, {count} recorded" if count else "More: worst, pattern ..."
        self.more_button.setText(text)

    def hand_in(self) -> None:
        """Hand in what is still being typed."""
        self.note.hand_in()
        self.details.hand_in()

    def toggle_quality(self, quality: Quality) -> None:
        """Choose a quality or take it back; for its key."""
        site = self._site()
        if site is None:
            return
        if self.quality_chips.isHidden():
            self._desk.say("The doctor's findings have no quality of pain.")
            return
        self.quality_chips.chip(quality).click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        dress(self.quality_chips, self._colours, roomy=self.width() >= ROOMY_PX)

    def show_adding(self, adding: bool) -> None:
        self.add_button.setChecked(adding)

    def set_colours(self, palette: Palette) -> None:
        self._colours = palette
        self.strip.set_colours(palette)
        self.details.set_colours(palette)
        dress(self.quality_chips, palette, roomy=self.width() >= ROOMY_PX)
        self._legend.set_colours(palette)

    # --- what is changed

    def _site(self) -> PainSite | None:
        if self._site_id is None or not self._desk.is_open:
            return None
        item = self._desk.open_visit.visit.find(self._site_id)
        return item if isinstance(item, PainSite) else None

    def _describe(self, what: str, **fields: Any) -> None:
        site = self._site()
        if site is not None:
            # what is said anew is no longer said to be as at the last visit
            now = replace(site, unchanged_from=None, **fields)
            self._desk.apply(describe_pain(now, label=what))

    def _on_quality(self, chosen: tuple[object, ...]) -> None:
        self._describe("quality of pain", qualities=tuple(Quality(str(each)) for each in chosen))

    def _on_depth(self, chosen: tuple[object, ...]) -> None:
        self._describe("depth of pain", depth=Depth(str(chosen[0])) if chosen else None)

    def _on_finding(self, chosen: tuple[object, ...]) -> None:
        finding = FindingOnFigure(str(chosen[0])) if chosen else None
        self._describe("what the doctor finds", finding=finding)

    def _on_note(self, text: str) -> None:
        self._describe("note to the pain site", note=text)
