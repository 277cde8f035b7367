"""Chinese messages in the English words that the reader knows: word by word, the longest match first.

The reader's grammar is English, and a Chinese sentence of this domain needs little beyond its words to fit it: what is
said of something moves before it ("恐怖片我不喜欢": "I don't like horror"), and a few shapes are turned round ("比 Heat
更搞笑": "like Heat but funnier"). ``bot/texts/lexicon.zh.toml`` holds the words and the shapes. Letters that are no
Chinese stay as they are, so a message may mix languages; so do Chinese titles of the catalogue.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.conversation.quantities import QUANTITIES, halfwidth
from bot.texts import PEOPLE, TITLES, is_chinese, simplified
from recsys.catalogue import Catalogue
from recsys.errors import DataError

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
LONGEST_SHAPE = 80
"""Characters of a clause that is looked at as a whole: longer ones are no clauses, and would cost their square."""
_HAN = re.compile(f"[{HAN}]")
_EMOJI = "\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_BREAK = re.compile(
    rf"\s*[，。！？；：\n…]+\s*|(?<=[{HAN}])\s*[,.!?;:]+\s*|[,.!?;:]+\s*(?=[{HAN}])|(?<=[{HAN}])\s+(?=[{HAN}]|\d+分)"
    rf"|(?<=[{HAN}])\s*(?=[{_EMOJI}])|(?<=[{_EMOJI}])\s*(?=[{HAN}])"
    "|(?<=了)(?=想看|想要|我想|不想|不要|来[点个部]|换[一个点成]|有没有|给我|推荐|再来|看不懂)"  # who writes no commas
)
_STOPS = str.maketrans("，。！？；：", ",.!?;:")
_OTHER = re.compile(rf"[^{HAN}《]+")
_QUOTED = re.compile("《([^》]*)》?")
_TITLED = re.compile('「([^」]*)」|『([^』]*)』|〈([^〉]*)〉|“([^”]*)”|"([^"]*)"')
"""Marks that hold titles, but other things as well."""
_MEASURED = frozenset(("long", "short"))
_KIND = re.compile(f"的(?![吗呢吧有])[{HAN}]")
_MARKS = re.compile(r"[\W_]+")
_HIDDEN = "囗"
_PARTICLES = "吧啊呀哦啦嘛呢了的~～"
_FILMS = frozenset(("movie", "movies", "something", "story"))
_SLOT = re.compile(r"\{(\d)([+=-]?)(?::([^}]*))?\}")


class Role(StrEnum):
    """What a word does in its clause."""

    THING = "thing"  # something that can be spoken of; all that isn't Chinese too
    SUBJECT = "subject"
    PARTICLE = "particle"
    VERB = "verb"  # governs what follows; moves before its object
    WISH = "wish"  # moves like a verb, but needs no object: "no", "looking for"
    JUDGEMENT = "judgement"  # "is boring"


@dataclass(frozen=True, slots=True)
class Piece:
    """English words for ``text[start:end]``; ``exact`` when they are the very same letters."""

    words: str
    start: int
    end: int
    role: Role = Role.THING
    exact: bool = False


class Glossed:
    """A message in English words. ``source`` tells where in the message some of them come from."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces: list[Piece] = []
        self._starts: list[int] = []
        text = ""
        for piece in pieces:
            if piece.words:
                text += " " if text and piece.words[0] not in ",.!?;:" else ""
                self._starts.append(len(text))
                self._pieces.append(piece)
                text += piece.words
        self.text = text

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where the words ``text[start:end]`` stand in the message."""
        if not self._pieces:
            return 0, 0
        first = max(0, bisect_right(self._starts, start) - 1)
        last = max(first, bisect_right(self._starts, max(start, end - 1)) - 1)
        found = [self._within(n, start, end) for n in range(first, last + 1)]
        return min(f[0] for f in found), max(f[1] for f in found)

    def core(self, start: int, end: int) -> tuple[int, int]:
        """``source`` without the words that ask for a film: what is asked for itself."""
        told = [
            (piece.start, piece.end)
            for piece, at in zip(self._pieces, self._starts, strict=True)
            if at < end and start < at + len(piece.words) and piece.role is Role.THING and piece.words not in _FILMS
        ]
        return (min(told)[0], max(end for _, end in told)) if told else self.source(start, end)

    def _within(self, n: int, start: int, end: int) -> tuple[int, int]:
        piece, offset = self._pieces[n], self._starts[n]
        if not piece.exact:
            return piece.start, piece.end
        low, high = max(0, start - offset), min(len(piece.words), end - offset)
        return piece.start + low, piece.start + max(low, high)


class _Shape(BaseModel):
    """A clause to be turned round: ``said`` is a regular expression, ``means`` English words with ``{1}`` for the gloss
    of its first group, ``{1:it}`` for a default, ``{1=}``, ``{1+}`` and ``{1-}`` for "funny", "funnier" and "less
    funny"."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    said: str
    means: str


class _Lexicon(BaseModel):
    """The file; its head says what each table holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    things: Mapping[str, str]
    subjects: Mapping[str, str]
    particles: Mapping[str, str]
    verbs: Mapping[str, str]
    wishes: Mapping[str, str]
    judgements: Mapping[str, str]
    adjectives: Mapping[str, tuple[str, str]]
    messages: Mapping[str, str]
    sentences: Mapping[str, str]
    everyday: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, str]
    clauses: tuple[_Shape, ...]
    shapes: tuple[_Shape, ...]


@cache
def load_chinese() -> _Lexicon:
    """The Chinese lexicon; raises ``DataError`` naming the first entry that is wrong."""
    try:
        data = tomllib.loads((files("bot.texts") / "lexicon.zh.toml").read_text("utf-8"))
        return _Lexicon.model_validate(data)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"The Chinese lexicon can't be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(f"Mend the Chinese lexicon's {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error


class Glossary:
    """Turns Chinese into English words, for one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        lexicon = load_chinese()
        self._adjectives = lexicon.adjectives
        self._messages, self._sentences = lexicon.messages, lexicon.sentences
        self._words: dict[str, tuple[str, Role]] = {}
        known = {item.name for item in catalogue.items}
        lacking = [own for name, own in TITLES.items() if name not in known]
        self._titles = {said: f'"{said}"' for own in lacking for said in own}
        self._titles |= _called({name: own for name, own in TITLES.items() if name in known})
        everyday = {title for titles in lexicon.everyday.values() for title in titles}
        self._spoken = {t: name for t, name in self._titles.items() if len(t) > 1 and t not in everyday}
        people = _called(PEOPLE)
        for table, role in (
            (self._spoken, Role.THING),
            (people, Role.THING),
            (lexicon.things, Role.THING),
            ({a: base for a, (base, _) in lexicon.adjectives.items() if len(a) > 1}, Role.THING),
            (lexicon.subjects, Role.SUBJECT),
            (lexicon.particles, Role.PARTICLE),
            (lexicon.judgements, Role.JUDGEMENT),
            (lexicon.wishes, Role.WISH),
            (lexicon.verbs, Role.VERB),
        ):
            self._words |= {said: (words, role) for said, words in table.items()}
        titles = {title for item in catalogue.items for title in (item.title, *item.aliases)}
        protected = {
            simplified(title): (f'"{title}"', Role.THING) for title in titles if is_chinese(title) and len(title) > 1
        }
        self._words = protected | self._words
        self._whole = self._spoken.keys() | protected.keys()
        self._longest_title = max(map(len, self._whole), default=0)
        self._longest = max(map(len, self._words))
        adjectives = "|".join(sorted(lexicon.adjectives, key=len, reverse=True))
        names = "|".join(sorted(people, key=len, reverse=True))

        def compiled(shapes: Iterable[_Shape]) -> list[tuple[re.Pattern[str], str]]:
            groups = {f"<{name}>": part for name, part in lexicon.parts.items()}
            groups |= {
                "<TITLE>": f"(?:{_HIDDEN}+|《[^》]*》)",
                "<ADJ>": f"({adjectives})",
                "<NAME>": rf"({names}|[^{HAN}]*[A-Za-z][^{HAN}]*)",
            }
            return [(re.compile(_replaced(shape.said, groups)), shape.means) for shape in shapes]

        self._shapes = compiled(lexicon.shapes)
        self._clause_shapes = [*compiled(lexicon.clauses), *self._shapes]
        self._compared = re.compile(
            rf"(?P<less>不那么|没那么|没有那么|[别不没]要?[那这]么?|少一?点)(?P<a>{adjectives})"
            rf"|(?P<limit>别太|不要太|不太)(?P<e>{adjectives})"
            rf"|(?P<too>太|过于|有点太|有点)(?P<b>{adjectives})了?"
            rf"|(?:更加?|再|要|稍微|还要)(?P<c>{adjectives})(?:一?点儿?|一?些)?|(?P<d>{adjectives})(?:一?点儿?|一些)"
        )

    def gloss(self, text: str) -> Glossed:
        """A message in English words, in simplified or traditional characters."""
        plain = simplified(halfwidth(text))
        whole = plain.strip().rstrip("。！!.")
        if words := self._messages.get(whole) or self._messages.get(whole.rstrip(_PARTICLES)):
            return Glossed([Piece(words, 0, len(text))])
        return Glossed(self._clauses(plain))

    def _clauses(self, text: str) -> Iterator[Piece]:
        start = 0
        shown = self._hidden(text)
        for end, after in [*((m.start(), m.end()) for m in _BREAK.finditer(shown)), (len(text), len(text))]:
            yield from self._clause(text, shown, start, end)
            mark = text[end:after].strip().translate(_STOPS)[:1]
            if end < len(text):
                yield Piece(mark or ",", end, after, Role.PARTICLE)
            start = after

    def _hidden(self, text: str) -> str:
        """A text without the letters of its titles, which shapes must not split: "像肖申克的救赎的片"."""
        hidden, i = list(text), 0
        while i < len(text):
            n = next((n for n in range(self._longest_title, 1, -1) if text[i : i + n] in self._whole), 0)
            hidden[i : i + n] = _HIDDEN * n
            i += n or 1
        return "".join(hidden)

    def _clause(self, text: str, shown: str, start: int, end: int) -> list[Piece]:
        """A whole clause of the message."""
        start, end = _trimmed(text, start, end)
        said = text[start:end].rstrip(_PARTICLES)
        if words := self._sentences.get(said) or self._sentences.get(text[start:end]):
            return [Piece(words, start, end)]
        return self._phrase(text, shown, start, end, self._clause_shapes)

    def _phrase(
        self,
        text: str,
        shown: str,
        start: int,
        end: int,
        shapes: Sequence[tuple[re.Pattern[str], str]],
        *,
        inside: bool = False,
    ) -> list[Piece]:
        """A part of a clause; ``shown``: the text that shapes see."""
        start, end = _trimmed(text, start, end)
        if not _HAN.search(text, start, end):
            return [Piece(text[start:end], start, end, exact=True)] if start < end else []
        for pattern, means in shapes if end - start <= LONGEST_SHAPE else ():
            if match := pattern.fullmatch(shown, start, end):
                return self._shaped(text, shown, match, means)
        return _ordered(list(self._word_by_word(text, start, end)), inside=inside)

    def _shaped(self, text: str, shown: str, match: re.Match[str], means: str) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        for slot in [*_SLOT.finditer(means), None]:
            literal = means[at : slot.start() if slot else len(means)].strip()
            if literal:
                pieces.append(Piece(literal, match.start(), match.end(), Role.PARTICLE))
            if slot is None:
                return pieces
            at = slot.end()
            group = int(slot[1])
            said = match[group] or ""
            if slot[2]:
                base, more = self._adjectives[said]
                words = {"+": more, "-": f"less {base}", "=": base}[slot[2]]
                pieces.append(Piece(words, *match.span(group)))
                continue
            shapes = self._shapes if match.span(group) != match.span() else ()
            told = self._phrase(text, shown, *match.span(group), shapes, inside=True) if said.strip() else []
            pieces += told
            if slot[3] and not any(piece.words for piece in told):
                pieces.append(Piece(slot[3], match.start(), match.end()))
        return pieces

    def _word_by_word(self, text: str, start: int, end: int) -> Iterator[Piece]:
        i = unknown = start
        while i < end:
            if found := self._at(text, i, end):
                if unknown < i:
                    yield Piece(text[unknown:i], unknown, i, exact=True)
                yield found
                i = unknown = found.end
            else:
                i += 1
        if unknown < end:
            yield Piece(text[unknown:end], unknown, end, exact=True)

    def _at(self, text: str, i: int, end: int) -> Piece | None:
        """The piece that starts at ``i``, if anything known does."""
        if quoted := _QUOTED.match(text, i, end):
            return Piece(self._title(quoted[1]) or f'"{quoted[1]}"', i, quoted.end())
        if (titled := _TITLED.match(text, i, end)) and (title := self._title(titled[titled.lastindex or 0])):
            return Piece(title, i, titled.end())
        longest = next((n for n in range(min(self._longest, end - i), 0, -1) if text[i : i + n] in self._words), 0)
        quantity = QUANTITIES.match(text, i, end)
        if quantity and quantity.end - i >= longest:
            return Piece(quantity.words, i, quantity.end)
        compared = self._compared.match(text, i, end)
        if compared and compared.end() - i > longest:
            return Piece(self._comparison(compared, _KIND.match(text, compared.end(), end)), i, compared.end())
        if longest:
            words, role = self._words[text[i : i + longest]]
            return Piece(words, i, i + longest, role)
        if other := _OTHER.match(text, i, end):
            return Piece(other[0].strip(), i + len(other[0]) - len(other[0].lstrip()), other.end(), exact=True)
        return None

    def _title(self, said: str) -> str | None:
        """The film that is called so between title marks, whatever its punctuation."""
        return self._titles.get(_MARKS.sub("", said))

    def _comparison(self, match: re.Match[str], kind: re.Match[str] | None) -> str:
        """A comparison in English; before a ``kind`` of film it says no more than the adjective: "轻松一点的法国片"."""
        if match["less"]:
            return f"less {self._adjectives[match['a']][0]}"
        if match["limit"]:
            return f"not too {self._adjectives[match['e']][0]}"
        if match["too"]:
            return f"too {self._adjectives[match['b']][0]}"
        base, more = self._adjectives[match["c"] or match["d"]]
        return base if kind and match["d"] and base not in _MEASURED else more


def _called(names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """English names by their Chinese ones, which people write with their marks or without: "汤姆·汉克斯"."""
    return {said: name for name, own in names.items() for chinese in own for said in (_MARKS.sub("", chinese), chinese)}


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the space around it."""
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), max(start, end - len(said) + len(said.rstrip()))


def _replaced(text: str, parts: Mapping[str, str]) -> str:
    for part, by in parts.items():
        text = text.replace(part, by)
    return text


def _ordered(pieces: Sequence[Piece], *, inside: bool) -> list[Piece]:
    """A clause in English order. What is said last of something named before goes before it; a judgement gets its
    "was", and what is judged or reacted to without being named is "it", unless it is ``inside`` a larger clause."""
    said = [n for n, p in enumerate(pieces) if p.role is not Role.PARTICLE]
    if not said:
        return list(pieces)
    last = pieces[said[-1]]
    things = [n for n in said[:-1] if pieces[n].role is Role.THING]
    if last.role in (Role.VERB, Role.WISH) and things:
        moved = set(things)
        return [*(p for n, p in enumerate(pieces) if n not in moved), *(pieces[n] for n in things)]
    if last.role is Role.VERB and not inside:
        return [*pieces, Piece("it", last.start, last.end)]
    if last.role is Role.JUDGEMENT or (last.words.startswith("too ") and things):
        was = Piece("was" if things else "it was", last.start, last.end, Role.PARTICLE)
        return [*pieces[: said[-1]], was, *pieces[said[-1] :]]
    return list(pieces)
