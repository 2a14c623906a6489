"""Commands of the floor above, found by their entry point: no floor imports one to its right."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import click


class PluggedGroup(click.Group):
    """A group that has, beside its own commands, those registered under the entry point group `plugged`."""

    def __init__(self, *args: Any, plugged: str = "wardbook.commands", **more: Any) -> None:
        super().__init__(*args, **more)
        self._plugged = plugged

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the built-in and the plugged-in commands."""
        return sorted({*super().list_commands(ctx), *(point.name for point in entry_points(group=self._plugged))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a plugged-in command when it is asked for."""
        built_in = super().get_command(ctx, cmd_name)
        if built_in is not None:
            return built_in
        for point in entry_points(group=self._plugged, name=cmd_name):
            command: click.Command = point.load()
            return command
        return None
