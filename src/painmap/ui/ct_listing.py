"""From what a source holds to the series that is opened: asked where there is a choice."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from painmap.domain.sentences import plural
from painmap.imaging.stack import Stack
from painmap.services.settings import Settings
from painmap.services.studies import FolderContents, Person, StudyOnDisk
from painmap.ui.ct_attaching import Candidate
from painmap.ui.ct_choice import KeepingChoice, SeriesPanel
from painmap.ui.ct_phases import phase_question
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_words import modality_words
from painmap.ui.desk import Desk
from painmap.ui.series_pictures import SeriesPictures

MOST_KINDS = 8
"""More kinds of objects on a disc without CT are counted, not named."""

MOST_PERSONS = 6
"""More persons than this on one disc are a backup of a whole house, not a patient's disc."""


class ListingPlace(Protocol):
    """Where lists and questions stand."""

    def show_panel(self, panel: QWidget, *, wide: bool = False, fill: bool = False) -> None: ...

    def show_text(self, title: str, lines: list[str], back: Callable[[], object]) -> None: ...

    def say_no(self, title: str, lines: list[str], more: Sequence[Answer] = ()) -> None: ...

    def dismiss(self) -> None: ...


class SeriesListing:
    """Lists series, asks whose and which, and begins with what was chosen.

    Parameters
    ----------
    place : ListingPlace
    begin : callable
        Called with the candidate that was chosen.
    folder : Path
        The data folder, which holds the settings.
    owner : QWidget
        Holds the small pictures.
    """

    def __init__(
        self,
        desk: Desk,
        place: ListingPlace,
        begin: Callable[[Candidate], object],
        folder: Path,
        owner: QWidget,
    ) -> None:
        self._desk = desk
        self._place = place
        self._begin_with = begin
        self._folder = folder
        self._owner = owner
        self._pictures: tuple[FolderContents, SeriesPictures] | None = None
        self.attach_best = False
        """Take the best stack without asking which."""
        self.back: Callable[[], None] | None = None
        """Goes back to the list from which was opened what is filling now."""

    def scanned(self, contents: FolderContents) -> None:
        """Go on with what a scan has found."""
        persons = contents.persons
        if not persons:
            self._nothing_found(contents)
        elif len(persons) > 1:
            self._ask_who(contents, persons)
        else:
            self._list_studies(contents, persons[0])

    def _nothing_found(self, contents: FolderContents) -> None:
        counts = Counter(each.reason.value for each in contents.skipped)
        lines = [
            *contents.notes,
            f"{plural(len(contents.skipped), 'file')} looked at, none of them is CT.",
        ]
        if contents.beside:
            lines += ["What is there:", *(f"   {words}" for words in contents.beside[:MOST_KINDS])]
            rest = len(contents.beside) - MOST_KINDS
            lines += [f"   and {rest} more" for _ in range(1) if rest > 0]
        else:
            lines += [f"{count} × {reason}" for reason, count in counts.most_common()]
        look = [
            Answer(f"Look at the {modality_words(contents.look_only[0].modality)}", look_at)
            for look_at in [lambda _: self._show_series(contents, contents.look_only, ())]
            if contents.look_only
        ]
        self._place.say_no("No CT was found there.", lines, look)

    def _ask_who(self, contents: FolderContents, persons: tuple[Person, ...]) -> None:
        self._place.show_panel(
            QuestionPanel(
                "The folder holds studies of several persons. Whose do you want to open?",
                ["Each is compared with the patient before anything is kept."],
                [
                    *(
                        Answer(person.words, self._lister(contents, person))
                        for person in persons[:MOST_PERSONS]
                    ),
                    Answer("Close", lambda _: self._place.dismiss(), default=True),
                ],
                on_escape=self._place.dismiss,
                stacked=True,
            ),
            wide=True,
        )

    def _lister(self, contents: FolderContents, person: Person) -> Callable[[str], None]:
        return lambda _: self._list_studies(contents, person)

    def _list_studies(self, contents: FolderContents, person: Person) -> None:
        first = person.studies[0]
        if self.attach_best:
            copy = bool(contents.must_copy) or self._copies_by_default
            self._begin(contents, first, first.first_stack, copy)
            return
        if is_one_series(contents):
            self._begin(contents, first, first.first_stack, self._copies_by_default)
            return
        self._show_series(contents, person.studies, contents.look_only_of(person))

    # --- the list

    def _show_series(
        self,
        contents: FolderContents,
        studies: Sequence[StudyOnDisk],
        look_only: Sequence[StudyOnDisk],
        chosen: Stack | None = None,
    ) -> None:
        # those of pictures that are looked at only stand among the skipped, and are listed
        of_others = (each for each in (*studies, *look_only) if not each.first_stack.is_ct)
        listed = {path for study in of_others for path in study.files}
        panel = SeriesPanel(
            studies,
            sum(each.path not in listed for each in contents.skipped)
            if listed
            else len(contents.skipped),
            look_only=look_only,
            beside=contents.beside,
            pictures=self._pictures_of(contents),
            opened=lambda disk, stack, copy: opened(disk, stack, copy),
            keeping=KeepingChoice(contents.must_copy, self._copies_by_default),
            notes=contents.notes,
            report=lambda: self._place.show_text(
                "Import report",
                [
                    *contents.notes,
                    *(line for study in panel.studies for line in study.report.sentences),
                ],
                lambda: again(None),
            ),
            closed=self._place.dismiss,
        )

        def again(stack: Stack | None) -> None:
            self._show_series(contents, panel.studies, look_only, stack)

        def opened(disk: StudyOnDisk, stack: Stack, copy: bool) -> None:
            self.back = partial(again, stack)
            self._chosen(contents, disk, stack, copy)

        if chosen is not None:
            panel.choose(chosen)
        self._place.show_panel(panel, wide=True)

    def _pictures_of(self, contents: FolderContents) -> SeriesPictures:
        """The small pictures of what was opened, for every time that it is listed."""
        known = self._pictures
        if known is None or known[0] is not contents:
            make = partial(self._desk.clinic.index.thumbnailing, opener=contents.medium.opener)
            if known is not None:
                known[1].deleteLater()
            known = self._pictures = contents, SeriesPictures(self._desk, make, self._owner)
        return known[1]

    @property
    def _copies_by_default(self) -> bool:
        return Settings(self._folder)["keep_studies"] == "copy"

    def _chosen(
        self, contents: FolderContents, disk: StudyOnDisk, stack: Stack, copy: bool
    ) -> None:
        if not contents.must_copy and copy is not self._copies_by_default:
            # what was chosen last is offered the next time
            try:
                Settings(self._folder)["keep_studies"] = "copy" if copy else "reference"
            except OSError as error:
                self._desk.say("The choice could not be kept.", hint=error.strerror or "")
        self._begin(contents, disk, stack, copy)

    def _begin(self, contents: FolderContents, disk: StudyOnDisk, stack: Stack, copy: bool) -> None:
        """Open a stack; where several pictures lie at its places, ask which are wanted."""
        series = disk.readings_of(stack)
        if series is None or not series.question:
            self._begin_with(Candidate(contents, disk, stack, copy=copy))
            return

        def go_on(study: StudyOnDisk, chosen: Stack) -> None:
            self._begin_with(Candidate(contents, study, chosen, copy=copy))

        panel = phase_question(disk, stack, series, go_on, self._place.dismiss)
        self._place.show_panel(panel, wide=True)


def is_one_series(contents: FolderContents) -> bool:
    """Whether a source holds one stack and nothing else: there is nothing to choose or to say."""
    if contents.skipped or contents.notes or contents.must_copy or contents.look_only:
        return False
    stacks = [(study, stack) for study in contents.studies for stack in study.stacks]
    return len(stacks) == 1 and stacks[0][0].readings_of(stacks[0][1]) is None
