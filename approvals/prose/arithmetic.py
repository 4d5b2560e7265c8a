"""Arithmetic in prose: sums of which a sentence says that they add up, or that one rose to another. Pure rules.

Each relation is read from the words between the sums: “A and B make up C”, “A + B = C”, “A in 2023/24 and B in 2024/25,
C in all”, “from A by B to C”, “of C, A for x and B for y”. It is worked out to the rounding as written, whatever the
sums are and wherever they come from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from approvals.prose.amounts import Mention, level
from approvals.prose.counts import sentence
from approvals.prose.figures import masked
from grants import money

# Every sum of a sentence becomes this mark, so that a relation is a pattern of words around marks.
_SUM = "§"
_YEAR = r"(?:\s(?:in|for)\s(?:the\syear\s)?\d{4}(?:[/–-]\d{2,4})?)"
_PARTS = rf"{_SUM}{_YEAR}?(?:(?:,\s|,?\sand\s|\splus\s|\s\+\s){_SUM}{_YEAR}?){{1,12}}"
_MAKE = (
    r"(?:make(?:s)?(?:\sup)?|made(?:\sup)?|add(?:s)?\sup\sto|add(?:s)?\sto|total(?:s|led)?|sum(?:s)?\sto|equals?"
    r"|(?:come|comes|came)\sto)"
)
_IN_ALL = r"(?:in\sall|in\stotal|altogether|together)"
_RELATIONS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        # £1 + £2 = £3; £1 and £2 make up £3; £1 in 2023/24 and £2 in 2024/25 come to £3.
        ("sum", rf"(?P<parts>{_PARTS})(?:,?\stogether|,?\sboth)?\s(?:=|{_MAKE})\s(?:a\stotal\sof\s)?(?P<whole>{_SUM})"),
        # £1 in 2023/24 and £2 in 2024/25, £3 in all; £1 and £2, a total of £3; £1 and £2 (£3 in total).
        ("sum", rf"(?P<parts>{_PARTS})(?:,|:|\s\(|\s[–—-])\s?(?P<whole>{_SUM})\s{_IN_ALL}\b"),
        ("sum", rf"(?P<parts>{_PARTS}),\s(?:a|making\sa)\stotal\sof\s(?P<whole>{_SUM})"),
        # £3 is £1 plus £2.
        ("sum", rf"(?P<whole>{_SUM})\s(?:=|is|equals)\s(?P<parts>{_SUM}(?:\s(?:plus|\+)\s{_SUM}){{1,12}})"),
        # £5 - £2 = £3; £5 less £2 is £3; £5 less £2 leaves £3.
        (
            "difference",
            rf"(?P<parts>{_SUM}(?:\s(?:less|minus|[-−–])\s{_SUM}){{1,12}}),?\s(?:=|is|leaves|equals|gives)\s(?P<whole>{_SUM})",
        ),
        # From £5 by £2 to £3; rises from £3 by £2 to £5.
        ("change", rf"\bfrom\s(?P<first>{_SUM})\sby\s(?P<by>{_SUM}),?\sto\s(?P<last>{_SUM})"),
        ("change", rf"\bby\s(?P<by>{_SUM}),?\sfrom\s(?P<first>{_SUM})\sto\s(?P<last>{_SUM})"),
    )
)
# “Of £3, £1 is for staff, £2 for vehicles”: each part has its own purpose, and nothing else follows.
_OF_WHOLE = re.compile(
    rf"^\s*of\s(?:the\s|this\s)?(?P<whole>{_SUM}),?\s(?P<parts>{_SUM}\s(?:(?:is|was|goes)\s)?(?:for|to)\s[^{_SUM},;.]+"
    rf"(?:(?:,\s|,?\sand\s){_SUM}\s(?:(?:is|was|goes)\s)?(?:for|to)\s[^{_SUM},;.]+)+)[.;]?\s*$",
    re.IGNORECASE,
)
_FALLS = re.compile(r"\b(?:cut|decreas|drop|fall|fell|lower|reduc|shrink|shrank)\w*\b", re.IGNORECASE)
_RISES = re.compile(r"\b(?:grow|grew|increas|rais|ris|rose)\w*\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What a sentence says comes of its sums: the sum that it gives, and the true one where that differs."""

    mention: Mention
    parts: Sequence[Mention]
    truth: Decimal | None


def results(prose: str, summed: Sequence[Mention]) -> Iterator[Result]:
    """Yield the result of each calculation in a text. `summed` are its sums of money, in the order of the text."""
    plain = masked(level(prose))
    by_sentence: dict[tuple[int, int], list[Mention]] = {}
    for mention in summed:
        by_sentence.setdefault(sentence(plain, mention.start), []).append(mention)
    for (begins, ends), mentions in by_sentence.items():
        if len(mentions) > 2 and all(mention.value is not None for mention in mentions):
            yield from _of_sentence(plain, begins, ends, mentions)


def _of_sentence(plain: str, begins: int, ends: int, mentions: Sequence[Mention]) -> Iterator[Result]:
    words, at = [], begins
    for mention in mentions:
        words += [plain[at : mention.start].replace(_SUM, " "), _SUM]
        at = mention.end
    marked = " ".join("".join([*words, plain[at:ends].replace(_SUM, " ")]).split())
    places = [place for place, letter in enumerate(marked) if letter == _SUM]
    by_place = dict(zip(places, mentions, strict=True))
    done: set[int] = set()
    for kind, pattern in (*_RELATIONS, ("sum", _OF_WHOLE)):
        for match in pattern.finditer(marked):
            result = _change(match, marked, by_place) if kind == "change" else _total(kind, match, by_place)
            if result and result.mention.start not in done:
                done.add(result.mention.start)
                yield result
    yield from (result for result in _rest(marked, mentions) if result.mention.start not in done)


# What follows from two sums before it: “£4 of £10, so that £6 comes from elsewhere”, “with £6 to spare”.
_REST = re.compile(
    r"\b(?:so\sthat|leav(?:es|ing)|remaining|remainder|rest|balance|elsewhere|to\sspare|is\sleft|left\sover)\b",
    re.IGNORECASE,
)


def _rest(marked: str, mentions: Sequence[Mention]) -> Iterator[Result]:
    """Yield each sum that is what the sums before it leave of the largest of them, where the words beside it say so."""
    places = [place for place, letter in enumerate(marked) if letter == _SUM]
    for at in range(2, len(mentions)):
        around = marked[places[at - 1] : places[at + 1] if at + 1 < len(places) else len(marked)]
        if _REST.search(around):
            parts = mentions[:at]
            amounts = [part.value or money.ZERO for part in parts]
            result = _compared(mentions[at], parts, max(amounts) * 2 - sum(amounts, money.ZERO))
            if result.truth is None:
                yield result


def _total(kind: str, match: re.Match[str], by_place: dict[int, Mention]) -> Result:
    whole = by_place[match.start("whole")]
    parts = [by_place[place] for place in range(*match.span("parts")) if place in by_place]
    first, *others = [part.value or money.ZERO for part in parts]
    rest = sum(others, money.ZERO)
    return _compared(whole, parts, first + rest if kind == "sum" else first - rest)


def _change(match: re.Match[str], marked: str, by_place: dict[int, Mention]) -> Result | None:
    """Return the result of “from A by B to C”, in the direction that the sentence names, otherwise in either."""
    first, by, last = (by_place[match.start(name)] for name in ("first", "by", "last"))
    start, step = first.value or money.ZERO, by.value or money.ZERO
    falls, rises = _FALLS.search(marked), _RISES.search(marked)
    if bool(falls) == bool(rises):
        results = [_compared(last, (first, by), start + step), _compared(last, (first, by), start - step)]
        return next((each for each in results if each.truth is None), None)
    return _compared(last, (first, by), start - step if falls else start + step)


def _compared(whole: Mention, parts: Sequence[Mention], truth: Decimal) -> Result:
    """Return the result, true where rounding explains the difference: each sum may be off by half of its step.

    A sum that is written to the pound is taken as exact.
    """
    slack = sum((each.step for each in (whole, *parts) if each.step > 1), money.ZERO) / 2
    is_true = abs(truth - (whole.value or money.ZERO)) <= slack
    return Result(whole, parts, None if is_true else truth)
