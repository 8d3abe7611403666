"""The machine-readable list of what a scan found, for the command line."""

from typing import Any

from painmap.imaging.decoders import decoder_name
from painmap.imaging.others import others_of
from painmap.imaging.readings import SeriesReadings
from painmap.imaging.scan import ScanResult
from painmap.imaging.stack import Stack

LISTING_VERSION = 1
"""Of the format below; it grows when a field changes its meaning or goes."""


def series_json(scan: ScanResult) -> dict[str, Any]:
    """What `painmap series PATH --json` prints, as plain values.

    Parameters
    ----------
    scan : ScanResult

    Returns
    -------
    dict
        "version", "series" (one entry a stack), "skipped" (path and reason) and "notes" (what was
        unusual about the source); "beside" (what lies beside the CT, in words), "look_only"
        (stacks of other modalities) and "readings" (the ways to read each series that has
        several, the one that was taken first).
    """
    return {
        "version": LISTING_VERSION,
        "series": [stack_json(stack) for stack in scan.stacks],
        "skipped": [{"path": str(one.path), "reason": one.sentence} for one in scan.skipped],
        "notes": list(scan.notes),
        "beside": [one.words for one in others_of(scan.skipped)],
        "look_only": [stack_json(stack) for stack in scan.look_only],
        "readings": [readings_json(one) for one in scan.readings if len(one.readings) > 1],
    }


def readings_json(series: SeriesReadings) -> dict[str, Any]:
    """The ways to read one series, the best one first."""
    return {
        "series_uid": series.series_uid,
        "question": series.question or None,
        "ways": [
            {"way": one.way.value, "reason": one.reason, "stacks": len(one.stacks)}
            for one in series.readings
        ],
    }


def stack_json(stack: Stack) -> dict[str, Any]:
    """One stack; what is not known is null."""
    identity = stack.identity
    geometry = stack.geometry
    return {
        "series_uid": stack.series_uid,
        "stack": stack.index,
        "frame_of_reference_uid": stack.frame_of_reference_uid,
        "modality": stack.modality,
        "description": stack.description or None,
        "body_part": stack.facts.body_part or None,
        "patient": {
            "name": identity.name or None,
            "id": identity.id or None,
            "birth_date": None if identity.birth_date is None else identity.birth_date.isoformat(),
            "sex": identity.sex or None,
        },
        "shape": list(stack.shape),
        "spacing_mm": list(stack.spacing_mm),
        "affine_lps": None if geometry is None else geometry.patient_from_index.tolist(),
        "uniform": stack.uniform,
        "patient_position": stack.patient_position or None,
        "transfer_syntaxes": list(stack.transfer_syntaxes),
        "warnings": [
            {"code": warning.code.value, "message": warning.message} for warning in stack.warnings
        ],
        "files": len(stack.files),
        "part": stack.part or None,
        "decoders": [decoder_name(uid) for uid in stack.transfer_syntaxes],
    }
