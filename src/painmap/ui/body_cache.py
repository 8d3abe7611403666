"""Painted pictures that are kept for as long as what they show is the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from PySide6.QtGui import QPixmap

from painmap.ui.body_marks import Scene


class Pictures:
    """The few pictures used last: turning a figure back and forth paints nothing anew.

    Parameters
    ----------
    most : int
        How many are kept; each costs the memory of its pixels.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Scene, QPixmap]] = OrderedDict()

    def get(self, key: Hashable, scene: Scene, paint: Callable[[], QPixmap]) -> QPixmap:
        """The picture of `scene` under `key`, painted if it is not there."""
        known = self._kept.get(key)
        # the same objects are compared by identity first, so that this is cheap
        if known is None or known[0] != scene:
            known = self._kept[key] = (scene, paint())
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return known[1]

    def known(self, key: Hashable, scene: Scene) -> QPixmap | None:
        """The picture of `scene` under `key`; None when it would have to be painted."""
        known = self._kept.get(key)
        return known[1] if known is not None and known[0] == scene else None

    def clear(self) -> None:
        self._kept.clear()
