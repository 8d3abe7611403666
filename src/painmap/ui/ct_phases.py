"""Several pictures lie at one place: which of them are wanted, only the doctor knows."""

from collections.abc import Callable

from painmap.domain.sentences import plural
from painmap.imaging.readings import Reading, SeriesReadings
from painmap.imaging.stack import Stack
from painmap.imaging.ways import Way
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_questions import Answer, QuestionPanel

MOST_PHASES = 8
"""More phases than this are chosen in the list of series."""

ALL_AS_ONE = "All as one, to leaf through"

GoOn = Callable[[StudyOnDisk, Stack], object]


def phase_question(
    disk: StudyOnDisk,
    stack: Stack,
    series: SeriesReadings,
    go_on: GoOn,
    leave: Callable[[], object],
) -> QuestionPanel:
    """Ask which of the pictures at one place are wanted; each phase is a stack.

    Parameters
    ----------
    stack : Stack
        What was chosen; it is the answer that Return gives.
    series : SeriesReadings
        With a question.
    go_on : callable
        Called with the study, read as it was answered, and the stack to open.
    leave : callable
        Called when no answer is given.
    """
    split = next(one for one in series.readings if one.way is not Way.AS_ONE)
    whole = series.in_way(Way.AS_ONE)
    first = next((each for each in whole.stacks if each.key == stack.key), _same(whole, stack))
    uids = set(first.sop_uids)
    parts = [each for each in split.stacks if uids & set(each.sop_uids)]
    as_one = series.readings[0].way is Way.AS_ONE
    chosen = next((each for each in parts if each.key == stack.key), parts[0])
    answers = [
        Answer(
            _words(part), _answer(disk, split, part, go_on), default=part is chosen and not as_one
        )
        for part in parts[:MOST_PHASES]
    ]
    answers += [
        Answer(ALL_AS_ONE, _answer(disk, whole, first, go_on), default=as_one),
        Answer("Close", lambda _: leave()),
    ]
    lines = [f"The series can be {split.way.value}. {split.reason}"]
    if len(parts) > MOST_PHASES:
        lines.append(f"{plural(len(parts) - MOST_PHASES, 'phase')} more stand in the list.")
    return QuestionPanel(series.question, lines, answers, on_escape=leave, stacked=True)


def _answer(
    disk: StudyOnDisk, reading: Reading, stack: Stack, go_on: GoOn
) -> Callable[[str], object]:
    return lambda _: go_on(disk.read_as(stack.series_uid, reading.way), stack)


def _same(whole: Reading, stack: Stack) -> Stack:
    """The stack of the undivided series that holds the slices of `stack`."""
    uids = set(stack.sop_uids)
    return max(whole.stacks, key=lambda each: len(uids & set(each.sop_uids)))


def _words(part: Stack) -> str:
    words = f"{part.part}: {plural(len(part.slices), 'slice')}"
    return words[:1].upper() + words[1:]
