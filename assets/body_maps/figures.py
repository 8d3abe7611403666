"""The figures: who is mixed from what, and the posed, smooth half of the mesh."""

from dataclasses import dataclass
from pathlib import Path

import mesh
import numpy as np
import posing

Floats = mesh.Floats


@dataclass(frozen=True)
class Recipe:
    """A figure as shares of (sex, age), with further targets of the mesh by amount."""

    id: str
    name: str
    shares: dict[tuple[str, str], float]
    details: dict[str, float]
    flatten_chest: bool


ADULT = Recipe(
    id="adult",
    name="Adult",
    shares={("male", "young"): 0.56, ("female", "young"): 0.44},
    details={"breast/female-young-averagemuscle-averageweight-mincup-averagefirmness": 0.44},
    flatten_chest=True,
)


@dataclass(frozen=True)
class Half:
    """The left half of a posed figure, in figure units.

    Attributes
    ----------
    points : (n, 3) float
        x to the figure's left, y down from the vertex, z to its front.
    corners : (m, 3) int
        Triangles.
    normals : (n, 3) float
        Unit, in the same axes.
    parts : dict of name to (n,) float
        Share of each vertex that hangs on a part of the body (arm, hand, fingers, ...).
    joints : dict of name to (3,) float
        Joints, posed.
    standing_units : float
        Height of the figure when it stands flat, in units (its toes point down here).
    """

    points: Floats
    corners: mesh.Ints
    normals: Floats
    parts: dict[str, Floats]
    joints: dict[str, Floats]
    standing_units: float


_PARTS = {
    "arm": ("upperarm", "lowerarm", "wrist", "metacarpal", "finger"),
    "hand": ("wrist", "metacarpal", "finger"),
    "fingers": ("finger",),
    "leg": ("upperleg", "lowerleg", "foot", "toe"),
    "foot": ("foot", "toe"),
    "toes": ("toe",),
    **{f"toe{k}": (f"toe{k}-",) for k in range(1, 6)},
    "breast": ("breast",),
    "head": ("head", "jaw", "oris", "special", "temporalis", "risorius", "levator", "oculi"),
}


def build_half(folder: Path, recipe: Recipe, *, steps: int = 2) -> Half:
    """Mix, pose and subdivide; keep the half with x >= 0; scale to 1000 units."""
    base = mesh.load_base(folder)
    rest = mesh.figure(folder, base, recipe.shares)
    rest = mesh.add_details(folder, rest, recipe.details)
    rig = mesh.Rig(folder, base, rest)
    rest_joints = mesh.joints(base, rest)
    turns = posing.anatomical_position(rig, rest_joints)
    posed = rig.pose(rest, turns)
    faces = [face for face in base.groups["body"] if rest[list(face), 0].mean() > 0]
    if recipe.flatten_chest:
        posed = _relax(posed, faces, np.minimum(1, rig.weight_of("breast") * 1.6), 40)
    posed[:, 0] = np.maximum(posed[:, 0], 0)
    values = np.stack([rig.weight_of(*bones) for bones in _PARTS.values()], 1)
    for _ in range(steps):
        posed, faces, values = mesh.subdivide(posed, faces, values)
    used = np.unique(np.array(faces))
    top, bottom = posed[used, 1].max(), posed[used, 1].min()
    scale = 1000 / (top - bottom)
    skin = np.unique(np.array(base.groups["body"]))
    stands = rest[skin, 1]
    corners = mesh.triangles(faces)
    points = np.c_[posed[:, 0] * scale, (top - posed[:, 1]) * scale, posed[:, 2] * scale]
    normals = mesh.normals(posed, corners) * [1, -1, 1]
    normals[posed[:, 0] < 1e-6, 0] = 0.0  # seen with the mirrored half, the midline looks ahead
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    joints = _pose_joints(rig, turns, rest_joints)
    return Half(
        points=points,
        corners=corners,
        normals=normals,
        parts={name: values[:, i] for i, name in enumerate(_PARTS)},
        joints={
            name: np.array([p[0] * scale, (top - p[1]) * scale, p[2] * scale])
            for name, p in joints.items()
        },
        standing_units=float(stands.max() - stands.min()) * scale,
    )


def _pose_joints(
    rig: mesh.Rig, turns: dict[str, Floats], rest: dict[str, Floats]
) -> dict[str, Floats]:
    posed: dict[str, Floats] = {}
    for bone in rig.names:
        if bone.endswith(".R"):
            continue
        matrix = rig.matrix(bone, turns)
        posed[bone] = (matrix @ [*rig.head[bone], 1])[:3]
        posed[f"{bone}:end"] = (matrix @ [*rig.tail[bone], 1])[:3]
    return posed


def _relax(points: Floats, faces: list[tuple[int, ...]], weight: Floats, rounds: int) -> Floats:
    """Move each vertex towards the mean of its neighbours; the midline stays."""
    beside: dict[int, set[int]] = {}
    for face in faces:
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            beside.setdefault(a, set()).add(b)
            beside.setdefault(b, set()).add(a)
    weight = weight * np.clip((points[:, 0] - 0.05) / 0.5, 0, 1)
    moving = [i for i in np.flatnonzero(weight > 0.02) if i in beside]
    around = [sorted(beside[i]) for i in moving]
    for _ in range(rounds):
        means = np.array([points[near].mean(0) for near in around])
        share = 0.5 * weight[moving, None]
        points = points.copy()
        points[moving] = (1 - share) * points[moving] + share * means
    return points
