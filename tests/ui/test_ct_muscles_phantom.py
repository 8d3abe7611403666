"""The main road on the phantom: a contour every few slices, filled, against the known muscle."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from painmap.domain.anatomy import Side
from painmap.domain.progress import run_to_end
from painmap.imaging.slice_mask import Mask
from painmap.phantom import Phantom, PhantomOptions, make_phantom, write_series
from painmap.ui.ct_tool_strip import ToolName
from painmap.ui.desk import Desk
from tests.support.ct_page import CtHands, demonstration
from tests.support.truth import rim_of_muscle

OPTIONS = PhantomOptions(
    rows=256, columns=256, slices=60, pixel_spacing=(1.4, 1.4), slice_step_mm=3.0
)
LENGTH = 34
"""Slices: 10 cm and a little."""

MUSCLES = ("erector_spinae", "multifidus", "quadratus_lumborum", "psoas_major")


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return run_to_end(make_phantom(OPTIONS))


@pytest.fixture(scope="module")
def series(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    run_to_end(write_series(phantom, folder))
    return folder


@pytest.fixture
def hands(desk: Desk, qtbot: QtBot, series: Path) -> Iterator[CtHands]:
    made = CtHands(desk, qtbot, demonstration())
    made.open_best(series)
    yield made
    made.settle()


def outlined(hands: CtHands, phantom: Phantom, muscle: str, side: Side, step: int) -> list[int]:
    """Go around a muscle on every `step`-th slice of ten centimetres; give all its slices."""
    truth = phantom.label_mask(muscle, side)
    held = np.flatnonzero(truth.any(axis=(1, 2)))
    middle = int(held.mean())
    low = max(int(held[0]), middle - LENGTH // 2)
    high = min(int(held[-1]), low + LENGTH)
    ks = sorted({*range(low, high, step), high})
    for k in ks:
        hands.choose(muscle, side)
        hands.stroke(rim_of_muscle(phantom, muscle, side, k), ToolName.FREEHAND)
    hands.page.work.fill()
    hands.settle()
    assert len(hands.visit.outlines) == len(ks)
    return list(range(low, high + 1))


def dice(hands: CtHands, truth: Mask, ks: list[int]) -> float:
    (compartment,) = hands.visit.live_compartments
    masks = hands.page.work.muscles.masks(compartment)
    assert masks is not None
    assert sorted(masks.slices) == ks
    made = np.stack([masks.slices[k].mask.whole() for k in ks])
    told = truth[ks]
    return 2 * float((made & told).sum()) / float(made.sum() + told.sum())


def test_six_contours_make_ten_centimetres_of_a_muscle(hands: CtHands, phantom: Phantom) -> None:
    ks = outlined(hands, phantom, "psoas_major", Side.LEFT, 7)

    assert len(hands.visit.outlines) <= 6
    assert dice(hands, phantom.label_mask("psoas_major", Side.LEFT), ks) >= 0.93


@pytest.mark.heavy
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
@pytest.mark.parametrize("muscle", MUSCLES)
def test_every_muscle_is_made_from_contours_nine_millimetres_apart(
    hands: CtHands, phantom: Phantom, muscle: str, side: Side
) -> None:
    ks = outlined(hands, phantom, muscle, side, 3)

    assert dice(hands, phantom.label_mask(muscle, side), ks) >= 0.95


@pytest.mark.heavy
@pytest.mark.parametrize("muscle", MUSCLES)
def test_six_contours_outline_ten_centimetres(
    hands: CtHands, phantom: Phantom, muscle: str
) -> None:
    ks = outlined(hands, phantom, muscle, Side.LEFT, 7)

    assert len(hands.visit.outlines) <= 6
    assert dice(hands, phantom.label_mask(muscle, Side.LEFT), ks) >= 0.93
