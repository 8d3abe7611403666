"""Which views of a CT are shown, and where."""

from collections.abc import Callable

from painmap.imaging.reslice import Plane
from painmap.ui.ct_arrangement import Arrangement
from painmap.ui.ct_beside_pane import BESIDE
from painmap.ui.ct_companions import Companions
from painmap.ui.ct_layouts import Layout, alone, planes, side_by_side
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_why import WhyPanel

WHY = "why"
"""Name of what stands where the other planes would be."""


class ShownPlanes:
    """One view alone, a large one with others beside it, all of one size, or two studies.

    Parameters
    ----------
    why : WhyPanel
        Stands where other planes would be, where there are none.
    arranged : callable
        Called when other views are shown, or elsewhere.
    """

    def __init__(
        self,
        session: OpenCt,
        companions: Companions,
        arrangement: Arrangement,
        why: WhyPanel,
        arranged: Callable[[], object],
    ) -> None:
        self._session = session
        self._companions = companions
        self._arrangement = arrangement
        self._why = why
        self._arranged = arranged
        self._alone: Plane | None = None
        self.is_grid = False
        """Whether all views have the same size."""

    @property
    def large(self) -> Plane:
        return self._alone or self._session.native

    def is_small(self, plane: Plane) -> bool:
        """Whether a picture has room for little beside itself."""
        return self.is_grid or plane is not self.large

    def together(self) -> None:
        """No view is alone any more."""
        self._alone = None

    def toggle_alone(self, plane: Plane) -> None:
        """Show `plane` alone, or all planes again."""
        self._alone = None if self._alone is plane else plane
        self.arrange()

    def use_grid(self, *, grid: bool) -> bool:
        """All views of one size, or a large one with the others beside it; False: it is so."""
        if grid is self.is_grid and self._alone is None:
            return False
        self.is_grid, self._alone = grid, None
        if self._session.is_open:
            self.arrange()
        return True

    def follow_companions(self) -> None:
        """Make room for what stands beside the planes now, or take its room back."""
        if not self._companions.is_arranged(self._arrangement.current):
            self._alone = None
            self.arrange()

    def arrange(self) -> None:
        """Bring every view to its place."""
        layout = self._layout()
        if WHY in layout:
            self._why.explain(self._session.stack)
        self._arrangement.use(layout)
        self._arranged()

    def _layout(self) -> Layout:
        if self._alone is not None:
            return alone(self._alone)
        if self._companions.beside.is_open:
            return side_by_side(self.large, BESIDE)
        beside: list[str] = [each for each in self._session.views if each is not self.large]
        return planes(
            self.large,
            beside or [WHY],
            needle=self._companions.fourth,
            instead_of=Plane.CORONAL,
            grid=self.is_grid,
            fourth=self._companions.instead,
        )
