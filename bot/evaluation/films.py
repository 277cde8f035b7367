"""Files of dialogues, and the films that they name, in a catalogue."""

from __future__ import annotations

import lzma
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.conversation.title_index import number
from bot.conversation.tokens import ARTICLES, norms
from recsys.catalogue import Catalogue
from recsys.errors import DataError
from recsys.files import OPENERS


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """A text file to read, unpacked on the way; raises ``DataError`` when it is missing or damaged."""
    try:
        with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
            yield file
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path} can't be read ({error}): check the file.") from error


def title_key(name: str) -> str:
    """A title without what people leave out or write in several ways: case, articles, punctuation, numerals."""
    said = norms(name)
    return "".join(number(n) for n in said if n not in ARTICLES) or "".join(said)


class Films:
    """ReDial's films in a catalogue: by the ids of other systems, else by title and year, else, since
    some years are wrong, by title; doubles included."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_id: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._by_name: dict[tuple[str, int | None], list[str]] = defaultdict(list)
        self._by_title: dict[str, list[str]] = defaultdict(list)
        for item in catalogue.items:
            for system, value in item.external.items():
                self._by_id[system, value].append(item.id)
            for name in (item.title, *item.aliases):
                self._by_name[title_key(name), item.year].append(item.id)
                self._by_title[title_key(name)].append(item.id)

    def ids(self, title: str, year: int | None, ids: Mapping[str, str]) -> list[str]:
        """The items that may be meant by a title, a year and other systems' ids, surest first."""
        years = (year, *((year - 1, year + 1) if year else ()))
        by_id = [i for pair in ids.items() for i in self._by_id.get(pair, ())]
        by_name = [i for year in years for i in self._by_name.get((title_key(title), year), ())]
        return list(dict.fromkeys((*by_id, *by_name))) or self._by_title.get(title_key(title), [])
