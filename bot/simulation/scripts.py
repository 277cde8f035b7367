"""Written conversations, played against the real service as in the terminal: what docs/conversations.md shows."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.channels.console import Console
from bot.conversation.service import Conversations
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.wiring import application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.errors import DataError

HEAD: Final = """# Conversations

Real ones: `usher simulate conversations --out docs/conversations.md` plays the people's lines of
`bot/simulation/scripts.en.toml` to the service, in the terminal, each person new to it, without a language model.
"""


@dataclass(frozen=True, slots=True)
class Script:
    """What one person says, line by line."""

    title: str
    lines: tuple[str, ...]


def read_scripts(path: Path | None = None) -> list[Script]:
    """The scripts of a TOML file, or those that come with the package. Raises ``DataError`` for a file that is none."""
    try:
        text = (path or files(__package__ or "") / "scripts.en.toml").read_text(encoding="utf-8")
        found = tomllib.loads(text)["conversation"]
        return [Script(str(entry["title"]), tuple(map(str, entry["lines"]))) for entry in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no file of conversations ({error}): give each a title and lines.") from error


async def played(
    scripts: list[Script], settings: Settings, catalogue: Catalogue, artefact: Artefact, encoder: Encoder
) -> str:
    """All of them as Markdown, each person in the same fresh database."""
    with TemporaryDirectory() as folder:
        own = settings.model_copy(update={"llm": "off", "database_url": f"sqlite:///{Path(folder) / 'usher.db'}"})
        await upgrade(own.database)
        parts = [HEAD]
        async with application(own, catalogue, artefact, encoder, fixed=True) as app:
            for n, script in enumerate(scripts, 1):
                parts.append(f"## {n}. {script.title}\n\n```\n{await _talk(app.conversations, script, n)}\n```\n")
    return "\n".join(parts)


async def _talk(conversations: Conversations, script: Script, n: int) -> str:
    said, heard = StringIO("".join(f"{line}\n" for line in script.lines)), StringIO()
    await Console(conversations, f"person {n}", said, heard, hint="").chat()
    return "\n".join(line.rstrip() for line in heard.getvalue().strip().splitlines())
