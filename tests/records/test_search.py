"""Finding a patient however the name was typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painmap.records.search import folded, searched_text
from tests.support import factories as make


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("Müller", "muller"),
        ("MÜLLER", "muller"),
        ("Mu\u0308ller", "muller"),
        ("Groß", "gross"),
        ("Łukasz Ångström", "lukasz angstrom"),
        ("Søren Ðorđe", "soren dorde"),
        ("IŞIK ışık", "isik isik"),
        ("O’Neill-Smith, Anne", "o neill smith anne"),
        ("Ελένη", "ελενη"),
        ("  ", ""),
    ],
)
def test_case_and_accents_fold(typed: str, plain: str) -> None:
    assert folded(typed) == plain


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_a_patient_is_found_by_name_number_and_either_way_of_writing_the_birth_date() -> None:
    text = searched_text(make.patient(birth_date=date(1980, 2, 1), record_number="K-77"))

    assert "example alex" in text
    assert "k 77" in text
    assert "1980 02 01" in text
    assert "01 02 1980" in text
