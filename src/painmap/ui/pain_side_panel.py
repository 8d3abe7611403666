"""The question that stops where a site and the pain that it is for lie on different sides."""

from collections.abc import Callable
from uuid import UUID

from painmap.domain.injection import PlannedSite
from painmap.domain.pain_sides import question_words
from painmap.domain.visit import Visit
from painmap.ui.ct_questions import Answer, QuestionPanel


def pain_side_question(
    site: PlannedSite,
    visit: Visit,
    pain_id: UUID,
    *,
    keep: Callable[[str], object],
    leave: Callable[[], object],
) -> QuestionPanel:
    """Ask why a site is planned on the other side than its pain.

    Parameters
    ----------
    keep : callable
        Called with the reason, which is recorded with the link.
    """
    return QuestionPanel(
        question_words(site, visit, pain_id),
        [],
        [
            Answer(f"Keep {site.side.word}", keep, typed=f"Why it is {site.side.word}"),
            Answer("Cancel", lambda _: leave(), default=True),
        ],
        on_escape=leave,
        compact=True,
    )
