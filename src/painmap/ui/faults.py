"""What happens when something is our own fault: a report that can be copied, nothing lost."""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from painmap import __version__

log = logging.getLogger(__name__)

_show: Callable[[str], None] | None = None

QUIET_QT = (
    "This plugin does not support",
    "QFontDatabase: Cannot find font directory",
    "Could not connect to any X display",
)
"""Qt's own remarks on headless machines, which say nothing of the program."""


def report_text(error: BaseException) -> str:
    """Write a report of `error`: versions and places in the code, no values, no message.

    The message of an error may hold what was typed, so only its kind is written.
    """
    lines = [
        f"painmap {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"{type(error).__module__}.{type(error).__name__}",
    ]
    lines += [
        f"  {frame.name} ({frame.filename.rsplit('painmap', 1)[-1]}:{frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join(lines)


def report(error: BaseException) -> None:
    """Log `error` as ours and show its report."""
    text = report_text(error)
    log.error("A fault of the program:\n%s", text)
    if _show is not None:
        _show(text)


def install(show: Callable[[str], None]) -> None:
    """Catch what nothing else caught; `show` runs on the Qt thread with the report."""
    global _show
    _show = show
    sys.excepthook = _on_exception
    threading.excepthook = lambda args: report(args.exc_value or RuntimeError())
    qInstallMessageHandler(_on_qt_message)


def _on_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    report(error.with_traceback(trace))


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    if any(quiet in text for quiet in QUIET_QT):
        return
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    logging.getLogger("qt").log(level, "%s", text)
