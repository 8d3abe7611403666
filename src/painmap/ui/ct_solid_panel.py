"""The 3-D preview in place of the pictures: what is seen, from where, and what it is not."""

from collections.abc import Callable
from datetime import date
from functools import partial
from math import pi

from PySide6.QtWidgets import QPushButton, QWidget

from painmap.imaging.solids import BONE_HU
from painmap.ui.ct_captions import banner_of
from painmap.ui.ct_figure import Facing
from painmap.ui.ct_open import OpenCt
from painmap.ui.ct_paint_words import Captions, Line, Tone
from painmap.ui.ct_solid_view import Shape, SolidView
from painmap.ui.ct_words import POSITION_UNKNOWN, age_words, is_old, study_words
from painmap.ui.desk import Desk
from painmap.ui.widgets import button, column, label, row

SIDES = (
    ("Back", pi),
    ("Front", 0.0),
    ("From the LEFT", pi / 2),
    ("From the RIGHT", -pi / 2),
)

WHAT = (
    "Accepted muscles only; for looking: nothing is measured here. Bone is what is as dense as "
    f"{BONE_HU:.0f} HU and denser, contrast medium too. Drag turns it, the wheel zooms."
)
NO_MUSCLE = "No muscle is accepted yet: accept it in the list of muscles, and it is seen here."


class SolidPanel(QWidget):
    """The preview with its buttons.

    Parameters
    ----------
    on_back : callable
        Leads back to the pictures.
    """

    def __init__(
        self,
        session: OpenCt,
        desk: Desk,
        visit_day: date,
        on_back: Callable[[], object],
    ) -> None:
        super().__init__()
        self._session = session
        self._visit_day = visit_day
        self.view = SolidView(desk.jobs, self._written, desk.show_error)
        self.sides = {
            words: button(words, partial(self.view.look_from, yaw), flat=True)
            for words, yaw in SIDES
        }
        self.skin = _switch("Skin", self._show_parts)
        self.bone = _switch("Bone", self._show_parts)
        self.back = button("Back to the pictures", on_back, primary=True)
        self.no_muscle = label(NO_MUSCLE, "warning", wrap=True)
        box = column(margins=24, spacing=12)
        box.addLayout(
            row(
                label("3-D preview", "title"),
                -1,
                *self.sides.values(),
                16,
                self.skin,
                self.bone,
                16,
                self.back,
            )
        )
        box.addWidget(self.view, 1)
        box.addWidget(self.no_muscle)
        box.addWidget(label(WHAT, "muted", wrap=True))
        self.setLayout(box)
        self.setFocusProxy(self.view)

    def show_shape(self, shape: Shape) -> None:
        """Show what was made just now."""
        self.no_muscle.setVisible(not shape.muscles)
        self.view.show_shape(shape)

    def _show_parts(self) -> None:
        self.view.show_parts(skin=self.skin.isChecked(), bone=self.bone.isChecked())

    def _written(self, letters: tuple[str, str, str, str], facing: Facing) -> Captions:
        session = self._session
        if not session.is_open:
            return Captions(letters=letters)
        stack, day = session.stack, session.study_date
        age = Tone.WARNING if is_old(day, self._visit_day) else Tone.TEXT
        return Captions(
            letters=letters,
            top_left=(
                Line("3-D preview", Tone.STRONG),
                Line(study_words(day, stack.modality)),
                Line(age_words(day, self._visit_day), age),
            ),
            top_right=(Line(stack.patient_position or POSITION_UNKNOWN, Tone.STRONG),),
            banner=banner_of(session),
            facing=facing,
        )


def _switch(words: str, changed: Callable[[], object]) -> QPushButton:
    made = button(words, changed)
    made.setProperty("chip", True)
    made.setCheckable(True)
    made.setChecked(True)
    return made
