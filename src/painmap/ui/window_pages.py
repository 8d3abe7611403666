"""The five pages of the window."""

from collections.abc import Mapping
from dataclasses import dataclass

from painmap.domain.edits import Page
from painmap.ui.ct_page import CtPage
from painmap.ui.finish_page import FinishPage
from painmap.ui.map_page import MapPage
from painmap.ui.pages import VisitPage
from painmap.ui.sites_page import SitesPage
from painmap.ui.today_page import TodayPage


@dataclass(frozen=True, slots=True)
class Pages:
    """The five pages of the window."""

    today: TodayPage
    map: MapPage
    ct: CtPage
    sites: SitesPage
    finish: FinishPage

    @property
    def by_step(self) -> Mapping[Page, VisitPage]:
        """The pages in the order of the steps."""
        every: tuple[VisitPage, ...] = (self.today, self.map, self.ct, self.sites, self.finish)
        return {each.page: each for each in every}
