"""From figure units to pixels and back; where the letters R and L stand.  Pure arithmetic."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from painmap.bodymap.figure import BodyView
from painmap.domain.anatomy import Side
from painmap.domain.places import FigurePoint

HALF_WIDTH = 262.0
"""Figure units from the midline to the edge of what is always shown: hands and letters."""
TOP, BOTTOM = -14.0, 1014.0
"""Figure units shown above the vertex and below the soles."""
MIDDLE = FigurePoint(0.0, (TOP + BOTTOM) / 2)
ROOM = 0.05
"""Share of a zoom's size that is shown around it."""
FLANK_SHARE_X, FLANK_SHARE_Y = 0.45, 0.22
"""Where a letter stands in a zoom: so far from the middle, and so far down, of its size."""
MOST_ZOOM = 8.0
FLANK_X, FLANK_Y = 206.0, 236.0
"""Where a flank's letter stands when everything is shown: beside the upper arm."""
LETTER_MARGIN_PX = 20.0
"""A letter that would leave the picture stays this far from its edge."""


class Pixel(NamedTuple):
    x: float
    y: float


class Frame(NamedTuple):
    """What is always shown of a view, figure units."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> FigurePoint:
        return FigurePoint((self.left + self.right) / 2, (self.top + self.bottom) / 2)


WHOLE = Frame(-HALF_WIDTH, TOP, HALF_WIDTH, BOTTOM)


def frame_of(view: BodyView) -> Frame:
    """A whole figure at its fixed scale; a zoom as large as it goes."""
    if view.kind == "whole":
        return WHOLE
    x, y, width, height = view.bounds
    dx, dy = width * ROOM, height * ROOM
    return Frame(x - dx, y - dy, x + width + dx, y + height + dy)


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
    frame : Frame
        What is shown at zoom 1.
    """

    width: float
    height: float
    zoom: float = 1.0
    centre: FigurePoint = MIDDLE
    frame: Frame = WHOLE

    @property
    def scale(self) -> float:
        """Pixels a figure unit."""
        left, top, right, bottom = self.frame
        whole = min(self.width / (right - left), self.height / (bottom - top))
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
        return replace(self, zoom=1.0, centre=self.frame.middle)

    def framed(self, frame: Frame) -> "Camera":
        """Look at another frame; at the same one, zoom and place stay."""
        return self if frame == self.frame else replace(self, frame=frame).fitted()

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
        left, top, right, bottom = self.frame
        middle = self.frame.middle
        free_x = max(0.0, (right - left) / 2 - half_x)
        free_y = max(0.0, (bottom - top) / 2 - half_y)
        return replace(
            self,
            centre=FigurePoint(
                min(max(self.centre.x + x, middle.x - free_x), middle.x + free_x),
                min(max(self.centre.y + y, middle.y - free_y), middle.y + free_y),
            ),
        )

    def shows(self, point: FigurePoint) -> bool:
        at = self.pixel(point)
        return 0 <= at.x <= self.width and 0 <= at.y <= self.height


def flank_letters(
    viewers_left: Side,
    camera: Camera,
    margin: float = LETTER_MARGIN_PX,
    *,
    viewers_right: Side | None = None,
) -> tuple[Letter, Letter]:
    """Place the patient's R and L on both flanks, the one at the viewer's left first.

    They never leave the picture, stay `margin` pixels from its edge, and never change places.
    A view of one side only has that side's letter on both flanks.
    """
    other = viewers_left.mirrored if viewers_right is None else viewers_right
    if camera.frame == WHOLE:
        left, right = FigurePoint(-FLANK_X, FLANK_Y), FigurePoint(FLANK_X, FLANK_Y)
    else:
        x0, y0, x1, y1 = camera.frame
        aside, y = FLANK_SHARE_X * (x1 - x0), y0 + FLANK_SHARE_Y * (y1 - y0)
        middle = camera.frame.middle.x
        left, right = FigurePoint(middle - aside, y), FigurePoint(middle + aside, y)
    return (
        _letter(viewers_left, left, camera, -1, margin),
        _letter(other, right, camera, 1, margin),
    )


def _letter(side: Side, flank: FigurePoint, camera: Camera, outwards: int, margin: float) -> Letter:
    wanted = camera.pixel(flank)
    x = min(max(wanted.x, margin), camera.width - margin)
    y = min(max(wanted.y, margin), camera.height - margin)
    # two letters on one spot, or the R left of the L's place, would name the wrong side
    x = min(x, camera.width / 2 - margin) if outwards < 0 else max(x, camera.width / 2 + margin)
    beyond = outwards if not 0 <= wanted.x <= camera.width else 0
    return Letter(side.word[0], Pixel(x, y), beyond)
