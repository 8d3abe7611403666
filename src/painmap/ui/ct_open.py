"""The CT that is open: its volume, its study, and what may be done with an annotation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np

from painmap.domain.anatomy import Muscle
from painmap.domain.compartment import Compartment
from painmap.domain.injection import Landmark, Outline
from painmap.domain.places import CtAnchor, PatientPoint, StackKey
from painmap.domain.study import AttachedStudy
from painmap.domain.visit import Visit
from painmap.imaging.contour import ContourMeasure, measure_contour
from painmap.imaging.errors import SeriesError, SeriesProblem
from painmap.imaging.reslice import (
    Plane,
    PlaneView,
    SliceImage,
    index_at,
    plane_image,
    plane_views,
    rectified,
)
from painmap.imaging.stack import Stack
from painmap.imaging.volume import Volume
from painmap.imaging.window import SOFT_TISSUE
from painmap.services.anchors import anchor_for, anchor_state, stack_of
from painmap.services.spine import Spine, latest_count
from painmap.services.studies import StudyOnDisk
from painmap.ui.ct_placement import Placement
from painmap.ui.ct_slab import SlabChoice
from painmap.ui.ct_words import why_look_only

MOST_REMEMBERED = 4096
"""Places whose slices are remembered; drawing asks for the same ones again and again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be done with an annotation while this CT is open.

    Parameters
    ----------
    drawn : bool
        Whether its points mean something in the open CT.
    reason : str
        Why it may not be changed; empty when it may.
    """

    drawn: bool
    reason: str = ""

    @property
    def editable(self) -> bool:
        return not self.reason


NOT_OPEN = Standing(False, "Its CT is not open.")
OTHER_STUDY = Standing(False, "It was marked on another CT study, which is not the one shown.")
OTHER_FRAME = Standing(
    False, "It was marked in another frame of reference: it is listed here, not drawn."
)
OTHER_STACK = Standing(True, "It was marked on another series of this study; open that to change.")


@dataclass(frozen=True, slots=True)
class HuRange:
    """The window: which Hounsfield units lie between black and white."""

    width: float = SOFT_TISSUE.width
    level: float = SOFT_TISSUE.level


class OpenCt:
    """What is open on the page CT, for every page that shows something of it.

    Parameters
    ----------
    muscles : mapping of str to Muscle
        To write names into pictures.
    """

    def __init__(self, muscles: Mapping[str, Muscle]) -> None:
        self.muscles = muscles
        self.volume: Volume | None = None
        self.disk: StudyOnDisk | None = None
        self.study: AttachedStudy | None = None
        self.window = HuRange()
        self.slab: SlabChoice | None = None
        """The slab that pictures show; what is measured is the slice in its middle."""
        self.remark, self.remark_warns = "", False
        """What stands on each of its pictures beside all else, and whether it warns."""
        self._key: StackKey | None = None
        self._views: dict[Plane, PlaneView] = {}
        self._across: set[StackKey] = set()
        """Tilted stacks whose resampled planes the doctor asked for."""
        self._steps: dict[Plane, float] = {}
        self._found: dict[tuple[Plane, PatientPoint], int | None] = {}
        self._listeners: list[Callable[[], None]] = []
        self.proposed_spine: Spine | None = None
        """What was found of the spine in this frame of reference and nobody has touched yet."""
        self._spine: tuple[object, Spine] | None = None
        self.middles: Callable[[Compartment], tuple[PatientPoint, ...]] = lambda _: ()
        """The middle of a muscle on each slice that was drawn of it; told by who has its masks."""

    # --- what is open

    def open(self, volume: Volume, disk: StudyOnDisk, study: AttachedStudy | None) -> None:
        """Show `volume`; without a study it is looked at only."""
        self.volume, self.disk, self.study = volume, disk, study
        self._key = volume.stack.key
        self._forget_places()
        self._use_planes()
        self._tell()

    def refill(self, volume: Volume) -> None:
        """Go on with the same stack in another array, or whole instead of filling."""
        if self.volume is None or self.volume.stack is not volume.stack:
            raise ValueError("another stack is open")
        self.volume = volume

    def close(self) -> None:
        self.volume = self.disk = self.study = self._key = None
        self._forget_places()
        self._tell()

    def _forget_places(self) -> None:
        self._views.clear()
        self._steps.clear()
        self._found.clear()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever another CT is open."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    @property
    def key(self) -> StackKey | None:
        """The name by content of the stack that is shown."""
        return self._key

    @property
    def is_open(self) -> bool:
        return self.volume is not None

    @property
    def stack(self) -> Stack:
        """The stack that is shown; asking while nothing is open is our own mistake."""
        if self.volume is None:
            raise RuntimeError("no CT is open")
        return self.volume.stack

    @property
    def is_filling(self) -> bool:
        """Whether slices of it are still on their way."""
        return self.volume is not None and not self.volume.is_complete

    @property
    def look_only(self) -> bool:
        return self.volume is not None and self.study is None

    @property
    def blocks(self) -> tuple[Stack, ...]:
        """The stacks of the series that is shown, in the order in which they are leafed through."""
        stacks = () if self.disk is None else self.disk.stacks
        uid = self.stack.series_uid
        return tuple(s for s in stacks if s.series_uid == uid and not s.is_localizer)

    def words_in_series(self, k: int) -> str:
        """Which slice of all blocks of a series it is; empty where there is one block."""
        blocks = self.blocks
        keys = [id(each) for each in blocks]
        if len(blocks) < 2 or id(self.stack) not in keys:
            return ""
        counts = [len(each.slices) for each in blocks]
        place = keys.index(id(self.stack))
        before = sum(counts[:place])
        return f"block {place + 1} of {len(blocks)}, slice {before + k + 1} of {sum(counts)}"

    @property
    def study_date(self) -> date | None:
        if self.study is not None:
            return self.study.study_date
        return self.stack.study_date if self.volume is not None else None

    @property
    def why_not_annotate(self) -> str:
        """Why nothing may be annotated; empty when it may."""
        if self.volume is None:
            return "No CT is open."
        if not self.stack.is_ct:
            return why_look_only(self.stack.modality)
        if self.study is None:
            return "This study is looked at only: nothing is attached or annotated."
        if self.disk is not None and self.disk.changed:
            return self.disk.changed
        if self.stack.resampled:
            return (
                "Resampled for looking: choose the slices as acquired, above, to mark or measure."
            )
        if not self.stack.has_geometry:
            return "This series does not say where it lies in the patient: nothing can be marked."
        return ""

    # --- planes

    @property
    def native(self) -> Plane:
        """The plane in which the slices were acquired."""
        return next(plane for plane, view in self._views.items() if view.native)

    @property
    def views(self) -> Mapping[Plane, PlaneView]:
        """The planes that can be shown."""
        return self._views

    def _use_planes(self) -> None:
        """Planes across tilted slices are drawn between the pixels: shown only when asked for."""
        views = plane_views(self.stack)
        asked = self._key in self._across
        self._views = {view.plane: view for view in views if asked or not view.resampled}

    def show_across(self) -> None:
        """Have the planes across tilted slices too, as long as the program runs."""
        if self._key is not None:
            self._across.add(self._key)
            self._use_planes()

    def image(self, plane: Plane, index: int) -> SliceImage:
        if self.volume is None:
            raise RuntimeError("no CT is open")
        return plane_image(self.volume, plane, index)

    def placement(self, image: SliceImage, *, turned: bool = False) -> Placement:
        """How a picture lies in its view; `turned` by 180 degrees."""
        rows, columns = image.pixels.shape
        spacing = self.stack.slices[0].pixel_spacing
        return Placement((rows, columns), image.geometry, spacing, turned)

    def index_of(self, plane: Plane, point: PatientPoint) -> int | None:
        """The picture of `plane` that is nearest to `point`."""
        asked = (plane, point)
        if asked not in self._found:
            if len(self._found) > MOST_REMEMBERED:
                self._found.clear()
            self._found[asked] = index_at(self.stack, plane, point)
        return self._found[asked]

    def step_mm(self, plane: Plane) -> float:
        """Millimetres from one picture of `plane` to the next."""
        if plane not in self._steps:
            self._steps[plane] = self._step(plane)
        return self._steps[plane]

    def _step(self, plane: Plane) -> float:
        geometry = self.stack.geometry
        if geometry is None:
            return self.stack.slices[0].slice_thickness or 1.0
        view = self.views[plane]
        if view.native:
            return geometry.spacing_mm[0]
        steps = (rectified(geometry) if view.resampled else geometry).patient_from_index[:3, :3]
        axis = {Plane.SAGITTAL: 0, Plane.CORONAL: 1, Plane.AXIAL: 2}[plane]
        return float(np.abs(steps[axis]).max())

    def hu_at(self, image: SliceImage, at: tuple[float, float]) -> float | None:
        """Hounsfield units of the pixel (row, column) under the pointer.

        None in padding, and where the slice is not there yet (`is_missing`).
        """
        row, column = round(at[0]), round(at[1])
        rows, columns = image.pixels.shape
        if self.volume is None or not (0 <= row < rows and 0 <= column < columns):
            return None
        if is_missing(image, at) or self._is_padding(image, row, column):
            return None
        return float(image.pixels[row, column])

    def _is_padding(self, image: SliceImage, row: int, column: int) -> bool:
        if self.volume is None or self.volume.padding is None or image.geometry is None:
            return False
        point = image.geometry.patient_point(row, column)
        if self.volume.geometry is not None:
            return self.volume.hu_at(point) is None
        stored = self.volume.slice_geometry(image.index)
        if stored is None:
            return False
        j, i = np.rint(stored.pixels_of(point)[0]).astype(int)
        return self.volume.hu_of(image.index, int(j), int(i)) is None

    # --- annotations

    def anchor(self, point: PatientPoint) -> CtAnchor:
        """What an annotation at `point` hangs on: the nearest slice as acquired."""
        return anchor_for(self.stack, self.index_of(self.native, point) or 0)

    def standing(self, anchor: CtAnchor) -> Standing:
        """What may be done with an annotation that hangs on `anchor`."""
        if self.volume is None or self.disk is None:
            return NOT_OPEN
        stack = self.stack
        if self.study is None or anchor.study_uid != self.study.study_uid:
            return OTHER_STUDY
        if anchor.frame_of_reference_uid != stack.frame_of_reference_uid:
            return OTHER_FRAME
        if self.disk.changed:
            return Standing(True, self.disk.changed)
        same_series = anchor.series_uid == stack.series_uid
        if same_series and anchor.stack_key == self._key:
            return Standing(True)
        if anchor.frame_of_reference_uid is None and not same_series:
            return OTHER_FRAME
        state = anchor_state(anchor, stack_of(anchor, self.disk.all_stacks))
        return OTHER_STACK if state.fits else Standing(True, f"Read-only: {state.reason}")

    def is_on(self, anchor: CtAnchor) -> bool:
        """Whether `anchor` hangs on the open stack itself."""
        standing = self.standing(anchor)
        return standing.drawn and standing != OTHER_STACK

    def landmarks(self, visit: Visit) -> tuple[Landmark, ...]:
        """The spinous processes that sides are measured from in the open CT."""
        return tuple(each for each in visit.live_landmarks if self.standing(each.anchor).drawn)

    def spine(self, visit: Visit) -> Spine:
        """The spine of the open CT: what is recorded, else what is proposed, else nothing."""
        # pictures ask for it whenever they are drawn
        now = (visit.landmarks, visit.level_counts, visit.studies, self._key, self.proposed_spine)
        if self._spine is None or self._spine[0] != now:
            self._spine = (now, self._spine_of(visit))
        return self._spine[1]

    def _spine_of(self, visit: Visit) -> Spine:
        marks = self.landmarks(visit)
        counts = (each for each in visit.live_level_counts if self.standing(each.anchor).drawn)
        proposed = self.proposed_spine
        if marks or proposed is None or not proposed.landmarks:
            return Spine(marks, latest_count(counts))
        # it was found on one series, and may be looked at on another of the same frame
        drawn = self.standing(proposed.landmarks[0].anchor).drawn
        return proposed if drawn else Spine()

    def measure(self, outline: Outline) -> ContourMeasure | None:
        """What `outline` encloses; None when its slice is not open or cannot be measured."""
        if self.volume is None or not self.standing(outline.anchor).editable:
            return None
        index = self.index_of(self.native, outline.points[0])
        if index is None:
            return None
        try:
            return measure_contour(self.volume, self.native, index, outline.points)
        except SeriesError:
            return None

    def waits_for(self, outline: Outline) -> bool:
        """Whether `outline` can be measured once its slices have been read."""
        if self.volume is None or not self.standing(outline.anchor).editable:
            return False
        index = self.index_of(self.native, outline.points[0])
        if index is None:
            return False
        try:
            measure_contour(self.volume, self.native, index, outline.points)
        except SeriesError as error:
            return error.problem is SeriesProblem.STILL_LOADING
        return False

    def measures(self, visit: Visit) -> dict[UUID, ContourMeasure]:
        """What every live outline of `visit` encloses, as far as its CT is open."""
        found = {each.id: self.measure(each) for each in visit.live_outlines}
        return {key: value for key, value in found.items() if value is not None}

    def use_window(self, width: float, level: float) -> None:
        self.window = replace(self.window, width=width, level=level)


def is_missing(image: SliceImage, at: tuple[float, float]) -> bool:
    """Whether the slice of the pixel (row, column) has not been read yet."""
    if image.missing is None:
        return False
    row, column = round(at[0]), round(at[1])
    rows, columns = image.missing.shape
    return 0 <= row < rows and 0 <= column < columns and bool(image.missing[row, column])
