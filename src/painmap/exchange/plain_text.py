"""The visit as plain sentences, for the hospital's own record."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from painmap.documents.intended_use import INTENDED_USE
from painmap.domain.anatomy import Muscle
from painmap.domain.patient import Patient, PatientKind
from painmap.domain.sentences import day_words, moment_words, visit_sentences
from painmap.domain.visit import Visit, VisitState

_NO_PATHS: Mapping[UUID, str] = MappingProxyType({})


def visit_text(
    patient: Patient,
    visit: Visit,
    muscles: Mapping[str, Muscle],
    paths: Mapping[UUID, str] = _NO_PATHS,
) -> str:
    """Give the visit as text, one sentence a line; what was entered in error is left out.

    Parameters
    ----------
    paths : mapping of UUID to str
        What is said of needle paths, by planned site.
    """
    facts = [f"Visit of {moment_words(visit.started)}", visit.kind.value]
    if visit.state is VisitState.DRAFT:
        facts.append("draft")
    sentences = visit_sentences(visit, muscles, paths)
    lines = [
        f"{', '.join(facts)}.",
        _who(patient),
        *(_sentence(each) for each in sentences or ("nothing is recorded",)),
        INTENDED_USE,
    ]
    return "\n".join(lines) + "\n"


def _who(patient: Patient) -> str:
    parts = [patient.name]
    if patient.birth_date is not None:
        parts.append(f"born {day_words(patient.birth_date)}")
    if patient.record_number:
        parts.append(f"record number {patient.record_number}")
    if patient.kind is PatientKind.DEMONSTRATION:
        parts.append("a demonstration, not a person")
    return " ".join(f"Patient: {', '.join(parts)}.".split())


def _sentence(text: str) -> str:
    """Begin large and end with one full stop; line breaks of a note stay in the sentence."""
    flat = " ".join(text.split())
    stop = "" if flat.endswith((".", "!", "?")) else "."
    return f"{flat[:1].upper()}{flat[1:]}{stop}"
