"""Copying a study into the program's store while it is opened, and noting what its files are."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from painmap.domain.progress import Job, Progress
from painmap.domain.sentences import plural
from painmap.domain.study import AttachedStudy
from painmap.services.keeping import KeptCopy, copying_first, copying_rest
from painmap.services.studies import StudyOnDisk, held_against
from painmap.services.study_files import Kept, StudyFiles, elsewhere, hashing, listed
from painmap.ui.ct_attaching import Candidate
from painmap.ui.desk import Desk, Tone


class Keeping(QObject):
    """Copies studies, the stack that is shown first; says when a disc may be taken out."""

    moved = Signal(object)
    """StudyOnDisk whose stacks are read from the store from now on."""

    settled = Signal(object, object)
    """StudyOnDisk and the UUID of its row: its files are where they stay, none is missing."""

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._copies: dict[str, tuple[KeptCopy, Candidate]] = {}

    def checking(self, candidate: Candidate, study: AttachedStudy) -> Job[Candidate | None]:
        """Hold a known study against what its files were.

        Returns
        -------
        Candidate or None
            None: a whole copy of it lies in the store, which is to be opened instead.
        """
        clinic, contents = self._desk.clinic, candidate.contents
        yield Progress(0, None, "Comparing files")
        known = clinic.files_of(study.id)
        if known is None:
            return replace(candidate, checked=True)
        whole = known.kept is Kept.COPY and not known.missing and Path(known.folder).is_dir()
        if candidate.copy and whole:
            return None
        if not contents.medium.stays:  # it would be read twice; its copy is what is looked at
            return replace(candidate, checked=True)
        disk = yield from held_against(candidate.disk, known, opener=contents.medium.opener)
        # what changed is looked at where it is: the store keeps what was attached
        copy = candidate.copy and not disk.changed
        return replace(candidate, disk=disk, copy=copy, checked=True)

    def begin(self, candidate: Candidate) -> Job[KeptCopy]:
        """Give the job that copies what is to be shown; an archive is copied whole."""
        contents = candidate.contents
        return copying_first(
            self._desk.clinic.store,
            candidate.disk,
            candidate.stack,
            opener=contents.medium.opener,
            word=contents.medium.word,
            all_at_once=contents.unpacked or contents.medium.stays,
        )

    def begun(self, candidate: Candidate, kept: KeptCopy) -> Candidate:
        """Take what was copied; give the candidate as it is read from the store."""
        self._copies[kept.disk.study_uid] = kept, candidate
        return replace(candidate, disk=kept.disk, stack=kept.stack, copy=False, checked=True)

    def opened(self, study: AttachedStudy, disk: StudyOnDisk) -> None:
        """Now that it is on screen: copy what is still on the medium, note what its files are."""
        found = self._copies.pop(study.study_uid, None)
        if found is None:
            self._note_once(study.id, disk)
            return
        kept, candidate = found
        if not kept.waiting:
            self._whole(study.id, candidate, kept)
            return
        self._note_copy(study.id, kept)
        medium = candidate.contents.medium
        self._desk.run(
            copying_rest(self._desk.clinic.store, kept, opener=medium.opener, word=medium.word),
            done=partial(self._whole, study.id, candidate),
            failed=self._desk.show_error,
        )

    def _whole(self, study_id: UUID, candidate: Candidate, kept: KeptCopy) -> None:
        self._note_copy(study_id, kept)
        self.moved.emit(kept.disk)
        if not kept.missing:
            self.settled.emit(kept.disk, study_id)
        medium = candidate.contents.medium
        out = "" if medium.stays else f"You may take the {medium.word} out now."
        if kept.unreadable:
            self._desk.say(kept.unreadable, hint=out, tone=Tone.WARNING)
        elif out:
            self._desk.say(f"The study was copied, all of it. {out}")

    def _note_copy(self, study_id: UUID, kept: KeptCopy) -> None:
        clinic, now = self._desk.clinic, self._desk.now

        def note() -> None:
            clinic.keep_files(
                listed(
                    study_id,
                    kept.disk.folder,
                    kept.stacks_here,
                    kept=Kept.COPY,
                    at=now,
                    digests=kept.digests,
                    missing=kept.missing,
                )
            )

        self._desk.jobs.record(note, failed=self._not_noted)

    def _note_once(self, study_id: UUID, disk: StudyOnDisk) -> None:
        """Note the files of a study that stays where it is, and hash them afterwards."""
        if disk.changed:
            return  # what is there now is not what is to be held against it later
        clinic, now = self._desk.clinic, self._desk.now

        def note() -> StudyFiles:
            known = clinic.files_of(study_id)
            if known is not None:
                return known
            kept = Kept.COPY if clinic.store.holds(disk.folder) else Kept.REFERENCE
            files = listed(study_id, disk.folder, disk.stacks, kept=kept, at=now)
            clinic.keep_files(files)
            return files

        self._desk.jobs.record(note, done=partial(self._noted, disk), failed=self._not_noted)

    def _noted(self, disk: StudyOnDisk, files: StudyFiles) -> None:
        if not files.missing:
            self.settled.emit(disk, files.study_id)
        if files.missing:
            lacks = plural(files.missing, "file")
            self._desk.say(
                f"The copy of this study lacks {lacks}.",
                hint="Open the study from its disc or drive once more, to copy what is missing.",
                tone=Tone.WARNING,
            )
        elif not all(file.sha256 for file in files.files):
            keep = self._desk.clinic.keep_files
            self._desk.jobs.start(
                hashing(files),
                done=lambda hashed: self._desk.jobs.record(
                    partial(keep, hashed), failed=self._not_noted
                ),
                failed=self._not_noted,
            )

    def moved_to(self, study_id: UUID, candidate: Candidate) -> None:
        """Note where the files of a known study are now; what they were stays noted."""
        if candidate.disk.study_uid in self._copies:
            return  # they are noted when the copy is
        clinic, disk = self._desk.clinic, candidate.disk

        def note() -> None:
            known = clinic.files_of(study_id)
            if known is not None:
                clinic.keep_files(elsewhere(known, disk.folder, disk.stacks, disk.changed))

        self._desk.jobs.record(note, failed=self._not_noted)

    def _not_noted(self, error: BaseException) -> None:
        # a file that vanished while it was noted is found out when the study is opened again
        if not isinstance(error, OSError):
            self._desk.show_error(error)
