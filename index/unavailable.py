"""What an answer needs is away for now."""

from __future__ import annotations

from corpus.errors import UserError


class Unavailable(UserError):
    """A server that the index lies on can't be reached, or has not what it had; asking again later may do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint or "see that it runs; `wardbook doctor` looks whether it can be reached")
