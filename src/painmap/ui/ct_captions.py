"""What is written in the corners of a picture: study, age, position, slice, window."""

from dataclasses import replace
from datetime import date

from painmap.domain.places import PatientPoint
from painmap.imaging.reslice import SliceImage
from painmap.imaging.stack import WarningCode
from painmap.ui.ct_figure import facing
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint_words import Captions, Line, Tone
from painmap.ui.ct_words import (
    LOADING,
    LOOK_ONLY_BANNER,
    POSITION_UNKNOWN,
    RESAMPLED_BANNER,
    SYNTHETIC_BANNER,
    age_words,
    hu_words,
    is_old,
    no_hu_banner,
    point_words,
    study_words,
    whole,
)


def banner_of(session: OpenCt) -> str:
    """What must be read before anything else; empty for an ordinary study."""
    parts = [SYNTHETIC_BANNER] if session.stack.synthetic else []
    if not session.stack.is_ct:
        parts.append(no_hu_banner(session.stack.modality))
    elif session.look_only:
        parts.append(LOOK_ONLY_BANNER)
    parts += [RESAMPLED_BANNER] if session.stack.resampled else []
    return "   ·   ".join(parts)


OF_THE_SLICE = "of the slice in the middle"
"""Stands beside a value under the pointer while a slab is shown: no slab is measured."""

TURNED = "turned: prone, seen from the feet"
"""Stands on an axial picture whose posterior edge is up; LEFT lies on the left, as on the back."""


def captions(
    session: OpenCt,
    image: SliceImage,
    visit_day: date,
    *,
    small: bool,
    turned: bool = False,
    slab: str = "",
) -> Captions:
    """Write the corners of `image`; the letters turn with it.

    Parameters
    ----------
    slab : str
        Of which slab the picture is, such as "mean of 10 mm"; empty: of the slice itself.
    """
    left, right, top, bottom = image.letters
    letters = (right, left, bottom, top) if turned else image.letters
    stack = session.stack
    day = session.study_date
    age = Tone.WARNING if is_old(day, visit_day) else Tone.TEXT
    # which plane it is, only the geometry tells
    name = "slice" if image.geometry is None else image.view.plane.value
    number = f"{name} {image.index + 1} / {image.view.count}"
    in_series = session.words_in_series(image.index) if image.view.native else ""
    within = (Line(in_series),) if in_series else ()
    top_right = [Line(stack.patient_position or POSITION_UNKNOWN, Tone.STRONG)]
    if WarningCode.LOSSY in stack.codes:
        top_right.append(Line("LOSSY", Tone.WARNING))
    if image.view.resampled:
        top_right.append(Line("resampled", Tone.WARNING))
    if slab:
        top_right.append(Line(slab, Tone.WARNING))
    if session.remark:
        top_right.append(Line(session.remark, Tone.WARNING if session.remark_warns else Tone.TEXT))
    window = Line(f"W {whole(session.window.width)}  L {whole(session.window.level)}")
    dated = (Line(study_words(day, stack.modality)), Line(age_words(day, visit_day), age))
    if turned:
        top_right.append(Line(TURNED, Tone.WARNING))
    if small:
        return Captions(
            letters=letters,
            top_left=(Line(number, Tone.STRONG), *within),
            top_right=tuple(top_right),
            bottom_left=dated,
            banner=banner_of(session),
        )
    described = (Line(stack.description, Tone.FAINT),) if stack.description else ()
    return Captions(
        letters=letters,
        top_left=(Line(number, Tone.STRONG), *within, *dated, *described),
        top_right=tuple(top_right),
        bottom_right=(window,),
        banner=banner_of(session),
        facing=None if image.geometry is None else facing(image.geometry, turned=turned),
    )


def with_cursor(
    written: Captions,
    value: float | None,
    point: PatientPoint | None,
    *,
    inside: bool,
    modality: str = "CT",
    loading: bool = False,
    slab: str = "",
) -> Captions:
    """Add what lies under the pointer; in a slab it is that of the slice in its middle."""
    if not inside:
        return written
    words = LOADING if loading else hu_words(value, modality)
    lines = [Line(words, Tone.STRONG)]
    if slab:
        lines.append(Line(OF_THE_SLICE, Tone.WARNING))
    if point is not None:
        lines.append(Line(point_words(point)))
    return replace(written, bottom_right=(*lines, *written.bottom_right))
