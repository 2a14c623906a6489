"""Which model writes: the one of the settings, another that the owner allows a request to name, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.writing.writer import Writer
from corpus.errors import UserError

QUOTES = "quotes"
"""The name that asks for no model."""


@dataclass(frozen=True, slots=True)
class Writers:
    """The writers there are, by the names of their models."""

    default: str | None = None
    """The model that writes when a question names none; None: quotes."""
    allowed: tuple[str, ...] = ()
    """Models that a question may name; "quotes" always may be."""
    open: Callable[[str], Writer] | None = None
    """Opens the writer of a model at its first use."""
    _opened: dict[str, Writer] = field(default_factory=dict)

    def choose(self, name: str | None) -> Writer | None:
        """Return the writer for a question that names a model, or None for the default; None: the quotes stand.

        Raises:
            UserError: the model is not allowed, or can't be opened.
        """
        name = self.default if name is None else name
        if name is None or name == QUOTES:
            return None
        if self.open is None or name not in (self.default, *self.allowed):
            known = ", ".join(dict.fromkeys([QUOTES, *filter(None, [self.default]), *self.allowed]))
            raise UserError(
                f"the model {name!r} may not be asked for, expected one of: {known}", "WARDBOOK_MODELS_ALLOWED"
            )
        if name not in self._opened:
            self._opened[name] = self.open(name)
        return self._opened[name]


def of(writers: Mapping[str, Writer], default: str | None = None) -> Writers:
    """Return writers that are open already."""
    return Writers(default, tuple(writers), writers.__getitem__)
