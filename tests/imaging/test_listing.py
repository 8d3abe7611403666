import json

import pydicom

from painmap.imaging.listing import series_json
from tests.imaging.helpers import scan
from tests.support.ct import write_series


def test_the_listing_says_what_the_contract_asks_for(tmp_path):
    write_series(tmp_path, count=4)
    (tmp_path / "notes").write_text("words")

    listing = json.loads(json.dumps(series_json(scan(tmp_path))))

    (entry,) = listing["series"]
    assert listing["version"] == 1
    assert listing["skipped"] == [
        {"path": str(tmp_path / "notes"), "reason": "This is not a DICOM file."}
    ]
    assert entry == {
        "series_uid": "1.2.3.4.1",
        "stack": 0,
        "frame_of_reference_uid": "1.2.3.4.5",
        "modality": "CT",
        "description": "tiny",
        "body_part": "LSPINE",
        "patient": {"name": "Doe^Jane", "id": "P1", "birth_date": "1970-01-31", "sex": "F"},
        "shape": [4, 12, 16],
        "spacing_mm": [3.0, 0.9, 0.6],
        "affine_lps": [[0, 0, 0.6, -5], [0, 0.9, 0, -8], [3, 0, 0, 100], [0, 0, 0, 1]],
        "uniform": True,
        "patient_position": "HFS",
        "transfer_syntaxes": ["1.2.840.10008.1.2.1"],
        "warnings": [],
        "files": 4,
        "part": None,
        "decoders": [f"painmap, unusual files by pydicom {pydicom.__version__}"],
    }
    assert (listing["beside"], listing["look_only"], listing["readings"]) == ([], [], [])


def test_what_is_no_volume_has_no_affine(tmp_path):
    write_series(tmp_path, count=4, gaps=(1,))

    (entry,) = series_json(scan(tmp_path))["series"]

    assert entry["affine_lps"] is None
    assert entry["spacing_mm"] == [None, 0.9, 0.6]
    assert not entry["uniform"]
    assert [one["code"] for one in entry["warnings"]] == ["GAP"]


def test_what_lies_beside_the_ct_is_listed_and_mri_apart(tmp_path):
    write_series(tmp_path / "ct", count=3)
    write_series(
        tmp_path / "mr", count=2, series_uid="1.2.7",
        edit=lambda one, _: one.update({"SOPClassUID": MR, "Modality": "MR"}),
    )  # fmt: skip

    listing = series_json(scan(tmp_path))

    assert [entry["modality"] for entry in listing["series"]] == ["CT"]
    assert [entry["modality"] for entry in listing["look_only"]] == ["MR"]
    assert listing["beside"] == ["MRI of the lumbar spine, 1 series"]
    assert len(listing["skipped"]) == 2


def test_the_ways_to_read_a_series_are_listed(tmp_path):
    write_series(tmp_path, count=8, gaps=(4,))

    (entry,) = series_json(scan(tmp_path))["readings"]

    assert entry["question"] is None
    assert [each["way"] for each in entry["ways"]] == [
        "all as one",
        "split where slices are missing",
    ]
    assert [each["stacks"] for each in entry["ways"]] == [1, 2]


MR = "1.2.840.10008.5.1.4.1.1.4"
