from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.domain import edits
from painmap.domain.anatomy import Side
from painmap.domain.edits import Edit, Page, page_of
from painmap.domain.ids import new_id
from painmap.domain.injection import Landmark, LandmarkKind, Link, LinkKind, Outline, PlannedSite
from painmap.domain.items import Stamp
from painmap.domain.pain import PainSite
from painmap.domain.places import PatientPoint, Sha256
from painmap.domain.study import Agreement, AttachedStudy, IdentityCheck, Origin
from painmap.domain.visit import Item, Visit, changes_between
from tests.domain.builders import anchor, mark_of, site_on_ct, visit


def _with_pain(before: Visit) -> tuple[Visit, PainSite]:
    site = PainSite(new_id(), intensity=7)
    return edits.mark_pain(site, mark_of(site)).apply(before), site


def test_marking_pain_leaves_the_visit_before_as_it_was() -> None:
    before = visit()
    after, site = _with_pain(before)

    assert before.pain_sites == ()
    assert after.pain_sites == (site,)
    assert after.marks[0].site_id == site.id


def test_removing_the_last_mark_removes_its_site() -> None:
    after, _ = _with_pain(visit())

    emptied = edits.remove_mark(after, after.marks[0].id).apply(after)

    assert emptied.pain_sites == ()
    assert emptied.marks == ()


def test_removing_one_of_two_marks_keeps_the_site() -> None:
    after, site = _with_pain(visit())
    after = edits.add_mark(mark_of(site, Side.RIGHT)).apply(after)

    left = edits.remove_mark(after, after.marks[0].id).apply(after)

    assert left.pain_sites == (site,)
    assert len(left.marks) == 1


def test_a_mark_without_a_site_is_refused() -> None:
    with pytest.raises(ValueError, match="every pain site has a mark"):
        edits.add_mark(mark_of(PainSite(new_id()))).apply(visit())


def test_links_go_with_what_they_join() -> None:
    after, pain = _with_pain(visit())
    site = site_on_ct()
    after = edits.plan_site(site).apply(after)
    after = edits.Edit(
        "link",
        edits.Page.SITES,
        put=(Link(new_id(), LinkKind.TARGET_FOR_PAIN, site.id, pain.id),),
    ).apply(after)

    assert edits.remove_site(after, site).apply(after).links == ()
    assert edits.remove_pain_site(after, pain.id).apply(after).links == ()


def test_what_is_put_back_stands_where_it_stood() -> None:
    before = visit()
    for _ in range(3):
        before, _ = _with_pain(before)
    middle = before.pain_sites[1]

    gone = edits.remove_pain_site(before, middle.id).apply(before)
    back = edits.mark_pain(middle, before.marks_of(middle.id)[0]).apply(gone)

    assert back == before


def _study(uid: str = "1.2.3") -> AttachedStudy:
    unknown = IdentityCheck(Agreement.UNKNOWN, Agreement.UNKNOWN, Agreement.UNKNOWN)
    return AttachedStudy(
        new_id(), uid, "lumbar spine", date(2024, 3, 3), "CT", "/disc", Origin.PERSON, unknown,
        Sha256("0" * 64),
    )  # fmt: skip


def test_detaching_a_study_keeps_its_annotations_as_entered_in_error() -> None:
    study, other = _study(), _study("9.9")
    on_it, elsewhere = site_on_ct(), site_on_ct("9.9")
    by_name = PlannedSite(new_id(), "psoas_major", Side.LEFT)
    points = tuple(PatientPoint(x, y, 0) for x, y in ((0, 0), (9, 0), (0, 9)))
    outline = Outline(new_id(), "psoas_major", Side.LEFT, anchor(), points)
    spine = Landmark(new_id(), LandmarkKind.SPINOUS_PROCESS, anchor(), PatientPoint(0, 80, 0))
    before = visit().changed(put=(study, other, on_it, elsewhere, by_name, outline, spine))

    after = edits.detach_study(before, study, reason="another patient's disc").apply(before)

    assert after.attached_studies == (other,)
    assert set(after.live_planned_sites) == {elsewhere, by_name}
    assert after.live_outlines == ()
    assert after.live_landmarks == ()
    assert len(after.planned_sites) == 3
    assert after.outlines[0].entered_in_error == "another patient's disc"


@pytest.mark.parametrize(
    ("item", "page"),
    [
        (PainSite(new_id()), Page.MAP),
        (site_on_ct(), Page.CT),
        (PlannedSite(new_id(), "psoas_major", Side.LEFT), Page.SITES),
        (_study(), Page.CT),
    ],
)
def test_undo_knows_on_which_page_a_change_is_seen(item: object, page: Page) -> None:
    assert page_of(item) is page  # type: ignore[arg-type]  # the table holds items


@given(st.lists(st.integers(0, 4), max_size=12))
def test_changes_say_exactly_what_differs(picks: list[int]) -> None:
    before = visit()
    sites = [site_on_ct() for _ in range(5)]
    after = before
    for pick in picks:
        there = after.find(sites[pick].id)
        edit = (
            edits.plan_site(sites[pick]) if there is None else edits.remove_site(after, sites[pick])
        )
        after = edit.apply(after)

    changes = changes_between(before, after)
    forward = Edit(
        "all", Page.SITES,
        put=tuple(c.after for c in changes if c.after is not None),
        remove=frozenset(c.item.id for c in changes if c.after is None),
    )  # fmt: skip

    assert forward.apply(before) == after
    assert changes_between(after, after) == ()


def test_a_changed_item_is_one_change() -> None:
    site = site_on_ct()
    before = visit().changed(put=(site,))
    after = edits.change_site(replace(site, note="sore"), label="note").apply(before)

    (change,) = changes_between(before, after)

    assert change.before == site
    assert change.item == replace(site, note="sore")


def test_a_study_detached_in_one_visit_takes_the_annotations_of_every_visit_out_of_plan() -> None:
    study, site = _study(), site_on_ct()
    elsewhere = visit().changed(put=(replace(study, detached="another patient's disc"), site))

    assert elsewhere.live_planned_sites == ()
    assert elsewhere.why_in_error(site) == "another patient's disc"


def test_a_study_attached_again_does_not_revive_what_was_entered_in_error() -> None:
    study, again = _study(), _study()
    site = site_on_ct()
    before = visit().changed(put=(study, site))
    after = edits.detach_study(before, study, reason="wrong disc").apply(before)
    after = edits.attach_study(again).apply(after)

    assert after.attached_studies == (again,)
    assert after.live_planned_sites == ()


def _stamped(item: Item, day: int, revision: int = 1) -> Any:
    return replace(item, stamp=Stamp(revision, "doctor", datetime(2026, 3, day, tzinfo=UTC)))


def test_a_study_attached_anew_shows_what_is_made_on_it_then_and_nothing_of_before() -> None:
    before, at_once, after = (_stamped(site_on_ct(), day) for day in (1, 2, 4))
    detached = _stamped(replace(_study(), detached="another patient's disc"), 2, revision=2)
    attached_anew = _stamped(_study(), 3)
    later = visit().changed(put=(detached, attached_anew, before, at_once, after))

    assert later.live_planned_sites == (after,)
    assert later.why_in_error(before) == "another patient's disc"


def test_a_detachment_taken_back_makes_everything_live_again() -> None:
    before, after = _stamped(site_on_ct(), 1), _stamped(site_on_ct(), 4)
    taken_back = _stamped(_study(), 5, revision=3)
    later = visit().changed(put=(taken_back, _stamped(_study(), 3), before, after))

    assert later.live_planned_sites == (before, after)


def test_a_correction_does_not_revive_what_was_made_before_the_detachment() -> None:
    made = datetime(2026, 3, 1, tzinfo=UTC)
    old_id = UUID(int=int(made.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)
    corrected = _stamped(replace(site_on_ct(), id=old_id), 9, revision=2)
    detached = _stamped(replace(_study(), detached="wrong disc"), 2, revision=2)
    later = visit().changed(put=(detached, _stamped(_study(), 3), corrected))

    assert later.live_planned_sites == ()
