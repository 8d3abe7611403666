"""The question whether a proposed spine is right: one answer confirms all of it."""

from collections.abc import Callable

from painmap.domain.anatomy import Level
from painmap.domain.injection import LandmarkKind, Transitional
from painmap.services.spine import Spine
from painmap.ui.ct_questions import Answer, QuestionPanel

UNTIL_THEN = (
    "It is dashed until you confirm it; until then no side is checked and levels are uncertain."
)


def span_words(spine: Spine) -> str:
    """Such as "T12 to S1"; empty where no level is named."""
    order = list(Level)
    named = sorted({order.index(each.level) for each in spine.landmarks if each.level is not None})
    if not named:
        return ""
    first, last = order[named[0]], order[named[-1]]
    return first.value if first is last else f"{first} to {last}"


def spine_card(
    spine: Spine,
    basis: str,
    *,
    confirm: Callable[[Transitional | None], object],
    change: Callable[[], object],
    later: Callable[[], object],
) -> QuestionPanel:
    """Ask for a confirmation; the answer about a transitional vertebra is the confirmation."""
    count = max(sum(each.kind is kind for each in spine.landmarks) for kind in LandmarkKind)
    if spine.count is None:
        title = (
            f"Proposed spine: {count} vertebrae; what to count levels from is not in the picture."
        )
        answers = [
            Answer("Name a level", lambda _: change()),
            Answer("Confirm midline alone", lambda _: confirm(None)),
        ]
    else:
        title = f"Proposed spine: {span_words(spine)}, {basis}. Is there a transitional vertebra?"
        answers = [
            Answer("No, confirm", lambda _: confirm(Transitional.NO)),
            Answer("Yes, confirm", lambda _: confirm(Transitional.YES)),
            Answer("Unsure, confirm", lambda _: confirm(Transitional.UNSURE)),
            Answer("Change", lambda _: change()),
        ]
    return QuestionPanel(
        title,
        [UNTIL_THEN],
        [*answers, Answer("Later", lambda _: later())],
        on_escape=later,
        compact=True,
    )
