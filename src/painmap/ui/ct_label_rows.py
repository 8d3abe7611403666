"""What the doctor decides about each label of a label map, and what is still open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from painmap.domain.anatomy import Side
from painmap.domain.compartment import Compartment
from painmap.domain.injection import NOT_CHECKED, SideBasis, SideCheck
from painmap.domain.places import PatientPoint
from painmap.services.label_maps import OfferedLabel
from painmap.services.label_taking import TakenLabel
from painmap.ui.ct_side import Finding, SideFinding

SideOf = Callable[[Side, Sequence[PatientPoint]], SideFinding]
"""Holds a side against the patient's midline at some points."""

BOTH = (Side.LEFT, Side.RIGHT)


class Verdict(StrEnum):
    """What geometry says of a side."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "not checked"


@dataclass(frozen=True, slots=True, eq=False)
class LabelRow:
    """One label, and what is taken of it.

    Parameters
    ----------
    label : OfferedLabel
    left, right : SideFinding
        What the midline says of each side.
    known : Compartment or None
        The muscle of that side that is on this CT already; taking the label replaces it.
    muscle_id : str or None
        None: it is not taken in.
    side : Side or None
        None: not chosen yet.
    """

    label: OfferedLabel
    left: SideFinding
    right: SideFinding
    muscle_id: str | None = None
    side: Side | None = None
    known: Compartment | None = None

    @classmethod
    def of(cls, label: OfferedLabel, side_of: SideOf) -> "LabelRow":
        """Begin with what is proposed; a side that geometry contradicts is not."""
        row = cls(
            label,
            side_of(Side.LEFT, label.middles),
            side_of(Side.RIGHT, label.middles),
            label.meaning.muscle_id,
        )
        return replace(row, side=row.proposed_side)

    def finding(self, side: Side) -> SideFinding | None:
        return {Side.LEFT: self.left, Side.RIGHT: self.right}.get(side)

    def verdict(self, side: Side) -> Verdict:
        """What the midline says of a side; without one, what its fellow says."""
        found = self.finding(side)
        if found is None:
            return Verdict.UNKNOWN
        if found.finding is Finding.AGREES:
            return Verdict.AGREES
        if found.finding is Finding.DIFFERS:
            return Verdict.DIFFERS
        # on which side of its fellow it lies tells only a map that is mirrored
        mirrored = self.label.lies is not None and self.label.lies is not side
        return Verdict.DIFFERS if mirrored and side is self.said else Verdict.UNKNOWN

    @property
    def said(self) -> Side | None:
        """The side that the label map says."""
        return self.label.meaning.side

    @property
    def proposed_side(self) -> Side | None:
        """The side that it says if geometry does not differ; else none, where it says none."""
        if self.said is not None:
            return None if self.verdict(self.said) is Verdict.DIFFERS else self.said
        agreeing = [side for side in BOTH if self.verdict(side) is Verdict.AGREES]
        return agreeing[0] if len(agreeing) == 1 else None

    @property
    def is_question(self) -> bool:
        """Whether geometry contradicts the side that the label map says."""
        return self.said is not None and self.verdict(self.said) is Verdict.DIFFERS

    @property
    def needs_reason(self) -> bool:
        """Whether the chosen side stays against geometry."""
        if self.muscle_id is None or self.side is None:
            return False
        return self.verdict(self.side) is Verdict.DIFFERS

    @property
    def place_words(self) -> str:
        """Where it lies, such as "34 mm to the patient's LEFT of the midline"."""
        found = {self.left.finding, self.right.finding}
        reading = self.left.reading
        if reading is not None and Finding.NO_MIDLINE not in found:
            if reading.side is None:
                return "within 5 mm of the midline"
            if found == {Finding.DIFFERS}:
                return "on both sides of the midline"
            return f"{abs(reading.offset_mm):.0f} mm {reading.side.word} of the midline"
        if self.label.lies is not None:
            return f"{self.label.lies.word} of its fellow; no midline is marked near"
        return "not checked: no midline is marked near"

    def check(self, reason: str) -> SideCheck:
        """What is recorded of the side that was chosen, with what was answered."""
        if self.side is None:
            raise ValueError("no side was chosen")
        found = self.finding(self.side)
        check = NOT_CHECKED if found is None else found.check
        verdict = self.verdict(self.side)
        if verdict is Verdict.DIFFERS:
            against = found is not None and found.finding is Finding.DIFFERS
            basis = SideBasis.KEPT_AGAINST if against else SideBasis.NOT_CHECKED
            said = "as the label map says" if self.side is self.said else "by the doctor"
            answer = f"{self.side.word} {said}, although it lies on the other side: {reason}"
            return replace(check, basis=basis, answer=answer)
        if self.said is not None and self.said is not self.side:
            return replace(
                check, answer=f"made {self.side.word}, the label map says {self.said.word}"
            )
        return check

    def taken(self, reason: str) -> TakenLabel:
        if self.muscle_id is None or self.side is None:
            raise ValueError("the label is not taken in")
        return TakenLabel(self.label, self.muscle_id, self.side, self.check(reason))


def open_points(
    rows: Sequence[LabelRow], *, same_grid: bool, nearest: bool, reason: str
) -> tuple[str, ...]:
    """What keeps the labels from being taken in, in words; nothing: they may be."""
    taken = [row for row in rows if row.muscle_id is not None]
    if not taken:
        return ("no label is taken for a muscle",)
    missing = []
    asked = sum(row.side is None and row.is_question for row in taken)
    unsaid = sum(row.side is None and not row.is_question for row in taken)
    if asked:
        missing.append(
            "1 side differs from where it lies: choose"
            if asked == 1
            else f"{asked} sides differ from where they lie: choose"
        )
    if unsaid:
        missing.append("1 side is not said: choose" if unsaid == 1 else f"{unsaid} sides: choose")
    if any(row.needs_reason for row in taken) and not reason.strip():
        missing.append("say why a side stays against where it lies")
    if not same_grid and not nearest:
        missing.append("allow the nearest voxels, above")
    locked = [row for row in taken if row.known is not None and row.known.locked]
    if locked:
        missing.append("a muscle that would be replaced is locked")
    return tuple(missing)
