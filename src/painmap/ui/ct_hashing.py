"""After the pictures are shown: the files are hashed, and the import report is completed."""

from functools import partial
from pathlib import Path

from painmap.domain.edits import complete_report
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import VisitState
from painmap.imaging.set_hash import hashing_set
from painmap.services.import_report import from_json, with_hash
from painmap.services.studies import StudyOnDisk
from painmap.ui.desk import Desk, Tone

FILES_CHANGED = "The files of this study are not the ones that were read when it was attached."


class SetHashing:
    """Hashes the files of each attached study once, quietly, when its pictures are on screen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._hashed: set[tuple[Sha256, tuple[Path, ...]]] = set()

    def begin(self, disk: StudyOnDisk, study: AttachedStudy) -> None:
        """Hash the files of `study`, unless that was done since the program was started."""
        seen = (study.import_report, disk.files)
        if seen in self._hashed:
            return
        self._hashed.add(seen)
        self._desk.jobs.start(
            hashing_set(disk.files),
            done=partial(self._done, study, disk.files),
            failed=partial(self._failed, seen),
        )

    def _failed(self, seen: tuple[Sha256, tuple[Path, ...]], error: BaseException) -> None:
        """Whatever keeps a file from being read is said where its pictures are read."""
        self._hashed.discard(seen)

    def _done(self, study: AttachedStudy, files: tuple[Path, ...], found: str) -> None:
        clinic = self._desk.clinic

        def complete() -> tuple[Sha256, bool] | None:
            """The new report, or whether the files differ from those that were attached."""
            content = clinic.blob(study.import_report)
            known = from_json(content).set_hash
            if known:
                return None if known == found else (study.import_report, True)
            return clinic.put_blob(with_hash(content, found)), False

        self._desk.jobs.record(
            complete, done=partial(self._completed, study, files), failed=self._desk.show_error
        )

    def _completed(
        self,
        study: AttachedStudy,
        files: tuple[Path, ...],
        result: tuple[Sha256, bool] | None,
    ) -> None:
        if result is None or not self._desk.is_open:
            return
        report, differ = result
        if differ:
            self._desk.say(
                FILES_CHANGED,
                hint="What was marked is kept; compare the pictures before it is used.",
                tone=Tone.WARNING,
            )
            return
        visit = self._desk.open_visit.visit
        now = next((each for each in visit.attached_studies if each.id == study.id), None)
        # a finished visit is left as it was signed
        if now is not None and visit.state is not VisitState.FINISHED:
            self._hashed.add((report, files))
            self._desk.apply(complete_report(now, report))
