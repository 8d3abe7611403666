"""The bottom line while a task runs: its words are whole in every picture of it."""

import pytest
from PySide6.QtWidgets import QApplication

from painmap.domain.progress import Progress
from painmap.ui.status_line import StatusLine
from painmap.ui.theme import Mode, apply

LONG = "Database on this computer: /home/somebody/with/a/long/name/and/deep/folders/.local/painmap"


@pytest.fixture
def line(qtbot, qapp: QApplication) -> StatusLine:
    apply(qapp, Mode.LIGHT)
    made = StatusLine("Dr. Example", LONG)
    qtbot.addWidget(made)
    made.resize(1180, 34)  # the narrowest window
    made.show()
    return made


def test_the_count_of_a_task_is_never_cut_off(line: StatusLine) -> None:
    for step in (
        Progress(5, 124, "Downloading"),
        Progress(121, 124, "Reading headers"),
        Progress(1, None, "Asking the server for its list"),
        Progress(1999, 2000, "Asking the server for its list"),
    ):
        line.show_task(step, lambda: None)

        line.grab()  # at once: no event has been waited for
        words = line._task
        assert words.width() >= words.fontMetrics().horizontalAdvance(words.text()), words.text()
        assert line.width() == 1180
