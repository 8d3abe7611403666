"""Where the records of a user lie, and what belongs to that place alone."""

import hashlib
import os
import secrets
import threading
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import platformdirs

from painmap.domain.errors import PainmapError

ENVIRONMENT = "PAINMAP_DATA"
"""Environment variable that names the data folder; ``--data`` goes before it."""

_KEY_FILE = "identity.key"
_KEY_BYTES = 32
_key_lock = threading.Lock()


class DataFolderProblem(StrEnum):
    """Why a data folder cannot be used; the value is the sentence."""

    NOT_MADE = "The data folder could not be made."
    NOT_A_FOLDER = "The place of the data folder is taken by a file."
    READ_ONLY = "Nothing can be written into the data folder."


class DataFolderError(PainmapError):
    """The data folder cannot be used.

    Parameters
    ----------
    problem : DataFolderProblem
    detail : str
        What the operating system says; no path, since paths may carry names.
    """

    def __init__(self, problem: DataFolderProblem, detail: str = "") -> None:
        message = f"{problem.value[:-1]}: {detail}." if detail else problem.value
        super().__init__(message, hint="Choose another with --data, or mend its permissions.")
        self.problem = problem


def data_folder(
    chosen: Path | None = None, *, demo: bool = False, environment: Mapping[str, str] = os.environ
) -> Path:
    """Say where the records lie; nothing is made yet.

    Parameters
    ----------
    chosen : Path or None
        What ``--data`` says; it goes before everything.
    demo : bool
        The demonstration never shares a folder with real records.
    environment : mapping
        ``PAINMAP_DATA`` goes before the operating system's place for data.
    """
    if chosen is not None:
        return chosen.expanduser().absolute()
    name = "painmap-demo" if demo else "painmap"
    said = environment.get(ENVIRONMENT, "").strip()
    if not said:
        return Path(platformdirs.user_data_dir(name, appauthor=False))
    folder = Path(said).expanduser().absolute()
    return folder.with_name(f"{folder.name}-demo") if demo else folder


def prepare(folder: Path) -> Path:
    """Make the data folder, for its owner alone, and see that it can be written to.

    Raises
    ------
    DataFolderError
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise DataFolderError(DataFolderProblem.NOT_A_FOLDER) from error
    except NotADirectoryError as error:
        raise DataFolderError(DataFolderProblem.NOT_A_FOLDER) from error
    except OSError as error:
        raise DataFolderError(DataFolderProblem.NOT_MADE, error.strerror or "") from error
    probe = folder / f".painmap-{secrets.token_hex(8)}"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise DataFolderError(DataFolderProblem.READ_ONLY, error.strerror or "") from error
    return folder


def server_name(folder: Path) -> str:
    """Name under which the first window of `folder` listens for a second start.

    Short enough for a local socket on every system, and it tells nothing of the path.
    """
    place = os.path.normcase(folder.expanduser().resolve())
    return f"painmap-{hashlib.sha256(place.encode()).hexdigest()[:20]}"


def log_folder(folder: Path) -> Path:
    """Folder of the log files."""
    return folder / "log"


def identity_key(folder: Path) -> bytes:
    """Give the secret of this data folder for hashes of identity; made when first asked for.

    Raises
    ------
    DataFolderError
        It can be neither read nor written.
    """
    path = folder / _KEY_FILE
    with _key_lock:
        try:
            key = path.read_bytes() if path.exists() else b""
            # none yet, or cut short by a crash: hashes made before cannot be compared then
            if len(key) != _KEY_BYTES:
                key = secrets.token_bytes(_KEY_BYTES)
                _write_for_owner(path, key)
        except OSError as error:
            raise DataFolderError(DataFolderProblem.READ_ONLY, error.strerror or "") from error
    return key


def _write_for_owner(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".part")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
