"""What the selected pain is to other pains: said by an arrow, or chosen here in words."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from painmap.domain.edits import link_pains, unlink_pains
from painmap.domain.ids import new_id
from painmap.domain.pain import PainSite
from painmap.domain.pain_links import MUTUAL, PainLink, PainLinkKind
from painmap.domain.sentences import link_words, place_of_pain
from painmap.domain.visit import Visit
from painmap.ui.desk import Desk
from painmap.ui.widgets import column, label, row


class SiteLinks(QWidget):
    """One line for each link of a site, and a button for one more."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: object = None
        self._lines = QWidget()
        self.more = QPushButton("Belongs with ...")
        self.more.setProperty("chip", True)
        self.more.setProperty("tight", True)
        self.more.setToolTip("Say what this pain is to another one; an arrow (W) says it too")
        self._menu = QMenu(self)
        self.more.setMenu(self._menu)
        self._box = column(self._lines, spacing=4)
        self._box.addLayout(row(self.more, -1))
        self.setLayout(self._box)

    def show_site(self, visit: Visit, site: PainSite) -> None:
        """Show what is recorded of a site and others."""
        links = [link for link in visit.pain_links if _is_of(link, site.id)]
        said = [(link, link_words(link, visit)) for link in links]
        others = [(s.id, place_of_pain(visit.marks_of(s.id))) for s in visit.pain_sites]
        others = [each for each in others if each[0] != site.id]
        if self._shown == (site.id, said, others):
            return
        self._shown = (site.id, said, others)
        fresh = QWidget()
        box = column(spacing=4)
        for link, words in said:
            box.addWidget(self._line(link, words))
        fresh.setLayout(box)
        self._box.replaceWidget(self._lines, fresh)
        self._lines.deleteLater()
        self._lines = fresh
        fresh.setVisible(bool(said))
        self._fill(site.id, others)

    def _line(self, link: PainLink, words: str) -> QWidget:
        kinds = QPushButton("Change")
        kinds.setProperty("flat", True)
        kinds.setAccessibleName(f"Change: {words}")
        menu = QMenu(kinds)
        for kind in PainLinkKind:
            action = menu.addAction(kind.value, partial(self._change, link, kind))
            action.setCheckable(True)
            action.setChecked(kind is link.kind)
        if link.arrow is None:
            menu.addSeparator()
            menu.addAction("Take back", partial(self._take_back, link))
        kinds.setMenu(menu)
        line = row(label(words, "muted", wrap=True), spacing=4)
        line.setStretch(0, 1)
        line.addWidget(kinds, 0, Qt.AlignmentFlag.AlignTop)
        made = QWidget()
        made.setLayout(line)
        return made

    def _fill(self, site_id: UUID, others: list[tuple[UUID, str]]) -> None:
        self._menu.clear()
        for kind in PainLinkKind:
            part = self._menu.addMenu(f"{kind.value} ...")
            for other, words in others:
                part.addAction(words, partial(self._add, site_id, other, kind))
        self.more.setEnabled(bool(others))

    def _add(self, site_id: UUID, other: UUID, kind: PainLinkKind) -> None:
        self._desk.apply(link_pains(PainLink(new_id(), kind, site_id, to_site=other)))

    def _change(self, link: PainLink, kind: PainLinkKind) -> None:
        self._desk.apply(link_pains(replace(link, kind=kind)))

    def _take_back(self, link: PainLink) -> None:
        self._desk.apply(unlink_pains(link))


def _is_of(link: PainLink, site_id: UUID) -> bool:
    """Whether a link is told at a site: its own ones, and those that hold from either end."""
    return link.from_site == site_id or (link.to_site == site_id and link.kind in MUTUAL)
