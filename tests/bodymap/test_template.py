"""Templates are what was released, or they are refused with a clear sentence."""

import json
import shutil
from pathlib import Path

import pytest

from painmap.bodymap.errors import TemplateError, TemplateProblem
from painmap.bodymap.template import BodyTemplate, content_hash, load_template
from tests.bodymap.conftest import ADULT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ADULT, tmp_path / "adult"))


def _rewrite(folder: Path, **changes: object) -> None:
    file = folder / "template.json"
    content = json.loads(file.read_text("utf-8")) | changes
    content["sha256"] = content_hash(content)
    file.write_text(json.dumps(content), "utf-8")


def _problem(folder: Path) -> TemplateProblem:
    with pytest.raises(TemplateError) as caught:
        load_template(folder)
    assert caught.value.hint
    assert "adult" in caught.value.message
    return caught.value.problem


def test_the_released_figure_names_itself_by_id_version_and_hash(adult: BodyTemplate) -> None:
    content = json.loads((ADULT / "template.json").read_text("utf-8"))

    assert adult.ref.id == "adult"
    assert adult.ref.version == content["version"]
    assert adult.ref.sha256 == content_hash(content)
    assert "CC0" in adult.licence


def test_the_same_content_in_another_order_is_the_same_figure(
    copy: Path, adult: BodyTemplate
) -> None:
    file = copy / "template.json"
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(dict(reversed(content.items())), indent=1), "utf-8")

    assert load_template(copy).ref == adult.ref


def test_a_region_that_was_moved_is_refused(copy: Path) -> None:
    file = copy / "template.json"
    content = json.loads(file.read_text("utf-8"))
    content["views"][0]["regions"][0]["polygons"][0][0] += 1.0
    file.write_text(json.dumps(content), "utf-8")

    assert _problem(copy) is TemplateProblem.WRONG_HASH


def test_a_shading_picture_that_was_changed_is_refused(copy: Path) -> None:
    file = copy / "front-shading.png"
    file.write_bytes(file.read_bytes() + b"\0")

    assert _problem(copy) is TemplateProblem.WRONG_HASH


def test_a_file_that_was_cut_off_is_refused(copy: Path) -> None:
    file = copy / "template.json"
    file.write_bytes(file.read_bytes()[:1000])

    assert _problem(copy) is TemplateProblem.UNREADABLE


@pytest.mark.parametrize("name", ["template.json", "back-shading.png"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()

    with pytest.raises(TemplateError, match=name):
        load_template(copy)


def test_a_figure_for_a_newer_program_is_refused(copy: Path) -> None:
    _rewrite(copy, format=99)

    assert _problem(copy) is TemplateProblem.NEWER


@pytest.mark.parametrize(
    "changes",
    [{"views": []}, {"views": None}, {"region_names": {}}, {"mm_per_unit": 0}, {"format": "1"}],
)
def test_content_that_is_no_body_is_refused(copy: Path, changes: dict[str, object]) -> None:
    _rewrite(copy, **changes)

    assert _problem(copy) is TemplateProblem.MALFORMED


@pytest.mark.parametrize("text", ["[]", "3", "null"])
def test_json_that_is_no_template_is_refused(copy: Path, text: str) -> None:
    (copy / "template.json").write_text(text, "utf-8")

    assert _problem(copy) is TemplateProblem.MALFORMED


def test_the_resources_stay_small() -> None:
    assert sum(file.stat().st_size for file in ADULT.iterdir()) < 1_500_000


def test_both_views_carry_lines_and_shading(adult: BodyTemplate) -> None:
    for view in adult.views.values():
        assert view.outline
        assert all(path.startswith("M") and path.endswith("Z") for path in view.outline)
        assert len(view.contours) > 10
        assert view.shading is not None
        assert view.shading.png.startswith(b"\x89PNG")


def test_an_unknown_region_is_a_key_error(adult: BodyTemplate) -> None:
    with pytest.raises(KeyError):
        adult.region("tail")
