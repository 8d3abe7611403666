"""Whether a folder lies on a network file system."""

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from painmap.records.network import (
    is_unc,
    kind_in_mount_output,
    kind_in_mountinfo,
    network_kind,
)

LINUX = r"""
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2
31 30 254:1 / /home/local rw,relatime - xfs /dev/vdb rw
32 22 0:30 / /mnt/team rw master:1 propagate_from:2 - cifs //server/team rw
33 22 0:31 / /mnt/over rw - ext4 /dev/vdc rw
34 22 0:32 / /mnt/over rw - fuse.sshfs doctor@server:/ rw
35 22 0:33 / /mnt/ntfs rw - fuse.ntfs-3g /dev/sdb1 rw
36 22 0:34 / /mnt/with\040space rw - smb3 //server/x rw
37 22 0:35 / /mnt/plan9 rw - 9p host rw,trans=virtio
38 22 0:36 / /mnt/encrypted rw - fuse.gocryptfs /x rw
39 22 0:37 / /run/user rw - fuse.gvfsd-fuse gvfsd-fuse rw
a line that is cut off
40 22 0:38 / /half -
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", None),
        ("/var/lib/painmap", None),
        ("/home", "nfs4"),
        ("/home/doctor/painmap", "nfs4"),
        ("/home/local/painmap", None),
        ("/homestead", None),
        ("/mnt/team/painmap", "cifs"),
        ("/mnt/over", "sshfs"),
        ("/mnt/ntfs/painmap", None),
        ("/mnt/with space/painmap", "smb3"),
        ("/mnt/plan9/painmap", "9p"),
        ("/mnt/encrypted", None),
        ("/run/user/painmap", "gvfsd-fuse"),
    ],
)
def test_linux_names_the_network_file_system(folder: str, kind: str | None) -> None:
    assert kind_in_mountinfo(LINUX, PurePosixPath(folder)) == kind


def test_the_root_that_a_host_gives_to_its_sandbox_is_no_network() -> None:
    table = "1 0 0:1 / / rw - 9p none rw,trans=fd"

    assert kind_in_mountinfo(table, PurePosixPath("/data")) is None


def test_an_unreadable_table_says_nothing_against_a_folder() -> None:
    assert kind_in_mountinfo("", PurePosixPath("/data")) is None


MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//doctor@server/team on /Volumes/Team Share (smbfs, nodev, nosuid, mounted by doctor)
server:/export on /Volumes/nfs (nfs, automounted)
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/System/Volumes/Data/Users/doctor", None),
        ("/Volumes/Team Share/painmap", "smbfs"),
        ("/Volumes/nfs", "nfs"),
        ("/Volumes/stick", None),
    ],
)
def test_macos_names_the_network_file_system(folder: str, kind: str | None) -> None:
    assert kind_in_mount_output(MACOS, PurePosixPath(folder)) == kind


@pytest.mark.parametrize(
    ("folder", "share"),
    [
        (r"\\server\share\painmap", True),
        ("//server/share/painmap", True),
        (r"\\?\UNC\server\share\painmap", True),
        (r"C:\Users\doctor", False),
        (r"\\?\C:\Users\doctor", False),
    ],
)
def test_windows_knows_a_share_by_its_path(folder: str, share: bool) -> None:
    assert is_unc(PureWindowsPath(folder)) is share


def test_the_test_folder_is_on_this_computer(tmp_path: Path) -> None:
    assert network_kind(tmp_path / "not there yet") is None
