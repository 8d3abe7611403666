"""A muscle's compartment on CT: one object over all slices, fat inside it included."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from painmap.domain.anatomy import Side
from painmap.domain.injection import NOT_CHECKED, SideCheck
from painmap.domain.items import UNSTAMPED, Stamp
from painmap.domain.places import CtAnchor, Sha256


class CompartmentStatus(StrEnum):
    """How far the doctor stands behind it; the value is the word for people."""

    PROPOSED = "proposed"
    EDITED = "edited"
    ACCEPTED = "accepted"


class AreaOrigin(StrEnum):
    """How the area on one slice came about.

    What was drawn, painted or imported is kept; what was filled follows it and is filled
    again when it changes.
    """

    DRAWN = "drawn"
    PAINTED = "painted"
    COPIED = "copied"
    MIRRORED = "mirrored"
    IMPORTED = "imported"
    PROPOSED = "proposed"
    FILLED = "filled"


@dataclass(frozen=True, slots=True)
class SliceArea:
    """What of a slice belongs to the compartment.

    Parameters
    ----------
    k : int
        The slice in its stack, whose `StackKey` the compartment's anchor names.
    mask : Sha256
        The mask's blob (`imaging.slice_mask.SliceMask.encoded`).
    origin : AreaOrigin
    """

    k: int
    mask: Sha256
    origin: AreaOrigin

    def __post_init__(self) -> None:
        if self.k < 0:
            raise ValueError(f"there is no slice {self.k}")


PROPOSAL = "proposal"
"""The format of what the program itself proposed."""


@dataclass(frozen=True, slots=True)
class LabelSource:
    """What a compartment was taken in from; it stays when the muscle is edited.

    Parameters
    ----------
    format : str
        For people ("NIfTI label map"), or `PROPOSAL`.
    names : tuple of str
        What the map calls it; several that were joined.
    made_by : str
        Program or person that drew it, as the map says; empty where it does not.
    resampled : bool
        It lay on another grid and was brought to the nearest voxels.
    remark : str
        What else the label holds; empty for nothing.
    """

    format: str
    names: tuple[str, ...]
    made_by: str = ""
    resampled: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Compartment:
    """A muscle of one side on one stack.

    Parameters
    ----------
    anchor : CtAnchor
        The stack; its slice is the lowest one that holds something.
    areas : tuple of SliceArea
        At least one, by k, each k once.
    colour : int
        Number in the palette of muscles; what it looks like is the theme's.
    visible, locked : bool
        A locked compartment is not changed until it is unlocked.
    opacity : int
        Of its filling, in percent.
    source : LabelSource or None
        None: it was not taken in from a label map.
    """

    id: UUID
    muscle_id: str
    side: Side
    anchor: CtAnchor
    areas: tuple[SliceArea, ...]
    status: CompartmentStatus = CompartmentStatus.EDITED
    colour: int = 0
    visible: bool = True
    locked: bool = False
    opacity: int = 30
    side_check: SideCheck = NOT_CHECKED
    note: str = ""
    source: LabelSource | None = None
    entered_in_error: str = ""
    stamp: Stamp = UNSTAMPED

    def __post_init__(self) -> None:
        ks = [area.k for area in self.areas]
        if not ks:
            raise ValueError("a compartment has at least one slice")
        if ks != sorted(set(ks)):
            raise ValueError("the slices of a compartment go up, each once")
        if not 0 <= self.opacity <= 100:
            raise ValueError(f"an opacity of {self.opacity} percent")
        if self.colour < 0:
            raise ValueError(f"colour {self.colour}")

    def area_at(self, k: int) -> SliceArea | None:
        """What of slice `k` belongs to it."""
        return next((area for area in self.areas if area.k == k), None)

    @property
    def keys(self) -> tuple[SliceArea, ...]:
        """The areas that a fill starts from: all that was not itself filled."""
        return tuple(area for area in self.areas if area.origin is not AreaOrigin.FILLED)
