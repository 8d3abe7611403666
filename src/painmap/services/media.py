"""What a folder lies on: this computer's own disk, a disc, a stick, or another computer.

What can be taken out is copied while it is read, and is never looked up in the index: another
disc in the same drive has the same paths.
"""

import ctypes
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

from painmap.imaging.opener import Opener, open_file
from painmap.records.network import network_kind


class MediumKind(StrEnum):
    """What files lie on; the value is the word for it."""

    OWN_DISK = "disk"
    DISC = "disc"
    STICK = "drive"
    NETWORK = "network folder"


@dataclass(frozen=True, slots=True)
class Medium:
    """What a place lies on.

    Parameters
    ----------
    kind : MediumKind
    opener : callable
        How its files are opened; a test gives one that is slow or fails.
    """

    kind: MediumKind = MediumKind.OWN_DISK
    opener: Opener = field(default=open_file, compare=False, repr=False)

    @property
    def stays(self) -> bool:
        """Whether the files are still there tomorrow without anybody's doing."""
        return self.kind is MediumKind.OWN_DISK

    @property
    def may_be_indexed(self) -> bool:
        """Whether the same path means the same medium the next time."""
        return self.kind in (MediumKind.OWN_DISK, MediumKind.NETWORK)

    @property
    def word(self) -> str:
        return self.kind.value


DetectMedium = Callable[[Path], Medium]
"""Says what a path lies on."""


@dataclass(frozen=True, slots=True)
class LinuxSigns:
    """Where Linux says what is mounted.

    Parameters
    ----------
    mounts : Path
        The table of mounts, as proc(5) describes it.
    block : Path
        Folder with an entry for each block device.
    """

    mounts: Path = Path("/proc/self/mounts")
    block: Path = Path("/sys/class/block")


_DISC_TYPES = frozenset({"iso9660", "udf", "cd9660", "cddafs"})
_OCTAL = re.compile(r"\\([0-7]{3})")
_MACOS_LINE = re.compile(r"^(?P<what>.*?) on (?P<where>/.*) \((?P<kind>[^,)]+)")
_STICK_TYPES = frozenset({"msdos", "exfat", "fat", "vfat", "ntfs"})
_REMOVABLE, _REMOTE, _CDROM = 2, 4, 5
"""GetDriveType, https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew."""


def medium_of(path: Path) -> Medium:
    """Say what a file or folder lies on; where nothing is known, this computer's own disk."""
    place = path.resolve()
    if network_kind(place) is not None:
        return Medium(MediumKind.NETWORK)
    if sys.platform == "win32":
        return Medium(_windows_kind(place))
    if sys.platform == "darwin":
        ran = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
        return Medium(macos_kind(ran.stdout, PurePosixPath(place)))
    return Medium(linux_kind(PurePosixPath(place)))


def linux_kind(place: PurePosixPath, signs: LinuxSigns | None = None) -> MediumKind:
    """Say what a place lies on by the table of mounts and the flags of the device."""
    signs = signs or LinuxSigns()
    try:
        table = signs.mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return MediumKind.OWN_DISK
    mounts = []
    for line in table.splitlines():
        fields = [_OCTAL.sub(lambda match: chr(int(match[1], 8)), each) for each in line.split()]
        if len(fields) > 2:
            mounts.append((PurePosixPath(fields[1]), fields[0], fields[2]))
    found = _deepest(mounts, place)
    if found is None:
        return MediumKind.OWN_DISK
    device, file_system = found
    if file_system in _DISC_TYPES:
        return MediumKind.DISC
    if device.startswith("/dev/") and _is_removable(signs.block / PurePosixPath(device).name):
        return MediumKind.STICK
    return MediumKind.OWN_DISK


def _is_removable(entry: Path) -> bool:
    """Whether a block device can be taken out, or hangs on USB; partitions ask their disk."""
    try:
        real = entry.resolve(strict=True)
    except OSError:
        return False
    if any(part.startswith("usb") for part in real.parts):
        return True
    for folder in (real, real.parent):
        flag = folder / "removable"
        try:
            return flag.read_text(encoding="ascii").strip() == "1"
        except (OSError, ValueError):
            continue
    return False


def macos_kind(table: str, place: PurePosixPath) -> MediumKind:
    """Say what a place lies on by what ``mount`` prints on macOS."""
    mounts = []
    for line in table.splitlines():
        if match := _MACOS_LINE.match(line):
            mounts.append((PurePosixPath(match["where"]), match["what"], match["kind"].strip()))
    found = _deepest(mounts, place)
    if found is None:
        return MediumKind.OWN_DISK
    _, file_system = found
    if file_system in _DISC_TYPES:
        return MediumKind.DISC
    # sticks come formatted so; a disk of this computer's own is mounted elsewhere
    outside = place.parts[:2] == ("/", "Volumes")
    return MediumKind.STICK if outside and file_system in _STICK_TYPES else MediumKind.OWN_DISK


def _deepest(
    mounts: list[tuple[PurePosixPath, str, str]], place: PurePosixPath
) -> tuple[str, str] | None:
    """Device and file system of the mount that holds `place`; of two on one place the later."""
    best: tuple[PurePosixPath, str, str] | None = None
    for mount in mounts:
        where = mount[0]
        holds = where == place or where in place.parents
        if holds and (best is None or len(where.parts) >= len(best[0].parts)):
            best = mount
    return None if best is None else (best[1], best[2])


def _windows_kind(place: Path) -> MediumKind:
    if sys.platform == "win32":
        return windows_kind(ctypes.windll.kernel32.GetDriveTypeW(place.anchor))
    return MediumKind.OWN_DISK


def windows_kind(drive_type: int) -> MediumKind:
    """Say what a drive is by what GetDriveType answers."""
    kinds = {
        _REMOVABLE: MediumKind.STICK,
        _REMOTE: MediumKind.NETWORK,
        _CDROM: MediumKind.DISC,
    }
    return kinds.get(drive_type, MediumKind.OWN_DISK)
