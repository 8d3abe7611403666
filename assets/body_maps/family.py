"""Woman, man and child: the same vertices as the adult, mixed otherwise, in two stances.

All are subdivided in one go (a Catmull-Clark step is linear and depends on the topology only),
so vertex i of one figure is the same place of the body as vertex i of every other.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import figures
import mesh
import numpy as np
import posing
from figures import Half, Recipe

Floats = mesh.Floats

CHILD_OF_BABY = 0.05
"""Share of the baby's targets in the child; the rest is the mesh's "child" of 1.31 m.
Found by stature: 1.27 m is the median of eight years (WHO growth reference)."""


def _shares(baby: float) -> dict[tuple[str, str], float]:
    return {
        (sex, age): 0.5 * share
        for sex in ("male", "female")
        for age, share in (("baby", baby), ("child", 1 - baby))
    }


_CUP = "breast/female-young-averagemuscle-averageweight-mincup-averagefirmness"
RECIPES = (
    Recipe("woman", "Woman", {("female", "young"): 1.0}, {_CUP: 0.35}, flatten_chest=True),
    Recipe("man", "Man", {("male", "young"): 1.0}, {}, flatten_chest=True),
    Recipe("child", "Child", _shares(CHILD_OF_BABY), {}, flatten_chest=True),
)
_RELAX = {"adult": 40, "woman": 12, "man": 30, "child": 40}
"""Rounds in which the breast is smoothed: away with what a drawing has no need of."""


@dataclass(frozen=True)
class Stances:
    """One figure: as seen from front and back, and flat on its feet as seen from the side."""

    recipe: Recipe
    upright: Half
    flat: Half
    stature_mm: float
    heads_high: float


def _posed(
    folder: Path, base: mesh.Mesh, recipe: Recipe, faces: list[tuple[int, ...]]
) -> tuple[list[Floats], mesh.Rig, list[dict[str, Floats]], float, float]:
    rest = mesh.add_details(folder, mesh.figure(folder, base, recipe.shares), recipe.details)
    rig = mesh.Rig(folder, base, rest)
    rest_joints = mesh.joints(base, rest)
    turns = posing.anatomical_position(rig, rest_joints)
    flat = dict(turns)
    flat["foot.L"] = mesh.turn((0, 1, 0), 4.0)
    out, joints = [], []
    for each in (turns, flat):
        posed = rig.pose(rest, each)
        weight = np.minimum(1, rig.weight_of("breast") * 1.6)
        posed = figures._relax(posed, faces, weight, _RELAX[recipe.id])
        posed[:, 0] = np.maximum(posed[:, 0], 0)
        out.append(posed)
        joints.append(figures._pose_joints(rig, each, rest_joints))
    skin = np.unique(np.array(base.groups["body"]))
    high = float(np.ptp(rest[skin, 1]))
    head = rest[skin][:, 1].max() - rest_joints["jaw"][1] if "jaw" in rest_joints else np.nan
    return out, rig, joints, high * 100, high / float(head)


def build(folder: Path, recipes: tuple[Recipe, ...], steps: int = 2) -> list[Stances]:
    """All figures of `recipes`, first to last, in one topology."""
    base = mesh.load_base(folder)
    rest = mesh.figure(folder, base, figures.ADULT.shares)
    faces = [face for face in base.groups["body"] if rest[list(face), 0].mean() > 0]
    made = [_posed(folder, base, recipe, faces) for recipe in recipes]
    places = [posed for poses, *_ in made for posed in poses]
    rig = made[0][1]
    parts = np.stack([rig.weight_of(*bones) for bones in figures._PARTS.values()], 1)
    data = np.concatenate([*places, parts], 1)
    for _ in range(steps):
        where, faces, values = mesh.subdivide(data[:, :3], faces, data[:, 3:])
        data = np.c_[where, values]
    corners = mesh.triangles(faces)
    used = np.unique(corners)
    shares = data[:, 3 * len(places) :]
    found: list[Stances] = []
    for number, (recipe, (_, _, joints, stature, heads)) in enumerate(
        zip(recipes, made, strict=True)
    ):
        first = data[:, 6 * number : 6 * number + 3]
        top, bottom = first[used, 1].max(), first[used, 1].min()
        scale = 1000 / (top - bottom)
        halves = [
            _half(data[:, 6 * number + 3 * k :][:, :3], corners, scale, shares, joints[k], stature)
            for k in (0, 1)
        ]
        found.append(Stances(recipe, halves[0], halves[1], stature, heads))
    return found


def _half(
    posed: Floats,
    corners: mesh.Ints,
    scale: float,
    shares: Floats,
    joints: dict[str, Floats],
    stature: float,
) -> Half:
    top = posed[np.unique(corners), 1].max()
    normals = mesh.normals(posed, corners) * [1, -1, 1]
    normals[posed[:, 0] < 1e-6, 0] = 0.0
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    def units(p: Floats) -> Floats:
        place: Floats = np.stack(
            [p[..., 0] * scale, (top - p[..., 1]) * scale, p[..., 2] * scale], -1
        )
        return place

    return Half(
        points=units(posed),
        corners=corners,
        normals=normals,
        parts={name: shares[:, i] for i, name in enumerate(figures._PARTS)},
        joints={name: units(p) for name, p in joints.items()},
        standing_units=stature / 100 * scale,
    )


def as_adult(stances: Stances) -> Half:
    """The adult of the same topology, on whom the lines are drawn."""
    return replace(stances.upright)
