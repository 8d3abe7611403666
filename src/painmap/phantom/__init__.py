"""The synthetic lumbar CT with its known truth: T12 to S1, made from anatomy facts.

phantom = run_to_end(make_phantom(PhantomOptions(seed=1)))
run_to_end(write_series(phantom, folder))
"""

from painmap.phantom.build import make_phantom
from painmap.phantom.dicom import series_uid, study_uid, write_series
from painmap.phantom.labels import LABELS, MUSCLES, label_of, vertebra_label
from painmap.phantom.options import PatientPosition, PhantomOptions, Rescale, tiny_options
from painmap.phantom.truth import LevelTruth, Phantom, SkinTruth

__all__ = [
    "LABELS",
    "MUSCLES",
    "LevelTruth",
    "PatientPosition",
    "Phantom",
    "PhantomOptions",
    "Rescale",
    "SkinTruth",
    "label_of",
    "make_phantom",
    "series_uid",
    "study_uid",
    "tiny_options",
    "vertebra_label",
    "write_series",
]
