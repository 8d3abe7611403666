"""Which series are listed, and in which order; no widgets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from painmap.imaging.stack import Stack
from painmap.services.first_stack import is_axial, is_soft, tissue_words
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_words import between_words, plane_of, warning_words


class SortBy(StrEnum):
    """The value is what the doctor reads."""

    DATE = "newest study"
    OLDEST = "oldest study"
    PLANE = "plane"
    COUNT = "most slices"
    SPACING = "closest slices"
    DESCRIPTION = "description"


class Only(StrEnum):
    AXIAL = "axial"
    SOFT = "soft tissue"
    SEVERAL = "no single pictures"


_FAR = 1e9
"""Stands for a spacing that nobody knows, behind those that are known."""

_PLANES = ("axial", "coronal", "sagittal")

_KEYS: dict[SortBy, Callable[[Stack], Any]] = {
    SortBy.PLANE: lambda stack: (
        _PLANES.index(plane_of(stack)) if plane_of(stack) in _PLANES else len(_PLANES)
    ),
    SortBy.COUNT: lambda stack: -len(stack.slices),
    SortBy.SPACING: lambda stack: stack.spacing_mm[0] or _FAR,
    SortBy.DESCRIPTION: lambda stack: stack.description.casefold(),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is listed, and in which order.

    Parameters
    ----------
    words : str
        Each of these words stands in what is said of a series.
    only : frozenset of Only
    """

    sort: SortBy = SortBy.DATE
    words: str = ""
    only: frozenset[Only] = frozenset()

    def studies(self, studies: Iterable[StudyOnDisk]) -> list[StudyOnDisk]:
        """The studies in their order, the newest first unless the oldest is wanted."""
        oldest = self.sort is SortBy.OLDEST
        return sorted(studies, key=lambda each: each.study_date or date.min, reverse=not oldest)

    def stacks(self, study: StudyOnDisk) -> list[Stack]:
        """What is listed of a study, in its order; localizers where there is nothing else."""
        shown = [each for each in study.stacks if not each.is_localizer] or list(study.stacks)
        found = [stack for stack in shown if self._passes(study, stack)]
        key = _KEYS.get(self.sort)
        return found if key is None else sorted(found, key=key)

    def _passes(self, study: StudyOnDisk, stack: Stack) -> bool:
        if Only.AXIAL in self.only and not is_axial(stack):
            return False
        if Only.SOFT in self.only and not is_soft(stack):
            return False
        if Only.SEVERAL in self.only and len(stack.slices) < 2:
            return False
        said = f"{study.words} {' '.join(about(stack))} {stack.part}".casefold()
        return all(word in said for word in self.words.casefold().split())


def about(stack: Stack) -> tuple[str, str, str]:
    """What is said of a series: its name, what it is made of, and its warnings."""
    count, rows, columns = stack.shape
    made = [plane_of(stack), f"{count} {'slice' if count == 1 else 'slices'}"]
    made += [between_words(stack)] if between_words(stack) else []
    made.append(f"{rows} × {columns}")
    made += [f"kernel {stack.facts.kernel}"] if stack.facts.kernel else []
    return stack.description or "no description", "  ·  ".join(made), warning_words(stack)


def why_first(stack: Stack) -> str:
    """Why a series is the first to be offered; what it lacks for muscle work is said too."""
    if not stack.is_ct:
        return ""
    parts = [plane_of(stack), tissue_words(stack)]
    parts += [between_words(stack).removesuffix(" apart")] if between_words(stack) else []
    fits = is_axial(stack) and is_soft(stack) and len(stack.slices) > 1
    return f"{'Proposed for muscle work' if fits else 'Offered first'}: {', '.join(parts)}"
