"""The PACS of the tests with what lies in it, and the ways to reach it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless

from painmap.domain.progress import run_to_end
from painmap.pacs.archive import Archive, Patience
from painmap.pacs.node import Auth, Kind, Node, Retrieve
from painmap.phantom import make_phantom, tiny_options
from painmap.phantom import write_series as write_phantom
from painmap.services.pacs import archive_for
from tests.support.ct import write_series
from tests.support.orthanc import OWN_TITLE, PASSWORD, TITLE, USER, Orthanc, send

ROOT = "1.2.826.0.1.3680043.10.1234"
JANE = f"{ROOT}.1"
JANE_AXIAL, JANE_PACKED, JANE_MR = (f"{JANE}.{n}" for n in (1, 2, 3))
AXIAL, PACKED, MR = 12, 5, 3
"""Pictures of each series of Jane's study."""
SOREN = f"{ROOT}.2"

KINDS = ("dimse-get", "dimse-move", "dicomweb")


@dataclass(frozen=True)
class Loaded:
    """An Orthanc, and the files that were sent to it."""

    orthanc: Orthanc
    files: dict[str, list[Path]]
    phantom_uid: str

    def stored(self, series_uid: str) -> dict[str, Dataset]:
        found = [dcmread(file) for file in self.files[series_uid]]
        return {str(each.SOPInstanceUID): each for each in found}


def load(orthanc: Orthanc, folder: Path) -> Loaded:
    """Make the studies and send them to a PACS by C-STORE."""
    jane: dict[str, Any] = {"study_uid": JANE, "rows": 64, "columns": 64}
    files = {
        JANE_AXIAL: write_series(folder / "axial", count=AXIAL, series_uid=JANE_AXIAL, **jane),
        JANE_PACKED: write_series(
            folder / "packed", count=PACKED, series_uid=JANE_PACKED, series_number=3, **jane
        ),
        JANE_MR: write_series(
            folder / "mr", count=MR, series_uid=JANE_MR, series_number=4, edit=_as_mr, **jane
        ),
        f"{SOREN}.1": write_series(
            folder / "soren",
            count=3,
            study_uid=SOREN,
            series_uid=f"{SOREN}.1",
            name="Møller^Søren",
            patient_id="P2",
            edit=_younger,
        ),
    }
    for file in files[JANE_PACKED]:
        dataset = dcmread(file)
        dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
        dataset.save_as(file)
    phantom = run_to_end(make_phantom(tiny_options()))
    (folder / "phantom").mkdir()
    run_to_end(write_phantom(phantom, folder / "phantom"))
    made = sorted((folder / "phantom").iterdir())
    uid = str(dcmread(made[0]).StudyInstanceUID)
    files[str(dcmread(made[0]).SeriesInstanceUID)] = made
    every = [file for group in files.values() for file in group]
    assert send(orthanc, every) == len(every)
    return Loaded(orthanc, files, uid)


def _as_mr(dataset: Dataset, _: int) -> None:
    dataset.Modality, dataset.SOPClassUID = "MR", "1.2.840.10008.5.1.4.1.1.4"


def _younger(dataset: Dataset, _: int) -> None:
    dataset.PatientBirthDate, dataset.PatientSex = "19811224", "M"
    dataset.StudyDate, dataset.StudyDescription = "20260105", "Nakke"


def node(orthanc: Orthanc, kind: str, **changes: Any) -> Node:
    """Give the profile of a PACS for one way to reach it."""
    if kind == "dicomweb":
        web = Node("Hospital", kind=Kind.DICOMWEB, url=orthanc.url, auth=Auth.BASIC, user=USER)
        return replace(web, **changes)
    dimse = Node(
        "Hospital",
        host="127.0.0.1",
        port=orthanc.dicom_port,
        ae_title=TITLE,
        own_ae_title=OWN_TITLE,
        retrieve=Retrieve.MOVE if kind == "dimse-move" else Retrieve.GET,
        receiver_port=orthanc.receiver_port,
        receiver_host="127.0.0.1",
    )
    return replace(dimse, **changes)


def through(node: Node, port: int) -> Node:
    """Give the profile with another port, such as that of a relay."""
    if node.kind is Kind.DICOMWEB:
        return replace(node, url=f"http://127.0.0.1:{port}/dicom-web")
    return replace(node, port=port)


def archive(node: Node, *, answer_s: float = 20.0, secret: str = PASSWORD) -> Archive:
    return archive_for(node, secret, Patience(connect=min(5.0, answer_s), answer=answer_s))
