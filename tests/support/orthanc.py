"""A real PACS for tests: Orthanc, started on loopback with a configuration of its own."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from pydicom import dcmread
from pynetdicom import AE
from pynetdicom.presentation import build_context

PLUGINS = Path("/usr/share/orthanc/plugins")
TITLE = "ORTHANC"
OWN_TITLE = "PAINMAP"
USER, PASSWORD = "radiology", "Grüße-42"
START_S = 30.0


def executable() -> str | None:
    """Where Orthanc is installed; Debian puts it where a user's path does not look."""
    return shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin:/usr/local/sbin")


def require() -> str:
    """Give the program, or skip with the reason; on CI it has to be there."""
    found = executable()
    if found is not None and (PLUGINS / "libOrthancDicomWeb.so").exists():
        return found
    words = "needs Orthanc (Debian packages orthanc and orthanc-dicomweb), which is not installed"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


def free_port() -> int:
    """Give a port above 1024 that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Orthanc:
    """One Orthanc; may be killed and started again with what it had stored.

    Parameters
    ----------
    folder : Path
        For its configuration and storage.
    options : mapping
        What differs from the usual configuration.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self._program = require()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.dicom_port, self.http_port, self.receiver_port = (free_port() for _ in range(3))
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/dicom-web"

    def start(self) -> "Orthanc":
        """Start it, and wait until both of its ports answer."""
        file = self._folder / "orthanc.json"
        file.write_text(json.dumps(self._configuration(), indent=1))
        with (self._folder / "orthanc.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, str(file)], stdout=log, stderr=subprocess.STDOUT, cwd=self._folder
            )
        ends = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends:
                tail = (self._folder / "orthanc.log").read_text(errors="replace")[-2000:]
                self.kill()
                raise RuntimeError(f"Orthanc did not start:\n{tail}")
            time.sleep(0.05)
        return self

    def __enter__(self) -> "Orthanc":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        for port in (self.dicom_port, self.http_port):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                return False
        return True

    def _configuration(self) -> dict[str, Any]:
        return {
            "Name": "painmap tests",
            "StorageDirectory": str(self._folder / "store"),
            "IndexDirectory": str(self._folder / "store"),
            "Plugins": [str(PLUGINS)],
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: PASSWORD},
            "HttpPort": self.http_port,
            "HttpBindAddresses": ["127.0.0.1"],
            "DicomServerEnabled": True,
            "DicomPort": self.dicom_port,
            "DicomAet": TITLE,
            "DicomCheckCalledAet": True,
            "DicomAlwaysAllowEcho": True,
            "DicomAlwaysAllowStore": True,
            "DicomAlwaysAllowFind": True,
            "DicomAlwaysAllowGet": True,
            "DicomAlwaysAllowMove": True,
            "DicomModalities": {
                "painmap": {"AET": OWN_TITLE, "Host": "127.0.0.1", "Port": self.receiver_port}
            },
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            "StableAge": 1,
            **self._options,
        }


def send(orthanc: Orthanc, files: Iterable[Path]) -> int:
    """Load files into a PACS by C-STORE; give how many it took."""
    datasets = [dcmread(file) for file in files]
    offers = sorted(
        {(str(each.SOPClassUID), str(each.file_meta.TransferSyntaxUID)) for each in datasets}
    )
    association = AE(ae_title="SCANNER").associate(
        "127.0.0.1",
        orthanc.dicom_port,
        contexts=[build_context(*offer) for offer in offers],
        ae_title=TITLE,
    )
    assert association.is_established
    taken = sum(association.send_c_store(each).Status == 0 for each in datasets)
    association.release()
    return taken


def forget(orthanc: Orthanc, sop_uids: Sequence[str]) -> None:
    """Delete pictures from a PACS."""
    root = f"http://127.0.0.1:{orthanc.http_port}"
    login = (USER.encode(), PASSWORD.encode())
    for uid in sop_uids:
        found = requests.post(f"{root}/tools/lookup", data=uid, auth=login, timeout=10).json()
        for each in found:
            requests.delete(root + each["Path"], auth=login, timeout=10).raise_for_status()
