"""What else lies beside CT: listed in words, never mixed in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import UID

from painmap.domain.sentences import plural
from painmap.imaging.header import OtherObject, Skipped, SkipReason
from painmap.imaging.tags import sop_class_of, text

_PICTURES = {
    "MR": "MRI", "CR": "X-ray", "DX": "X-ray", "RF": "fluoroscopy", "XA": "angiography",
    "US": "ultrasound", "MG": "mammography", "PT": "PET", "NM": "nuclear medicine",
    "ES": "endoscopy", "XC": "photograph", "GM": "microscopy", "SM": "microscopy",
    "OP": "photograph of the eye", "OT": "picture of another kind", "RTIMAGE": "RT image",
    "CT": "CT that is not used", "IO": "dental X-ray", "PX": "dental X-ray", "BMD": "bone density",
}  # fmt: skip
"""Modality (PS3.3 C.7.3.1.1.1) in the words of a doctor; of these, series are counted."""

_DOCUMENTS = {
    "SR": "structured report", "SEG": "segmentation", "RTSTRUCT": "RT structure set",
    "RTPLAN": "RT plan", "RTDOSE": "RT dose", "RTRECORD": "RT record", "PR": "presentation state",
    "KO": "key object note", "REG": "registration", "FID": "fiducials", "DOC": "document",
    "ECG": "ECG", "HD": "waveform", "AU": "sound", "PLAN": "plan", "ANN": "annotation",
}  # fmt: skip
"""Of these the objects are counted."""

_BY_CLASS = {
    "1.2.840.10008.5.1.4.1.1.88.67": "dose report",
    "1.2.840.10008.5.1.4.1.1.88.68": "dose report",
    "1.2.840.10008.5.1.4.1.1.104.1": "PDF document",
}
"""SOP classes that say more than their modality."""

_BODY_PARTS = {
    "LSPINE": "the lumbar spine", "CSPINE": "the cervical spine", "TSPINE": "the thoracic spine",
    "SSPINE": "the sacrum", "CTSPINE": "the cervical and thoracic spine",
    "TLSPINE": "the thoracic and lumbar spine", "LSSPINE": "the lumbar spine and sacrum",
    "SPINE": "the spine", "WHOLEBODY": "the whole body", "HEADNECK": "the head and neck",
    "ABDOMENPELVIS": "the abdomen and pelvis", "CHESTABDOMEN": "the chest and abdomen",
    "UPRLEG": "the upper leg", "LOWLEG": "the lower leg",
}  # fmt: skip
"""Defined terms of Body Part Examined (PS3.16 annex L) that are no plain words."""

_WORDS = {
    "ABDOMEN", "ANKLE", "ARM", "BRAIN", "BREAST", "CHEST", "CLAVICLE", "COCCYX", "ELBOW", "FOOT",
    "HAND", "HEAD", "HEART", "HIP", "KNEE", "LEG", "NECK", "PELVIS", "SHOULDER", "SKULL", "WRIST",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OtherSeries:
    """Objects of one kind beside the CT.

    Parameters
    ----------
    words : str
        Such as "MRI of the lumbar spine, 4 series" or "2 dose reports"; names nobody.
    files : int
    """

    words: str
    files: int


def about(dataset: Dataset, reason: SkipReason) -> OtherObject | None:
    """Say what an object is that is not used; None for a table of contents.

    Parameters
    ----------
    reason : SkipReason
        Why it is not used.
    """
    if reason is SkipReason.DICOMDIR:
        return None
    modality = text(dataset, "Modality").upper()
    sop_class = sop_class_of(dataset)
    kind = _BY_CLASS.get(sop_class) or _DOCUMENTS.get(modality)
    pictures = kind is None
    if reason is SkipReason.SECONDARY_CAPTURE:
        kind, pictures = "screenshot or scan", True
    elif reason is SkipReason.COLOUR:
        kind = "colour picture"
    elif kind is None:
        kind = _PICTURES.get(modality or _modality(sop_class)) or _named(modality, sop_class)
    return OtherObject(
        kind=kind,
        counts_series=pictures,
        study_uid=text(dataset, "StudyInstanceUID"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        body_part=text(dataset, "BodyPartExamined"),
        description=text(dataset, "StudyDescription"),
    )


def _modality(sop_class: str) -> str:
    """The modality of a SOP class whose name begins with it: "MR Image Storage"."""
    return UID(sop_class).name.split(" ")[0] if sop_class else ""


def _named(modality: str, sop_class: str) -> str:
    name = UID(sop_class).name.removesuffix(" Storage") if sop_class else ""
    if name and name != sop_class:
        return name
    return f"object of kind {modality}" if modality else "object of no named kind"


def body_words(body_part: str) -> str:
    """Body Part Examined in words: "the lumbar spine"; empty when it says nothing."""
    code = body_part.upper().replace(" ", "").replace("_", "")
    if code in _BODY_PARTS:
        return _BODY_PARTS[code]
    return f"the {code.lower()}" if code in _WORDS else body_part.strip().lower()


def others_of(skipped: Iterable[Skipped]) -> tuple[OtherSeries, ...]:
    """List what lies beside the CT, the most frequent kind first.

    Returns
    -------
    tuple of OtherSeries
        One for each kind and part of the body.
    """
    groups: dict[tuple[str, bool, str], list[OtherObject]] = defaultdict(list)
    for what in (one.about for one in skipped):
        if what is not None:
            place = body_words(what.body_part) if what.counts_series else ""
            groups[what.kind, what.counts_series, place].append(what)
    found = [OtherSeries(_words(*key, objects), len(objects)) for key, objects in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.files, one.words)))


def _words(kind: str, pictures: bool, place: str, objects: list[OtherObject]) -> str:
    if not pictures:
        return kind if len(objects) == 1 else plural(len(objects), kind)
    named = len({one.series_uid for one in objects if one.series_uid})
    count = named + sum(not one.series_uid for one in objects)
    where = f" of {place}" if place else ""
    return f"{kind}{where}, {plural(count, 'series', 'series')}"
