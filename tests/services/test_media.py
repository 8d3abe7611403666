"""What a place lies on, as each system says it."""

from pathlib import Path, PurePosixPath

import pytest

from painmap.services.media import (
    LinuxSigns,
    Medium,
    MediumKind,
    linux_kind,
    macos_kind,
    medium_of,
    windows_kind,
)

MOUNTS = r"""/dev/sda2 / ext4 rw 0 0
/dev/sr0 /media/weber/CT\040DISC iso9660 ro 0 0
/dev/sdb1 /media/weber/STICK vfat rw 0 0
/dev/sdc1 /mnt/second ext4 rw 0 0
/dev/sdd1 /media/weber/UsbDisk ext4 rw 0 0
/dev/loop0 /mnt/image udf ro 0 0
tmpfs /tmp tmpfs rw 0 0
/dev/mapper/root /home ext4 rw 0 0
"""


@pytest.fixture
def signs(tmp_path: Path) -> LinuxSigns:
    """A machine with a disc, a stick, a second disk and a disk on USB."""
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    block = tmp_path / "class"
    block.mkdir()
    for disk, part, flag, bus in (
        ("sda", "sda2", "0", "ata1"),
        ("sdb", "sdb1", "1", "ata9"),
        ("sdc", "sdc1", "0", "ata2"),
        ("sdd", "sdd1", "0", "usb2"),
    ):
        folder = tmp_path / "devices" / bus / disk
        (folder / part).mkdir(parents=True)
        (folder / "removable").write_text(f"{flag}\n")
        (block / disk).symlink_to(folder)
        (block / part).symlink_to(folder / part)
    return LinuxSigns(mounts, block)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/weber/ct", MediumKind.OWN_DISK),
        ("/media/weber/CT DISC/DICOM", MediumKind.DISC),
        ("/media/weber/STICK", MediumKind.STICK),
        ("/media/weber/UsbDisk/ct", MediumKind.STICK),
        ("/mnt/second/ct", MediumKind.OWN_DISK),
        ("/mnt/image", MediumKind.DISC),
        ("/tmp/ct", MediumKind.OWN_DISK),  # noqa: S108 - a name only
        ("/media/weber/STICKY", MediumKind.OWN_DISK),
    ],
)
def test_linux_says_what_is_mounted(signs: LinuxSigns, place: str, kind: MediumKind) -> None:
    assert linux_kind(PurePosixPath(place), signs) is kind


def test_a_linux_that_says_nothing_has_only_its_own_disk(tmp_path: Path) -> None:
    signs = LinuxSigns(tmp_path / "none", tmp_path / "none")

    assert linux_kind(PurePosixPath("/media/x"), signs) is MediumKind.OWN_DISK


MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk4 on /Volumes/CT DISC (cd9660, local, nodev, nosuid, read-only, noowners)
/dev/disk5s1 on /Volumes/STICK (msdos, local, nodev, nosuid, noowners)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled)
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/Users/weber/ct", MediumKind.OWN_DISK),
        ("/Volumes/CT DISC/DICOM", MediumKind.DISC),
        ("/Volumes/STICK/ct", MediumKind.STICK),
    ],
)
def test_macos_says_what_is_mounted(place: str, kind: MediumKind) -> None:
    assert macos_kind(MAC, PurePosixPath(place)) is kind


@pytest.mark.parametrize(
    ("drive_type", "kind"),
    [
        (2, MediumKind.STICK),
        (3, MediumKind.OWN_DISK),
        (4, MediumKind.NETWORK),
        (5, MediumKind.DISC),
        (0, MediumKind.OWN_DISK),
    ],
)
def test_windows_says_what_a_drive_is(drive_type: int, kind: MediumKind) -> None:
    assert windows_kind(drive_type) is kind


def test_a_network_folder_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("painmap.services.media.network_kind", lambda _: "nfs4")

    found = medium_of(tmp_path)

    assert found.kind is MediumKind.NETWORK
    assert not found.stays
    assert found.may_be_indexed


def test_this_computers_own_disk_stays(tmp_path: Path) -> None:
    assert medium_of(tmp_path) == Medium(MediumKind.OWN_DISK)
    assert medium_of(tmp_path / "not there").stays
    assert not Medium(MediumKind.DISC).may_be_indexed
