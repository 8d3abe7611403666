"""Ways to look at a CT, in the menu of the study: layout, slabs, film, lens."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from painmap.ui.ct_cine import Cine
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_slab import SlabMenu
from painmap.ui.ct_viewer import CtViewer


class LookMenu:
    """What is chosen of them, in a menu and by keys.

    Parameters
    ----------
    menu : QMenu
        Of the study that is open.
    """

    def __init__(self, session: OpenCt, viewer: CtViewer, menu: QMenu) -> None:
        self._session = session
        self._viewer = viewer
        self.grid_action = _checkable(menu, "All views of one size (G)")
        self.grid_action.triggered.connect(lambda on: viewer.use_grid(grid=on))
        viewer.arranged.connect(lambda: self.grid_action.setChecked(viewer.planes.is_grid))
        self.lens_action = _checkable(menu, "Lens under the pointer (Z)")
        self.lens_action.triggered.connect(lambda on: viewer.magnify(magnifies=on))
        self.play_action = _checkable(menu, "Play the slices (K)")
        self.cine = Cine(session, viewer, self.play_action.setChecked)
        self.play_action.triggered.connect(self.play)
        slabs = SlabMenu(menu, viewer.use_slab)
        viewer.slab_changed.connect(lambda: slabs.show_choice(session.slab))

    def toggle_grid(self) -> None:
        """All views of one size, or a large one with the others beside it."""
        self._viewer.use_grid(grid=not self._viewer.planes.is_grid)

    def toggle_lens(self) -> None:
        """A lens that follows the pointer, or none."""
        self.lens_action.trigger()

    def play(self) -> None:
        """Play the slices, or stop."""
        self.cine.toggle()
        self.play_action.setChecked(self.cine.plays)


def _checkable(menu: QMenu, words: str) -> QAction:
    action = menu.addAction(words)
    action.setCheckable(True)
    return action
