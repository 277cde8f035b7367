"""README, .env.example and the help are true: they name every command and every setting."""

from pathlib import Path

import click
import pytest
import typer

from bot.cli import app
from bot.serve import COMMANDS
from bot.settings import Settings
from bot.texts import Texts

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def commands() -> list[str]:
    found = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        children = getattr(command, "commands", {})
        found += [f"usher {name} {child}" for child in children] or [f"usher {name}"]
    return found


@pytest.mark.parametrize("command", commands())
def test_the_readme_names_every_command(command: str) -> None:
    assert f"`{command}" in README


@pytest.mark.parametrize("setting", [name.upper() for name in Settings.model_fields])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in README
    assert f"\n{setting}=" in EXAMPLE


def test_the_example_names_nothing_else() -> None:
    named = {line.split("=")[0] for line in EXAMPLE.splitlines() if line and not line.startswith("#")}
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_chat_command_has_a_description(name: str) -> None:
    assert Texts()(f"command_{name}")
    assert f"/{name}" in README


@pytest.mark.parametrize("target", ["run", "test", "faults", "browser", "lint", "bench"])
def test_the_readme_names_what_make_can_do(target: str) -> None:
    assert f"`make {target}`" in README
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_cleaning_spares_what_can_not_be_fetched_again() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nclean:")[2]
    assert ".venv" in recipe
    assert not {"catalogue", "index", "usher.db", "backups"} & set(recipe.replace("/", " ").split())


def test_every_command_has_a_help_text() -> None:
    def walk(command: click.Command) -> list[click.Command]:
        return [command, *(c for child in getattr(command, "commands", {}).values() for c in walk(child))]

    assert all(command.help for command in walk(typer.main.get_command(app)))
