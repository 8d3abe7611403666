"""A study that may be shown is taken: copied where it must be, checked, noted, loaded."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from painmap.domain.edits import Edit, Page
from painmap.domain.errors import PainmapError
from painmap.domain.progress import Progress
from painmap.domain.study import AttachedStudy
from painmap.imaging.stack import Stack
from painmap.imaging.thumbnail import Thumbnail, thumbnailing
from painmap.services.keeping import KeptCopy
from painmap.services.recent_folders import RecentFolders
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_attaching import Candidate
from painmap.ui.ct_keeping import Keeping
from painmap.ui.ct_one_job import OneJob
from painmap.ui.ct_panels import ProgressPanel
from painmap.ui.desk import Desk

PICTURE_PX = 320
"""Longest side of the picture that is shown while a disc is copied."""


class TakingPlace(Protocol):
    """Where copying is shown, and where the pictures come in the end."""

    def show_panel(self, panel: QWidget, *, wide: bool = False, fill: bool = False) -> None: ...

    def on_progress(self, step: Progress) -> None: ...

    def load(
        self,
        disk: StudyOnDisk,
        stack: Stack,
        study: AttachedStudy | None,
        place: Mapping[str, Any] | None = None,
    ) -> None: ...

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any] | None = None) -> None: ...

    def failed(self, error: BaseException) -> None: ...

    def dismiss(self) -> None: ...


class Taking:
    """Does with a candidate what must be done before its pictures are read."""

    def __init__(
        self, desk: Desk, place: TakingPlace, job: OneJob, keeping: Keeping, recent: RecentFolders
    ) -> None:
        self._desk = desk
        self._place = place
        self._job = job
        self._keeping = keeping
        self._recent = recent

    def show(self, candidate: Candidate, study: AttachedStudy | None) -> None:
        """Show a candidate; without a study it is looked at only."""
        if study is not None and not candidate.checked:
            self._check(candidate, study)
            return
        if study is not None and candidate.copy:
            self.copy(candidate, lambda ready: self.show(ready, study))
            return
        if study is not None:
            study = self._where_it_is(candidate, study)
            self._remember(candidate, study)
        self._place.load(candidate.disk, candidate.stack, study, candidate.place)

    def _remember(self, candidate: Candidate, study: AttachedStudy) -> None:
        """Keep headers and the folder: its names may be kept once it is this patient's."""
        index, contents = self._desk.clinic.index, candidate.contents
        if contents.medium.may_be_indexed and not contents.unpacked:
            self._desk.jobs.record(
                partial(index.keep, contents.root, (study.study_uid,)),
                failed=self._desk.show_error,
            )
        try:
            self._recent.add(candidate.contents.offered)
        except PainmapError as error:
            self._desk.show_error(error)

    def _where_it_is(self, candidate: Candidate, study: AttachedStudy) -> AttachedStudy:
        """Note where the files of a known study are, if they are no longer where they were."""
        folder = str(candidate.disk.folder.absolute())
        in_store = self._desk.clinic.store.holds(Path(folder))
        stays = not in_store and (candidate.contents.unpacked or Path(study.folder).exists())
        if folder == study.folder or stays:
            return study
        moved = replace(study, folder=folder)
        self._desk.apply(Edit("the study's files are elsewhere", Page.CT, put=(moved,)))
        self._keeping.moved_to(study.id, candidate)
        return moved

    def _check(self, candidate: Candidate, study: AttachedStudy) -> None:
        """Hold the files of a known study against what they were; use a whole copy instead."""

        def checked(found: Candidate | None) -> None:
            if found is None:
                self._desk.say("The study is in painmap's store already: opened from there.")
                self._place.reopen(study, candidate.place)
            else:
                self.show(found, study)

        self._job.run(
            self._keeping.checking(candidate, study),
            done=checked,
            failed=self._place.failed,
            progress=self._place.on_progress,
        )

    def copy(self, candidate: Candidate, ready: Callable[[Candidate], object]) -> None:
        """Copy what is to be shown into the store; its middle slice is shown meanwhile."""
        contents = candidate.contents
        word = "archive" if contents.unpacked else contents.medium.word
        panel = ProgressPanel(f"Copying from the {word}", self._place.dismiss)
        self._place.show_panel(panel)

        def begin(picture: Thumbnail | None) -> None:
            if picture is not None:
                panel.show_picture(picture.pixels)
            self._job.run(
                self._keeping.begin(candidate),
                done=copied,
                failed=self._place.failed,
                progress=self._place.on_progress,
            )

        def copied(kept: KeptCopy) -> None:
            ready(self._keeping.begun(candidate, kept))

        self._job.run(
            thumbnailing(candidate.stack, side=PICTURE_PX, opener=contents.medium.opener),
            done=begin,
            # the slice in the middle may be the one that cannot be read
            failed=lambda _: begin(None),
        )

    def forget(self, candidate: Candidate) -> None:
        """Keep nothing of a study that is not this patient's."""
        index, root = self._desk.clinic.index, candidate.contents.root
        uids = tuple(study.study_uid for study in candidate.contents.studies)
        self._desk.jobs.record(partial(index.forget, root, uids), failed=self._desk.show_error)
