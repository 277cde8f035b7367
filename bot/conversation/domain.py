"""What an operator's items are called, and what people do with them, in the words that the reader knows: to who
recommends books "a book I've read" is a film that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.lexicon import Lexicon
from bot.conversation.tokens import Token, norms
from bot.texts import Texts

_BASE = frozenset(
    (
        "do",
        "dont",
        "does",
        "doesnt",
        "did",
        "didnt",
        "to",
        "lets",
        "ill",
        "id",
        "gonna",
        "wanna",
        "can",
        "should",
        "could",
        "would",
        "will",
        "shall",
    )
)
"""Words before a verb that has no past form of its own, where it is none: "something to read", "what should I read"."""


class Domain:
    """The words of one operator, as the texts have them."""

    def __init__(self, texts: Texts | None = None) -> None:
        """Without ``texts``, and where they speak of films, every word means itself."""
        self._nouns: dict[str, str] = {}
        self._verbs: dict[str, str] = {}
        if texts is None or texts("item") == "film":
            return
        also = texts.options("also_called")
        called = [(texts("item"), "film"), (texts("items"), "films")]
        for name, ours in [*called, *((name, "films" if name.endswith("s") else "film") for name in also)]:
            if words := norms(name):
                self._nouns.setdefault(words[-1], ours)  # "board game"
        for key in ("saw", "seen", "watching", "watch"):
            self._verbs[next(iter(norms(texts(key))), "")] = key  # "listen to"
        self._past = "saw" if texts("watch") == texts("saw") else ""

    def names(self, word: str) -> bool:
        """Whether a word is what the operator calls an item."""
        return word in self._nouns

    def said(self, name: str) -> set[str]:
        """A name and how it is ``heard``: "card game" as "card film"."""
        *words, last = name.split() or [name]
        return {name, " ".join([*words, self._nouns.get("".join(norms(last)), last)])}

    @property
    def films(self) -> bool:
        """Whether it is films that are recommended."""
        return not self._nouns

    def taught(self, lexicon: Lexicon) -> Lexicon:
        """The lexicon with the operator's words among those that tell a title: "read Dune"."""
        if not self._nouns:
            return lexicon
        nouns = tuple(self._nouns)
        past = tuple(verb for verb, ours in self._verbs.items() if ours in ("saw", "seen") or self._past)
        grammar, cues = lexicon.grammar, lexicon.title_cues
        grammar = grammar.model_copy(
            update={
                "film_nouns": (*grammar.film_nouns, *nouns),
                "slot_nouns": (*grammar.slot_nouns, *nouns),
            }
        )
        cues = cues.model_copy(update={"watched": (*cues.watched, *past)})
        return lexicon.model_copy(update={"grammar": grammar, "title_cues": cues})

    def heard(self, tokens: Sequence[Token], named: Sequence[bool]) -> list[Token]:
        """The tokens, those outside of names as they are said of films."""
        if not self._nouns:
            return list(tokens)
        heard: list[Token] = []
        for n, token in enumerate(tokens):
            ours = "" if named[n] else self._nouns.get(token.norm) or self._verb(tokens, n)
            heard.append(replace(token, norm=ours, bare=ours) if ours else token)
        return heard

    def _verb(self, tokens: Sequence[Token], n: int) -> str:
        """What stands for a verb: "read" is "watch" behind "to" and "should I", else "saw"."""
        ours = self._verbs.get(tokens[n].norm, "")
        if ours != "watch" or not self._past:
            return ours
        before = {token.norm for token in tokens[max(0, n - 2) : n]}
        has = before & {"have", "has", "had", "ive", "already", "never", "just"}
        return "seen" if has else "watch" if not n or before & _BASE else self._past


FILMS = Domain()
"""What Usher speaks of by itself."""
