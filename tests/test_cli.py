"""The command line: a status, the output, and one line where something is wrong."""

import errno
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import nibabel
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless

from painmap import __version__, cli
from painmap.documents.visit_document import VisitDocument, dumps
from painmap.domain.items import Stamp
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.places import Sha256
from painmap.domain.study import Origin
from painmap.services import commands, window_needs
from painmap.services.clinic import Clinic
from painmap.services.window_needs import WindowError, WindowProblem
from tests.support import ct
from tests.support import factories as make

TINY = [
    "--rows=24", "--columns=24", "--slices=5", "--pixel-spacing", "16", "16",
    "--slice-step-mm=30",
]  # fmt: skip

Run = Callable[..., "Result"]


class Result:
    """What a command left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def line(self) -> str:
        """The one line on standard error of a command that failed."""
        assert self.status != 0
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        assert self.err.startswith("painmap: ")
        assert "Traceback" not in self.err
        return self.err.removeprefix("painmap: ").rstrip()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def go(*arguments: object) -> Result:
        status = cli.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        if status == 0:
            assert err == ""
        return Result(status, out, err)

    return go


# --- series


def test_series_reads_a_zip_archive_and_a_dicomdir(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc", count=4)
    (tmp_path / "disc" / "letter.txt").write_text("hello")
    with zipfile.ZipFile(tmp_path / "ct.zip", "w") as archive:
        for file in (tmp_path / "disc").iterdir():
            archive.write(file, f"in/{file.name}")
    (tmp_path / "disc" / "DICOMDIR").write_bytes(b"damaged")

    from_zip = json.loads(run("series", tmp_path / "ct.zip", "--json").out)
    from_table = json.loads(run("series", tmp_path / "disc" / "DICOMDIR", "--json").out)

    assert [each["files"] for each in from_zip["series"]] == [4]
    assert [each["path"] for each in from_zip["skipped"]] == [
        str(tmp_path / "ct.zip" / "in" / "letter.txt")
    ]
    assert [each["files"] for each in from_table["series"]] == [4]
    assert from_table["notes"] == [
        "The DICOMDIR is damaged or names no files; its folder was looked through instead."
    ]
    assert "is damaged or names no files" in run("series", tmp_path / "disc" / "DICOMDIR").out


def test_convert_reads_a_zip_archive(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "disc", count=4)
    with zipfile.ZipFile(tmp_path / "ct.zip", "w") as archive:
        for file in (tmp_path / "disc").iterdir():
            archive.write(file, file.name)

    assert run("convert", tmp_path / "ct.zip", tmp_path / "ct.nii.gz").status == 0
    assert nibabel.load(tmp_path / "ct.nii.gz").shape == (16, 12, 4)


def test_a_zip_archive_that_is_refused_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ct.zip").write_bytes(b"PK\x03\x04 and nothing more")

    assert run("series", tmp_path / "ct.zip").line.startswith("This archive is damaged")


def test_series_prints_what_the_contract_says(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct")
    (tmp_path / "ct" / "notes.txt").write_text("no DICOM", encoding="utf-8")

    found = json.loads(run("series", tmp_path / "ct", "--json").out)

    assert found["version"] == 1
    (stack,) = found["series"]
    assert set(stack) == {
        "series_uid", "stack", "frame_of_reference_uid", "modality", "description", "body_part",
        "patient", "shape", "spacing_mm", "affine_lps", "uniform", "patient_position",
        "transfer_syntaxes", "warnings", "files", "part", "decoders",
    }  # fmt: skip
    assert stack["stack"] == 0
    assert stack["shape"] == [6, 12, 16]
    assert stack["spacing_mm"] == pytest.approx([3.0, 0.9, 0.6])
    assert stack["uniform"] is True
    assert stack["files"] == 6
    assert stack["patient"] == {
        "name": "Doe^Jane", "id": "P1", "birth_date": "1970-01-31", "sex": "F",
    }  # fmt: skip
    assert np.array(stack["affine_lps"]) @ (2, 0, 0, 1) == pytest.approx([-5, -8, 106, 1])
    (skipped,) = found["skipped"]
    assert set(skipped) == {"path", "reason"}
    assert skipped["path"].endswith("notes.txt")


def test_an_uneven_stack_has_no_affine(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path, gaps=(2,))

    (stack,) = json.loads(run("series", tmp_path, "--json").out)["series"]

    assert stack["uniform"] is False
    assert stack["affine_lps"] is None
    assert stack["spacing_mm"][0] is None
    assert "GAP" in [warning["code"] for warning in stack["warnings"]]


def test_a_single_file_is_listed_too(run: Run, tmp_path: Path) -> None:
    file = ct.write_series(tmp_path)[0]

    (stack,) = json.loads(run("series", file, "--json").out)["series"]

    assert stack["shape"][0] == 1


def test_for_people_the_list_is_a_table(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path, gaps=(2,))
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")

    out = run("series", tmp_path).out

    assert "5 x 12 x 16" in out
    assert "1 slice is missing" in out
    assert "1 file skipped: This is not a DICOM file." in out
    assert "Doe" not in out


# --- what is wrong


def test_a_missing_path_is_said(run: Run, tmp_path: Path) -> None:
    assert "no file or folder" in run("series", tmp_path / "nowhere", "--json").line


def test_an_empty_folder_is_said(run: Run, tmp_path: Path) -> None:
    assert "holds no files" in run("series", tmp_path, "--json").line


@pytest.mark.parametrize("content", [b"", b"text", b"\0" * 500, bytes(range(256)) * 9])
def test_a_file_that_is_no_dicom_is_said(run: Run, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    for arguments in (["series", file, "--json"], ["series", file], ["series", tmp_path]):
        assert run(*arguments).line.startswith("There is no CT that can be used here: ")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_said(run: Run, tmp_path: Path, share: float) -> None:
    whole = ct.write_series(tmp_path / "ct", rows=64, columns=64)[0].read_bytes()
    file = tmp_path / "cut"
    file.write_bytes(whole[: int(len(whole) * share)])

    result = run("series", file, "--json")

    assert result.line.startswith("There is no CT that can be used here: ")
    assert json.loads(result.out)["skipped"][0]["path"] == str(file)
    assert "There is no CT" in run("convert", file, tmp_path / "out.nii").line


def test_an_unknown_transfer_syntax_is_said(run: Run, tmp_path: Path) -> None:
    files = ct.write_series(tmp_path)
    for file in files:
        # the same length, so that the file stays well-formed
        file.write_bytes(
            file.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0")
        )

    result = run("series", tmp_path, "--json")

    assert "1.2.840.10008.9.9.9" in result.line
    assert "no decoder for it is known" in result.line
    assert "no decoder" in run("convert", tmp_path, tmp_path / "out.nii.gz").line


def test_pixels_that_cannot_be_decoded_are_said(run: Run, tmp_path: Path) -> None:
    def junk(dataset: ct.Dataset, _: int) -> None:
        dataset.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0\x04\0\0\0junk"
        dataset["PixelData"].is_undefined_length = True

    ct.write_series(tmp_path / "ct", transfer_syntax=JPEG2000Lossless, edit=junk)

    result = run("convert", tmp_path / "ct", tmp_path / "out.nii.gz")

    assert "damaged" in result.line
    assert not (tmp_path / "out.nii.gz").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["series"],
        ["convert", "a"],
        ["convert", "a", "b.nii", "--stack", "x"],
        ["series", "a", "--colour"],
        ["phantom", "out", "--position", "standing"],
        ["phantom", "out", "--rows", "0"],
        ["phantom", "out", "--gantry-tilt-deg", "80"],
    ],
)
def test_wrong_arguments_are_one_line_too(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).line


def test_a_fault_of_our_own_is_a_line_and_a_status(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object, **__: object) -> str:
        raise ZeroDivisionError("Doe^Jane")

    monkeypatch.setattr(commands, "series", faulty)

    result = run("series", tmp_path)

    assert result.status == cli.FAULT_STATUS
    assert "ZeroDivisionError" in result.line
    assert "Doe" not in result.line
    monkeypatch.setenv("PAINMAP_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["series", str(tmp_path)])


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), cli.STOPPED_STATUS), (OSError(errno.ENOSPC, "No space left"), 1)],
)
def test_a_stop_and_a_full_disk_are_a_line(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise error

    monkeypatch.setattr(commands, "series", broken)

    result = run("series", tmp_path)

    assert result.status == status
    assert result.line


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    ct.write_series(tmp_path)
    script = (
        "import os, sys; from painmap import cli; os.close(0); r, w = os.pipe(); os.close(r);"
        "os.dup2(w, 1); sys.exit(cli.main(sys.argv[1:]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "series", tmp_path, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_cannot_write_a_name_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named(dataset: ct.Dataset, _: int) -> None:
        dataset.SeriesDescription = "脊椎 Wirbelsäule"

    ct.write_series(tmp_path, edit=named)
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)

    assert cli.main(["series", str(tmp_path)]) == 0
    out.flush()
    assert b"Wirbels" in out.buffer.getvalue()  # type: ignore[attr-defined]  # a BytesIO


# --- convert


def test_the_only_volume_is_converted_in_hounsfield_units(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct", slopes=(1.0, 0.5))
    ct.write_series(tmp_path / "scout", series_uid="1.2.3.4.2", count=1, localizer=True)
    out = tmp_path / "out.nii.gz"

    result = run("convert", tmp_path, out)

    assert result.status == 0
    image = nibabel.load(out)
    assert image.shape == (16, 12, 6)
    i, j, k = 3, 5, 2
    x, y, z = -5 + 0.6 * i, -8 + 0.9 * j, 100 + 3.0 * k
    assert image.affine @ (i, j, k, 1) == pytest.approx((-x, -y, z, 1))
    assert image.get_fdata()[i, j, k] == pytest.approx(np.rint(10 * x + 3 * y + z), abs=0.5)


def test_with_several_volumes_convert_lists_them(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "a", series_uid="1.2.3.4.1")
    ct.write_series(tmp_path / "b", series_uid="1.2.3.4.2")
    out = tmp_path / "out.nii.gz"

    asked = run("convert", tmp_path, out)
    told = run("convert", tmp_path, out, "--series", "1.2.3.4.2")

    assert asked.line.startswith("2 stacks can be converted")
    assert "--series 1.2.3.4.1 --stack 0" in asked.out
    assert "--series 1.2.3.4.2 --stack 0" in asked.out
    assert told.status == 0
    assert out.exists()


@pytest.mark.parametrize("options", [{"gaps": (2,)}, {"count": 1}, {"repeats": (1,)}])
def test_what_is_no_volume_is_refused(run: Run, tmp_path: Path, options: dict[str, object]) -> None:
    ct.write_series(tmp_path / "ct", **options)  # type: ignore[arg-type]  # plain options

    result = run("convert", tmp_path / "ct", tmp_path / "out.nii.gz")

    assert result.line
    assert not (tmp_path / "out.nii.gz").exists()


def test_convert_says_what_it_cannot_find_or_write(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct")
    out = tmp_path / "out.nii"

    assert "no such series" in run("convert", tmp_path, out, "--series", "7").line
    assert "no such series" in run("convert", tmp_path, out, "--stack", "4").line
    assert ".nii" in run("convert", tmp_path, tmp_path / "out.dcm").line
    assert "not there" in run("convert", tmp_path, tmp_path / "no" / "out.nii").line
    assert run("convert", tmp_path, out, "--stack", "0").status == 0


def test_another_reading_of_a_series_can_be_converted(run: Run, tmp_path: Path) -> None:
    ct.write_series(tmp_path / "ct", count=8, gaps=(3,))
    out = tmp_path / "out.nii.gz"

    asked = run("convert", tmp_path / "ct", out, "--reading", "nonsense")
    several = run("convert", tmp_path / "ct", out, "--reading", "split where slices are missing")
    by_name = run(
        "convert", tmp_path / "ct", out, "--reading", "where slices are missing", "--stack", "1"
    )
    by_number = run(
        "convert", tmp_path / "ct", tmp_path / "b.nii", "--reading", "2", "--stack", "1"
    )

    assert "read that way" in asked.line
    assert "--reading 1  all as one" in asked.out
    assert "--reading 2  split where slices are missing: 2 stacks" in asked.out
    assert several.line.startswith("2 stacks can be converted")
    assert by_name.status == by_number.status == 0
    assert nibabel.load(out).shape == nibabel.load(tmp_path / "b.nii").shape
    assert nibabel.load(out).shape[2] < 7
    assert "--reading 2 of convert" in run("series", tmp_path / "ct").out
    missing = run("convert", tmp_path / "ct", out, "--reading", "2", "--series", "7")
    assert "no such series" in missing.line


# --- phantom


def test_phantom_writes_a_synthetic_series_that_series_reads(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"

    made = run("phantom", out, *TINY, "--position", "FFP", "--seed", "3")

    assert made.status == 0
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []
    (stack,) = json.loads(run("series", out, "--json").out)["series"]
    assert stack["shape"] == [5, 24, 24]
    assert stack["patient_position"] == "FFP"
    assert stack["warnings"][0]["code"] == "SYNTHETIC"


def test_phantom_takes_several_rescale_slopes_in_turn(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"

    made = run("phantom", out, *TINY, "--rescales", "1:-1024,0.5:-1024")

    assert made.status == 0
    slopes = {float(dcmread(path).RescaleSlope) for path in out.iterdir()}
    assert slopes == {1.0, 0.5}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--noise-hu", "nan"],
        ["--noise-hu", "inf"],
        ["--noise-hu", "-1"],
        ["--off-centre-mm", "nan"],
        ["--scoliosis-mm", "1e9"],
        ["--rotation-deg", "inf"],
        ["--gantry-tilt-deg", "nan"],
        ["--slice-step-mm", "nan"],
        ["--pixel-spacing", "inf", "1"],
        ["--rows", "100000"],
        ["--slices", "100000"],
        ["--missing-slices", "0", "1", "2", "3", "4"],
        ["--rescales", "2:-1024"],
        ["--rescales", "nan:0"],
        ["--rescales", "inf:0"],
        ["--rescales", "1"],
        ["--rescales", ""],
        ["--seed", "9" * 40],
    ],
)
def test_a_phantom_that_cannot_be_is_one_line_and_nothing_is_written(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    place = tmp_path / "place"
    place.mkdir()

    result = run("phantom", place / "out", *TINY, *arguments)

    assert result.status in (cli.ERROR_STATUS, cli.USAGE_STATUS)
    assert result.line
    assert list(place.iterdir()) == []


def test_phantom_takes_an_empty_folder_and_no_other(run: Run, tmp_path: Path) -> None:
    empty, taken = tmp_path / "empty", tmp_path / "taken"
    empty.mkdir()
    taken.mkdir()
    (taken / "precious.txt").write_text("x", encoding="utf-8")

    assert run("phantom", empty, *TINY).status == 0
    assert "new or an empty folder" in run("phantom", taken, *TINY).line
    assert [path.name for path in taken.iterdir()] == ["precious.txt"]
    assert run("phantom", tmp_path / "no" / "out", *TINY).line


# --- export and import


@pytest.fixture(autouse=True)
def one_application(qapp: object) -> None:
    """Let pictures be painted by the one application that a test run has."""


def stored_visit(folder: Path) -> str:
    folder.mkdir()
    clinic = Clinic.open(folder, author="dr")
    try:
        patient = Patient(uuid4(), PatientKind.DEMONSTRATION, "Demo", "Dora", date(1970, 1, 31))
        clinic.add_patient(patient)
        return str(clinic.new_visit(patient.id).visit.id)
    finally:
        clinic.close()


def test_a_visit_goes_out_and_comes_in_again(run: Run, tmp_path: Path) -> None:
    visit_id = stored_visit(tmp_path / "data")
    (tmp_path / "out").mkdir()

    gone_out = run("export", visit_id, tmp_path / "out", "--data", tmp_path / "data")
    document = next(line for line in gone_out.out.splitlines() if line.endswith(".json"))
    came_in = run("import", document, "--data", tmp_path / "other")
    again = run("import", document, "--data", tmp_path / "other")

    assert visit_id in came_in.out
    assert again.status == 0
    assert run("export", visit_id, tmp_path / "out", "--data", tmp_path / "other").status == 0


def test_an_export_from_the_command_line_has_its_pictures(run: Run, tmp_path: Path) -> None:
    visit_id = stored_visit(tmp_path / "data")

    done = run("export", visit_id, tmp_path, "--data", tmp_path / "data")

    assert done.status == 0
    written = {Path(line).name for line in done.out.splitlines()}
    assert {"body-front.png", "body-back.png"} <= written


def test_an_export_without_what_paints_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_id = stored_visit(tmp_path / "data")
    monkeypatch.setattr(cli, "_painter", lambda: None)

    done = run("export", visit_id, tmp_path, "--data", tmp_path / "data")

    assert done.status == 0
    assert "No pictures: the libraries that paint them are missing here." in done.out
    assert "visit.json" in done.out


def test_export_and_import_say_what_is_wrong(run: Run, tmp_path: Path) -> None:
    visit_id = stored_visit(tmp_path / "data")
    data = ["--data", tmp_path / "data"]
    text = tmp_path / "text.json"
    text.write_text("{}", encoding="utf-8")

    assert "no visit id" in run("export", "7", tmp_path, *data).line
    assert run("export", uuid4(), tmp_path, *data).line
    assert run("export", visit_id, tmp_path / "nowhere", *data).line
    assert "no records" in run("export", visit_id, tmp_path, "--data", tmp_path / "none").line
    assert not (tmp_path / "none").exists()
    assert run("import", text, *data).line
    assert run("import", tmp_path / "nowhere.json", *data).line
    assert run("import", tmp_path, *data).line


def test_a_document_that_cannot_be_taken_makes_no_data_folder(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "new"
    text = tmp_path / "text.json"
    text.write_text("{}", encoding="utf-8")
    stamp = Stamp(1, "dr", make.STARTED)
    report = Sha256(sha256(b"{}").hexdigest())
    study = make.study(report, origin=Origin.SYNTHETIC, stamp=stamp)
    who = make.patient(stamp=stamp)
    visit = make.visit(study, patient_id=who.id)
    document = VisitDocument(
        written_at=make.STARTED, patient=who, visit=visit, blobs={report: b"{}"}
    )
    forbidden = tmp_path / "forbidden.json"
    forbidden.write_text(dumps(document), encoding="utf-8")

    assert run("import", text, "--data", data).line
    assert run("import", tmp_path / "nowhere.json", "--data", data).line
    assert "this study is synthetic" in run("import", forbidden, "--data", data).line

    assert not data.exists()


def test_the_data_option_stands_before_or_after_the_command(run: Run, tmp_path: Path) -> None:
    visit_id = stored_visit(tmp_path / "data")
    (tmp_path / "out").mkdir()

    assert run("--data", tmp_path / "data", "export", visit_id, tmp_path / "out").status == 0
    assert run("export", "--data", tmp_path / "data", visit_id, tmp_path / "out").status == 0


# --- the rest


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])

    assert left.value.code == 0
    assert capsys.readouterr().out == f"painmap {__version__}\n"


def test_without_a_command_a_bare_system_is_told_what_it_lacks(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare() -> None:
        raise WindowError(WindowProblem.LIBRARIES, what="libEGL.so.1", hint="Install them.")

    monkeypatch.setattr(cli, "check_window", bare)

    assert "libEGL.so.1" in run().line
    assert "libEGL.so.1" in run("--demo").line
    assert window_needs.WindowError is WindowError


# --- real CT


@pytest.mark.shared_data
def test_a_real_volume_equals_its_nifti_voxel_for_voxel(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    case = shared_data / "dicom-cases" / "03_labelled_lumbar_truth"
    out = tmp_path / "out.nii.gz"

    assert run("convert", case / "dicom", out).status == 0

    ours = nibabel.as_closest_canonical(nibabel.load(out))
    theirs = nibabel.as_closest_canonical(nibabel.load(case / "nifti" / "example_ct.nii.gz"))
    assert np.abs(ours.affine - theirs.affine).max() < 1e-3
    assert np.array_equal(np.asarray(ours.dataobj), np.asarray(theirs.dataobj))


@pytest.mark.shared_data
def test_eleven_blocks_are_eleven_stacks_and_ask_which(
    run: Run, tmp_path: Path, shared_data: Path
) -> None:
    folder = shared_data / "lumbar-ct-cc0"

    stacks = json.loads(run("series", folder / "lspine_axial", "--json").out)["series"]
    asked = run("convert", folder / "lspine_axial", tmp_path / "out.nii.gz")

    assert [stack["stack"] for stack in stacks] == list(range(11))
    assert all(stack["uniform"] for stack in stacks)
    assert asked.line.startswith("11 stacks can be converted")
    for plane in ("lspine_coronal", "lspine_sagittal"):
        assert run("convert", folder / plane, tmp_path / f"{plane}.nii.gz").status == 0
