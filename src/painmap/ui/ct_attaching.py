"""Whose study it is: the rule, the question or a quiet line, and then it is attached.

Nothing is kept of a study before its identity was compared and, where it differs, answered.
A study that is attached already is held against the person whom it showed then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from painmap.domain.edits import Edit, Page, attach_study, refuse_study
from painmap.domain.places import Sha256
from painmap.domain.study import AttachedStudy, IdentityAnswer, IdentityCheck, RefusalOutcome
from painmap.imaging.stack import Stack
from painmap.services.attaching import (
    Consideration,
    answered,
    consider,
    consider_again,
    refused,
)
from painmap.services.data_folder import identity_key
from painmap.services.studies import FolderContents, StudyOnDisk, attached
from painmap.ui.ct_panels import PanelPlace
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import why_look_only
from painmap.ui.desk import Desk

CLOSE = "Not this patient: close"
SAME_PERSON = "Same person"
LOOK_ONLY = "Look only"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A study that was chosen from a folder, and the stack to show of it.

    Parameters
    ----------
    place : mapping
        Where to go in it; empty: the middle.
    copy : bool
        It is copied into the program's store before it is attached.
    checked : bool
        Its files were held against what they were when it was attached.
    """

    contents: FolderContents
    disk: StudyOnDisk
    stack: Stack
    place: Mapping[str, Any] = field(default_factory=dict)
    copy: bool = False
    checked: bool = False


class Attaching:
    """Asks what must be asked about a study, and attaches it.

    Parameters
    ----------
    place : PanelPlace
        Where questions stand.
    show : callable
        Called with the candidate and its study; None: it is looked at only.
    dismiss : callable
        Called when the study is not opened.
    prepare : callable
        Called with a candidate that is to be copied first, and with what to do then.
    refused : callable
        Called with a candidate of whom nothing is kept.
    busy : callable
        Says that something is being stored.
    failed : callable
    """

    def __init__(
        self,
        desk: Desk,
        place: PanelPlace,
        *,
        show: Callable[[Candidate, AttachedStudy | None], object],
        dismiss: Callable[[], object],
        prepare: Callable[[Candidate, Callable[[Candidate], object]], object],
        refused: Callable[[Candidate], object],
        busy: Callable[[str], object],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._desk = desk
        self._place = place
        self._show = show
        self._dismiss = dismiss
        self._prepare = prepare
        self._refused = refused
        self._busy = busy
        self._failed = failed
        self._turn = 0

    def leave(self) -> None:
        """Something else is done: what was on its way is neither attached nor shown."""
        self._turn += 1

    def begin(self, candidate: Candidate) -> None:
        """Compare and ask; what is attached already is compared with whom it showed."""
        if not candidate.stack.is_ct:
            self._look(candidate)
        elif self._attached_already(candidate.disk.study_uid) is not None:
            self.again(candidate)
        else:
            self._consider(candidate, None)

    def _look(self, candidate: Candidate) -> None:
        """Another modality is never attached; whose pictures they are is compared all the same."""
        found = consider(candidate.disk, self._desk.open_visit.patient, public_sample=False)
        lines = [difference.words for difference in found.comparison.differences]
        if found.rule is not None:
            lines = [found.rule.value]
        if not lines:
            self._show(candidate, None)
            return

        def close(_: str = "") -> None:
            self._refuse(candidate, found, RefusalOutcome.CLOSED)
            self._dismiss()

        def look(_: str) -> None:
            self._refuse(candidate, found, RefusalOutcome.LOOKED_ONLY)
            self._show(candidate, None)

        self._ask(
            QuestionPanel(
                "The study and the patient differ. Do you want to look at it all the same?",
                [*lines, why_look_only(candidate.stack.modality)],
                [Answer(CLOSE, close, default=True), Answer(LOOK_ONLY, look)],
                on_escape=close,
            )
        )

    def again(self, candidate: Candidate) -> None:
        """Show an attached study if it shows whom it showed; else compare and ask."""
        known = self._attached_already(candidate.disk.study_uid)
        if known is None:
            # detached or taken back while its folder was read
            self._dismiss()
            return
        self._busy("Comparing the study with the patient")
        turn, clinic, patient = self._turn, self._desk.clinic, self._desk.open_visit.patient

        def compare() -> Consideration | None:
            folder = Path(clinic.database_place).parent
            return consider_again(
                candidate.disk, known, patient, blob=clinic.blob, data_folder=folder
            )

        def compared(found: Consideration | None) -> None:
            if self._turn != turn:
                return
            now = self._attached_already(candidate.disk.study_uid)
            if now is None:
                self._dismiss()
            elif found is None:
                self._show(candidate, now)
            else:
                self._act_on(candidate, found)

        self._desk.jobs.record(compare, done=compared, failed=self._failed)

    def _attached_already(self, study_uid: str) -> AttachedStudy | None:
        studies = self._desk.open_visit.visit.attached_studies
        return next((study for study in studies if study.study_uid == study_uid), None)

    def _consider(self, candidate: Candidate, sample: bool | None) -> None:
        patient = self._desk.open_visit.patient
        self._act_on(candidate, consider(candidate.disk, patient, public_sample=sample))

    def _act_on(self, candidate: Candidate, found: Consideration) -> None:
        known = self._attached_already(candidate.disk.study_uid)
        if found.question:
            self._ask_sample(candidate, found)
        elif found.rule is not None:
            self._say_rule(candidate, found, found.rule.value)
        elif found.comparison.check.differs:
            self._ask_identity(candidate, found)
        elif known is not None:
            self._show(candidate, known)
        else:
            self._attach(candidate, found, found.comparison.check)

    def _ask_sample(self, candidate: Candidate, found: Consideration) -> None:
        self._ask(
            QuestionPanel(
                found.question,
                ["A public sample can be attached to a demonstration patient only."],
                [
                    Answer("Public sample", lambda _: self._consider(candidate, True)),
                    Answer("It shows a patient", lambda _: self._consider(candidate, False)),
                    Answer("Close", lambda _: self._dismiss(), default=True),
                ],
                on_escape=self._dismiss,
            )
        )

    def _say_rule(self, candidate: Candidate, found: Consideration, rule: str) -> None:
        def close(_: str = "") -> None:
            self._refuse(candidate, found, RefusalOutcome.CLOSED)
            self._dismiss()

        def look(_: str) -> None:
            self._refuse(candidate, found, RefusalOutcome.LOOKED_ONLY)
            self._show(candidate, None)

        self._ask(
            QuestionPanel(
                "This study cannot be attached here.",
                [rule],
                [Answer("Close", close, default=True), Answer(LOOK_ONLY, look)],
                on_escape=close,
            )
        )

    def _ask_identity(self, candidate: Candidate, found: Consideration) -> None:
        comparison = found.comparison
        lines = [difference.words for difference in comparison.differences]
        if comparison.shown_number:
            lines.append(f"ID on the study: {comparison.shown_number} (not compared)")

        def close(_: str = "") -> None:
            self._refuse(candidate, found, RefusalOutcome.CLOSED)
            self._dismiss()

        def look(_: str) -> None:
            self._refuse(candidate, found, RefusalOutcome.LOOKED_ONLY)
            self._show(candidate, None)

        def same(remark: str) -> None:
            reasons = panel.reasons
            answer = reasons.chosen[0] if reasons is not None else IdentityAnswer.OTHER_REASON
            check = answered(comparison.check, IdentityAnswer(str(answer)), remark)
            self._attach(candidate, found, check)

        panel = QuestionPanel(
            "The study and the patient differ. Is it the same person?",
            lines,
            [
                Answer(CLOSE, close, default=True),
                Answer(SAME_PERSON, same, typed="In your words, if anything is to be added"),
                Answer(LOOK_ONLY, look),
            ],
            reasons=[
                (IdentityAnswer.NAME_CHANGED, "name changed"),
                (IdentityAnswer.MISSPELT, "misspelt"),
                (IdentityAnswer.MERGED, "records merged"),
                (IdentityAnswer.OTHER_REASON, "other reason"),
            ],
            reasons_for="If it is the same person, why do they differ?",
            on_escape=close,
        )
        self._ask(panel)

    def _ask(self, panel: QuestionPanel) -> None:
        self._place.show_panel(panel)

    def _refuse(self, candidate: Candidate, found: Consideration, outcome: RefusalOutcome) -> None:
        self._refused(candidate)
        self._desk.apply(refuse_study(refused(found, outcome)))

    def _attach(self, candidate: Candidate, found: Consideration, check: IdentityCheck) -> None:
        if candidate.copy:
            turn = self._turn

            def ready(copied: Candidate) -> None:
                if self._turn == turn:
                    self._attach(copied, found, check)

            self._prepare(candidate, ready)
            return
        self._busy("Attaching the study")
        turn, clinic = self._turn, self._desk.clinic
        folder = Path(clinic.database_place).parent

        def store() -> Sha256:
            key = identity_key(folder)
            return clinic.put_blob(candidate.contents.stored_report(candidate.disk, key))

        def stored(report: Sha256) -> None:
            if self._turn != turn:
                return
            study = attached(
                candidate.disk, origin=found.origin, identity=check, import_report=report
            )
            known = self._attached_already(study.study_uid)
            if known is not None:
                # what was marked on it stays on it; the answer and the new hash are kept
                study = replace(study, id=known.id)
                edit = Edit("the study shows the same person", Page.CT, put=(study,))
                self._desk.apply(edit)
            else:
                self._desk.apply(attach_study(study))
                self._desk.say(f"Study attached. {sentence_case(found.quiet_line)}.")
            self._show(candidate, study)

        self._desk.jobs.record(store, done=stored, failed=self._failed)


def sentence_case(text: str) -> str:
    """The same with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]
