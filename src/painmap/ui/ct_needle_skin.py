"""Finds the skin of the CT on screen, once, beside the window's work."""

from collections.abc import Callable

from painmap.domain.places import StackKey
from painmap.imaging.body_surface import BodySurface, finding_surface
from painmap.ui.ct_open import OpenCt
from painmap.ui.desk import Desk

NO_VOLUME = "These slices are no volume: no path is planned on them."


class SkinFinder:
    """The body surface of the stack that is shown."""

    def __init__(self, desk: Desk, session: OpenCt) -> None:
        self._desk = desk
        self._session = session
        self._surface: BodySurface | None = None
        self._key: StackKey | None = None
        self.is_finding = False

    @property
    def surface(self) -> BodySurface | None:
        """The skin of the stack on screen, once it was found."""
        return self._surface if self._key == self._session.key else None

    def keep(self, surface: BodySurface) -> None:
        """Take the skin of the stack on screen that was found on another way."""
        if surface.volume.stack.key == self._session.key:
            self._surface, self._key = surface, self._session.key

    def forget(self) -> None:
        """Another CT, another visit."""
        self._surface = self._key = None

    def find(self, found: Callable[[], object]) -> str:
        """Begin to find it, if it is not known; give why it cannot be, empty when it can."""
        volume, key = self._session.volume, self._session.key
        if self.surface is not None or volume is None or not volume.stack.is_ct:
            return ""
        if volume.geometry is None:
            return NO_VOLUME

        def done(surface: BodySurface) -> None:
            self.is_finding = False
            self._surface, self._key = surface, key
            found()

        def failed(error: BaseException) -> None:
            self.is_finding = False
            self._desk.show_error(error)
            found()

        # a job that was cancelled never comes back: choosing the tool again begins anew
        self.is_finding = True
        self._desk.run(finding_surface(volume), done=done, failed=failed)
        return ""
