import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from painmap.domain.places import PatientPoint
from painmap.domain.progress import Progress, run_to_end
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.volume import AIR_HU, hounsfield, loading
from tests.imaging.helpers import load, only_stack
from tests.support.ct import DIRECTIONS, ramp, write_series


@pytest.mark.parametrize("position", list(DIRECTIONS))
def test_hu_lie_where_the_patient_has_them(tmp_path, position):
    write_series(tmp_path, count=4, patient_position=position)

    volume = load(tmp_path)

    assert volume.hu.dtype == np.int16
    k, j, i = np.indices(volume.shape)
    points = volume.geometry.patient_points(np.stack((k, j, i), axis=-1))
    truth = ramp(points[..., 0], points[..., 1], points[..., 2])
    assert np.abs(volume.hu - truth).max() <= 1


@pytest.mark.parametrize("degrees", [15, -15])
def test_hu_lie_where_the_patient_has_them_under_tilt(tmp_path, degrees):
    write_series(tmp_path, count=4, tilt_degrees=degrees)

    volume = load(tmp_path)

    points = volume.geometry.patient_points(np.stack(np.indices(volume.shape), axis=-1))
    truth = ramp(points[..., 0], points[..., 1], points[..., 2])
    assert np.abs(volume.hu - truth).max() <= 1


def test_every_slice_has_its_own_rescale(tmp_path):
    even = lambda x, y, z: 4 * np.rint(ramp(x, y, z) / 4)  # noqa: E731 - a field in one line
    write_series(tmp_path / "a", count=6, field=even)
    write_series(tmp_path / "b", count=6, field=even, slopes=(1, 2, 0.5), intercepts=(-1024, -2000))

    a, b = load(tmp_path / "a"), load(tmp_path / "b")

    assert b.hu.dtype == np.int16
    assert (a.hu == b.hu).all()


def test_values_that_are_not_whole_are_kept(tmp_path):
    write_series(tmp_path, count=3, slopes=(1, 0.3, 1))

    volume = load(tmp_path)

    assert volume.hu.dtype == np.float32
    assert (volume.hu[0] == np.rint(volume.hu[0])).all()


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("high_bit", [None, 11, 13, 15])
def test_only_the_stored_bits_count(tmp_path, signed, high_bit):
    write_series(
        tmp_path, count=2, signed=signed, bits_stored=12, high_bit=high_bit,
        intercepts=(0.0 if signed else -1024.0,),
    )  # fmt: skip

    volume = load(tmp_path)

    x, y, z = volume.geometry.patient_point(1, 2, 3)
    assert volume.hu[1, 2, 3] == pytest.approx(ramp(x, y, z), abs=1)


def test_values_beyond_int16_are_kept_as_floats(tmp_path):
    write_series(tmp_path, count=2, field=lambda x, y, z: 0 * x + 40000)

    volume = load(tmp_path)

    assert volume.hu.dtype == np.float32
    assert volume.hu.max() == 40000


def corner(stored: np.ndarray) -> None:
    stored[:3, :2] = 63536
    stored[5, 5] = 63530


def test_padding_is_told_apart_and_shown_as_air(tmp_path):
    write_series(tmp_path, count=3, padding=63536, padded=corner)

    volume = load(tmp_path)

    mask = volume.padding_mask(1)
    assert mask.sum() == 6
    assert (volume.hu[1][mask] == AIR_HU).all()
    assert volume.hu_of(1, 0, 0) is None
    assert volume.hu_of(1, 5, 5) == 63530 - 1024
    assert volume.hu_of(1, 6, 6) is not None


def test_a_range_of_padding_is_padding(tmp_path):
    write_series(tmp_path, count=2, padding=63536, padding_limit=63530, padded=corner)

    volume = load(tmp_path)

    assert volume.padding_mask(0).sum() == 7
    assert volume.hu.dtype == np.int16


def test_padding_in_the_other_sign_is_understood(tmp_path):
    def dark(stored: np.ndarray) -> None:
        stored[0, 0] = -2000

    def unsigned(dataset, _):
        dataset.add_new("PixelPaddingValue", "US", 63536)

    write_series(
        tmp_path, count=2, signed=True, intercepts=(0.0,), padding=0, padded=dark, edit=unsigned
    )

    volume = load(tmp_path)

    assert volume.padding_mask(0).sum() == 1
    assert volume.hu[0, 0, 0] == -2000


def test_where_nothing_is_padding_there_is_no_mask(tmp_path):
    write_series(tmp_path, count=2, padding=63536)

    volume = load(tmp_path)

    assert volume.padding is None
    assert volume.padding_mask(0) is None


def test_a_volume_cannot_be_written_to(tmp_path):
    write_series(tmp_path, count=2, padding=63536, padded=corner)

    volume = load(tmp_path)

    assert not volume.hu.flags.writeable
    assert not volume.padding.flags.writeable


def test_an_uneven_stack_loads_for_looking_at_its_slices(tmp_path):
    write_series(tmp_path, count=6, gaps=(2,))

    volume = load(tmp_path)

    assert volume.geometry is None
    assert volume.hu_at(PatientPoint(-4, -7, 100)) is None
    x, y, z = volume.slice_geometry(3).patient_point(2, 5)
    assert z == pytest.approx(112)
    assert volume.hu[3, 2, 5] == pytest.approx(ramp(x, y, z), abs=1)


def test_hu_are_read_at_a_point(tmp_path):
    write_series(tmp_path, count=4)

    volume = load(tmp_path)
    point = volume.geometry.patient_point(2, 3, 4)

    assert volume.hu_at(point) == volume.hu[2, 3, 4]
    assert volume.hu_at(PatientPoint(500, 0, 0)) is None


def test_loading_reports_each_slice(tmp_path):
    write_series(tmp_path, count=4)

    steps = list(loading(only_stack(tmp_path)))

    assert steps[0] == Progress(0, 4, "Reading slices")
    assert steps[-1] == Progress(4, 4, "Reading slices")


def test_a_file_that_went_away_is_said(tmp_path):
    paths = write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    paths[1].unlink()

    with pytest.raises(SeriesError) as caught:
        run_to_end(loading(stack))

    assert caught.value.problem is SeriesProblem.FILE_GONE


def test_a_file_that_was_exchanged_is_said(tmp_path):
    paths = write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    paths[1].write_bytes(paths[0].read_bytes())

    with pytest.raises(SeriesError) as caught:
        run_to_end(loading(stack))

    assert caught.value.problem is SeriesProblem.FILE_CHANGED


def test_a_file_that_was_cut_is_said(tmp_path):
    paths = write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    paths[1].write_bytes(paths[1].read_bytes()[:-9])

    with pytest.raises(SeriesError) as caught:
        run_to_end(loading(stack))

    assert caught.value.problem is SeriesProblem.TRUNCATED


def test_a_file_that_is_something_else_now_is_said(tmp_path):
    paths = write_series(tmp_path, count=3)
    stack = only_stack(tmp_path)
    paths[1].write_bytes(b"nothing of the kind" * 30)

    with pytest.raises(SeriesError) as caught:
        run_to_end(loading(stack))

    assert isinstance(caught.value.problem, SeriesProblem)


def test_rescaling_by_a_broken_decimal_is_whole_where_it_is():
    stored = np.array([[0, 2], [4, 6]], dtype=np.uint16)

    assert hounsfield(stored, 0.5, -1024, None).dtype == np.int16
    assert hounsfield(stored, 0.25, -1024, None).dtype == np.float32


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_lossless_compression_changes_nothing(tmp_path, syntax):
    def compressed(dataset: Dataset, _: int) -> None:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.compress(syntax, generate_instance_uid=False)

    size = {"count": 2, "rows": 64, "columns": 64, "bits_stored": 12}
    write_series(tmp_path / "plain", **size)
    write_series(tmp_path / "packed", **size, edit=compressed, transfer_syntax=syntax)

    plain, packed = load(tmp_path / "plain"), load(tmp_path / "packed")

    assert packed.stack.transfer_syntaxes == (str(syntax),)
    assert "LOSSY" not in {code.value for code in packed.stack.codes}
    assert (plain.hu == packed.hu).all()
