"""Masks are stored with the gesture that names them, or not at all."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from painmap.domain import edits
from painmap.domain.anatomy import Side
from painmap.domain.compartment import AreaOrigin, Compartment, SliceArea
from painmap.domain.ids import new_id
from painmap.domain.places import Sha256
from painmap.records.errors import RecordsError
from painmap.services.clinic import Clinic
from tests.support import factories as make

MASK = b"a mask of one slice"
NAME = Sha256(sha256(MASK).hexdigest())


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clinic = Clinic.open(tmp_path, author="doctor")
    yield clinic
    clinic.close()


def painted() -> edits.Edit:
    compartment = Compartment(
        id=new_id(),
        muscle_id="multifidus",
        side=Side.LEFT,
        anchor=make.outline().anchor,
        areas=(SliceArea(7, NAME, AreaOrigin.PAINTED),),
    )
    return edits.change_compartment(compartment, label="paint", content=[MASK])


def test_a_mask_can_be_read_before_and_after_it_is_stored(clinic):
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)

    step = opened.apply(painted())
    assert opened.waiting_content(NAME) == MASK
    opened.commit(step)

    assert opened.waiting_content(NAME) is None
    assert clinic.blob(NAME) == MASK
    again = clinic.open_visit(opened.visit.id, fresh=True)
    assert again.visit.compartments == opened.visit.compartments


def test_a_gesture_that_is_refused_leaves_no_mask_behind(clinic):
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    other = clinic.open_visit(opened.visit.id, fresh=True)
    other.commit(other.apply(edits.record_finding(make.finding())))

    step = opened.apply(painted())
    with pytest.raises(RecordsError):
        opened.commit(step)

    with pytest.raises(RecordsError):
        clinic.blob(NAME)
    assert opened.waiting_content(NAME) == MASK, "nothing is lost: it still waits"


def test_undo_takes_the_compartment_and_redo_brings_its_masks_again(clinic):
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    opened.commit(opened.apply(painted()))
    opened.commit(opened.undo())
    assert opened.visit.compartments == ()

    again = clinic.open_visit(opened.visit.id, fresh=True)
    again.commit(again.redo())

    (area,) = again.visit.compartments[0].areas
    assert clinic.blob(area.mask) == MASK


def test_a_document_carries_the_masks_and_brings_them_elsewhere(clinic, tmp_path):
    opened = clinic.new_visit(clinic.add_patient(make.patient()).id)
    opened.commit(opened.apply(painted()))
    document = clinic.export_document(opened.visit.id)
    elsewhere = Clinic.open(tmp_path / "elsewhere", author="doctor")

    elsewhere.import_document(document)

    assert elsewhere.blob(NAME) == MASK
    elsewhere.close()
