"""What a figure is of: whose it is, what it measures, of which year, and how it is worked out. Pure rules.

A figure that belongs to somebody is meant only by a sentence that names its owner, its measure and its year. So the sum
that one body asked for is never taken for what another one gets.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a figure can belong to."""

    ROUND = "round"
    GRANTS = "grants"
    BIDS = "bids"
    BID = "bid"
    GRANT = "grant"
    RECIPIENT = "recipient"
    PROJECT = "project"
    LINE = "line"
    CONTRACT = "contract"
    SUPPLIER = "supplier"
    ITEM = "item"
    INCOME = "income"
    THEME = "theme"
    PRIORITY = "priority"
    AREA = "area"
    UNIT = "unit"
    ROUTE = "route"
    STATE = "state"
    LIMIT = "limit"


class Measure(StrEnum):
    """What a figure measures of its owner."""

    ALLOCATED = "allocated"
    INCOME = "income"
    ASKED = "asked"
    AGREED = "agreed"
    CUT = "cut"
    SPENT = "spent"
    LEFT = "left"
    PAID = "paid"
    UNPAID = "unpaid"
    FORMER = "former"
    CHANGE = "change"
    LIMIT = "limit"


class Way(StrEnum):
    """How a figure is worked out of the rows of its owner."""

    SUM = "sum"
    COUNT = "count"
    AVERAGE = "average"
    MEDIAN = "median"
    LARGEST = "largest"
    SMALLEST = "smallest"


# The year of a figure that is the same in each year of its owner.
EACH_YEAR = "each year"


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

_MEASURES = {
    Measure.ASKED: r"ask|asks|asking|asked(?! to )|appl(?:y|ied|ies|ication\w*|icant\w*)|sought|seek\w*|bids?"
    r"|request\w*|want\w*|hoped|refused|rejected|deferred|declined|turned down|original\w*",
    Measure.CUT: r"cut\w*|less|below|trim\w*|reduc\w*|took|taken off|moderat\w*|lower\w*|fewer|short\w*|dropp?\w*"
    r"|off|differ\w*|beyond|sav\w*|free\w*|under",
    Measure.PAID: r"paid|pay\w*|instal\w*|advanc\w*|had|sent|received|gone|drawn|spent",
    Measure.UNPAID: r"to be paid|to pay|outstanding|remain\w*|still|left|unpaid|to receive|to come|due|owed",
    Measure.LEFT: r"left|leav\w*|remain\w*|unspent|unallocated|uncommitted|unspoken|held back|spare|underspen\w*"
    r"|balance|other use",
    Measure.SPENT: r"commit\w*|spen\w*|cost\w*|uses?|used|expenditure|total|in all|call\w*|charged|goes|level",
    Measure.ALLOCATED: r"allocat\w*|available|fund\w*|budget\w*|has|have|holds?|money|package|income|award\w*|limit",
    Measure.FORMER: r"was|were|from|former\w*|earlier|previous\w*|before|instead|rather|original\w*|first",
    Measure.CHANGE: r"increas\w*|more|less|ris\w*|rose|fall\w*|fell|uplift\w*|reduc\w*|chang\w*|extra|further"
    r"|cut\w*|rais\w*|add\w*",
}
_WAYS = {
    Way.AVERAGE: r"averag\w*|mean|typical\w*",
    Way.MEDIAN: r"median|middle",
    Way.LARGEST: r"largest|biggest|highest|most|greatest|top|up to|range\w*|run|between",
    Way.SMALLEST: r"smallest|lowest|least|from|range\w*|run|between|fewest",
}
_EACH_YEAR = r"each|every|a year|per year|annual\w*|yearly|both|per annum|same|level|again|any one year|equal\w*"
_ORDINALS = {
    0: r"first (?:year|tranche|financial year)|year (?:1|one)|this year|opening year",
    1: r"second (?:year|tranche|financial year)|year (?:2|two)",
    2: r"third(?: year| tranche)?|year (?:3|three)",
    -1: r"last (?:year|tranche)|final (?:year|tranche)",
}
_SOME_YEAR = (
    r"then|ris\w*|rose|fall\w*|fell|halv\w*|doubl\w*|taper\w*|grow\w*|grew|drop\w*|next|later"
    r"|start\w*|from"
)


def words_of(sentence: str) -> str:
    """Return the words of a sentence in small letters, each between spaces, as names and patterns read them."""
    return f" {bare(sentence)} "


def bare(text: str) -> str:
    """Return the words of a text in small letters; an apostrophe, and what stands after it, is no word."""
    straight = text.casefold().replace("’", "'")
    return " ".join(re.sub(r"'s?(?=\W|$)", "", straight).translate(_SIGNS).split())


_SIGNS = str.maketrans(dict.fromkeys("()[]{},;:.!?\"“”‘|–—-/•*=+&'", " "))


def is_meant(identity: Identity, words: str, behind: str = "") -> bool:
    """Whether a sentence can mean a figure of this identity.

    `words` is what `words_of` made of the sentence, `behind` what it made of the words behind the number. A year that
    stands right behind the number is its year: “£5 in 2024/25 and £7 in 2025/26”.
    """
    own = _BEHIND.match(behind)
    when = f" {own['when']} " if own else words
    return (
        identity.subject.is_named_in(words)
        and _speaks(_MEASURES.get(identity.measure), words)
        and _speaks(_WAYS.get(identity.way), words)
        and _is_of_year(identity, when)
        and (not identity.aspect or f" {identity.aspect} " in words)
    )


def _speaks(pattern: str | None, words: str) -> bool:
    return pattern is None or re.search(rf" (?:{pattern}) ", words) is not None


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
