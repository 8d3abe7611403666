import sys

from PySide6.QtCore import QObject, Signal


class _Sender(QObject):
    happened = Signal()


def test_emitting_a_signal_keeps_its_references() -> None:
    """PySide6 6.12.0 on Python 3.11 loses one reference to True per emit, and aborts."""
    sender, before = _Sender(), sys.getrefcount(True)
    for _ in range(100):
        sender.happened.emit()

    assert abs(sys.getrefcount(True) - before) < 50
