"""The side of a needle's entry, held against the site's side before a path is recorded."""

from dataclasses import replace

from painmap.domain.edits import plan_path
from painmap.domain.injection import PlannedSite, SideBasis
from painmap.domain.needle_plan import PlannedPath
from painmap.ui.ct_needle_reading import PathReader
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_questions import Answer, QuestionPanel
from painmap.ui.ct_side import Finding, SideFinding, find_side
from painmap.ui.ct_side_questions import SideQuestions
from painmap.ui.desk import Desk, Tone

CROSSES = "The skin entry lies on the other side of the midline than the site."
FIRST = "Answer the question below the pictures first."


class PathSides:
    """Records paths; one that enters on the other side of the midline is asked about."""

    def __init__(self, desk: Desk, session: OpenCt, sides: SideQuestions) -> None:
        self._desk = desk
        self._session = session
        self._sides = sides

    def record(self, plan: PlannedPath, label: str) -> None:
        """Record a path, once its side is answered for."""
        visit = self._desk.open_visit.visit
        site, known = visit.find(plan.site_id), visit.find(plan.id)
        if not isinstance(site, PlannedSite):
            return
        found = find_side(site.side, plan.entry, self._session.spine(visit))
        before = known.side_check if isinstance(known, PlannedPath) else plan.side_check
        kept = before.basis is SideBasis.KEPT_AGAINST
        if found.finding is not Finding.DIFFERS:
            self._apply(replace(plan, side_check=replace(found.check, answer=before.answer)), label)
        elif kept or site.side_check.basis is SideBasis.KEPT_AGAINST:
            self._keep(plan, found, before.answer or site.side_check.answer, label)
        else:
            self._ask(plan, site, found, label)

    def _ask(self, plan: PlannedPath, site: PlannedSite, found: SideFinding, label: str) -> None:
        reading = found.reading
        if reading is None or reading.side is None:
            raise ValueError("there is nothing to ask")

        def keep(reason: str) -> None:
            self._sides.answered()
            self._keep(plan, found, reason, label)

        def leave(_: str = "") -> None:
            self._sides.answered()

        panel = QuestionPanel(
            f"The skin entry lies {abs(reading.offset_mm):.0f} mm to the patient's "
            f"{reading.side.word} of the midline, the site is {site.side.word}.",
            [],
            [
                Answer("Keep this entry", keep, typed="Why it crosses the midline"),
                Answer("Cancel", leave, default=True),
            ],
            on_escape=leave,
            compact=True,
        )
        if self._sides.ask(panel):
            panel.take_focus()
        else:
            self._desk.say(FIRST, tone=Tone.WARNING)

    def _keep(self, plan: PlannedPath, found: SideFinding, answer: str, label: str) -> None:
        check = replace(found.check, basis=SideBasis.KEPT_AGAINST, answer=answer)
        self._apply(replace(plan, side_check=check), label)

    def _apply(self, plan: PlannedPath, label: str) -> None:
        self._desk.apply(plan_path(plan, label=label))


def crossing_words(plan: PlannedPath | None, site: PlannedSite | None, reader: PathReader) -> str:
    """What is said of an entry on the other side that nobody has answered for; empty else."""
    if plan is None or site is None:
        return ""
    if SideBasis.KEPT_AGAINST in (plan.side_check.basis, site.side_check.basis):
        return ""
    found = find_side(site.side, plan.entry, reader.spine)
    return CROSSES if found.finding is Finding.DIFFERS else ""
