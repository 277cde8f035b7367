"""What films of a mood tend to be: which genres, themes and certificates speak for it, and which against it.

The weights are a judgement, made by reading lists (decision 10), not learned: no data at hand say which film is light.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from recsys.catalogue import Facet
from recsys.moods import Leaning, Moods

_GENRES: Final[Mapping[str, tuple[str, ...]]] = {
    "action": ("Action",),
    "adventure": ("Adventure",),
    "animation": ("Animation",),
    "biography": ("Biography",),
    "comedy": ("Comedy",),
    "crime": ("Crime",),
    "documentary": ("Documentary",),
    "drama": ("Drama",),
    "family": ("Family", "Children"),
    "fantasy": ("Fantasy",),
    "history": ("History",),
    "horror": ("Horror", "Slasher"),
    "musical": ("Musical", "Music"),
    "mystery": ("Mystery",),
    "noir": ("Film-Noir",),
    "romance": ("Romance",),
    "scifi": ("Science Fiction", "Sci-Fi"),
    "sport": ("Sport",),
    "thriller": ("Thriller",),
    "war": ("War",),
    "western": ("Western",),
}
_CERTIFICATES: Final[Mapping[str, tuple[str, ...]]] = {
    "gentle": ("G", "PG", "TV-G", "TV-PG"),
    "adult": ("R", "NC-17", "X", "TV-MA"),
}
_THEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "grim": (
        "murder", "violence", "extreme violence", "brutality", "rape", "suicide", "suicide attempt", "torture",
        "serial killer", "nihilism", "death", "dying and death", "cancer", "terminal illness", "genocide",
        "holocaust", "child abuse", "drug addiction", "drug", "drug dealer", "heroin", "alcoholism", "nazis",
        "psychopath", "depression", "dystopia", "post-apocalyptic", "death of a child", "hitman", "mafia", "gang",
        "gangster", "corruption", "insanity", "revenge", "kidnapping", "prison", "adultery", "midlife crisis",
        "loss of family", "loss of lover", "loss of child", "racism", "slavery", "concentration camp", "world war ii",
        "vietnam war", "self-destruction", "obsession", "stalker", "assassin", "dark comedy", "black comedy",
        "black humor",
    ),
    "blood": (
        "gore", "blood", "splatter", "blood splatter", "slasher", "torture", "cannibal", "zombie", "body horror",
        "brutality", "extreme violence", "violence", "massacre", "mutilation", "decapitation", "dismemberment",
    ),
    "fights": (
        "violence", "extreme violence", "brutality", "shootout", "gunfight", "hitman", "assassin", "revenge", "gang",
        "gangster", "mafia", "massacre", "martial arts", "fistfight", "fight", "killer", "serial killer", "warrior",
        "street gang", "murder",
    ),
    "playful": (
        "spoof", "parody", "slapstick", "screwball", "romantic comedy", "buddy comedy", "silly", "absurd humor",
        "prank", "mistaken identity", "body-swap", "toy", "talking animal", "sitcom", "crude humor", "satire",
        "stoner", "fraternity", "time loop",
    ),
    "warm": (
        "friendship", "best friend", "male friendship", "christmas", "holiday", "small town", "wedding",
        "romantic comedy", "food", "cooking", "restaurant", "dog", "toy", "family", "optimism", "hope", "underdog",
        "bookshop", "kindness", "second chance", "fairy tale", "magic", "cat", "baking", "new love",
        "falling in love", "orphan", "teacher",
    ),
    "triumph": (
        "underdog", "hope", "optimism", "success", "friendship", "teacher", "inspiration", "dream", "disability",
        "based on true story", "training", "courage", "second chance", "self-discovery", "boxing", "coach", "faith",
    ),
    "sorrow": (
        "loss of lover", "loss of family", "loss of child", "loss of father", "loss of mother", "terminal illness",
        "cancer", "dying and death", "death", "death of a child", "grief", "tragedy", "tragic love", "lost love",
        "suicide", "holocaust", "concentration camp", "depression", "leukemia", "mourning", "farewell",
        "unrequited love", "orphan", "loneliness", "alzheimer", "aids", "tearjerker", "bittersweet", "forbidden love",
    ),
    "love": (
        "love", "new love", "falling in love", "love at first sight", "love of one's life", "romance",
        "romantic comedy", "kiss", "soulmates", "first love", "true love", "wedding", "lovers", "star crossed lovers",
        "marriage proposal", "forbidden love", "secret love", "paris", "valentine's day",
    ),
    "bitter love": (
        "adultery", "infidelity", "extramarital affair", "divorce", "prostitute", "prostitution", "alcoholism",
        "alcoholic", "midlife crisis", "suicide", "suicide attempt", "rape", "violence", "drug addiction", "war",
        "vietnam war", "mathematics", "schizophrenia", "marriage crisis",
    ),
    "puzzles": (
        "dream", "dreams", "virtual reality", "surrealism", "surreal", "time travel", "time loop",
        "alternate reality", "parallel universe", "memory", "amnesia", "memory loss", "hallucination", "subconscious",
        "paradox", "nonlinear timeline", "simulated reality", "artificial intelligence", "multiple personality",
        "dual identity", "philosophy", "existentialism", "identity", "reality", "paranoia", "twist", "plot twist",
        "wormhole", "clone", "multiple identity", "multiple storylines", "lost memory",
    ),
    "ideas": (
        "philosophy", "existentialism", "artificial intelligence", "racism", "politics", "justice", "morality",
        "ethics", "faith", "religion", "social commentary", "dystopia", "society", "capitalism", "jury",
        "mathematics", "science", "linguist", "time", "memory", "free will", "death", "loneliness", "human nature",
        "satire", "totalitarianism", "civil rights", "media", "journalism", "free speech", "conformity", "poverty",
        "nihilism", "god",
    ),
    "preaching": (
        "faith", "christian", "religion", "religion and supernatural", "propaganda", "politics", "racism",
        "christianity", "church", "god", "social commentary", "environment", "environmentalism", "civil rights",
        "morality", "ecology", "patriotism", "priest", "bible", "jesus christ",
    ),
    "odd": (
        "surrealism", "surreal", "absurd", "absurd humor", "eccentric", "eccentricity", "quirky", "dark comedy",
        "puppet", "dysfunctional family", "misfit", "outsider", "dream", "whimsical", "circus", "talking animal",
        "magic realism", "magical realism", "cult film", "mockumentary", "independent film", "afterlife", "puppetry",
    ),
    "spectacle": (
        "epic", "epic battle", "battle", "ancient rome", "kingdom", "king", "gladiator", "sword", "empire", "castle",
        "historical figure", "middle-earth (tolkien)", "roman empire", "crusade", "revolution", "war", "army",
        "medieval", "knight", "space opera", "saving the world", "sailing", "quest", "desert", "civil war",
        "world war ii", "elves",
    ),
    "formula": (
        "sequel", "remake", "romantic comedy", "based on tv series", "based on video game",
        "based on young adult novel", "teen movie", "buddy cop", "saving the world", "superhero", "wedding",
        "duringcreditsstinger",
    ),
    "chases": (
        "car chase", "chase", "race against time", "on the run", "explosion", "shootout", "escape", "car race",
        "heist", "hostage", "bomb", "rescue", "action hero", "helicopter", "motorcycle", "fugitive",
    ),
    "stillness": (
        "loneliness", "isolation", "solitude", "silence", "independent film", "nature", "grief", "alienation",
        "winter", "slow", "meditation", "rural", "art house", "atmospheric", "existentialism",
    ),
    "twists": (
        "twist", "plot twist", "twist ending", "surprise ending", "con artist", "con man", "whodunit", "amnesia",
        "dual identity", "multiple personality", "conspiracy", "double cross", "undercover", "deception",
        "unreliable narrator", "detective", "ghost", "identity", "memory loss", "secret identity", "betrayal",
        "heist", "lie",
    ),
    "minds": (
        "paranoia", "insanity", "obsession", "psychopath", "psychology", "psychological thriller", "schizophrenia",
        "psychiatrist", "mental illness", "mental hospital", "serial killer", "stalker", "hallucination", "amnesia",
        "multiple personality", "split personality", "nightmare", "manipulation", "dual identity", "insomnia",
        "trauma",
    ),
    "desire": (
        "sex", "erotic", "eroticism", "nudity", "female nudity", "sexuality", "seduction", "affair",
        "extramarital affair", "infidelity", "striptease", "desire", "sexual attraction", "sensuality", "lust",
    ),
    "independent": (
        "independent film", "indie", "art house", "low budget", "festival", "mumblecore", "coming of age", "sundance",
    ),
    "cult": (
        "cult film", "cult classic", "cult", "midnight movie", "b movie", "punk", "stoner", "counter-culture",
        "nihilism",
    ),
    "beauty": (
        "visually stunning", "neo-noir", "landscape", "painting", "painter", "technicolor", "ballet", "paris",
        "dream", "samurai", "fashion", "epic", "desert", "space", "art", "costume drama",
    ),
}  # fmt: skip


def _mood(
    themes: Mapping[str, float], gentle: float = 0, adult: float = 0, share: float = 1, **genres: float
) -> tuple[Leaning, ...]:
    found = [Leaning(tuple(Facet("genre", v) for v in _GENRES[name]), weight) for name, weight in genres.items()]
    found += [
        Leaning(tuple(Facet("certificate", v) for v in _CERTIFICATES[name]), weight)
        for name, weight in (("gentle", gentle), ("adult", adult))
        if weight
    ]
    found += [Leaning(tuple(Facet("keyword", v) for v in _THEMES[name]), weight) for name, weight in themes.items()]
    return tuple(replace(leaning, weight=share * leaning.weight) for leaning in found)


GENRE: Final = 0.4
"""What the mood of a genre counts: who asks for a comedy may mean one with a crime in it."""

MOVIE_MOODS: Final[Moods] = {
    "light": _mood(
        {"playful": 0.3, "warm": 0.1, "grim": -0.4}, gentle=0.1, adult=-0.2,
        comedy=0.8, romance=0.2, musical=0.2, adventure=0.1, animation=-0.1, drama=-0.4, crime=-0.4,
        thriller=-0.7, horror=-1, war=-1, mystery=-0.3, noir=-0.8, biography=-0.3, history=-0.4, documentary=-0.5,
        western=-0.3, scifi=-0.1, action=-0.1,
    ),
    "silly": _mood(
        {"playful": 0.4, "grim": -0.3},
        comedy=0.9, animation=-0.1, drama=-0.6, romance=-0.2, crime=-0.2, thriller=-0.6, horror=-0.4, war=-0.6,
        mystery=-0.3, noir=-0.8, biography=-0.5, history=-0.5, documentary=-0.6,
    ),
    "funny": _mood(
        {"playful": 0.3, "grim": -0.2}, share=GENRE, drama=-0.3, thriller=-0.4, crime=-0.2, horror=-0.3, war=-0.4,
        action=-0.1,
    ),
    "feel-good": _mood(
        {"warm": 0.4, "triumph": 0.3, "playful": 0.1, "grim": -0.5}, gentle=0.2, adult=-0.3,
        comedy=0.5, romance=0.3, family=0.3, musical=0.3, sport=0.3, drama=-0.1, crime=-0.6, thriller=-0.7,
        horror=-1, war=-0.5, mystery=-0.3, noir=-0.8, action=-0.2, western=-0.3, scifi=-0.1, documentary=-0.3,
    ),
    "uplifting": _mood(
        {"triumph": 0.5, "warm": 0.3, "grim": -0.4}, gentle=0.2, adult=-0.2,
        drama=0.2, comedy=0.2, family=0.4, animation=0.2, musical=0.2, sport=0.4, biography=0.3, romance=0.1,
        crime=-0.6,
        thriller=-0.7, horror=-1, war=-0.4, mystery=-0.3, noir=-0.8, action=-0.3, western=-0.2, scifi=-0.2,
    ),
    "cosy": _mood(
        {"warm": 0.5, "love": 0.1, "playful": 0.1, "grim": -0.5}, gentle=0.3, adult=-0.4,
        comedy=0.4, romance=0.4, family=0.3, animation=0.1, musical=0.2, fantasy=0.1, drama=-0.1, crime=-0.5,
        thriller=-0.8,
        horror=-1, war=-0.8, noir=-0.6, action=-0.5, western=-0.3, scifi=-0.4, documentary=-0.3,
    ),
    "dark": _mood(
        {"grim": 0.4, "blood": 0.1, "minds": 0.1, "playful": -0.4, "warm": -0.2}, gentle=-0.5, adult=0.2,
        crime=0.4, thriller=0.4, horror=0.4, noir=0.6, mystery=0.2, war=0.3, drama=0.3, comedy=-0.6, family=-1,
        animation=-0.5,
        musical=-0.6, romance=-0.4, adventure=-0.3, fantasy=-0.1, sport=-0.3,
    ),
    "sad": _mood(
        {"sorrow": 0.6, "love": 0.2, "fights": -0.3, "playful": -0.4},
        drama=0.4, romance=0.2, war=0.2, biography=0.1, comedy=-0.6, action=-0.6, thriller=-0.6, horror=-0.8,
        crime=-0.7,
        adventure=-0.4, scifi=-0.2, musical=-0.1, mystery=-0.3, western=-0.3, noir=-0.4, documentary=-0.3,
    ),
    "slow-burn": _mood(
        {"stillness": 0.4, "chases": -0.5, "twists": -0.3, "fights": -0.3, "playful": -0.4},
        drama=0.6, mystery=0.3, noir=0.2, western=0.1, romance=0.1, crime=-0.2, action=-0.8, adventure=-0.5,
        comedy=-0.5,
        animation=-0.4, family=-0.5, horror=-0.1, fantasy=-0.3, musical=-0.4, sport=-0.3,
    ),
    "fast-paced": _mood(
        {"chases": 0.4, "fights": 0.2, "stillness": -0.3},
        action=0.7, thriller=0.4, adventure=0.3, crime=0.1, scifi=0.1, drama=-0.4, romance=-0.5, musical=-0.5,
        documentary=-0.6, biography=-0.3, history=-0.3, noir=-0.2, family=-0.2,
    ),
    "mind-bending": _mood(
        {"puzzles": 0.6, "twists": 0.1},
        scifi=0.4, mystery=0.5, thriller=0.2, fantasy=0.1, comedy=-0.5, family=-0.7, animation=-0.3, romance=-0.2,
        musical=-0.6,
        war=-0.4, sport=-0.6, western=-0.5, biography=-0.4, action=-0.1, adventure=-0.2, crime=-0.1, horror=-0.2,
    ),
    "thought-provoking": _mood(
        {"ideas": 0.5, "puzzles": 0.2, "playful": -0.3},
        drama=0.4, scifi=0.2, mystery=0.1, documentary=0.2, biography=0.2, history=0.2, war=0.1, action=-0.5,
        horror=-0.6,
        comedy=-0.3, family=-0.5, adventure=-0.3, musical=-0.4, romance=-0.2, thriller=-0.1, fantasy=-0.2, crime=-0.1,
    ),
    "weird": _mood(
        {"odd": 0.6, "puzzles": 0.1},
        fantasy=0.3, comedy=0.4, drama=0.1, scifi=0.1, romance=0.1, action=-0.6, war=-0.6, biography=-0.4,
        sport=-0.5, western=-0.4,
        history=-0.5, thriller=-0.3, documentary=-0.3, crime=-0.2, adventure=-0.1, horror=-0.2, family=-0.1,
    ),
    "twist ending": _mood(
        {"twists": 0.5, "puzzles": 0.1},
        mystery=0.7, thriller=0.5, crime=0.2, noir=0.2, horror=0.1, comedy=-0.5, romance=-0.3, family=-0.6,
        animation=-0.5,
        musical=-0.6, documentary=-0.7, biography=-0.5, war=-0.3, adventure=-0.3, sport=-0.6, action=-0.1,
    ),
    "violent": _mood(
        {"fights": 0.4, "blood": 0.4, "playful": -0.2}, gentle=-0.8, adult=0.2,
        action=0.4, crime=0.3, thriller=0.2, war=0.3, horror=0.3, western=0.2, comedy=-0.5, family=-1,
        animation=-0.6, romance=-0.6,
        musical=-0.8, drama=-0.1, fantasy=-0.2, documentary=-0.5, biography=-0.2, sport=-0.3,
    ),
    "gory": _mood(
        {"blood": 0.5}, gentle=-1, adult=0.2,
        horror=0.9, adventure=-0.7, war=0.1, comedy=-0.3, family=-1, animation=-0.6, romance=-0.6, musical=-0.8,
        drama=-0.3,
        documentary=-0.6, biography=-0.5, history=-0.3, mystery=-0.2, fantasy=-0.2,
    ),
    "sexual": _mood(
        {"desire": 0.6}, gentle=-1, adult=0.2,
        romance=0.4, drama=0.2, thriller=0.1, family=-1, animation=-0.7, war=-0.4, action=-0.3, documentary=-0.4,
        horror=-0.3,
        adventure=-0.4, western=-0.3,
    ),
    "for grown-ups": _mood(
        {"bitter love": 0.1}, adult=0.3, gentle=-0.3,
        drama=0.2, thriller=0.1, crime=0.1, family=-1, animation=-0.8, fantasy=-0.2, adventure=-0.3,
    ),
    "for the kids": _mood(
        {"grim": -0.3, "blood": -0.5}, gentle=0.4, adult=-1,
        family=0.6, animation=0.4, adventure=0.1, comedy=0.2, musical=0.1, horror=-1, thriller=-0.7, crime=-0.4,
        war=-0.8, drama=-0.1,
    ),
    "for the teenagers": _mood(
        {"playful": 0.2, "warm": 0.1, "grim": -0.4, "blood": -0.4}, gentle=0.1, adult=-1,
        comedy=0.3, adventure=0.5, action=0.2, scifi=0.3, fantasy=0.3, romance=0.1, animation=-0.4, family=-0.1,
        horror=-0.4, war=-0.4, crime=-0.3, documentary=-0.6, drama=-0.1, noir=-0.6, western=-0.3, history=-0.2,
    ),
    "for you and your parents": _mood(
        {"warm": 0.4, "triumph": 0.3, "grim": -0.4}, gentle=0.3, adult=-0.5,
        comedy=0.3, drama=0.2, romance=0.2, history=0.2, biography=0.2, musical=0.2, sport=0.1, adventure=0.1,
        horror=-1, thriller=-0.4,
        crime=-0.3, animation=-0.2, action=-0.2,
    ),
    "date night": _mood(
        {"love": 0.4, "bitter love": -0.5, "grim": -0.3},
        romance=0.7, comedy=0.4, musical=0.1, fantasy=0.1, horror=-0.8, war=-0.7, crime=-0.5, thriller=-0.4,
        action=-0.3, documentary=-0.8,
        family=-0.4, animation=-0.4, drama=-0.1, western=-0.4, biography=-0.2, sport=-0.2,
    ),
    "romantic": _mood(
        {"love": 0.5, "bitter love": -0.6, "grim": -0.2}, share=GENRE,
        romance=0.6, comedy=0.1, musical=0.1, horror=-0.7, war=-0.4, crime=-0.5, thriller=-0.5, action=-0.5,
        documentary=-0.7,
        western=-0.4, biography=-0.1, sport=-0.3, scifi=-0.2, animation=-0.2, family=-0.1,
    ),
    "tense": _mood(
        {"chases": 0.2, "minds": 0.2, "playful": -0.4}, share=GENRE,
        thriller=0.6, mystery=0.2, crime=0.2, horror=0.2, action=0.1, comedy=-0.7, romance=-0.4, family=-0.7,
        musical=-0.7, animation=-0.5,
    ),
    "scary": _mood(
        {"playful": -0.3}, share=GENRE, gentle=-0.3,
        horror=0.6, thriller=0.2, mystery=0.2, comedy=-0.8, action=-0.3, adventure=-0.2, crime=-0.2, romance=-0.3,
        family=-0.7, drama=0.0,
        musical=-0.7, scifi=-0.1, animation=-0.5,
    ),
    "cult classic": _mood({"cult": 0.6}, comedy=0.1, horror=0.1, scifi=0.1, crime=0.1, family=-0.3, romance=-0.2),
    "indie": _mood(
        {"independent": 0.6, "odd": 0.1, "formula": -0.4},
        drama=0.4, comedy=0.1, action=-0.7, adventure=-0.6, family=-0.4, animation=-0.3, fantasy=-0.3, scifi=-0.2,
        war=-0.2, horror=-0.2,
        musical=-0.2,
    ),
    "beautifully shot": _mood(
        {"beauty": 0.5}, adventure=0.1, fantasy=0.3, scifi=0.2, history=0.2, noir=0.2, animation=0.1, western=0.2,
        documentary=-0.2,
        comedy=-0.4,
    ),
    "psychological": _mood(
        {"minds": 0.5, "puzzles": 0.1},
        thriller=0.5, mystery=0.4, horror=0.2, drama=0.2, comedy=-0.7, family=-0.8, animation=-0.4, musical=-0.7,
        action=-0.4,
        adventure=-0.5, romance=-0.3, western=-0.4, sport=-0.5, scifi=-0.1, war=-0.3,
    ),
    "epic": _mood(
        {"spectacle": 0.4},
        adventure=0.5, history=0.4, war=0.4, fantasy=0.3, action=0.2, drama=0.1, western=0.2, scifi=0.1,
        biography=0.1, comedy=-0.7,
        horror=-0.6, thriller=-0.4, crime=-0.3, family=-0.3, animation=-0.4, documentary=-0.5, mystery=-0.4,
        romance=0.0, noir=-0.5,
        sport=-0.5,
    ),
    "dark comedy": _mood(
        {"grim": 0.4, "odd": 0.3}, gentle=-0.5, adult=0.2, crime=0.3, drama=0.2, thriller=0.1, romance=-0.3,
        family=-0.8, animation=-0.4,
        adventure=-0.4, musical=-0.4, sport=-0.4, scifi=-0.2, fantasy=-0.2, action=-0.2,
    ),
    "satire": _mood(
        {"playful": 0.3, "ideas": 0.3}, comedy=0.6, romance=-0.3, action=-0.2, family=-0.4, thriller=-0.3,
        horror=-0.3,
    ),
    "slapstick": _mood(
        {"playful": 0.4, "grim": -0.4}, comedy=0.8, family=0.2, animation=0.1, drama=-0.6, romance=-0.1,
        thriller=-0.6, crime=-0.1, horror=-0.5,
        war=-0.5,
    ),
    "serious": _mood(
        {"grim": 0.3, "ideas": 0.3, "playful": -0.5},
        drama=0.5, history=0.3, biography=0.3, war=0.3, thriller=0.1, comedy=-0.8, family=-0.5, animation=-0.5,
        musical=-0.4,
        adventure=-0.3, action=-0.2, fantasy=-0.3, horror=-0.2,
    ),
    "sappy": _mood(
        {"love": 0.4, "sorrow": 0.3, "warm": 0.2},
        romance=0.6, drama=0.2, family=0.2, musical=0.1, crime=-0.5, thriller=-0.5, horror=-0.7, action=-0.4,
        noir=-0.5, mystery=-0.4,
        scifi=-0.3, documentary=-0.4, western=-0.3,
    ),
    "cheesy": _mood(
        {"formula": 0.3, "love": 0.2, "playful": 0.1, "grim": -0.3},
        romance=0.4, family=0.3, musical=0.3, comedy=0.2, action=0.1, fantasy=0.1, drama=-0.3, crime=-0.3,
        mystery=-0.4, noir=-0.6, war=-0.3,
        documentary=-0.6, history=-0.4, biography=-0.3,
    ),
    "preachy": _mood(
        {"preaching": 0.7}, documentary=0.3, biography=0.3, history=0.2, drama=0.2, family=0.1, comedy=-0.4,
        horror=-0.4, action=-0.3,
        thriller=-0.4, crime=-0.3, mystery=-0.4,
    ),
    "pretentious": _mood(
        {"odd": 0.2, "independent": 0.3, "ideas": 0.2, "stillness": 0.2}, drama=0.4, documentary=0.2, musical=0.1,
        comedy=-0.5, action=-0.6,
        family=-0.5, adventure=-0.5, animation=-0.4, horror=-0.3, thriller=-0.3, crime=-0.3,
    ),
    "predictable": _mood(
        {"formula": 0.5, "twists": -0.4, "puzzles": -0.4, "odd": -0.4, "independent": -0.2},
        romance=0.3, action=0.3, family=0.3, sport=0.3, comedy=0.1, horror=0.1, mystery=-0.5, documentary=-0.3,
        noir=-0.3,
    ),
}  # fmt: skip
"""By what the lexicon calls moods."""
