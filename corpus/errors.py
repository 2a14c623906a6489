"""The one exception for what a person can mend.

    Exception
    └── UserError         what failed, the value, what was expected; and what to do about it

Everything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations


class UserError(Exception):
    """Say what failed and how to mend it; the command line prints it without a traceback, the API as a 4xx."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
