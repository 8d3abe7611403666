"""The anatomical position: upright, arms a little off the body, palms forward, calm hands."""

from collections.abc import Callable

import mesh
import numpy as np

Floats = mesh.Floats

ARM_FROM_BODY = 16.5
FOREARM_FROM_BODY = 21.0
HAND_FROM_BODY = 15.0
"""Degrees between the vertical and the upper arm, the forearm and the hand (carrying angle)."""
KNEE_OUT, ANKLE_OUT = 0.0, -1.0
"""Degrees by which thigh and leg point away from the midline."""
FOOT_OUT, FOOT_DOWN = 9.0, 25.0
"""Degrees by which the feet turn out, and point down so that their upper side is seen."""
FINGER_FAN = {1: 33.0, 2: 6.5, 3: 0.5, 4: -5.0, 5: -12.0}
"""Degrees from the line of the hand towards the thumb, in the plane of the palm."""
FINGER_BEND = {1: (14.0, 10.0, 6.0), 2: (4, 8, 8), 3: (5, 10, 9), 4: (7, 11, 10), 5: (9, 11, 10)}
"""Degrees towards the palm, of each phalanx in turn."""


def _between(start: Floats, end: Floats) -> Floats:
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    axis = np.cross(start, end)
    if np.linalg.norm(axis) < 1e-9:
        return np.eye(3)
    return mesh.turn(axis, float(np.degrees(np.arctan2(np.linalg.norm(axis), start @ end))))


def _away(degrees: float, forward: float = 0.0) -> Floats:
    out, ahead = np.radians(degrees), np.radians(forward)
    return np.array([np.sin(out) * np.cos(ahead), -np.cos(out) * np.cos(ahead), np.sin(ahead)])


def anatomical_position(rig: mesh.Rig, joints: dict[str, Floats]) -> dict[str, Floats]:
    """Turns of the left half's bones; the right half is its mirror image."""
    turns: dict[str, Floats] = {}

    def so_far(bone: str) -> Floats:
        above = rig.parent[bone]
        return rig.matrix(above, turns)[:3, :3] if above else np.eye(3)

    def aim(bone: str, rest: Floats, goal: Floats) -> None:
        turns[bone] = _between(rest, so_far(bone).T @ goal)

    upper = joints["l-elbow"] - joints["l-shoulder"]
    lower = joints["l-hand"] - joints["l-elbow"]
    first = joints["l-finger-3-1"] - joints["l-hand"]
    across = joints["l-finger-2-1"] - joints["l-finger-5-1"]
    turns["shoulder01.L"] = mesh.turn((0, 0, 1), -3.5)
    aim("upperarm01.L", upper, _away(ARM_FROM_BODY))
    aim("lowerarm01.L", lower, _away(FOREARM_FROM_BODY))
    _supinate(rig, turns, lower, across)
    aim_hand = _between(first, so_far("wrist.L").T @ _away(HAND_FROM_BODY, 2.0))
    turns["wrist.L"] = aim_hand
    _level_palm(rig, turns, first, across)
    _fingers(turns, joints, so_far)
    _legs(turns, joints, aim)
    return turns


def _supinate(rig: mesh.Rig, turns: dict[str, Floats], lower: Floats, across: Floats) -> None:
    """Turn the thumb outwards along the forearm, spread over its two bones."""
    axis = lower / np.linalg.norm(lower)
    frame = rig.matrix("lowerarm01.L", turns)[:3, :3]
    goal = frame.T @ np.array([1.0, 0.0, 0.0])
    flat_from = across - (across @ axis) * axis
    flat_to = goal - (goal @ axis) * axis
    angle = np.degrees(np.arctan2(axis @ np.cross(flat_from, flat_to), flat_from @ flat_to))
    turns["lowerarm01.L"] = turns["lowerarm01.L"] @ mesh.turn(axis, 0.40 * angle)
    turns["lowerarm02.L"] = mesh.turn(axis, 0.38 * angle)


def _level_palm(rig: mesh.Rig, turns: dict[str, Floats], first: Floats, across: Floats) -> None:
    """The rest of the turn at the wrist, so that the palm looks straight ahead."""
    axis = first / np.linalg.norm(first)
    frame = rig.matrix("wrist.L", turns)[:3, :3]
    goal = frame.T @ np.array([1.0, 0.0, 0.0])
    flat_from = across - (across @ axis) * axis
    flat_to = goal - (goal @ axis) * axis
    angle = np.degrees(np.arctan2(axis @ np.cross(flat_from, flat_to), flat_from @ flat_to))
    turns["wrist.L"] = turns["wrist.L"] @ mesh.turn(axis, angle)


def _fingers(
    turns: dict[str, Floats], joints: dict[str, Floats], so_far: Callable[[str], Floats]
) -> None:
    for finger, bends in FINGER_BEND.items():
        bend = 0.0
        for phalanx in (1, 2, 3):
            bend += bends[phalanx - 1]
            rest = (
                joints[f"l-finger-{finger}-{phalanx + 1}"] - joints[f"l-finger-{finger}-{phalanx}"]
            )
            fan = FINGER_FAN[finger] * (1.0 if finger != 1 else (1.0, 0.75, 0.6)[phalanx - 1])
            goal = _away(HAND_FROM_BODY + fan, bend)
            bone = f"finger{finger}-{phalanx}.L"
            turns[bone] = _between(rest, so_far(bone).T @ goal)


def _legs(
    turns: dict[str, Floats],
    joints: dict[str, Floats],
    aim: Callable[[str, Floats, Floats], None],
) -> None:
    thigh = joints["l-knee"] - joints["l-upper-leg"]
    leg = joints["l-ankle"] - joints["l-knee"]
    straight = np.array([0, 0, 0.05])
    aim("upperleg01.L", thigh, _away(KNEE_OUT) + straight)
    aim("lowerleg01.L", leg, _away(ANKLE_OUT) - straight)
    turns["foot.L"] = mesh.turn((0, 1, 0), FOOT_OUT) @ mesh.turn((1, 0, 0), FOOT_DOWN)
