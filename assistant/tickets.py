"""Tickets of those who have signed in: signed, so that every server that knows the secret knows them.

A ticket is `UNTIL.RANDOM.SIGNATURE`, the signature an HMAC-SHA256 (RFC 2104) by a key of the secret and the password:
with another password every ticket is void. Nothing is kept but those that were given back before their time, and these
by the server that took them: of another, such a ticket is refused only when its time is over.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256


class Tickets:
    """Issues tickets and knows its own."""

    def __init__(
        self, password: str, seconds: int, secret: str | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """Take what they are signed with; without a secret, a random one of this process."""
        key = secret.encode("utf-8", "surrogatepass") if secret else secrets.token_bytes(32)
        self._key = hmac.digest(key, password.encode("utf-8", "surrogatepass"), "sha256")
        self._seconds = seconds
        self._clock = clock
        self._ended: dict[bytes, float] = {}

    def issue(self) -> str:
        """Return a fresh ticket."""
        body = f"{int(self._clock()) + self._seconds}.{secrets.token_urlsafe(24)}"
        return f"{body}.{self._signature(body)}"

    def knows(self, ticket: str) -> bool:
        """Tell whether a ticket is one of ours whose time is not over and that was not given back here."""
        return self._until(ticket) > self._clock() and _hash(ticket) not in self._ended

    def end(self, ticket: str) -> None:
        """Take a ticket back."""
        now = self._clock()
        until = self._until(ticket)
        if until > now:
            self._ended = {hashed: ends for hashed, ends in self._ended.items() if ends > now}
            self._ended[_hash(ticket)] = until

    def _until(self, ticket: str) -> float:
        """Return when a ticket's time is over; 0 for one that is not ours."""
        body, _, signature = ticket.rpartition(".")
        if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), self._signature(body).encode()):
            return 0.0
        return float(body.partition(".")[0])

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _hash(ticket: str) -> bytes:
    return sha256(ticket.encode()).digest()
