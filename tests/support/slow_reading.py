"""A volume that fills only as far as a test lets it."""

from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue

import numpy as np

from painmap.domain.progress import Job, Progress, run_to_end
from painmap.imaging.filling import Filling
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Filled, Volume, loading

LABEL = "Reading slices"


class SlowReading:
    """Stands in for `opening_volume`: the first slice comes at once, the others when told."""

    def __init__(self) -> None:
        self._orders: SimpleQueue[tuple[int, ...] | BaseException | None] = SimpleQueue()
        self.wanted: Callable[[], int] = lambda: 0
        self.ended = False

    def let(self, slices: Iterable[int]) -> None:
        """Let these slices come."""
        self._orders.put(tuple(slices))

    def fail(self, error: BaseException) -> None:
        """Let a slice be unreadable."""
        self._orders.put(error)

    def finish(self) -> None:
        """Let all come."""
        self._orders.put(None)

    def __call__(self, stack: Stack, *, wanted: Callable[[], int]) -> Job[Volume]:
        self.wanted = wanted
        whole = run_to_end(loading(stack))
        hu, filling = np.zeros_like(whole.hu), Filling(len(stack.slices))
        volume = Volume(stack, hu.view(), whole.padding, filling)

        def step(slices: tuple[int, ...]) -> Filled:
            for k in slices:
                hu[k] = whole.hu[k]
                filling.mark(k)
            return Filled(filling.done, len(stack.slices), LABEL, volume, slices)

        yield Progress(0, len(stack.slices), LABEL)
        yield step((wanted(),))
        try:
            while True:
                try:
                    order = self._orders.get(timeout=0.01)
                except Empty:
                    yield step(())
                    continue
                if isinstance(order, BaseException):
                    raise order
                if order is None:
                    return whole
                yield step(order)
        finally:
            self.ended = True
