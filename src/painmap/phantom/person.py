"""Whose body it is: sizes, fat and texture, drawn from the seed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from painmap.phantom.options import PhantomOptions

BODY_STREAM: Final = 1
"""Random stream of the body; noise has its own, so it never changes the anatomy."""

SCOLIOSIS_APEX_W: Final = 25.0
"""Between L2 and L3: where a lumbar curve is widest (chosen for the phantom)."""

SCOLIOSIS_SPREAD: Final = 75.0
"""Half length of the curve: it is over at T11 and at the sacrum."""


@dataclass(frozen=True, slots=True)
class Person:
    """The phantom's build.

    Parameters
    ----------
    scale : (float, float, float)
        Width, depth and height against the middle body.
    fat_mm : float
        Thickness of the fat under the skin at the flank.
    belly_mm : float
        How much further the belly reaches to the front.
    muscle : float
        Scale of the back muscles' sections.
    muscle_fat : float
        Share of fat strands within the back muscles, 0 to about 0.25.
    marrow_hu : float
        Trabecular bone; falls with age (published CT values 90-200 HU).
    age : int
    female : bool
    calcified : bool
        Whether the aorta's wall carries chalk.
    scoliosis_mm : float
    """

    scale: tuple[float, float, float]
    fat_mm: float
    belly_mm: float
    muscle: float
    muscle_fat: float
    marrow_hu: float
    age: int
    female: bool
    calcified: bool
    scoliosis_mm: float

    def sideways(self, w: np.ndarray) -> np.ndarray:
        """Give the shift of the spine to the patient's left at heights w."""
        x = np.clip((w - SCOLIOSIS_APEX_W) / SCOLIOSIS_SPREAD, -1.5, 1.5)
        shift: np.ndarray = self.scoliosis_mm * np.cos(x * np.pi / 3) ** 2
        return shift

    def sideways_slope(self, w: float) -> float:
        """Give how much the spine leans to the left, millimetres a millimetre, going up."""
        low, high = self.sideways(np.array([w - 1.0, w + 1.0]))
        return float(high - low) / 2


def person_of(options: PhantomOptions) -> Person:
    """Draw the body that belongs to the options' seed."""
    random = np.random.default_rng([options.seed, BODY_STREAM])
    age = int(random.integers(34, 76))
    fat = float(random.uniform(0, 1))
    return Person(
        scale=(
            float(random.uniform(0.97, 1.04)),
            float(random.uniform(0.98, 1.03)),
            float(random.uniform(0.96, 1.02)),
        ),
        fat_mm=10.0 + 17.0 * fat,
        belly_mm=2.0 + 14.0 * fat * float(random.uniform(0.5, 1)),
        muscle=float(random.uniform(0.94, 1.03)),
        muscle_fat=0.04 + 0.14 * (age - 34) / 42 + 0.05 * float(random.uniform(0, 1)),
        marrow_hu=float(230 - 1.8 * age + random.uniform(-15, 15)),
        age=age,
        female=bool(random.integers(0, 2)),
        calcified=bool(age > 55),
        scoliosis_mm=options.scoliosis_mm,
    )
