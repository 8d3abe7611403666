"""The commands ``painmap pacs``: ask, search and fetch without the window."""

import json
from collections.abc import Callable
from pathlib import Path

from painmap.domain.progress import run_to_end
from painmap.domain.sentences import day_words, plural
from painmap.imaging.header import PatientIdentity
from painmap.pacs.archive import FoundStudy, StudyQuery
from painmap.pacs.errors import PacsError, PacsProblem
from painmap.pacs.node import Node
from painmap.services.identity import shown_name
from painmap.services.pacs_access import PacsAccess
from painmap.services.pacs_ledger import IncompleteStudy

AskSecret = Callable[[str], str]
"""Asks at the terminal for the password of a profile; gives "" where nobody can answer."""


def echo(folder: Path, name: str, ask: AskSecret) -> str:
    """Find out whether a PACS answers."""
    access, node = _access(folder, name)
    run_to_end(access.testing(node, _secret(access, node, ask)))
    return f"{node.name} answers."


def find(folder: Path, name: str, query: StudyQuery, ask: AskSecret, *, as_json: bool) -> str:
    """List studies, a line each, or as JSON."""
    access, node = _access(folder, name)
    finding = run_to_end(access.searching(node, query, _secret(access, node, ask)))
    if as_json:
        found = [_as_json(study) for study in finding.studies]
        return json.dumps({"studies": found, "cut": finding.cut}, indent=1, ensure_ascii=False)
    lines = [_line(study) for study in finding.studies] or ["The PACS found no such study."]
    if finding.cut:
        lines.append("The PACS has more; narrow the search.")
    return "\n".join(lines)


def fetch(folder: Path, name: str, study_uid: str, ask: AskSecret, *, modality: str) -> str:
    """Fetch what is missing of a study; give the folder of its pictures.

    Raises
    ------
    IncompleteStudy
        It has not arrived whole.
    """
    access, node = _access(folder, name)
    secret = _secret(access, node, ask)
    study = FoundStudy(study_uid, PatientIdentity())
    held = run_to_end(access.retrieving(node, study, modality=modality, typed=secret))
    if not held.whole:
        raise IncompleteStudy(held)
    return f"{held.pictures}\n{held.state_words}"


def _access(folder: Path, name: str) -> tuple[PacsAccess, Node]:
    access = PacsAccess(folder)
    node = access.profiles.named(name)
    if node is None:
        raise PacsError(PacsProblem.NO_PROFILE)
    return access, node


def _secret(access: PacsAccess, node: Node, ask: AskSecret) -> str:
    if not node.needs_secret or run_to_end(access.secret_state(node.name)).kept:
        return ""
    return ask(node.name)


def _line(study: FoundStudy) -> str:
    born, when = study.identity.birth_date, study.study_date
    parts = (
        study.study_uid,
        shown_name(study.identity),
        f"born {day_words(born)}" if born else "birth date unknown",
        day_words(when) if when else "unknown date",
        study.description or "no description",
        ", ".join(study.modalities),
        "" if study.series_count is None else plural(study.series_count, "series", "series"),
    )
    return "\t".join(parts)


def _as_json(study: FoundStudy) -> dict[str, object]:
    born, when = study.identity.birth_date, study.study_date
    return {
        "study_uid": study.study_uid,
        "patient_name": study.identity.name,
        "patient_id": study.identity.id,
        "birth_date": born.isoformat() if born else None,
        "study_date": when.isoformat() if when else None,
        "description": study.description,
        "modalities": list(study.modalities),
        "series": study.series_count,
        "pictures": study.picture_count,
    }
