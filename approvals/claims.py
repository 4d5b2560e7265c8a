"""Claims on sets in prose: each above £50k, none exceeds £50,000, all of them below the limit. Pure rules.

A claim is checked against every member of the set that its sentence speaks of. “Every grant above £50,000 goes to the
Deputy Mayor” claims nothing of that kind: it says which grants are meant.
Source: PCD 681 recommendation 2 says that each grant is above £50,000, and 7 of its 11 are below it singly.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from approvals.amounts import Typed, level
from approvals.counts import sentence
from approvals.figures import Figures, masked, references
from grants import money


class Bound(StrEnum):
    """How each amount stands to a limit. An amount at the limit is not below it: it goes to the Deputy Mayor."""

    AT_LEAST = "at least"
    BELOW = "below"
    AT_MOST = "at most"
    EXACTLY = "of"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says of every member of a set, with a limit in pounds.

    `together` where it may be true of a member with its lots; `step` is what the limit is rounded to.
    """

    bound: Bound
    limit: Decimal
    together: bool = False
    step: Decimal = money.PENNY


@dataclass(frozen=True, slots=True)
class Member:
    """One of a set, by its name: its amount in pounds, and the sum of the lots that it is compared with."""

    name: str
    amount: Decimal
    together: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A set that a sentence can speak of: its name, what its members are, the words for it, and the members."""

    name: str
    thing: str
    words: Sequence[str]
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Said:
    """A claim as it stands in a text, the set that it speaks of, and the members that it is not true of."""

    typed: Typed
    claim: Claim
    group: Group
    breaks: Sequence[Member]


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """An amount to the nearest step, half up: £947,234 to £10,000 is £950,000."""
    size = (abs(amount) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return -size if amount < 0 else size


def who_breaks(claim: Claim, members: Sequence[Member]) -> list[Member]:
    """The members of a set that a claim on each of them is not true of."""
    return [member for member in members if not _holds(claim, member)]


def _holds(claim: Claim, member: Member) -> bool:
    amounts = {member.amount, member.together or member.amount} if claim.together else {member.amount}
    compared = {
        Bound.AT_LEAST: lambda amount: amount >= claim.limit,
        Bound.BELOW: lambda amount: amount < claim.limit,
        Bound.AT_MOST: lambda amount: amount <= claim.limit,
        Bound.EXACTLY: lambda amount: rounded(amount, claim.step) == claim.limit,
    }[claim.bound]
    return any(compared(amount) for amount in amounts)


_ABOVE = r"above|over|exceeding|exceeds?|exceeded|in\sexcess\sof|(?:more|greater|higher|larger)\sthan"
_BELOW = r"below|under|beneath|(?:less|lower|smaller)\sthan"
# Words, what they say of an amount, and what they say of it after none, no or neither.
_COMPARATORS: Sequence[tuple[str, Bound, Bound]] = (
    (rf"not?\s(?:{_BELOW})|at\sleast", Bound.AT_LEAST, Bound.BELOW),
    (rf"not?\s(?:{_ABOVE})|(?:do|does|did)\snot\sexceed|at\s(?:the\s)?most|up\sto", Bound.AT_MOST, Bound.AT_LEAST),
    (_ABOVE, Bound.AT_LEAST, Bound.AT_MOST),
    (_BELOW, Bound.BELOW, Bound.AT_LEAST),
)
_COMPARE = "|".join(f"(?:{pattern})" for pattern, *_ in _COMPARATORS)
_TOGETHER = r"(?:in\saggregate|in\stotal|together|collectively)"
_HOW = (
    r"(?:\s(?:individually|singly|alone|separately|itself|by\sitself|on\s(?:its|their)\sown|well|still)"
    rf"(?:\sor\s{_TOGETHER})?)*"
)
_WORTH = r"(?:\s(?:worth|valued\sat|being|for|of|at))?"
_SET = r"(?P<set>each(?:\sone)?|every\sone|all|both|none|neither|not\sone|no\sone)"
_OF_THEM = r"(?:\sof\s(?:them|these|those|which|the\s[\w-]{1,12}))?"
_SUBJECT = r"(?P<set>each|every|all|both|none|neither|no|not\sone)\b"
# Between the set and what is said of it: no other statement, and nothing that is a sum of the members.
_GAP = (
    r"(?:[\s,]+(?:(?:that|which|who)\s(?:is|are|was|were|have|has|had)\b|(?!(?:and|but|while|whereas|although|if|unless"
    r"|is|are|was|were|be|been|has|have|had|total|sum|average|mean|together|combined|aggregate)\b)[\w’'\ufffc-]+)){0,14}?"
)
_IS = (
    r"(?P<verb>is|are|was|were|be|being|remains?|stays?|falls?|fell|comes?\sto|came\sto|amounts?\sto|costs?|receives?|gets?"
    r"|asks?\sfor|has|have)"
)
_MONEY = r"\s(?P<money>[\d£€$G\ufffc\u2212-]\S*)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Each above £50k; each of them individually below £50k; each of £49,200; none of £50,000 or more.
        rf"\b{_SET}{_OF_THEM}{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?{_MONEY}",
        # Every grant in Appendix 2 is below £50k; no grant exceeds £50k.
        rf"\b{_SUBJECT}{_GAP}[\s,]+(?:{_IS}(?:\s(?:each|all))?{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?"
        rf"|(?P<exceeds>exceeds?|exceeded|(?:do|does|did)\snot\sexceed)){_MONEY}",
        # 11 grants above £50k each.
        rf"\b(?P<how>{_COMPARE}){_MONEY}(?=\s(?:each|apiece)\b(?!\s(?:of|is|are|was|were)))",
    )
)
_MORE = re.compile(r"\sor\s(?:(?P<up>more|over|above)|less|under|below)\b", re.IGNORECASE)
_ALSO_TOGETHER = re.compile(rf"\b(?:{_TOGETHER}|with\sits\slots)\b", re.IGNORECASE)
_SUM_OF = re.compile(r"\b(?:average|cost|mean|most|rest|sum|total|value)\sof\s$", re.IGNORECASE)
_SUMS = re.compile(r"c[ao]mes?\s|amount|cost|receive|get|ask|ha", re.IGNORECASE)
# A sentence that goes on for longer than this speaks of its set nearer by.
REACH = 600
_DENIES = re.compile(r"none|neither|no", re.IGNORECASE)


def claims(
    prose: str, figures: Figures, amounts: Sequence[Typed], counts: Sequence[Typed], groups: Sequence[Group]
) -> list[Said]:
    """The claims of a text on each member of a set, in its order.

    `amounts` and `counts` are what was found in the text. The set is the one named last before the claim in its
    sentence, else the first named after it, else the first of `groups`.
    """
    plain = masked(level(prose))
    limits = {typed.start: (typed.value, typed.end, typed.step) for typed in amounts}
    for name, start, end in references(prose):
        if figure := figures.get(name):
            limits[start] = (figure.amount, end, money.PENNY)
    found: dict[int, Said] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            place = match.start("money")
            limit, ends, step = limits.get(place, (None, 0, money.PENNY))
            apart = _SUM_OF.search(plain, 0, match.start()) or _names_a_rule(plain, match, ends)
            if limit is None or place in found or apart:
                continue
            bound = _bound(match, _MORE.match(plain, ends))
            group = bound and _group(prose, match.start(), counts, groups, must_be_named=bound is Bound.EXACTLY)
            if bound and group and group.members:
                together = bool(_ALSO_TOGETHER.search(plain[slice(*sentence(plain, match.start()))]))
                claim = Claim(bound, limit, together, step)
                typed = Typed(prose[match.start() : ends], match.start(), ends, limit)
                found[place] = Said(typed, claim, group, who_breaks(claim, group.members))
    return [found[place] for place in sorted(found)]


def _names_a_rule(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the words at the head of a sentence only say which are meant: All above £50,000 go up."""
    begins = sentence(plain, match.start())[0]
    at_head = not plain[begins : match.start()].strip(" \n•*-")
    apart = match.re is _PATTERNS[0] and " of t" not in match[0].casefold()
    return at_head and apart and bool(re.match(r"\s\w", plain[ends:]))


def _bound(match: re.Match[str], more: re.Match[str] | None) -> Bound | None:
    """What is said of each amount, or None where it is nothing that can be checked of each.

    `None of £49,200` says too little, and `all of them come to £947,234` speaks of their sum.
    """
    said = match.groupdict(default="")
    members, how = said.get("set", "").casefold(), said["how"] or said.get("exceeds", "")
    denied = bool(_DENIES.match(members))
    if members in ("all", "both") and (_SUMS.match(said.get("verb", "")) or not (how or more)):
        return None
    if not how and more:
        plain, opposite = (Bound.AT_LEAST, Bound.BELOW) if more["up"] else (Bound.AT_MOST, Bound.AT_LEAST)
        return opposite if denied else plain
    for pattern, plain, opposite in _COMPARATORS:
        if re.fullmatch(pattern, how, re.IGNORECASE):
            return opposite if denied else plain
    return None if denied else Bound.EXACTLY


def _group(
    prose: str, at: int, counts: Sequence[Typed], groups: Sequence[Group], *, must_be_named: bool
) -> Group | None:
    """The set that a sentence speaks of, by its name or by how many it says that there are."""
    begins, ends = sentence(prose, at)
    begins, ends = max(begins, at - REACH), min(ends, at + REACH)
    text = level(prose[begins:ends]).casefold()
    places: list[tuple[int, int, Group]] = []
    for group in groups:
        for words in group.words:
            for found in re.finditer(rf"(?<!\w){re.escape(words.casefold())}(?!\w)", text):
                places.append((begins + found.start(), len(words), group))
        for count in counts:
            same = count.value == len(group.members) and count.thing in (group.thing, "")
            if same and begins <= count.start < ends:
                places.append((count.start, 0, group))
    if before := [place for place in places if place[0] < at]:
        return max(before, key=lambda place: place[:2])[2]
    if places:
        return min(places, key=lambda place: (place[0], -place[1]))[2]
    by_name = {member.name: member for group in groups for member in group.members if member.name.casefold() in text}
    if by_name:
        return Group("grants named here", "grants", (), list(by_name.values()))
    return None if must_be_named else next(iter(groups), None)
