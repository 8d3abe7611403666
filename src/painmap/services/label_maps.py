"""Label maps from elsewhere: read, held against the open CT and its patient, and offered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from painmap.domain.anatomy import Side
from painmap.domain.injection import MIDLINE_MARGIN_MM
from painmap.domain.patient import Patient
from painmap.domain.places import PatientPoint
from painmap.domain.progress import Job, Progress
from painmap.domain.study import Agreement
from painmap.exchange.import_registry import all_importers, importer_of
from painmap.exchange.importer import LabelFile
from painmap.exchange.label_errors import LabelMapError, LabelProblem
from painmap.exchange.label_tables import SUFFIXES
from painmap.imaging.label_fit import Fit, fit_of
from painmap.imaging.label_map import LabelMap, LabelStructure
from painmap.imaging.stack import Stack
from painmap.services.identity import another_person, compare
from painmap.services.label_names import LabelKind, Meaning, bare_name, label_names

__all__ = ["LabelMapError", "LabelProblem", "Offer", "OfferedLabel", "label_files", "offering"]

NIFTI_ENDINGS = (".nii", ".nii.gz")
OTHER_FRAME_SAME_SLICES = (
    "It names another frame of reference, but was drawn on slices of the open CT itself."
)


@dataclass(frozen=True, slots=True, eq=False)
class OfferedLabel:
    """A structure of a label map, and what it is proposed to be.

    Parameters
    ----------
    label_map : LabelMap
        That it stands in.
    structure : LabelStructure
    meaning : Meaning
    middles : tuple of PatientPoint
        Its middle on each plane.
    volume_mm3 : float or None
    lies : Side or None
        On which side of its fellow of the other name it lies: LEFT, though named RIGHT, is a
        mirrored map. None without a fellow.
    """

    label_map: LabelMap
    structure: LabelStructure
    meaning: Meaning
    middles: tuple[PatientPoint, ...]
    volume_mm3: float | None
    lies: Side | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What may be taken in.

    Parameters
    ----------
    labels : tuple of OfferedLabel
        Muscles of the catalogue first, then unknown names, then what is not proposed.
    same_grid : bool
        Every voxel of it is a voxel of the open CT; else it can only go to the nearest.
    notes : tuple of str
        What the doctor should know, in sentences.
    """

    labels: tuple[OfferedLabel, ...]
    same_grid: bool
    notes: tuple[str, ...]


def file_patterns() -> tuple[str, ...]:
    """File names that a dialog offers, each once."""
    return tuple(dict.fromkeys(p for each in all_importers() for p in each.patterns))


def label_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The label maps among what was dropped or chosen; none when it is a CT to be opened.

    A folder counts when it holds NIfTI files and tables alone, as some programs write one
    file a structure.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if not one.name.startswith("."))
            kept = [one for one in inside if one.is_file() and _is_label_name(one)]
            if not kept or len(kept) < len(inside) or not any(_is_nifti(one) for one in kept):
                return ()
            found += kept
        else:
            found.append(path)
    tables = [path for path in found if _is_table(path)]
    maps = [path for path in found if not _is_table(path)]
    if not maps or importer_of(maps[0]) is None:
        return ()
    return (*maps, *tables)


def _is_nifti(path: Path) -> bool:
    return path.name.lower().endswith(NIFTI_ENDINGS)


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _is_label_name(path: Path) -> bool:
    return _is_nifti(path) or _is_table(path)


def offering(paths: Sequence[Path], stack: Stack, patient: Patient) -> Job[Offer]:
    """Read label maps and say what they hold, for the CT that is open.

    Parameters
    ----------
    paths : sequence of Path
        Label maps, and tables of names beside them.
    stack : Stack
        That is open.
    patient : Patient
        Whose record is open.

    Yields
    ------
    Progress

    Raises
    ------
    LabelMapError
        It cannot be read, shows another patient, has another frame of reference, or does not
        lie on the open CT.
    SeriesError
        NO_GEOMETRY: the open CT does not say where it lies.
    """
    tables = tuple(path for path in paths if _is_table(path))
    labels: list[OfferedLabel] = []
    notes: list[str] = []
    fits: list[Fit] = []
    files = [path for path in paths if not _is_table(path)]
    for done, path in enumerate(files):
        yield Progress(done, len(files), "Reading label maps")
        importer = importer_of(path)
        if importer is None:
            raise LabelMapError(LabelProblem.UNKNOWN)
        label_map = yield from importer.read(LabelFile(path, tables), stack)
        notes += [*label_map.notes, *_checked(label_map, stack, patient)]
        fit = fit_of(label_map, stack)
        if fit is Fit.NOT_PARALLEL:
            raise LabelMapError(LabelProblem.NOT_PARALLEL)
        if fit is Fit.APART and len(files) == 1:
            raise LabelMapError(LabelProblem.APART)
        if fit is Fit.APART:
            notes.append(f"{label_map.structures[0].name} does not lie on the open CT.")
            continue
        fits.append(fit)
        labels += [_offered(label_map, structure) for structure in label_map.structures]
    if not labels:
        raise LabelMapError(LabelProblem.APART)
    return Offer(
        labels=tuple(sorted(_with_fellows(labels), key=_order)),
        same_grid=all(fit is Fit.SAME_GRID for fit in fits),
        notes=tuple(dict.fromkeys(notes)),
    )


def _checked(label_map: LabelMap, stack: Stack, patient: Patient) -> tuple[str, ...]:
    """Hold whom and where a label map shows against the open CT; give what is to be said."""
    identity = label_map.identity
    if identity is not None:
        # the record may bear a newer name than the CT, which was attached all the same
        check = compare(identity, patient).check
        of_record = check.name is Agreement.SAME and not check.differs
        if another_person(identity, stack.identity) and not of_record:
            raise LabelMapError(LabelProblem.OTHER_PATIENT)
    ours, theirs = stack.frame_of_reference_uid, label_map.frame_of_reference_uid
    if identity is None or (ours is not None and ours == theirs):
        return ()
    if label_map.drawn_on.isdisjoint(stack.sop_uids):
        raise LabelMapError(LabelProblem.OTHER_FRAME)
    return (OTHER_FRAME_SAME_SLICES,)


def _offered(label_map: LabelMap, structure: LabelStructure) -> OfferedLabel:
    number = structure.number
    return OfferedLabel(
        label_map,
        structure,
        label_names().meaning_of(structure),
        label_map.middles(number),
        label_map.volume_mm3(number),
    )


_LISTED = (LabelKind.MUSCLE, LabelKind.UNKNOWN, LabelKind.OTHER_MUSCLE, LabelKind.NO_MUSCLE)


def _order(label: OfferedLabel) -> tuple[int, str]:
    return _LISTED.index(label.meaning.kind), label.structure.name.casefold()


def _with_fellows(labels: Sequence[OfferedLabel]) -> list[OfferedLabel]:
    """Say of each label on which side of its fellow it lies.

    Two labels of one name and opposite sides tell a mirrored map without any midline; the
    patient's left is where x grows (LPS).
    """
    found = []
    for label in labels:
        fellow = next((each for each in labels if _are_fellows(label, each)), None)
        lies = None if fellow is None else _side_beside(label.middles, fellow.middles)
        found.append(
            OfferedLabel(
                label.label_map,
                label.structure,
                label.meaning,
                label.middles,
                label.volume_mm3,
                lies,
            )
        )
    return found


def _are_fellows(one: OfferedLabel, other: OfferedLabel) -> bool:
    sides = {one.meaning.side, other.meaning.side}
    same = bare_name(one.structure.name)[0] == bare_name(other.structure.name)[0]
    return same and sides == {Side.LEFT, Side.RIGHT}


def _side_beside(ours: Sequence[PatientPoint], theirs: Sequence[PatientPoint]) -> Side | None:
    """The side by which the means differ; None where they are too near to tell."""
    apart = _mean_x(ours) - _mean_x(theirs)
    if abs(apart) <= MIDLINE_MARGIN_MM:
        return None
    return Side.LEFT if apart > 0 else Side.RIGHT


def _mean_x(points: Sequence[PatientPoint]) -> float:
    return sum(point.x for point in points) / len(points)
