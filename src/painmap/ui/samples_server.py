"""Where the samples come from: the usual server, or a mirror that the house keeps."""

from PySide6.QtWidgets import QLineEdit, QWidget

from painmap.domain.errors import PainmapError
from painmap.services.samples import DEFAULT_ENDPOINT, SampleStore
from painmap.ui.widgets import button, column, label, row


class ServerLine(QWidget):
    """One line that names the server, and a field to name another."""

    def __init__(self, store: SampleStore) -> None:
        super().__init__()
        self._store = store
        self._said = label(tone="faint", wrap=True)
        self.change_button = button("Another server ...", self._begin, flat=True)
        self.address = QLineEdit()
        self.address.setAccessibleName("Address of the server")
        self.address.setPlaceholderText(DEFAULT_ENDPOINT)
        self.address.returnPressed.connect(self._use)
        self.use_button = button("Use this server", self._use)
        self.problem = label(tone="warning", wrap=True)
        line = row(self._said, self.change_button)
        line.setStretch(0, 1)
        self._form = QWidget()
        form = row(self.address, self.use_button)
        form.setStretch(0, 1)
        self._form.setLayout(form)
        box = column(self._form, self.problem, spacing=6)
        box.insertLayout(0, line)
        self.setLayout(box)
        self.refresh()

    def refresh(self) -> None:
        """Say which server is asked, and put the field away."""
        self._said.setText(f"Server: {self._store.server_words}")
        self._form.hide()
        self.problem.hide()
        self.change_button.show()

    def _begin(self) -> None:
        usual = self._store.endpoint == DEFAULT_ENDPOINT
        self.address.setText("" if usual else self._store.endpoint)
        self._form.show()
        self.change_button.hide()
        self.address.setFocus()

    def _use(self) -> None:
        try:
            self._store.use_endpoint(self.address.text())
        except PainmapError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.refresh()
