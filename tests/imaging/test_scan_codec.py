"""A whole scan as bytes and back: equal, whatever it found, and refused where it is not whole."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from painmap.domain.progress import run_to_end
from painmap.imaging.lazily import Lazily, Pile
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.scan_codec import packed_scan, unpacked_scan
from painmap.imaging.sources import Source
from painmap.imaging.ways import Way
from tests.support import ct


def odd_disc(folder: Path) -> Path:
    """Readings to choose from, gaps, no geometry, frames, copies, other things and a bad name."""

    def phase(dataset: Dataset, _: int) -> None:
        dataset.AcquisitionNumber = 2

    def placeless(dataset: Dataset, _: int) -> None:
        del dataset.ImagePositionPatient

    def mr(dataset: Dataset, _: int) -> None:
        dataset.Modality, dataset.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"

    ct.write_series(folder / "even", count=4, name="Gr\u00fcn^J\u00f6rg")
    ct.write_series(folder / "gap", series_uid="1.2.3.4.7", count=7, gaps=[3])
    ct.write_series(folder / "phase1", series_uid="1.2.3.4.8", count=3)
    ct.write_series(folder / "phase2", series_uid="1.2.3.4.8", count=3, edit=phase)
    ct.write_series(folder / "flat", series_uid="1.2.3.4.9", count=2, edit=placeless)
    ct.write_enhanced(folder / "enhanced")
    ct.write_series(folder / "mr", series_uid="1.2.3.4.10", count=2, edit=mr)
    (folder / "letter.txt").write_text("not a picture")
    (folder / "gap" / "copy").write_bytes(sorted((folder / "gap").iterdir())[0].read_bytes())
    return folder


@pytest.fixture
def scan(tmp_path: Path) -> ScanResult:
    return run_to_end(scanning(Source((odd_disc(tmp_path),))))


def test_what_comes_back_is_equal_in_every_part(scan: ScanResult) -> None:
    back = unpacked_scan(packed_scan(scan))

    assert len(scan.stacks) > 4
    assert any(len(one.readings) > 1 for one in scan.readings)
    assert scan.look_only
    assert len(scan.skipped) > 2
    assert back == scan
    assert repr(back.stacks[0].facts) == repr(scan.stacks[0].facts)
    for ours, theirs in zip(back.stacks, scan.stacks, strict=True):
        assert ours.shape == theirs.shape
        assert ours.files == theirs.files
        assert ours.key == theirs.key
        assert ours.transfer_syntaxes == theirs.transfer_syntaxes
        if theirs.geometry is not None:
            assert ours.geometry is not None
            affine = theirs.geometry.patient_from_index
            np.testing.assert_array_equal(ours.geometry.patient_from_index, affine)


def test_readings_of_a_series_share_their_slices(scan: ScanResult) -> None:
    back = unpacked_scan(packed_scan(scan))
    several = next(one for one in back.readings if len(one.readings) > 1)

    parted = {id(one) for stack in several.readings[0].stacks for one in stack.slices}
    together = {id(one) for stack in several.in_way(Way.AS_ONE).stacks for one in stack.slices}

    assert parted == together


@given(st.data())
def test_bytes_that_are_not_whole_are_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(_content(tmp_path_factory))
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
    else:
        del content[at:]

    with pytest.raises(ValueError, match="not the whole of it"):
        unpacked_scan(bytes(content))


_made: list[bytes] = []


def _content(factory: pytest.TempPathFactory) -> bytes:
    if not _made:
        folder = factory.mktemp("scan")
        ct.write_series(folder, count=3)
        _made.append(packed_scan(run_to_end(scanning(folder))))
    return _made[0]


def test_what_lies_in_a_workspace_is_not_written(scan: ScanResult) -> None:
    with pytest.raises(ValueError, match="do not stay"):
        packed_scan(ScanResult(scan.root, (), (), unpacked=True))


def test_a_lazy_sequence_is_equal_to_the_tuple_of_its_parts() -> None:
    made: list[str] = []
    pile = Pile(lambda: made.append("made") or ["a", "b", "c"], {1: "b"})
    some = Lazily(pile, [1, 2])

    assert (len(some), some[0]) == (2, "b")
    assert made == []
    assert some == ("b", "c")
    assert some == ("b", "c")
    assert some != ("b",)
    assert (some[-1], some[:1], hash(some)) == ("c", ("b",), hash(("b", "c")))
    assert made == ["made"]
