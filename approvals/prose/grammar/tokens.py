"""The tokens of a sentence: its sums, numbers and years, the owners that it names, and the words that say of what.

The vocabulary of a round is made once from its facts: every name of an entry, with the parts of it that only one owner
has, beside the words of `words.py`.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from approvals.prose import vocabulary as words
from approvals.prose.amounts import IN_LETTERS, Mention, in_letters
from approvals.prose.facts import Entry, Facts
from approvals.prose.vocabulary import Kind, Role

# The number of entries up to which a part of a name is read as the name.
MOST_PARTED = 400
# The number of entries up to which one everyday word of a name, such as “lamps”, can name its owner.
MOST_OF_ONE_WORD = 20


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase of a sentence: its role, what it means there, its words in small letters, and its place in the prose.

    The `value` of an owner is the set of the numbers of its entries in `Facts.entries`; that of a sum its mention.
    """

    role: Role
    value: Any
    text: str
    start: int
    end: int

    def is_(self, role: Role, *values: object) -> bool:
        return self.role is role and (not values or self.value in values)


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    role: Role
    value: Any

    def matches(self, texts: Sequence[str]) -> bool:
        return len(texts) >= len(self.words) and all(
            text.startswith(word[:-1]) if word.endswith("*") else text == word
            for word, text in zip(self.words, texts, strict=False)
        )


_WORD = re.compile(r"\d+(?:\.\d+)?%|[^\W_]+(?:[-’'][^\W_]+)*(?:’(?=\s))?|[=+]|[;:,()–—|•\n]|[.!?](?=\s|$)")
_ENDS = frozenset(";:.!?\n|•")
_YEAR = re.compile(r"\b((?:19|20)\d\d)\s?[/–-]\s?(\d\d(?:\d\d)?)\b")
_DATE = re.compile(
    r"\b(\d{1,2})\s(January|February|March|April|May|June|July|August|September|October|November|December)\s(\d{4})\b"
)
_NUMBER = re.compile(
    rf"(?<![\w.,/£])(?:\d{{1,3}}(?:,\d{{3}})*|(?:{IN_LETTERS}))\b(?![.,/]\d|%|\sper\scent)", re.IGNORECASE
)
_PERCENT_IN_LETTERS = re.compile(rf"\b({IN_LETTERS})\sper\s?cent\b", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\w.,/])(\d{1,3}(?:\.\d+)?)\s?(?:%|per\scent\b)")
_TWO_THIRDS = re.compile(
    r"\b(a|one|two|three|four|five|six|seven|eight|nine|ten|eleven)[\s-](thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|twelfths?|twentieths?)\b",
    re.IGNORECASE,
)  # fmt: skip
_SINGULAR = re.compile(r"(?<=\w\w\w)(?:’s|'s|s’|s')$")


def plain_word(word: str) -> str:
    """Return a word in small letters, without the ending of a possessive."""
    lower = word.casefold().replace("’", "'")
    return lower.removesuffix("'s").removesuffix("'")


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(plain_word(word[0]) for word in _WORD.finditer(name) if word[0] not in _ENDS and word[0] not in "(),")


class Vocabulary:
    """All phrases that a text about a round can use, found by their first word."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._by_first: dict[str, list[_Phrase]] = {}
        self._by_stem: list[_Phrase] = []
        for phrase in (*_owners(facts), *_of_round(facts), *_general()):
            if phrase.words[0].endswith("*"):
                self._by_stem.append(phrase)
            else:
                self._by_first.setdefault(phrase.words[0], []).append(phrase)
        for phrases in self._by_first.values():
            phrases.sort(key=lambda phrase: -len(phrase.words))

    def find(self, texts: Sequence[str]) -> _Phrase | None:
        """Return the longest phrase with which these words begin."""
        for phrase in self._by_first.get(texts[0], ()):
            if phrase.matches(texts):
                return phrase
        return next((phrase for phrase in self._by_stem if phrase.matches(texts)), None)


def tokens(prose: str, begins: int, ends: int, summed: Iterable[Mention], vocabulary: Vocabulary) -> list[Token]:
    """Return the tokens of a stretch of a text, in its order. `summed` are the sums of money of the text."""
    tokens_read = [
        Token(Role.SUM, each, each.text, each.start, each.end) for each in summed if begins <= each.start < ends
    ]
    tokens_read += [
        each for each in _patterns(prose, begins, ends, vocabulary.facts) if not _covered(each, tokens_read)
    ]
    gaps = _gaps(begins, ends, tokens_read)
    for start, end in gaps:
        tokens_read += _phrases(prose, start, end, vocabulary)
    return _ordinals(sorted(tokens_read, key=lambda token: token.start), vocabulary.facts)


_ORDINALS = {"first": 0, "second": 1, "third": 2, "next": 1, "last": -1, "final": -1}


def _ordinals(tokens_read: list[Token], facts: Facts) -> list[Token]:
    """Return the tokens with “the second”, after “the first year”, and “each of the two years” read as years."""
    has_year = any(token.role is Role.YEAR for token in tokens_read)
    for at, token in enumerate(tokens_read[:-2]):
        joins, ends, before = tokens_read[at + 1], tokens_read[at + 2], tokens_read[at - 1].text if at else ""
        is_whole = (
            len(facts.years) > 1 and token.is_(Role.YEAR, facts.years[0]) and ends.is_(Role.YEAR, facts.years[-1])
        )
        if is_whole and joins.text in ("to", "and", "–") and before in ("over", "across", "for", "over the", "between"):
            # “Over 2024/25 to 2026/27” is the whole round, and no year of it.
            tokens_read[at], tokens_read[at + 2] = replace(token, role=Role.WORD), replace(ends, role=Role.WORD)
    for at, token in enumerate(tokens_read):
        following = tokens_read[at + 1].text if at + 1 < len(tokens_read) else "."
        place = _ORDINALS.get(token.text)
        in_the = [each.text for each in tokens_read[max(at - 2, 0) : at]] == ["in", "the"] and len(facts.years) > 1
        is_alone = following in _AFTER_ORDINAL or (in_the and _is_sum(tokens_read, at + 1))
        if (has_year or in_the) and place is not None and place < len(facts.years) and is_alone:
            tokens_read[at] = replace(token, role=Role.YEAR, value=facts.years[place])
        earlier = {each.text for each in tokens_read[max(at - 4, 0) : at]}
        if (
            token.is_(Role.SIDE, words.Side.DELEGATED)
            and earlier & _BEYOND
            and following in ("authority", "limit", "powers")
        ):
            tokens_read[at] = replace(token, value=words.Side.DECIDED)
        if (
            token.text == "bid for"
            and at
            and (tokens_read[at - 1].role is Role.QUANTITY or tokens_read[at - 1].text in ("the", "a"))
        ):
            tokens_read[at] = replace(token, role=Role.THING, value="bids")
        if token.text in ("year", "years") and at:
            words_before = [each for each in tokens_read[max(at - 3, 0) : at] if each.text != "the"]
            quantity = next((each for each in words_before if each.is_(Role.QUANTITY, "all")), None)
            if quantity:
                tokens_read[at] = replace(token, role=Role.YEARLY, value=True)
    return tokens_read


def _is_sum(tokens_read: Sequence[Token], at: int) -> bool:
    return at < len(tokens_read) and tokens_read[at].role is Role.SUM


# “Beyond the Chief Executive’s authority” is for decision.
_BEYOND = frozenset(("beyond", "outside", "exceeds", "exceed", "above"))
_AFTER_ORDINAL = frozenset((".", ",", ";", ":", ")", "\n", "and", "than", "to"))


_MONTHS = re.findall(r"\w+", "january february march april may june july august september october november december")


_YEAR_NUMBER = re.compile(r"\byear\s(one|two|three|[123])\b", re.IGNORECASE)
_MONTH = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December)\s(20\d\d)\b"
)


def _year_number(match: re.Match[str], facts: Facts) -> Token | None:
    place = {"one": 0, "two": 1, "three": 2}.get(match[1].casefold(), int(match[1]) - 1 if match[1].isdigit() else 0)
    return _token(Role.YEAR, facts.years[place], match) if place < len(facts.years) else None


def _month(match: re.Match[str], _: Facts) -> Token:
    """Return a month as its last day."""
    number, year = _MONTHS.index(match[1].casefold()) + 1, int(match[2])
    return _token(Role.DATE, date(year, number, monthrange(year, number)[1]), match)


def _covered(token: Token, others: Iterable[Token]) -> bool:
    return any(token.start < other.end and other.start < token.end for other in others)


def _patterns(prose: str, begins: int, ends: int, facts: Facts) -> Iterator[Token]:
    """Yield years, dates, shares and numbers, none of which overlap."""
    taken: list[Token] = []
    for pattern, read in (
        (_DATE, _date),
        (_MONTH, _month),
        (_YEAR, _year),
        (_YEAR_NUMBER, _year_number),
        (_PERCENT, _percent),
        (_PERCENT_IN_LETTERS, _percent_in_letters),
        (_TWO_THIRDS, _share),
        (_NUMBER, _number),
    ):
        for match in pattern.finditer(prose, begins, ends):
            token = read(match, facts)
            if token and not _covered(token, taken):
                taken.append(token)
                yield token


def _token(role: Role, value: object, match: re.Match[str]) -> Token:
    return Token(role, value, match[0].casefold(), *match.span())


def _date(match: re.Match[str], _: Facts) -> Token | None:
    try:
        return _token(Role.DATE, date(int(match[3]), _MONTHS.index(match[2].casefold()) + 1, int(match[1])), match)
    except ValueError:
        return None


def _year(match: re.Match[str], facts: Facts) -> Token | None:
    name = f"{match[1]}/{match[2][-2:]}"
    return _token(Role.YEAR, name, match)


def _percent(match: re.Match[str], _: Facts) -> Token:
    return _token(Role.SHARE, (Decimal(match[1]) / 100, Decimal(1).scaleb(-len(match[1].partition(".")[2]) - 2)), match)


def _percent_in_letters(match: re.Match[str], _: Facts) -> Token:
    return _token(Role.SHARE, (Decimal(in_letters(match[1])) / 100, Decimal("0.01")), match)


def _share(match: re.Match[str], _: Facts) -> Token:
    first = match[1].casefold()
    return _token(
        Role.SHARE,
        (
            words.SHARES[match[2].casefold().removesuffix("s")] * (1 if first in ("a", "one") else in_letters(first)),
            None,
        ),
        match,
    )


def _number(match: re.Match[str], _: Facts) -> Token | None:
    digits = match[0].replace(",", "")
    if re.search(r"\b(?:not|no|each|every)\s$", match.string[max(match.start() - 7, 0) : match.start()], re.IGNORECASE):
        return None
    return _token(Role.NUMBER, int(digits) if digits.isdigit() else in_letters(match[0]), match)


def _gaps(begins: int, ends: int, tokens: Iterable[Token]) -> list[tuple[int, int]]:
    gaps, at = [], begins
    for token in sorted(tokens, key=lambda token: token.start):
        if token.start > at:
            gaps.append((at, token.start))
        at = max(at, token.end)
    return [*gaps, (at, ends)] if at < ends else gaps


def _phrases(prose: str, begins: int, ends: int, vocabulary: Vocabulary) -> Iterator[Token]:
    matches = list(_WORD.finditer(prose, begins, ends))
    texts = [plain_word(match[0]) for match in matches]
    at = 0
    while at < len(matches):
        if texts[at] in _ENDS:
            yield Token(Role.STOP, texts[at], texts[at], *matches[at].span())
            at += 1
            continue
        phrase = vocabulary.find(texts[at : at + 10])
        size = len(phrase.words) if phrase else 1
        start, end = matches[at].start(), matches[at + size - 1].end()
        text = " ".join(texts[at : at + size])
        role = phrase.role if phrase else Role.WORD
        if role is Role.HINT and _names(matches, at, texts, vocabulary):
            role = Role.OWNER
        yield Token(role, phrase.value if phrase else text, text, start, end)
        at += size


def _names(matches: Sequence[re.Match[str]], at: int, texts: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether one word of a name names its owner: as a proper noun, or as a noun in a round of few names."""
    word = matches[at][0]
    if texts[at] in words.COMMON:
        return False
    if at and word[0].isupper() and texts[at - 1] not in _ENDS:
        return True
    is_small = len(vocabulary.facts.entries) <= MOST_OF_ONE_WORD
    return is_small and (word[0].isupper() or (at > 0 and texts[at - 1] in ("the", "for", "to", "an", "a", "and")))


# The vocabulary


def _general() -> Iterator[_Phrase]:
    tables: Sequence[tuple[Role, Mapping[Any, Sequence[str]]]] = (
        (Role.MEASURE, words.MEASURES), (Role.WHOLE, words.WHOLES), (Role.STATE, words.STATES),
        (Role.SIDE, words.SIDES), (Role.THING, words.THINGS),
        (Role.QUANTITY, words.QUANTITIES), (Role.RANK, words.RANKS),
        (Role.YEARLY, {True: words.YEARLY}), (Role.AVERAGE, {True: words.AVERAGES}),
        (Role.DIFFERENCE, {True: words.DIFFERENCES}), (Role.TOTAL, {True: words.TOTALS}),
    )  # fmt: skip
    for role, table in tables:
        for value, phrases in table.items():
            for phrase in phrases:
                yield _Phrase(tuple(phrase.split()), role, value)
    yield _Phrase(("a", "single"), Role.NUMBER, 1)
    for phrase in words.NEUTRAL:
        yield _Phrase(tuple(phrase.split()), Role.WORD, phrase)
    for name, share in words.SHARES.items():
        yield _Phrase((name,), Role.SHARE, (share, None))
        if name not in ("half", "halves"):
            yield _Phrase((f"{name}s",), Role.SHARE, (share, None))


def _of_round(facts: Facts) -> Iterator[_Phrase]:
    """Yield the years of a round by their order, its areas and themes, and those who decide."""
    for place, phrases in words.YEARS.items():
        if -len(facts.years) <= place < len(facts.years):
            for phrase in phrases:
                yield _Phrase(tuple(phrase.split()), Role.YEAR, facts.years[place])
    for area in sorted({area for entry in facts.entries for area in entry.areas}):
        yield _Phrase(_words_of(area), Role.AREA, area)
    themes = sorted({theme for entry in facts.entries for theme in entry.themes})
    for theme in themes:
        for form in _theme_forms(_words_of(theme)):
            yield _Phrase(form, Role.THEME, theme)
    for side, names in ((words.Side.DECIDED, facts.decided_by), (words.Side.DELEGATED, facts.delegated_to)):
        for name in names:
            own = _words_of(name)
            if own:
                yield _Phrase(own, Role.SIDE, side)
                if own[-1] in ("committee", "board", "cabinet"):
                    yield _Phrase(own[-1:], Role.SIDE, side)
                if "of" in own[1:]:
                    # “Board of Trustees” is also the board, or the trustees.
                    for word in (own[0], own[-1]):
                        if word == "board" or (word.endswith("s") and word not in words.COMMON):
                            yield _Phrase((word,), Role.SIDE, side)
                last = next((own[own.index(word) - 1] for word in ("of", "for") if word in own[1:]), own[-1])
                if last not in words.COMMON and len(last) > 5:
                    yield _Phrase((last,), Role.SIDE, side)


def _theme_forms(own: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the name of a theme, and where it is one word also its singular or plural."""
    if len(own) != 1:
        return [own]
    return [own, (own[0].removesuffix("s") if own[0].endswith("s") else f"{own[0]}s",)]


def _owners(facts: Facts) -> Iterator[_Phrase]:
    """Yield each name of an entry, and each part of a name that only one owner has."""
    entries_by_name: dict[tuple[str, ...], set[int]] = {}
    for number, entry in enumerate(facts.entries):
        for name in filter(None, (*entry.names, entry.family)):
            for own in _forms(_words_of(name)):
                entries_by_name.setdefault(own, set()).add(number)
    places = {_words_of(area) for entry in facts.entries for area in entry.areas}
    names = {theme for entry in facts.entries for theme in entry.themes}
    themes = {form for theme in names for form in _theme_forms(_words_of(theme))}
    parts: dict[tuple[str, ...], set[int]] = {}
    # In a round of very many bids each everyday word is in some name, so only whole names are read.
    for number, entry in enumerate(facts.entries if len(facts.entries) <= MOST_PARTED else ()):
        for name in filter(None, (*entry.names, entry.family)):
            for part in _parts(_words_of(name)):
                parts.setdefault(part, set()).add(number)
    for own, numbers in entries_by_name.items():
        yield _Phrase(own, Role.OWNER, frozenset(numbers))
    spoken = {phrase.words for phrase in (*_general(), *_of_round(facts))} | places | themes | set(entries_by_name)
    for part, numbers in parts.items():
        # A round can have more income than it records, so a phrase of the name of one contradicts nothing.
        is_income = any(facts.entries[number].what is Kind.INCOME for number in numbers)
        if part not in spoken and _is_one(facts, numbers) and not (is_income and len(part) > 1):
            yield _Phrase(part, Role.HINT if len(part) == 1 else Role.OWNER, frozenset(numbers))


def _is_one(facts: Facts, numbers: Iterable[int]) -> bool:
    """Whether some entries are of one owner."""
    entries = [facts.entries[number] for number in numbers]
    return len({(entry.what is Kind.INCOME, entry.names[0]) for entry in entries}) == 1 or bool(
        {entry.family for entry in entries} - {""} and len({entry.family for entry in entries}) == 1
    )


def _forms(own: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not own:
        return
    yield own
    if own[0] == "the":
        yield own[1:]
    if len(own) > 1 and not own[-1].endswith("s"):
        yield (*own[:-1], f"{own[-1]}s")
    if len(own) > 1 and own[-1] in ("ltd", "limited", "cic", "plc", "trust"):
        yield own[:-1]


def _parts(own: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the words and runs of two or three words by which somebody may call a name."""
    for size in (1, 2, 3):
        for at in range(len(own) - size + 1):
            part = own[at : at + size]
            first_and_last = part[0] not in _LITTLE and part[-1] not in _LITTLE
            if first_and_last and len(part[0]) > 2 and not part[-1].isdigit() and part != own:
                yield part
                if len(part[-1]) > 4:
                    last = part[-1].removesuffix("s") if part[-1].endswith("s") else part[-1] + "s"
                    yield (*part[:-1], last)


_LITTLE = frozenset(
    re.findall(
        r"\w+",
        "a above accepted an and at below by for from in its of on or our the their to with ",
    )
)


def owner_of(entries: Sequence[Entry], numbers: Iterable[int]) -> list[Entry]:
    return [entries[number] for number in sorted(numbers)]


def on(year: str) -> date:
    """Return the last day of a financial year such as 2023/24."""
    return date(int(year[:4]) + 1, 3, 31)
