"""Who may review: one password, compared in constant time, tried slowly, and a session that lives in memory."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable

SESSION_SECONDS = 8 * 3600
ATTEMPTS, ATTEMPTS_SECONDS = 10, 60.0
"""Wrong passwords that are answered in so many seconds, from whatever address: guessing takes years."""


class Login:
    """Sessions of reviewers; a server that starts anew knows none."""

    def __init__(self, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = password.encode()
        self._clock = clock
        self._sessions: dict[str, float] = {}
        self._wrong: deque[float] = deque()

    @property
    def blocked(self) -> bool:
        """Whether too many passwords were wrong just now."""
        while self._wrong and self._wrong[0] < self._clock() - ATTEMPTS_SECONDS:
            self._wrong.popleft()
        return len(self._wrong) >= ATTEMPTS

    def enter(self, password: str) -> str | None:
        """Return a new session's token; None when the password is wrong or too many were."""
        if self.blocked:
            return None
        if not hmac.compare_digest(password.encode(), self._password):
            self._wrong.append(self._clock())
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
