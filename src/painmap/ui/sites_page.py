"""The page where all meets: one line a site, and the pains that have none yet."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFrame, QHeaderView, QTableView, QWidget

from painmap.domain.anatomy import Level, Side
from painmap.domain.edits import Edit, Page, change_site, plan_site, remove_site
from painmap.domain.ids import new_id
from painmap.domain.injection import Link, LinkKind, PlannedSite, SiteStatus
from painmap.domain.pain_sides import differs
from painmap.domain.sentences import place_of_pain, planned_sentence
from painmap.domain.visit import Visit
from painmap.ui.body_view import FigureGlance
from painmap.ui.ct_questions import QuestionPanel
from painmap.ui.ct_session import CtSession
from painmap.ui.desk import Changes, Desk, Tone
from painmap.ui.muscle_chooser import MuscleChooser, fill_levels
from painmap.ui.pages import VisitPage
from painmap.ui.pain_side_panel import pain_side_question
from painmap.ui.site_table import MINIATURE_PX, SiteRow, SiteTable
from painmap.ui.theme import Icons, Palette
from painmap.ui.widgets import Chips, NoteEdit, button, column, empty, label, row


class SitesPage(VisitPage):
    """The table of sites, the chosen line's details, and a new site without CT."""

    page = Page.SITES

    def __init__(self, desk: Desk, icons: Icons, palette: Palette, ct: CtSession) -> None:
        super().__init__(desk, icons, palette)
        self._chosen: UUID | None = None
        self.question: QuestionPanel | None = None
        """What stops until it is answered: a site and its pain on different sides."""
        self.model = SiteTable(desk, ct.miniature)
        ct.on_change(self._refresh)
        self.table = self._made_table()
        self._count = label(tone="muted")
        self._slot = column()
        self._detail = SiteDetail(desk, self.ask)
        self._adder = SiteAdder(desk, self._choose, self.ask)
        self._adder.hide()
        self._add = button("Add site", self._open_adder, primary=True)
        self.glance = FigureGlance(desk, palette)
        self.glance.setFixedWidth(168)
        head = row(label("Sites", "title"), 8, self._count, -1, self._add)
        left = column(spacing=12)
        left.addLayout(head)
        left.addLayout(self._slot)
        left.addWidget(self._adder)
        left.addWidget(self.table, 1)
        left.addWidget(self._detail)
        box = row(spacing=14)
        box.setContentsMargins(24, 20, 14, 20)
        box.addLayout(left, 1)
        box.addWidget(self.glance)
        self.setLayout(box)
        self.setFocusProxy(self.table)
        desk.changed.connect(self._on_changed)
        desk.closed.connect(self._refresh)
        desk.closed.connect(lambda: self.ask(None))

    def ask(self, panel: QuestionPanel | None) -> None:
        """Show a question above the table, or take it away (None)."""
        empty(self._slot)
        self.question = panel
        if panel is not None:
            self._slot.addWidget(panel)
            panel.take_focus()

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("Sites, one line a site")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setIconSize(QSize(MINIATURE_PX, MINIATURE_PX))
        table.setWordWrap(True)
        table.setTextElideMode(Qt.TextElideMode.ElideRight)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for index, width in enumerate((176, 56, 176, 82, 104)):
            table.setColumnWidth(index, width)
        header.setStretchLastSection(True)
        table.selectionModel().currentRowChanged.connect(lambda new, _: self._on_row(new.row()))
        return table

    def set_colours(self, palette: Palette) -> None:
        super().set_colours(palette)
        self.glance.set_colours(palette)

    def _on_changed(self, changes: Changes) -> None:
        if changes.touches("planned_sites", "pain_sites", "marks", "links"):
            self._refresh()

    def _refresh(self) -> None:
        chosen = self._chosen
        self.model.refresh()
        sites = sum(1 for each in self.model.rows if each.site is not None)
        words = f"{sites} {'site' if sites == 1 else 'sites'}"
        alone = sum(1 for each in self.model.rows if each.site is None)
        if alone:
            words += f", {alone} {'pain' if alone == 1 else 'pains'} without a site"
        self._count.setText(words)
        self._choose(chosen)

    def _choose(self, item_id: UUID | None) -> None:
        for number, each in enumerate(self.model.rows):
            if each.id == item_id:
                self.table.selectRow(number)
                self._show(each)
                return
        self._chosen = None
        self._detail.show_row(None)

    def _on_row(self, number: int) -> None:
        if 0 <= number < len(self.model.rows):
            self._show(self.model.rows[number])

    def _show(self, chosen: SiteRow) -> None:
        if chosen.id != self._chosen:
            self._detail.note.hand_in()  # what is typed belongs to the line before
        self._chosen = chosen.id
        self._detail.show_row(chosen)
        if chosen.pain is not None:
            self.desk.select(chosen.pain.id)

    def _open_adder(self) -> None:
        chosen = next((each for each in self.model.rows if each.id == self._chosen), None)
        self._adder.open_for(chosen.pain.id if chosen is not None and chosen.pain else None)

    def show_items(self, ids: tuple[UUID, ...]) -> None:
        known = {each.id for each in self.model.rows}
        self._choose(next((each for each in ids if each in known), None))

    def place(self) -> Mapping[str, Any]:
        return {"site": str(self._chosen) if self._chosen else None}

    def restore(self, place: Mapping[str, Any]) -> None:
        self._adder.hide()
        self._refresh()
        if place.get("site"):
            self._choose(UUID(place["site"]))

    def hand_in(self) -> None:
        self._detail.note.hand_in()


class SiteDetail(QFrame):
    """What can be said of the chosen line: status, level, the pain it is for, a note."""

    def __init__(self, desk: Desk, ask: Callable[[QuestionPanel | None], object]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk = desk
        self._ask = ask
        self._row: SiteRow | None = None
        self.sentence = label(wrap=True)
        self.sentence.setProperty("tone", "heading")
        self.status = Chips(
            [(each, each.value) for each in SiteStatus], self._on_status, name="Status"
        )
        self.level = QComboBox()
        self.level.setAccessibleName("Vertebral level")
        self.level.activated.connect(lambda _: self._on_level())
        self.pain = QComboBox()
        self.pain.setAccessibleName("Pain that the site is for")
        self.pain.activated.connect(lambda _: self._on_pain())
        self.note = NoteEdit(self._on_note, "Note to this site")
        self.note.setFixedHeight(38)
        self.pain.setFixedWidth(230)
        self.note.setAccessibleName("Note to this site")
        self._remove = button("Remove site", self._on_remove, flat=True)
        self._hint = label(tone="muted", wrap=True)
        self._controls = QWidget()
        controls = column(spacing=10)
        controls.addLayout(row(self.status, -1, self._remove))
        below = row(self.level, self.pain, self.note)
        below.setStretch(2, 1)
        controls.addLayout(below)
        self._controls.setLayout(controls)
        self.setLayout(column(self.sentence, self._hint, self._controls, margins=16, spacing=10))
        self.show_row(None)

    def show_row(self, chosen: SiteRow | None) -> None:
        self._row = chosen
        site = chosen.site if chosen else None
        self._controls.setVisible(site is not None)
        self._hint.setVisible(site is None)
        if site is None:
            # not capitalize(): it would write the LEFT of a sentence small
            spoken = chosen.spoken if chosen else "no line is chosen"
            self.sentence.setText(spoken[:1].upper() + spoken[1:])
            self._hint.setText(
                "Add site plans a muscle for this pain; on the page CT a target is placed "
                "in the picture."
                if chosen
                else "Mark targets on the page CT, or add a site by muscle, side and level alone."
            )
            return
        visit = self._desk.open_visit.visit
        words = planned_sentence(site, self._desk.muscles, visit)
        self.sentence.setText(words)
        self.status.set_chosen([site.status])
        self._fill_levels(site)
        self.pain.clear()
        self.pain.addItem("no pain linked", None)
        for pain in visit.pain_sites:
            self.pain.addItem(f"for {place_of_pain(visit.marks_of(pain.id))}", pain.id)
        linked = visit.pain_of(site)
        self.pain.setCurrentIndex(max(0, self.pain.findData(linked.id if linked else None)))
        self.note.show_text(site.note)

    def _fill_levels(self, site: PlannedSite) -> None:
        fill_levels(self.level, self._desk.muscles.get(site.muscle_id), site.level)

    def _change(self, label_: str, **fields: Any) -> None:
        if self._row is not None and self._row.site is not None:
            self._desk.apply(change_site(replace(self._row.site, **fields), label=label_))

    def _on_status(self, chosen: tuple[object, ...]) -> None:
        if chosen:
            status = chosen[0]
            self._change(f"site {SiteStatus(str(status)).value}", status=status)
        elif self._row is not None and self._row.site is not None:
            self.status.set_chosen([self._row.site.status])

    def _on_level(self) -> None:
        level = self.level.currentData()
        self._change("level of the site", level=Level(level) if level else None)

    def _on_note(self, text: str) -> None:
        self._change("note to the site", note=text)

    def _on_pain(self) -> None:
        if self._row is None or self._row.site is None:
            return
        visit, site, pain_id = self._desk.open_visit.visit, self._row.site, self.pain.currentData()
        old = frozenset(
            link.id
            for link in visit.links
            if link.from_id == site.id and link.kind is LinkKind.TARGET_FOR_PAIN
        )

        def record(put: tuple[Link, ...]) -> None:
            edit = Edit("pain that the site is for", Page.SITES, put=put, remove=old)
            self._desk.apply(edit)

        if pain_id is None:
            record(())
            return
        left = partial(self.show_row, self._row)
        link_or_ask(site, visit, pain_id, self._ask, lambda link: record((link,)), left)

    def _on_remove(self) -> None:
        if self._row is not None and self._row.site is not None:
            self._desk.apply(remove_site(self._desk.open_visit.visit, self._row.site))
            self._desk.say("Removed the site. Ctrl+Z brings it back.")


def link_or_ask(
    site: PlannedSite,
    visit: Visit,
    pain_id: UUID,
    ask: Callable[[QuestionPanel | None], object],
    record: Callable[[Link], object],
    leave: Callable[[], object],
) -> None:
    """Link a site to its pain; where they lie on different sides, once that is answered for."""
    link = Link(new_id(), LinkKind.TARGET_FOR_PAIN, site.id, pain_id)
    if not differs(site, visit, pain_id):
        record(link)
        return

    def keep(reason: str) -> None:
        ask(None)
        record(replace(link, side_answer=reason))

    def back() -> None:
        ask(None)
        leave()

    ask(pain_side_question(site, visit, pain_id, keep=keep, leave=back))


class SiteAdder(QFrame):
    """A new site by muscle, side and level alone; the side is never preset."""

    def __init__(
        self,
        desk: Desk,
        on_added: Callable[[UUID], None],
        ask: Callable[[QuestionPanel | None], object],
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk = desk
        self._ask = ask
        self._on_added = on_added
        self._pain: UUID | None = None
        self.chooser = MuscleChooser(desk.muscles)
        self._for = label(tone="muted", wrap=True)
        self._add = button("Add", self._on_add, primary=True)
        self._close = button("Close", self.hide, flat=True)
        box = column(margins=16, spacing=10)
        box.addLayout(row(label("New site", "heading"), 8, self._for, -1, self._close))
        box.addWidget(self.chooser)
        box.addLayout(row(-1, self._add))
        self.setLayout(box)

    def open_for(self, pain_id: UUID | None) -> None:
        """Open for a pain site, or for none."""
        self._pain = pain_id
        visit = self._desk.open_visit.visit
        marks = visit.marks_of(pain_id) if pain_id else ()
        self._for.setText(f"for {place_of_pain(marks)}" if marks else "")
        self.chooser.clear_side()
        self.show()
        self.chooser.setFocus()

    def _on_add(self) -> None:
        muscle, side = self.chooser.muscle, self.chooser.side
        if muscle is None:
            self._desk.say("No muscle is chosen.", hint="Choose one.", tone=Tone.WARNING)
            return
        if side is None:
            self._desk.say("No side is chosen.", hint="Choose LEFT or RIGHT.", tone=Tone.WARNING)
            return
        site = PlannedSite(new_id(), muscle.id, Side(side), self.chooser.level)
        edit = plan_site(site)

        def record(put: tuple[Link, ...] = ()) -> None:
            self._desk.apply(replace(edit, put=(*edit.put, *put)))
            self.hide()
            self._on_added(site.id)

        if self._pain is None:
            record()
            return
        visit = self._desk.open_visit.visit
        link_or_ask(site, visit, self._pain, self._ask, lambda link: record((link,)), lambda: None)
