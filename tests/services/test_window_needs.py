"""A start without Qt's system libraries or without a screen says so in one line."""

import socket
import sys
from pathlib import Path

import pytest

from painmap.services import window_needs
from painmap.services.window_needs import (
    ALL_PACKAGES,
    WindowError,
    WindowProblem,
    check_window,
    missing_libraries,
    needed_by,
    packages_of,
)

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def qt_plugin() -> Path:
    return next(path for path in window_needs._qt_files("xcb", {}) if "libqxcb" in path.name)


@on_linux
def test_the_libraries_of_qts_own_screen_plugin_are_read_from_it() -> None:
    needed = needed_by(qt_plugin())

    assert "libQt6Gui.so.6" in needed
    assert "libxcb-cursor.so.0" in needed


@on_linux
def test_what_comes_with_qt_is_not_missing_and_what_it_needs_counts_too() -> None:
    nothing = missing_libraries([qt_plugin()], window_needs._qt_folders(), lambda _: False)

    assert "libEGL.so.1" in nothing  # needed by libQt6Gui, which comes with Qt
    assert "libxkbcommon.so.0" in nothing
    assert not [name for name in nothing if name.startswith("libQt6")]
    assert missing_libraries([qt_plugin()], window_needs._qt_folders(), lambda _: True) == ()


@pytest.mark.parametrize("content", [b"", b"text", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" * 20])
def test_what_is_no_shared_object_needs_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "lib.so"
    file.write_bytes(content)

    assert needed_by(file) == ()
    assert needed_by(tmp_path / "nowhere") == ()


def test_the_packages_are_named_for_one_apt_line() -> None:
    assert packages_of(["libEGL.so.1", "libxcb-cursor.so.0"]) == "libegl1 libxcb-cursor0"
    assert packages_of(["libsomething-new.so.3", "libEGL.so.1"]) == ALL_PACKAGES


@on_linux
def test_a_start_on_a_bare_system_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_needs, "_loads", lambda name: "xcb-cursor" not in name)

    with pytest.raises(WindowError) as caught:
        check_window({"DISPLAY": ":0"})

    assert caught.value.problem is WindowProblem.LIBRARIES
    assert str(caught.value) == (
        "Qt needs system libraries that are missing here: libxcb-cursor.so.0. "
        "Install them: sudo apt-get install -y libxcb-cursor0"
    )


@on_linux
def test_a_start_without_a_screen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_needs, "_loads", lambda _: True)

    with pytest.raises(WindowError) as none:
        check_window({})
    with pytest.raises(WindowError) as away:
        check_window({"DISPLAY": ":987"})

    assert none.value.problem is WindowProblem.NO_SCREEN
    assert away.value.problem is WindowProblem.SCREEN_AWAY
    check_window({"WAYLAND_DISPLAY": "wayland-0"})
    check_window({"QT_QPA_PLATFORM": "offscreen"})
    check_window({"DISPLAY": "elsewhere:10.0"})


@on_linux
def test_a_screen_that_answers_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_needs, "_loads", lambda _: True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind("\0/tmp/.X11-unix/X98765")  # the abstract name, which leaves no file
        server.listen()
        check_window({"DISPLAY": ":98765.0"})
    finally:
        server.close()


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    check_window({})
