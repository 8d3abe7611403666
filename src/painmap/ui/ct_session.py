"""What other pages ask of the open CT: miniatures, pictures to export, measures."""

from collections.abc import Iterator, Mapping

from PySide6.QtGui import QImage

from painmap.domain.anatomy import Muscle
from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.places import CtAnchor, StackKey
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume
from painmap.services.studies import StudyOnDisk
from painmap.ui import ct_pictures
from painmap.ui.ct_open import OpenCt

KEPT_BYTES = 768 * 2**20
"""So much of the stacks of one study is kept in memory beside the one that is shown."""


class CtSession(OpenCt):
    """The open CT with its pictures; knows no widgets, so that any page may ask it.

    Stacks of the open study that were read once are kept, as far as memory allows: a series
    of many blocks is leafed through at once, and exported with all that was marked on it.
    """

    def __init__(self, muscles: Mapping[str, Muscle]) -> None:
        super().__init__(muscles)
        self._kept: dict[StackKey, OpenCt] = {}

    def open(self, volume: Volume, disk: StudyOnDisk, study: AttachedStudy | None) -> None:
        known = self.study
        if known is None or study is None or known.study_uid != study.study_uid:
            self._kept.clear()
        super().open(volume, disk, study)
        self.keep(volume)

    def close(self) -> None:
        self._kept.clear()
        super().close()

    def refill(self, volume: Volume) -> None:
        super().refill(volume)
        self._kept[volume.stack.key].refill(volume)
        if volume.is_complete:
            self._tell()

    def take_away(self) -> None:
        """Forget the stack that is shown, which was not read to its end."""
        if self.key is not None:
            self._kept.pop(self.key, None)

    # --- other stacks of the study

    def keep(self, volume: Volume) -> None:
        """Keep another stack of the open study."""
        if self.disk is None:
            return
        key = volume.stack.key
        self._kept.pop(key, None)
        beside = OpenCt(self.muscles)
        beside.open(volume, self.disk, self.study)
        self._kept[key] = beside
        for old in list(self._kept):
            if sum(map(_bytes, self._kept.values())) <= KEPT_BYTES:
                break
            if old not in (key, self.key):
                del self._kept[old]

    def kept(self, stack: Stack) -> Volume | None:
        """The pixels of `stack`, if they were read before."""
        found = self._kept.get(stack.key)
        return found.volume if found is not None else None

    def annotated_elsewhere(self, visit: Visit) -> tuple[Stack, ...]:
        """Stacks of the open study that something was marked on and that are not read yet."""
        if self.disk is None or self.study is None:
            return ()
        keys = {anchor.stack_key for anchor in anchors_of(visit)} - set(self._kept)
        return tuple(stack for stack in self.disk.all_stacks if stack.key in keys)

    @property
    def opened(self) -> tuple[OpenCt, ...]:
        """Every stack that is read, for whoever paints a picture of one."""
        return tuple(self._opened())

    def _opened(self) -> Iterator[OpenCt]:
        """Every stack that is read, in the order of series and blocks."""
        order = {} if self.disk is None else {s.key: n for n, s in enumerate(self.disk.stacks)}
        for key in sorted(self._kept, key=lambda key: order.get(key, len(order))):
            self._kept[key].window = self.window
            yield self._kept[key]

    # --- pictures and measures

    def miniature(self, site: PlannedSite, size: int = 96) -> QImage | None:
        """A small picture around the target of `site`; None when its CT is not open."""
        if not isinstance(site.place, CtPlace):
            return None
        for opened in self._opened():
            if opened.is_on(site.place.anchor):
                return ct_pictures.miniature(opened, site.place.target, size)
        return None

    def in_memory(self) -> dict[StackKey, tuple[Volume, StudyOnDisk]]:
        """Stacks that are read, all their slices, for whoever paints them all."""
        return {
            key: (opened.volume, opened.disk)
            for key, opened in self._kept.items()
            if opened.volume is not None and opened.disk is not None and not opened.is_filling
        }


def anchors_of(visit: Visit) -> tuple[CtAnchor, ...]:
    """What the live targets, outlines and muscles of a visit hang on."""
    return (
        *(
            site.place.anchor
            for site in visit.live_planned_sites
            if isinstance(site.place, CtPlace)
        ),
        *(outline.anchor for outline in visit.live_outlines),
        *(muscle.anchor for muscle in visit.live_compartments),
    )


def _bytes(opened: OpenCt) -> int:
    return 0 if opened.volume is None else int(opened.volume.hu.nbytes)
