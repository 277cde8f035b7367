"""The two packages and what they may know of each other."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def imported(package: str) -> dict[str, set[str]]:
    """File -> the top-level names that it imports."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
        found[str(path.relative_to(ROOT))] = names
    return found


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("recsys", {"bot", "sqlalchemy", "telegram", "alembic", "typer"}),
        ("bot", {"torch", "numpy", "scipy", "sentence_transformers", "transformers"}),
    ],
)
def test_a_package_keeps_to_its_side(package: str, forbidden: set[str]) -> None:
    files = imported(package)
    assert len(files) > 5
    assert {name: names & forbidden for name, names in files.items() if names & forbidden} == {}


def test_only_the_channel_knows_telegram() -> None:
    users = {name for name, names in imported("bot").items() if "telegram" in names}
    assert users
    assert all(name.startswith("bot/channels/telegram/") for name in users)


def test_only_the_store_knows_the_database() -> None:
    users = {name for name, names in imported("bot").items() if names & {"sqlalchemy", "alembic"}}
    assert users
    assert all(name.startswith("bot/store/") for name in users)
