"""Ids that sort in the order in which things were made (UUID version 7, RFC 9562)."""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


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
