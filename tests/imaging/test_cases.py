"""Known files: every case opens or is refused as its description demands (tests/data)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pydicom
import pydicom.data
import pytest
from pydicom.errors import InvalidDicomError

from painmap.domain.progress import run_to_end
from painmap.imaging import header_reader
from painmap.imaging.header import Skipped
from painmap.imaging.header_reader import read_headers
from painmap.imaging.others import others_of
from painmap.imaging.reading import quiet_pydicom
from painmap.imaging.series import stacks_of
from painmap.imaging.stack import Stack
from painmap.imaging.volume import loading
from tests.imaging.helpers import scan
from tests.support.tables import rows_of

CASES = {row["path"]: row for row in rows_of("cases.csv")}
ODD = {row["file"]: row for row in rows_of("odd-files.csv")}
NAMES = {row["file"]: row["name"] for row in rows_of("names.csv")}


def counted(values: Iterable[str]) -> str:
    return " ".join(f"{value}*{count}" for value, count in sorted(Counter(values).items()))


def shapes(stacks: Iterable[Stack]) -> str:
    return counted("x".join(map(str, stack.shape)) for stack in stacks)


@pytest.mark.shared_data
@pytest.mark.parametrize("path", CASES)
def test_the_case_opens_or_is_refused_as_described(shared_data, path):
    expected = CASES[path]
    folder = shared_data / "dicom-cases" / path

    found = scan(folder)

    assert sum(each.is_file() for each in folder.rglob("*")) == int(expected["files"])
    assert shapes(found.stacks) == expected["stacks"]
    assert shapes(found.look_only) == expected["look_only"]
    assert counted(one.reason.name for one in found.skipped) == expected["skipped"]
    for stack in (*found.stacks, *found.look_only):
        assert run_to_end(loading(stack)).hu.shape == stack.shape


@pytest.mark.shared_data
def test_every_file_of_every_case_is_in_a_row(shared_data):
    """So that a case that comes later is not forgotten; licences and nifti are no DICOM."""
    cases = shared_data / "dicom-cases"
    known = [cases / path for path in CASES]

    for path in cases.rglob("*"):
        beside = path.name.startswith("LICENSE") or "nifti" in path.parts
        if path.is_file() and path.parent != cases and not beside:
            assert any(folder in path.parents for folder in known), path


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ODD)
def test_the_odd_file_is_used_or_has_its_reason(shared_data, name):
    found = read_headers(shared_data / "dicom-cases" / "07_oddities_pydicom" / name)

    outcome, beside = "used", ""
    if isinstance(found, Skipped):
        outcome = "look only" if found.slices else found.reason.name
        beside = found.about.kind if found.about else ""
    assert (outcome, beside) == (ODD[name]["outcome"], ODD[name]["beside"])


@pytest.mark.shared_data
@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_character_set_is_decoded(shared_data, name, monkeypatch):
    monkeypatch.setattr(header_reader, "why_not", lambda path, dataset: None)
    monkeypatch.setattr(header_reader, "what_lacks", lambda path, dataset, present: None)

    found = read_headers(shared_data / "dicom-cases" / "08_charsets" / name)

    assert isinstance(found, tuple)
    assert found[0].facts.identity.name == NAMES[name]


@pytest.mark.shared_data
def test_a_disc_without_ct_says_what_is_on_it(shared_data):
    words = [one.words for one in others_of(scan(shared_data / "dicom-cases/09_dicomdir").skipped)]

    assert words == ["MRI, 7 series", "X-ray of the cervical spine, 3 series"]


# --- the test files that pydicom carries

PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"

CT_CLASSES = {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"}


def ct_files() -> Mapping[str, Path]:
    """Every CT among them, as pydicom itself says."""
    found = {}
    for path in sorted(each for each in PYDICOM_FILES.rglob("*") if each.is_file()):
        try:
            with quiet_pydicom():
                dataset = pydicom.dcmread(path, specific_tags=["SOPClassUID"])
        except (InvalidDicomError, OSError):
            continue
        if str(dataset.get("SOPClassUID", "")) in CT_CLASSES:
            found[str(path.relative_to(PYDICOM_FILES))] = path
    return found


CT_FILES = ct_files()

REFUSED = {
    "TINY_ALPHA": "There is no picture in it; the file may be cut short.",
    "eCT_Supplemental.dcm": "Its values are not Hounsfield units",
}
"""By a part of the path: the others must open."""


@pytest.mark.parametrize("name", CT_FILES)
def test_every_ct_of_pydicom_opens_or_is_refused_with_the_reason(name):
    found = read_headers(CT_FILES[name])

    reason = next((why for part, why in REFUSED.items() if part in name), None)
    if reason is not None:
        assert isinstance(found, Skipped)
        assert found.sentence.startswith(reason)
        return
    assert isinstance(found, tuple), found
    (stack,) = stacks_of(found)
    volume = run_to_end(loading(stack))
    assert volume.hu.shape == stack.shape
    assert -32768 <= volume.hu.min() <= volume.hu.max() <= 32767


def test_pydicom_carries_ct():
    assert len(CT_FILES) > 50


@pytest.mark.parametrize("path", sorted(PYDICOM_FILES.iterdir()), ids=lambda path: path.name)
def test_every_file_of_pydicom_ends_used_or_skipped(path):
    found = scan(path)

    assert found.used or found.skipped
    for stack in (*found.stacks, *found.look_only):
        assert run_to_end(loading(stack)).hu.shape == stack.shape
