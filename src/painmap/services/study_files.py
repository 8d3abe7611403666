"""Whether the files of an attached study are still what they were, and where they are now."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import day_words, plural
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.stack import Stack
from painmap.records.study_files import Kept, StudyFile, StudyFiles

__all__ = [
    "FileChange",
    "Kept",
    "StudyFile",
    "StudyFiles",
    "checking",
    "elsewhere",
    "hashing",
    "listed",
]

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileChange:
    """How the files of a study differ from what they were.

    Parameters
    ----------
    total : int
        Files that there were.
    changed, gone : tuple of str
        Names, relative to the study's folder.
    since : datetime
        When they were as recorded.
    """

    total: int
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    since: datetime

    @property
    def sentence(self) -> str:
        """Such as "3 of 400 files changed since 12 March 2026: ..."; empty if nothing did."""
        parts = []
        of = f" of {plural(self.total, 'file')}"
        if self.changed:
            parts.append(f"{len(self.changed)}{of} changed")
        if self.gone:
            are = "is" if len(self.gone) == 1 else "are"
            parts.append(f"{len(self.gone)}{'' if parts else of} {are} gone")
        if not parts:
            return ""
        when = day_words(self.since.astimezone().date())
        return f"{' and '.join(parts)} since {when}: annotations are shown read-only."


def listed(
    study_id: UUID,
    folder: Path,
    stacks: Iterable[Stack],
    *,
    kept: Kept,
    at: datetime,
    digests: Mapping[Path, str] | None = None,
    missing: int = 0,
) -> StudyFiles:
    """List the files of a study as they are now; blocks while they are looked at.

    Parameters
    ----------
    folder : Path
        The study's folder or file.
    digests : mapping of Path to str
        SHA-256 where it is known.

    Raises
    ------
    OSError
        A file is gone already.
    """
    uids: dict[Path, list[str]] = {}
    for stack in stacks:
        for one in stack.slices:
            uids.setdefault(one.path, []).append(one.sop_uid)
    files = []
    for path in sorted(uids):
        status = path.stat()
        sha = (digests or {}).get(path, "")
        names = tuple(dict.fromkeys(uids[path]))
        files.append(StudyFile(_name(path, folder), status.st_size, status.st_mtime_ns, sha, names))
    return StudyFiles(study_id, str(folder), kept, at, tuple(files), missing)


def _name(path: Path, folder: Path) -> str:
    base = folder if path != folder else folder.parent
    try:
        return path.relative_to(base).as_posix()
    except ValueError:
        return path.as_posix()


def path_of(file: StudyFile, folder: Path) -> Path:
    """Where a listed file lies; `folder` may be the file itself."""
    if folder.name == file.name and folder.is_file():
        return folder
    return folder / file.name


def checking(known: StudyFiles, *, opener: Opener = open_file) -> Job[FileChange]:
    """Look whether the files of a study are what they were.

    Size and time of last change are looked at first; where only the time differs, the
    content decides if its hash is known.
    """
    folder = Path(known.folder)
    changed: list[str] = []
    gone: list[str] = []
    for done, file in enumerate(known.files):
        if done % 100 == 0:
            yield Progress(done, len(known.files), "Comparing files")
        path = path_of(file, folder)
        try:
            status = path.stat()
        except OSError:
            gone.append(file.name)
            continue
        if status.st_size != file.size:
            changed.append(file.name)
        elif status.st_mtime_ns != file.mtime_ns:
            yield Progress(done, len(known.files), "Comparing files")
            same = yield from _is_same(path, file, opener, done, len(known.files))
            if not same:
                changed.append(file.name)
    return FileChange(len(known.files), tuple(changed), tuple(gone), known.at)


def _is_same(path: Path, file: StudyFile, opener: Opener, done: int, total: int) -> Job[bool]:
    if not file.sha256:
        return False
    try:
        return (yield from digesting(path, opener, done, total)) == file.sha256
    except OSError:
        return False


def digesting(path: Path, opener: Opener, done: int = 0, total: int | None = None) -> Job[str]:
    """Hash a file.

    Raises
    ------
    OSError
    """
    digest = hashlib.sha256()
    with opener(path) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            yield Progress(done, total, "Comparing files")
    return digest.hexdigest()


def hashing(known: StudyFiles, *, opener: Opener = open_file) -> Job[StudyFiles]:
    """Fill in the hashes that are not known yet; a file that is gone by now stays without."""
    folder = Path(known.folder)
    files = []
    for done, file in enumerate(known.files):
        yield Progress(done, len(known.files), "Noting what the files are")
        sha = file.sha256
        if not sha:
            try:
                sha = yield from digesting(path_of(file, folder), opener, done, len(known.files))
            except OSError:
                sha = ""
        files.append(replace(file, sha256=sha))
    return replace(known, files=tuple(files))


def comparing_moved(
    known: StudyFiles, stacks: Sequence[Stack], *, opener: Opener = open_file
) -> Job[FileChange]:
    """Hold the files of a study at another place against what they were, by their SOP UIDs.

    Times mean nothing after a move; size and hash decide, the UIDs where no hash is known.
    """
    here: dict[str, Path] = {}
    for stack in stacks:
        for one in stack.slices:
            here.setdefault(one.sop_uid, one.path)
    changed: list[str] = []
    gone: list[str] = []
    for done, file in enumerate(known.files):
        yield Progress(done, len(known.files), "Comparing files")
        paths = {here.get(uid) for uid in file.sop_uids}
        path = next(iter(paths))
        if path is None or len(paths) > 1:
            gone.append(file.name)
            continue
        try:
            same = path.stat().st_size == file.size
            if same and file.sha256:
                found = yield from digesting(path, opener, done, len(known.files))
                same = found == file.sha256
        except OSError:
            gone.append(file.name)
            continue
        if not same:
            changed.append(file.name)
    return FileChange(len(known.files), tuple(changed), tuple(gone), known.at)


def elsewhere(known: StudyFiles, folder: Path, stacks: Sequence[Stack], changed: str) -> StudyFiles:
    """Give the list of a study's files at another place, found by their SOP UIDs.

    What they were stays in the list where something changed, so that it is said again.
    """
    here: dict[str, Path] = {}
    for stack in stacks:
        for one in stack.slices:
            here.setdefault(one.sop_uid, one.path)
    files = []
    for file in known.files:
        path = next((here[uid] for uid in file.sop_uids if uid in here), None)
        if path is None:
            files.append(file)
            continue
        mtime = file.mtime_ns if changed else path.stat().st_mtime_ns
        files.append(replace(file, name=_name(path, folder), mtime_ns=mtime))
    return replace(known, folder=str(folder), files=tuple(files))
