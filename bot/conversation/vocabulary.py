"""All that words can mean: the lexicon and the catalogue as lookup tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.concepts import Concepts, own_kinds, questions_of
from bot.conversation.counts import counts_of, length_of
from bot.conversation.domain import Domain
from bot.conversation.lexicon import Lexicon
from bot.conversation.linking import Titles
from bot.conversation.people import People
from bot.conversation.permission_words import PermissionWords
from bot.conversation.ranges import Ranges
from bot.conversation.references import References
from bot.conversation.spelling import Rarity, Spelling
from bot.conversation.stance_words import StanceWords
from bot.conversation.statements import Critique, Intent
from bot.conversation.tokens import Phrases, Token, norms, squash, tokenize
from bot.conversation.unknown import UnknownTitles
from recsys.catalogue import Catalogue

LONG = 7
"""Letters of a word of asking that may be misspelt: shorter ones are too like others."""

_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")


class Words:
    """Everything that words can mean: the lexicon and the catalogue as lookup tables."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, domain: Domain) -> None:
        self.domain, lexicon = domain, domain.taught(lexicon)
        self.lexicon, self.grammar, self.catalogue = lexicon, lexicon.grammar, catalogue
        self.rarity = rarity = Rarity(lexicon.common)
        cues, nouns = set(lexicon.grammar.name_cues), {*lexicon.grammar.film_nouns, *lexicon.negators.contrast}
        self.people = People(catalogue, rarity, lexicon.vocabulary, cues, nouns, lexicon.nicknames)
        self.titles = Titles(catalogue, lexicon, rarity, self.people)
        self.concepts = Concepts(catalogue, lexicon, domain)
        self.unknown = UnknownTitles(lexicon, self.titles.index.holds)
        self.stances = StanceWords(lexicon)
        self.references = References(lexicon)
        self.permissions = PermissionWords(lexicon)
        self.years = {item.id: item.year for item in catalogue.items}
        self.newest = max((year for year in self.years.values() if year), default=2000)
        counts = counts_of(catalogue)
        self.ranges = Ranges(lexicon, catalogue, self.newest, counts, length_of(catalogue))
        said = {norm for cue in lexicon.cues.want for norm in norms(cue) if len(norm) >= LONG}
        verbs = {norm for norm in lexicon.title_cues.watched if len(norm) >= len("liked")}
        self._slips = Spelling(dict.fromkeys(sorted(said | verbs), 0.5))
        ordinals = {norm for words in lexicon.ordinals.values() for norm in words if norm.isalpha() and len(norm) > 4}
        self._ordinals = Spelling(dict.fromkeys(sorted(ordinals), 0.5))
        self.fillers = set(map(squash, lexicon.fillers.words))
        self._everyday = {*lexicon.common, *map(squash, lexicon.fillers.words)}
        self.interjections = set(map(squash, lexicon.interjections.words))
        self.leading = self.fillers | set(lexicon.cues.hint) | set(map(squash, lexicon.interjections.words))
        self.refining = set(map(squash, lexicon.refining.words))
        self.adding = set(map(squash, lexicon.refining.closing))
        self.narrowing = Phrases((words, True) for words in lexicon.narrowing.words)
        self.negators = set(lexicon.negators.words)
        self.noise = set(map(squash, lexicon.noise.words))
        self.cut = Phrases((words, True) for words in (*lexicon.noise.cut, *lexicon.alone.words))
        wanted = Phrases((words, True) for words in lexicon.cues.want)
        asking = (
            words
            for words in lexicon.noise.cut
            if any(hit.j == len(norms(words)) for hit in wanted.find(tokenize(words)))
        )
        self.asking_for = Phrases((words, True) for words in asking)
        intents, critiques = lexicon.intents.items(), lexicon.critiques.items()
        self.whole: Phrases[Intent | Critique] = Phrases(
            [(words, critique) for critique, said in critiques for words in said.whole]
            + [(words, intent) for intent, said in intents for words in said.whole]
        )
        self.starts = Phrases((words, intent) for intent, said in intents for words in said.starts)
        self.parts = Phrases((words, intent) for intent, said in intents for words in said.part)
        self.maker = Phrases((words, True) for words in lexicon.references.maker)
        self.parted = Phrases(
            [(words, "cast") for words in lexicon.grammar.offscreen]
            + [(words, "director") for words in lexicon.grammar.uncredited]
        )
        self.players = Phrases((words, True) for words in lexicon.references.players)
        self.remaking = Phrases((words, True) for words in lexicon.remaking.words)
        self.changing = Phrases((words, True) for words in lexicon.changing.words)
        self.alone = Phrases((words, True) for words in lexicon.alone.words)
        forgetting = lexicon.forgetting
        self.forgetting = Phrases(
            [(words, Intent.FORGET) for words in forgetting.words]
            + [(words, Intent.DISREGARD) for words in forgetting.outright]
        )
        closing = lexicon.closing
        self.closing = Phrases(
            [(words, Intent.BYE) for words in closing.bye] + [(words, Intent.THANKS) for words in closing.thanks]
        )
        self._idle = Phrases((words, True) for words in lexicon.negators.idle)
        self.speech = Phrases((w, code) for code, said in lexicon.speech.items() for w in said.whole)
        self.languages = Phrases((w, code) for code, said in lexicon.speech.items() for w in said.name)
        self.commands = {word: intent for intent, said in intents for word in said.command}
        questions = lexicon.questions
        asked = [(words, count.name) for count in counts for words in count.questions()]
        asked += [(words, kind) for kind in own_kinds(catalogue) for words in questions_of(kind)]
        asked += [(words, field) for field, said in questions.fields.items() for words in said]
        self.questions = Phrases(asked)
        called = [(f"{count.what}s", count.name) for count in counts]
        called += [(name, kind) for kind in own_kinds(catalogue) for name in (kind.replace("_", " "), f"{kind}s")]
        called += [(words, field) for field, said in questions.nouns.items() for words in said]
        self.question_nouns = Phrases(called)
        self.question_adjectives = Phrases((word, field) for field, said in questions.brief.items() for word in said)
        self.questions_aside = set(questions.aside)
        self.several = Phrases((phrase, True) for phrase in questions.several)
        self.about = Phrases((words, True) for words in questions.about)
        self.inverted = Phrases((words, True) for words in questions.inverted)
        self.asking = Phrases((words, True) for words in questions.asking)
        self.taste = Phrases(
            [(words, False) for words in questions.offers] + [(words, True) for words in questions.taste]
        )

    def drawled(self, token: Token) -> Token:
        """A word whose letters were drawn out, as it is: "goood", "yesss", "guyyy"."""
        if token.norm in self._everyday or not _DRAWN_OUT.search(token.norm):
            return token
        shorter = (_DRAWN_OUT.sub(letters, token.norm) for letters in (r"\1\1", r"\1"))
        meant = next((word for word in shorter if len(word) > 1 and word in self._everyday), token.norm)
        return replace(token, norm=meant, bare=meant)

    def idle(self, tokens: Sequence[Token]) -> bool:
        """Whether a "no" refuses nothing: "no rush"."""
        return self._idle.starting(tokens) is not None

    def cue(self, token: Token) -> Token:
        """A word that is none, as the word of asking or judging that it is one slip away from: "lookking for"."""
        return token if token.capital else self._meant(token, self._slips)

    def ordinal(self, token: Token) -> Token:
        """A word that is none, as the ordinal that it is one slip away from: "the tihrd one"."""
        return self._meant(token, self._ordinals)

    def _meant(self, token: Token, words: Spelling) -> Token:
        if self.concepts.known(token, inflected=False):
            return token
        meant = next((word for word, distance in words.meant(token.norm) if distance == 1), token.norm)
        return replace(token, norm=meant, bare=meant)
