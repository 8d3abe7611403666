"""Has muscles proposed on the open CT, in one step that one undo takes back."""

from collections.abc import Sequence

from painmap.domain.anatomy import Side
from painmap.domain.compartment import Compartment
from painmap.domain.injection import SideCheck
from painmap.domain.places import PatientPoint
from painmap.domain.sentences import plural
from painmap.imaging.volume import Volume
from painmap.services.label_taking import Taken
from painmap.services.muscle_proposals import proposing, why_not
from painmap.services.spine import Spine
from painmap.ui.ct_muscles import Muscles
from painmap.ui.ct_session import CtSession
from painmap.ui.ct_side import Finding, find_sides
from painmap.ui.desk import Desk, Tone

ASK = (
    "Proposed {count}: dashed, to be looked at slice by slice, edited, and accepted or removed "
    "one by one."
)


class MuscleProposals:
    """Asks for a proposal, and records it as proposed."""

    def __init__(self, desk: Desk, session: CtSession, muscles: Muscles) -> None:
        self._desk, self._session, self._muscles = desk, session, muscles

    def run(self) -> None:
        """Propose the muscles that are not there yet."""
        volume = self._session.volume
        if volume is None:
            return
        visit = self._desk.open_visit.visit
        spine = self._session.spine(visit)
        why = self._session.why_not_annotate or why_not(spine)
        if not why and self._session.is_filling:
            why = "The slices are still loading: propose muscles when they are there."
        if not why and self._session.native.value != "axial":
            why = "Muscles are proposed on axial slices: open an axial series."
        if why:
            self._desk.say(why, tone=Tone.WARNING)
            return

        def check_of(side: Side, points: Sequence[PatientPoint]) -> SideCheck | None:
            finding = find_sides(side, points, spine)[0]
            return None if finding.finding is Finding.DIFFERS else finding.check

        job = proposing(visit, volume, spine, check_of=check_of, words_of=self._muscles.words)
        self._desk.run(
            job,
            done=lambda taken: self._done(volume, spine, taken),
            failed=self._desk.show_error,
        )

    def _done(self, volume: Volume, spine: Spine, taken: Taken) -> None:
        if not self._desk.is_open or self._session.volume is not volume:
            return
        made = [] if taken.edit is None else list(taken.edit.put)
        muscles = [each for each in made if isinstance(each, Compartment)]
        there = [self._muscles.of(each.muscle_id, each.side) for each in muscles]
        moved = self._session.spine(self._desk.open_visit.visit) != spine
        if taken.edit is None or any(there) or moved:
            words = taken.words or ("The visit changed meanwhile, so nothing was proposed.",)
            self._desk.say(" ".join(words), tone=Tone.WARNING)
            return
        self._muscles.remember_named(taken.masks)
        self._muscles.chosen = muscles[0].id
        self._desk.apply(taken.edit)
        words = (ASK.format(count=plural(len(muscles), "muscle")), *taken.words)
        self._desk.say(" ".join(words), hint="Ctrl+Z takes them back.")
