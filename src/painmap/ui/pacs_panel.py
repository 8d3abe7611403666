"""The panel From PACS: choose the PACS, search, fetch, go on with what ended early."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QStackedWidget, QWidget

from painmap.domain.errors import PainmapError
from painmap.domain.sentences import plural
from painmap.imaging.header import PatientIdentity
from painmap.services.pacs import Finding, FoundStudy, Held, Node, differing, query_for
from painmap.services.pacs_access import SecretState
from painmap.services.secrets import NO_KEYRING
from painmap.ui.asking import Asking
from painmap.ui.desk import Desk
from painmap.ui.pacs_fetching import PacsFetching
from painmap.ui.pacs_form import PacsForm
from painmap.ui.pacs_results import Line, ResultTable
from painmap.ui.pacs_search import SearchFields
from painmap.ui.pacs_unfinished import UnfinishedList
from painmap.ui.theme import Palette
from painmap.ui.widgets import button, column, label, restyle, row


class PacsPanel(QFrame):
    """Search at the top, what was found below it, and what can be done at the foot."""

    open_wanted = Signal(object)
    """Path of a study that is here whole."""

    def __init__(
        self,
        desk: Desk,
        fetching: PacsFetching,
        palette: Palette,
        *,
        on_close: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk, self._fetching, self._on_close = desk, fetching, on_close
        self._asking = Asking(desk, self)
        self._stop: Callable[[], None] | None = None
        self._lines: tuple[Line, ...] = ()
        self._patient = desk.open_visit.patient
        self._secret_state = SecretState(can_keep=True, kept=True)
        self._make_parts(palette)
        self._arrange()
        self._remembered = fetching.remembered
        self._remembered.visit = desk.open_visit.visit.id
        self.fields.fill(self._remembered.query or query_for(self._patient))
        self._list_profiles()
        self._show_finding()
        fetching.changed.connect(self._refresh)
        fetching.moved.connect(self._on_moved)
        self.setFocusProxy(self.fields)
        if not fetching.access.profiles():
            self.edit_profile(None)

    def _make_parts(self, palette: Palette) -> None:
        self.profile = QComboBox()
        self.profile.setAccessibleName("PACS")
        self.profile.setMinimumWidth(200)
        self.profile.currentIndexChanged.connect(lambda _: self._on_profile())
        self.fields = SearchFields(self.search)
        self.search_button = button("Search", self.search, primary=True)
        self.secret = QLineEdit()
        self.secret.setAccessibleName("Password")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.returnPressed.connect(self.search)
        self.said = label("", "muted", wrap=True)
        self.table = ResultTable(palette, self.take)
        self.table.itemSelectionChanged.connect(self._on_line)
        self.about = label("", "muted", wrap=True)
        self.unfinished = UnfinishedList(resumed=self._resume, removed=self._discard)
        self.take_button = button("Fetch and open", self.take, primary=True)
        self.again_button = button("Look for more pictures", self.fetch, flat=True)

    def _arrange(self) -> None:
        self.edit_button = button("Change", self._edit_chosen, flat=True)
        self.new_button = button("New PACS", lambda: self.edit_profile(None), flat=True)
        head = row(label("From PACS", "title"), -1, self.profile, self.edit_button, self.new_button)
        secret_line = QWidget()
        self._secret_words = label(NO_KEYRING, "faint", wrap=True)
        line = row(label("Password or token"), self.secret, self._secret_words, spacing=12)
        line.setStretch(2, 1)
        self.secret.setFixedWidth(200)
        secret_line.setLayout(line)
        self._secret_line = secret_line
        self.fields.grid.addWidget(self.search_button, 4, 3)
        box = column(margins=24, spacing=12)
        box.addLayout(head)
        box.addWidget(secret_line)
        box.addWidget(self.fields)
        box.addWidget(self.said)
        box.addWidget(self.table, 1)
        box.addWidget(self.about)
        box.addLayout(
            row(self.take_button, self.again_button, -1, button("Close", self.close_panel))
        )
        box.addWidget(self.unfinished)
        search = QWidget()
        search.setLayout(box)
        self._stack = QStackedWidget()
        self._stack.addWidget(search)
        whole = column(self._stack)
        self.setLayout(whole)

    # --- the profile

    @property
    def node(self) -> Node | None:
        """The profile that is chosen."""
        found: Node | None = self.profile.currentData()
        return found

    def _list_profiles(self, chosen: str = "") -> None:
        nodes = self._fetching.access.profiles()
        self.profile.blockSignals(True)
        self.profile.clear()
        for node in nodes:
            self.profile.addItem(node.name, node)
        index = self.profile.findText(chosen) if chosen else 0
        self.profile.setCurrentIndex(max(index, 0) if nodes else -1)
        self.profile.blockSignals(False)
        self._on_profile()

    def _on_profile(self) -> None:
        node = self.node
        for part in (self.search_button, self.edit_button):
            part.setEnabled(node is not None)
        self._secret_line.hide()
        if node is None or not node.needs_secret:
            return
        self.secret.setText(self._remembered.typed.get(node.name, ""))

        def answered(state: SecretState) -> None:
            self._secret_state = state
            self._secret_line.setVisible(self.node == node and not state.kept)
            self._secret_words.setText(
                "It is not in the keyring; type it here, or keep it with Change."
                if state.can_keep
                else NO_KEYRING
            )

        self._asking.start(self._fetching.access.secret_state(node.name), done=answered)

    def _edit_chosen(self) -> None:
        self.edit_profile(self.node)

    def edit_profile(self, node: Node | None) -> None:
        """Show the form of a profile in place of the search; None for a new one."""
        self._stop_search()
        form = PacsForm(
            self._desk,
            self._fetching.access,
            node,
            on_saved=self._on_saved,
            on_removed=self._leave_form,
            on_close=self._close_form,
        )
        form.setProperty("card", False)
        self._stack.addWidget(form)
        self._stack.setCurrentWidget(form)
        form.setFocus()

    @property
    def form(self) -> PacsForm | None:
        """The form, while it is shown."""
        current = self._stack.currentWidget()
        return current if isinstance(current, PacsForm) else None

    def _on_saved(self, node: Node, typed: str) -> None:
        if typed:
            self._remembered.typed[node.name] = typed
        self._leave_form(node.name)

    def _close_form(self) -> None:
        self._leave_form()
        if self.node is None:
            self.close_panel()

    def _leave_form(self, chosen: str = "") -> None:
        form = self.form
        if form is not None:
            self._stack.removeWidget(form)
            form.deleteLater()
        self._list_profiles(chosen)
        self.fields.setFocus()

    # --- the search

    def search(self) -> None:
        """Ask the PACS for studies."""
        node = self.node
        if node is None:
            return
        if self._stop is not None:
            self._stop_search()
            self._say("Stopped.")
            return
        try:
            query = self.fields.query()
        except ValueError as error:
            self._say(str(error), warning=True)
            return
        self._remembered.query = query
        self._say("Searching the PACS ...")
        self.search_button.setText("Stop")
        self._stop = self._asking.start(
            self._fetching.access.searching(node, query, self._typed(node)),
            done=self._found,
            failed=self._not_found,
        )

    def _typed(self, node: Node) -> str:
        typed = self.secret.text() if not self._secret_line.isHidden() else ""
        if typed:
            self._remembered.typed[node.name] = typed
        return typed or self._remembered.typed.get(node.name, "")

    def _found(self, finding: Finding) -> None:
        self._stop_search()
        self._remembered.finding = finding
        self._show_finding()
        if self.table.rowCount():
            self.table.setFocus()

    def _not_found(self, error: BaseException) -> None:
        self._stop_search()
        if isinstance(error, PainmapError):
            self._say(str(error), warning=True)
        else:
            self._say("")
            self._desk.show_error(error)

    def _stop_search(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        self.search_button.setText("Search")

    def _show_finding(self) -> None:
        finding, chosen = self._remembered.finding, self._remembered.chosen
        if finding is not None:
            count = plural(len(finding.studies), "study", "studies")
            words = f"{count} found." if finding.studies else "The PACS found no such study."
            if finding.cut:
                words = f"The first {count}; the PACS has more. Narrow the search."
            self._say(words)
        self._refresh()
        if chosen:
            self.table.choose(chosen)

    def _say(self, words: str, *, warning: bool = False) -> None:
        self.said.setText(words)
        self.said.setProperty("tone", "warning" if warning else "muted")
        restyle(self.said)

    # --- what was found

    def _refresh(self) -> None:
        """Show every study as far as it is here."""
        finding = self._remembered.finding
        studies = finding.studies if finding is not None else ()
        self._lines = tuple(self._line(study) for study in studies)
        self.table.show_lines(self._lines)
        self._on_line()
        self._list_unfinished({study.study_uid for study in studies})

    def _on_moved(self) -> None:
        """Show how far the study is that is being fetched; nothing is read from the disk."""
        current = self._fetching.study
        if current is not None:
            self.table.show_here(current.study_uid, self._how_far())

    def _how_far(self) -> str:
        step = self._fetching.step
        return f"{step.done} of {step.total}" if step and step.total else "fetching ..."

    def _line(self, study: FoundStudy) -> Line:
        current = self._fetching.study
        busy = current is not None and current.study_uid == study.study_uid
        fetching = self._how_far() if busy else ""
        held = self._fetching.access.store.held(study.study_uid)
        return Line(study, held, differing(study, self._patient), fetching)

    @property
    def chosen(self) -> Line | None:
        """The line that is chosen."""
        uid = self.table.chosen_uid
        return next((line for line in self._lines if line.study.study_uid == uid), None)

    def _on_line(self) -> None:
        line = self.chosen
        self.about.setText(line.about if line else "")
        self.about.setProperty("tone", "warning" if line and line.needs_a_look else "muted")
        restyle(self.about)
        self._remembered.chosen = line.study.study_uid if line else ""
        whole = line is not None and line.held is not None and line.held.whole
        started = line is not None and line.held is not None and not whole
        self.take_button.setText("Open" if whole else "Resume" if started else "Fetch and open")
        free = not self._fetching.is_busy
        self.take_button.setEnabled(line is not None and (whole or free))
        self.again_button.setVisible(whole)
        self.again_button.setEnabled(free)

    def take(self) -> None:
        """Open the chosen study, or fetch it first."""
        line = self.chosen
        if line is None or not self.take_button.isEnabled():
            return
        if line.held is not None and line.held.whole:
            self.open_wanted.emit(line.held.pictures)
        else:
            self.fetch()

    def fetch(self) -> None:
        """Fetch what is missing of the chosen study."""
        line, node = self.chosen, self.node
        if line is None or node is None:
            return
        modality = self._remembered.query.modality if self._remembered.query else "CT"
        self._fetching.start(node, line.study, modality=modality, typed=self._typed(node))

    # --- what ended early

    def _list_unfinished(self, shown: set[str]) -> None:
        """List studies that are not whole and that no line above shows."""
        current = self._fetching.study
        busy = {current.study_uid} if current is not None else set()
        store = self._fetching.access.store
        waiting = [held for held in store.unfinished() if held.ledger.study_uid not in shown | busy]
        self.unfinished.show_studies(waiting, can_resume=not self._fetching.is_busy)

    def _resume(self, held: Held) -> None:
        node = self._fetching.access.profiles.named(held.ledger.source)
        if node is None:
            self._say(f"There is no profile {held.ledger.source} any more.", warning=True)
            return
        study = FoundStudy(
            held.ledger.study_uid,
            PatientIdentity(),
            study_date=held.ledger.study_date,
            description=held.ledger.description,
        )
        self._fetching.start(node, study, modality=held.ledger.modality, typed=self._typed(node))

    def _discard(self, held: Held) -> None:
        try:
            self._fetching.access.store.discard(held.ledger.study_uid)
        except PainmapError as error:
            self._say(str(error), warning=True)
        self._refresh()

    # --- leaving

    def close_panel(self) -> None:
        """Put the panel away; what is being fetched goes on."""
        self._stop_search()
        self._on_close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)
