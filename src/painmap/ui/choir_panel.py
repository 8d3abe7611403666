"""The panel that takes a CHOIR list over: its text, which numbering, and what to take."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QPlainTextEdit,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
)

from painmap.bodymap.choir_list import Numbering, SegmentProposal
from painmap.bodymap.figure import Region
from painmap.domain.anatomy import Side
from painmap.domain.sentences import plural
from painmap.services.list_files import read_list_file
from painmap.ui.desk import Desk
from painmap.ui.map_choir import ChoirImport, Wanted
from painmap.ui.widgets import Chips, button, card, column, label, row

ABOUT = (
    "What you take is stored as ticked on the list, and marked as the patient's, each segment as a "
    "pain of its own."
)
QUESTION = (
    "Which numbering does the list use? 112 to 117 mean other segments on Stanford's own female "
    "map. REDCap has the male numbering on both of its maps."
)
CHOICES = (
    (Numbering.MALE, "Male, or REDCap"),
    (Numbering.FEMALE, "Stanford's female"),
)
TEXT_PX = 64


class ChoirPanel(QFrame):
    """Stands in the place of the selected site while a list is taken over.

    Parameters
    ----------
    desk : Desk
    work : ChoirImport
    on_close : callable
    """

    def __init__(self, desk: Desk, work: ChoirImport, on_close: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.setAccessibleName("Import a CHOIR list")
        self._desk, self._work = desk, work
        self._rows: list[Wanted] = []
        self.close_button = button("Close", on_close, flat=True)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText("f01,f17,b19 or 101, 117, 219")
        self.text.setAccessibleName("CHOIR segments of the list")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(TEXT_PX)
        self.read_button = button("Read the list", self._read, primary=True)
        self.file_button = button("From a file ...", self._choose_file)
        self.words = label(wrap=True)
        self.words.setAccessibleName("What was read")
        self.question = card("question")
        self.numbering = Chips(CHOICES, self._chosen, name="Numbering")
        self._asked = label(QUESTION, wrap=True)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Segments and the regions that they may mean")
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setIndentation(14)
        self.left = label(tone="muted", wrap=True)
        self.one_button = button("Take the chosen line", self._take_one)
        self.all_button = button("Take all", self._take_all, primary=True)
        self.stored = label(tone="muted", wrap=True)
        self.stored.setAccessibleName("CHOIR answer of this visit")
        self.back_button = button("Take the list back", self._work.take_list_back, flat=True)
        self.back_button.setToolTip("Take the stored answers away; marks on the figure stay")
        self._arrange()
        self.text.textChanged.connect(self._work.forget)
        self.tree.itemActivated.connect(lambda *_: self._take_one())
        self.tree.currentItemChanged.connect(lambda *_: self._on_line())
        self.refresh()

    def _arrange(self) -> None:
        self.question.setLayout(column(self._asked, self.numbering, margins=12, spacing=8))
        box = column(margins=16, spacing=10)
        box.addLayout(row(label("Import a CHOIR list", "heading"), -1, self.close_button))
        box.addWidget(self.text)
        box.addLayout(row(self.read_button, self.file_button, -1))
        box.addWidget(self.words)
        box.addWidget(self.question)
        box.addWidget(self.tree, 1)
        self._about = label(ABOUT, "faint", wrap=True)
        box.addWidget(self._about)
        box.addWidget(self.left)
        box.addLayout(row(self.all_button, self.one_button, -1))
        kept = row()
        kept.addWidget(self.stored, 1)
        kept.addWidget(self.back_button)
        box.addLayout(kept)
        box.addStretch(0)
        self.setLayout(box)
        self.tree.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.setFocusProxy(self.text)

    # --- the list

    def begin(self) -> None:
        """Another visit: what was typed belongs to the one before."""
        self.text.clear()
        self._work.forget()

    def _read(self) -> None:
        self._work.read_text(self.text.toPlainText())

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "A list of CHOIR segments", "", "Lists (*.txt *.csv);;All files (*)"
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Read a list from a file, for the visit that is open now."""
        here = self._desk.open_visit.visit.id
        self._desk.ask_records(
            partial(read_list_file, path), lambda text: self._on_file(text, here)
        )

    def _on_file(self, text: str, visit_id: object) -> None:
        if self._desk.is_open and self._desk.open_visit.visit.id == visit_id:
            self.text.setPlainText(text)
            self._read()

    def _chosen(self, values: tuple[object, ...]) -> None:
        """None chosen is the question again."""
        (value,) = values or (None,)
        if isinstance(value, Numbering):
            self._work.choose(value)
        else:
            self._read()

    # --- what is proposed

    def refresh(self) -> None:
        """Show what is proposed, and what is marked by now."""
        read, work = self._work.read, self._work
        self.words.setText(read.sentence() if read is not None else "")
        self.words.setVisible(read is not None)
        self.question.setVisible(work.asks)
        self._asked.setText(QUESTION if work.numbering is None else "Numbering of the list")
        self.numbering.set_chosen((work.numbering,) if work.numbering else ())
        proposed = bool(work.proposals)
        for part in (self.tree, self._about, self.left, self.all_button, self.one_button):
            part.setVisible(proposed)
        self._fill()
        self._show_stored()
        if not proposed:
            return
        waiting = sum(len(regions) for _, regions in work.waiting())
        self.all_button.setText(f"Take all {waiting}" if waiting else "Take all")
        self.all_button.setEnabled(bool(waiting or work.to_store))
        partly = sum(
            not work.is_marked(each, region) for each in work.proposals for region, _ in each.partly
        )
        more = f" {partly} more only perhaps: take them one by one." if partly else ""
        self.left.setText(f"{plural(waiting, 'region')} to take.{more}")

    def _fill(self) -> None:
        top_number, child_number = self._chosen_place()
        self.tree.clear()
        self._rows = []
        for each in self._work.proposals:
            item = self._item(each.words, (each, each.whole))
            self.tree.addTopLevelItem(item)
            for region in each.whole:
                item.addChild(self._item(self._said(each, region), (each, (region,))))
            for region, why in each.partly:
                words = f"perhaps {self._said(each, region)}"
                item.addChild(self._item(words, (each, (region,)), why))
        self.tree.expandAll()
        top = self.tree.topLevelItem(top_number)
        child = top.child(child_number) if top is not None and child_number >= 0 else None
        if top is not None:
            self.tree.setCurrentItem(child or top)
        self._on_line()

    def _show_stored(self) -> None:
        stored = self._work.stored
        self.stored.setText(f"{plural(len(stored), 'segment')} stored as ticked on a list.")
        self.stored.setVisible(bool(stored))
        self.back_button.setVisible(bool(stored))

    def _said(self, proposal: SegmentProposal, region: Region) -> str:
        name = region.name if region.side is Side.MIDLINE else f"{region.side.word} {region.name}"
        return f"{name}: marked" if self._work.is_marked(proposal, region) else name

    def _item(self, words: str, wanted: Wanted, why: str = "") -> QTreeWidgetItem:
        item = QTreeWidgetItem([words])
        item.setToolTip(0, f"{words}: {why}" if why else words)
        item.setData(0, Qt.ItemDataRole.UserRole, len(self._rows))
        self._rows.append(wanted)
        return item

    def _chosen_place(self) -> tuple[int, int]:
        """Numbers of the chosen segment and of its region; -1 for none."""
        item = self.tree.currentItem()
        if item is None:
            return -1, -1
        above = item.parent()
        if above is None:
            return self.tree.indexOfTopLevelItem(item), -1
        return self.tree.indexOfTopLevelItem(above), above.indexOfChild(item)

    # --- taking

    def _chosen_line(self) -> Wanted | None:
        """What the chosen line would mark."""
        item = self.tree.currentItem()
        if item is None:
            return None
        proposal, regions = self._rows[item.data(0, Qt.ItemDataRole.UserRole)]
        left = tuple(each for each in regions if not self._work.is_marked(proposal, each))
        return (proposal, left) if left or proposal in self._work.to_store else None

    def _on_line(self) -> None:
        self.one_button.setEnabled(self._chosen_line() is not None)

    def _take_one(self) -> None:
        wanted = self._chosen_line()
        if wanted is not None:
            site = self._work.take([wanted])
            if site is not None:
                self._desk.select(site)

    def _take_all(self) -> None:
        self._work.take_all()
