"""The symptom severity scale, asked only when the doctor wants to, and how long it has lasted."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from painmap.bodymap.instruments import CriteriaResult, SeverityScore
from painmap.bodymap.instruments_data import Criteria, SeverityItem, SeverityScale
from painmap.ui.widgets import Chips, column, label

Answered = Callable[[SeverityItem, int | None], None]
"""Called with an item and its value; None takes the answer back."""


class SeverityQuestions(QWidget):
    """Six items with their values as chips, and one question on the duration."""

    def __init__(
        self,
        scale: SeverityScale,
        criteria: Criteria,
        on_answer: Answered,
        on_duration: Callable[[bool | None], None],
    ) -> None:
        super().__init__()
        self._on_answer = on_answer
        self.items: dict[str, Chips] = {}
        box = column(spacing=4)
        for item in scale.items:
            words = f"{item.words[:1].upper()}{item.words[1:]}, {item.look_back}"
            box.addWidget(label(words, wrap=True))
            chips = Chips(
                [
                    (value, f"{value} {words}" if item.most > 1 else words)
                    for value, words in enumerate(item.values)
                ],
                partial(self._answered, item),
                name=item.words,
                columns=2,
            )
            for value in range(item.most + 1):
                chips.chip(value).setProperty("tight", True)
            self.items[item.id] = chips
            box.addWidget(chips)
            box.addSpacing(6)
        words = criteria.duration_words
        box.addWidget(label(f"{words[:1].upper()}{words[1:]}", wrap=True))
        self.duration = Chips(
            [(True, "yes"), (False, "no")],
            lambda chosen: on_duration(bool(chosen[0]) if chosen else None),
            name=words,
            columns=2,
        )
        box.addWidget(self.duration)
        self.setLayout(box)

    def _answered(self, item: SeverityItem, chosen: tuple[object, ...]) -> None:
        self._on_answer(item, int(str(chosen[0])) if chosen else None)

    def show_score(self, score: SeverityScore, criteria: CriteriaResult) -> None:
        for result in score.results:
            known = [] if result.value is None else [result.value]
            self.items[result.item.id].set_chosen(known)
        long_enough = criteria.long_enough
        self.duration.set_chosen([] if long_enough is None else [long_enough])
