"""The spine of a study: its midline and levels, and how far the doctor stands behind them.

Whoever needs a side, an offset, a mirrored place, the clinic's words or a level asks here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from painmap.domain.anatomy import Level
from painmap.domain.injection import (
    LEVEL_AS_ENTERED,
    Landmark,
    LandmarkStatus,
    LevelBasis,
    LevelCheck,
    LevelCount,
    Transitional,
)
from painmap.domain.places import CtAnchor, PatientPoint
from painmap.domain.sentences import spine_sentence
from painmap.domain.visit import Visit
from painmap.imaging.geometry import PlaneGeometry
from painmap.imaging.spine_count import odd_steps
from painmap.imaging.spine_line import SpineLine, SpineMark, SpinePlace

UNCERTAIN = LevelCheck(LevelBasis.UNCERTAIN)


@dataclass(frozen=True, slots=False)
class Spine:
    """Landmarks of one frame of reference, with the count of their levels.

    Parameters
    ----------
    landmarks : tuple of Landmark
        Recorded ones, or those of a proposal that nobody has touched yet.
    count : LevelCount or None
        None: nothing was counted; levels are as the landmarks have them.
    recorded : bool
        False for a proposal that is shown and not stored.
    """

    landmarks: tuple[Landmark, ...] = ()
    count: LevelCount | None = None
    recorded: bool = True

    @property
    def proposed(self) -> tuple[Landmark, ...]:
        """The landmarks that the doctor has not confirmed."""
        return tuple(each for each in self.landmarks if each.status is LandmarkStatus.PROPOSED)

    @property
    def is_proposal(self) -> bool:
        """Whether something in it is only proposed."""
        return bool(self.proposed)

    @cached_property
    def line(self) -> SpineLine | None:
        """The midline through all landmarks, proposed ones too: to be shown as what it is."""
        return line_of(self.landmarks)

    @cached_property
    def doctors_landmarks(self) -> tuple[Landmark, ...]:
        """Those that the doctor marked or confirmed."""
        return tuple(each for each in self.landmarks if each.status is not LandmarkStatus.PROPOSED)

    @cached_property
    def doctors_line(self) -> SpineLine | None:
        """The midline through what the doctor marked or confirmed: sides are read from it."""
        return line_of(self.doctors_landmarks)

    @cached_property
    def odd_words(self) -> tuple[str, ...]:
        """What in levels and distances does not fit, sentence by sentence."""
        return tuple(each.words for each in odd_steps(marks_of(self.landmarks)))

    # --- levels

    @property
    def counts_certainly(self) -> bool:
        """Whether named levels count as the doctor's: confirmed, and no transitional doubt.

        Levels without a count were named one by one, by an older version.
        """
        return not self.is_proposal and (self.count is None or self.count.is_certain)

    def place_of(self, point: PatientPoint) -> SpinePlace | None:
        return self.line.place_of(point) if self.line is not None else None

    def is_certain(self, point: PatientPoint) -> bool:
        """Whether the level in the words of a place is the doctor's, with nothing odd about it."""
        place = self.place_of(point)
        if place is None or place.level is None or not self.counts_certainly:
            return False
        odd = odd_steps(marks_of(self.landmarks))
        return not any(place.level in each.levels for each in odd)

    def levels_at(self, point: PatientPoint) -> tuple[Level, ...]:
        """The levels that a place may rightly be said to be at, its vertebral body's first.

        The tip of a spinous process hangs half a vertebra lower than its body, so that behind
        one body the process of the vertebra above it lies.
        """
        if self.line is None or not self.is_certain(point):
            return ()
        place = self.place_of(point)
        found = (self.line.level_at(point), place.level if place is not None else None)
        return tuple(dict.fromkeys(level for level in found if level is not None))

    def check_level(self, level: Level | None, points: Sequence[PatientPoint]) -> LevelCheck:
        """Hold a level that was entered against the spine at all of `points`."""
        if level is None:
            return LEVEL_AS_ENTERED
        if not points or not all(map(self.is_certain, points)):
            return UNCERTAIN
        found = [self.levels_at(point) for point in points]
        if not all(found):
            return UNCERTAIN
        if any(level in levels for levels in found):
            return LevelCheck(LevelBasis.AGREES, level)
        return LevelCheck(LevelBasis.DIFFERS, found[0][0])

    def level_of_slice(self, plane: PlaneGeometry | None) -> Level | None:
        """The level to which a slice belongs; None where that is uncertain or not confirmed."""
        if plane is None or self.line is None or not self.counts_certainly:
            return None
        return self.line.level_of_plane(plane)

    # --- words

    @property
    def words(self) -> str:
        """How the levels were counted; empty where they were not."""
        return "" if self.count is None else spine_sentence(self.count, self.landmarks)


NO_SPINE = Spine()


def marks_of(landmarks: Iterable[Landmark]) -> tuple[SpineMark, ...]:
    return tuple(SpineMark(each.point, each.level, each.kind) for each in landmarks)


def line_of(landmarks: Iterable[Landmark]) -> SpineLine | None:
    """The midline through landmarks of one frame; None without any."""
    return _line(marks_of(landmarks))


@lru_cache(maxsize=16)
def _line(marks: tuple[SpineMark, ...]) -> SpineLine | None:
    return SpineLine(marks) if marks else None


def spine_in(visit: Visit, anchor: CtAnchor) -> Spine:
    """The spine that is recorded in the frame of reference of `anchor`; its CT need not be open."""
    frame = (anchor.study_uid, anchor.frame_of_reference_uid)

    def same(other: CtAnchor) -> bool:
        return (other.study_uid, other.frame_of_reference_uid) == frame

    return Spine(
        tuple(each for each in visit.live_landmarks if same(each.anchor)),
        latest_count(each for each in visit.live_level_counts if same(each.anchor)),
    )


def latest_count(counts: Iterable[LevelCount]) -> LevelCount | None:
    """Of several counts, made in visits that did not know of each other, the last one."""
    return max(counts, key=lambda each: (each.stamp.at, each.id), default=None)


def transitional_of(spine: Spine) -> Transitional:
    return spine.count.transitional if spine.count is not None else Transitional.NOT_ASKED
