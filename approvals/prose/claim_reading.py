"""Claims about sets in prose: where each is, what it claims, and which set it is about. Pure rules.

“Every grant above £50,000 goes to the Deputy Mayor” is not a claim: it only says which grants it is about. A sentence
that names no set is about the first set that it can mean.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.prose.amounts import Mention, in_letters, level
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
from approvals.prose.claims import Bound, Claim, Extent, Group, StatedClaim, who_breaks
from approvals.prose.counts import THINGS, sentence
from approvals.prose.figures import MASK, Figures, masked, references
from grants import money


@dataclass(frozen=True, slots=True)
class _Text:
    """A text whose claims are read: as typed, with its references masked, its counts, and the sets it can be about."""

    prose: str
    plain: str
    figures: Figures
    counts: Sequence[Mention]
    groups: Sequence[Group]


def claims(
    prose: str, figures: Figures, amounts: Sequence[Mention], counts: Sequence[Mention], groups: Sequence[Group]
) -> list[StatedClaim]:
    """Return the claims in a text about the members of a set, in the order of the text.

    `amounts` and `counts` are the sums and counts of the text. The set is the one named last before the claim in its
    sentence, otherwise the first named after it, otherwise the first of `groups` that the sentence can mean.
    """
    text = _Text(prose, masked(level(prose)), figures, counts, groups)
    limits = {mention.start: (mention.value, mention.end, mention.step) for mention in amounts}
    for name, start, end in references(prose):
        if figure := figures.get(name):
            limits[start] = (figure.amount, end, money.PENNY)
    by_place: dict[int, StatedClaim] = {}
    for pattern in PATTERNS:
        for match in pattern.finditer(text.plain):
            place = _limit_at(match)
            if place in by_place:
                continue
            if match["money"]:
                limit, ends, step = limits.get(place, (None, 0, money.PENNY))
            else:
                limit, ends, step = _limit_by_name(text, match), match.end(), money.PENNY
            if limit is None or _sum_of(text.plain, match) or _names_a_rule(text.plain, match, ends):
                continue
            for at, claim in _read(text, match, limit, ends, step, limits):
                by_place.setdefault(at, claim)
    return [by_place[place] for place in sorted(by_place)]


def _limit_at(match: re.Match[str]) -> int:
    """Return where the limit of a claim is: its sum, or the word for it."""
    return match.start("money" if match["money"] else "limit")


def _limit_by_name(text: _Text, match: re.Match[str]) -> Decimal | None:
    """Return the limit that a sentence names without its sum: for grants, contract exemptions or procurement."""
    name = "grant limit"
    if "procurement" in match["limit"].casefold():
        name = "procurement threshold"
    elif "contract" in match[0].casefold() or "exemption" in match["limit"].casefold():
        name = "contract exemption limit"
    figure = text.figures.get(name)
    return figure.amount if figure else None


def _sum_of(plain: str, match: re.Match[str]) -> bool:
    """Whether the words right before make it a statement about a sum, an average or a rest."""
    before = plain[max(match.start() - 40, 0) : match.start()]
    members = (match.groupdict().get("set") or "").casefold()
    pattern = AVERAGE if members in ("each", "every", "no") else SUM_OF
    return bool(pattern.search(before))


def _is_no_claim(text: _Text, match: re.Match[str], before: str) -> bool:
    """Whether it is a rule, a question, or a statement about something that is not one of our sets."""
    if CONDITION.search(before) or MUST.search(match[0]) or EACH_PART.match(match[0]) or OF_PARTS.search(before):
        return True
    if match.re is not SINGULAR or match["set"].casefold() not in ("each", "every", "any", "no", "all", "both"):
        return False
    place = _limit_at(match)
    return not THING.search(text.plain, match.start(), place) and not NO_NOUN.match(match[0])


def _read(
    text: _Text,
    match: re.Match[str],
    limit: Decimal,
    ends: int,
    step: Decimal,
    limits: dict[int, tuple[Decimal | None, int, Decimal]],
) -> Iterator[tuple[int, StatedClaim]]:
    """Yield the claims of one match, each with the place of its limit; “between £5,000 and £30,000” is two claims."""
    bound = _bound(match, MORE.match(text.plain, ends))
    # “The grants are above £50,000 in all” is about their sum.
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
    placed = [(claim, match.start(), ends), *_upper(text.plain, match, claim, ends, limits)]
    group = _group(text, match, [each for each, _, _ in placed])
    if group is None or not group.members or (_is_plural(match) and _is_their_sum(claim, group, text.groups)):
        return
    count_starts = (number_at,) if extent is Extent.SO_MANY else ()
    if extent is Extent.EACH and (own := _own_number(text, match)) and own.value != len(group.members):
        # In “4 grants, each above £50k” no set has that size, so the claim is about four members of a set.
        if bound is Bound.EXACTLY:
            return
        many = int(own.value or 0)
        placed = [(replace(each, extent=Extent.SO_MANY, number=many), start, stop) for each, start, stop in placed]
        group, count_starts = _of_that_number(text, placed[0][0], own, group), (own.start,)
    for each, start, stop in placed:
        place = _limit_at(match) if each is placed[0][0] else start
        yield place, _checked(text.prose, start, stop, each, group, count_starts)


def _how(match: re.Match[str]) -> str:
    return (match.groupdict().get("how") or "").casefold()


def _upper(
    plain: str,
    match: re.Match[str],
    claim: Claim,
    ends: int,
    limits: dict[int, tuple[Decimal | None, int, Decimal]],
) -> list[tuple[Claim, int, int]]:
    """Return the claim of an upper limit with its start and end; empty where the claim has one limit only."""
    other = OTHER_END.match(plain, ends) if _how(match) in ("between", "from") else None
    limit, stops, step = limits.get(other.end(), (None, 0, claim.step)) if other else (None, 0, claim.step)
    if other is None or limit is None:
        return []
    is_range = claim.bound is Bound.EXACTLY
    bound, extent = (Bound.EXACTLY, Extent.LARGEST) if is_range else (Bound.AT_MOST, claim.extent)
    return [(replace(claim, bound=bound, limit=limit, step=step, extent=extent), other.end(), stops)]


def _is_their_sum(claim: Claim, group: Group, groups: Sequence[Group]) -> bool:
    """Whether the limit is about the sum of a set: no member reaches it, and all members together do."""
    for each in (other for other in groups if other.thing == group.thing and other.members):
        largest = max(member.amount for member in each.members)
        whole = money.total([member.amount for member in each.members])
        if claim.bound is Bound.AT_LEAST and largest < claim.limit <= whole < 2 * claim.limit:
            return True
    return False


def _checked(prose: str, start: int, ends: int, claim: Claim, group: Group, count_starts: Sequence[int]) -> StatedClaim:
    mention = Mention(prose[start:ends], start, ends, claim.limit)
    return StatedClaim(mention, claim, group, who_breaks(claim, group.members), count_starts)


def _names_a_rule(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the words only say which grants a sentence is about, as in “All above £50,000 go up”."""
    begins = sentence(plain, match.start())[0]
    at_head = not plain[begins : match.start()].strip(" \n•*-")
    apart = match.re is BARE_SET and " of t" not in match[0].casefold()
    return at_head and apart and bool(re.match(r"\s\w", plain[ends:]))


def _is_plural(match: re.Match[str]) -> bool:
    """Whether the set is named without each, every, all or none, so that the claim may be about its sum."""
    return match.re in (PLURAL, COUNTED)


def _bound(match: re.Match[str], more: re.Match[str] | None) -> Bound | None:
    """Return how each amount is compared with the limit, or None where that cannot be checked for each.

    “None of £49,200” is too vague, and “all of them come to £947,234” is about their sum.
    """
    words = match.groupdict(default="")
    members, how = words.get("set", "").casefold(), words.get("how", "") or words.get("does", "")
    denied = bool(DENIES.match(members))
    if (members in ("all", "both") or _is_plural(match)) and (SUMS.match(words.get("verb", "")) or not (how or more)):
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
    """Return where the part of a sentence between two semicolons or colons begins and ends."""
    begins, ends = sentence(plain, at)
    begins = max(begins, *(plain.rfind(mark, begins, at) + 1 for mark in ";:"))
    stops = [stop for mark in ";:" if (stop := plain.find(mark, at, ends)) >= 0]
    return begins, min([ends, *stops])


def _is_together(plain: str, match: re.Match[str], ends: int) -> bool:
    """Whether the claim may be true of a member together with its lots.

    It may where the sentence says so, and where it names the limit without its sum, as the rule itself does.
    """
    begins, stops = _clause(plain, match.start())
    begins, stops = max(begins, match.start() - NEAR), min(stops, ends + NEAR)
    says_together = ALSO_TOGETHER.search(plain, begins, max(stops, ends)) or re.search(
        TOGETHER, match[0], re.IGNORECASE
    )
    by_rule = _is_plural(match) and not match["money"]
    return bool(says_together or by_rule)


def _share(text: _Text, match: re.Match[str], before: str) -> tuple[Extent, int, int] | None:
    """Return how many members the claim is about, the number where it has one, and the place of that number.

    None where that cannot be worked out. `before` are the words of the clause that precede the claim.
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


def _own_number(text: _Text, match: re.Match[str]) -> Mention | None:
    """Return the count nearest before the limit in its sentence, as in “11 grants, each above £50k”."""
    begins = max(sentence(text.prose, match.start())[0], match.start() - REACH)
    place = _limit_at(match)
    thing = _thing(text.plain, begins, match)
    near = [count for count in _between(text.counts, begins, place) if count.can_count(thing)]
    return near[-1] if near else None


def _between(counts: Sequence[Mention], begins: int, ends: int) -> Sequence[Mention]:
    """Return the counts in a stretch of the text; `counts` are in the order of the text."""
    first = bisect_left(counts, begins, key=lambda count: count.start)
    return counts[first : bisect_left(counts, ends, key=lambda count: count.start)]


def _of_that_number(text: _Text, claim: Claim, number: Mention, group: Group) -> Group:
    """Return the set in which the claim holds for exactly so many members, otherwise `group`."""
    fits = [
        other
        for other in (group, *text.groups)
        if number.can_count(other.thing) and len(other.members) - len(who_breaks(claim, other.members)) == claim.number
    ]
    return fits[0] if fits else group


def _thing(plain: str, begins: int, match: re.Match[str]) -> str:
    """Return what the members are by the noun of the sentence, such as `grants`; empty where it has none."""
    place = _limit_at(match)
    inside = THING.search(plain, match.start(), place)
    before = list(THING.finditer(plain, begins, match.start()))
    subjects = [noun for noun in before if not BESIDES.search(plain, begins, noun.start())]
    noun = inside or next(iter(reversed(subjects or before)), None)
    return THINGS[noun["noun"].casefold()] if noun else ""


def _group(text: _Text, match: re.Match[str], claims: Sequence[Claim]) -> Group | None:
    """Return the set that a sentence is about, by its name or by the number of its members."""
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
            for name_match in re.finditer(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", words):
                named.append((begins + name_match.start(), len(name), group))
    counted = [
        (count.start, 0, group)
        for count in _between(text.counts, begins, ends)
        for group in can_be
        if not group.named_only and count.value == len(group.members) and count.can_count(group.thing)
    ]
    # A reference to a count, such as {bids dmpc}, names the set of that size as well.
    counted += [
        (start, 0, group)
        for name, start, _ in references(text.prose)
        if begins <= start < ends and name in text.figures
        for group in can_be
        if not group.named_only and text.figures[name].count == len(group.members)
    ]
    place = _limit_at(match)
    if before := [candidate for candidate in named + counted if candidate[0] < place]:
        # Where one place names two sets, the first of them is the set asked for.
        return max(before, key=lambda candidate: candidate[:2])[2]
    if named:
        return min(named, key=lambda candidate: (candidate[0], -candidate[1]))[2]
    by_name = {member.name: member for group in can_be for member in group.members if member.name.casefold() in words}
    if len(by_name) > 1 or (by_name and claim.extent not in (Extent.SMALLEST, Extent.LARGEST)):
        return Group("grants named here", "grants", (), list(by_name.values()))
    must_be_named = claim.bound is Bound.EXACTLY and claim.extent not in (Extent.SMALLEST, Extent.LARGEST)
    must_be_named |= claim.extent in (Extent.SMALLEST, Extent.LARGEST) and not thing
    if must_be_named:
        return None
    left = [group for group in can_be if not group.named_only]
    if claim.extent in (Extent.SMALLEST, Extent.LARGEST):
        # “The smallest grant” may be that of the paper or of the round; the set in which the claim holds comes first.
        left.sort(key=lambda group: any(who_breaks(each, group.members) for each in claims))
    return next(iter(left), None)
