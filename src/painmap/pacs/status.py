"""What a DIMSE status means: the standard's numbers as problems for people.

References
----------
DICOM PS3.7 annex C; PS3.4 C.4.1.1.4, C.4.2.1.5, C.4.3.1.4 and B.2.3.
"""

from painmap.pacs.errors import PacsProblem

SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
CANCELLED = 0xFE00
SOME_FAILED = 0xB000
"""Of C-GET and C-MOVE: over, but not everything could be sent; it is a warning."""

_TABLE: tuple[tuple[int, int, PacsProblem], ...] = (
    (0x0105, 0x0107, PacsProblem.QUERY),
    (0x0110, 0x0110, PacsProblem.FAILED),
    (0x0112, 0x0112, PacsProblem.NOTHING_THERE),
    (0x0117, 0x0119, PacsProblem.QUERY),
    (0x0122, 0x0122, PacsProblem.NOT_OFFERED),
    (0x0124, 0x0124, PacsProblem.NOT_ALLOWED),
    (0x0210, 0x0210, PacsProblem.FAILED),
    (0x0211, 0x0211, PacsProblem.NOT_OFFERED),
    (0x0212, 0x0212, PacsProblem.QUERY),
    (0x0213, 0x0213, PacsProblem.NO_ROOM_THERE),
    (0xA702, 0xA702, PacsProblem.NOT_SENT),
    (0xA700, 0xA7FF, PacsProblem.NO_ROOM_THERE),
    (0xA801, 0xA801, PacsProblem.RECEIVER_UNKNOWN),
    (0xA900, 0xA9FF, PacsProblem.QUERY),
    (0xAA00, 0xAA04, PacsProblem.QUERY),
    (0xC000, 0xCFFF, PacsProblem.FAILED),
)
"""First and last status of a range, and its problem; the first range that fits is meant."""


def problem_of(status: int) -> PacsProblem | None:
    """Give the problem that a status stands for; None for success, pending and warnings."""
    if status in (SUCCESS, CANCELLED, SOME_FAILED, *PENDING) or 0xB000 <= status <= 0xBFFF:
        return None
    for first, last, problem in _TABLE:
        if first <= status <= last:
            return problem
    return PacsProblem.FAILED
