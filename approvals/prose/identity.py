"""What a figure is of: whose it is, what it measures, of which year, and how it is worked out. Pure rules.

A figure that belongs to somebody is meant only by a sentence that names its owner, its measure and its year. So the sum
that one body asked for is never taken for what another one gets.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from approvals.prose import vocabulary
from approvals.prose.vocabulary import EACH_YEAR, Kind, Measure, State, Way

_SIGNS = str.maketrans(dict.fromkeys("()[]{},;:.!?\"“”‘|–—-/•*=+&'", " "))


def words_of(sentence: str) -> str:
    """Return the words of a sentence in small letters, each between spaces, as names and patterns read them."""
    return f" {bare(sentence)} "


def bare(text: str) -> str:
    """Return the words of a text in small letters; an apostrophe, and what stands after it, is no word."""
    straight = text.casefold().replace("’", "'")
    return " ".join(re.sub(r"'s?(?=\W|$)", "", straight).translate(_SIGNS).split())


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose a figure is: the kind, the name as the paper prints it, and the other names that a sentence can use."""

    kind: Kind
    name: str = ""
    also: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole round or all of something, so that a sentence need not name it."""
        return not self.name

    def goes_by(self, name: str) -> bool:
        """Whether this is one of its names."""
        return bare(name) in {bare(each) for each in (self.name, *self.also)}

    def is_named_in(self, words: str) -> bool:
        """Whether a sentence names it. `words` is what `words_of` made of the sentence."""
        names = filter(None, map(bare, (self.name, *self.also)))
        return self.is_whole or any(f" {name} " in words for name in names)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a figure is. `year` is a financial year, `EACH_YEAR`, or empty for all years together.

    `places` says where the year stands among those of the round: 0 for the first, and -1 for the last. `aspect` is a
    word that the sentence must have besides, such as capital.
    """

    subject: Subject
    measure: Measure
    way: Way = Way.SUM
    year: str = ""
    places: tuple[int, ...] = ()
    aspect: str = ""


# How a sentence speaks of each measure, of each way, and of years. Each pattern reads what `words_of` returns.


def _pattern(*phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of some phrases of the vocabulary, as `words_of` writes them."""
    words = sorted({bare(phrase) + (r"\w*" if phrase.endswith("*") else "") for each in phrases for phrase in each})
    return re.compile(rf" (?:{'|'.join(words)}) ")


_BIDS = (*vocabulary.THINGS["bids"], *vocabulary.STATES[State.REFUSED], *vocabulary.STATES[State.DEFERRED], "original*")
_TO_COME = ("remain*", "still", "left", "due", "to pay")
_MEASURES = {
    Measure.ASKED: _pattern(vocabulary.MEASURES[Measure.ASKED], _BIDS),
    Measure.CUT: _pattern(vocabulary.MEASURES[Measure.CUT], vocabulary.CHANGES),
    Measure.PAID: _pattern(vocabulary.MEASURES[Measure.PAID], ("pay*", "had", "sent", "received", "gone", "spent")),
    Measure.UNPAID: _pattern(vocabulary.MEASURES[Measure.UNPAID], _TO_COME),
    Measure.LEFT: _pattern(vocabulary.WHOLES["left"], ("leav*", "other use")),
    Measure.SPENT: _pattern(vocabulary.THINGS["everything"], vocabulary.TOTALS, vocabulary.SPENDS),
    Measure.ALLOCATED: _pattern(vocabulary.WHOLES["allocation"], vocabulary.WHOLES["limit"], vocabulary.HOLDS),
    Measure.FORMER: _pattern(vocabulary.FORMER),
    Measure.CHANGE: _pattern(vocabulary.CHANGES),
}
_WAYS = {
    Way.AVERAGE: _pattern(vocabulary.AVERAGES),
    Way.MEDIAN: _pattern(vocabulary.MEDIANS),
    Way.LARGEST: _pattern(vocabulary.RANKS[1], vocabulary.RANGES, ("top", "up to")),
    Way.SMALLEST: _pattern(vocabulary.RANKS[-1], vocabulary.RANGES, ("fewest",)),
}
_EACH_YEAR = _pattern(vocabulary.YEARLY, ("each", "every", "both", "same", "level", "again", "equal*"))
_ORDINALS = {place: _pattern(phrases) for place, phrases in vocabulary.YEARS.items()}
_SOME_YEAR = _pattern(vocabulary.COURSES)


def is_meant(identity: Identity, words: str, behind: str = "") -> bool:
    """Whether a sentence can mean a figure of this identity.

    `words` is what `words_of` made of the sentence, `behind` what it made of the words behind the number. A year that
    stands right behind the number is its year: “£5 in 2024/25 and £7 in 2025/26”, otherwise the only one before it.
    """
    own = _BEHIND.match(behind)
    before = words.removesuffix(behind) if behind.strip() else words
    named = {_short(*each) for each in _YEAR.findall(before)}
    when = f" {own['when']} " if own else f" {named.pop()} " if len(named) == 1 else words
    return (
        identity.subject.is_named_in(words)
        and _speaks(_MEASURES.get(identity.measure), words)
        and _speaks(_WAYS.get(identity.way), words)
        and _is_of_year(identity, when)
        and (not identity.aspect or f" {identity.aspect} " in words)
    )


def _speaks(pattern: re.Pattern[str] | None, words: str) -> bool:
    return pattern is None or pattern.search(words) is not None


def _is_of_year(identity: Identity, words: str) -> bool:
    if not identity.year:
        return True
    if identity.year == EACH_YEAR:
        return _speaks(_EACH_YEAR, words)
    named = set(_YEAR.findall(words))
    if bare(identity.year) in {_short(first, last) for first, last in named}:
        return True
    ordinals = {place for place, pattern in _ORDINALS.items() if _speaks(pattern, words)}
    if ordinals & set(identity.places):
        return True
    # “From 2024/25 to 2026/27 …” names its years, so that it does not speak of another one.
    return not ordinals and not named and _speaks(_SOME_YEAR, words)


# A year or “a year” right behind a number.
_BEHIND = re.compile(
    r" (?:(?:is|was|goes|falls|follows|paid|due|spent) )?(?:in|for|from|of it in|is for)?(?: the)? ?"
    r"(?P<when>20\d\d (?:20)?\d\d|(?:first|second|third|last|final) (?:year|tranche)|a year|each year"
    r"|(?:in )?each of the \w+ years)(?= )"
)
_YEAR = re.compile(r"(?<= )(20\d\d) (?:to )?((?:20)?\d\d)(?= )")


def _short(first: str, last: str) -> str:
    return f"{first} {last[-2:]}"
