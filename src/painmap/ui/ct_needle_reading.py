"""What needle paths read on the CT that is open, for every page that says it."""

from painmap.domain.injection import CtPlace, PlannedSite
from painmap.domain.needle_plan import PlannedPath
from painmap.domain.places import CtAnchor, PatientPoint
from painmap.domain.visit import Visit
from painmap.imaging.needle import NeedlePath
from painmap.services.needle_paths import path_sentence, plain_reading
from painmap.services.needle_words import PathReading, reading_of
from painmap.services.spine import Spine
from painmap.ui.ct_open import OpenCt
from painmap.ui.desk import Desk


class PathReader:
    """Reads paths of the open visit; where their CT is not open, without its voxels."""

    def __init__(self, desk: Desk, session: OpenCt) -> None:
        self._desk = desk
        self._session = session

    @property
    def _visit(self) -> Visit:
        return self._desk.open_visit.visit

    @property
    def spine(self) -> Spine:
        """The midline and levels of the open CT."""
        return self._session.spine(self._visit)

    def reading(self, plan: PlannedPath, site: PlannedSite) -> PathReading | None:
        """What a path reads; without what is crossed where its CT is not open."""
        volume, target = self._session.volume, target_of(site)
        if plan.entry == target:
            return None
        if volume is None or volume.geometry is None or not volume.stack.is_ct:
            return plain_reading(self._visit, plan)
        if not self._session.standing(plan.anchor).drawn:
            return plain_reading(self._visit, plan)
        standing = self._session.standing
        return reading_of(
            volume,
            plan,
            target,
            hazards=[each for each in self._visit.live_hazards if standing(each.anchor).drawn],
            spine=self.spine,
            study_day=self._session.study_date,
        )

    def reading_of_site(self, site: PlannedSite) -> PathReading | None:
        """What the path of any site reads; None without one."""
        plan = self._visit.path_of(site.id)
        return self.reading(plan, site) if plan is not None else None

    def words_of(self, site: PlannedSite) -> str:
        """What the right column says of a site's path; empty without one."""
        reading = self.reading_of_site(site)
        return path_sentence(reading) if reading is not None else ""


def anchor_of(site: PlannedSite) -> CtAnchor:
    """What a site on CT hangs on."""
    if not isinstance(site.place, CtPlace):
        raise TypeError("a site on CT was meant")
    return site.place.anchor


def target_of(site: PlannedSite) -> PatientPoint:
    """The target of a site that lies on CT."""
    if not isinstance(site.place, CtPlace):
        raise TypeError("a site on CT was meant")
    return site.place.target


def drawn_path(plan: PlannedPath | None, site: PlannedSite | None) -> NeedlePath | None:
    """The path of a target on CT; None where it has no length."""
    if plan is None or site is None or plan.entry == target_of(site):
        return None
    return NeedlePath(plan.entry, target_of(site), plan.position)
