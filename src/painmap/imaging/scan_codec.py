"""What a whole scan came to, as bytes and back, so that a list of series costs next to nothing.

What the list says of a stack stands at the front, with its first slice; the other slices lie
behind it packed, series by series, and are unpacked when somebody asks for one of them.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from painmap.domain.places import StackKey
from painmap.imaging.geometry import Geometry
from painmap.imaging.header import Skipped, SliceHeader
from painmap.imaging.header_codec import FORM, packed_parts, unpacked_parts
from painmap.imaging.lazily import Lazily, Pile
from painmap.imaging.readings import Reading, SeriesReadings
from painmap.imaging.scan import ScanResult
from painmap.imaging.sources import Source
from painmap.imaging.stack import SeriesWarning, Stack, WarningCode
from painmap.imaging.ways import Way

_Row: TypeAlias = list[Any]

_FIELDS = [
    list(kind.__dataclass_fields__)
    for kind in (ScanResult, SeriesReadings, Reading, Stack, SeriesWarning, Geometry, Source)
]

SCAN_FORM = hashlib.sha256(
    json.dumps([FORM, 1, _FIELDS, list(WarningCode), list(Way)]).encode()
).hexdigest()[:16]
"""Names the form of the bytes: the program, and the fields of what is written."""

DIGEST = 32
"""Bytes of the SHA-256 at the front: nothing of what follows is read that does not fit it."""

LENGTH = 8
"""Bytes of a number that says how long a piece is."""


def packed_scan(result: ScanResult) -> bytes:
    """Write what a scan came to; it takes about as long as reading the headers did.

    Raises
    ------
    ValueError
        Its files lie in a workspace that goes away.
    """
    if result.unpacked:
        raise ValueError("the files of the scan do not stay")
    heaps = _Heaps()
    series = [
        [
            each.series_uid,
            each.question,
            [
                [one.way.value, one.reason, [heaps.row(each.series_uid, s) for s in one.stacks]]
                for one in each.readings
            ],
        ]
        for each in result.readings
    ]
    look_only = [heaps.row(f"look|{each.series_uid}", each) for each in result.look_only]
    paths = None if result.source is None else [str(path) for path in result.source.paths]
    skipped = len(result.skipped)
    head = [str(result.root), paths, list(result.notes), skipped, series, look_only]
    firsts = [sorted(places) for places in heaps.firsts]
    early = [heaps.slices[at][place] for at, places in enumerate(firsts) for place in places]
    pieces = [
        json.dumps([head, firsts], separators=(",", ":")).encode(),
        packed_parts(early),
        packed_parts(result.skipped),
        *(packed_parts(slices) for slices in heaps.slices),
    ]
    body = b"".join(
        len(small).to_bytes(LENGTH, "big") + small
        for small in (zlib.compress(p, 1) for p in pieces)
    )
    return hashlib.sha256(body).digest() + body


class _Heaps:
    """The slices of each series, each once, whatever readings share them."""

    def __init__(self) -> None:
        self.slices: list[list[SliceHeader]] = []
        self.firsts: list[set[int]] = []
        self._numbers: dict[str, int] = {}
        self._places: list[dict[int, int]] = []

    def row(self, name: str, stack: Stack) -> _Row:
        at = self._numbers.get(name)
        if at is None:
            at = self._numbers[name] = len(self.slices)
            self.slices.append([])
            self.firsts.append(set())
            self._places.append({})
        places = [self._place(at, one) for one in stack.slices]
        self.firsts[at].add(places[0])
        start, count = places[0], len(places)
        run = places == list(range(start, start + count))
        affine = None if stack.geometry is None else stack.geometry.patient_from_index.tolist()
        return [
            stack.series_uid,
            stack.study_uid,
            stack.index,
            at,
            [start, start + count] if run else None,
            None if run else places,
            None if stack.geometry is None else [list(stack.geometry.shape), affine],
            [[one.code.value, one.message] for one in stack.warnings],
            stack.part,
            stack.key,
        ]

    def _place(self, at: int, one: SliceHeader) -> int:
        # by identity: a header is long to hash, and readings share the same objects
        known = self._places[at]
        if id(one) not in known:
            known[id(one)] = len(self.slices[at])
            self.slices[at].append(one)
        return known[id(one)]


def unpacked_scan(content: bytes) -> ScanResult:
    """Read what a scan came to.

    Parameters
    ----------
    content : bytes
        Of `packed_scan`, in the form `SCAN_FORM`.

    Returns
    -------
    ScanResult
        Equal to what was written; slices are made when they are asked for.

    Raises
    ------
    ValueError
        The bytes are no such thing, or not whole.
    """
    body = content[DIGEST:]
    if hashlib.sha256(body).digest() != content[:DIGEST]:
        raise ValueError("no scan, or not the whole of it")
    pieces = _pieces(body)
    (root, paths, notes, skipped, series, look_only), firsts = json.loads(
        zlib.decompress(pieces[0])
    )
    early = iter(_slices(pieces[1])())
    piles = [
        Pile(_slices(piece), {place: next(early) for place in places})
        for places, piece in zip(firsts, pieces[3:], strict=True)
    ]
    readings = tuple(
        SeriesReadings(
            uid,
            tuple(
                Reading(Way(way), tuple(_stack(row, piles) for row in rows), reason)
                for way, reason, rows in several
            ),
            question,
        )
        for uid, question, several in series
    )
    return ScanResult(
        Path(root),
        tuple(stack for one in readings for stack in one.stacks),
        Lazily(Pile(_skipped(pieces[2]), {}), range(skipped)),
        readings,
        tuple(_stack(row, piles) for row in look_only),
        None if paths is None else Source(tuple(Path(path) for path in paths)),
        tuple(notes),
    )


def _pieces(body: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(body):
        start = at + LENGTH
        at = start + int.from_bytes(body[at:start], "big")
        found.append(body[start:at])
    return found


def _slices(piece: bytes) -> Callable[[], Sequence[SliceHeader]]:
    return lambda: unpacked_parts(zlib.decompress(piece), SliceHeader)


def _skipped(piece: bytes) -> Callable[[], Sequence[Skipped]]:
    return lambda: unpacked_parts(zlib.decompress(piece), Skipped)


def _stack(row: _Row, piles: Sequence[Pile[SliceHeader]]) -> Stack:
    series_uid, study_uid, index, at, run, places, geometry, warnings, part, key = row
    stack = Stack(
        series_uid,
        study_uid,
        index,
        Lazily(piles[at], places if run is None else range(*run)),
        None if geometry is None else Geometry(tuple(geometry[0]), np.array(geometry[1])),
        tuple(SeriesWarning(WarningCode(code), message) for code, message in warnings),
        part,
    )
    stack.remember_key(StackKey(key))
    return stack
