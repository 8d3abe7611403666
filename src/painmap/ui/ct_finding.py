"""An attached study is opened again: found where it was, or where the doctor says it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from painmap.domain.injection import CtPlace
from painmap.domain.places import StackKey
from painmap.domain.progress import Job
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit
from painmap.imaging.sources import Source
from painmap.imaging.stack import Stack
from painmap.services.clinic import Clinic
from painmap.services.media import DetectMedium
from painmap.services.studies import (
    Reopened,
    StudyError,
    StudyOnDisk,
    StudyProblem,
    finding_again,
    relocating,
)
from painmap.ui.ct_attaching import Candidate
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import study_words
from painmap.ui.desk import Desk

WHERE_NOW = "Choose where it is now ..."

ELSEWHERE = (StudyProblem.FOLDER_GONE, StudyProblem.STUDY_GONE, StudyProblem.NOT_THERE)
"""The study may be at another place."""


class FindingPlace(Protocol):
    """Where the search is shown, and what is asked when it fails."""

    def show_panel(self, panel: QWidget, *, wide: bool = False, fill: bool = False) -> None: ...

    def run_shown(
        self,
        words: str,
        job: Job[Any],
        *,
        done: Callable[[Any], object],
        failed: Callable[[BaseException], object] | None = None,
    ) -> None:
        """Run a job in place of the pictures, with its progress."""
        ...

    def failed(self, error: BaseException) -> None: ...

    def dismiss(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Where:
    """What finding a study asks of its surroundings."""

    detect: Callable[[], DetectMedium]
    workspace: Callable[[], Path]


class FindingAgain:
    """Finds the files of an attached study, and the stack of it to show.

    Parameters
    ----------
    found : callable
        Called with the candidate.
    elsewhere : callable
        Called when the doctor wants to say where the study is now.
    """

    def __init__(
        self,
        desk: Desk,
        place: FindingPlace,
        where: Where,
        *,
        found: Callable[[Candidate], object],
        elsewhere: Callable[[AttachedStudy], object],
    ) -> None:
        self._desk = desk
        self._place = place
        self._where = where
        self._found = found
        self._elsewhere = elsewhere

    def reopen(self, study: AttachedStudy, place: Mapping[str, Any]) -> None:
        """Find a study where it was, to show it at `place` or at its best stack."""

        def finding(clinic: Clinic) -> Job[Reopened]:
            known = clinic.files_of(study.id)
            return (
                yield from finding_again(
                    study, known=known, memory=clinic.index, detect=self._where.detect()
                )
            )

        self._find(study, finding, place)

    def relocate(self, study: AttachedStudy, source: Source) -> None:
        """Find a study where the doctor says that it is now."""

        def finding(clinic: Clinic) -> Job[Reopened]:
            known, space = clinic.files_of(study.id), self._where.workspace()
            return (
                yield from relocating(
                    study,
                    source,
                    known=known,
                    memory=clinic.index,
                    detect=self._where.detect(),
                    workspace=space,
                )
            )

        self._find(study, finding, {})

    def _find(
        self,
        study: AttachedStudy,
        finding: Callable[[Clinic], Job[Reopened]],
        place: Mapping[str, Any],
    ) -> None:
        self._place.run_shown(
            f"Opening {study_words(study.study_date)}",
            finding(self._desk.clinic),
            done=lambda found: self._found_again(found, place),
            failed=partial(self._not_found, study),
        )

    def _not_found(self, study: AttachedStudy, error: BaseException) -> None:
        if not isinstance(error, StudyError) or error.problem not in ELSEWHERE:
            self._place.failed(error)
            return
        self._place.show_panel(
            QuestionPanel(
                error.message,
                [error.hint, "What was marked on it stays in the record."],
                [
                    Answer(WHERE_NOW, lambda _: self._elsewhere(study)),
                    Answer("Close", lambda _: self._place.dismiss(), default=True),
                ],
                on_escape=self._place.dismiss,
            )
        )

    def _found_again(self, found: Reopened, place: Mapping[str, Any]) -> None:
        annotated = annotated_keys(self._desk.open_visit.visit)
        # what was marked on, or shown last, says in which way its series is read
        disk = found.disk.holding(annotated)
        disk = disk.holding({StackKey(str(place["key"]))} if "key" in place else ())
        stack = _wanted(disk, place)
        stack = stack or next((each for each in disk.stacks if each.key in annotated), None)
        stack = stack or disk.first_stack
        copy = bool(found.contents.must_copy)
        self._found(Candidate(found.contents, disk, stack, place, copy=copy, checked=True))


def _wanted(disk: StudyOnDisk, place: Mapping[str, Any]) -> Stack | None:
    """The stack that `place` names: by its content, else by its series and number."""
    wanted = place.get("series"), place.get("stack")
    same = (each for each in disk.stacks if each.key == place.get("key"))
    alike = (each for each in disk.stacks if (each.series_uid, each.index) == wanted)
    return next(same, None) or next(alike, None)


def annotated_keys(visit: Visit) -> set[StackKey]:
    """The stacks on which something was marked."""
    keys = {outline.anchor.stack_key for outline in visit.live_outlines}
    keys |= {mark.anchor.stack_key for mark in visit.live_landmarks}
    keys |= {
        site.place.anchor.stack_key
        for site in visit.live_planned_sites
        if isinstance(site.place, CtPlace)
    }
    return keys
