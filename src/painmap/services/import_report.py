"""What became of every file of a scan, kept with the study; it names nobody."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from painmap import __version__
from painmap.domain.errors import PainmapError
from painmap.domain.sentences import plural
from painmap.imaging.decoders import decoder_name, syntax_name
from painmap.imaging.header import PatientIdentity, Skipped
from painmap.imaging.others import others_of
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.stack import Stack
from painmap.services.identity import identity_hash, name_words
from painmap.services.logbook import Secrets

VERSION = 2
"""Version 1 had no hash, no readings and nothing of what lies beside the CT; it is still read."""


class ReportError(PainmapError):
    """A stored import report cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "The stored import report cannot be read.",
            hint="Open the folder again to make it anew.",
        )


@dataclass(frozen=True, slots=True)
class StackLine:
    """What the report says of one stack.

    Parameters
    ----------
    shape : 3 int
        Slices, rows, columns.
    spacing_mm : 3 floats or None
        Between slices, rows, columns; None where there is no such distance.
    warnings : tuple of (code, message)
        Slices are numbered from 1 in stack order.
    syntaxes : tuple of (transfer syntax with its name, decoder)
    key : str
        The stack's name by content.
    part : str
        What tells it from the other parts of a series that was split; empty when it was not.
    """

    series_uid: str
    stack: int
    description: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float | None, float | None, float | None]
    uniform: bool
    warnings: tuple[tuple[str, str], ...]
    syntaxes: tuple[tuple[str, str], ...]
    key: str
    part: str = ""

    @property
    def name(self) -> str:
        """Such as "ABD 3.0, stack 2, acquisition 3"."""
        words = f"{self.description or 'series without description'}, stack {self.stack + 1}"
        return f"{words}, {self.part}" if self.part else words


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """How a series was read that may be read in several ways.

    Parameters
    ----------
    way, reason : str
        The way that was taken, and why.
    others : tuple of str
        The ways that could be chosen instead, the best one first.
    """

    series_uid: str
    way: str
    reason: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read for one study, and what was not.

    Parameters
    ----------
    study_uid : str
    program : str
        Name and version of the program.
    scanned_at : str
        ISO 8601 with time zone.
    stacks : tuple of StackLine
    used : tuple of str
        Files, relative to the folder that was opened.
    skipped : tuple of (path, reason)
    identity : str
        Keyed hash of the identity in the headers; empty until the report is stored.
    beside : tuple of str
        What else lies there, such as "MRI of the lumbar spine, 4 series".
    readings : tuple of ReadingLine
        Of the series that may be read in several ways.
    set_hash : str
        SHA-256 of the set of used files (`painmap.imaging.set_hash`); empty until it has been
        made, which is after the pictures are shown.
    """

    study_uid: str
    program: str
    scanned_at: str
    stacks: tuple[StackLine, ...]
    used: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    identity: str = ""
    beside: tuple[str, ...] = ()
    readings: tuple[ReadingLine, ...] = ()
    set_hash: str = ""

    @property
    def summary(self) -> str:
        """Such as "90 files used in 1 stack, 3 skipped, 2 warnings"."""
        warnings = sum(len(stack.warnings) for stack in self.stacks)
        parts = [f"{plural(len(self.used), 'file')} used in {plural(len(self.stacks), 'stack')}"]
        parts.append(f"{len(self.skipped)} skipped")
        parts.append(plural(warnings, "warning") if warnings else "no warnings")
        return ", ".join(parts)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report as lines for the screen: sum, stacks with warnings, skipped files."""
        lines = [f"{self.summary}."]
        for stack in self.stacks:
            slices, rows, columns = stack.shape
            lines.append(
                f"{stack.name}: {plural(slices, 'slice')} of "
                f"{columns} x {rows} pixels, {_joined(stack.syntaxes)}."
            )
            lines += [f"{stack.name}: {text}" for _, text in stack.warnings]
        for reading in self.readings:
            lines.append(f"Read {reading.way}. {reading.reason}")
            lines.append(f"It could also be read {', '.join(reading.others)}.")
        lines += [f"Beside the CT: {words}." for words in self.beside]
        lines.append(
            f"Hash of the files used (SHA-256): {self.set_hash}."
            if self.set_hash
            else "The files used have not been hashed yet."
        )
        lines += [f"Skipped {path}: {reason}" for path, reason in self.skipped]
        return tuple(lines)


def _joined(syntaxes: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} (read by {decoder})" for name, decoder in syntaxes)


def report_of(
    root: Path,
    stacks: Sequence[Stack],
    skipped: Sequence[Skipped],
    *,
    at: datetime,
    readings: Sequence[SeriesReadings] = (),
) -> ImportReport:
    """Say what was read for the study of `stacks`, for the screen: with its real file names.

    Parameters
    ----------
    root : Path
        The folder or file that was opened.
    stacks : sequence of Stack
        All of one study, at least one.
    skipped : sequence of Skipped
        Every file of the folder that is not used.
    at : datetime
        When it was scanned; time zone aware.
    readings : sequence of SeriesReadings
        Of the study's series; the first reading of each is the one that `stacks` are of.
    """
    base = root if root.is_dir() else root.parent
    files = sorted({path for stack in stacks for path in stack.files})
    return ImportReport(
        study_uid=stacks[0].study_uid,
        program=f"painmap {__version__}",
        scanned_at=at.isoformat(timespec="seconds"),
        stacks=tuple(_stack_line(stack) for stack in stacks),
        used=tuple(_relative(path, base) for path in files),
        skipped=tuple((_relative(each.path, base), each.sentence) for each in skipped),
        beside=tuple(each.words for each in others_of(skipped)),
        readings=reading_lines(readings),
    )


def reading_lines(readings: Iterable[SeriesReadings]) -> tuple[ReadingLine, ...]:
    """Say how series were read that may be read in several ways."""
    return tuple(
        ReadingLine(
            one.series_uid,
            one.readings[0].way.value,
            one.readings[0].reason,
            tuple(other.way.value for other in one.readings[1:]),
        )
        for one in readings
        if len(one.readings) > 1
    )


def reread(
    report: ImportReport, stacks: Sequence[Stack], readings: Iterable[SeriesReadings]
) -> ImportReport:
    """Give the report of the same files after another reading was chosen."""
    return replace(report, stacks=tuple(map(_stack_line, stacks)), readings=reading_lines(readings))


def _stack_line(stack: Stack) -> StackLine:
    return StackLine(
        series_uid=stack.series_uid,
        stack=stack.index,
        description=stack.description,
        shape=stack.shape,
        spacing_mm=stack.spacing_mm,
        uniform=stack.uniform,
        warnings=tuple((each.code.value, each.message) for each in stack.warnings),
        syntaxes=tuple((syntax_name(uid), decoder_name(uid)) for uid in stack.transfer_syntaxes),
        key=stack.key,
        part=stack.part,
    )


def _relative(path: Path, base: Path) -> str:
    try:
        return path.relative_to(base).as_posix()
    except ValueError:
        return path.name


def without_names(
    report: ImportReport, persons: Iterable[PatientIdentity], *, of: PatientIdentity, key: bytes
) -> ImportReport:
    """Give the report as it may be stored: a keyed hash for the person, no name anywhere.

    Parameters
    ----------
    persons : iterable of PatientIdentity
        Everybody on the disc, since folders may be named after them.
    of : PatientIdentity
        Whom the study shows.
    key : bytes
        The data folder's secret (`data_folder.identity_key`).
    """
    words = Secrets()
    words.add(word for person in (*persons, of) for word in name_words(person))

    def path(text: str) -> str:
        return PurePath(*map(words.removed_from, PurePath(text).parts)).as_posix()

    return replace(
        report,
        stacks=tuple(
            replace(
                stack,
                description=words.removed_from(stack.description),
                part=words.removed_from(stack.part),
            )
            for stack in report.stacks
        ),
        used=tuple(path(each) for each in report.used),
        skipped=tuple((path(each), reason) for each, reason in report.skipped),
        beside=tuple(map(words.removed_from, report.beside)),
        readings=tuple(
            replace(each, reason=words.removed_from(each.reason)) for each in report.readings
        ),
        identity=identity_hash(of, key),
    )


def to_json(report: ImportReport) -> bytes:
    """Write a report, for the store of large content."""
    content = {"version": VERSION, **asdict(report)}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def from_json(content: bytes) -> ImportReport:
    """Read a stored report.

    Raises
    ------
    ReportError
        It is damaged, or of a newer program.
    """
    try:
        found = json.loads(content)
        if found.pop("version") not in (1, VERSION):
            raise ReportError
        stacks = tuple(_stack_from(each) for each in found.pop("stacks"))
        return ImportReport(
            stacks=stacks,
            used=tuple(found.pop("used")),
            skipped=tuple((path, reason) for path, reason in found.pop("skipped")),
            beside=tuple(found.pop("beside", ())),
            readings=tuple(_reading_from(each) for each in found.pop("readings", ())),
            **found,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError from error


def with_hash(content: bytes, set_hash: str) -> bytes:
    """Add the hash of the set to a stored report.

    Raises
    ------
    ReportError
    """
    return to_json(replace(from_json(content), set_hash=set_hash))


def _reading_from(found: dict[str, Any]) -> ReadingLine:
    return ReadingLine(found["series_uid"], found["way"], found["reason"], tuple(found["others"]))


def _stack_from(found: dict[str, Any]) -> StackLine:
    return StackLine(
        series_uid=found["series_uid"],
        stack=found["stack"],
        description=found["description"],
        shape=tuple(found["shape"]),
        spacing_mm=tuple(found["spacing_mm"]),
        uniform=found["uniform"],
        warnings=tuple((code, message) for code, message in found["warnings"]),
        syntaxes=tuple((name, decoder) for name, decoder in found["syntaxes"]),
        key=found["key"],
        part=found.get("part", ""),
    )
