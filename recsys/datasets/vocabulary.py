"""One English word for each genre, language, country and certificate, whatever the source calls it."""

from collections.abc import Iterable, Mapping
from typing import Final

GENRES: Final[Mapping[str, str]] = {
    "Sci-Fi": "Science Fiction",
    "Children": "Family",
    "Foreign": "",
    "TV Movie": "",
    "IMAX": "",
    "(no genres listed)": "",
}

CERTIFICATES: Final[Mapping[str, str]] = {"GP": "PG", "M/PG": "PG", "M": "PG"}
"""What the ratings of 1968-1972 are called today."""

LANGUAGE_CODES: Final[Mapping[str, str]] = {
    "af": "Afrikaans",
    "ar": "Arabic",
    "cn": "Cantonese",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ky": "Kyrgyz",
    "nb": "Norwegian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sl": "Slovene",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "vi": "Vietnamese",
    "xx": "",
    "zh": "Mandarin",
}
"""TMDB's codes: ISO 639-1, but for "cn" (Cantonese) and "xx" (no words spoken)."""

LANGUAGES: Final[Mapping[str, str]] = {
    "American English": "English",
    "Australian English": "English",
    "Bangla": "Bengali",
    "Brazilian Portuguese": "Portuguese",
    "Classical Arabic": "Arabic",
    "Dari": "Persian",
    "Egyptian Arabic": "Arabic",
    "Flemish Dutch": "Dutch",
    "Kurdish language": "Kurdish",
    "Modern Greek": "Greek",
    "Modern Hebrew": "Hebrew",
    "Moroccan Arabic": "Arabic",
    "Neapolitan language": "Neapolitan",
    "Putonghua": "Mandarin",
    "Quebec French": "French",
    "Singaporean Hokkien": "Hokkien",
    "Standard Chinese": "Mandarin",
    "Standard Taiwanese Mandarin": "Mandarin",
    "Taiwanese Hokkien": "Hokkien",
    "Yue Chinese": "Cantonese",
    "artistic language": "",
    "multiple languages": "",
    "parseltongue": "",
}

COUNTRIES: Final[Mapping[str, str]] = {
    "Bahamas": "The Bahamas",
    "British Hong Kong": "Hong Kong",
    "Federal Republic of Yugoslavia": "Yugoslavia",
    "Georgian SSR": "Georgia",
    "Guadaloupe": "Guadeloupe",
    "Kingdom of Great Britain": "United Kingdom",
    "Kingdom of Italy": "Italy",
    "Kingdom of the Netherlands": "Netherlands",
    "Kyrgyz Republic": "Kyrgyzstan",
    "Libyan Arab Jamahiriya": "Libya",
    "Occupied Palestinian territory": "Palestine",
    "People's Republic of China": "China",
    "Republic of China": "Taiwan",
    "Socialist Federal Republic of Yugoslavia": "Yugoslavia",
    "Taiwan Island": "Taiwan",
    "United States of America": "United States",
    "Wales": "United Kingdom",
}


def unify(words: Iterable[str], vocabulary: Mapping[str, str]) -> tuple[str, ...]:
    """Each word in its one spelling, once, in order; words that the vocabulary maps to nothing go."""
    return tuple(dict.fromkeys(w for word in words if (w := vocabulary.get(word, word))))
