"""Ids that sort in the order in which things were made (UUID version 7, RFC 9562)."""

import secrets
import threading
import time
from math import inf
from uuid import UUID

_lock = threading.Lock()
_last = 0


def made_at(item_id: UUID) -> float:
    """Say when an id was made, in seconds since 1970; infinity where the id does not say."""
    return (item_id.int >> 80) / 1000 if item_id.version == 7 else inf


def new_id() -> UUID:
    """Make an id that is greater than every id made before it in this process.

    48 bits of milliseconds, 12 bits that keep order within one, 62 random bits. Items are
    kept in the order of their ids, so that undoing a deletion puts an item back where it was.
    """
    global _last
    with _lock:
        now = time.time_ns() * 4096 // 1_000_000  # milliseconds in 2^-12 parts
        _last = max(now, _last + 1)
        stamp = _last
    milliseconds, fraction = stamp >> 12, stamp & 0xFFF
    value = (milliseconds & (2**48 - 1)) << 80 | 7 << 76 | fraction << 64
    return UUID(int=value | 2 << 62 | secrets.randbits(62))
