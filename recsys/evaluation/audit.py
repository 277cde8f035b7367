"""A second opinion on explanations, by other means than the checker's, and stricter.

The checker knows one item's facts and a grammar of claims. The audit knows the whole catalogue and no grammar:

- *names*: whatever is a title or a person anywhere in the catalogue, and every other capitalised word within a
  sentence, must stand in the facts, letter by letter but for case;
- *numbers*: so must every number, in digits or words, except the decade of the item's year;
- *terms*: whatever is a genre or a theme of any item must be in the facts, in any inflection or as a synonym;
- *words*: so must every word that is not among the commonest of the language;
- *meaning*: by the sentence encoder, the words without their names must be closer to the facts of their item than to
  those of nearly all others.

What it reports is to be read by a person: a true sentence in uncommon words is reported too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from recsys.catalogue import PEOPLE, Catalogue
from recsys.facts import Facts

LONGEST = 9
"""Words of a name; longer titles are found by their beginnings."""
COMMON = 5000
"""A word of this rank or better is no news about an item."""
TELLING = 1000
"""Words of a worse rank than this say what an item is about."""
SHARED = 4
"""Letters that two inflections of one word begin with, at least; shorter words must be equal but for an "s"."""
NEARER = 0.8
"""Of the other items' facts, at least this share must be less like the words than their own."""
TERMS = ("genre", "keyword")

_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_CONTRACTION = re.compile(r"['’](?:d|ll|m|re|ve)$")
_NUMBERS = re.compile(
    r"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(thir|four|fif|six|seven|eigh|nine)teen|"
    r"(twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand"
)

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class Audit:
    """Looks explanations up in a catalogue. ``ranks``: word -> how common it is, 1 the commonest; ``synonyms``: genre
    -> words for it."""

    def __init__(
        self, catalogue: Catalogue, ranks: Mapping[str, int], synonyms: Mapping[str, frozenset[str]], encode: Encode
    ) -> None:
        self._synonyms = synonyms
        self._names = {item.title for item in catalogue.items}
        self._names |= {value for kind in PEOPLE for value in catalogue.values(kind)}
        self._genres = {value.casefold() for value in catalogue.values("genre")}
        self._terms = {value.casefold() for kind in TERMS for value in catalogue.values(kind)}
        self._ranks = ranks
        self._encode = encode

    def unsupported(self, texts: Sequence[str], facts: Sequence[Facts]) -> list[list[str]]:
        """For each text what its facts don't support, as ``kind: words``; empty lists are what one hopes for."""
        found = [self._looked_up(text, known) for text, known in zip(texts, facts, strict=True)]
        for n, sentence in self._strangers(texts, facts):
            found[n].append(f"meaning: {sentence}")
        return found

    def _looked_up(self, text: str, facts: Facts) -> list[str]:
        sheet = _plain(sheet_of(facts))
        text = _plain(text)
        words = list(_WORD.finditer(text))
        lower = {_bare(w) for w in _WORD.findall(sheet.casefold())}
        lower |= {part for word in lower for part in word.split("-")}
        lower |= {w for genre in facts.fields.get("genre", ()) for w in self._synonyms.get(genre, ())}
        found = [f"name: {name}" for name in self._strange_names(text, words, sheet)]
        found += [f"number: {w.group()}" for w in words if _is_number(w.group()) and not _number_known(w, sheet, facts)]
        found += [f"term: {term}" for term in self._strange_terms(words, sheet.casefold(), lower)]
        for match in words:
            word = _CONTRACTION.sub("", _bare(match.group().casefold()))
            rare = (p for p in word.split("-") if self._ranks.get(p, COMMON + 1) > COMMON and not p[:1].isdigit())
            found += [f"word: {word}" for part in rare if not _known(part, lower)]
        return found

    def _strange_names(self, text: str, words: Sequence[re.Match[str]], sheet: str) -> list[str]:
        found = []
        for i, match in enumerate(words):
            if not match.group()[0].isupper():
                continue
            first = i == 0 or bool(re.search(r"[.!?:]", text[words[i - 1].end() : match.start()]))
            for size in range(min(LONGEST, len(words) - i), 0, -1):
                name = text[match.start() : words[i + size - 1].end()]
                everyday = first and size == 1 and name.casefold() in self._ranks
                if name in self._names and not everyday and not _stands(name, sheet):
                    found.append(name)
            if not first and not _stands(_bare(match.group()), sheet):
                found.append(match.group())
        return list(dict.fromkeys(found))

    def _strange_terms(self, words: Sequence[re.Match[str]], sheet: str, known: set[str]) -> list[str]:
        found = []
        for i in range(len(words)):
            for size in (1, 2, 3):
                parts = [w.group().casefold() for w in words[i : i + size]]
                term = " ".join(parts)
                rare = size > 1 or term in self._genres or self._ranks.get(term, COMMON + 1) > TELLING
                if (
                    term in self._terms
                    and not term[0].isdigit()
                    and rare
                    and term not in sheet
                    and not all(_known(p, known) for p in parts)
                ):
                    found.append(term)
        return list(dict.fromkeys(found))

    def _strangers(self, texts: Sequence[str], facts: Sequence[Facts]) -> list[tuple[int, str]]:
        """Texts that are no closer to their own facts than to others', by the sentence encoder. Of those that tell
        nothing but names there is no telling."""
        if len(texts) < 2:
            return []
        sheets = self._encode([_nameless(sheet_of(f), f) for f in facts])
        vectors = self._encode([_nameless(t, f) for t, f in zip(texts, facts, strict=True)])
        likeness = vectors @ sheets.T
        found = []
        for n, text in enumerate(texts):
            words = map(str.casefold, _WORD.findall(_nameless(text, facts[n])))
            if all(self._ranks.get(_bare(word), TELLING + 1) <= TELLING for word in words):
                continue
            nearer = float(np.mean(likeness[n] < likeness[n, n])) * len(texts) / (len(texts) - 1)
            if nearer < NEARER:
                found.append((n, text))
        return found


def sheet_of(facts: Facts) -> str:
    """All that is known, as one text."""
    fields = [f"{kind}: {', '.join(values)}." for kind, values in facts.fields.items()]
    year = f" ({facts.year})" if facts.year else ""
    return " ".join([f"film: {facts.title}{year}.", *fields, *(f"{reason}." for reason in facts.reasons)])


def _nameless(text: str, facts: Facts) -> str:
    people = [value for kind in PEOPLE for value in facts.fields.get(kind, ())]
    for name in (facts.title, *people):
        text = text.replace(name, "it")
    return text


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("“", '"').replace("”", '"'))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _bare(word: str) -> str:
    return re.sub(r"'s$|'$", "", word)


def _stands(name: str, sheet: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_bare(name))}(?!\w)", sheet, re.IGNORECASE) is not None


def _is_number(word: str) -> bool:
    return word[0].isdigit() or _NUMBERS.fullmatch(word.casefold()) is not None


def _number_known(match: re.Match[str], sheet: str, facts: Facts) -> bool:
    decade = f"{facts.year // 10 * 10}s" if facts.year else ""
    return match.group() in (decade, decade[2:]) or _stands(match.group(), sheet)


def _known(word: str, known: set[str]) -> bool:
    """Whether a word or an inflection of it is among the known ones."""
    base = word.removesuffix("ing")
    if not known.isdisjoint((word, word.rstrip("s"), f"{word}s", base, f"{base}e")):
        return True
    size = max(SHARED, len(word) - 4)
    return len(word) > SHARED and any(k[:size] == word[:size] for k in known)
