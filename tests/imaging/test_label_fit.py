"""Masks are brought from any grid to any other without a voxel lost."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from painmap.domain.progress import run_to_end
from painmap.imaging.geometry import PlaneGeometry
from painmap.imaging.label_fit import Fit, fit_of, placing
from painmap.imaging.label_map import LabelMap, LabelPlane, LabelStructure
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.stack import Stack
from tests.imaging.helpers import only_stack
from tests.support.ct import write_series


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    folder: Path = tmp_path_factory.mktemp("ct")
    write_series(folder, count=4, rows=6, columns=7)
    return only_stack(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_voxel_comes_to_where_it_lies_in_the_patient_however_its_plane_is_turned(
    stack: Stack, data: st.DataObject
) -> None:
    """Planes that are cut, shifted by whole pixels, mirrored or turned are the same grid."""
    k = data.draw(st.integers(0, 3))
    plane = stack.slice_geometry(k)
    assert plane is not None
    down, right = plane.patient_from_pixel[:, 0], plane.patient_from_pixel[:, 1]
    row_sign, column_sign = data.draw(st.sampled_from((1, -1))), data.draw(st.sampled_from((1, -1)))
    swap = data.draw(st.booleans())
    first = (data.draw(st.integers(-4, 9)), data.draw(st.integers(-4, 9)))
    rows, columns = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    axes = (row_sign * down, column_sign * right)
    axes = axes[::-1] if swap else axes
    origin = plane.patient_from_pixel @ (*first, 1.0)
    matrix = np.column_stack((*axes, origin))
    bits = np.array(
        data.draw(st.lists(st.booleans(), min_size=rows * columns, max_size=rows * columns))
    ).reshape(rows, columns)
    bits[0, 0] = True
    label_map = LabelMap(
        "test",
        (LabelStructure(1, "one"),),
        (LabelPlane(PlaneGeometry(matrix), {1: SliceMask.of(bits)}),),
    )

    placed = run_to_end(placing(label_map, [1], stack))

    wanted = np.zeros(stack.shape[1:], dtype=bool)
    lost = 0
    for row, column in np.argwhere(bits).tolist():
        point = (matrix @ (row, column, 1.0))[:3]
        (r, c), away = plane.pixels_of(point)
        assert abs(away) < 1e-9
        at = round(float(r)), round(float(c))
        if 0 <= at[0] < 6 and 0 <= at[1] < 7:
            wanted[at] = True
        else:
            lost += 1
    found = placed.masks[1].get(k)
    made = np.zeros_like(wanted) if found is None else found.whole()
    assert np.array_equal(made, wanted)
    assert set(placed.masks[1]) <= {k}
    assert placed.outside == {1: lost}
    assert (fit_of(label_map, stack) is Fit.SAME_GRID) == bool(wanted.any()) or not wanted.any()


def test_planes_that_are_not_parallel_are_not_brought_together(stack: Stack) -> None:
    plane = stack.slice_geometry(0)
    assert plane is not None
    turned = plane.patient_from_pixel.copy()
    turned[:3, 0] = (0, 0, 0.9)
    mask = {1: SliceMask.of(np.ones((3, 3), dtype=bool))}
    planes = (LabelPlane(plane, mask), LabelPlane(PlaneGeometry(turned), mask))

    found = fit_of(LabelMap("test", (LabelStructure(1, "one"),), planes), stack)

    assert found is Fit.NOT_PARALLEL
