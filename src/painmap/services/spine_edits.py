"""What a doctor does to a spine: take it from a proposal, name, confirm, add, move, remove.

Each gives what changes, as one step; whose sides and levels follow is added by who records it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from painmap.domain.anatomy import Level
from painmap.domain.ids import new_id
from painmap.domain.injection import (
    Landmark,
    LandmarkKind,
    LandmarkStatus,
    LevelCount,
    Transitional,
)
from painmap.domain.places import CtAnchor, PatientPoint
from painmap.imaging.spine_count import counted
from painmap.imaging.spine_proposal import SpineProposal
from painmap.services.spine import Spine, marks_of

MARKED, PROPOSED, CONFIRMED = (
    LandmarkStatus.MARKED,
    LandmarkStatus.PROPOSED,
    LandmarkStatus.CONFIRMED,
)


@dataclass(frozen=True, slots=True)
class SpineChange:
    """A spine before and after one gesture.

    Parameters
    ----------
    label : str
        For the undo entry.
    """

    label: str
    before: Spine
    after: Spine

    @property
    def put(self) -> tuple[Landmark | LevelCount, ...]:
        """What is new or different; all of it where nothing was stored before."""
        known = set(_items(self.before)) if self.before.recorded else set()
        return tuple(each for each in _items(self.after) if each not in known)

    @property
    def removed(self) -> frozenset[UUID]:
        if not self.before.recorded:
            return frozenset()
        kept = {each.id for each in _items(self.after)}
        return frozenset(each.id for each in _items(self.before)) - kept


def _items(spine: Spine) -> tuple[Landmark | LevelCount, ...]:
    return (*spine.landmarks, *((spine.count,) if spine.count is not None else ()))


def spine_of_proposal(proposal: SpineProposal, anchor: Callable[[PatientPoint], CtAnchor]) -> Spine:
    """What was found, as landmarks that are only proposed; nothing of it is stored.

    Parameters
    ----------
    anchor : callable
        Gives what a place hangs on.
    """
    landmarks: list[Landmark] = []
    for vertebra in proposal.vertebrae:
        places = (
            (LandmarkKind.SPINOUS_PROCESS, vertebra.tip),
            (LandmarkKind.VERTEBRAL_BODY, vertebra.body),
        )
        landmarks += [
            Landmark(new_id(), kind, anchor(at), at, vertebra.level, PROPOSED)
            for kind, at in places
            if at is not None
        ]
    named = next((each for each in landmarks if each.level is Level.L4), None)
    named = named or next((each for each in landmarks if each.level is not None), None)
    count = None
    if named is not None and named.level is not None:
        count = LevelCount(new_id(), named.anchor, named.id, named.level)
    return Spine(tuple(landmarks), count, recorded=False)


def named(spine: Spine, landmark_id: UUID, level: Level) -> SpineChange:
    """Say which level a landmark has; the others are counted from it."""
    mark = _landmark(spine, landmark_id)
    known = spine.count
    if known is None:
        count = LevelCount(new_id(), mark.anchor, mark.id, level, confirmed=not spine.is_proposal)
    else:
        count = replace(known, anchor=mark.anchor, landmark_id=mark.id, level=level)
    after = _recounted(replace(spine, count=count, recorded=True))
    return SpineChange(f"this is {level}", spine, after)


def answered(spine: Spine, transitional: Transitional) -> SpineChange:
    """Say whether there is a transitional vertebra.

    Raises
    ------
    ValueError
        No level was named yet.
    """
    if spine.count is None:
        raise ValueError("a transitional vertebra matters once a level is named")
    count = replace(spine.count, transitional=transitional)
    after = replace(spine, count=count, recorded=True)
    return SpineChange(f"transitional vertebra: {transitional.value}", spine, after)


def confirmed(spine: Spine, transitional: Transitional | None = None) -> SpineChange:
    """Stand behind every landmark and level that was proposed, with an answer if one is given."""
    landmarks = tuple(
        replace(each, status=CONFIRMED) if each.status is PROPOSED else each
        for each in spine.landmarks
    )
    count = spine.count
    if count is not None:
        answer = count.transitional if transitional is None else transitional
        count = replace(count, confirmed=True, transitional=answer)
    after = replace(spine, landmarks=landmarks, count=count, recorded=True)
    return SpineChange("confirm spine", spine, after)


def dropped(spine: Spine) -> SpineChange:
    """Take away what is only proposed."""
    after = replace(spine, landmarks=spine.doctors_landmarks, recorded=True)
    return SpineChange("drop the proposed spine", spine, _recounted(_with_named(after)))


def marked(
    spine: Spine,
    kind: LandmarkKind,
    anchor: CtAnchor,
    point: PatientPoint,
    level: Level | None = None,
) -> SpineChange:
    """Mark a spinous process or vertebral body by hand.

    Parameters
    ----------
    level : Level or None
        That the doctor says it has, where nothing says otherwise; the count goes before it.
    """
    mark = Landmark(new_id(), kind, anchor, point, level)
    after = replace(spine, landmarks=(*spine.landmarks, mark), recorded=True)
    if spine.count is None and level is not None:
        count = LevelCount(new_id(), anchor, mark.id, level, confirmed=not spine.is_proposal)
        after = replace(after, count=count)
    return SpineChange(f"mark {kind.value}", spine, _recounted(after))


def moved(spine: Spine, landmark_id: UUID, anchor: CtAnchor, point: PatientPoint) -> SpineChange:
    """Move a landmark; from then on it is the doctor's."""
    mark = replace(_landmark(spine, landmark_id), anchor=anchor, point=point, status=MARKED)
    return SpineChange(f"move {mark.kind.value}", spine, _recounted(_with(spine, mark)))


def of_kind(spine: Spine, landmark_id: UUID, kind: LandmarkKind) -> SpineChange:
    """Say that a landmark is a spinous process, or a vertebral body."""
    mark = replace(_landmark(spine, landmark_id), kind=kind, status=MARKED)
    return SpineChange(f"this is a {kind.value}", spine, _recounted(_with(spine, mark)))


def removed(spine: Spine, landmark_id: UUID) -> SpineChange:
    """Take a landmark away; the count goes on from one that is left."""
    mark = _landmark(spine, landmark_id)
    left = tuple(each for each in spine.landmarks if each.id != landmark_id)
    after = _with_named(replace(spine, landmarks=left, recorded=True))
    return SpineChange(f"remove {mark.kind.value}", spine, _recounted(after))


def _with(spine: Spine, mark: Landmark) -> Spine:
    landmarks = tuple(mark if each.id == mark.id else each for each in spine.landmarks)
    return replace(spine, landmarks=landmarks, recorded=True)


def _with_named(spine: Spine) -> Spine:
    """Let the count stand on a landmark that is still there; without a named one there is none."""
    count = spine.count
    if count is None or any(each.id == count.landmark_id for each in spine.landmarks):
        return spine
    heir = _heir(spine.landmarks, count.level)
    if heir is None or heir.level is None:
        return replace(spine, count=None)
    count = replace(count, anchor=heir.anchor, landmark_id=heir.id, level=heir.level)
    return replace(spine, count=count)


def _heir(landmarks: Sequence[Landmark], level: Level) -> Landmark | None:
    """The named landmark whose level is nearest to that of the one that is gone."""
    order = list(Level)

    def steps(mark: Landmark) -> int:
        return abs(order.index(mark.level) - order.index(level)) if mark.level is not None else 0

    named = [each for each in landmarks if each.level is not None]
    return min(named, key=steps, default=None)


def _recounted(spine: Spine) -> Spine:
    """Name the landmarks by counting; what the count does not reach keeps its level."""
    count = spine.count
    if count is None:
        return spine
    ids = [each.id for each in spine.landmarks]
    if count.landmark_id not in ids:
        return spine
    levels = counted(marks_of(spine.landmarks), ids.index(count.landmark_id), count.level)
    landmarks = tuple(
        each if level is None or each.level is level else replace(each, level=level)
        for each, level in zip(spine.landmarks, levels, strict=True)
    )
    return replace(spine, landmarks=landmarks)


def _landmark(spine: Spine, landmark_id: UUID) -> Landmark:
    return next(each for each in spine.landmarks if each.id == landmark_id)
