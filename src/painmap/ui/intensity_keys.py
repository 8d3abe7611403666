"""Digit keys: the intensity of the one visibly selected pain site, on every page."""

from dataclasses import replace
from time import monotonic

from painmap.domain.edits import describe_pain
from painmap.domain.pain import PainSite
from painmap.ui.desk import Desk

TEN_WITHIN_S = 1.0
"""1 and then 0 within a second is 10 (interface.md, Keys)."""


class IntensityKeys:
    """Turns digits into the selected site's intensity; with nothing selected, into nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one_at = float("-inf")

    def take(self, digit: int) -> bool:
        """Take a digit; False when there is no selected pain site."""
        site = self._selected()
        if site is None:
            return False
        ten = digit == 0 and monotonic() - self._one_at < TEN_WITHIN_S
        self._one_at = monotonic() if digit == 1 else float("-inf")
        self.set(10 if ten else digit)
        return True

    def set(self, intensity: int | None) -> None:
        """Set the selected site's intensity; None: not asked."""
        site = self._selected()
        if site is not None:
            label = "intensity not asked" if intensity is None else f"intensity {intensity}"
            same = site.unchanged_from if intensity == site.intensity else None
            now = replace(site, intensity=intensity, unchanged_from=same)
            self._desk.apply(describe_pain(now, label=label))

    def _selected(self) -> PainSite | None:
        if not self._desk.is_open or self._desk.selection is None:
            return None
        item = self._desk.open_visit.visit.find(self._desk.selection)
        return item if isinstance(item, PainSite) else None
