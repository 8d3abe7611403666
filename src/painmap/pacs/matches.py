"""Answers of a PACS as values: tolerant of what is missing or misspelt."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from pydicom.dataset import Dataset

from painmap.imaging.header import PatientIdentity
from painmap.imaging.reading import quiet_pydicom
from painmap.pacs.archive import FoundSeries, FoundStudy, StudyQuery, is_uid

STUDY_FIELDS = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "InstitutionName",
    "StudyInstanceUID",
    "StudyDate",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)
"""What is asked of a study."""

SERIES_FIELDS = (
    "SeriesInstanceUID",
    "Modality",
    "SeriesDescription",
    "NumberOfSeriesRelatedInstances",
)
"""What is asked of a series."""


def study_of(answer: Dataset) -> FoundStudy | None:
    """Read a study; None when it has no UID that could be asked for."""
    with quiet_pydicom():
        uid = _text(answer, "StudyInstanceUID")
        if not is_uid(uid):
            return None
        return FoundStudy(
            study_uid=uid,
            identity=PatientIdentity(
                name=_text(answer, "PatientName"),
                id=_text(answer, "PatientID"),
                issuer=_text(answer, "IssuerOfPatientID"),
                institution=_text(answer, "InstitutionName"),
                birth_date=_day(answer, "PatientBirthDate"),
                sex=_text(answer, "PatientSex").upper()[:1],
            ),
            study_date=_day(answer, "StudyDate"),
            description=_text(answer, "StudyDescription"),
            modalities=_words(answer, "ModalitiesInStudy"),
            series_count=_number(answer, "NumberOfStudyRelatedSeries"),
            picture_count=_number(answer, "NumberOfStudyRelatedInstances"),
        )


def series_of(answer: Dataset) -> FoundSeries | None:
    """Read a series, without its pictures; None when it has no UID."""
    with quiet_pydicom():
        uid = _text(answer, "SeriesInstanceUID")
        if not is_uid(uid):
            return None
        return FoundSeries(
            series_uid=uid,
            modality=_text(answer, "Modality"),
            description=_text(answer, "SeriesDescription"),
            count=_number(answer, "NumberOfSeriesRelatedInstances"),
        )


def sop_uid_of(answer: Dataset) -> str:
    """Read the UID of a picture; empty when there is none."""
    with quiet_pydicom():
        uid = _text(answer, "SOPInstanceUID")
    return uid if is_uid(uid) else ""


def wanted_modality(studies: Iterable[FoundStudy], modality: str) -> list[FoundStudy]:
    """Leave out studies that say they hold no such modality; not every PACS looks itself."""
    return [
        study
        for study in studies
        if not modality or not study.modalities or modality in study.modalities
    ]


def query_fields(query: StudyQuery) -> dict[str, str]:
    """Give what is asked, by DICOM keyword; what is not asked is left out."""
    found = {
        "PatientName": name_pattern(query.family_name, query.given_name),
        "PatientID": query.patient_id.strip(),
        "PatientBirthDate": f"{query.birth_date:%Y%m%d}" if query.birth_date else "",
        "StudyDate": date_range(query.since, query.until),
        "ModalitiesInStudy": query.modality.strip(),
    }
    return {name: value for name, value in found.items() if value}


def name_pattern(family: str, given: str) -> str:
    """Give a DICOM name to match: both are beginnings.

    References
    ----------
    DICOM PS3.4 C.2.2.2.4, wildcard matching.
    """
    # a caret or backslash that was typed would change what is asked
    parts = [" ".join(part.translate(_NO_SIGNS).split()) for part in (family, given)]
    if not any(parts):
        return ""
    return "^".join(f"{part}*" for part in parts) if parts[1] else f"{parts[0]}*"


def loose_pattern(family: str) -> str:
    """Give a pattern of plain letters alone, for a server that stumbles over others."""
    plain = (sign if sign.isascii() and sign.isalnum() else "*" for sign in family.strip())
    return re.sub(r"\*+", "*", "".join((*plain, "*")))


def has_name(study: FoundStudy, query: StudyQuery) -> bool:
    """Whether a study's person has a name that begins as was asked, case aside."""
    wanted = tuple(
        " ".join(part.split()).casefold() for part in (query.family_name, query.given_name)
    )
    for group in study.identity.name.split("="):
        family, _, rest = group.partition("^")
        given = rest.partition("^")[0]
        if family.casefold().startswith(wanted[0]) and given.casefold().startswith(wanted[1]):
            return True
    return False


_NO_SIGNS = str.maketrans(dict.fromkeys("^=\\*?", " "))


def date_range(since: date | None, until: date | None) -> str:
    """Give a range of days (DICOM PS3.4 C.2.2.2.5); empty when neither is given."""
    if since is None and until is None:
        return ""
    if since == until and since is not None:
        return f"{since:%Y%m%d}"
    return (
        f"{since:%Y%m%d}-" + (f"{until:%Y%m%d}" if until else "") if since else f"-{until:%Y%m%d}"
    )


def _text(answer: Dataset, keyword: str) -> str:
    try:
        value = answer.get(keyword)
    except Exception:  # noqa: BLE001 - a value that cannot be decoded may raise anything
        return ""
    return "" if value is None else str(value).strip().strip("\0")


def _words(answer: Dataset, keyword: str) -> tuple[str, ...]:
    try:
        value = answer.get(keyword)
    except Exception:  # noqa: BLE001 - as above
        return ()
    if value is None or value == "":
        return ()
    words = [value] if isinstance(value, str) else list(value)
    return tuple(word for each in words if (word := str(each).strip()))


def _number(answer: Dataset, keyword: str) -> int | None:
    text = _text(answer, keyword)
    return int(text) if text.isascii() and text.isdigit() else None


def _day(answer: Dataset, keyword: str) -> date | None:
    text = _text(answer, keyword).replace(".", "").replace("-", "")
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None
