import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.needle_plan import ProcedurePosition
from painmap.domain.places import PatientPoint
from painmap.imaging.needle import NeedlePath
from painmap.imaging.oblique import (
    PlaneFrame,
    Slab,
    along_needle,
    down_needle,
    oblique_image,
    slab_image,
)
from painmap.imaging.reslice import Plane, plane_image
from tests.imaging.helpers import load
from tests.support.ct import ramp, write_series

POSITIONS = ["HFS", "HFP", "FFS", "FFP", "HFDR"]


@pytest.mark.parametrize("position", POSITIONS)
def test_every_pixel_of_an_oblique_plane_shows_what_lies_there(tmp_path, position):
    write_series(tmp_path, count=20, rows=40, columns=44, patient_position=position, field=ramp)
    volume = load(tmp_path)
    centre = volume.geometry.patient_point(10, 20, 22)
    frame = PlaneFrame(centre, np.array((1.0, 0, 0)), np.array((0, 1.0, 0)))
    frame = frame.turned(25, (1, 0, 0)).turned(-15, (0, 1, 0.3))

    image = oblique_image(volume, frame, shape=(21, 25), pixel_mm=0.5)

    rows, columns = np.mgrid[:21, :25]
    places = image.geometry.patient_from_pixel @ np.stack(
        (rows.ravel(), columns.ravel(), np.ones(rows.size))
    )
    wanted = ramp(*places[:3]).reshape(rows.shape)
    assert np.abs(image.pixels - wanted)[image.inside].max() <= 2
    middle = image.geometry.patient_point(10, 12)
    assert middle == pytest.approx(centre)


def test_outside_the_volume_is_air_and_said(tmp_path):
    write_series(tmp_path, count=6)
    volume = load(tmp_path)
    far = volume.geometry.patient_point(0, 0, 0)
    frame = PlaneFrame(far, np.array((1.0, 0, 0)), np.array((0, 0, -1.0)))

    image = oblique_image(volume, frame, shape=(41, 41), pixel_mm=2.0)

    assert not image.inside.all()
    assert (image.pixels[~image.inside] == -1024).all()


@pytest.mark.parametrize(("plane", "axis"), [(Plane.AXIAL, 0), (Plane.CORONAL, 1)])
def test_a_slab_is_the_mean_or_the_brightest_of_its_slices(tmp_path, plane, axis):
    write_series(tmp_path, count=9, rows=12, columns=12)
    volume = load(tmp_path)
    step = volume.geometry.spacing_mm[axis]

    mean = slab_image(volume, plane, 4, 2.1 * step, Slab.MEAN)
    brightest = slab_image(volume, plane, 4, 2.1 * step, Slab.MAXIMUM)

    layers = np.stack([plane_image(volume, plane, at).pixels for at in (3, 4, 5)])
    assert np.array_equal(brightest, layers.max(axis=0))
    assert np.abs(mean - layers.mean(axis=0)).max() <= 0.5
    thin = slab_image(volume, plane, 4, 0.0, Slab.MEAN)
    assert np.array_equal(thin, layers[1])


coordinate = st.floats(-100, 100)
points = st.builds(PatientPoint, coordinate, coordinate, coordinate)


@given(points, points, st.sampled_from(list(ProcedurePosition)), st.booleans())
def test_the_plane_along_a_needle_holds_entry_and_target(entry, target, position, upright):
    if np.linalg.norm(np.subtract(entry, target)) < 1:
        return
    path = NeedlePath(entry, target, position)

    frame = along_needle(path, upright=upright)

    for point in (entry, target):
        assert abs(float(np.subtract(point, frame.centre) @ frame.normal)) < 1e-6


@pytest.mark.parametrize(
    ("out", "left_lies"),
    [((0, 30, 0), "left"), ((0, -30, 0), "right"), ((12, 30, 9), "left"), ((-9, -30, -8), "right")],
)
def test_along_the_needle_one_looks_from_the_feet_as_on_every_axial_picture(out, left_lies):
    target = PatientPoint(20, 30, 40)
    entry = PatientPoint(*(a + b for a, b in zip(target, out, strict=True)))

    frame = along_needle(NeedlePath(entry, target, ProcedurePosition.PRONE))

    assert frame.normal[2] > 0.9, "the head is away from the viewer"
    assert bool(frame.right[0] < 0) is (left_lies == "left")


def test_down_the_needle_the_left_lies_left_as_on_a_back_that_one_looks_at():
    path = NeedlePath(PatientPoint(0, 100, 0), PatientPoint(0, 60, 0), ProcedurePosition.PRONE)

    frame = down_needle(path, 0.5)

    assert frame.right == pytest.approx((-1, 0, 0)), "RIGHT is on the viewer's right"
    assert frame.down == pytest.approx((0, 0, -1))
    assert frame.centre == pytest.approx((0, 80, 0))
    assert frame.normal == pytest.approx((0, -1, 0)), "one looks into the patient"


def test_a_frame_that_is_askew_is_refused():
    with pytest.raises(ValueError, match="right angles"):
        PlaneFrame(PatientPoint(0, 0, 0), np.array((1.0, 0, 0)), np.array((1.0, 0, 0)))
