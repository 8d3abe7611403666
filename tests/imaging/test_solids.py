"""Surfaces of skin, bone and muscles as points, and how they are drawn."""

from math import pi
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Level, Side
from painmap.domain.progress import run_to_end
from painmap.imaging.errors import SeriesError
from painmap.imaging.scan import scanning
from painmap.imaging.slice_mask import SliceMask
from painmap.imaging.solid_picture import Coloured, Direction, SolidFrame, draw_solids
from painmap.imaging.solids import Solid, Solids, making_solids
from painmap.imaging.volume import Volume, loading
from painmap.phantom import PatientPosition, Phantom, PhantomOptions, make_phantom, write_series
from tests.support.ct import write_series as write_slices
from tests.support.truth import mask_on

SHEARED = np.array(
    [[0.0, 0.3, 1.5, -40.0], [0.0, 1.2, 0.0, 25.0], [4.0, 0.0, 0.0, -90.0], [0.0, 0.0, 0.0, 1.0]]
)


def test_the_surface_of_a_ball_has_its_radius_and_its_normals_also_in_sheared_slices() -> None:
    k, j, i = np.mgrid[:21, :70, :70].astype(np.float64)
    index = np.stack((k, j, i, np.ones_like(k)), axis=-1)
    places = (index @ SHEARED.T)[..., :3]
    middle = (SHEARED @ (10, 35, 35, 1))[:3]
    away = np.linalg.norm(places - middle, axis=-1)

    solid = Solid.around(-away, -28.0, SHEARED)

    assert solid is not None
    found = solid.points - middle
    assert np.linalg.norm(found, axis=1) == pytest.approx(28.0, abs=0.6)
    across = np.abs((solid.normals * found).sum(axis=1)) / 28.0
    assert np.median(across) > 0.99


def test_nothing_has_no_surface() -> None:
    assert Solid.around(np.zeros((4, 5, 6)), 0.5, np.eye(4)) is None


POSITIONS = {
    each.value: PhantomOptions(
        patient_position=each,
        pixel_spacing=(1.5, 1.5),
        rows=270,
        columns=270,
        slices=16,
        slice_step_mm=5.0,
    )
    for each in (PatientPosition.HFS, PatientPosition.HFP, PatientPosition.FFS)
}
POSITIONS["tilted"] = PhantomOptions(
    gantry_tilt_deg=12.0,
    pixel_spacing=(1.5, 1.5),
    rows=270,
    columns=270,
    slices=16,
    slice_step_mm=5.0,
)
MUSCLE = "erector_spinae"


@pytest.fixture(scope="module", params=list(POSITIONS))
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Phantom, Volume, Solids]:
    phantom = run_to_end(make_phantom(POSITIONS[request.param]))
    folder = tmp_path_factory.mktemp("scan")
    run_to_end(write_series(phantom, folder))
    volume = run_to_end(loading(run_to_end(scanning(folder)).stacks[0]))
    return phantom, volume, run_to_end(making_solids(volume, {"left": _masks(phantom, volume)}))


def _masks(phantom: Phantom, volume: Volume) -> dict[int, SliceMask]:
    """The LEFT muscle on the slices as they were read."""
    found = {
        k: mask_on(phantom, volume.stack, k, MUSCLE, Side.LEFT) for k in range(volume.shape[0])
    }
    return {k: SliceMask.of(mask) for k, mask in found.items() if mask.any()}


def test_a_muscle_lies_where_the_phantom_has_it(made: tuple[Phantom, Volume, Solids]) -> None:
    phantom, _, solids = made
    points = solids.muscles["left"].points
    step = max(1, len(points) // 400)
    middle = np.asarray(phantom.target(MUSCLE, Side.LEFT, Level.L3))

    assert (points[:, 0] > 0).all(), "LEFT is +x in every position"
    # just within the surface lies the muscle, on its way to the middle of its own height
    rim = points[::step]
    rim = rim[np.abs(rim[:, 2] - middle[2]) < 12]
    inwards = middle * (1, 1, 0) + rim * (0, 0, 1) - rim
    within = rim + inwards / np.linalg.norm(inwards, axis=1, keepdims=True) * 4.0
    found = [each == (MUSCLE, Side.LEFT) for each in phantom.structures_at(within)]
    assert np.mean(found) > 0.85


def test_skin_and_bone_lie_where_the_phantom_has_them(
    made: tuple[Phantom, Volume, Solids],
) -> None:
    phantom, _, solids = made
    assert solids.skin is not None
    assert solids.bone is not None
    vertebra = np.asarray(phantom.levels[Level.L3].body_centre)
    near = np.linalg.norm(solids.bone.points - vertebra, axis=1)
    assert near.min() < 35
    # the couch is dense, and not part of the body
    low, high = solids.skin.points.min(axis=0) - 3, solids.skin.points.max(axis=0) + 3
    assert (solids.bone.points > low).all()
    assert (solids.bone.points < high).all()


def test_slices_that_are_no_volume_are_refused(tmp_path: Path) -> None:
    write_slices(tmp_path, gaps=[3])
    volume = run_to_end(loading(run_to_end(scanning(tmp_path)).stacks[0]))

    with pytest.raises(SeriesError):
        run_to_end(making_solids(volume, {}))


# --- drawing


def speck(x: float, y: float, z: float, rgb: tuple[float, float, float]) -> Coloured:
    """A small square of points that faces front and back."""
    across = np.arange(-3, 3.1, 0.5)
    points = [(x + a, y, z + b) for a in across for b in across]
    solid = Solid(
        np.array(points, dtype=np.float32),
        np.tile(np.float32([0, 1, 0]), (len(points), 1)),
    )
    return Coloured.of([(solid, rgb)])


def both(*clouds: Coloured) -> Coloured:
    return Coloured(
        np.concatenate([each.points for each in clouds]),
        np.concatenate([each.normals for each in clouds]),
        np.concatenate([each.colours for each in clouds]),
    )


def frame(yaw: float, pitch: float = 0.0) -> SolidFrame:
    return SolidFrame(Direction.of(yaw, pitch), (0.0, 0.0, 0.0), 1.0, 120, 90)


RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
GROUND = (0.0, 0.0, 0.0)


def middle_of(picture: np.ndarray, channel: int) -> tuple[float, float]:
    rows, columns = np.nonzero(picture[:, :, channel] > 60)
    return float(columns.mean()), float(rows.mean())


def test_from_the_back_the_left_is_on_the_left_and_the_head_above() -> None:
    left_head = speck(30.0, 0.0, 20.0, RED)

    back = draw_solids(frame(pi), left_head, None, GROUND, 0.5)
    front = draw_solids(frame(0.0), left_head, None, GROUND, 0.5)

    assert middle_of(back, 0) == pytest.approx((30.0, 25.0), abs=1.0)
    assert middle_of(front, 0) == pytest.approx((90.0, 25.0), abs=1.0)


def test_from_the_left_the_front_is_on_the_left() -> None:
    direction = Direction.of(pi / 2, 0.0)

    assert direction.right == pytest.approx((0.0, 1.0, 0.0), abs=1e-9)
    assert direction.away == pytest.approx((-1.0, 0.0, 0.0), abs=1e-9)


def test_what_is_nearer_hides_what_is_behind() -> None:
    cloud = both(speck(0.0, -20.0, 0.0, RED), speck(0.0, 20.0, 0.0, BLUE))

    front = draw_solids(frame(0.0), cloud, None, GROUND, 0.5)
    back = draw_solids(frame(pi), cloud, None, GROUND, 0.5)

    assert front[45, 60, 0] > 150
    assert front[45, 60, 2] == 0
    assert back[45, 60, 2] > 150
    assert back[45, 60, 0] == 0


def test_skin_lies_over_what_is_within_as_a_veil() -> None:
    inner, skin = speck(0.0, 0.0, 0.0, RED), speck(0.0, -30.0, 0.0, (1.0, 1.0, 1.0))

    veiled = draw_solids(frame(0.0), inner, skin, GROUND, 0.5)
    behind = draw_solids(frame(pi), inner, skin, GROUND, 0.5)

    assert 0 < veiled[45, 60, 1] < 60
    assert veiled[45, 60, 0] > 120
    assert behind[45, 60, 1] == 0


def test_gaps_between_points_are_closed() -> None:
    cloud = speck(0.0, 0.0, 0.0, RED)
    sparse = Coloured(cloud.points[::2] * 6, cloud.normals[::2], cloud.colours[::2])

    open_ = draw_solids(frame(0.0), sparse, None, GROUND, 0.5)
    closed = draw_solids(frame(0.0), sparse, None, GROUND, 6.0)

    assert (closed[40:50, 55:65, 0] > 0).all()
    assert not (open_[40:50, 55:65, 0] > 0).all()


@given(yaw=st.floats(-10, 10), pitch=st.floats(-pi / 2, pi / 2))
def test_every_direction_is_a_turn_without_a_mirror(yaw: float, pitch: float) -> None:
    direction = Direction.of(yaw, pitch)
    axes = np.array([direction.right, direction.down, direction.away])

    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert direction.down[2] <= 1e-9, "the head stays up"


@given(
    yaw=st.floats(-4, 4),
    pitch=st.floats(-1.5, 1.5),
    place=st.tuples(*(st.floats(-25, 25) for _ in range(3))),
)
def test_a_point_is_drawn_where_its_frame_says(
    yaw: float, pitch: float, place: tuple[float, float, float]
) -> None:
    seen = frame(yaw, pitch)
    solid = Solid(np.float32([place]), np.float32([[1, 0, 0]]))
    white = Coloured.of([(solid, (1.0, 1.0, 1.0))])

    picture = draw_solids(seen, white, None, GROUND, 0.0)

    ((column, row),), _ = seen.pixels_of([place])
    rows, columns = np.nonzero(picture[:, :, 0])
    assert (float(rows[0]) + 0.5, float(columns[0]) + 0.5) == pytest.approx((row, column), abs=0.51)


def test_nothing_is_drawn_of_nothing() -> None:
    assert not draw_solids(frame(0.0), Coloured.of(()), None, GROUND, 1.0).any()
