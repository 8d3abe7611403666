"""Drawings with 40 pain sites and 400 strokes: spread over the body, or all on one place."""

import math
from enum import StrEnum

from painmap.bodymap.figure import BodyTemplate
from painmap.bodymap.marks import covered_regions
from painmap.domain.ids import new_id
from painmap.domain.pain import AuthorLayer, Mark, PainSite, Quality, StrokeShape
from painmap.domain.places import FigurePoint

SITES, STROKES = 40, 400


class Kind(StrEnum):
    """How the strokes lie; the value is read by people."""

    SPREAD = "40 sites on front and back"
    PILED = "all scribbled on the low back"


def _points(kind: Kind, site: int, k: int) -> tuple[FigurePoint, ...]:
    if kind is Kind.SPREAD:
        x, y = -90 + 22 * (site % 9), 150 + 24 * (site // 9) + 14 * k
        return tuple(FigurePoint(x + 2 * i, y + 5 * math.sin(i / 2 + site)) for i in range(12))
    x, y = 60 * math.sin(site * 7 + k), 390 + 60 * math.cos(site * 3 + k)
    each = range(60)
    return tuple(
        FigurePoint(x + 30 * math.sin(i / 3 + site), y + 20 * math.cos(i / 2.3 + k)) for i in each
    )


def crowd(template: BodyTemplate, kind: Kind = Kind.SPREAD) -> tuple[PainSite | Mark, ...]:
    """Sites with their strokes, one site after the other."""
    qualities = list(Quality)
    put: list[PainSite | Mark] = []
    for number in range(SITES):
        site = PainSite(new_id(), number % 11, qualities=(qualities[number % len(qualities)],))
        put.append(site)
        for k in range(STROKES // SITES):
            view = ("back", "front")[k % 2] if kind is Kind.SPREAD else "back"
            shape = StrokeShape(_points(kind, number, k), 8.0 if kind is Kind.SPREAD else 14.0)
            covered = covered_regions(template.views[view], shape)
            put.append(
                Mark(new_id(), site.id, AuthorLayer.PATIENT, template.ref, view, shape, covered)
            )
    return tuple(put)
