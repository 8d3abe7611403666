"""The figures that this program has: by id, by mark, and by patient."""

from datetime import date

from painmap.bodymap.figure import BodyTemplate
from painmap.domain.errors import PainmapError
from painmap.domain.patient import Patient, Sex
from painmap.domain.places import TemplateRef
from painmap.domain.sentences import plural
from painmap.domain.visit import Visit
from painmap.services.catalogue import body_map, map_id_of

FIGURES = ("woman", "man", "child", "adult")
CHILD_UNTIL = 12
"""Years of age up to which the child's figure is taken; it is drawn at about 8 years."""
WHOLE_VIEWS = ("front", "back", "left", "right")


def figure_of(map_id: str) -> BodyTemplate | None:
    """A figure by id; None where this program has none of that id that can be read."""
    try:
        return body_map(map_id)
    except PainmapError:
        return None


def figure_with(ref: TemplateRef) -> BodyTemplate | None:
    """The very figure that a mark was drawn on, of today or an earlier version, if it is here."""
    map_id = map_id_of(ref) if ref.id in FIGURES else None
    return figure_of(map_id) if map_id is not None else None


def figure_words(ref: TemplateRef) -> str:
    """Such as "woman figure"; of an earlier one with its version."""
    today = figure_of(ref.id)
    earlier = today is None or today.ref != ref
    return f"{ref.id} figure" + (f" of version {ref.version}" if earlier else "")


def figure_for(patient: Patient, day: date, visit: Visit, usual: BodyTemplate) -> BodyTemplate:
    """The figure that a visit opens on: that of its latest mark, else the patient's own.

    Without a recorded sex, or with another, it is the woman's: one figure must come first, and
    every figure is one click away. `usual` where none can be read.
    """
    if visit.marks:
        return figure_with(visit.marks[-1].template) or usual
    age = patient.age_on(day)
    if age is not None and age <= CHILD_UNTIL:
        return figure_of("child") or usual
    return figure_of("man" if patient.sex is Sex.MALE else "woman") or usual


def whole_views(template: BodyTemplate) -> tuple[str, ...]:
    """The views of the whole body, front first."""
    return tuple(view for view in WHOLE_VIEWS if view in template.views)


def other_figures(visit: Visit, template: TemplateRef) -> dict[TemplateRef, int]:
    """How many marks lie on each other figure that can be shown."""
    counts: dict[TemplateRef, int] = {}
    for mark in visit.marks:
        if mark.template != template and figure_with(mark.template) is not None:
            counts[mark.template] = counts.get(mark.template, 0) + 1
    return counts


def shown_elsewhere_words(counts: dict[TemplateRef, int]) -> str:
    """Such as "2 marks are on the adult figure"."""
    said = [
        f"{plural(count, 'mark')} {'is' if count == 1 else 'are'} on the {figure_words(ref)}"
        for ref, count in counts.items()
    ]
    return "; ".join(said)
