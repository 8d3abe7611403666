"""What other programs may rely on: `painmap series --json` and `painmap convert`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import nibabel
import numpy as np
import pytest

from painmap import cli
from painmap.imaging.listing import series_json
from painmap.imaging.stack import WarningCode
from tests.imaging.helpers import scan
from tests.support import ct
from tests.support.tables import DATA, rows_of

SCHEMA = json.loads((DATA / "series-json.schema.json").read_text(encoding="utf-8"))

OLD_CODES = {
    "SYNTHETIC", "NO_GEOMETRY", "DUPLICATE_POSITION", "GAP", "UNEVEN", "TILTED", "OVERLAP",
    "THICKNESS_NOT_SPACING", "NO_FRAME_OF_REFERENCE", "EMPTY_UID",
}  # fmt: skip
"""Of the warnings in the first release: programs that read them still find them."""

ODD: dict[str, dict[str, Any]] = {
    "plain": {},
    "a gap": {"gaps": (2,)},
    "tilted": {"tilt_degrees": 15.0},
    "one slice": {"count": 1},
    "two at one place": {"repeats": (1,)},
    "synthetic": {"synthetic": True},
    "without a place": {"edit": lambda one, _: one.pop("ImagePositionPatient")},
    "without a spacing": {"edit": lambda one, _: one.pop("PixelSpacing")},
    "without a frame of reference": {"frame_of_reference": None},
    "without words": {
        "name": "",
        "patient_id": "",
        "patient_position": "HFS",
        "edit": lambda one, _: [
            one.pop(key)
            for key in (
                "PatientBirthDate",
                "PatientSex",
                "SeriesDescription",
                "BodyPartExamined",
                "PatientPosition",
            )
        ],
    },
    "without UIDs": {"study_uid": "", "series_uid": ""},
}


def held(listing: dict[str, Any]) -> dict[str, Any]:
    """The listing as a program reads it; fails where it breaks the contract."""
    read: dict[str, Any] = json.loads(json.dumps(listing, allow_nan=False))
    jsonschema.validate(read, SCHEMA)
    return read


@pytest.mark.parametrize("name", ODD)
def test_the_listing_of_any_series_keeps_the_contract(tmp_path: Path, name: str) -> None:
    ct.write_series(tmp_path, **ODD[name])

    (stack,) = held(series_json(scan(tmp_path)))["series"]

    assert stack["shape"][1:] == [12, 16]


def test_what_is_printed_keeps_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ct.write_series(tmp_path, gaps=(2,))
    (tmp_path / "letter").write_text("no DICOM", encoding="utf-8")

    assert cli.main(["series", str(tmp_path), "--json"]) == 0

    listing = held(json.loads(capsys.readouterr().out))
    assert [len(listing[key]) for key in ("series", "skipped", "readings")] == [1, 1, 1]


def _without(path: tuple[str, ...]) -> Callable[[dict[str, Any]], None]:
    def take(listing: dict[str, Any]) -> None:
        holder: Any = listing
        for key in path[:-1]:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        del holder[path[-1]]

    return take


@pytest.mark.parametrize(
    "path",
    [
        *((key,) for key in SCHEMA["required"]),
        *(("series", "0", key) for key in SCHEMA["$defs"]["stack"]["required"]),
        ("series", "0", "patient", "birth_date"),
    ],
    ids=lambda path: " ".join(path),
)
def test_a_field_that_goes_breaks_the_contract(tmp_path: Path, path: tuple[str, ...]) -> None:
    """The schema itself: it is no use if it lets everything through."""
    ct.write_series(tmp_path)
    listing = held(series_json(scan(tmp_path)))
    _without(path)(listing)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(listing, SCHEMA)


def test_no_code_of_a_warning_has_gone() -> None:
    assert {code.value for code in WarningCode} >= OLD_CODES


@pytest.mark.shared_data
@pytest.mark.parametrize("path", [row["path"] for row in rows_of("cases.csv")])
def test_the_listing_of_real_cases_keeps_the_contract(shared_data: Path, path: str) -> None:
    held(series_json(scan(shared_data / "dicom-cases" / path)))


@pytest.mark.shared_data
def test_convert_gives_the_published_volume_voxel_for_voxel(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"
    out = tmp_path / "out.nii.gz"

    assert cli.main(["convert", str(case / "dicom"), str(out)]) == 0

    assert capsys.readouterr().out == f"{out}: 112 x 101 x 122 voxels\n"
    ours, theirs = nibabel.load(out), nibabel.load(case / "nifti" / "example_ct.nii.gz")
    assert ours.get_data_dtype() == np.int16
    places = np.linalg.inv(theirs.affine) @ ours.affine
    steps = np.diag(places)[:3].round().astype(int)
    assert set(np.abs(steps)) == {1}
    ends = np.where(steps < 0, np.array(theirs.shape) - 1, 0)
    assert np.abs(places[:3] - np.column_stack((np.diag(steps), ends))).max() < 1e-3
    values = theirs.get_fdata()[tuple(slice(None, None, step) for step in steps)]
    assert np.array_equal(ours.get_fdata(), values)


@pytest.mark.shared_data
def test_convert_refuses_what_the_table_says(shared_data: Path, tmp_path: Path) -> None:
    """Each folder none of whose stacks is a volume: a status, one line, and no file."""
    rows = rows_of("expected.csv")
    even = {row["path"] for row in rows if row["uniform"] == "yes"}
    uneven = {row["path"] for row in rows} - even
    assert len(uneven) == 5
    for path in sorted(uneven):
        out = tmp_path / "out.nii.gz"
        assert cli.main(["convert", str(shared_data / "dicom-cases" / path), str(out)]) == 1
        assert not out.exists()
