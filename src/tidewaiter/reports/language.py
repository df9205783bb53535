"""Telling the language of a text: by its script, by letters only one language has, and by its function words."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files

LOOKED_AT = 20_000
"""So many first characters decide."""

# A few of the most frequent words of each language, for when its file in languages/ is missing; the file adds to them.
_WORDS = {
    "de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei wurden seien unter gegen",
    "en": "the of and to in a is that for it as was with be by on not he i this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no said its about into than them up out some after",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont mais comme ou avec son elle aux cette ont ses été leur nous être fait d l qu n s sa deux même ces lui dont selon après entre",
    "uk": "і в на та що не з до у за як його про від для це але є по він які який вони також ще було через під час року щодо був або ми бути її їх між був була якщо після того цього",
    "ru": "и в не на что с по как из к от за это о для его но у так же то все он а также был было который которые или они еще ещё до при были бы если только чтобы между после года уже её их может этого",
    "ko": "",
}  # fmt: skip
# Neighbours in the same script: a text that fits one of them better is none of ours.
_NEIGHBOURS = {
    "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook als maar bij werd door naar uit heeft deze worden",
    "es": "de la que el en y a los se del las un por con una su para es al lo como más pero sus fue ha este entre sobre según",
    "it": "di che e la il un a per è in una sono con del da non le si dei nel alla della più anche ha gli come ma delle",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao das são pela",
    "pl": "w i na z do się nie że to o jest jak po od przez za dla ale są tym oraz być który które już był",
    "ro": "și de în la a cu pe din că un o nu care mai să este pentru au prin fost dar sunt ale lui",
    "sv": "och i att det som en på är av för med den till inte har de om ett var men från vid kan",
    "cs": "a v se na je že o s z do i to jako za by ale pro který od jsou po také bylo",
    "hu": "a az és hogy nem is egy meg volt de ez csak már még el vagy van mint szerint",
    "tr": "ve bir bu da de için ile olarak olan daha gibi çok sonra kadar ise en ne var",
    "bg": "на и да се за от в е с не че по са като до ще при това си но който след към които още",
    "be": "і ў на не з да што у як за па ад гэта для яго але ён таксама было якія былі па",
    "sr": "и у је да се на за од са су не који као то а о што из би али до након",
}  # fmt: skip
_OWN_LETTERS = {"de": "äöüß", "fr": "àâçèéêëîïôùûœ", "uk": "іїєґ", "ru": "ыэёъ"}
_FOREIGN_LETTERS = frozenset("ўјљњћђџѓќѕ")  # Belarusian, Serbian, Macedonian
_BULGARIAN = "ъ"  # frequent there, without ы and э
_LATIN, _CYRILLIC = ("de", "en", "fr"), ("uk", "ru")
_LATIN_NEIGHBOURS = ("nl", "es", "it", "pt", "pl", "ro", "sv", "cs", "hu", "tr")
_CYRILLIC_NEIGHBOURS = ("bg", "be", "sr")
_WORD = re.compile(r"[^\W\d_]+")
_RARE = 0.1
"""Share of function words below which a text is no running text of the language; running text has a third or more."""


def detect(text: str) -> tuple[str, float]:
    """Tell the language of a text.

    Args:
        text: any text; its first `LOOKED_AT` characters decide. Takes linear time; the latest answers are kept.

    Returns:
        de, en, fr, uk, ru, ko, or "" when it is none of these or too short to tell; and how sure, 0..1.
    """
    return _detect(text[:LOOKED_AT])


@lru_cache(maxsize=64)
def _detect(text: str) -> tuple[str, float]:
    letters = Counter(letter for letter in text.casefold() if letter.isalpha())
    hangul = sum(number for letter, number in letters.items() if "가" <= letter <= "힣")
    cyrillic = sum(number for letter, number in letters.items() if "\u0400" <= letter <= "\u052f")
    latin = sum(number for letter, number in letters.items() if letter < "\u0250")
    every = 2 * hangul + sum(letters.values()) - hangul  # a syllable of Hangul is two letters and more
    if not every:
        return "", 0.0
    if 2 * hangul > 0.4 * every:
        return "ko", round(2 * hangul / every, 3)
    words = Counter(_WORD.findall(text.casefold()))
    if cyrillic > 0.5 * every:
        return _cyrillic(letters, words, cyrillic)
    if latin > 0.5 * every:
        return _latin(letters, words)
    return "", 0.0


def _cyrillic(letters: Counter[str], words: Counter[str], every: int) -> tuple[str, float]:
    foreign = sum(letters[letter] for letter in _FOREIGN_LETTERS)
    own = {code: sum(letters[letter] for letter in _OWN_LETTERS[code]) for code in _CYRILLIC}
    if foreign > 0.005 * every:
        return "", 0.0
    if letters[_BULGARIAN] > 0.008 * every and letters["ы"] + letters["э"] < 0.002 * every:
        return "", 0.0
    shares = _shares(words, (*_CYRILLIC, *_CYRILLIC_NEIGHBOURS))
    # letters of its own: a twentieth of the letters of a text in either language
    scores = {code: shares[code] + min(4 * own[code] / every, 0.4) for code in _CYRILLIC}
    best, other = sorted(_CYRILLIC, key=scores.__getitem__, reverse=True)
    rival = max(shares[code] for code in _CYRILLIC_NEIGHBOURS)
    if not scores[best] or (rival > shares[best] and rival > _RARE and not own[best]):
        return "", 0.0
    return best, _sure(scores[best], scores[other], 0.3)


def _latin(letters: Counter[str], words: Counter[str]) -> tuple[str, float]:
    shares = _shares(words, (*_LATIN, *_LATIN_NEIGHBOURS))
    every = sum(letters.values())
    own = {code: sum(letters[letter] for letter in _OWN_LETTERS.get(code, "")) for code in _LATIN}
    scores = {code: shares[code] + min(own[code] / every, 0.05) for code in _LATIN}
    best, second, _ = sorted(_LATIN, key=scores.__getitem__, reverse=True)
    rival = max(shares[code] for code in _LATIN_NEIGHBOURS)
    if shares[best] < _RARE or rival > shares[best]:
        return "", 0.0
    return best, _sure(scores[best], max(scores[second], rival), 0.3)


def _sure(best: float, second: float, full: float) -> float:
    """How far the best is ahead, less where little speaks for it; `full` is what a running text reaches."""
    return round((best - second) / best * min(1.0, best / full), 3)


def _shares(words: Counter[str], codes: tuple[str, ...]) -> dict[str, float]:
    """Share of the words that are function words of each language."""
    every = sum(words.values())
    return {code: sum(words[word] for word in _function_words(code)) / every for code in codes}


@cache
def _function_words(code: str) -> frozenset[str]:
    own = frozenset((_WORDS.get(code) or _NEIGHBOURS.get(code, "")).split())
    return own | frozenset(word.casefold().strip("'’") for word in _stopwords(code))


def _stopwords(code: str) -> list[str]:
    """Return the stop words of languages/<code>.toml, none when the file is missing or cannot be read.

    They stand before its first table: only that part is parsed.
    """
    if code not in _WORDS:
        return []
    try:
        head = files("tidewaiter.reports").joinpath(f"languages/{code}.toml").read_text(encoding="utf-8")
        found = tomllib.loads(head.partition("\n[")[0]).get("stopwords", [])
    except (OSError, ValueError):
        return []
    return [word for word in found if isinstance(word, str)] if isinstance(found, list) else []
