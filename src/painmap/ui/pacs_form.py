"""The profile of a PACS: how it is reached, tried out before it is kept."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QFrame, QLabel, QLineEdit, QWidget

from painmap.domain.errors import PainmapError
from painmap.services.pacs import Auth, Kind, Node, Retrieve
from painmap.services.pacs_access import PacsAccess, SecretState
from painmap.services.secrets import NO_KEYRING
from painmap.ui.asking import Asking
from painmap.ui.desk import Desk
from painmap.ui.widgets import Chips, button, column, label, row

KEPT = "kept in the keyring of this system"


WHO_KNOWS = (
    "The department that runs the PACS knows these, and has to enter painmap there as well. They "
    "are asked for once."
)


class PacsForm(QFrame):
    """Fields of one profile; "Test connection" asks the PACS with what stands in them.

    Parameters
    ----------
    node : Node or None
        The profile to change; None for a new one.
    on_saved : callable
        Called with the profile that was kept and the password where no keyring keeps it.
    on_removed, on_close : callable
    """

    def __init__(
        self,
        desk: Desk,
        access: PacsAccess,
        node: Node | None,
        *,
        on_saved: Callable[[Node, str], None],
        on_removed: Callable[[], None],
        on_close: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._desk, self._access, self._before = desk, access, node
        self._on_saved, self._on_removed, self._on_close = on_saved, on_removed, on_close
        self._state = SecretState(can_keep=True, kept=False)
        self._asking = Asking(desk, self)
        self._stop: Callable[[], None] | None = None
        self._make_fields()
        self._arrange()
        self._fill(node)
        self._refresh()
        self._ask_keyring()

    def _make_fields(self) -> None:
        self.name = self._field("Name of the profile", "such as Hospital")
        self.kind = self._chips(
            "Connection", (Kind.DIMSE, "DICOM (DIMSE)"), (Kind.DICOMWEB, "DICOMweb")
        )
        self.host = self._field("Address", "such as 10.0.0.7 or pacs.hospital.org")
        self.port = self._field("Port", narrow=True)
        self.title = self._field("AE title of the PACS")
        self.own_title = self._field("AE title of this program")
        self.retrieve = self._chips(
            "Pictures come",
            (Retrieve.GET, "on the same connection (C-GET)"),
            (Retrieve.MOVE, "to this computer (C-MOVE)"),
        )
        self.receiver_port = self._field("Receiving port", narrow=True)
        self.tls = self._chips("Encryption", (False, "none"), (True, "TLS"))
        self.url = self._field("Address", "such as https://pacs.hospital.org/dicom-web")
        self.auth = self._chips(
            "Login",
            (Auth.NONE, "none"),
            (Auth.BASIC, "user and password"),
            (Auth.BEARER, "token"),
        )
        self.user = self._field("User name")
        self.secret = self._field("Password")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.ca_file = self._field("Certificate authority", "PEM file; empty: the usual ones")
        self.result = label("", "muted", wrap=True)
        self.note = label("", "warning", wrap=True)

    def _field(self, name: str, example: str = "", *, narrow: bool = False) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setPlaceholderText(example)
        edit.returnPressed.connect(self.save)
        edit.textEdited.connect(lambda _: self._say(""))
        if narrow:
            edit.setFixedWidth(110)
        return edit

    def _chips(self, name: str, *choices: tuple[object, str]) -> Chips:
        chips = Chips(choices, lambda chosen: self._chosen(chips, chosen), name=name)
        for value, _ in choices:  # the chosen word is semi-bold, and wider
            chips.chip(value).setMinimumWidth(chips.chip(value).sizeHint().width() + 14)
        chips.set_chosen([choices[0][0]])
        return chips

    def _chosen(self, chips: Chips, chosen: tuple[object, ...]) -> None:
        """One of them always holds; a click on the chosen one changes nothing."""
        if not chosen:
            chips.set_chosen([self._held[id(chips)]])
        self._held[id(chips)] = chips.chosen[0]
        self._say("")
        self._refresh()

    def _arrange(self) -> None:
        self._form = QFormLayout()
        self._form.setVerticalSpacing(10)
        self._form.setHorizontalSpacing(16)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        choose = button("Choose ...", self._choose_ca)
        authority = QWidget()
        line = row(self.ca_file, choose)
        line.setStretch(0, 1)
        authority.setLayout(line)
        self._secret_label = QLabel("Password")
        self._rows: dict[QWidget, str] = {
            self.name: "Name",
            self.kind: "Connection",
            self.host: "Address",
            self.port: "Port",
            self.title: "AE title of the PACS",
            self.own_title: "AE title of this program",
            self.retrieve: "Pictures come",
            self.receiver_port: "Receiving port",
            self.tls: "Encryption",
            self.url: "Address",
            self.auth: "Login",
            self.user: "User name",
            authority: "Certificate authority",
        }
        self._authority = authority
        for widget, words in self._rows.items():
            self._form.addRow(words, widget)
        self._form.insertRow(self._form.rowCount() - 1, self._secret_label, self.secret)
        title = f"Change {self._before.name}" if self._before else "New PACS"
        box = column(label(title, "heading"), margins=24, spacing=14)
        box.addWidget(label(WHO_KNOWS, "muted", wrap=True))
        box.addLayout(self._form)
        box.addWidget(self.note)
        box.addWidget(self.result)
        self.test_button = button("Test connection", self.test)
        self.save_button = button("Save", self.save, primary=True)
        self.remove_button = button("Remove profile", self._remove, flat=True)
        self.remove_button.setVisible(self._before is not None)
        box.addLayout(
            row(
                self.test_button,
                -1,
                self.remove_button,
                button("Close", self._close, flat=True),
                self.save_button,
            )
        )
        box.addStretch(1)
        self.setLayout(box)
        self.setFocusProxy(self.name)

    def _fill(self, node: Node | None) -> None:
        given = node or Node("new", host="x", ae_title="X")
        self._held: dict[int, object] = {}
        for chips, value in (
            (self.kind, given.kind),
            (self.retrieve, given.retrieve),
            (self.tls, given.tls),
            (self.auth, given.auth),
        ):
            chips.set_chosen([value])
            self._held[id(chips)] = value
        self.port.setText(str(given.port))
        self.own_title.setText(given.own_ae_title)
        self.receiver_port.setText(str(given.receiver_port))
        if node is not None:
            self.name.setText(node.name)
            self.host.setText(node.host)
            self.title.setText(node.ae_title)
            self.url.setText(node.url)
            self.user.setText(node.user)
            self.ca_file.setText(node.ca_file)

    def _refresh(self) -> None:
        """Show the fields that the chosen kind has."""
        web = self.kind.chosen == (Kind.DICOMWEB,)
        auth = self.auth.chosen[0]
        shown = {
            self.host: not web,
            self.port: not web,
            self.title: not web,
            self.own_title: not web,
            self.retrieve: not web,
            self.receiver_port: not web and self.retrieve.chosen == (Retrieve.MOVE,),
            self.tls: not web,
            self.url: web,
            self.auth: web,
            self.user: web and auth is Auth.BASIC,
            self.secret: web and auth is not Auth.NONE,
            self._authority: web or self.tls.chosen == (True,),
        }
        for widget, visible in shown.items():
            self._form.setRowVisible(widget, visible)
        self._secret_label.setText("Token" if auth is Auth.BEARER else "Password")
        self.secret.setAccessibleName(self._secret_label.text())
        self.secret.setPlaceholderText(KEPT if self._state.kept else "")
        needs = web and auth is not Auth.NONE
        readable = needs and self.url.text().strip().startswith("http:")
        lines = []
        if needs and not self._state.can_keep:
            lines.append(NO_KEYRING)
        if readable:
            lines.append("The address is not https: the password crosses the network readable.")
        self.note.setText(" ".join(lines))
        self.note.setVisible(bool(lines))

    # --- the keyring

    def _ask_keyring(self) -> None:
        def answered(state: SecretState) -> None:
            self._state = state
            self._refresh()

        name = self._before.name if self._before else ""
        self._asking.start(self._access.secret_state(name), done=answered)

    # --- what can be done

    def _node(self) -> Node | None:
        """Give the profile as it stands in the fields; None when it cannot be, and say why."""
        web = self.kind.chosen == (Kind.DICOMWEB,)
        try:
            return Node(
                name=self.name.text().strip(),
                kind=Kind(str(self.kind.chosen[0])),
                host="" if web else self.host.text().strip(),
                port=_number(self.port.text()),
                ae_title=self.title.text().strip(),
                own_ae_title=self.own_title.text().strip(),
                retrieve=Retrieve(str(self.retrieve.chosen[0])),
                receiver_port=_number(self.receiver_port.text()),
                tls=self.tls.chosen == (True,),
                ca_file=self.ca_file.text().strip(),
                url=self.url.text().strip() if web else "",
                auth=Auth(str(self.auth.chosen[0])),
                user=self.user.text().strip(),
            )
        except ValueError as error:
            self._say(str(error), "warning")
            return None

    def test(self) -> None:
        """Ask the PACS for a sign of life."""
        node = self._node()
        if node is None:
            return
        self.give_up()
        self._say("Asking the PACS ...")
        self.test_button.setEnabled(False)
        self._stop = self._asking.start(
            self._access.testing(node, self.secret.text()),
            done=lambda _: self._tested("The PACS answers and takes this program."),
            failed=self._not_tested,
        )

    def _tested(self, words: str) -> None:
        self.test_button.setEnabled(True)
        self._say(words)

    def _not_tested(self, error: BaseException) -> None:
        self.test_button.setEnabled(True)
        if isinstance(error, PainmapError):
            self._say(str(error), "warning")
        else:
            self._say("")
            self._desk.show_error(error)

    def save(self) -> None:
        """Keep the profile, and the password in the keyring."""
        node = self._node()
        if node is None:
            return
        before = self._before.name if self._before else ""
        if node.name != before and self._access.profiles.named(node.name) is not None:
            self._say("There is a profile of this name already.", "warning")
            return
        try:
            self._access.profiles.save(node, instead_of=before)
        except PainmapError as error:
            self._say(str(error), "warning")
            return
        secret = self.secret.text() if node.needs_secret else ""
        self._asking.start(
            self._access.keeping(node.name, secret, instead_of=before),
            done=lambda kept: self._on_saved(node, "" if kept else secret),
        )

    def _remove(self) -> None:
        if self._before is None:
            return
        try:
            self._access.profiles.remove(self._before.name)
        except PainmapError as error:
            self._say(str(error), "warning")
            return
        self._asking.start(
            self._access.forgetting(self._before.name), done=lambda _: self._on_removed()
        )

    def _close(self) -> None:
        self.give_up()
        self._on_close()

    def give_up(self) -> None:
        """Stop asking."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _choose_ca(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Certificate of the authority", "", "PEM (*.pem *.crt *.cer)"
        )
        if name:
            self.ca_file.setText(name)

    def _say(self, words: str, tone: str = "muted") -> None:
        self.result.setProperty("tone", tone)
        self.result.style().unpolish(self.result)
        self.result.style().polish(self.result)
        self.result.setText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)


def _number(text: str) -> int:
    """Read a port; 0 for what is none, so that the profile says what is wrong."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
