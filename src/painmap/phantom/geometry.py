"""From pixels to the patient, and from the patient to the body's own frame."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from painmap.domain.places import PatientPoint
from painmap.phantom.canvas import ANGLES, EDGE_MM, Canvas, PixelFrame
from painmap.phantom.options import PatientPosition, PhantomOptions
from painmap.phantom.person import Person

Affine: TypeAlias = npt.NDArray[np.float64]

Direction: TypeAlias = tuple[float, float, float]

SCANNER_AXES: Final[dict[PatientPosition, tuple[Direction, Direction]]] = {
    PatientPosition.HFS: ((1, 0, 0), (0, 1, 0)),
    PatientPosition.HFP: ((-1, 0, 0), (0, -1, 0)),
    PatientPosition.HFDR: ((0, 1, 0), (-1, 0, 0)),
    PatientPosition.HFDL: ((0, -1, 0), (1, 0, 0)),
    PatientPosition.FFS: ((-1, 0, 0), (0, 1, 0)),
    PatientPosition.FFP: ((1, 0, 0), (0, -1, 0)),
    PatientPosition.FFDR: ((0, -1, 0), (-1, 0, 0)),
    PatientPosition.FFDL: ((0, 1, 0), (1, 0, 0)),
}
"""Directions of a row and of a column in patient LPS, seen from the foot of the table.

A column always runs down, with gravity, so the couch is below in every picture; the third
axis goes into the gantry (PS3.3 C.7.3.1.1.2 says what the positions mean).
"""

BODY_ORIGIN: Final = PatientPoint(0.0, -148.0, -412.5)
"""Where the body's u = v = w = 0 lies when nothing is shifted. Never 0: real scanners do not
put the patient's middle at 0 either, and a program that counts on it must be found out."""

SCAN_MIDDLE_W: Final = -7.0
"""Height of the volume's middle: T12 to S2 in 288 mm."""


def scanner_axes(options: PhantomOptions) -> npt.NDArray[np.float64]:
    """Give the (3, 3) directions of a row, of an untilted column, and into the gantry."""
    row, column = (
        np.array(axis, dtype=np.float64) for axis in SCANNER_AXES[options.patient_position]
    )
    return np.stack([row, column, np.cross(row, column)])


def image_axes(options: PhantomOptions) -> npt.NDArray[np.float64]:
    """Give the (2, 3) directions of a row and of a column as the slices lie, tilt included."""
    row, column, table = scanner_axes(options)
    tilt = np.deg2rad(options.gantry_tilt_deg)
    return np.stack([row, column * np.cos(tilt) + table * np.sin(tilt)])


def patient_from_index(options: PhantomOptions) -> Affine:
    """Give the affine of the full grid: (k, j, i, 1) to patient (x, y, z, 1), LPS millimetres."""
    row, column = image_axes(options)
    table = scanner_axes(options)[2]
    affine = np.eye(4)
    affine[:3, 0] = table * options.slice_step_mm
    affine[:3, 1] = column * options.pixel_spacing[0]
    affine[:3, 2] = row * options.pixel_spacing[1]
    middle = np.array([options.slices - 1, options.rows - 1, options.columns - 1]) / 2
    at_middle = np.add(BODY_ORIGIN, (0, 0, SCAN_MIDDLE_W))
    affine[:3, 3] = at_middle - affine[:3, :3] @ middle
    return affine


def patient_from_body(options: PhantomOptions, person: Person) -> Affine:
    """Give the affine from the body's own (u, v, w, 1) to patient (x, y, z, 1)."""
    angle = np.deg2rad(options.rotation_deg)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag(person.scale)
    affine[:3, 3] = np.add(BODY_ORIGIN, (options.off_centre_mm, 0, 0))
    return affine


def _inverse(matrix: npt.NDArray[np.float64]) -> Affine:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def to_point(affine: Affine, place: npt.ArrayLike) -> PatientPoint:
    """Map one place by an affine."""
    x, y, z = (affine @ np.append(np.asarray(place, dtype=np.float64), 1.0))[:3]
    return PatientPoint(float(x), float(y), float(z))


@dataclass(frozen=True, slots=True)
class Slices:
    """Fresh canvases for every slice of the grid; what all slices share is made once."""

    options: PhantomOptions
    body_from_patient: Affine
    first: Canvas
    row_w: npt.NDArray[np.float64]
    step_w: float

    def canvas(self, k: int) -> Canvas:
        """Give an empty slice: air."""
        w = self.row_w + k * self.step_w
        first = self.first
        return Canvas(
            u=first.u,
            v=first.v,
            w=w[:, None].astype(np.float32),
            rho=first.rho,
            bearing=first.bearing,
            hu=np.full(first.u.shape, AIR_HU, dtype=np.float32),
            labels=np.zeros(first.u.shape, dtype=np.uint8),
            heights=(float(w.min()), float(w.max())),
            edge_mm=first.edge_mm,
            thickness_mm=first.thickness_mm,
            frame=first.frame,
        )


AIR_HU: Final = -1000.0
"""By the definition of the Hounsfield unit."""


def slices_of(options: PhantomOptions, person: Person) -> Slices:
    """Lay the scanner's grid over the body."""
    body_from_patient: Affine = _inverse(patient_from_body(options, person))
    body_from_index = body_from_patient @ patient_from_index(options)
    j, i = np.meshgrid(np.arange(options.rows), np.arange(options.columns), indexing="ij")
    u, v, w = (
        body_from_index[axis, 1] * j + body_from_index[axis, 2] * i + body_from_index[axis, 3]
        for axis in range(3)
    )
    # a slice's height depends on its rows alone: tilt turns about the row's own direction
    row_w = w[:, 0] if options.gantry_tilt_deg else w[:1, 0]
    matrix: Affine = _inverse(body_from_index[:2, 1:3])
    frame = PixelFrame(matrix=matrix, origin=-matrix @ body_from_index[:2, 3])
    first = _canvas(u, v, w[:1, :1], options, frame)
    return Slices(options, body_from_patient, first, row_w, float(body_from_index[2, 0]))


def canvas_at(points: npt.ArrayLike, options: PhantomOptions, person: Person) -> Canvas:
    """Give a canvas of single points, (n, 3) patient millimetres, to ask what lies there."""
    body_from_patient: Affine = _inverse(patient_from_body(options, person))
    places = np.atleast_2d(np.asarray(points, dtype=np.float64))
    u, v, w = (places @ body_from_patient[:3, :3].T + body_from_patient[:3, 3]).T[:, :, None]
    return _canvas(u, v, w, options, None)


def _canvas(
    u: npt.NDArray[np.float64],
    v: npt.NDArray[np.float64],
    w: npt.NDArray[np.float64],
    options: PhantomOptions,
    frame: PixelFrame | None,
) -> Canvas:
    turns = np.arctan2(v, u) / (2 * np.pi)
    return Canvas(
        u=u.astype(np.float32),
        v=v.astype(np.float32),
        w=w.astype(np.float32),
        rho=np.hypot(u, v).astype(np.float32),
        bearing=(np.rint(turns * ANGLES).astype(np.int32)) % ANGLES,
        hu=np.full(u.shape, AIR_HU, dtype=np.float32),
        labels=np.zeros(u.shape, dtype=np.uint8),
        heights=(float(w.min()), float(w.max())),
        edge_mm=max(EDGE_MM, float(np.sqrt(np.prod(options.pixel_spacing)))),
        thickness_mm=options.thickness_mm,
        frame=frame,
    )
