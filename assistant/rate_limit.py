"""How often one client may ask: a moving window for each, kept in memory by the library `limits`.

A client is the user whom a trusted proxy names, or else its address; of IPv6 the network of 64 bits, since one machine
holds all of it.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import MutableMapping
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class RateLimit:
    """Counts what clients do, each kind apart."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def seconds_to_wait(self, kind: str, client: str, per_minute: int) -> int:
        """Count one, and return 0; or count nothing and return after how many seconds one more is allowed."""
        if per_minute <= 0:
            return 0
        limit = RateLimitItemPerMinute(per_minute)
        return 0 if self._windows.hit(limit, kind, client) else self._left(limit, kind, client)

    def seconds_until_free(self, kind: str, client: str, per_minute: int) -> int:
        """Count nothing; return 0 if one more is allowed, or after how many seconds it is."""
        limit = RateLimitItemPerMinute(per_minute)
        return 0 if self._windows.test(limit, kind, client) else self._left(limit, kind, client)

    def _left(self, limit: RateLimitItem, kind: str, client: str) -> int:
        return max(1, math.ceil(self._windows.get_window_stats(limit, kind, client).reset_time - time.time()))


def client_of(scope: MutableMapping[str, Any], user_header: str | None) -> str:
    """Return who is asking: a user, an address, or for a client without one "unknown"."""
    if user_header:
        user = dict(scope["headers"]).get(user_header.lower().encode())
        if user:
            return f"user {user.decode('latin-1')}"
    host = str((scope.get("client") or ("unknown", 0))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host
