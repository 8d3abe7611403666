import nibabel
import numpy as np
import pytest

from painmap.exchange.errors import ExportError, ExportProblem
from painmap.exchange.nifti import write_nifti
from painmap.imaging.errors import SeriesError, SeriesProblem
from tests.imaging.helpers import load
from tests.support.ct import DIRECTIONS, ramp, write_series


@pytest.mark.parametrize("position", list(DIRECTIONS))
@pytest.mark.parametrize("tilt", [0.0, 15.0])
def test_every_voxel_lies_in_ras_where_the_patient_has_it(tmp_path, position, tilt):
    write_series(tmp_path / "ct", count=4, patient_position=position, tilt_degrees=tilt)
    out = tmp_path / "out.nii.gz"

    write_nifti(load(tmp_path / "ct"), out)

    image = nibabel.load(out)
    data = np.asarray(image.dataobj)
    indices = np.stack(np.indices(data.shape), axis=-1)
    ras = indices @ image.affine[:3, :3].T + image.affine[:3, 3]
    assert data.dtype == np.int16
    assert np.abs(data - ramp(-ras[..., 0], -ras[..., 1], ras[..., 2])).max() <= 1


def test_the_same_volume_gives_the_same_file(tmp_path):
    write_series(tmp_path / "ct", count=3)
    volume = load(tmp_path / "ct")

    write_nifti(volume, tmp_path / "a.nii.gz")
    write_nifti(volume, tmp_path / "b.nii.gz")
    write_nifti(volume, tmp_path / "c.nii")

    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert nibabel.load(tmp_path / "c.nii").shape == (16, 12, 3)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"count": 5, "gaps": (2,)}, SeriesProblem.NOT_UNIFORM),
        ({"count": 1}, SeriesProblem.SINGLE_SLICE),
    ],
)
def test_what_is_no_volume_is_refused_and_nothing_written(tmp_path, arguments, problem):
    write_series(tmp_path / "ct", **arguments)

    with pytest.raises(SeriesError) as caught:
        write_nifti(load(tmp_path / "ct"), tmp_path / "out.nii.gz")

    assert caught.value.problem is problem
    assert not (tmp_path / "out.nii.gz").exists()


def test_a_missing_folder_is_said(tmp_path):
    write_series(tmp_path / "ct", count=2)

    with pytest.raises(ExportError) as caught:
        write_nifti(load(tmp_path / "ct"), tmp_path / "nowhere" / "out.nii.gz")

    assert caught.value.problem is ExportProblem.GONE
