"""A muscle over its slices: contours, fill, brush; through edits, undone to the first state."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, CompartmentStatus
from painmap.domain.ids import new_id
from painmap.domain.injection import Outline
from painmap.domain.progress import run_to_end
from painmap.imaging.slice_mask import SliceMask
from painmap.services.anchors import anchor_for
from painmap.services.compartments import (
    MuscleMasks,
    compartment_of,
    edit_of,
    filling,
    masks_of,
    with_contours,
    with_keys,
)
from tests.imaging.helpers import load
from tests.support import factories as make
from tests.support.ct import write_series

MUSCLE = "multifidus"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ct")
    write_series(folder, count=12, rows=40, columns=48)
    return load(folder).stack


def box(stack, left, size=8):
    mask = np.zeros(stack.shape[1:], dtype=bool)
    mask[10 : 10 + size, left : left + size] = True
    return SliceMask.of(mask)


def contour(stack, k, left, size=8):
    plane = stack.slice_geometry(k)
    corners = [(9.5, left - 0.5), (9.5, left + size - 0.5)]
    corners += [(9.5 + size, left + size - 0.5), (9.5 + size, left - 0.5)]
    return Outline(
        id=new_id(),
        muscle_id=MUSCLE,
        side=Side.LEFT,
        anchor=anchor_for(stack, k),
        points=tuple(plane.patient_point(*corner) for corner in corners),
    )


def edited(before, after, stack, visit, label="paint"):
    return edit_of(before, after, stack, label=label, muscle_id=MUSCLE, side=Side.LEFT, visit=visit)


def origins(masks):
    return {k: one.origin for k, one in sorted(masks.slices.items())}


def test_contours_and_a_fill_become_one_muscle_in_one_edit(stack):
    visit = make.visit()
    empty = MuscleMasks(None)
    drawn = with_contours(empty, stack, [contour(stack, 2, 10), contour(stack, 6, 20)])

    edit = edited(empty, run_to_end(filling(drawn, stack)), stack, visit, "fill between slices")

    after = edit.apply(visit)
    found = compartment_of(after, MUSCLE, Side.LEFT, stack)
    assert [area.k for area in found.areas] == [2, 3, 4, 5, 6]
    assert [area.k for area in found.keys] == [2, 6]
    stored = {SliceMask.decoded(each).sha256: each for each in edit.content}
    again = masks_of(found, stored.__getitem__)
    assert again.slices[2].mask == box(stack, 10)
    middle = np.argwhere(again.slices[4].mask.whole()).mean(axis=0)
    assert middle == pytest.approx((13.5, 18.5), abs=0.5)


def test_a_brush_on_a_filled_slice_makes_it_a_key_and_fills_beside_it_anew(stack):
    drawn = with_contours(MuscleMasks(None), stack, [contour(stack, 0, 10), contour(stack, 8, 10)])
    filled = run_to_end(filling(drawn, stack))

    painted = with_keys(filled, stack, {4: box(stack, 20)}, AreaOrigin.PAINTED)

    assert origins(painted)[4] is AreaOrigin.PAINTED
    assert origins(painted)[3] is AreaOrigin.FILLED
    centre = np.argwhere(painted.slices[2].mask.whole()).mean(axis=0)[1]
    assert centre == pytest.approx(18.5, abs=0.5), "half-way from the contour to the brush"


def test_a_brush_where_nothing_was_filled_fills_nothing(stack):
    masks = with_keys(
        MuscleMasks(None), stack, {1: box(stack, 5), 5: box(stack, 5)}, AreaOrigin.PAINTED
    )

    assert sorted(masks.slices) == [1, 5]


def test_taking_a_key_away_fills_from_its_neighbours(stack):
    drawn = with_contours(
        MuscleMasks(None),
        stack,
        [contour(stack, 0, 10), contour(stack, 4, 30), contour(stack, 8, 10)],
    )
    filled = run_to_end(filling(drawn, stack))
    nothing = SliceMask.of(np.zeros(stack.shape[1:], dtype=bool))

    without = with_keys(filled, stack, {4: nothing}, AreaOrigin.PAINTED)

    assert origins(without)[4] is AreaOrigin.FILLED
    assert np.argwhere(without.slices[4].mask.whole()).mean(axis=0)[1] == pytest.approx(
        13.5, abs=0.5
    )


def test_taking_an_end_away_takes_what_followed_it(stack):
    drawn = with_contours(MuscleMasks(None), stack, [contour(stack, k, 10) for k in (0, 4, 8)])
    filled = run_to_end(filling(drawn, stack))
    nothing = SliceMask.of(np.zeros(stack.shape[1:], dtype=bool))

    without = with_keys(filled, stack, {8: nothing}, AreaOrigin.PAINTED)

    assert sorted(without.slices) == [0, 1, 2, 3, 4]


def test_an_accepted_muscle_that_is_changed_is_edited_and_a_locked_one_is_not_changed(stack):
    visit = make.visit()
    empty = MuscleMasks(None)
    first = with_keys(empty, stack, {1: box(stack, 5)}, AreaOrigin.PAINTED)
    visit = edited(empty, first, stack, visit).apply(visit)
    found = compartment_of(visit, MUSCLE, Side.LEFT, stack)
    accepted = replace(found, status=CompartmentStatus.ACCEPTED)
    more = with_keys(
        replace(first, compartment=accepted), stack, {2: box(stack, 5)}, AreaOrigin.PAINTED
    )

    edit = edited(replace(first, compartment=accepted), more, stack, visit)

    assert edit.put[0].status is CompartmentStatus.EDITED
    assert len(edit.content) == 0, "the mask of the new slice is one that is stored already"
    locked = replace(first, compartment=replace(found, locked=True))
    with pytest.raises(ValueError, match="locked"):
        edited(locked, more, stack, visit)


def test_rubbing_all_out_takes_the_muscle_away(stack):
    visit = make.visit()
    empty = MuscleMasks(None)
    first = with_keys(empty, stack, {1: box(stack, 5)}, AreaOrigin.PAINTED)
    visit = edited(empty, first, stack, visit).apply(visit)
    before = replace(first, compartment=visit.compartments[0])
    nothing = SliceMask.of(np.zeros(stack.shape[1:], dtype=bool))

    edit = edited(before, with_keys(before, stack, {1: nothing}, AreaOrigin.PAINTED), stack, visit)

    assert edit.apply(visit).compartments == ()


@given(st.data())
def test_fills_always_lie_between_two_keys(stack, data):
    masks = MuscleMasks(None)
    nothing = SliceMask.of(np.zeros(stack.shape[1:], dtype=bool))
    for _ in range(data.draw(st.integers(1, 6))):
        k = data.draw(st.integers(0, 11))
        if len(masks.keys) >= 2 and data.draw(st.booleans()):
            masks = run_to_end(filling(masks, stack))
        left = data.draw(st.none() | st.integers(2, 36))
        changed = nothing if left is None else box(stack, left)
        masks = with_keys(masks, stack, {k: changed}, AreaOrigin.PAINTED)
        keys = sorted(masks.keys)
        for at, one in masks.slices.items():
            if one.origin is AreaOrigin.FILLED:
                assert keys[0] < at < keys[-1]
                assert one.mask.pixels
