"""Axial pictures with the back up, as the doctor stands at a patient who lies prone."""

from collections.abc import Callable

from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_pane import Pane


class Turning:
    """Whether the axial pictures are turned by 180 degrees; they are never mirrored.

    Parameters
    ----------
    pane : Pane
        Shows the axial pictures.
    changed : callable
        Called when they lie another way.
    """

    def __init__(self, session: OpenCt, pane: Pane, changed: Callable[[], object]) -> None:
        self._session = session
        self._pane = pane
        self._changed = changed
        self.by_hand: bool | None = None
        """Whether the doctor turned them, or back; None: as is planned."""
        self._prone = False

    @property
    def turned(self) -> bool:
        """Whether they lie with the back up and the patient's LEFT on the left."""
        return self._pane.turned

    def begin(self) -> None:
        """Another CT is open: as is planned."""
        self.by_hand = None
        self._turn()

    def toggle(self) -> None:
        """Turn them by 180 degrees, or back; until another CT is opened."""
        self.turn_by_hand(turned=not self.turned)

    def turn_by_hand(self, *, turned: bool) -> None:
        """Lay them as the doctor wants them, whatever is planned."""
        self.by_hand = turned
        self._turn()

    def plan_prone(self, prone: bool) -> bool:
        """For a prone procedure they lie as the doctor stands; True: they were turned just now."""
        self._prone = prone
        return self._turn() and self.turned

    def _turn(self) -> bool:
        turned = self._prone if self.by_hand is None else self.by_hand
        # nobody knows which way up a picture without geometry lies
        turned = turned and self._session.is_open and self._session.stack.has_geometry
        changed = self._pane.turn(turned=turned)
        if changed:
            self._changed()
        return changed
