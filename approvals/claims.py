"""Claims on sets in prose: each above £50k, the grants are below the limit, four of the 11 exceed it. Pure rules.

A claim is checked against every member of the set that its sentence speaks of, and on the member's own amount unless
it says “individually or in aggregate”: a total beside it is another statement. “Every grant above £50,000 goes to the
Deputy Mayor” claims nothing of that kind: it says which grants are meant.
Source: PCD 681 recommendation 2 says that each grant is above £50,000, and 7 of its 11 are below it singly.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from approvals.amounts import IN_LETTERS, Typed, in_letters, level
from approvals.counts import THINGS, sentence
from approvals.figures import MASK, Figures, masked, references
from grants import money


class Bound(StrEnum):
    """How each amount stands to a limit. An amount at the limit is not below it: it goes to the Deputy Mayor."""

    AT_LEAST = "at least"
    BELOW = "below"
    AT_MOST = "at most"
    EXACTLY = "of"


class Extent(StrEnum):
    """Of how many members of a set something is said."""

    EACH = "each"
    NOT_ALL = "not all"
    MOST = "most"
    SO_MANY = "so many"
    SMALLEST = "the smallest"
    LARGEST = "the largest"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence says of the members of a set, with a limit in pounds.

    `together` where it may be true of a member with its lots; `step` is what the limit is rounded to; `number` is of
    how many it is said, where the extent is SO_MANY.
    """

    bound: Bound
    limit: Decimal
    together: bool = False
    step: Decimal = money.PENNY
    extent: Extent = Extent.EACH
    number: int = 0


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
    """A claim as it stands in a text, the set that it speaks of, and the members that it is not true of.

    `told` are the places of the counts that the claim itself is about, such as the four of “four of the 11”.
    """

    typed: Typed
    claim: Claim
    group: Group
    breaks: Sequence[Member]
    told: Sequence[int] = ()

    @property
    def so_many(self) -> int:
        """Of how many members it is true."""
        return len(self.group.members) - len(self.breaks)

    @property
    def holds(self) -> bool:
        match self.claim.extent:
            case Extent.NOT_ALL:
                return bool(self.breaks)
            case Extent.MOST:
                return 2 * self.so_many > len(self.group.members)
            case Extent.SO_MANY:
                return self.so_many == self.claim.number
            case _:
                return not self.breaks


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """An amount to the nearest step, half up: £947,234 to £10,000 is £950,000."""
    size = (abs(amount) / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return -size if amount < 0 else size


def who_breaks(claim: Claim, members: Sequence[Member]) -> list[Member]:
    """The members of a set that a claim on each of them is not true of; of the smallest or largest, that one alone."""
    if members and claim.extent in (Extent.SMALLEST, Extent.LARGEST):
        pick = min if claim.extent is Extent.SMALLEST else max
        members = [pick(members, key=lambda member: member.amount)]
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


# What is said of an amount

_ABOVE = r"above|over|exceeding|in\sexcess\sof|beyond|(?:more|greater|higher|larger|bigger)\sthan|>"
_BELOW = r"below|under|beneath|short\sof|(?:less|lower|smaller)\sthan|<"
_NOT = r"(?:do|does|did|will|may|can|must|is|are)(?:\snot|n['’]t)"
_EXCEED = r"(?:exceed|surpass|top|pass|beat|clear|outstrip)(?:e?s|ed)?"
_REACH = r"(?:reach|meet|hit|attain)(?:e?s|ed)?|met"
# Words, what they say of an amount, and what they say of it after none, no or neither.
_COMPARATORS: Sequence[tuple[str, Bound, Bound]] = (
    (
        rf"not?\s(?:{_BELOW})|at\sleast|at\sor\s(?:above|over)|(?:a\s)?minimum\sof|≥|>=|(?:{_REACH})",
        Bound.AT_LEAST,
        Bound.BELOW,
    ),
    (
        rf"not?\s(?:{_ABOVE})|{_NOT}\s{_EXCEED}|at\s(?:the\s)?most|at\sor\s(?:below|under)|up\sto|within"
        r"|(?:a\s)?maximum\sof|≤|<=",
        Bound.AT_MOST,
        Bound.AT_LEAST,
    ),
    (rf"{_ABOVE}|{_EXCEED}", Bound.AT_LEAST, Bound.AT_MOST),
    (rf"{_BELOW}|{_NOT}\s(?:{_REACH})", Bound.BELOW, Bound.AT_LEAST),
)
_COMPARE = "|".join(f"(?:{pattern})" for pattern, *_ in _COMPARATORS) + r"|between|from"
_VERBS = rf"{_EXCEED}|(?:{_REACH})|{_NOT}\s(?:{_EXCEED}|{_REACH})"
_ALONE = r"(?:individually|singly|alone|separately|itself|by\sitself|on\s(?:its|their)\sown)"
_TOGETHER = r"(?:in\saggregate|in\stotal|together|collectively|with\s(?:its|their)\s(?:lots|project|group))"
_HOW = rf"(?:\s(?:{_ALONE}|well|still|now|also)(?:,?\sor,?\s{_TOGETHER})?)*(?:\s{_TOGETHER})?"
_WORTH = r"(?:\s(?:worth|valued\sat|being|for|of|at))?"

# Whom it is said of

_NOUN = rf"(?:{'|'.join(THINGS)})"
_NUMBER = rf"(?:\d{{1,4}}|(?:{IN_LETTERS})|{MASK}+)"
_SET = (
    r"(?P<set>each(?:\sand\severy)?(?:\sone)?|every\s(?:single\s)?one|all|both|none|neither|not\s(?:a\ssingle\s)?one"
    r"|no\sone)"
)
_OF_THEM = r"(?:\sof\s(?:them|these|those|which|the\s[\w-]{1,12}))?"
_SUBJECT = (
    r"(?P<set>each(?:\sand\severy)?|every(?:\ssingle)?|any|all|both|none|neither|nothing|no(?:\ssingle)?"
    r"|not\s(?:one|a\ssingle))\b"
)
_EXTREME = r"the\s(?P<set>smallest|lowest|least|minimum|largest|biggest|highest|greatest|maximum)\b"
# Between the set and what is said of it: no other statement, and nothing that is a sum of the members.
_GAP = (
    r"(?:[\s,]+(?:(?:that|which|who)\s(?:is|are|was|were|have|has|had)\b(?!\s(?:each|all|none))"
    r"|(?!(?:and|but|while|whereas|although|if|unless|that|which|who"
    r"|is|are|was|were|be|been|has|have|had|total|sum|average|mean|together|combined|aggregate)\b)[\w’'\ufffc-]+)){0,14}?"
)
_IS = (
    r"(?P<verb>is|are|was|were|be|being|remains?|stays?|falls?|fell|comes?\sto|came\sto|amounts?\sto|costs?|receives?|gets?"
    r"|asks?\sfor|ranges?|has|have)"
)
_LIMIT = r"(?:limit|threshold)"
_MONEY = (
    rf"\s?(?:(?:the|a|our|its)\s(?:[\w-]+\s){{0,2}}?{_LIMIT}\sof\s|the\s)?(?<=\s)"
    rf"(?:(?P<money>[\d£€$G\ufffc\u2212-]\S*)|(?P<limit>(?:[\w-]+\s){{0,2}}?{_LIMIT})\b)"
)
_SAYS = rf"[\s,]+(?:{_IS}(?:\s(?:each|all|both))?{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?|(?P<does>{_VERBS})){_MONEY}"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Each above £50k; each of them individually below £50k; each of £49,200; none of £50,000 or more.
        rf"\b{_SET}{_OF_THEM}{_WORTH}{_HOW}(?:\s(?P<how>{_COMPARE}))?{_MONEY}",
        # The smallest grant is £17,000; the largest of the 28 is below £50k.
        rf"\b{_EXTREME}{_GAP}{_SAYS}",
        # Every grant in Appendix 2 is below £50k; no grant exceeds £50k; nothing there is above it.
        rf"\b{_SUBJECT}{_GAP}{_SAYS}",
        # The 11 grants are above £50k; 28 are below it; they exceed it.
        rf"(?:\b(?P<set>{_NOUN}s){_GAP}|\b(?P<they>they|these|those)|,\s(?P<which>which)|(?<![\w.,£])(?P<bare>{_NUMBER}))"
        rf"{_SAYS}",
        # 11 grants above £50k each.
        rf"\b(?P<how>{_COMPARE}){_MONEY}(?=\s(?:each|apiece)\b(?!\s(?:of|is|are|was|were)))",
        # Only grants above £50k are asked for.
        rf"\bonly\s(?P<set>{_NOUN}s)\s(?P<how>{_COMPARE}){_MONEY}",
    )
)
_BARE_SET, _PLURAL = _PATTERNS[0], _PATTERNS[3]
_MORE = re.compile(
    r"\s?\+|\s(?:or|and)\s(?:(?P<up>more|over|above|upwards?|higher)|(?P<down>less|under|below|lower|fewer))\b",
    re.IGNORECASE,
)
_OTHER_END = re.compile(r"\s(?:and|to)\s(?=[\d£\ufffc])|[-–—](?=[\d£\ufffc])")
_ALSO_TOGETHER = re.compile(
    rf"\bor,?\s{_TOGETHER}\b|\b{_TOGETHER},?\sor,?\s{_ALONE}\b|\bwith\sits\slots\b", re.IGNORECASE
)
_IN_ALL = re.compile(r",?\s(?:in\s(?:all|total|aggregate|sum)|together|altogether|overall|combined)\b", re.IGNORECASE)
_SUM_OF = re.compile(r"\b(?:average|cost|mean|rest|sum|total|value)\sof\s(?:the\s|all\s)*$", re.IGNORECASE)
_SUMS = re.compile(r"c[ao]mes?\s|amount|cost|receive|get|ask|ha", re.IGNORECASE)
_DENIES = re.compile(r"none|neither|nothing|no|not\sone|not\sa\ssingle", re.IGNORECASE)
_PART_OF = re.compile(
    rf"(?:(?P<vague>at\sleast|at\smost|more\sthan|up\sto|over|some|few|several|many|half|all\sbut)\s(?:{_NUMBER}\s)?"
    rf"|(?P<most>most\s|the\smajority\s)|(?<![\w.,£])(?P<number>{_NUMBER})\s)of\s(?:the|these|those|our|them|which)\b[^,;:.]*$",
    re.IGNORECASE,
)
# Where one recipient's grants are above £50k: a rule.
_CONDITION = re.compile(r"\b(?:where|if|when|whenever|unless)\s(?:a|an|one|any|some)\b[^,;:.]*$", re.IGNORECASE)
_NOT_ALL = re.compile(r"\bnot\s$", re.IGNORECASE)
_THING = re.compile(
    rf"\b(?P<noun>{_NOUN})s?\b(?!\s(?:{_LIMIT}|agreements?|programmes?|fund|round|making))", re.IGNORECASE
)
_BESIDES = re.compile(r"\b(?:to|for|from|by|in|with|than|of)\s(?:the\s|its\s|their\s)?(?:\S+\s)?$", re.IGNORECASE)
# A sentence that goes on for longer than this speaks of its set nearer by.
REACH = 600


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as its claims are read from it: what was found in it, and the sets that it can speak of."""

    prose: str
    plain: str
    figures: Figures
    counts: Sequence[Typed]
    groups: Sequence[Group]


def claims(
    prose: str, figures: Figures, amounts: Sequence[Typed], counts: Sequence[Typed], groups: Sequence[Group]
) -> list[Said]:
    """The claims of a text on the members of a set, in its order.

    `amounts` and `counts` are what was found in the text. The set is the one named last before the claim in its
    sentence, else the first named after it, else the first of `groups` that the sentence can mean.
    """
    text = _Text(prose, masked(level(prose)), figures, counts, groups)
    limits = {typed.start: (typed.value, typed.end, typed.step) for typed in amounts}
    for name, start, end in references(prose):
        if figure := figures.get(name):
            limits[start] = (figure.amount, end, money.PENNY)
    found: dict[int, Said] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text.plain):
            place = match.start("money") if match["money"] else match.start("limit")
            if place in found:
                continue
            if match["money"]:
                limit, ends, step = limits.get(place, (None, 0, money.PENNY))
            else:
                grant_limit = figures.get("grant limit")
                limit, ends, step = grant_limit.amount if grant_limit else None, match.end(), money.PENNY
            if limit is None or _SUM_OF.search(text.plain, 0, match.start()) or _names_a_rule(text.plain, match, ends):
                continue
            for at, said in _said(text, match, limit, ends, step, limits):
                found.setdefault(at, said)
    return [found[place] for place in sorted(found)]


def _said(
    text: _Text,
    match: re.Match[str],
    limit: Decimal,
    ends: int,
    step: Decimal,
    limits: dict[int, tuple[Decimal | None, int, Decimal]],
) -> Iterator[tuple[int, Said]]:
    """What one match claims, each with the place of its limit; between £5,000 and £30,000 is two claims."""
    bound = _bound(match, _MORE.match(text.plain, ends))
    # The grants are above £50,000 in all: a sum.
    if bound is None or (_is_plural(match) and _IN_ALL.match(text.plain, ends)):
        return
    before = text.plain[_clause(text.plain, match.start())[0] : match.start()]
    share = _share(text, match, before)
    if share is None or _CONDITION.search(before):
        return
    extent, number, number_at = share
    claim = Claim(bound, limit, _is_together(text.plain, match, ends), step, extent, number)
    group = _group(text, match, claim)
    if group is None or not group.members:
        return
    told = (number_at,) if extent is Extent.SO_MANY else ()
    if extent is Extent.EACH and (own := _own_number(text, match)) and own.value != len(group.members):
        # 4 grants, each above £50k: no set has that size, so it is said of four of a set.
        if bound is Bound.EXACTLY:
            return
        claim = replace(claim, extent=Extent.SO_MANY, number=int(own.value or 0))
        group, told = _of_that_number(text, claim, own, group), (own.start,)
    place = match.start("money") if match["money"] else match.start("limit")
    yield place, _checked(text.prose, match.start(), ends, claim, group, told)
    if (match.groupdict().get("how") or "").casefold() in ("between", "from"):
        other = _OTHER_END.match(text.plain, ends)
        upper, upper_ends, _ = limits.get(other.end(), (None, 0, step)) if other else (None, 0, step)
        if other and upper is not None:
            upper_claim = replace(claim, bound=Bound.AT_MOST, limit=upper)
            yield other.end(), _checked(text.prose, other.end(), upper_ends, upper_claim, group, told)


def _checked(prose: str, start: int, ends: int, claim: Claim, group: Group, told: Sequence[int]) -> Said:
    typed = Typed(prose[start:ends], start, ends, claim.limit)
    return Said(typed, claim, group, who_breaks(claim, group.members), told)


def _names_a_rule(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the words at the head of a sentence only say which are meant: All above £50,000 go up."""
    begins = sentence(plain, match.start())[0]
    at_head = not plain[begins : match.start()].strip(" \n•*-")
    apart = match.re is _BARE_SET and " of t" not in match[0].casefold()
    return at_head and apart and bool(re.match(r"\s\w", plain[ends:]))


def _is_plural(match: re.Match[str]) -> bool:
    """Whether the set is named without each, every, all or none, so that a sum may be meant."""
    return match.re is _PLURAL


def _bound(match: re.Match[str], more: re.Match[str] | None) -> Bound | None:
    """What is said of each amount, or None where it is nothing that can be checked of each.

    `None of £49,200` says too little, and `all of them come to £947,234` speaks of their sum.
    """
    said = match.groupdict(default="")
    members, how = said.get("set", "").casefold(), said.get("how", "") or said.get("does", "")
    denied = bool(_DENIES.match(members))
    if (members in ("all", "both") or _is_plural(match)) and (_SUMS.match(said.get("verb", "")) or not (how or more)):
        return None
    if how.casefold() in ("between", "from"):
        return None if denied else Bound.AT_LEAST
    if not how and more:
        plain, opposite = (Bound.AT_MOST, Bound.AT_LEAST) if more["down"] else (Bound.AT_LEAST, Bound.BELOW)
        return opposite if denied else plain
    for pattern, plain, opposite in _COMPARATORS:
        if re.fullmatch(pattern, how, re.IGNORECASE):
            return opposite if denied else plain
    return None if denied else Bound.EXACTLY


def _clause(plain: str, at: int) -> tuple[int, int]:
    """Where the part of a sentence between two semicolons or colons begins and ends."""
    begins, ends = sentence(plain, at)
    begins = max(begins, *(plain.rfind(mark, begins, at) + 1 for mark in ";:"))
    stops = [found for mark in ";:" if (found := plain.find(mark, at, ends)) >= 0]
    return begins, min([ends, *stops])


def _is_together(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the claim may be true of a member with its lots: it says so, or speaks of the limit as a rule does."""
    begins, stops = _clause(plain, match.start())
    says_so = _ALSO_TOGETHER.search(plain, begins, max(stops, ends)) or re.search(_TOGETHER, match[0], re.IGNORECASE)
    by_rule = _is_plural(match) and not match["money"]
    return bool(says_so or by_rule)


def _share(text: _Text, match: re.Match[str], before: str) -> tuple[Extent, int, int] | None:
    """Of how many members it is said, the number where it names one, and the place of that. None: it cannot be told.

    `before` are the words of the clause that go before the claim.
    """
    members = (match.groupdict().get("set") or "").casefold()
    if members in ("smallest", "lowest", "least", "minimum"):
        return Extent.SMALLEST, 0, 0
    if members in ("largest", "biggest", "highest", "greatest", "maximum"):
        return Extent.LARGEST, 0, 0
    if _NOT_ALL.search(before) and not _DENIES.match(members):
        return Extent.NOT_ALL, 0, 0
    part = _PART_OF.search(before)
    if part is None:
        return Extent.EACH, 0, 0
    if part["vague"]:
        return None
    if part["most"]:
        return Extent.MOST, 0, 0
    at = match.start() - len(before) + part.start("number")
    value = _value(text, part["number"], at)
    return None if value is None else (Extent.SO_MANY, value, at)


def _value(text: _Text, words: str, at: int) -> int | None:
    if words.isdigit():
        return int(words)
    if not words.startswith(MASK):
        return in_letters(words)
    names = {start: name for name, start, _ in references(text.prose)}
    figure = text.figures.get(names.get(at, ""))
    return figure.count if figure else None


def _own_number(text: _Text, match: re.Match[str]) -> Typed | None:
    """The count that the claim is said of, nearest before its limit in its sentence: 11 grants, each above £50k."""
    begins = max(sentence(text.prose, match.start())[0], match.start() - REACH)
    place = match.start("money") if match["money"] else match.start("limit")
    thing = _thing(text.plain, begins, match)
    near = [count for count in text.counts if begins <= count.start < place and count.can_count(thing)]
    return near[-1] if near else None


def _of_that_number(text: _Text, claim: Claim, number: Typed, group: Group) -> Group:
    """The set of which a claim on so many holds, else the one that was found."""
    fits = [
        other
        for other in (group, *text.groups)
        if number.can_count(other.thing) and len(other.members) - len(who_breaks(claim, other.members)) == claim.number
    ]
    return fits[0] if fits else group


def _thing(plain: str, begins: int, match: re.Match[str]) -> str:
    """What the members are by the noun of the sentence: `grants`; empty where it has none."""
    place = match.start("money") if match["money"] else match.start("limit")
    inside = _THING.search(plain, match.start(), place)
    before = list(_THING.finditer(plain, begins, match.start()))
    subjects = [noun for noun in before if not _BESIDES.search(plain, begins, noun.start())]
    noun = inside or next(iter(reversed(subjects or before)), None)
    return THINGS[noun["noun"].casefold()] if noun else ""


def _group(text: _Text, match: re.Match[str], claim: Claim) -> Group | None:
    """The set that a sentence speaks of, by its name or by how many it says that there are."""
    at = match.start()
    begins, ends = sentence(text.prose, at)
    if match.groupdict().get("they"):
        begins = sentence(text.prose, max(begins - 2, 0))[0]
    begins, ends = max(begins, at - REACH), min(ends, at + REACH)
    words = level(text.prose[begins:ends]).casefold()
    thing = _thing(text.plain, begins, match)
    can_be = [group for group in text.groups if not thing or group.thing == thing]
    named: list[tuple[int, int, Group]] = []
    for group in can_be:
        for name in group.words:
            for found in re.finditer(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", words):
                named.append((begins + found.start(), len(name), group))
    counted = [
        (count.start, 0, group)
        for group in can_be
        for count in text.counts
        if count.value == len(group.members) and count.can_count(group.thing) and begins <= count.start < ends
    ]
    # {bids dmpc} are for the Deputy Mayor, because they are above it.
    counted += [
        (start, 0, group)
        for name, start, _ in references(text.prose)
        if begins <= start < ends and name in text.figures
        for group in can_be
        if text.figures[name].count == len(group.members)
    ]
    place = match.start("money") if match["money"] else match.start("limit")
    if before := [found for found in named + counted if found[0] < place]:
        # Of sets that are named in one place the first goes before: the grants asked for.
        return max(before, key=lambda found: found[:2])[2]
    if named:
        return min(named, key=lambda found: (found[0], -found[1]))[2]
    by_name = {member.name: member for group in can_be for member in group.members if member.name.casefold() in words}
    if by_name:
        return Group("grants named here", "grants", (), list(by_name.values()))
    must_be_named = claim.bound is Bound.EXACTLY and claim.extent not in (Extent.SMALLEST, Extent.LARGEST)
    must_be_named |= claim.extent in (Extent.SMALLEST, Extent.LARGEST) and not thing
    return None if must_be_named else next(iter(can_be), None)
