"""The visit as one JSON document."""

import json
import traceback
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from painmap import __version__
from painmap.documents.errors import DocumentError, DocumentProblem
from painmap.documents.intended_use import INTENDED_USE
from painmap.documents.publish import publish
from painmap.documents.upgrades import VERSION
from painmap.documents.visit_document import (
    Tombstone,
    VisitDocument,
    dumps,
    json_schema,
    load,
    loads,
)
from painmap.domain.items import Stamp
from painmap.domain.places import Sha256
from painmap.domain.visit import Visit
from tests.support import factories as make
from tests.support import strategies as some

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "schema" / "visit-4.schema.json"
REPORT = b'{"used": 90}'
STAMP = Stamp(1, "doctor", make.STARTED)


def document(*, name: str = "Example") -> VisitDocument:
    sha = Sha256(sha256(REPORT).hexdigest())
    patient = make.patient(stamp=STAMP, family_name=name)
    site = make.pain_site(intensity=7, stamp=STAMP)
    visit = make.visit(
        site,
        make.mark(site, stamp=STAMP),
        make.planned_site(place=make.ct_place(), stamp=STAMP),
        make.study(sha, stamp=STAMP),
        patient_id=patient.id,
        revision=3,
    )
    gone = make.outline(stamp=STAMP)
    return VisitDocument(
        written_at=make.STARTED,
        patient=patient,
        visit=visit,
        tombstones=(Tombstone("outlines", gone, replace(STAMP, revision=2)),),
        blobs={sha: REPORT},
    )


def raw(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(dumps(document()))
    return data | changed


def refused(data: object) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        loads(data if isinstance(data, str) else json.dumps(data))
    return caught.value


@given(some.documents())
def test_a_document_comes_back_the_same(drawn: VisitDocument) -> None:
    assert loads(dumps(drawn)) == drawn


@given(some.documents())
def test_a_document_follows_the_published_schema(drawn: VisitDocument) -> None:
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(dumps(drawn)))


def test_the_published_schema_is_up_to_date(tmp_path: Path) -> None:
    fresh = publish(tmp_path)

    assert fresh.name == SCHEMA_FILE.name
    published = SCHEMA_FILE.read_text(encoding="utf-8")
    assert published == fresh.read_text(encoding="utf-8"), (
        "run: python -m painmap.documents.publish docs/schema"
    )


def test_a_document_says_what_it_is_and_what_the_program_is_for() -> None:
    data = raw()

    assert data["format"] == "painmap.visit"
    assert data["version"] == VERSION
    assert data["program"] == __version__
    assert data["intended_use"] == INTENDED_USE


def test_a_newer_version_is_refused_with_both_versions_named() -> None:
    error = refused(raw(version=12, novelty=True))

    assert error.problem is DocumentProblem.NEWER
    assert "version 12" in error.message
    assert f"up to {VERSION}" in error.message


def test_an_unknown_field_is_refused_with_its_place() -> None:
    data = raw()
    data["visit"]["pain_sites"][0]["colour"] = "red"

    error = refused(data)

    assert error.problem is DocumentProblem.UNKNOWN_FIELD
    assert "visit.pain_sites[0].colour" in error.message


def test_an_unknown_field_inside_a_choice_is_refused_with_its_place() -> None:
    data = raw()
    data["visit"]["planned_sites"][0]["place"]["depth_mm"] = 50

    error = refused(data)

    assert error.problem is DocumentProblem.UNKNOWN_FIELD
    assert error.message.endswith("visit.planned_sites[0].place.depth_mm.")


def test_a_value_that_cannot_be_right_is_refused_with_place_and_reason() -> None:
    data = raw()
    data["visit"]["pain_sites"][0]["intensity"] = 11

    error = refused(data)

    assert error.problem is DocumentProblem.INVALID
    assert "visit.pain_sites[0]" in error.message
    assert "pain intensity 11 is outside the 0-10 scale" in error.message


@pytest.mark.parametrize("intensity", ["7", 7.5, True])
def test_nothing_is_converted_silently(intensity: object) -> None:
    data = raw()
    data["visit"]["pain_sites"][0]["intensity"] = intensity

    assert refused(data).problem is DocumentProblem.INVALID


def test_a_damaged_attachment_is_refused() -> None:
    data = raw()
    sha = next(iter(data["blobs"]))
    data["blobs"][sha] = "AAAA"

    error = refused(data)

    assert error.problem is DocumentProblem.WRONG_HASH
    assert sha[:12] in error.message


def test_a_missing_attachment_is_refused() -> None:
    assert refused(raw(blobs={})).problem is DocumentProblem.BLOB_MISSING


@pytest.mark.parametrize("content", ["not base64!", 7, None])
def test_an_attachment_that_is_no_base64_is_refused(content: object) -> None:
    data = raw()
    data["blobs"][next(iter(data["blobs"]))] = content

    assert refused(data).problem is DocumentProblem.INVALID


def test_the_visit_of_another_patient_is_refused() -> None:
    data = raw()
    data["visit"]["patient_id"] = str(make.patient().id)

    assert refused(data).problem is DocumentProblem.TORN


def test_two_items_of_one_id_are_refused() -> None:
    data = raw()
    data["tombstones"][0]["item"]["id"] = data["visit"]["planned_sites"][0]["id"]

    assert refused(data).problem is DocumentProblem.TORN


@pytest.mark.parametrize("revision", [0, 2**40])
def test_an_item_without_a_right_revision_is_refused(revision: int) -> None:
    data = raw()
    data["visit"]["marks"][0]["stamp"]["revision"] = revision

    assert refused(data).problem is DocumentProblem.TORN


def test_a_visit_without_a_right_revision_is_refused() -> None:
    data = raw()
    data["visit"]["revision"] = -1

    assert refused(data).problem is DocumentProblem.TORN


def test_a_mark_without_its_pain_site_is_refused() -> None:
    data = raw()
    data["visit"]["pain_sites"] = []

    error = refused(data)

    assert error.problem is DocumentProblem.INVALID
    assert "every mark a pain site" in error.message


def test_a_tombstone_of_another_kind_is_refused() -> None:
    data = raw()
    data["tombstones"][0]["kind"] = "marks"

    assert refused(data).problem is DocumentProblem.INVALID


@pytest.mark.parametrize("text", ["", "{", "\x00", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    assert refused(text).problem is DocumentProblem.NOT_JSON


@pytest.mark.parametrize(
    "data",
    [[], 3, {}, {"format": "painmap.visit"}, {"format": "other", "version": 1}]
    + [{"format": "painmap.visit", "version": version} for version in (0, -1, "1", True, None)],
)
def test_what_is_json_but_no_visit_is_refused(data: object) -> None:
    assert refused(data).problem is DocumentProblem.NOT_A_VISIT


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        loads(b"\xff\xfe\x00")

    assert caught.value.problem is DocumentProblem.NOT_JSON


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        load(tmp_path / "none.json")

    assert caught.value.problem is DocumentProblem.UNREADABLE


def test_a_refusal_names_no_patient() -> None:
    data = json.loads(dumps(document(name="Secretname")))
    data["patient"]["sex"] = "Secretsex"

    error = refused(data)

    assert "Secret" not in "".join(traceback.format_exception(error))


def test_half_a_document_is_refused() -> None:
    data = raw()
    del data["visit"]

    assert refused(data).problem is DocumentProblem.INVALID


def test_a_document_needs_the_zone_of_its_time() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(document(), written_at=make.STARTED.replace(tzinfo=None))


def test_every_field_of_a_visit_is_in_the_document() -> None:
    assert set(raw()["visit"]) == set(Visit.__dataclass_fields__)


def test_a_document_of_version_3_keeps_its_midline_and_levels_as_they_were() -> None:
    """Landmarks were marked by the doctor, levels stand as entered, nothing was counted."""
    patient = make.patient(stamp=STAMP)
    visit = make.visit(
        make.landmark(stamp=STAMP),
        make.planned_site(place=make.ct_place(), stamp=STAMP),
        patient_id=patient.id,
        revision=1,
    )
    today = VisitDocument(written_at=make.STARTED, patient=patient, visit=visit)
    old = json.loads(dumps(today)) | {"version": 3}
    del old["visit"]["level_counts"]
    del old["visit"]["landmarks"][0]["status"]
    del old["visit"]["planned_sites"][0]["level_check"]

    assert loads(json.dumps(old)) == today
