"""The inner lines of the side views, drawn by hand on the adult's left side.

x grows to the viewer's right, which is the patient's back; the patient looks to the left.
"""

from hairlines import Hairline

LINES: tuple[Hairline, ...] = ()
