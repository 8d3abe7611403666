"""Mark where it hurts on the figure, and say how."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.domain.edits import Page
from painmap.domain.pain import AuthorLayer, Mark, PainFree, PainSite, RegionShape
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.ui.body_figures import (
    figure_for,
    figure_of,
    figure_with,
    other_figures,
    shown_elsewhere_words,
    whole_views,
)
from painmap.ui.body_glance import ViewSwitch
from painmap.ui.body_marks import Scene, scene_of
from painmap.ui.body_shapes import label_point
from painmap.ui.body_view import BodyFigure, Hover
from painmap.ui.body_zooms import from_zooms
from painmap.ui.compare_review import Review
from painmap.ui.desk import Changes, Desk, PlaceWanted
from painmap.ui.intensity_keys import IntensityKeys
from painmap.ui.map_figures import VIEW_KEY_WORDS, VIEW_KEYS, AllViews, fill_menu
from painmap.ui.map_ghosts import LastVisit
from painmap.ui.map_marking import Marking
from painmap.ui.map_panel import SitePanel
from painmap.ui.map_question import ClosingQuestion
from painmap.ui.map_toolbar import HOLD_ERASER, TOOL_KEYS, FigureHead, ToolStrip
from painmap.ui.map_words import elsewhere_words, hover_words
from painmap.ui.pages import VisitPage
from painmap.ui.quality_chips import LegendCard
from painmap.ui.quality_registry import BY_LETTER
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.mark_pain import (
    Done,
    Drawn,
    Erased,
    MarkTool,
    Pointed,
    Radiated,
    Ringed,
    Tapped,
    Ticked,
    Touched,
)
from painmap.ui.tools.pen_path import bowed
from painmap.ui.widgets import button, card, column, label, row

FIRST_VIEW = "back"
SWITCH_SHARE, SMALL_SWITCH_SHARE, SWITCH_SHAPE = 0.30, 0.21, 0.52
"""Height of one small figure, or of each of several, as a share of the large one's; and its
width to its height."""
MOST_SWITCHES = 3
LEAST_WORDS_PX = 200
MOST_LETTERS = 0x80
"""Codes of keys from here on are no letters of the Latin alphabet."""
LEGEND_TOP_PX = 6
LEGEND_FITS_PX = 520
"""On a narrower figure the legend would hide the figure and a side letter."""


class MapPage(VisitPage):
    """One large figure with the other view beside it, and what is said of the selected site."""

    page = Page.MAP

    def __init__(self, desk: Desk, icons: Icons, palette: Palette) -> None:
        super().__init__(desk, icons, palette)
        self.marking = Marking(desk)
        self.digits = IntensityKeys(desk)
        self._views_of_gone: dict[UUID, str] = {}
        self._arrow_from: FigurePoint | None = None
        self.figure = BodyFigure(desk.template, palette, FIRST_VIEW)
        self._usual = desk.template
        self.switches = tuple(ViewSwitch(desk.template, palette) for _ in range(3))
        for switch in self.switches:
            switch.setParent(self.figure)
            switch.clicked.connect(lambda _=False, switch=switch: self.show_view(switch.view))
        self.all_views = AllViews(self.figure, palette, self.show_view)
        self.tools = ToolStrip(
            self.choose_tool,
            self.figure.set_brush_width,
            self.figure.fit,
            icons,
            palette,
            self.figure,
        )
        self.legend = LegendCard(palette, self.figure)
        self.head = FigureHead(self.choose_layer, lambda shown: self.legend.setVisible(shown))
        self.panel = SitePanel(
            desk, palette, on_remove=self.marking.remove_selected, on_adding=self._set_adding
        )
        self.last_visit = LastVisit(desk, self._refresh)
        self.question = ClosingQuestion(desk, self._more_pains)
        self.under = label(tone="muted")
        self.under.setAccessibleName("What is under the pointer")
        self.elsewhere = label(tone="warning", wrap=True)
        self.show_there = button("", self._show_elsewhere)
        self._arrange()
        self._connect()
        self.choose_tool(MarkTool.REGION)
        self.choose_layer(AuthorLayer.PATIENT)
        self._refresh()

    def _arrange(self) -> None:
        ground = card()
        inside = column(self.head, margins=2, spacing=0)
        inside.addWidget(self.figure, 1)
        ground.setLayout(inside)
        self.figure.installEventFilter(self)
        self.under.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.under.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        working = QWidget()
        left = column(spacing=8)
        working.setLayout(left)
        left.addWidget(self.last_visit)
        left.addWidget(ground, 1)
        left.addWidget(self.under)
        line = row(self.elsewhere, self.show_there)
        line.setStretch(0, 1)
        left.addLayout(line)
        box = row(spacing=16)
        box.setContentsMargins(20, 14, 20, 12)
        self.review = Review(self.desk, self.colours, working, self.panel)
        box.addWidget(working, 5)
        box.addWidget(self.review, 3)
        self.setLayout(box)
        self.setFocusProxy(self.figure)

    def _connect(self) -> None:
        self.figure.done.connect(self._on_done)
        self.figure.region_tapped.connect(self._on_region)
        self.figure.tool_changed.connect(self._on_tool)
        self.figure.brush_changed.connect(self.tools.widths.show_width)
        self.tools.widths.show_width(self.figure.brush_width)
        self.figure.hovered.connect(self._on_hover)
        self.head.menu.aboutToShow.connect(
            lambda: fill_menu(self.head.menu, self.template, self.show_figure, self.show_view)
        )
        self.desk.opened.connect(self._on_opened)
        self.desk.changed.connect(self._on_changed)
        self.desk.selected.connect(self._on_selected)
        self.desk.closed.connect(self._refresh)

    # --- what is shown

    @property
    def visit(self) -> Visit | None:
        """The open visit, if there is one."""
        return self.desk.open_visit.visit if self.desk.is_open else None

    @property
    def template(self) -> BodyTemplate:
        """The figure that is worked on."""
        return self.figure.template

    @property
    def switch(self) -> ViewSwitch:
        """The first small figure."""
        return self.switches[0]

    def show_view(self, view: str) -> None:
        """Turn the large figure to `view`."""
        if view in self.template.views:
            self.all_views.hide()
            self.figure.show_view(view)
            self._refresh()

    def show_figure(self, map_id: str) -> None:
        """Work on another figure; what was drawn on this one stays on it."""
        figure = figure_of(map_id)
        if figure is not None:
            self._use_figure(figure)

    def _use_figure(self, template: BodyTemplate) -> None:
        view = self.figure.view if self.figure.view in template.views else FIRST_VIEW
        # the figure of the whole window: the small one beside the sites, and the pictures
        self.desk.template = self.marking.template = template
        self.all_views.hide()
        self.figure.show_figure(template, view)
        self._place_corners()
        self._refresh()

    def _scene(self, view: str) -> Scene:
        scene = scene_of(
            self.visit,
            self.template.ref,
            view,
            selected=self.desk.selection,
            layer=self.marking.layer,
            ghosts=self.last_visit.marks(),
        )
        zoomed = from_zooms(self.visit, self.template, view) if self.visit is not None else ()
        return replace(scene, marks=(*scene.marks, *zoomed)) if zoomed else scene

    def _toggle_all_views(self) -> None:
        if self.all_views.isVisible():
            self.all_views.hide()
        else:
            self.all_views.open(self.template, self._scene)

    def choose_tool(self, tool: MarkTool) -> None:
        """Change what the left button does on the figure."""
        self.figure.set_tool(tool)

    def _on_tool(self, tool: MarkTool) -> None:
        self.tools.show_tool(tool)
        self._arrow_from = None
        self._on_hover(self.figure.hover)

    def choose_layer(self, layer: AuthorLayer) -> None:
        """Say whose the next marks are."""
        self.marking.layer = layer
        self.head.show_layer(layer)
        self._refresh()

    def set_colours(self, palette: Palette) -> None:
        super().set_colours(palette)
        self.figure.set_colours(palette)
        self.all_views.set_colours(palette)
        for switch in self.switches:
            switch.set_colours(palette)
        for part in (self.tools, self.panel, self.legend, self.review):
            part.set_colours(palette)

    def _refresh(self) -> None:
        template = self.template
        seen = self.figure.view
        self.figure.show_scene(self._scene(seen))
        self.head.show_view(template.views[seen], template.name)
        others = [view for view in whole_views(template) if view != seen]
        for number, switch in enumerate(self.switches):
            switch.setVisible(number < len(others) and number < MOST_SWITCHES)
            if number < len(others):
                view = others[number]
                switch.show_view(view, VIEW_KEY_WORDS[view], self._scene(view), template)
        self.last_visit.refresh(template.ref)
        self.question.refresh()
        self.panel.show_site(self.marking.selected)
        self.panel.show_adding(self.marking.adding)
        self._say_elsewhere()
        self._on_hover(self.figure.hover)

    def _say_elsewhere(self) -> None:
        """Say what was drawn on another figure, and offer to show it there."""
        visit = self.visit
        there = other_figures(visit, self.template.ref) if visit is not None else {}
        unknown = elsewhere_words(visit, self.template.ref, shown=frozenset(there))
        self.elsewhere.setText(". ".join(filter(None, [shown_elsewhere_words(there), unknown])))
        self.elsewhere.setVisible(bool(self.elsewhere.text()))
        self.show_there.setVisible(bool(there))
        if there:
            self.show_there.setText(f"Show the {next(iter(there)).id} figure")

    def _show_elsewhere(self) -> None:
        there = other_figures(self.visit, self.template.ref) if self.visit is not None else {}
        figure = figure_with(next(iter(there))) if there else None
        if figure is not None:
            self._use_figure(figure)

    def _on_opened(self) -> None:
        visit = self.desk.open_visit.visit
        day = visit.started.astimezone().date()
        self._use_figure(figure_for(self.desk.open_visit.patient, day, visit, self._usual))
        self.question.begin()
        self.review.show_site()
        self.last_visit.begin()
        self.choose_tool(MarkTool.REGION)
        self.choose_layer(AuthorLayer.PATIENT)
        self._set_adding(False)

    def _on_changed(self, changes: Changes) -> None:
        if not changes.touches("pain_sites", "marks", "pain_free", "answers", "pain_links"):
            return
        self._views_of_gone = {
            change.before.id: change.before.view
            for change in changes.items
            if change.after is None and isinstance(change.before, Mark | PainFree)
        }
        self._refresh()

    def _on_selected(self, site_id: UUID | None) -> None:
        self._set_adding(False)
        layers = {mark.layer for mark in self._marks_of(site_id)}
        if layers and self.marking.layer not in layers:
            self.choose_layer(next(iter(layers)))
        self._refresh()

    def _set_adding(self, adding: bool) -> None:
        self.marking.adding = adding and self.marking.selected is not None
        self.panel.show_adding(self.marking.adding)

    def _marks_of(self, site_id: UUID | None) -> tuple[Mark, ...]:
        visit = self.visit
        return visit.marks_of(site_id) if visit is not None and site_id is not None else ()

    def _on_hover(self, hover: Hover) -> None:
        words = hover_words(self.visit, hover, self.figure.tool)
        width = max(self.under.width(), LEAST_WORDS_PX)
        end = Qt.TextElideMode.ElideRight
        self.under.setText(self.under.fontMetrics().elidedText(words, end, width))
        self.under.setToolTip(words if self.under.text() != words else "")

    # --- what is done

    def _on_done(self, outcome: Done) -> None:
        view, marking = self.figure.view, self.marking
        match outcome:
            case Tapped(at=at, add=add):
                self._tap(at, add)
            case Drawn(stroke=stroke, add=add):
                marking.put(view, stroke, add=add)
            case Ringed(points=points, add=add):
                marking.ring(view, points, add=add)
            case Pointed(at=at, add=add):
                marking.point(view, at, add=add)
            case Radiated(points=points):
                marking.radiate(view, points, ends=self._ends_of(points))
            case Ticked(points=points):
                passed = [self.figure.region_at(point) for point in points]
                marking.tick(view, tuple(each.id for each in passed if each is not None))
            case Erased(stroke=stroke):
                marking.erase(view, stroke)
            case Touched(mark=mark):
                marking.touch(mark)

    def _on_region(self, region: str, add: bool) -> None:
        """Enter on a region: what the tool would do there."""
        view, tool, at = self.figure.view, self.figure.tool, self.figure.ink.label_at[region]
        if tool is MarkTool.PAIN_FREE:
            self.marking.tick(view, (region,))
        elif tool is MarkTool.ERASER:
            self.marking.erase_region(view, region)
        elif tool is MarkTool.POINT:
            self.marking.point(view, at, add=add)
        elif tool is MarkTool.ARROW:
            self._arrow_by_keys(region, at)
        elif (ghost := self._ghost_on(region)) is not None:
            self._confirm(ghost)
        else:
            self.marking.tap_region(view, region, add=add)

    def _confirm(self, ghost: UUID) -> None:
        self.desk.select(self.last_visit.confirm(ghost))

    def _ghost_on(self, region: str) -> UUID | None:
        """The ghost that Enter on a region confirms: one that no mark of today covers."""
        marked = any(r.id == region for m in self.figure.scene.marks for r in m.regions)
        ghosts = [] if marked else self.figure.scene.ghosts
        return next((g.id for g in ghosts if any(r.id == region for r in g.regions)), None)

    def _arrow_by_keys(self, region: str, at: FigurePoint) -> None:
        """The first Enter is where the pain is, the second where it radiates to."""
        start, self._arrow_from = self._arrow_from, None
        if start is None or start == at:
            self._arrow_from = at if start is None else None
            said = "From here; press Enter where the pain radiates to." if start is None else ""
            self.figure.say(said)
            return
        points = bowed(start, at)
        self.marking.radiate(self.figure.view, points, ends=self._ends_of(points))

    def _ends_of(self, points: tuple[FigurePoint, ...]) -> tuple[UUID | None, UUID | None]:
        """The marks under the start and under the head of an arrow."""
        return self.figure.mark_at(points[0]), self.figure.mark_at(points[-1])

    def _tap(self, at: FigurePoint, add: bool) -> None:
        """A click: on ink it selects the ink's site, on a region it marks, beside it deselects.

        On a ghost of the last visit it confirms that this pain is still the same.
        """
        ghost = self.figure.ghost_at(at)
        if ghost is not None and self.figure.mark_at(at) is None:
            self._confirm(ghost)
            return
        under = self.figure.mark_at(at)
        mark = self.desk.open_visit.visit.find(under) if under is not None else None
        inked = isinstance(mark, Mark) and not isinstance(mark.shape, RegionShape)
        region = self.figure.region_at(at)
        if under is not None and inked and not add and not self.marking.adding:
            self.marking.touch(under)
        elif region is not None:
            self.marking.tap_region(self.figure.view, region.id, add=add)
        else:
            self.desk.select(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        tools = {ord(letter): tool for tool, letter in TOOL_KEYS.items()}
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and self._key_quality(key):
            return
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if key in VIEW_KEYS:
            self.show_view(VIEW_KEYS[Qt.Key(key)])
        elif key == Qt.Key.Key_F9:
            self._toggle_all_views()
        elif key == Qt.Key.Key_Escape:
            if self.all_views.isVisible():
                self.all_views.hide()
            elif not self.figure.cancel():
                self.desk.select(None)
        elif not plain or not self.desk.is_open:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.marking.remove_selected()
        elif key == ord(HOLD_ERASER):
            if not event.isAutoRepeat():
                self.figure.hold_eraser()
        elif key in tools:
            self.choose_tool(tools[key])
        elif not (event.text().isascii() and event.text().isdigit()) or not self.key_digit(
            int(event.text())
        ):
            super().keyPressEvent(event)

    def _key_quality(self, key: int) -> bool:
        """Alt and the letter of a quality: choose it for the selected site, or take it back."""
        quality = BY_LETTER.get(chr(key)) if key < MOST_LETTERS else None
        if quality is None or self.marking.selected is None:
            return False
        self.panel.toggle_quality(quality)
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == ord(HOLD_ERASER) and not event.isAutoRepeat():
            self.figure.release_eraser()
        else:
            super().keyReleaseEvent(event)

    def key_digit(self, digit: int) -> bool:
        return self.digits.take(digit)

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask while the doctor goes elsewhere: whether all pains are recorded."""
        super().hideEvent(event)
        if not event.spontaneous():  # a window that is minimised leaves nothing
            self.question.ask(self.parentWidget() or self)

    def _more_pains(self) -> None:
        self.desk.place_wanted.emit(PlaceWanted(Page.MAP))
        self.figure.setFocus()

    def hand_in(self) -> None:
        self.panel.hand_in()

    # --- where the doctor is

    def show_items(self, ids: tuple[UUID, ...]) -> None:
        """Turn to the view of the items and select their site; also of one that is gone."""
        visit = self.visit
        if visit is None:
            return
        self.review.show_figure()
        items = [item for item in map(visit.find, ids) if item is not None]
        marks = [item for item in items if isinstance(item, Mark)]
        sites = [item.id for item in items if isinstance(item, PainSite)]
        sites += [mark.site_id for mark in marks]
        marks += [mark for site_id in sites for mark in visit.marks_of(site_id)]
        if marks and not any(mark.template == self.template.ref for mark in marks):
            figure = figure_with(marks[0].template)
            if figure is not None:
                self._use_figure(figure)
        gone = [self._views_of_gone[each] for each in ids if each in self._views_of_gone]
        shown = [mark for mark in marks if mark.template == self.template.ref]
        ticks = [item.view for item in items if isinstance(item, PainFree)]
        views = [mark.view for mark in shown] + ticks + gone
        if views and self.figure.view not in (views if not shown else views[:1]):
            self.show_view(views[0])
        if sites:
            self.desk.select(sites[0])
        if shown:
            self.figure.show_point(label_point(shown[0], self.figure.ink))

    def place(self) -> Mapping[str, Any]:
        camera = self.figure.camera
        return {
            "figure": self.template.ref.id,
            "view": self.figure.view,
            "zoom": round(camera.zoom, 3),
            "centre": [round(camera.centre.x, 1), round(camera.centre.y, 1)],
            "site": str(self.desk.selection) if self.desk.selection else None,
        }

    def restore(self, place: Mapping[str, Any]) -> None:
        if "figure" in place:
            self.show_figure(place["figure"])
        self.show_view(place.get("view", FIRST_VIEW))
        centre = place.get("centre")
        if centre is None:
            self.figure.fit()
        else:
            self.figure.look_at(float(place.get("zoom", 1.0)), FigurePoint(*centre))
        visit, site = self.visit, place.get("site")
        if site and visit is not None and isinstance(visit.find(UUID(site)), PainSite):
            self.desk.select(UUID(site))

    # --- what stands in the corners of the figure

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.figure and event.type() is QEvent.Type.Resize:
            self._place_corners()
        return False

    def _place_corners(self) -> None:
        wide, high = self.figure.width(), self.figure.height()
        count = min(len(whole_views(self.template)) - 1, MOST_SWITCHES)
        share = SWITCH_SHARE if count < 2 else SMALL_SWITCH_SHARE
        height = max(96 if count > 1 else 120, round(high * share))
        width = round(height * SWITCH_SHAPE)
        for number, switch in enumerate(self.switches):
            top = high - (count - number) * (height + 8)
            switch.setGeometry(wide - width - 8, top, width, height)
        self.legend.move(wide - self.legend.width() - 8, LEGEND_TOP_PX)
        self.head.legend.setEnabled(wide >= LEGEND_FITS_PX)
        self.legend.setVisible(self.head.legend.isChecked() and wide >= LEGEND_FITS_PX)
        self.legend.raise_()
        self.tools.fit_into(wide, high)
        self.all_views.fit_into(self.figure.rect())
        self.head.fit_into(wide)
        self._on_hover(self.figure.hover)
