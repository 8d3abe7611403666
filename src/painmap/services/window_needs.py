"""Whether a window can open here: Qt's system libraries and a screen, said before Qt is loaded.

Qt itself ends a start without them with a traceback or an abort.
"""

import ctypes
import importlib.util
import mmap
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from painmap.domain.errors import PainmapError

PACKAGES: Mapping[str, str] = {
    "libEGL.so": "libegl1",
    "libGL.so": "libgl1",
    "libGLX.so": "libgl1",
    "libOpenGL.so": "libopengl0",
    "libxkbcommon.so": "libxkbcommon0",
    "libxkbcommon-x11.so": "libxkbcommon-x11-0",
    "libdbus-1.so": "libdbus-1-3",
    "libfontconfig.so": "libfontconfig1",
    "libfreetype.so": "libfreetype6",
    "libglib-2.0.so": "libglib2.0-0",
    "libgthread-2.0.so": "libglib2.0-0",
    "libX11.so": "libx11-6",
    "libX11-xcb.so": "libx11-xcb1",
    "libxcb.so": "libxcb1",
    "libxcb-cursor.so": "libxcb-cursor0",
    "libxcb-icccm.so": "libxcb-icccm4",
    "libxcb-image.so": "libxcb-image0",
    "libxcb-keysyms.so": "libxcb-keysyms1",
    "libxcb-randr.so": "libxcb-randr0",
    "libxcb-render.so": "libxcb-render0",
    "libxcb-render-util.so": "libxcb-render-util0",
    "libxcb-shape.so": "libxcb-shape0",
    "libxcb-shm.so": "libxcb-shm0",
    "libxcb-sync.so": "libxcb-sync1",
    "libxcb-util.so": "libxcb-util1",
    "libxcb-xfixes.so": "libxcb-xfixes0",
    "libxcb-xinerama.so": "libxcb-xinerama0",
    "libxcb-xkb.so": "libxcb-xkb1",
    "libwayland-client.so": "libwayland-client0",
    "libwayland-cursor.so": "libwayland-cursor0",
    "libwayland-egl.so": "libwayland-egl1",
    "libgssapi_krb5.so": "libgssapi-krb5-2",
    "libbrotlidec.so": "libbrotli1",
    "libz.so": "zlib1g",
    "libzstd.so": "libzstd1",
}
"""Debian's and Ubuntu's package of each library, by its name without the version."""

ALL_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0 "
    "libxcb-randr0 libgssapi-krb5-2"
)
"""What README's line installs: everything that a bare system lacks."""

_QT_MODULES = ("QtCore", "QtGui", "QtWidgets", "QtSvg", "QtNetwork")
_WITHOUT_SCREEN = {"offscreen", "minimal", "vnc", "linuxfb", "eglfs"}
_CONNECT_SECONDS = 2.0


class WindowProblem(StrEnum):
    """Why no window can open; the value is the sentence."""

    LIBRARIES = "Qt needs system libraries that are missing here: {what}."
    NO_SCREEN = "There is no screen here: neither DISPLAY nor WAYLAND_DISPLAY is set."
    SCREEN_AWAY = "The screen {what} cannot be reached."


class WindowError(PainmapError):
    """No window can open here.

    Parameters
    ----------
    problem : WindowProblem
    what : str
        Libraries, or the screen.
    hint : str
    """

    def __init__(self, problem: WindowProblem, *, what: str = "", hint: str) -> None:
        super().__init__(problem.value.format(what=what), hint=hint)
        self.problem = problem


def check_window(environment: Mapping[str, str] = os.environ) -> None:
    """See that a window can open; only Linux is asked, the others always have what it takes.

    Raises
    ------
    WindowError
        Libraries are missing, or there is no screen.
    """
    if not sys.platform.startswith("linux"):
        return
    platform = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    missing = missing_libraries(_qt_files(platform, environment), _qt_folders(), _loads)
    if missing:
        raise WindowError(
            WindowProblem.LIBRARIES,
            what=", ".join(missing),
            hint=f"Install them: sudo apt-get install -y {packages_of(missing)}",
        )
    if not platform or platform == "xcb":
        _check_screen(environment)


def missing_libraries(
    starts: Iterable[Path], bundled: Iterable[Path], loads: Callable[[str], bool]
) -> tuple[str, ...]:
    """Name the system libraries that cannot be loaded, sorted.

    Parameters
    ----------
    starts : iterable of Path
        Shared objects that the program will load.
    bundled : iterable of Path
        Folders of libraries that come with Qt; what these need in turn counts too.
    loads : callable
        Whether the system can load a library of this name.
    """
    folders = list(bundled)
    waiting, seen, outside = list(starts), set[Path](), set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in needed_by(path):
            own = next((f / name for f in folders if (f / name).is_file()), None)
            if own is not None:
                waiting.append(own)
            else:
                outside.add(name)
    return tuple(sorted(name for name in outside if not loads(name)))


def packages_of(libraries: Iterable[str]) -> str:
    """Give the packages of Debian and Ubuntu that hold `libraries`, for one apt line."""
    found = []
    for name in libraries:
        package = PACKAGES.get(name.partition(".so")[0] + ".so")
        if package is None:
            return ALL_PACKAGES
        found.append(package)
    return " ".join(sorted(set(found)))


def needed_by(path: Path) -> tuple[str, ...]:
    """List the libraries that a shared object names as needed; empty for anything else.

    Read from its dynamic section (System V ABI, chapter 5), little-endian 64 bit; no tool is
    asked, since a bare system has none.
    """
    try:
        # mapped, since only a few pages of these large files are looked at
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return tuple(_needed(content)) if content[:6] == _ELF_64_LITTLE else ()
    except (OSError, struct.error, ValueError, IndexError):
        return ()


_ELF_64_LITTLE = b"\x7fELF\x02\x01"
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRINGS = 1, 5


def _needed(content: mmap.mmap) -> Iterable[str]:
    (table,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    segments = []
    for number in range(count):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", content, table + number * size
        )
        segments.append((kind, offset, address, length))
    entries = []
    for kind, offset, _, length in segments:
        if kind == _DYNAMIC:
            pairs = range(offset, offset + length, 16)
            entries = [struct.unpack_from("<qQ", content, place) for place in pairs]
    strings = next((value for tag, value in entries if tag == _STRINGS), None)
    if strings is None:
        return
    loaded = [
        offset + strings - address
        for kind, offset, address, length in segments
        if kind == _LOAD and address <= strings < address + length
    ]
    base = loaded[0]
    for tag, value in entries:
        if tag == _NEEDED:
            start = base + value
            yield content[start : content.find(b"\0", start)].decode()


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _folder_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)  # finds it without loading it
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _qt_folders() -> list[Path]:
    qt, binding = _folder_of("PySide6"), _folder_of("shiboken6")
    found = [binding] if binding else []
    return [*found, qt, qt / "Qt" / "lib"] if qt else found


def _qt_files(platform: str, environment: Mapping[str, str]) -> list[Path]:
    """The parts of Qt that a start loads: its modules, and the plugin of the screen."""
    qt = _folder_of("PySide6")
    if qt is None:
        return []
    files = [qt / f"{module}.abi3.so" for module in _QT_MODULES]
    if platform not in _WITHOUT_SCREEN:
        wayland = platform.startswith("wayland") or (
            not platform and not environment.get("DISPLAY") and environment.get("WAYLAND_DISPLAY")
        )
        names = "libqwayland*.so" if wayland else "libqxcb.so"
        files += (qt / "Qt" / "plugins" / "platforms").glob(names)
    return files


def _check_screen(environment: Mapping[str, str]) -> None:
    display = environment.get("DISPLAY", "")
    if not display and not environment.get("WAYLAND_DISPLAY"):
        raise WindowError(
            WindowProblem.NO_SCREEN, hint="Start painmap on a desktop, or with xvfb-run."
        )
    number = display.partition(":")[2].partition(".")[0]
    local = display.startswith((":", "unix:")) and number.isdigit()
    if local and not environment.get("WAYLAND_DISPLAY") and not _answers(number):
        raise WindowError(
            WindowProblem.SCREEN_AWAY,
            what=display,
            hint="Check DISPLAY, or start painmap with xvfb-run.",
        )


def _answers(number: str) -> bool:
    """Whether an X server listens on a local display."""
    place = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - the place that X servers use
    for address in (place, f"\0{place}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_CONNECT_SECONDS)
            try:
                connection.connect(address)
            except OSError:
                continue
            return True
    return False
