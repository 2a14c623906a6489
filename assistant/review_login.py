"""Who may review: one password, compared in constant time, tried slowly, and a session that lives in memory."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable

from assistant.rate_limit import RateLimit

SESSION_SECONDS = 8 * 3600
TRIES_PER_MINUTE = 10
"""Wrong passwords that one client may send: guessing takes years, and nobody locks the reviewers out."""


class Login:
    """Sessions of reviewers; a server that starts anew knows none."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = password.encode()
        self._clock = clock
        self._sessions: dict[str, float] = {}
        self._limit = RateLimit()

    def blocked(self, client: str) -> bool:
        """Tell whether too many passwords of a client were wrong just now."""
        return self._limit.seconds_until_free("review", client, TRIES_PER_MINUTE) > 0

    def enter(self, password: str, client: str) -> str | None:
        """Return a new session's token; None when the password is wrong or too many were."""
        if self.blocked(client):
            return None
        if not hmac.compare_digest(password.encode(), self._password):
            self._limit.seconds_to_wait("review", client, TRIES_PER_MINUTE)
            return None
        now = self._clock()
        self._sessions = {token: ends for token, ends in self._sessions.items() if ends > now}
        token = secrets.token_urlsafe(32)
        self._sessions[token] = now + SESSION_SECONDS
        return token

    def knows(self, token: str | None) -> bool:
        """Return whether a token belongs to a session that has not ended."""
        return token is not None and self._sessions.get(token, 0.0) > self._clock()

    def leave(self, token: str | None) -> None:
        """End a session."""
        self._sessions.pop(token or "", None)
