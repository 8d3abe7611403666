"""What labels of other programs are proposed to be, by tables that hold to the catalogue."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from painmap.domain.anatomy import Side
from painmap.imaging.header import PatientIdentity
from painmap.imaging.label_map import LabelStructure
from painmap.services.catalogue import muscles
from painmap.services.identity import another_person
from painmap.services.label_names import (
    LabelKind,
    bare_name,
    label_names,
    load_names,
)
from painmap.services.resources import ResourceError, resources_root

FILES = sorted((resources_root() / "label_names").glob("*.toml"))


def meaning(name: str, **fields: object) -> tuple[str | None, Side | None]:
    found = label_names().meaning_of(LabelStructure(1, name, **fields))  # type: ignore[arg-type]
    return found.muscle_id, found.side


@pytest.mark.parametrize(
    ("name", "muscle_id", "side"),
    [
        ("autochthon_left", "deep_back_group", Side.LEFT),
        ("iliopsoas_right", "iliopsoas", Side.RIGHT),
        ("erector_spinae_right", "erector_spinae", Side.RIGHT),
        ("transversospinalis_left", "multifidus", Side.LEFT),
        ("multifidus right", "multifidus", Side.RIGHT),
        ("Psoas_L", "psoas_major", Side.LEFT),
        ("Rt Psoas Major", "psoas_major", Side.RIGHT),
        ("M. quadratus lumborum links", "quadratus_lumborum", Side.LEFT),
        ("PsoasMajorRight", "psoas_major", Side.RIGHT),
        ("musculus erector spinae", "erector_spinae", None),
        ("QL", "quadratus_lumborum", None),
        ("lattisimus dorsi left", "latissimus_dorsi", Side.LEFT),
        ("vertebrae_L3", None, None),
        ("rib_left_1", None, Side.LEFT),
        ("left right psoas", "psoas_major", None),
        ("Glutéus máximus l", "gluteus_maximus", Side.LEFT),
    ],
)
def test_a_name_is_mapped_to_the_catalogue(
    name: str, muscle_id: str | None, side: Side | None
) -> None:
    assert meaning(name) == (muscle_id, side)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("autochthon_left", LabelKind.MUSCLE),
        ("trapezius_left", LabelKind.OTHER_MUSCLE),
        ("vertebrae_L3", LabelKind.NO_MUSCLE),
        ("kidney_left", LabelKind.NO_MUSCLE),
        ("label 7", LabelKind.UNKNOWN),
    ],
)
def test_what_is_no_muscle_of_the_catalogue_is_not_proposed(name: str, kind: LabelKind) -> None:
    assert label_names().meaning_of(LabelStructure(1, name)).kind is kind


def test_codes_say_muscle_and_side_whatever_the_name() -> None:
    assert meaning("segment 1", codes=(("MDC", "7:473"),)) == ("erector_spinae", Side.LEFT)
    assert meaning("x", codes=(("SCT", "44947003"),), side=Side.RIGHT) == (
        "erector_spinae",
        Side.RIGHT,
    )


def test_a_name_and_a_code_that_say_two_sides_leave_it_open_and_say_so() -> None:
    found = label_names().meaning_of(LabelStructure(1, "psoas_left", side=Side.RIGHT))

    assert found.side is None
    assert found.remark == "its name says LEFT, its code RIGHT"


def test_what_a_label_also_holds_is_said() -> None:
    found = label_names().meaning_of(LabelStructure(1, "transversospinalis_left"))

    assert found.remark == "also holds rotatores and semispinalis"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_table_names_muscles_of_the_catalogue_and_its_source(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    assert table["vocabulary"]
    assert table["source"]
    assert set(table["muscles"].values()) <= set(muscles())
    listed = [
        *table["muscles"],
        *table.get("not_in_catalogue", {}).get("muscles", ()),
        *table.get("other", {}).get("names", ()),
    ]
    assert len({bare_name(name)[0] for name in listed}) == len(listed)
    assert set(table.get("remarks", {})) <= set(table["muscles"])


def test_every_muscle_of_the_catalogue_is_known_by_its_own_names() -> None:
    for muscle in muscles().values():
        for name in (muscle.id, muscle.name, muscle.latin):
            assert meaning(f"{name} left")[0] == muscle.id, name


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("vocabulary = 1")

    with pytest.raises(ResourceError, match=r"bad\.toml"):
        load_names(tmp_path)


# --- whose it is


def identity(name: str = "", number: str = "", born: int = 0) -> PatientIdentity:
    day = date(born, 1, 1) if born else None
    return PatientIdentity(name=name, id=number, birth_date=day)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        (identity("Doe^Jane"), identity("Doe^Jane"), False),
        (identity("Doe^Jane"), identity("DOE^JANE^MARIE"), False),
        (identity("Doe^Jane"), identity("Smith^Paula"), True),
        (identity("Doe^Jane", born=1950), identity("Doe^Jane", born=1951), True),
        (identity("Doe^Jane", "1"), identity("Doe^Jane", "2"), False),
        (identity("", "1"), identity("Doe^Jane", "2"), True),
        (identity("", "1"), identity("", "1"), False),
        (identity(), identity("Doe^Jane", "2", 1950), False),
    ],
)
def test_two_objects_show_two_persons_only_where_they_say_so(
    one: PatientIdentity, other: PatientIdentity, differs: bool
) -> None:
    assert another_person(one, other) is differs
    assert another_person(other, one) is differs
