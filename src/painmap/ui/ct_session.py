"""What other pages ask of the open CT: miniatures, pictures to export, measures."""

from PySide6.QtGui import QImage

from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.visit import Visit
from painmap.ui import ct_pictures
from painmap.ui.ct_open import OpenCt


class CtSession(OpenCt):
    """The open CT with its pictures; knows no widgets, so that any page may ask it."""

    def miniature(self, site: PlannedSite, size: int = 96) -> QImage | None:
        """A small picture around the target of `site`; None when its CT is not open."""
        if not isinstance(site.place, CtPlace) or not self.standing(site.place.anchor).drawn:
            return None
        return ct_pictures.miniature(self, site, site.place.target, size)

    def slice_pictures(self, visit: Visit) -> dict[str, QImage]:
        """Each annotated slice as a picture to export, by file name.

        Annotations of a CT that is not open have no picture; their words are in the other
        files of the export.
        """
        return ct_pictures.slice_pictures(self, visit) if self.is_open else {}
