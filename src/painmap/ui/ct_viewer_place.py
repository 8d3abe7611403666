"""Where the doctor is on the pictures of a CT, in JSON terms, and the way back there."""

from collections.abc import Mapping
from typing import Any

from painmap.domain.places import PatientPoint
from painmap.ui.ct_slab import kept, restored
from painmap.ui.ct_viewer import CtViewer


def seen_of(viewer: CtViewer) -> dict[str, Any]:
    """Crosshair, slice, window, slab, arrangement, and what is seen of each view."""
    session, cross = viewer.session, viewer.cross
    window = session.window
    return {
        "cross": None if cross is None else [round(part, 3) for part in cross],
        "index": viewer.index(viewer.native),
        "turned": viewer.turning.by_hand,
        "grid": viewer.planes.is_grid,
        "slab": kept(session.slab),
        "window": [round(window.width), round(window.level)],
        "zoom": {
            name: [round(view.zoom, 4), *(round(part, 2) for part in view.centre)]
            for name, view in viewer.views.items()
            if view.placement is not None
        },
    }


def go_back(viewer: CtViewer, place: Mapping[str, Any]) -> None:
    """Go back to where `place` says, as far as it still exists."""
    cross, window = place.get("cross"), place.get("window")
    if (turned := place.get("turned")) is not None:
        viewer.turning.turn_by_hand(turned=bool(turned))
    viewer.use_grid(grid=bool(place.get("grid")))
    viewer.use_slab(restored(place.get("slab")))
    if window:
        viewer.set_window(float(window[0]), float(window[1]))
    if cross and viewer.session.stack.has_geometry:
        viewer.look_at(PatientPoint(*(float(part) for part in cross)))
    elif "index" in place:
        viewer.go_to(viewer.native, int(place["index"]))
    viewer.draw()
    for name, view in viewer.views.items():
        seen = place.get("zoom", {}).get(name)
        if seen and view.placement is not None:
            view.set_view(float(seen[0]), (float(seen[1]), float(seen[2])))
