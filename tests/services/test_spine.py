"""What is confirmed, counted, moved and dropped of a spine, and what is said of it until then."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.documents.upgrades import upgraded_item
from painmap.domain.anatomy import Level
from painmap.domain.ids import new_id
from painmap.domain.injection import (
    LEVEL_AS_ENTERED,
    LandmarkKind,
    LandmarkStatus,
    LevelBasis,
    LevelCheck,
    Transitional,
)
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import level_words, visit_sentences
from painmap.domain.visit import Visit
from painmap.imaging.spine_proposal import ProposedVertebra, SpineProposal
from painmap.services.catalogue import muscles
from painmap.services.spine import NO_SPINE, Spine, spine_in
from painmap.services.spine_edits import (
    SpineChange,
    answered,
    confirmed,
    dropped,
    marked,
    moved,
    named,
    of_kind,
    removed,
    spine_of_proposal,
)
from tests.support import factories as make

ANCHOR = make.anchor()
TIP, BODY = LandmarkKind.SPINOUS_PROCESS, LandmarkKind.VERTEBRAL_BODY
LEVELS = (Level.L2, Level.L3, Level.L4, Level.L5)
AT_L4 = PatientPoint(-30.0, 40.0, 30.0)
"""At the height of the body of L4."""


def proposal(*, with_levels: bool = True) -> Spine:
    """L2 to L5, 36 mm apart, each tip 14 mm lower than its body."""
    vertebrae = tuple(
        ProposedVertebra(
            PatientPoint(2.0, 80.0, 88.0 - 36 * n),
            PatientPoint(2.0, 18.0, 102.0 - 36 * n),
            level if with_levels else None,
        )
        for n, level in enumerate(LEVELS)
    )
    return spine_of_proposal(SpineProposal(vertebrae), lambda _: ANCHOR)


def tips(spine: Spine) -> list[Level | None]:
    found = [each for each in spine.landmarks if each.kind is TIP]
    return [each.level for each in sorted(found, key=lambda each: -each.point.z)]


def tip_of(spine: Spine, level: Level):  # type: ignore[no-untyped-def]  # a landmark
    return next(each for each in spine.landmarks if each.kind is TIP and each.level is level)


# --- until it is confirmed


def test_a_proposal_is_shown_and_nothing_of_it_counts_as_the_doctors() -> None:
    spine = proposal()

    assert spine.line is not None
    assert spine.doctors_line is None
    assert not spine.is_certain(AT_L4)
    assert spine.level_of_slice(None) is None
    assert spine.check_level(Level.L4, [AT_L4]).basis is LevelBasis.UNCERTAIN
    assert spine.words.endswith("proposed, not confirmed: level uncertain")


def test_one_action_confirms_all() -> None:
    change = confirmed(proposal(), Transitional.NO)

    after = change.after
    assert {each.status for each in change.put if hasattr(each, "status")} == {
        LandmarkStatus.CONFIRMED
    }
    assert len(change.put) == 9, "four processes, four bodies, the count"
    assert after.is_certain(AT_L4)
    assert after.check_level(Level.L4, [AT_L4]) == LevelCheck(LevelBasis.AGREES, Level.L4)
    assert after.words == "levels counted from the L4 spinous process, transitional vertebra: no"


@pytest.mark.parametrize(
    ("answer", "certain"),
    [
        (Transitional.NO, True),
        (Transitional.YES, True),
        (Transitional.UNSURE, False),
        (Transitional.NOT_ASKED, False),
    ],
)
def test_an_unsure_transitional_vertebra_leaves_every_level_uncertain(
    answer: Transitional, certain: bool
) -> None:
    spine = confirmed(proposal(), answer).after

    assert spine.is_certain(AT_L4) is certain
    assert spine.doctors_line is not None, "the midline is confirmed all the same"
    assert ("level uncertain" in spine.words) is not certain


def test_a_spine_without_a_named_level_has_a_midline_and_no_levels() -> None:
    spine = confirmed(proposal(with_levels=False), None).after

    assert spine.doctors_line is not None
    assert spine.count is None
    assert spine.levels_at(AT_L4) == ()


# --- counting


def test_naming_one_level_names_all() -> None:
    spine = proposal()
    wrong = tip_of(spine, Level.L4)

    change = named(spine, wrong.id, Level.L5)

    assert tips(change.after) == [Level.L3, Level.L4, Level.L5, Level.S1]
    assert change.after.count is not None
    assert not change.after.count.confirmed, "a name is not yet the word for all of it"
    assert len(change.put) == 9, "the proposal is stored with the first touch"


def test_an_added_process_shifts_the_count_beyond_it() -> None:
    spine = proposal()
    two = removed(spine, tip_of(spine, Level.L3).id).after
    two = replace(two, landmarks=tuple(each for each in two.landmarks if each.kind is TIP))
    again = named(two, tip_of(two, Level.L4).id, Level.L4).after
    assert tips(again) == [Level.L2, Level.L4, Level.L5], "nothing is counted beyond a gap"

    change = marked(again, TIP, ANCHOR, PatientPoint(2, 80, 52))

    assert tips(change.after) == [Level.L2, Level.L3, Level.L4, Level.L5]


def test_a_moved_process_is_the_doctors_own() -> None:
    spine = proposal()
    tip = tip_of(spine, Level.L4)

    change = moved(spine, tip.id, ANCHOR, PatientPoint(6, 81, 15))

    mark = next(each for each in change.after.landmarks if each.id == tip.id)
    assert (mark.status, mark.level, mark.point.x) == (LandmarkStatus.MARKED, Level.L4, 6)
    assert change.after.doctors_line is not None
    assert not change.after.is_certain(AT_L4), "the others are still only proposed"


def test_the_count_goes_on_when_the_named_landmark_is_removed() -> None:
    spine = confirmed(proposal(), Transitional.NO).after
    assert spine.count is not None

    change = removed(spine, spine.count.landmark_id)

    assert change.removed == {spine.count.landmark_id}
    assert change.after.count is not None
    assert change.after.count.landmark_id in {each.id for each in change.after.landmarks}
    assert change.after.is_certain(AT_L4)


def test_dropping_keeps_what_the_doctor_marked() -> None:
    spine = proposal()
    kept = tip_of(spine, Level.L3)
    spine = moved(spine, kept.id, ANCHOR, PatientPoint(0, 80, 52)).after

    change = dropped(spine)

    assert [each.id for each in change.after.landmarks] == [kept.id]
    assert change.after.count is not None
    assert change.after.count.landmark_id == kept.id


def test_a_process_may_turn_out_to_be_a_body() -> None:
    spine = confirmed(proposal(), Transitional.NO).after
    tip = tip_of(spine, Level.L4)

    after = of_kind(spine, tip.id, BODY).after

    assert next(each for each in after.landmarks if each.id == tip.id).kind is BODY


def test_a_level_that_is_given_with_the_first_mark_is_where_the_count_begins() -> None:
    change = marked(NO_SPINE, TIP, ANCHOR, PatientPoint(0, 80, 16), Level.L4)

    after = change.after
    assert after.count is not None
    assert (after.count.level, after.count.confirmed) == (Level.L4, True)
    assert not after.is_certain(PatientPoint(20, 40, 16)), "a transitional vertebra was not asked"
    assert answered(after, Transitional.NO).after.is_certain(PatientPoint(20, 40, 16))


def test_an_answer_needs_a_named_level() -> None:
    with pytest.raises(ValueError, match="once a level is named"):
        answered(NO_SPINE, Transitional.NO)


@given(
    st.lists(st.sampled_from(["name", "add", "move", "remove", "confirm", "drop"]), max_size=8),
    st.randoms(use_true_random=False),
)
def test_any_row_of_changes_keeps_a_count_that_stands_on_a_landmark(
    acts: list[str], random: Random
) -> None:
    spine = proposal()
    for act in acts:
        ids = [each.id for each in spine.landmarks]
        change: SpineChange | None = None
        place = PatientPoint(random.uniform(-9, 9), 80, random.uniform(-60, 140))
        if act == "confirm":
            change = confirmed(spine, random.choice(list(Transitional)))
        elif act == "drop":
            change = dropped(spine)
        elif act == "add":
            change = marked(spine, random.choice([TIP, BODY]), ANCHOR, place, Level.L3)
        elif ids and act == "name":
            change = named(spine, random.choice(ids), random.choice(LEVELS))
        elif ids and act == "move":
            change = moved(spine, random.choice(ids), ANCHOR, place)
        elif ids and act == "remove":
            change = removed(spine, random.choice(ids))
        if change is None:
            continue
        spine = change.after
        if spine.count is not None:
            (own,) = [each for each in spine.landmarks if each.id == spine.count.landmark_id]
            assert own.level is spine.count.level
        assert not change.removed & {each.id for each in change.put}


# --- levels of what lies on CT


def test_a_level_may_be_that_of_the_body_or_of_the_process_beside_it() -> None:
    spine = confirmed(proposal(), Transitional.NO).after
    low = PatientPoint(-30, 40, 16)

    assert set(spine.levels_at(low)) == {Level.L4}
    beside_l5 = PatientPoint(-30, 40, 2)
    assert spine.levels_at(beside_l5) == (Level.L5, Level.L4)
    assert spine.check_level(Level.L4, [beside_l5]).basis is LevelBasis.AGREES
    assert spine.check_level(Level.L2, [beside_l5]) == LevelCheck(LevelBasis.DIFFERS, Level.L5)


def test_the_words_of_a_level_are_no_more_certain_than_its_check() -> None:
    assert level_words(Level.L4, LEVEL_AS_ENTERED) == "L4"
    assert level_words(Level.L4, LevelCheck(LevelBasis.AGREES, Level.L4)) == "L4"
    assert level_words(Level.L4, LevelCheck(LevelBasis.UNCERTAIN)) == "L4, level uncertain"
    assert level_words(Level.L4, LevelCheck(LevelBasis.DIFFERS, Level.L3)) == (
        "L4 as entered, L3 by the marked spine"
    )
    assert level_words(None, LevelCheck(LevelBasis.UNCERTAIN)) == "level not given"


def test_an_odd_step_makes_only_its_own_levels_uncertain() -> None:
    heights = {Level.L3: 40.0, Level.L4: 5.0, Level.L5: -30.0, Level.S1: -35.0}
    spine = Spine(
        tuple(
            make.landmark(point=PatientPoint(0, 90, z), level=level) for level, z in heights.items()
        )
    )

    assert spine.is_certain(PatientPoint(30, 60, 38))
    assert not spine.is_certain(PatientPoint(30, 60, -29))
    assert len(spine.odd_words) == 1


# --- old visits


def test_a_midline_of_an_older_version_means_the_same() -> None:
    """Landmarks that were named one by one, without a count, are certain as they were."""
    spine = Spine((make.landmark(point=PatientPoint(0, 92, 5), level=Level.L4),))

    place = spine.place_of(PatientPoint(-32, 60, -3))

    assert place is not None
    assert (place.offset_mm, place.level, place.below_mm) == (-32, Level.L4, 8)
    assert spine.is_certain(PatientPoint(-32, 60, -3))
    assert spine.words == ""
    old = {"kind": "spinous process", "level": "L4"}
    assert upgraded_item("landmarks", old, found=3) == old


# --- in a visit


def test_a_spine_is_that_of_its_study_and_frame() -> None:
    other = replace(ANCHOR, frame_of_reference_uid="1.2.3")
    spine = confirmed(proposal(), Transitional.NO).after
    assert spine.count is not None
    foreign = make.landmark(anchor=other)
    visit = Visit(new_id(), new_id(), datetime(2026, 9, 14, 9, tzinfo=UTC)).changed(
        put=(*spine.landmarks, spine.count, foreign)
    )

    assert set(spine_in(visit, ANCHOR).landmarks) == set(spine.landmarks)
    assert spine_in(visit, other).landmarks == (foreign,)
    said = [each for each in visit_sentences(visit, muscles()) if "counted" in each]
    assert said == [spine.words]
