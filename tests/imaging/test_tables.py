"""The tables of tests/data against who made the cases, and against dcmtk's reading of them."""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tables import rows_of

pytestmark = pytest.mark.shared_data

CASES = rows_of("cases.csv")
WORDS = {"four": 4}

CLASS, MODALITY, ROWS, PIXELS = "0008,0016", "0008,0060", "0028,0010", "7fe0,0010"
RESCALE_TYPE, NAME, META_CLASS = "0028,1054", "0010,0010", "0002,0002"

KINDS = {
    "MRI": "MRImageStorage",
    "ultrasound": "Ultrasound",
    "screenshot or scan": "SecondaryCaptureImageStorage",
    "structured report": "SRStorage",
    "RT dose": "RTDoseStorage",
    "RT Image": "RTImageStorage",
    "RT structure set": "RTStructureSetStorage",
    "ECG": "TwelveLeadECGWaveformStorage",
    "CT that is not used": "EnhancedCTImageStorage",
}
"""What the odd files are called in the program, and what dcmtk calls their class."""


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> Path:
    return shared_data / "dicom-cases"


@pytest.fixture(scope="module")
def dcmdump() -> str:
    """The program; skips where it is missing: `.ci/run` installs it and sets CI."""
    found = shutil.which("dcmdump")
    if found is None:
        assert not os.environ.get("CI"), "dcmtk is missing although .ci/run installs it"
        pytest.skip("needs dcmdump of dcmtk, which is not installed here")
    return found


def shared_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def header(program: str, path: Path, *more: str) -> dict[str, str]:
    """Values by tag, as dcmtk reads them; empty where it reads nothing."""
    tags = (CLASS, MODALITY, ROWS, PIXELS, RESCALE_TYPE, NAME, META_CLASS)
    asked = [word for tag in tags for word in ("+P", tag)]
    done = subprocess.run([program, "-q", *more, *asked, str(path)], capture_output=True)
    found: dict[str, str] = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        at_root = re.match(r"\(([0-9a-f]{4},[0-9a-f]{4})\) \w\w (.*?) +# ", line)
        if at_root:
            value = at_root[2].strip("[]= ").removeprefix("(no value available)")
            found.setdefault(at_root[1], value)
    return found


def files_of(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_expected_is_what_the_cases_come_with(cases: Path) -> None:
    theirs = []
    for row in shared_rows(cases / "EXPECTED.csv"):
        count = next((WORDS[word] for word in WORDS if row["shape"].startswith(word)), 1)
        slices, rows, columns = re.findall(r"\d+", row["shape"])
        uniform = "yes" if row["uniform"].startswith("yes") else "no"
        codes = " ".join(sorted(re.findall(r"[A-Z_]{3,}", row["codes_at_least"])))
        assert (row["convert"] == "ok") == (uniform == "yes")
        theirs.append((row["path"], str(count), slices, rows, columns, uniform, codes))

    assert [tuple(row.values()) for row in rows_of("expected.csv")] == theirs


def test_each_case_has_as_many_files_as_its_description_says(cases: Path) -> None:
    told: dict[str, int] = {}
    for row in shared_rows(cases / "MANIFEST.csv"):
        told[row["case"]] = told.get(row["case"], 0) + int(row["files"])
    ours = {row["path"]: int(row["files"]) for row in CASES}
    truth = sum(1 for path in files_of(cases / "03_labelled_lumbar_truth/nifti"))

    assert (
        ours.pop("03_labelled_lumbar_truth/dicom") == told.pop("03_labelled_lumbar_truth") - truth
    )
    assert ours == told


def counts(cell: str) -> dict[str, int]:
    """Such as {"1x512x512": 4}."""
    pairs = (part.split("*") for part in cell.split())
    return {name: int(count) for name, count in pairs}


def pictures(cell: str) -> int:
    return sum(int(shape.split("x")[0]) * count for shape, count in counts(cell).items())


@pytest.mark.parametrize("row", CASES, ids=lambda row: row["path"])
def test_dcmtk_finds_the_same_ct_and_mri_in_a_case(
    cases: Path, dcmdump: str, row: dict[str, str]
) -> None:
    found = [header(dcmdump, path) for path in files_of(cases / row["path"])]
    whole = [one for one in found if PIXELS in one and ROWS in one]
    kinds = [one.get(CLASS) or one.get(META_CLASS) or one[MODALITY] for one in whole]
    skipped = counts(row["skipped"])

    # a class that is written as bytes of unknown kind is named to nobody by dcmtk
    ct = sum("CTImageStorage" in kind or "\\" in kind for kind in kinds)
    assert ct == pictures(row["stacks"]) + skipped.get("NOT_HU", 0)
    assert sum("MRImageStorage" in kind for kind in kinds) == pictures(row["look_only"])
    unread = sum(not one for one in found)
    assert unread >= skipped.get("NOT_DICOM", 0)
    assert len(found) == int(row["files"])


@pytest.mark.parametrize("row", rows_of("odd-files.csv"), ids=lambda row: row["file"])
def test_dcmtk_reads_the_same_kind_in_an_odd_file(
    cases: Path, dcmdump: str, row: dict[str, str]
) -> None:
    found = header(dcmdump, cases / "07_oddities_pydicom" / row["file"])
    if row["outcome"] == "NOT_DICOM":
        assert not found
        return
    if row["file"] in ("MR_truncated.dcm", "rtplan_truncated.dcm"):
        assert CLASS not in found, "dcmtk gives up on a file that ends within an element"
        return
    kind = found.get(CLASS, "") or found.get(META_CLASS, "")
    if row["outcome"] == "used":
        assert "CTImageStorage" in kind or "\\" in kind
    elif row["beside"] in KINDS:
        assert KINDS[row["beside"]] in kind
    else:
        assert not found.get(CLASS)


@pytest.mark.parametrize("row", rows_of("names.csv"), ids=lambda row: row["file"])
def test_dcmtk_reads_the_same_name(cases: Path, dcmdump: str, row: dict[str, str]) -> None:
    path = cases / "08_charsets" / row["file"]
    name = header(dcmdump, path, "+U8").get(NAME)
    if name is None:
        # its library knows no ISO 2022 IR 13 and 87: standard, PS3.5 annex H
        assert "Jap" in row["file"] or "H3" in row["file"]
        assert "やまだ^たろう" in row["name"]
        return
    assert name.rstrip("=") == row["name"]
