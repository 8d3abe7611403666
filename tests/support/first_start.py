"""A first start of the program that says when it is ready and when another raises it.

Run with the data folder as its argument. It minimises its window, prints ``ready``, and, once
it was raised, prints whether the window can be seen, and ends.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from painmap import app
from painmap.ui.main_window import MainWindow


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(folder: Path) -> int:
    build, raise_window = app.build, app._raise_window

    def built(*arguments: object) -> MainWindow:
        window = build(*arguments)  # type: ignore[arg-type]  # as the program calls it
        QTimer.singleShot(0, lambda: begin(window))
        return window

    def begin(window: MainWindow) -> None:
        window.showMinimized()
        say("ready")

    def raised(window: MainWindow) -> None:
        raise_window(window)
        seen = window.isVisible() and not window.isMinimized()
        say("raised" if seen else "hidden")
        window.close()

    app.build, app._raise_window = built, raised
    return app.run(data=folder)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
