"""What is said of a path: words, rounding, source, and what was not checked."""

from dataclasses import replace
from datetime import date

import pytest

from painmap.domain.anatomy import Level
from painmap.domain.ids import new_id
from painmap.domain.injection import LandmarkKind
from painmap.domain.needle_plan import (
    EntryBasis,
    Hazard,
    HazardKind,
    PlannedPath,
    ProcedurePosition,
)
from painmap.domain.places import PatientPoint
from painmap.imaging.needle import Crossed, NeedlePath
from painmap.imaging.spine_line import SpineLine, SpineMark, SpinePlace
from painmap.services.needle_paths import path_sentence
from painmap.services.needle_words import HazardDistance, PathReading, reading_of, spine_words
from painmap.services.spine import NO_SPINE
from tests.imaging.helpers import load
from tests.support import factories as make
from tests.support.ct import write_series

PRONE, SUPINE = ProcedurePosition.PRONE, ProcedurePosition.SUPINE
LINE = SpineLine(
    [
        SpineMark(PatientPoint(0, 90, 40), Level.L3),
        SpineMark(PatientPoint(0, 92, 5), Level.L4),
        SpineMark(PatientPoint(0, 92, -30), Level.L5),
    ]
)


def reading(entry, target, **changes):
    path = NeedlePath(entry, target, PRONE)
    plain = PathReading(
        path=path,
        step_mm=3.0,
        place=LINE.place_of(target),
        entry_place=LINE.place_of(entry),
        level_confirmed=True,
        crossed=Crossed((), 0.0),
        hazards=(),
        scanned=SUPINE,
        study_day=date(2024, 3, 3),
    )
    return replace(plain, **changes)


# the case of the clinical reference: L4 on the right, 32 mm from the midline, 41 mm deep
STRAIGHT = reading(PatientPoint(-32, 100, -3), PatientPoint(-32, 59, -3))


def test_a_path_reads_as_the_clinic_speaks():
    assert STRAIGHT.place_words.startswith("32 mm RIGHT of the midline, ")
    assert "below the L4 spinous process" in STRAIGHT.place_words
    assert STRAIGHT.depth_words == "41 mm deep on the supine CT of 3 March 2024"
    assert STRAIGHT.angle_words == "0° from the vertical, in the plane of the slice"
    assert STRAIGHT.tilt_words == ""


def test_a_slanted_path_says_skin_entry_and_target_by_name():
    slanted = reading(PatientPoint(-48, 100, -3), PatientPoint(-24, 59, -3))

    entry, target = slanted.places_words
    assert entry.startswith("skin entry 48 mm RIGHT of the midline")
    assert target.startswith("target 24 mm RIGHT of the midline")
    assert entry in path_sentence(slanted)
    assert target in path_sentence(slanted)
    # straight down both are one place
    assert STRAIGHT.places_words == (STRAIGHT.place_words,)


def test_a_needle_that_is_too_short_is_said_in_the_text_too():
    short = replace(STRAIGHT, needle_mm=20)

    assert "the needle of 20 mm is shorter than the path of 41 mm" in path_sentence(short)
    assert replace(STRAIGHT, needle_mm=60).short_words == ""


def test_an_unconfirmed_level_is_uncertain():
    assert replace(STRAIGHT, level_confirmed=False).place_words.endswith("level uncertain")
    assert replace(STRAIGHT, place=None).place_words.endswith("level uncertain")


def test_a_midline_that_is_only_proposed_says_so():
    words = replace(STRAIGHT, level_confirmed=False, is_proposed=True).place_words

    assert " of the proposed midline, " in words
    assert words.endswith("level uncertain")


def test_where_a_body_is_marked_words_are_measured_from_it():
    place = SpinePlace(-20, Level.L4, 3.9, LandmarkKind.VERTEBRAL_BODY)

    assert spine_words(place, confirmed=True, step_mm=1.0).endswith(
        "4 mm below the L4 vertebral body"
    )


def test_no_digits_finer_than_the_data_hold():
    across = reading(PatientPoint(-32, 100, -3), PatientPoint(-32, 60, 7))

    assert across.finest_mm == 1.5
    assert across.depth_words.startswith("40.5 mm deep"), "41.2 in steps of half a slice"
    assert across.rounding_words == "across slices: rounded to 1.5 mm, half their distance"
    assert STRAIGHT.rounding_words == ""
    assert spine_words(SpinePlace(-20, Level.L4, 3.9), confirmed=True, step_mm=3.0) == (
        "20 mm RIGHT of the midline, 4.5 mm below the L4 spinous process"
    )


def test_angles_say_where_the_tip_points_and_whether_that_is_medial():
    medial = reading(PatientPoint(-40, 100, 0), PatientPoint(-32, 60, 0))
    lateral = reading(PatientPoint(-24, 100, 0), PatientPoint(-32, 60, 4))

    assert medial.angle_words == (
        "11° from the vertical, tip to the LEFT (medially), in the plane of the slice"
    )
    assert (
        lateral.angle_words == "11° from the vertical, tip to the RIGHT (laterally); 6° to the head"
    )
    assert lateral.tilt_words == (
        "with the slice plane tilted by 6°, its back edge to the feet, the path lies in one slice"
    )


def test_a_supine_scan_for_a_prone_injection_has_a_banner():
    assert STRAIGHT.banner == ("Scanned supine, planned prone: skin, depth and angles will differ.")
    assert replace(STRAIGHT, scanned=PRONE).banner == ""
    assert "does not say how the patient lay" in replace(STRAIGHT, scanned=None).banner


def nerve(*points, closed=False):
    return Hazard(
        id=new_id(),
        kind=HazardKind.NERVE,
        anchor=make.outline().anchor,
        points=points,
        closed=closed,
        name="sciatic nerve",
    )


def test_a_distance_says_what_it_is_to_and_what_was_not_checked():
    near = replace(STRAIGHT, hazards=(HazardDistance(nerve(PatientPoint(0, 0, 0)), 9.2),))
    through = replace(STRAIGHT, hazards=(HazardDistance(nerve(PatientPoint(0, 0, 0)), 0.0),))

    assert near.hazard_lines == (
        "9 mm to the sciatic nerve as you marked it; unmarked structures are not checked",
    )
    assert through.hazard_lines == ("the path goes through the sciatic nerve as you marked it",)
    assert STRAIGHT.hazard_lines == ("no structure is marked; unmarked structures are not checked",)


def test_a_needle_that_is_too_short_is_said():
    assert "shorter than the path" in replace(STRAIGHT, needle_mm=40).needle_words
    assert replace(STRAIGHT, needle_mm=90).needle_words == (
        "needle of 90 mm: 49 mm stay outside the skin"
    )


@pytest.mark.parametrize("position", ["HFS", "HFP", "FFS", "FFP", "HFDR", "HFDL"])
def test_the_same_path_reads_the_same_however_the_patient_was_scanned(tmp_path, position):
    write_series(tmp_path, count=8, rows=60, columns=60, patient_position=position)
    volume = load(tmp_path)
    middle = volume.geometry.patient_point(4, 30, 30)
    entry = PatientPoint(middle.x - 3, middle.y + 8, middle.z)
    plan = PlannedPath(
        id=new_id(),
        site_id=new_id(),
        anchor=make.outline().anchor,
        entry=entry,
        position=PRONE,
        basis=EntryBasis.HAND,
    )

    found = reading_of(
        volume,
        plan,
        middle,
        hazards=[nerve(PatientPoint(middle.x + 5, middle.y, middle.z))],
        spine=NO_SPINE,
        study_day=None,
    )

    assert found.path.depth_mm == pytest.approx(73**0.5)
    assert found.path.in_plane_words == "LEFT"
    assert found.hazards[0].mm == pytest.approx(5, abs=0.01)
    assert found.crossed.outside_mm == pytest.approx(0, abs=0.3)
    assert found.place_words == "no midline is marked near, level uncertain"


def test_tilted_slices_are_left_by_a_path_that_is_straight_in_the_body():
    tilted = replace(STRAIGHT, out_of_slice_degrees=12.2)
    along = reading(PatientPoint(-32, 100, -3), PatientPoint(-32, 60, 5), out_of_slice_degrees=0.2)

    assert tilted.angle_words == "0° from the vertical, 12° out of the slices"
    assert tilted.finest_mm == 1.5
    assert along.angle_words == "0° from the vertical; 11° to the head, in the plane of the slice"
    assert along.finest_mm == 1.0
