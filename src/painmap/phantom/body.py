"""The whole body, painted slice by slice in an order in which later parts cover earlier ones."""

from dataclasses import dataclass

from painmap.phantom.bowel import Belly, belly_of
from painmap.phantom.canvas import Canvas
from painmap.phantom.hips import paint_hip_muscles, paint_ilium
from painmap.phantom.muscles import paint_muscles
from painmap.phantom.options import PhantomOptions
from painmap.phantom.organs import paint_organs
from painmap.phantom.outline import Trunk, trunk_of
from painmap.phantom.person import Person, person_of
from painmap.phantom.spine import paint_spine
from painmap.phantom.tissue import Texture, texture_of
from painmap.phantom.trunk import (
    paint_fascia,
    paint_marker,
    paint_ribs,
    paint_wall,
)


@dataclass(frozen=True, slots=True)
class Body:
    """Everything that is drawn once for a body and then sampled by any grid."""

    person: Person
    trunk: Trunk
    belly: Belly
    texture: Texture


def body_of(options: PhantomOptions) -> Body:
    """Make the body that belongs to the options."""
    person = person_of(options)
    return Body(
        person,
        trunk_of(person),
        belly_of(person, options.seed),
        texture_of(options.seed),
    )


def paint_body(canvas: Canvas, body: Body) -> None:
    """Paint the body on a slice (or on a list of points), from without to within."""
    trunk = canvas.window((-215.0, 215.0), (-150.0, 160.0))
    if trunk is None:
        return
    inner = paint_wall(trunk, body.trunk, body.texture)
    paint_organs(trunk, inner, body.belly, body.person, body.texture)
    paint_hip_muscles(trunk, body.trunk, body.texture)
    paint_muscles(trunk, body.trunk, body.person, body.texture)
    paint_fascia(trunk, body.trunk)
    paint_ribs(trunk)
    paint_spine(trunk, body.person, body.texture)
    paint_ilium(trunk, body.texture)
    paint_marker(trunk, body.trunk)
