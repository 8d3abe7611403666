"""Whether a folder lies on a network file system, where SQLite's locks cannot be trusted."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path, PurePath, PurePosixPath

NETWORK_TYPES = frozenset(
    {
        "nfs",
        "nfs3",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "ncp",
        "ncpfs",
        "9p",
        "afs",
        "afpfs",
        "coda",
        "ceph",
        "glusterfs",
        "lustre",
        "gpfs",
        "beegfs",
        "orangefs",
        "pvfs2",
        "davfs",
        "webdav",
        "sshfs",
        "ocfs2",
        "gfs2",
        "moosefs",
    }
)
"""File system types whose files lie on another machine."""

NETWORK_FUSE = frozenset(
    {
        "sshfs",
        "glusterfs",
        "ceph",
        "rclone",
        "s3fs",
        "davfs",
        "davfs2",
        "curlftpfs",
        "smbnetfs",
        "gvfsd-fuse",
        "moosefs",
        "goofys",
        "gcsfuse",
        "blobfuse",
        "blobfuse2",
        "afpfs",
        "cifs",
        "nfs",
        "onedriver",
        "google-drive-ocamlfuse",
    }
)
"""What stands after "fuse." for the network ones."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_MACOS_LINE = re.compile(r"^(?P<what>.*?) on (?P<where>/.*) \((?P<kind>[^,)]+)")
_DRIVE_REMOTE = 4


def network_kind(folder: Path) -> str | None:
    """Name the network file system that `folder` lies on; None for this computer's own disks.

    The folder need not exist yet.
    """
    folder = folder.resolve()
    if sys.platform == "win32":
        return _windows_kind(folder)
    if sys.platform == "darwin":
        ran = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
        return kind_in_mount_output(ran.stdout, PurePosixPath(folder))
    try:
        table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # a Unix without /proc; nothing can be said against the folder
        return None
    return kind_in_mountinfo(table, PurePosixPath(folder))


def kind_in_mountinfo(table: str, folder: PurePosixPath) -> str | None:
    """Name the network file system of `folder` by the text of ``/proc/self/mountinfo``.

    References
    ----------
    Linux kernel, Documentation/filesystems/proc.rst, section 3.5: "36 35 98:0 /mnt1 /mnt2
    rw,noatime master:1 - ext3 /dev/root rw,errors=continue".
    """
    mounts = []
    for line in table.splitlines():
        left, separator, right = line.partition(" - ")
        fields, kinds = left.split(), right.split()
        if separator and len(fields) > 4 and kinds:
            mounts.append((PurePosixPath(_unescaped(fields[4])), kinds[0]))
    return _network_kind_at(mounts, folder)


def kind_in_mount_output(table: str, folder: PurePosixPath) -> str | None:
    """Name the network file system of `folder` by what ``mount`` prints on macOS."""
    mounts = []
    for line in table.splitlines():
        if match := _MACOS_LINE.match(line):
            mounts.append((PurePosixPath(match["where"]), match["kind"].strip()))
    return _network_kind_at(mounts, folder)


def _network_kind_at(mounts: list[tuple[PurePosixPath, str]], folder: PurePosixPath) -> str | None:
    best: tuple[PurePosixPath, str] | None = None
    for where, kind in mounts:
        holds = where == folder or where in folder.parents
        # of two mounts on one place the later one is seen
        if holds and (best is None or len(where.parts) >= len(best[0].parts)):
            best = where, kind
    if best is None:
        return None
    where, kind = best
    if kind == "9p" and where == PurePosixPath("/"):
        return None  # the root of a sandbox or virtual machine, given by its own host
    base, _, below = kind.lower().partition(".")
    if base == "fuse":
        return below if below in NETWORK_FUSE else None
    return kind if base in NETWORK_TYPES else None


def _unescaped(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def is_unc(folder: PurePath) -> bool:
    r"""Whether a Windows path names a share directly (``\\server\share\...``)."""
    anchor = folder.anchor.replace("/", "\\")
    if anchor.upper().startswith("\\\\?\\"):
        return anchor.upper().startswith("\\\\?\\UNC\\")
    return anchor.startswith("\\\\")


def _windows_kind(folder: Path) -> str | None:
    if is_unc(folder):
        return "Windows share"
    if sys.platform == "win32":
        if ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE:
            return "mapped network drive"
    return None
