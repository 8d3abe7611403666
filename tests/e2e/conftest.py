"""The whole program on a data folder, with the fixtures of the window's tests."""

from tests.ui.conftest import records_folder, start, window

__all__ = ["records_folder", "start", "window"]
