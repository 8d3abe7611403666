"""From figure units to pixels and back; where the letters R and L stand.  Pure arithmetic."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint

HALF_WIDTH = 262.0
"""Figure units from the midline to the edge of what is always shown: hands and letters."""
TOP, BOTTOM = -14.0, 1014.0
"""Figure units shown above the vertex and below the soles."""
MIDDLE = FigurePoint(0.0, (TOP + BOTTOM) / 2)
MOST_ZOOM = 8.0
FLANK_X, FLANK_Y = 206.0, 236.0
"""Where a flank's letter stands when everything is shown: beside the upper arm."""
LETTER_MARGIN_PX = 20.0
"""A letter that would leave the picture stays this far from its edge."""


class Pixel(NamedTuple):
    x: float
    y: float


class Letter(NamedTuple):
    """A permanent side letter.

    Attributes
    ----------
    text : str
        "R" or "L", the patient's.
    at : Pixel
        Its middle.
    beyond : int
        -1 or 1 when that flank lies outside the picture, to its left or right; else 0.
    """

    text: str
    at: Pixel
    beyond: int


@dataclass(frozen=True, slots=True)
class Camera:
    """Which part of the figure is shown how large.

    Parameters
    ----------
    width, height : float
        Pixels of the picture.
    zoom : float
        1: the whole figure fits.
    centre : FigurePoint
        What lies in the middle of the picture.
    """

    width: float
    height: float
    zoom: float = 1.0
    centre: FigurePoint = MIDDLE

    @property
    def scale(self) -> float:
        """Pixels a figure unit."""
        whole = min(self.width / (2 * HALF_WIDTH), self.height / (BOTTOM - TOP))
        return max(whole, 1e-3) * self.zoom

    def pixel(self, point: FigurePoint) -> Pixel:
        return Pixel(
            self.width / 2 + (point.x - self.centre.x) * self.scale,
            self.height / 2 + (point.y - self.centre.y) * self.scale,
        )

    def figure(self, x: float, y: float) -> FigurePoint:
        return FigurePoint(
            self.centre.x + (x - self.width / 2) / self.scale,
            self.centre.y + (y - self.height / 2) / self.scale,
        )

    def resized(self, width: float, height: float) -> "Camera":
        return replace(self, width=width, height=height)

    def fitted(self) -> "Camera":
        return replace(self, zoom=1.0, centre=MIDDLE)

    def zoomed(self, factor: float, x: float, y: float) -> "Camera":
        """Zoom so that what lies under the pixel (x, y) stays under it."""
        zoom = min(max(self.zoom * factor, 1.0), MOST_ZOOM)
        if zoom == 1.0:
            return self.fitted()
        under = self.figure(x, y)
        closer = replace(self, zoom=zoom)
        now = closer.figure(x, y)
        return closer._moved(under.x - now.x, under.y - now.y)

    def panned(self, right_px: float, down_px: float) -> "Camera":
        """Move the figure with the hand."""
        return self._moved(-right_px / self.scale, -down_px / self.scale)

    def _moved(self, x: float, y: float) -> "Camera":
        """Move the centre, but never off the figure."""
        half_x, half_y = self.width / 2 / self.scale, self.height / 2 / self.scale
        free_x = max(0.0, HALF_WIDTH - half_x)
        free_y = max(0.0, (BOTTOM - TOP) / 2 - half_y)
        return replace(
            self,
            centre=FigurePoint(
                min(max(self.centre.x + x, -free_x), free_x),
                min(max(self.centre.y + y, MIDDLE.y - free_y), MIDDLE.y + free_y),
            ),
        )

    def shows(self, point: FigurePoint) -> bool:
        at = self.pixel(point)
        return 0 <= at.x <= self.width and 0 <= at.y <= self.height


def flank_letters(
    viewers_left: Side, camera: Camera, margin: float = LETTER_MARGIN_PX
) -> tuple[Letter, Letter]:
    """Place the patient's R and L on both flanks, the one at the viewer's left first.

    They never leave the picture, stay `margin` pixels from its edge, and never change places.
    """
    return (
        _letter(viewers_left, FigurePoint(-FLANK_X, FLANK_Y), camera, -1, margin),
        _letter(viewers_left.mirrored, FigurePoint(FLANK_X, FLANK_Y), camera, 1, margin),
    )


def _letter(side: Side, flank: FigurePoint, camera: Camera, outwards: int, margin: float) -> Letter:
    wanted = camera.pixel(flank)
    x = min(max(wanted.x, margin), camera.width - margin)
    y = min(max(wanted.y, margin), camera.height - margin)
    # two letters on one spot, or the R left of the L's place, would name the wrong side
    x = min(x, camera.width / 2 - margin) if outwards < 0 else max(x, camera.width / 2 + margin)
    beyond = outwards if not 0 <= wanted.x <= camera.width else 0
    return Letter(side.word[0], Pixel(x, y), beyond)
