"""What each command of the command line does; gives the text to print."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TypeAlias
from uuid import UUID

from painmap.documents.visit_document import load
from painmap.domain.errors import PainmapError
from painmap.domain.progress import run_to_end
from painmap.domain.sentences import plural
from painmap.exchange.nifti import write_nifti
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.listing import series_json
from painmap.imaging.others import others_of
from painmap.imaging.scan import ScanResult, scanning
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.imaging.volume import loading
from painmap.phantom import (
    PatientPosition,
    PhantomOptions,
    Rescale,
    make_phantom,
    write_series,
)
from painmap.records.database import FILE_NAME
from painmap.services.catalogue import muscles
from painmap.services.clinic import Clinic, check_origins
from painmap.services.data_folder import prepare
from painmap.services.export import ExportOutcome, export_visit


class CommandProblem(StrEnum):
    """Why a command did not do what was asked; the value is the sentence."""

    NO_CT = "There is no CT that can be used here: {what}."
    NO_SUCH_STACK = "There is no such series or stack in it."
    NO_SUCH_READING = "No series here can be read that way."
    NOTHING_CONVERTS = "No stack can be converted: each is a single slice or not evenly spaced."
    WHICH_STACK = "{what} can be converted; say which with --series and --stack."
    NOT_NIFTI = "The name of the volume has to end in .nii or .nii.gz."
    NO_RECORDS = "There are no records in this data folder."
    NO_VISIT_ID = "This is no visit id; import prints one, and the window shows it."
    OUT_TAKEN = "The place for the series is taken; it has to be a new or an empty folder."
    NOT_WRITTEN = "The series could not be written: {what}."
    BAD_PHANTOM = "Such a phantom cannot be made: {what}."


class CommandError(PainmapError):
    """A command did not do what was asked.

    Parameters
    ----------
    problem : CommandProblem
    what : str
        What makes the sentence exact.
    output : str
        What is printed all the same.
    """

    def __init__(
        self, problem: CommandProblem, *, what: str = "", output: str = "", hint: str = ""
    ) -> None:
        super().__init__(problem.value.format(what=what), hint=hint)
        self.problem = problem
        self.output = output


# --- series


def series(path: Path, *, as_json: bool) -> str:
    """List the stacks in a folder, a file, a DICOMDIR or a zip archive.

    Raises
    ------
    SeriesError
        The place is missing or empty.
    CommandError
        NO_CT; its output is the list, which says why each file was skipped.
    """
    with _workspace() as space:
        scan = run_to_end(scanning(Source.of(path), workspace=space))
        text = json.dumps(series_json(scan), indent=2) if as_json else _table(scan)
    if not scan.stacks:
        raise _no_ct(scan, output=text if as_json else "")
    return text


@contextmanager
def _workspace() -> Iterator[Path]:
    """A folder for what archives hold, which goes away when the command is done."""
    with TemporaryDirectory(prefix="painmap-") as folder:
        yield Path(folder)


def _no_ct(scan: ScanResult, *, output: str = "") -> CommandError:
    """Say why nothing is usable: the reason for one file, the most frequent for many."""
    if len(scan.skipped) == 1:
        what = scan.skipped[0].sentence
    else:
        counts = dict.fromkeys(each.sentence for each in scan.skipped)
        what = f"{plural(len(scan.skipped), 'file')} skipped, {next(iter(counts), '')}"
        if len(counts) > 1:
            what = f"{plural(len(scan.skipped), 'file')} skipped for {len(counts)} reasons"
    beside = [one.words for one in others_of(scan.skipped)]
    if beside and len(scan.skipped) > 1:
        what = f"{plural(len(scan.skipped), 'file')} skipped; there is {', '.join(beside)}"
    what = what.rstrip(".")
    return CommandError(CommandProblem.NO_CT, what=what[:1].lower() + what[1:], output=output)


def _table(scan: ScanResult) -> str:
    rows = [("series", "stack", "slices x rows x columns", "mm", "volume", "description")]
    lines_after: list[str] = []
    for stack in scan.stacks:
        rows.append(
            (
                stack.series_uid,
                str(stack.index),
                " x ".join(str(length) for length in stack.shape),
                " x ".join("?" if mm is None else f"{mm:.4g}" for mm in stack.spacing_mm),
                "yes" if stack.uniform else "no",
                _one_line(stack.description or "-"),
            )
        )
        name = f"{stack.series_uid} stack {stack.index}"
        lines_after += [f"{name}: {each.message}" for each in stack.warnings]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    skipped: dict[str, int] = {}
    for each in scan.skipped:
        skipped[each.sentence] = skipped.get(each.sentence, 0) + 1
    lines_after += [f"{plural(count, 'file')} skipped: {text}" for text, count in skipped.items()]
    lines_after += scan.notes
    lines_after += [f"beside the CT: {one.words}" for one in others_of(scan.skipped)]
    lines_after += [
        f"{one.series_uid} is read {one.readings[0].way}; "
        f"it could be read {', '.join(each.way for each in one.readings[1:])} "
        f"(--reading 2{f' to {len(one.readings)}' if len(one.readings) > 2 else ''} of convert)"
        for one in scan.readings
        if len(one.readings) > 1
    ]
    return "\n".join([*lines, *([""] if lines_after else []), *lines_after])


def _one_line(text: str) -> str:
    """Text from a file without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


# --- convert


def convert(
    path: Path,
    out: Path,
    *,
    series_uid: str | None,
    stack: int | None,
    reading: str | None = None,
) -> str:
    """Write one stack as a NIfTI volume.

    Parameters
    ----------
    series_uid, stack : str or None, int or None
        Which; None where there is only one.
    reading : str or None
        Another way to read the series: its name, with or without "split", or its number in the
        order of `painmap series`, from 1; None takes the best way of each series.

    Raises
    ------
    SeriesError, ExportError
    CommandError
        WHICH_STACK or NO_SUCH_READING; its output lists the choices.
    """
    if not out.name.lower().endswith((".nii", ".nii.gz")):
        raise CommandError(CommandProblem.NOT_NIFTI)
    with _workspace() as space:
        scan = run_to_end(scanning(Source.of(path), workspace=space))
        if not scan.stacks:
            raise _no_ct(scan)
        stacks = scan.stacks if reading is None else _read_as(scan, reading, series_uid)
        chosen = _chosen(stacks, series_uid, stack)
        write_nifti(run_to_end(loading(chosen)), out)
    return f"{out}: {' x '.join(map(str, chosen.shape))} voxels"


def _read_as(scan: ScanResult, reading: str, series_uid: str | None) -> tuple[Stack, ...]:
    """The stacks of all series, or of the one that is named, that can be read that way."""
    series = [one for one in scan.readings if series_uid in (None, one.series_uid)]
    if not series:
        raise CommandError(CommandProblem.NO_SUCH_STACK, hint="See painmap series.")
    found = [
        each.stacks
        for one in series
        for number, each in enumerate(one.readings, 1)
        if reading.strip().lower() in (str(number), each.way, each.way.removeprefix("split "))
    ]
    if not found:
        choices = [
            f"--series {one.series_uid} --reading {number}  {each.words}"
            for one in series
            for number, each in enumerate(one.readings, 1)
        ]
        raise CommandError(CommandProblem.NO_SUCH_READING, output="\n".join(choices))
    return tuple(stack for stacks in found for stack in stacks)


def _chosen(stacks: tuple[Stack, ...], series_uid: str | None, number: int | None) -> Stack:
    """The stack that was named, or the only one that can be converted."""
    named = [
        each
        for each in stacks
        if series_uid in (None, each.series_uid) and number in (None, each.index)
    ]
    if not named:
        raise CommandError(CommandProblem.NO_SUCH_STACK, hint="See painmap series.")
    if len(named) == 1:
        named[0].require_geometry()
        return named[0]
    fit = [each for each in named if each.uniform]
    if not fit:
        raise CommandError(CommandProblem.NOTHING_CONVERTS)
    if len(fit) == 1:
        return fit[0]
    choices = [
        f"--series {each.series_uid} --stack {each.index}  "
        f"{' x '.join(map(str, each.shape))}  {_one_line(each.description)} {each.part}".rstrip()
        for each in fit
    ]
    raise CommandError(
        CommandProblem.WHICH_STACK, what=plural(len(fit), "stack"), output="\n".join(choices)
    )


# --- export and import


Painter: TypeAlias = Callable[[Clinic, UUID, Path], tuple[ExportOutcome, str]]
"""Exports a visit with its pictures; gives what was written, and what has no picture."""


def export(data_folder: Path, visit_id: str, folder: Path, painter: Painter | None = None) -> str:
    """Write the files of a visit into a new folder inside `folder`.

    Parameters
    ----------
    painter : callable or None
        None where nothing can be painted: the files are written without pictures.

    Raises
    ------
    CommandError, RecordsError, ExportError
    """
    try:
        visit = UUID(visit_id)
    except ValueError as error:
        raise CommandError(CommandProblem.NO_VISIT_ID) from error
    if not (data_folder / FILE_NAME).is_file():
        raise CommandError(
            CommandProblem.NO_RECORDS, hint="Name another with --data, or with PAINMAP_DATA."
        )
    clinic = Clinic.open(data_folder)
    try:
        if painter is not None:
            outcome, missing = painter(clinic, visit, folder)
        else:
            outcome = export_visit(clinic, visit, folder, muscles=muscles())
            missing = "No pictures: the libraries that paint them are missing here."
    finally:
        clinic.close()
    lines = [str(outcome.folder / name) for name in outcome.files]
    return "\n".join([*lines, *([missing] if missing else [])])


def import_file(data_folder: Path, file: Path) -> str:
    """Take in a visit from its JSON document.

    Raises
    ------
    DocumentError, RecordsError, DataFolderError
    """
    # a document that cannot be taken leaves no new data folder behind
    document = load(file)
    check_origins(document)
    clinic = Clinic.open(prepare(data_folder))
    try:
        outcome = clinic.import_document(document)
    finally:
        clinic.close()
    return f"{outcome.sentence} {outcome.visit_id}"


# --- phantom


def phantom_options(given: Mapping[str, object]) -> PhantomOptions:
    """Give the phantom that was asked for; what was not said keeps its default.

    Raises
    ------
    CommandError
        BAD_PHANTOM.
    """
    names = {field.name for field in fields(PhantomOptions)}
    said = {name: value for name, value in given.items() if name in names and value is not None}
    listed = {name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}
    if "patient_position" in listed:
        listed["patient_position"] = PatientPosition(str(listed["patient_position"]))
    try:
        if "rescales" in listed:
            listed["rescales"] = _rescales(str(listed["rescales"]))
        return PhantomOptions(**listed)  # type: ignore[arg-type]  # argparse has made the types
    except ValueError as error:
        raise CommandError(CommandProblem.BAD_PHANTOM, what=str(error)) from error


def _rescales(text: str) -> tuple[Rescale, ...]:
    """Read slope and intercept, slice by slice, from "1:-1024,0.5:-1024"."""
    pairs = [each.split(":") for each in text.split(",")]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"rescales {text!r} are not SLOPE:INTERCEPT,...")
    return tuple(Rescale(float(slope), float(intercept)) for slope, intercept in pairs)


def phantom(out: Path, options: PhantomOptions) -> str:
    """Write the synthetic series into a new or empty folder, whole or not at all.

    Raises
    ------
    CommandError
        OUT_TAKEN or NOT_WRITTEN.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CommandError(CommandProblem.OUT_TAKEN)
    if not out.absolute().parent.is_dir():
        raise SeriesError(SeriesProblem.MISSING_PATH)
    made = run_to_end(make_phantom(options))
    beside = out.absolute().with_name(f".{out.absolute().name}.part")
    try:
        rmtree(beside, ignore_errors=True)
        beside.mkdir()
        run_to_end(write_series(made, beside))
        if out.exists():
            out.rmdir()
        beside.rename(out)
    except OSError as error:
        raise CommandError(CommandProblem.NOT_WRITTEN, what=error.strerror or "") from error
    finally:
        rmtree(beside, ignore_errors=True)
    return f"{out}: {plural(sum(1 for _ in out.iterdir()), 'file')}"
