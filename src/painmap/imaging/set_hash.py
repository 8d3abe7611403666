"""The hash of the files that a study was read from, to notice later that they changed.

It is made after the pictures are shown: reading every byte again takes as long as loading.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from painmap.domain.progress import Job, Progress
from painmap.imaging.errors import SeriesError, SeriesProblem

CHUNK_BYTES = 1 << 20
"""So much is read between two moments at which the job can be stopped."""


def hashing_set(files: Iterable[Path]) -> Job[str]:
    """Hash the content of files, whatever they are called and in whichever order they lie.

    Parameters
    ----------
    files : iterable of Path

    Yields
    ------
    Progress
        Before each file and each mebibyte.

    Returns
    -------
    str
        Hexadecimal SHA-256 over the sorted SHA-256 digests of the files.

    Raises
    ------
    SeriesError
        FILE_GONE or FILE_UNREADABLE.
    """
    paths = list(files)
    digests: list[bytes] = []
    for done, path in enumerate(paths):
        digest = hashlib.sha256()
        try:
            with path.open("rb") as stream:
                yield Progress(done, len(paths), "Hashing the files")
                while chunk := stream.read(CHUNK_BYTES):
                    digest.update(chunk)
                    yield Progress(done, len(paths), "Hashing the files")
        except FileNotFoundError as error:
            raise SeriesError(SeriesProblem.FILE_GONE) from error
        except OSError as error:
            raise SeriesError(SeriesProblem.FILE_UNREADABLE, error.strerror or "") from error
        digests.append(digest.digest())
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()
