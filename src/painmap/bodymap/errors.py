"""What can be wrong with a body figure.

::

    PainmapError
    └── TemplateError   problem: TemplateProblem
"""

from enum import StrEnum

from painmap.domain.errors import PainmapError


class TemplateProblem(StrEnum):
    """Why a figure cannot be used; the value is the sentence, filled in with facts."""

    MISSING = "The body figure {figure} is missing its file {file}."
    UNREADABLE = "The body figure {figure} cannot be read: its file {file} is damaged."
    NEWER = "The body figure {figure} was made for a newer painmap."
    WRONG_HASH = (
        "The body figure {figure} is not the one that was released: {file} does not fit its hash."
    )
    MALFORMED = "The body figure {figure} does not describe a body: {file} is damaged."


_HINTS = {
    TemplateProblem.MISSING: "Install painmap again.",
    TemplateProblem.UNREADABLE: "Install painmap again.",
    TemplateProblem.NEWER: "Use a newer painmap.",
    TemplateProblem.WRONG_HASH: "Install painmap again; marks on a changed figure would mislead.",
    TemplateProblem.MALFORMED: "Install painmap again.",
}
assert set(_HINTS) == set(TemplateProblem)  # noqa: S101  # a table must cover its enum


class TemplateError(PainmapError):
    """A body figure that cannot be used.

    Parameters
    ----------
    problem : TemplateProblem
    figure : str
        Name of its folder.
    file : str
        Name of the file that is wrong.
    """

    def __init__(self, problem: TemplateProblem, *, figure: str, file: str) -> None:
        super().__init__(problem.value.format(figure=figure, file=file), hint=_HINTS[problem])
        self.problem = problem
