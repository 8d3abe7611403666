"""Every muscle has two names, sources, and codes that are right or none."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from painmap.domain.anatomy import Code, Indication, Muscle, Side
from painmap.services.catalogue import body_map_folder, load_muscles, muscles
from painmap.services.resources import ResourceError, ResourceProblem, resources_root

FILES = sorted((resources_root() / "muscles").glob("*.toml"))

WRONG = {
    "47560002", "49975005", "76862009", "75070003", "77634003", "44530005", "33147005",
    "64038003", "51372006", "181674001",
}  # fmt: skip
"""SNOMED codes that circulate for these muscles and are wrong."""

_D = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_P = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def check_digit_holds(number: str) -> bool:
    """Verhoeff 1969, as SNOMED CT identifiers use it."""
    state = 0
    for position, digit in enumerate(reversed(number)):
        state = int(_D[state][int(_P[position % 8][int(digit)])])
    return state == 0


def codes(muscle: Muscle, scheme: str) -> list[Code]:
    return [code for code in muscle.codes if code.scheme == scheme]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_gives_a_muscle_with_two_names_and_sources(path: Path) -> None:
    muscle = muscles()[path.stem]

    assert muscle.name
    assert muscle.name == muscle.name.lower()
    assert muscle.latin.startswith(("musculus ", "musculi "))
    assert muscle.region
    assert muscle.indications
    assert muscle.sources
    assert all(code.source and code.meaning and code.value for code in muscle.codes)
    assert all(code.scheme in {"SCT", "MDC", "FMA", "UBERON"} for code in muscle.codes)


def test_names_are_unique() -> None:
    everything = muscles().values()

    assert len({muscle.name for muscle in everything}) == len(everything) == len(FILES)
    assert len({muscle.latin for muscle in everything}) == len(everything)


def test_a_code_that_is_the_muscles_own_belongs_to_no_other_muscle() -> None:
    own = Counter(
        (code.scheme, code.value)
        for muscle in muscles().values()
        for code in muscle.codes
        if not code.of_group
    )

    assert [code for code, count in own.items() if count > 1] == []


def test_check_digits_of_snomed_codes_hold_and_no_known_wrong_code_occurs() -> None:
    values = [code.value for muscle in muscles().values() for code in codes(muscle, "SCT")]

    assert values
    assert [value for value in values if not check_digit_holds(value)] == []
    assert WRONG.isdisjoint(values)
    assert not check_digit_holds("47560002")  # the checker itself tells right from wrong


def test_mdc_codes_are_the_base_and_plus_one_for_left_and_plus_two_for_right() -> None:
    checked = 0
    for muscle in muscles().values():
        by_side = {code.side: code for code in codes(muscle, "MDC")}
        if not by_side:
            continue
        base = int(by_side[None].value.removeprefix("7:"))
        assert by_side[Side.LEFT].value == f"7:{base + 1}"
        assert by_side[Side.RIGHT].value == f"7:{base + 2}"
        assert base != 280  # an eye muscle, also called obliquus inferior
        checked += 1
    assert checked > 20


def test_what_has_no_verified_code_of_its_own_has_none() -> None:
    catalogue = muscles()

    assert codes(catalogue["psoas_major"], "SCT") == []
    assert all(code.of_group for code in codes(catalogue["psoas_major"], "MDC"))
    assert codes(catalogue["piriformis"], "SCT") == []
    assert codes(catalogue["levator_scapulae"], "SCT") == []
    assert catalogue["cervical_paraspinal_group"].codes == ()


def test_levels_to_offer_stand_in_order_from_the_head() -> None:
    for muscle in muscles().values():
        order = list(type(muscle.levels[0])) if muscle.levels else []
        assert all(order.index(a) < order.index(b) for a, b in pairwise(muscle.levels))


def test_the_low_back_begins_with_the_muscles_that_are_injected_most() -> None:
    first = [muscle.id for muscle in muscles().groups[Indication.LOW_BACK][:5]]

    assert first == [
        "erector_spinae", "multifidus", "quadratus_lumborum", "psoas_major", "piriformis",
    ]  # fmt: skip


def test_every_indication_has_muscles_and_the_procerus_is_on_the_midline() -> None:
    catalogue = muscles()

    assert all(catalogue.groups[indication] for indication in Indication)
    assert not catalogue["procerus"].sided
    assert [muscle.id for muscle in catalogue.values() if not muscle.sided] == ["procerus"]


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("quad", "quadratus_lumborum"),
        ("QL", "quadratus_lumborum"),
        ("lumb", "quadratus_lumborum"),
        ("quad lumb", "quadratus_lumborum"),
        ("pso", "psoas_major"),
        ("scalenus ant", "scalenus_anterior"),
        ("trap", "trapezius_descending"),
    ],
)
def test_letters_find_a_muscle(letters: str, first: str) -> None:
    found = [muscle.id for muscle in muscles().search(letters)]

    assert first in found[:2]


def test_letters_of_no_muscle_find_none_and_no_letters_find_all() -> None:
    assert muscles().search("xyz") == ()
    assert len(muscles().search("")) == len(muscles())
    assert muscles().search("", within=Indication.NECK) == muscles().groups[Indication.NECK]


@pytest.mark.parametrize(
    "text",
    ["not toml [", 'id = "other"', ""],
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ResourceError, match=r"bad\.toml") as caught:
        load_muscles(tmp_path)

    assert caught.value.problem is ResourceProblem.DAMAGED


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="missing"):
        load_muscles(tmp_path)


def test_a_figure_that_is_not_there_is_said() -> None:
    with pytest.raises(ResourceError, match="body_maps/giraffe"):
        body_map_folder("giraffe")
