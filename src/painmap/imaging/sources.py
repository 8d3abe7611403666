"""What was offered to be read, and the one job that turns it into files.

A folder of any depth, a file, a DICOMDIR, a zip archive, or several of these at once.
"""

import hashlib
import os
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path

from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.imaging.archive import LIMITS, Limits, is_archive, unpacking
from painmap.imaging.dicomdir import contents_of_dicomdir, is_dicomdir
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.header import Skipped, SkipReason
from painmap.imaging.memory import FileEntry, FileStamp
from painmap.imaging.opener import Opener, open_file
from painmap.imaging.walking import Listed, walked


@dataclass(frozen=True, slots=True)
class Source:
    """What was offered: one place, or several that were dropped together.

    Parameters
    ----------
    paths : tuple of Path
        Folders, files, DICOMDIRs and zip archives, each once; at least one.
    """

    paths: tuple[Path, ...]

    def __post_init__(self) -> None:
        if not self.paths:
            raise SeriesError(SeriesProblem.NOTHING_OFFERED)

    @classmethod
    def of(cls, *paths: Path) -> "Source":
        """Take paths as they were dropped or typed; what lies below another is left out."""
        whole = list(dict.fromkeys(path.absolute() for path in paths))
        return cls(tuple(path for path in whole if not any(up in whole for up in path.parents)))

    @property
    def root(self) -> Path:
        """The place itself; of several the folder that holds them all."""
        if len(self.paths) == 1:
            return self.paths[0]
        try:
            return Path(os.path.commonpath(self.paths))
        except ValueError:  # on two drives of Windows
            return Path(self.paths[0].anchor)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files of a source.

    Parameters
    ----------
    root : Path
        The folder that holds them all: file names are shown relative to it.
    files : tuple of FileEntry
        Each once.
    skipped : tuple of Skipped
        What is no file to be read.
    notes : tuple of str
        What is unusual about the source, in sentences.
    unpacked : bool
        Some files lie in the workspace, which goes away.
    folders : frozenset of Path
        Folders that were listed to their depth.
    archives : tuple of (Path, Path)
        Each archive, and where in the workspace it was unpacked.
    """

    root: Path
    files: tuple[FileEntry, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...] = ()
    unpacked: bool = False
    folders: frozenset[Path] = frozenset()
    archives: tuple[tuple[Path, Path], ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that is said here: the same only where no file has changed."""
        digest = hashlib.sha256()
        stamps = [each.stamp for each in self.files]
        for folder, entries in groupby(self.files, attrgetter("folder")):
            names = "\0".join(entry.name for entry in entries)
            digest.update(f"{folder}\0\0{names}\0\0".encode("utf-8", "surrogatepass"))
        digest.update(_stamp_bytes(stamps))
        rest = self.root, self.skipped, self.notes, sorted(self.folders), self.archives
        digest.update(repr(rest).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def named(self, path: Path) -> Path:
        """Name a file as it was offered: in its archive, not where that was unpacked."""
        for archive, target in self.archives:
            if target in path.parents:
                return archive / path.relative_to(target)
        return path


def _stamp_bytes(stamps: Sequence[FileStamp]) -> bytes:
    try:
        return array("q", chain.from_iterable(stamps)).tobytes()
    except OverflowError:  # the numbers that some file systems give to files
        return repr(stamps).encode()


@dataclass(slots=True)
class _Pile:
    folders_of_files: dict[Path, dict[str, FileEntry]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)
    archives: list[tuple[Path, Path]] = field(default_factory=list)

    def walk(self, folder: Path) -> Job[None]:
        self.folders.add(folder)
        yield from self.add(walked(folder))

    def add(self, listed: Iterable[Listed]) -> Job[None]:
        count = 0
        for folder, files, skipped in listed:
            self.skipped += skipped
            here = self.folders_of_files.get(folder)
            if here is None:
                self.folders_of_files[folder] = files
            elif files:
                # what was listed first stays: a folder may be reached in two ways
                here |= {**files, **here}
            count += len(files) + len(skipped)
            yield Progress(count, None, "Listing files")

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Each once."""
        return tuple(one for here in self.folders_of_files.values() for one in here.values())


def gathering(
    source: Source,
    *,
    workspace: Path | None = None,
    opener: Opener = open_file,
    limits: Limits = LIMITS,
) -> Job[Gathered]:
    """List the files of a source; archives are unpacked into the workspace.

    Parameters
    ----------
    workspace : Path or None
        An empty folder of the caller, who removes it when nothing of it is needed any more;
        None: archives are skipped.
    opener : callable
        Opens files of the source.

    Yields
    ------
    Progress

    Raises
    ------
    SeriesError
        MISSING_PATH, EMPTY_FOLDER, UNREADABLE_FOLDER, or what is wrong with an archive.
    """
    pile = _Pile()
    for path in source.paths:
        if not path.exists():
            raise SeriesError(SeriesProblem.MISSING_PATH)
        if path.is_dir():
            yield from pile.walk(path)
        elif not path.is_file():
            pile.skipped.append(Skipped(path, SkipReason.NOT_A_FILE))
        elif is_archive(path, opener) and workspace is not None:
            yield from _unpack(pile, path, workspace, opener, limits)
        elif is_dicomdir(path, opener):
            yield from _follow(pile, path, opener)
        else:
            yield from pile.add(walked(path))
    files = pile.files
    if not files and not pile.skipped:
        raise SeriesError(SeriesProblem.EMPTY_FOLDER)
    if not files and all(one.path in source.paths for one in pile.skipped):
        unreadable = [e for e in pile.skipped if e.reason is SkipReason.UNREADABLE_FOLDER]
        if unreadable:
            raise SeriesError(SeriesProblem.UNREADABLE_FOLDER, unreadable[0].detail)
    return Gathered(
        _root(source, pile),
        files,
        tuple(pile.skipped),
        tuple(pile.notes),
        bool(pile.archives),
        frozenset(pile.folders),
        tuple(pile.archives),
    )


def _root(source: Source, pile: _Pile) -> Path:
    """Where relative names begin: what was offered, or where an archive was unpacked."""
    if pile.archives and len(source.paths) == 1:
        return pile.archives[0][1]
    if len(source.paths) == 1 and len(pile.files) > 1 and source.paths[0].is_file():
        return source.paths[0].parent  # what a DICOMDIR names lies beside it
    return source.root


def _unpack(pile: _Pile, path: Path, workspace: Path, opener: Opener, limits: Limits) -> Job[None]:
    target = workspace / f"archive{len(list(workspace.iterdir())) + 1}"
    target.mkdir()
    pile.archives.append((path, target))
    pile.skipped += yield from unpacking(path, target, limits=limits, opener=opener)
    yield from pile.walk(target)


def _follow(pile: _Pile, path: Path, opener: Opener) -> Job[None]:
    """Take what a DICOMDIR names; look through its folder where that is not to be trusted."""
    yield Progress(0, None, "Reading the table of contents")
    contents = contents_of_dicomdir(path, opener)
    if contents is not None and not contents.missing:
        pile.skipped.append(Skipped(path, SkipReason.DICOMDIR))
        yield from pile.add(several for each in contents.files for several in walked(each))
        return
    if contents is None:
        why = "The DICOMDIR is damaged or names no files"
    else:
        why = f"The DICOMDIR names {plural(contents.missing, 'file')} not found on the disc"
    pile.notes.append(f"{why}; its folder was looked through instead.")
    yield from pile.walk(path.parent)
