"""What a file says about itself: a slice with its place and facts, or why it is not used."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

Triple: TypeAlias = tuple[float, float, float]


class SkipReason(StrEnum):
    """Why a file is not used; the value is the sentence."""

    NOT_DICOM = "This is not a DICOM file."
    EMPTY_FILE = "The file is empty."
    NOT_A_FILE = "This is not an ordinary file."
    UNREADABLE = "The file could not be opened."
    UNREADABLE_FOLDER = "The folder could not be opened."
    LOOP = "The folder has been read under another name."
    DAMAGED = "The file is damaged: its header cannot be read."
    UNPACKS_TOO_LARGE = "It unpacks to far more than a picture holds, and was not unpacked."
    DICOMDIR = "This is a table of contents; the files it lists are read themselves."
    NOT_A_PICTURE = "This object is no CT picture."
    OTHER_MODALITY = "This is a picture of another modality; CT is read."
    SECONDARY_CAPTURE = "This is a screenshot or scan (secondary capture), without CT values."
    COLOUR = "This is a colour picture, without CT values."
    NOT_HU = "Its values are not Hounsfield units."
    MULTI_FRAME = "It holds several pictures in a form that CT does not have."
    NO_FRAMES = "It does not describe its single pictures."
    NO_PIXELS = "There is no picture in it; the file may be cut short."
    TRUNCATED = "The file is cut short: its picture is not complete."
    NO_DECODER = "Its compression cannot be read here."
    IDENTICAL_COPY = "It is the same as another file, byte for byte."
    ARCHIVE = "This is an archive (zip), which is not looked into here; open it by itself."
    LINK = "This is a link inside an archive, which is not followed."
    OUTSIDE = "Its name leads out of the archive, so it was not unpacked."
    ENCRYPTED = "It is locked with a password."
    UNPACKABLE = "It is packed in a way that cannot be unpacked here."
    ARCHIVE_DAMAGED = "It is damaged inside the archive and could not be unpacked whole."


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Whom a study shows, as its headers say; kept in memory and in the index, never in a log.

    Parameters
    ----------
    name : str
        Patient's Name with all its component groups ("Family^Given=..."), decoded.
    id, issuer, institution : str
        Patient ID, Issuer of Patient ID, Institution Name.
    birth_date : date or None
    sex : str
        "M", "F", "O" or empty.
    """

    name: str = ""
    id: str = ""
    issuer: str = ""
    institution: str = ""
    birth_date: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What all slices of a series usually share, of which none bears on geometry.

    Parameters
    ----------
    deidentified : bool
        Patient Identity Removed is YES.
    contrast : str
        Contrast/Bolus Agent, empty when none is named.
    """

    identity: PatientIdentity
    modality: str
    study_date: date | None
    study_description: str
    series_description: str
    series_number: int | None
    body_part: str
    patient_position: str
    manufacturer: str
    kernel: str
    contrast: str
    kvp: float | None
    synthetic: bool
    deidentified: bool


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """One slice: a file, or one frame of it.

    Parameters
    ----------
    frame : int
        From 0.
    study_uid, series_uid : str
        Empty when the data set has none.
    sop_uid : str
        From the file meta if the data set lacks it; made from the file's bytes if both do.
    empty_uids : tuple of str
        Which of "study", "series", "SOP instance" the data set leaves empty.
    position : 3 floats or None
        Image Position (Patient), LPS millimetres of the centre of pixel (0, 0).
    along_row, along_column : 3 floats or None
        Unit vectors: direction of growing column, and of growing row.
    pixel_spacing : 2 floats or None
        Millimetres from row to row, from column to column.
    image_type : str
        Image Type or Frame Type, its values joined by a backslash, in capitals.
    acquisition : int or None
        Acquisition Number.
    acquired : str
        Date and time of acquisition as digits, to be ordered by; empty when it is not said.
    phase : str
        Place in a sequence of phases: "time 2", "cardiac 75 %"; empty when it is not said.
    inverted : bool
        The file asks to show low values bright (MONOCHROME1); the values are the same.
    """

    path: Path
    frame: int
    study_uid: str
    series_uid: str
    sop_uid: str
    empty_uids: tuple[str, ...]
    frame_of_reference_uid: str | None
    instance_number: int | None
    is_localizer: bool
    rows: int
    columns: int
    position: Triple | None
    along_row: Triple | None
    along_column: Triple | None
    pixel_spacing: tuple[float, float] | None
    slice_thickness: float | None
    transfer_syntax: str
    lossy: bool
    facts: SeriesFacts
    image_type: str = ""
    acquisition: int | None = None
    acquired: str = ""
    phase: str = ""
    inverted: bool = False

    @property
    def has_geometry(self) -> bool:
        return self.position is not None and self.pixel_spacing is not None


@dataclass(frozen=True, slots=True)
class OtherObject:
    """What a readable DICOM object is that is no CT picture.

    Parameters
    ----------
    kind : str
        In words: "MRI", "dose report".
    counts_series : bool
        Whether it is a picture, of which series are counted, or a document, counted by itself.
    body_part : str
        Body Part Examined, as the file gives it.
    description : str
        Study Description.
    """

    kind: str
    counts_series: bool
    study_uid: str
    series_uid: str
    body_part: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not used, and why.

    Parameters
    ----------
    path : Path
    reason : SkipReason
    detail : str
        What makes it exact: modality, transfer syntax; no patient identifier.
    about : OtherObject or None
        What it is instead of a CT picture, where it is readable DICOM.
    slices : tuple of SliceHeader
        Pictures of another modality in it that can be looked at, without CT values.
    """

    path: Path
    reason: SkipReason
    detail: str = ""
    about: OtherObject | None = None
    slices: tuple[SliceHeader, ...] = ()

    @property
    def sentence(self) -> str:
        """The reason with its detail, one sentence."""
        return f"{self.reason.value[:-1]}: {self.detail}." if self.detail else self.reason.value
