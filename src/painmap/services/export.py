"""Exports a visit: every format and every picture into one new folder, or nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from painmap.bodymap.overlays import Overlay
from painmap.documents.visit_document import VisitDocument
from painmap.domain.anatomy import Muscle
from painmap.domain.sentences import study_sentence
from painmap.domain.visit import Visit
from painmap.exchange.errors import ExportError, ExportProblem
from painmap.exchange.exporter import ExportContext, OutlineMeasures
from painmap.exchange.plain_text import visit_text
from painmap.exchange.png_note import with_statement
from painmap.exchange.registry import all_exporters
from painmap.exchange.writing import replace_file, write_folder
from painmap.imaging.muscle_rows import MuscleRow
from painmap.services.catalogue import figures_of, instruments, overlay_facts, overlays_of
from painmap.services.clinic import Clinic
from painmap.services.import_report import ReportError, from_json
from painmap.services.needle_paths import facts_of

__all__ = [
    "ExportError",
    "ExportOutcome",
    "OutlineMeasures",
    "all_exporters",
    "export_visit",
    "export_visit_file",
    "save_file",
    "visit_text",
]

_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_NO_OVERLAYS: frozenset[Overlay] = frozenset()
_NO_MEASURES: Mapping[UUID, OutlineMeasures] = MappingProxyType({})

REPORT_NAME = "import report.txt"

_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
"""What Windows does not take in a file name; files travel."""


@dataclass(frozen=True, slots=True)
class ExportOutcome:
    """What was written.

    Parameters
    ----------
    folder : Path
        The new folder.
    files : tuple of str
        Names of the files in it.
    """

    folder: Path
    files: tuple[str, ...]


def export_visit(
    clinic: Clinic,
    visit_id: UUID,
    folder: Path,
    *,
    muscles: Mapping[str, Muscle],
    pictures: Mapping[str, bytes] = _NOTHING,
    measures: Mapping[UUID, OutlineMeasures] = _NO_MEASURES,
    overlays: frozenset[Overlay] = _NO_OVERLAYS,
    muscle_rows: tuple[MuscleRow, ...] = (),
    label_maps: Mapping[str, bytes] = _NOTHING,
) -> ExportOutcome:
    """Write what is stored of a visit into a new folder inside `folder`.

    Parameters
    ----------
    pictures : mapping of str to bytes
        PNG files by name, with side letters burnt in; the window draws them.
    measures : mapping of UUID to OutlineMeasures
        What was measured in each outline.
    overlays : frozenset of Overlay
        What is laid over the figures of the drawing; the drawing says so.
    muscle_rows : tuple of MuscleRow
        What was measured in each muscle.
    label_maps : mapping of str to bytes
        Files of accepted muscles by name.

    Raises
    ------
    ExportError
        The disk is full, the folder is read-only or gone ...; nothing half-written stays.
    RecordsError
        The visit could not be read.
    """
    document = clinic.export_document(visit_id)
    figures = figures_of(document.visit)
    context = ExportContext(
        document,
        muscles,
        measures,
        figures,
        instruments(),
        overlays={ref: overlays_of(ref) for ref in figures} if overlays else {},
        shown=overlays,
        facts=overlay_facts() if overlays else None,
        muscle_rows=muscle_rows,
        paths=facts_of(document.visit),
    )
    files = {each.file_name: each.write(context) for each in all_exporters()}
    files |= label_maps
    if document.visit.attached_studies:
        files[REPORT_NAME] = reports_text(document).encode()
    for name, content in pictures.items():
        file_name = _picture_name(name)
        if file_name in files:
            raise ExportError(ExportProblem.BAD_PICTURE_NAME)
        files[file_name] = with_statement(content)
    written = write_folder(folder, folder_name(context.visit), files)
    return ExportOutcome(written, tuple(sorted(files)))


def reports_text(document: VisitDocument) -> str:
    """What became of every file of the attached studies, as it is stored; it names nobody."""
    parts = []
    for study in document.visit.attached_studies:
        try:
            lines = from_json(document.blobs[study.import_report]).sentences
        except ReportError as error:
            lines = (error.message,)
        parts.append("\n".join([f"Import report of the {study_sentence(study)}", *lines]))
    return "\n\n".join(parts) + "\n"


def export_visit_file(
    clinic: Clinic,
    visit_id: UUID,
    path: Path,
    *,
    muscles: Mapping[str, Muscle],
    exporter_id: str = "visit-json",
) -> None:
    """Write what is stored of a visit as one file of one format.

    Raises
    ------
    ExportError, RecordsError
    """
    exporter = next(each for each in all_exporters() if each.id == exporter_id)
    document = clinic.export_document(visit_id)
    figures = figures_of(document.visit)
    context = ExportContext(
        document,
        muscles,
        templates=figures,
        instruments=instruments(),
        paths=facts_of(document.visit),
    )
    replace_file(path, exporter.write(context))


def save_file(path: Path, content: bytes) -> None:
    """Write one file whole or not at all.

    Raises
    ------
    ExportError
    """
    replace_file(path, content)


def folder_name(visit: Visit) -> str:
    """Such as "2024-03-03 visit 1f00a9c2": nothing of the patient, and sorted by date."""
    day = visit.started.astimezone().date().isoformat()
    # the end of an id is random, its beginning is the time
    return f"{day} visit {visit.id.hex[-8:]}"


def _picture_name(name: str) -> str:
    file_name = name if name.lower().endswith(".png") else f"{name}.png"
    if not name.strip(". ") or not file_name.isprintable() or _NOT_IN_NAMES & set(file_name):
        raise ExportError(ExportProblem.BAD_PICTURE_NAME)
    return file_name
