"""Marks drawn on a zoom, as they show on the view that it magnifies."""

from dataclasses import replace

from painmap.bodymap.erasing import area_shape
from painmap.bodymap.figure import BodyTemplate
from painmap.domain.pain import Mark, RegionShape
from painmap.domain.visit import Visit


def from_zooms(visit: Visit, template: BodyTemplate, view: str) -> tuple[Mark, ...]:
    """The marks of the zooms of `view`: a zoom shares the places of its parent.

    A finer region that the parent does not have is shown as the area that it is; the mark
    itself, and its id, stay those of the zoom.
    """
    found = []
    for mark in visit.marks:
        if mark.view == view or mark.template != template.ref:
            continue
        zoom = template.views[mark.view]
        if zoom.parent != view:
            continue
        if isinstance(mark.shape, RegionShape):
            area = area_shape(zoom, zoom.region(mark.shape.region_id).shape)
            if area is not None:
                found.append(replace(mark, shape=area))
        else:
            found.append(mark)
    return tuple(found)
