"""Mark where it hurts on the figure, and say how."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from painmap.bodymap.template import BodyTemplate
from painmap.domain.edits import Page
from painmap.domain.pain import AuthorLayer, Mark, PainFree, PainSite
from painmap.domain.places import FigurePoint
from painmap.domain.visit import Visit
from painmap.services.settings import Settings
from painmap.ui.body_figures import (
    figure_for,
    figure_of,
    figure_with,
    whole_views,
)
from painmap.ui.body_glance import ViewSwitch
from painmap.ui.body_marks import Scene, scene_of
from painmap.ui.body_shapes import label_point
from painmap.ui.body_view import BodyFigure, Hover
from painmap.ui.body_warm import Readiness
from painmap.ui.body_zooms import from_zooms
from painmap.ui.compare_review import Review
from painmap.ui.ct_labels import ElidedLabel
from painmap.ui.desk import Changes, Desk, PlaceWanted
from painmap.ui.intensity_keys import IntensityKeys
from painmap.ui.map_choir import ChoirImport
from painmap.ui.map_corners import MOST_SWITCHES, Corners
from painmap.ui.map_elsewhere import Elsewhere
from painmap.ui.map_figures import VIEW_KEY_WORDS, VIEW_KEYS, AllViews, fill_menu
from painmap.ui.map_ghosts import LastVisit
from painmap.ui.map_hands import FigureHands
from painmap.ui.map_marking import Marking
from painmap.ui.map_overlays import add_switches
from painmap.ui.map_panel import SitePanel
from painmap.ui.map_pen import PenMenu
from painmap.ui.map_question import ClosingQuestion
from painmap.ui.map_toolbar import HOLD_ERASER, TOOL_KEYS, FigureHead, ToolStrip
from painmap.ui.map_words import hover_words
from painmap.ui.pages import VisitPage
from painmap.ui.quality_registry import BY_LETTER
from painmap.ui.theme import Icons, Palette
from painmap.ui.tools.mark_pain import MarkTool
from painmap.ui.widgets import card, column, row

FIRST_VIEW = "back"


class MapPage(VisitPage):
    """One large figure with the other view beside it, and what is said of the selected site."""

    page = Page.MAP

    def __init__(
        self, desk: Desk, icons: Icons, palette: Palette, settings: Settings | None = None
    ) -> None:
        super().__init__(desk, icons, palette)
        self.marking = Marking(desk)
        self.digits = IntensityKeys(desk)
        self._views_of_gone: dict[UUID, str] = {}
        self.figure = BodyFigure(desk.template, palette, FIRST_VIEW)
        self._usual = desk.template
        self.readiness = Readiness(self, self._readying, self._is_busy)
        self.switches = tuple(ViewSwitch(desk.template, palette) for _ in range(3))
        for switch in self.switches:
            switch.setParent(self.figure)
            switch.clicked.connect(lambda _=False, switch=switch: self.show_view(switch.view))
            switch.waited.connect(lambda: self.readiness.hasten())
        self.all_views = AllViews(self.figure, palette, self.show_view)
        self.all_views.waited.connect(lambda: self.readiness.hasten())
        self.tools = ToolStrip(
            self.choose_tool,
            self.figure.set_brush_width,
            self.figure.fit,
            icons,
            palette,
            self.figure,
        )
        self.pen = PenMenu(self.figure.set_pen_hand, settings, self)
        self.tools.pen.setMenu(self.pen)
        self.head = FigureHead(self.choose_layer)
        self.corners = Corners(
            self.figure,
            self.switches,
            self.tools,
            self.head,
            self.all_views,
            palette,
            on_placed=lambda: self._on_hover(self.figure.hover),
        )
        self.panel = SitePanel(
            desk, palette, on_remove=self.marking.remove_selected, on_adding=self._set_adding
        )
        self.last_visit = LastVisit(desk, self._refresh)
        self.choir = ChoirImport(desk, self._refresh)
        self.hands = FigureHands(desk, self.figure, self.marking, self.last_visit, self.choir)
        self.question = ClosingQuestion(desk, self._more_pains)
        self.under = ElidedLabel()
        self.under.setProperty("tone", "muted")
        self.under.setAccessibleName("What is under the pointer")
        self.elsewhere = Elsewhere(desk, self._use_figure)
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
        self.under.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.under.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        working = QWidget()
        left = column(spacing=8)
        working.setLayout(left)
        left.addWidget(self.last_visit)
        left.addWidget(ground, 1)
        left.addWidget(self.under)
        left.addWidget(self.elsewhere)
        box = row(spacing=16)
        box.setContentsMargins(20, 14, 20, 12)
        self.review = Review(self.desk, self.colours, working, self.panel, self.choir)
        self.review.changed.connect(self._refresh)
        box.addWidget(working, 5)
        box.addWidget(self.review, 3)
        self.setLayout(box)
        self.setFocusProxy(self.figure)

    def _connect(self) -> None:
        self.figure.tool_changed.connect(self._on_tool)
        self.figure.brush_changed.connect(self.tools.widths.show_width)
        self.tools.widths.show_width(self.figure.brush_width)
        self.figure.hovered.connect(self._on_hover)
        self.head.menu.aboutToShow.connect(self._fill_menu)
        self.desk.overlays.changed.connect(self._show_overlays)
        self._show_overlays()
        for letter, quality in BY_LETTER.items():
            # a shortcut, so that it works wherever the focus is on the page
            keys = QShortcut(QKeySequence(f"Alt+{letter}"), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(partial(self.panel.toggle_quality, quality))
        self.desk.opened.connect(self._on_opened)
        self.desk.changed.connect(self._on_changed)
        self.desk.selected.connect(self._on_selected)
        self.desk.closed.connect(self.review.begin)
        self.desk.closed.connect(self._refresh)

    def _fill_menu(self) -> None:
        fill_menu(
            self.head.menu,
            self.template,
            self.show_figure,
            self.show_view,
            self.corners.turn_legend,
        )
        add_switches(self.head.menu, self.desk.overlays)
        self.head.menu.addSeparator()
        taking = self.head.menu.addAction("Import a CHOIR list ...", self.review.show_choir)
        taking.setEnabled(self.desk.is_open)

    def _show_overlays(self) -> None:
        self.figure.show_overlays(self.desk.overlays.shown)

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
        self.choir.use_figure(template)
        self.all_views.hide()
        self.figure.show_figure(template, view)
        self.corners.place()
        self._refresh()

    def _scene(self, view: str) -> Scene:
        scene = scene_of(
            self.visit,
            self.template.ref,
            view,
            selected=self.desk.selection,
            layer=self.marking.layer,
            ghosts=(*self.last_visit.marks(), *self.choir.marks()),
        )
        zoomed = from_zooms(self.visit, self.template, view) if self.visit is not None else ()
        return replace(scene, marks=(*scene.marks, *zoomed)) if zoomed else scene

    def _toggle_all_views(self) -> None:
        if self.all_views.isVisible():
            self.all_views.hide()
        else:
            self.all_views.open(self.template, self._scene)
            self.readiness.begin()

    def choose_tool(self, tool: MarkTool) -> None:
        """Change what the left button does on the figure."""
        self.figure.set_tool(tool)

    def _on_tool(self, tool: MarkTool) -> None:
        self.tools.show_tool(tool)
        self.hands.forget_arrow()
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
        for part in (self.tools, self.panel, self.corners, self.review):
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
        self.review.refresh()
        self.question.refresh()
        self.panel.show_site(self.marking.selected)
        self.panel.show_adding(self.marking.adding)
        self.elsewhere.show_for(template.ref)
        self._on_hover(self.figure.hover)
        if self.isVisible():
            self.readiness.begin()

    def _is_busy(self) -> bool:
        return self.figure.is_drawing or not self.figure.is_whole

    def _small_figures(self) -> tuple[ViewSwitch, ...]:
        """Those that are seen now."""
        if self.all_views.isVisible():
            return tuple(self.all_views.switches)
        return tuple(switch for switch in self.switches if switch.isVisible())

    def _readying(self) -> Iterator[None]:
        """Small figures that are seen; then what the next turn will show, large and small."""
        for small in self._small_figures():
            yield from small.arriving()
        seen = self.figure.view
        for view in whole_views(self.template):
            if view != seen:
                yield from self.figure.readying(view, self._scene(view))
            elif self.switch.isVisible():
                yield from self.switch.readying(view, self._scene(view))

    def _on_opened(self) -> None:
        visit = self.desk.open_visit.visit
        day = visit.started.astimezone().date()
        self._use_figure(figure_for(self.desk.open_visit.patient, day, visit, self._usual))
        self.question.begin()
        self.review.begin()
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
        self.under.show_text(words)

    # --- the keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        tools = {ord(letter): tool for tool, letter in TOOL_KEYS.items()}
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if key in VIEW_KEYS:
            turn = self.review.turn if self.review.is_comparing else self.show_view
            turn(VIEW_KEYS[Qt.Key(key)])
        elif key == Qt.Key.Key_Escape and self.review.is_comparing:
            self.review.show_figure()
        elif key == Qt.Key.Key_F9:
            self.review.show_figure()
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

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == ord(HOLD_ERASER) and not event.isAutoRepeat():
            self.figure.release_eraser()
        else:
            super().keyReleaseEvent(event)

    def key_digit(self, digit: int) -> bool:
        return self.digits.take(digit)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.readiness.begin()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ask while the doctor goes elsewhere: whether all pains are recorded."""
        super().hideEvent(event)
        self.readiness.stop()
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
