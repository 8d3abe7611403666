"""Headers like the one before: files of one series differ in few values, and only these are read.

A file that was walked leaves a template: its bytes, and where each element lies. In the next file
the bytes between the elements that may differ are compared as they are, so that every step of
the walk and every other value is known to be the same. Anything else is walked (`header_walk`),
and what differed then may differ from there on. `tests/imaging/test_header_template.py` holds
both ways against each other on every file there is.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from painmap.imaging.header_values import Doubt, own_value
from painmap.imaging.header_walk import META, Span, ThinHeader, ThinMeta, walk, wanted_tags
from painmap.imaging.sequence_walk import SHORT, after_sequence, long_at

MOST_TEMPLATES = 16
"""More are not kept at a time: folders mix some series, seldom many."""

PIXEL_HEAD = 12
"""Bytes of an explicit pixel element before its pixels; 8 of an implicit one."""

_GROUP_LENGTH = 0x00020000
_META_LAST = 0x0002FFFF
_META_MOVABLE = {"FileMetaInformationGroupLength", "MediaStorageSOPInstanceUID"}
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
_short_at = struct.Struct("<H").unpack_from

_NOTHING, _SHORT_VALUE, _LONG_VALUE, _SEQUENCE, _META_END = range(5)

Note = TypeVar("Note")


class _Step(NamedTuple):
    """Bytes that must be as they were, and the element after them that need not."""

    fixed: bytes
    kind: int
    tag: int


class Template(Generic[Note]):
    """What the headers of files that are alike have in common.

    `note` is for the caller: what it made of the values that cannot differ.
    """

    def __init__(self, buffer: bytes, spans: list[Span], header: ThinHeader) -> None:
        self.note: Note | None = None
        self.followed_by: Template[Note] = self
        self.implicit = header.original_encoding[0]
        self._head = _head_of(buffer, header)
        self._buffer = buffer[: header.pixels_at + self._head]
        self._spans = spans
        self._header = header
        self._free: set[int] = set()

    def prepare(self, wanted: dict[int, tuple[str, bytes]]) -> None:
        """Cut the bytes at the elements that may differ."""
        known = {**META, **wanted}
        steps: list[_Step] = []
        done, meta_over = 128, False
        for span in self._spans:
            if not meta_over and span.tag > _META_LAST:
                steps.append(_Step(self._buffer[done : span.begin], _META_END, 0))
                done, meta_over = span.begin, True
            if span.tag in self._free:
                size, kind = self._length(span)
                steps.append(_Step(self._buffer[done : span.start - size], kind, span.tag))
                done = span.end
        steps.append(_Step(self._buffer[done:], _NOTHING, 0))
        self._steps = steps
        self._reads = {tag: known[tag] for tag in self._free if tag in known}
        moved = {keyword for keyword, _ in self._reads.values()}
        values, meta = self._header.values, self._header.file_meta.values
        self._values = {key: found for key, found in values.items() if key not in moved}
        self._meta = {key: found for key, found in meta.items() if key not in moved}

    def read(self, buffer: bytes, *, whole: bool) -> ThinHeader | None:
        """The header at the start of `buffer`; None where it has to be walked."""
        try:
            found, pixels_at = self._taken(buffer)
            if not self._head and not (whole and pixels_at == len(buffer)):
                return None
            values, meta = self._values.copy(), self._meta.copy()
            for tag, raw in found:
                known = self._reads.get(tag)
                if known is not None and raw:
                    keyword, vr = known
                    # no movable value is a text that the character set bears on
                    (meta if tag <= _META_LAST else values)[keyword] = own_value(vr, raw, "")
        except (Doubt, struct.error):
            return None
        return ThinHeader(values, ThinMeta(meta), (self.implicit, True), pixels_at)

    def _taken(self, buffer: bytes) -> tuple[list[tuple[int, bytes]], int]:
        """Tags and bytes of what may differ, and where the pixels' element begins."""
        found: list[tuple[int, bytes]] = []
        at, meta_end = 128, -1
        for fixed, kind, tag in self._steps:
            if not buffer.startswith(fixed, at):
                raise Doubt
            at += len(fixed)
            if kind == _SHORT_VALUE:
                start = at + 2
                at = start + _short_at(buffer, at)[0]
                found.append((tag, buffer[start:at]))
                if tag == _GROUP_LENGTH:
                    if at - start != 4:
                        raise Doubt
                    meta_end = at + long_at(buffer, start)[0]
            elif kind == _LONG_VALUE:
                start = at + 4
                # an undefined length leads far behind the bytes at hand, where nothing is found
                at = start + long_at(buffer, at)[0]
                found.append((tag, buffer[start:at]))
            elif kind == _SEQUENCE:
                at = after_sequence(buffer, at, implicit=self.implicit, depth=0)
            elif kind == _META_END and at != meta_end:
                raise Doubt
        return found, at - self._head

    def adopt(self, buffer: bytes, spans: list[Span], movable: set[int], wanted: set[int]) -> bool:
        """Learn from a file that was walked what else may differ; False: it is of another kind."""
        end = spans[-1].end
        if len(spans) != len(self._spans) or bool(self._head) != (len(buffer) > end):
            return False
        differing: set[int] = {_GROUP_LENGTH, *(self._free)}
        for old, new in zip(self._spans, spans, strict=True):
            size, kind = self._length(old)
            head = self._buffer[old.begin : old.start - size]
            same_head = head == buffer[new.begin : new.start - size]
            if not same_head or (kind == _SEQUENCE) != new.undefined:
                return False
            if self._buffer[old.start : old.end] != buffer[new.start : new.end]:
                if old.tag in wanted and old.tag not in movable:
                    return False
                differing.add(old.tag)
        if self._buffer[self._spans[-1].end :] != buffer[end : end + self._head]:
            return False
        if self.implicit:
            # its length is where explicit files have letters
            differing.discard(next(one.tag for one in self._spans if one.tag > _META_LAST))
        self._free = differing
        return True

    def _length(self, span: Span) -> tuple[int, int]:
        """Bytes of the length field, and how the element is stepped over."""
        if span.undefined:
            return 0, _SEQUENCE
        if self.implicit and span.tag > _META_LAST:
            return 4, _LONG_VALUE
        vr = self._buffer[span.begin + 4 : span.begin + 6]
        return (2, _SHORT_VALUE) if vr in SHORT else (4, _LONG_VALUE)


def _head_of(buffer: bytes, header: ThinHeader) -> int:
    """Bytes of the pixels' element before its pixels; 0 where there are no pixels."""
    if header.pixels_at == len(buffer):
        return 0
    return 8 if header.original_encoding[0] else PIXEL_HEAD


class Templates(Generic[Note]):
    """Reads headers one after the other, those that are like earlier ones quickly.

    Used by one thread, for the files of one scan or load.

    Parameters
    ----------
    keywords : iterable of str
        The values that are wanted.
    movable : set of str
        Those of them that may differ between files that are alike; numbers, dates and UIDs.
    """

    def __init__(self, keywords: Iterable[str], movable: Iterable[str]) -> None:
        self._wanted = wanted_tags(tuple(keywords))
        known = {**self._wanted, **META}
        free = {*movable, *_META_MOVABLE}
        self._all = set(known)
        self._movable = {tag for tag, (keyword, _) in known.items() if keyword in free}
        self._templates: list[Template[Note]] = []
        """The one that was used last comes first."""

    def read(self, buffer: bytes, *, whole: bool) -> tuple[ThinHeader, Template[Note] | None]:
        """Read the header at the start of `buffer`.

        Parameters
        ----------
        whole : bool
            `buffer` is the whole file.

        Returns
        -------
        ThinHeader, Template or None
            None: files like this one cannot be told from their bytes alone.

        Raises
        ------
        Doubt, struct.error, TooShort
            As `header_walk.walk`.
        """
        for template in self._likely():
            header = template.read(buffer, whole=whole)
            if header is not None:
                self._use(template)
                return header, template
        spans: list[Span] = []
        header = walk(buffer, self._wanted, whole=whole, spans=spans)
        at = header.pixels_at
        pixels = buffer[at : at + 4] == _PIXEL_DATA and len(buffer) >= at + PIXEL_HEAD
        if not (pixels or at == len(buffer)) or spans[-1].tag <= _META_LAST:
            return header, None
        for template in self._templates:
            if template.adopt(buffer, spans, self._movable, self._all):
                template.prepare(self._wanted)
                self._use(template)
                return header, template
        made: Template[Note] = Template(buffer, spans, header)
        made.adopt(buffer, spans, self._movable, self._all)
        made.prepare(self._wanted)
        self._use(made)
        return header, made

    def _likely(self) -> Iterator[Template[Note]]:
        """What came after the last one before, then all others: series lie mixed in turns."""
        if self._templates:
            first = self._templates[0].followed_by
            yield first
            yield from (each for each in tuple(self._templates) if each is not first)

    def _use(self, template: Template[Note]) -> None:
        """Put it first; what followed one of those that are kept is kept itself."""
        kept = self._templates
        if kept:
            kept[0].followed_by = template
        if not kept or kept[0] is not template:
            self._templates = [template, *(each for each in kept if each is not template)]
            del self._templates[MOST_TEMPLATES:]
