"""Claims on sets as they stand in prose: where each is, what it says, and which set it speaks of. Pure rules.

“Every grant above £50,000 goes to the Deputy Mayor” claims nothing: it says which grants are meant. A sentence that
names no set speaks of the first that it can mean.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.prose.amounts import Typed, in_letters, level
from approvals.prose.claim_words import (
    ALSO_TOGETHER,
    AVERAGE,
    BARE_SET,
    BESIDES,
    COMPARATORS,
    CONDITION,
    COUNTED,
    DENIES,
    DIFFERENCE,
    EACH_PART,
    IN_ALL,
    MORE,
    MUST,
    NEAR,
    NO_NOUN,
    NOT_ALL,
    OF_PARTS,
    OTHER_END,
    PART_OF,
    PATTERNS,
    PLURAL,
    RANGES,
    REACH,
    SINGULAR,
    SUM_OF,
    SUMS,
    THING,
    TOGETHER,
    VAGUELY,
)
from approvals.prose.claims import Bound, Claim, Extent, Group, Said, who_breaks
from approvals.prose.counts import THINGS, sentence
from approvals.prose.figures import MASK, Figures, masked, references
from grants import money


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
    for pattern in PATTERNS:
        for match in pattern.finditer(text.plain):
            place = _limit_at(match)
            if place in found:
                continue
            if match["money"]:
                limit, ends, step = limits.get(place, (None, 0, money.PENNY))
            else:
                limit, ends, step = _limit_by_name(text, match), match.end(), money.PENNY
            if limit is None or _sum_of(text.plain, match) or _names_a_rule(text.plain, match, ends):
                continue
            for at, said in _said(text, match, limit, ends, step, limits):
                found.setdefault(at, said)
    return [found[place] for place in sorted(found)]


def _limit_at(match: re.Match[str]) -> int:
    """Where the limit of a claim stands: its sum, or the word for it."""
    return match.start("money" if match["money"] else "limit")


def _limit_by_name(text: _Text, match: re.Match[str]) -> Decimal | None:
    """The limit that a sentence names without its sum: that of the grants, of exemptions, or of procurement."""
    name = "grant limit"
    if "procurement" in match["limit"].casefold():
        name = "procurement threshold"
    elif "contract" in match[0].casefold() or "exemption" in match["limit"].casefold():
        name = "contract exemption limit"
    figure = text.figures.get(name)
    return figure.amount if figure else None


def _sum_of(plain: str, match: re.Match[str]) -> bool:
    """Whether the words right before say that a sum, an average or a rest is meant."""
    before = plain[max(match.start() - 40, 0) : match.start()]
    members = (match.groupdict().get("set") or "").casefold()
    pattern = AVERAGE if members in ("each", "every", "no") else SUM_OF
    return bool(pattern.search(before))


def _is_no_claim(text: _Text, match: re.Match[str], before: str) -> bool:
    """Whether it is a rule, a question, or said of parts of one thing or of things that are no set of ours."""
    if CONDITION.search(before) or MUST.search(match[0]) or EACH_PART.match(match[0]) or OF_PARTS.search(before):
        return True
    if match.re is not SINGULAR or match["set"].casefold() not in ("each", "every", "any", "no", "all", "both"):
        return False
    place = _limit_at(match)
    return not THING.search(text.plain, match.start(), place) and not NO_NOUN.match(match[0])


def _said(
    text: _Text,
    match: re.Match[str],
    limit: Decimal,
    ends: int,
    step: Decimal,
    limits: dict[int, tuple[Decimal | None, int, Decimal]],
) -> Iterator[tuple[int, Said]]:
    """What one match claims, each with the place of its limit; between £5,000 and £30,000 is two claims."""
    bound = _bound(match, MORE.match(text.plain, ends))
    # The grants are above £50,000 in all: a sum.
    if bound is None or (_is_plural(match) and IN_ALL.match(text.plain, ends)):
        return
    before = text.plain[max(_clause(text.plain, match.start())[0], match.start() - NEAR) : match.start()]
    share = _share(text, match, before)
    if share is None or _is_no_claim(text, match, before):
        return
    if bound is Bound.EXACTLY and DIFFERENCE.match(text.plain, ends):
        return
    extent, number, number_at = share
    is_range = _how(match) == "from" and bool(RANGES.match(match.groupdict().get("verb") or ""))
    if is_range and extent is Extent.EACH:
        bound, extent = Bound.EXACTLY, Extent.SMALLEST
    claim = Claim(bound, limit, _is_together(text.plain, match, ends), step, extent, number)
    found = [(claim, match.start(), ends), *_upper(text.plain, match, claim, ends, limits)]
    group = _group(text, match, [each for each, _, _ in found])
    if group is None or not group.members or (_is_plural(match) and _is_their_sum(claim, group, text.groups)):
        return
    told = (number_at,) if extent is Extent.SO_MANY else ()
    if extent is Extent.EACH and (own := _own_number(text, match)) and own.value != len(group.members):
        # 4 grants, each above £50k: no set has that size, so it is said of four of a set.
        if bound is Bound.EXACTLY:
            return
        many = int(own.value or 0)
        found = [(replace(each, extent=Extent.SO_MANY, number=many), start, stop) for each, start, stop in found]
        group, told = _of_that_number(text, found[0][0], own, group), (own.start,)
    for each, start, stop in found:
        place = _limit_at(match) if each is found[0][0] else start
        yield place, _checked(text.prose, start, stop, each, group, told)


def _how(match: re.Match[str]) -> str:
    return (match.groupdict().get("how") or "").casefold()


def _upper(
    plain: str,
    match: re.Match[str],
    claim: Claim,
    ends: int,
    limits: dict[int, tuple[Decimal | None, int, Decimal]],
) -> list[tuple[Claim, int, int]]:
    """What a claim with two limits says by the upper one, with where that stands; none where it has but one."""
    other = OTHER_END.match(plain, ends) if _how(match) in ("between", "from") else None
    limit, stops, step = limits.get(other.end(), (None, 0, claim.step)) if other else (None, 0, claim.step)
    if other is None or limit is None:
        return []
    is_range = claim.bound is Bound.EXACTLY
    bound, extent = (Bound.EXACTLY, Extent.LARGEST) if is_range else (Bound.AT_MOST, claim.extent)
    return [(replace(claim, bound=bound, limit=limit, step=step, extent=extent), other.end(), stops)]


def _is_their_sum(claim: Claim, group: Group, groups: Sequence[Group]) -> bool:
    """Whether grants above £900,000 are meant together: no member comes near, and all of a set do."""
    for each in (other for other in groups if other.thing == group.thing and other.members):
        largest = max(member.amount for member in each.members)
        whole = money.total([member.amount for member in each.members])
        if claim.bound is Bound.AT_LEAST and largest < claim.limit <= whole < 2 * claim.limit:
            return True
    return False


def _checked(prose: str, start: int, ends: int, claim: Claim, group: Group, told: Sequence[int]) -> Said:
    typed = Typed(prose[start:ends], start, ends, claim.limit)
    return Said(typed, claim, group, who_breaks(claim, group.members), told)


def _names_a_rule(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the words at the head of a sentence only say which are meant: All above £50,000 go up."""
    begins = sentence(plain, match.start())[0]
    at_head = not plain[begins : match.start()].strip(" \n•*-")
    apart = match.re is BARE_SET and " of t" not in match[0].casefold()
    return at_head and apart and bool(re.match(r"\s\w", plain[ends:]))


def _is_plural(match: re.Match[str]) -> bool:
    """Whether the set is named without each, every, all or none, so that a sum may be meant."""
    return match.re in (PLURAL, COUNTED)


def _bound(match: re.Match[str], more: re.Match[str] | None) -> Bound | None:
    """What is said of each amount, or None where it is nothing that can be checked of each.

    `None of £49,200` says too little, and `all of them come to £947,234` speaks of their sum.
    """
    said = match.groupdict(default="")
    members, how = said.get("set", "").casefold(), said.get("how", "") or said.get("does", "")
    denied = bool(DENIES.match(members))
    if (members in ("all", "both") or _is_plural(match)) and (SUMS.match(said.get("verb", "")) or not (how or more)):
        return None
    if how.casefold() in ("between", "from"):
        return None if denied else Bound.AT_LEAST
    if not how and more:
        plain, opposite = (Bound.AT_MOST, Bound.AT_LEAST) if more["down"] else (Bound.AT_LEAST, Bound.BELOW)
        return opposite if denied else plain
    for pattern, plain, opposite in COMPARATORS:
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
    begins, stops = max(begins, match.start() - NEAR), min(stops, ends + NEAR)
    says_so = ALSO_TOGETHER.search(plain, begins, max(stops, ends)) or re.search(TOGETHER, match[0], re.IGNORECASE)
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
    if NOT_ALL.search(before) and not DENIES.match(members):
        return Extent.NOT_ALL, 0, 0
    part = PART_OF.search(before)
    if part is None:
        if (members == "all" or _is_plural(match)) and (vaguely := VAGUELY.search(before)):
            return (Extent.MOST, 0, 0) if vaguely["most"] else None
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
    place = _limit_at(match)
    thing = _thing(text.plain, begins, match)
    near = [count for count in _between(text.counts, begins, place) if count.can_count(thing)]
    return near[-1] if near else None


def _between(counts: Sequence[Typed], begins: int, ends: int) -> Sequence[Typed]:
    """The counts of a stretch of the text; they are in its order."""
    first = bisect_left(counts, begins, key=lambda count: count.start)
    return counts[first : bisect_left(counts, ends, key=lambda count: count.start)]


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
    place = _limit_at(match)
    inside = THING.search(plain, match.start(), place)
    before = list(THING.finditer(plain, begins, match.start()))
    subjects = [noun for noun in before if not BESIDES.search(plain, begins, noun.start())]
    noun = inside or next(iter(reversed(subjects or before)), None)
    return THINGS[noun["noun"].casefold()] if noun else ""


def _group(text: _Text, match: re.Match[str], claims: Sequence[Claim]) -> Group | None:
    """The set that a sentence speaks of, by its name or by how many it says that there are."""
    claim, at = claims[0], match.start()
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
        for count in _between(text.counts, begins, ends)
        for group in can_be
        if not group.named_only and count.value == len(group.members) and count.can_count(group.thing)
    ]
    # {bids dmpc} are for the Deputy Mayor, because they are above it.
    counted += [
        (start, 0, group)
        for name, start, _ in references(text.prose)
        if begins <= start < ends and name in text.figures
        for group in can_be
        if not group.named_only and text.figures[name].count == len(group.members)
    ]
    place = _limit_at(match)
    if before := [found for found in named + counted if found[0] < place]:
        # Of sets that are named in one place the first goes before: the grants asked for.
        return max(before, key=lambda found: found[:2])[2]
    if named:
        return min(named, key=lambda found: (found[0], -found[1]))[2]
    by_name = {member.name: member for group in can_be for member in group.members if member.name.casefold() in words}
    if len(by_name) > 1 or (by_name and claim.extent not in (Extent.SMALLEST, Extent.LARGEST)):
        return Group("grants named here", "grants", (), list(by_name.values()))
    must_be_named = claim.bound is Bound.EXACTLY and claim.extent not in (Extent.SMALLEST, Extent.LARGEST)
    must_be_named |= claim.extent in (Extent.SMALLEST, Extent.LARGEST) and not thing
    if must_be_named:
        return None
    left = [group for group in can_be if not group.named_only]
    if claim.extent in (Extent.SMALLEST, Extent.LARGEST):
        # The smallest grant is that of the paper or of the round.
        left.sort(key=lambda group: any(who_breaks(each, group.members) for each in claims))
    return next(iter(left), None)
