"""The README names every command, option and setting, and the house's rooms; nothing in it is stale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from assistant.cli import main
from assistant.settings import Settings

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name, groups excepted."""
    context = click.Context(group)
    for short in group.list_commands(context):
        command = group.get_command(context, short)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {short}")
        else:
            yield f"{name} {short}", command


@pytest.mark.parametrize(("name", "command"), list(commands(main, "wardbook")), ids=str)
def test_every_command_and_option_is_in_the_readme(name: str, command: click.Command) -> None:
    assert name.split()[1] in README
    assert name.split()[-1] in README
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.opts[0] in README, f"{name} {option.opts[0]}"
            assert option.help, f"{name} {option.opts[0]} has no help"
    assert command.help


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_readme_and_described(name: str) -> None:
    assert f"WARDBOOK_{name.upper()}" in README
    assert Settings.model_fields[name].description


def test_every_file_that_the_readme_walks_past_is_there() -> None:
    root = Path(__file__).parent.parent
    named = {word.strip("`.,;:()") for word in README.split() if word.startswith("`") and ".py`" in word}
    there = {path.name for path in root.rglob("*.py") if ".venv" not in path.parts}
    assert {name for name in named if "/" not in name} <= there
