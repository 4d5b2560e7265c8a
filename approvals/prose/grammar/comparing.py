"""Whether a comparison is true: the largest of a set, more than another, more in one year than in the next.

Pure rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import reading
from approvals.prose.grammar.reading import has, says
from approvals.prose.grammar.statements import clauses
from approvals.prose.grammar.tokens import Token
from approvals.prose.grammar.verdict import Verdict, equal, of_tokens
from approvals.prose.vocabulary import Kind, Measure, Role, Side
from grants import money

_SUPPOSES = ("would", "if", "had", "unless", "could", "not", "never", "neither")
_EXCEEDS = (
    "more than",
    "exceed",
    "exceeds",
    "exceeded",
    "larger than",
    "higher than",
    "outstrips",
    "outweighs",
    "greater than",
)
_FALLS_SHORT = ("less than", "smaller than", "lower than", "fewer than")
_TIMES: Mapping[str, Decimal] = {
    **dict.fromkeys(("doubles", "doubled", "double"), Decimal(2)),
    **dict.fromkeys(("trebles", "triples", "trebled", "tripled"), Decimal(3)),
    **dict.fromkeys(("halves", "halved"), Decimal("0.5")),
}
_PART = ("part", "share", "bulk", "majority", "portion")


def verdicts(sentence: Sequence[Token], facts: Facts) -> Iterator[Verdict]:
    """Yield what can be said of each comparison of a sentence."""
    for clause in chain.from_iterable(_halves(each) for each in clauses(sentence)):
        if says(clause, *_SUPPOSES):
            continue
        for rule in (_rank, _more_than, _by_years):
            verdict = rule(clause, facts)
            if verdict:
                yield verdict
                break


def _halves(clause: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield both halves of “the largest grant goes to A and the smallest to B”, otherwise the clause as it is."""
    joins = [
        at
        for at, token in enumerate(clause)
        if token.text in ("and", "while", "with")
        and all(has(half, Role.RANK) and has(half, Role.OWNER) for half in (clause[:at], clause[at + 1 :]))
    ]
    if len(joins) == 1:
        yield clause[: joins[0]]
        yield clause[joins[0] + 1 :]
    else:
        yield clause


# Ranks


def _rank(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of “X receives the smallest award”: the entry of that rank, by grant or by recipient."""
    ranks = [token for token in clause if token.role is Role.RANK]
    if len(ranks) != 1 or says(clause, "at least", "range"):
        return None
    place = clause.index(ranks[0])
    if place and clause[place - 1].text in ("at", "two", "three", "four"):
        return None
    sign = ranks[0].value
    named = reading.owners(clause, facts)
    themes = [token for token in clause if token.role is Role.THEME]
    after = clause[place + 1 : place + 4]
    is_part = says(clause[place : place + 2], "greater part") or (abs(sign) == 10 and says(after, *_PART))
    if (sign == 10 and is_part) or (ranks[0].text == "most" and says(after, "of") and not says(after, "them")):
        return _most(clause, named, themes, facts)
    if says(clause, "than") and abs(sign) == 10:
        return None
    if not named and len(themes) == 1 and abs(sign) == 1:
        return _theme_of_rank(clause, themes[0].value, sign, facts)
    measure, year = _measure(clause), (reading.years(clause) or [""])[0]
    apart = reading.left_out(clause, facts)
    named = [own for own in named if not any(entry in apart for entry in own)]
    domain = [group for group in _domain(clause, named, facts, measure) if group[0] not in apart]
    if ranks[0].text in ("most", "least") and not says(clause, "receives", "gets", "asked", "costs", "takes", "has"):
        return None
    if len(named) == 1:
        return _of_rank(clause, [named[0]], domain, sign, measure, year)
    if not named and has(clause, Role.SUM):
        return _side_of_rank(clause, domain, sign)
    if not named and (line := _line(clause, facts)):
        return _of_rank(
            clause,
            [line],
            [*[[entry] for entry in facts.of(Kind.LINE, Kind.CONTRACT)], facts.grants],
            sign,
            measure,
            year,
        )
    return None


def _measure(clause: Sequence[Token]) -> Measure:
    measures = reading.measures(clause)
    return measures[0] if measures and measures[0] is not Measure.PAID else Measure.AGREED


def _domain(
    clause: Sequence[Token], named: Sequence[Sequence[Entry]], facts: Facts, measure: Measure
) -> list[list[Entry]]:
    """Return the entries that are compared, each alone and by recipient, with what the clause narrows them to."""
    if named and named[0][0].what is not Kind.GRANT:
        kinds = (
            (named[0][0].what,) if not has(clause, Role.THING, "lines", "everything") else (Kind.LINE, Kind.CONTRACT)
        )
        return [[entry] for entry in facts.of(*kinds)]
    if has(clause, Role.THING, "bids"):
        return [[entry] for entry in facts.of(Kind.GRANT)]
    narrow = [token for token in clause if token.role in (Role.THEME, Role.SIDE)]
    return [[entry] for entry in reading.narrowed(facts.grants, narrow) if entry.count == 1]


def _of_rank(
    clause: Sequence[Token],
    named: Sequence[Sequence[Entry]],
    domain: Sequence[Sequence[Entry]],
    sign: int,
    measure: Measure,
    year: str,
) -> Verdict | None:
    by_recipient: dict[str, list[Entry]] = {}
    for entries in domain:
        by_recipient.setdefault(entries[0].names[0], []).extend(entries)
    results = []
    for groups in (domain, list(by_recipient.values())):
        amounts = sorted(((worth(group, measure, year) or money.ZERO), at) for at, group in enumerate(groups))
        if len(amounts) < 2 or (abs(sign) == 10 and len(amounts) > 2):
            continue
        rank = abs(sign) - 1 if abs(sign) < 10 else 0
        ordered = amounts[::-1] if sign > 0 else amounts
        if rank >= len(ordered):
            continue
        wanted = ordered[rank][0]
        holders = [group for amount, at in amounts if amount == wanted for group in [groups[at]]]
        results.append((any(entry in named[0] for group in holders for entry in group), holders[0]))
    if not results:
        return None
    is_true = any(result for result, _ in results)
    first = results[0][1]
    rank_words = next(token.text for token in clause if token.role is Role.RANK)
    amount = worth(first, measure, year) or money.ZERO
    why = f"the {rank_words} is that of {first[0].names[0]}, {money.pounds(amount)}"
    return of_tokens(clause, is_true=is_true, why=why)


def _most(
    clause: Sequence[Token], named: Sequence[Sequence[Entry]], themes: Sequence[Token], facts: Facts
) -> Verdict | None:
    part = (
        worth([entry for own in named for entry in own])
        if named
        else worth(reading.narrowed(facts.grants, themes))
        if themes
        else None
    )
    whole = facts.allocation if has(clause, Role.WHOLE, "allocation") else worth(facts.grants)
    if part is None or not whole:
        return None
    return of_tokens(clause, is_true=part * 2 > whole, why=f"it is {money.pounds(part)} of {money.pounds(whole)}")


def _theme_of_rank(clause: Sequence[Token], theme: str, sign: int, facts: Facts) -> Verdict | None:
    """Return what is said of the theme with the largest or the smallest share of the grants."""
    names = sorted({name for entry in facts.grants for name in entry.themes})
    amounts = {name: worth([entry for entry in facts.grants if name in entry.themes]) or money.ZERO for name in names}
    if len(names) < 2 or theme not in amounts or has(clause, Role.THING, "bids", "projects"):
        return None
    best = (max if sign > 0 else min)(amounts, key=lambda name: amounts[name])
    is_true = amounts[best] == amounts[theme]
    return of_tokens(clause, is_true=is_true, why=f"“{best}” has {money.pounds(amounts[best])}")


def _side_of_rank(clause: Sequence[Token], domain: Sequence[Sequence[Entry]], sign: int) -> Verdict | None:
    """Return what is said of the side of “the smaller grant, £150,000”."""
    sides = [token.value for token in clause if token.role is Role.SIDE]
    amounts = [token.value for token in clause if token.role is Role.SUM]
    single = [[entry for group in domain for entry in group if equal(amount, entry.agreed)] for amount in amounts]
    if len(sides) != 1 or not all(single):
        return None
    wrong = [entries[0] for entries in single if not any(entry.side is sides[0] for entry in entries)]
    of = wrong[0] if wrong else single[0][0]
    return of_tokens(clause, is_true=not wrong, why=f"the grant to {of.names[0]} is {Side(of.side or Side.DECIDED)}")


def _line(clause: Sequence[Token], facts: Facts) -> list[Entry] | None:
    lines = next(
        (
            token
            for token in clause
            if token.is_(Role.THING, "lines") and token.text not in ("line", "lines", "budget lines")
        ),
        None,
    )
    groups = reading.things_of([lines], facts) if lines else []
    return groups[0] if groups else None


# More than another


def _more_than(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of “A and B together receive more than C”, and of “A exceed B by £5”."""
    than = says(clause, "than")
    places = [
        at
        for at, token in enumerate(clause)
        if token.text in (*_EXCEEDS, *_FALLS_SHORT)
        or (than and (token.text in ("more", "less") or token.is_(Role.RANK, 10, -10)))
    ]
    if (
        len(places) != 1
        or has(clause, Role.SHARE)
        or (has(clause, Role.NUMBER) and not says(clause, "other", "others"))
        or len(reading.years(clause)) > 1
    ):
        return None
    at = places[0]
    split = clause[at].text in ("more", "less")
    place_of_than = next((place for place, token in enumerate(clause) if place > at and token.text == "than"), at)
    first, second = _group(clause[:at] or clause[at:place_of_than], facts), _group(clause[place_of_than + 1 :], facts)
    if split:
        first = _group(clause[at:place_of_than], facts) or first
    if first and not reading.owners(clause[at + 1 :], facts) and says(clause[at + 1 :], "other", "others", "rest"):
        second = [entry for entry in facts.grants if entry not in first]
    if not first or not second or has(clause, Role.MEASURE):
        return None
    year = (reading.years(clause) or [""])[0]
    one, other = worth(first, year=year), worth(second, year=year)
    if one is None or other is None or first == second:
        return None
    is_true = one > other if clause[at].text in (*_EXCEEDS, "more") or clause[at].is_(Role.RANK, 10) else one < other
    return of_tokens(clause, is_true=is_true, why=f"{money.pounds(one)} against {money.pounds(other)}")


def _group(tokens: Sequence[Token], facts: Facts) -> list[Entry]:
    named = reading.owners(tokens, facts)
    if named:
        return [entry for own in named for entry in own]
    narrow = [token for token in tokens if token.role in (Role.THEME, Role.SIDE)]
    if narrow:
        return reading.narrowed(facts.grants, narrow)
    things = reading.things_of(tokens, facts)
    return things[0] if things and has(tokens, Role.THING, "grants", "contracts", "lines") else []


# One year and the next


def _by_years(clause: Sequence[Token], facts: Facts) -> Verdict | None:
    """Return what is said of what doubles from year to year, and of what is left in one year and another."""
    if len(facts.years) < 2:
        return None
    times = next((token for token in clause if token.text in _TIMES), None)
    named = reading.owners(clause, facts)
    if times and len(named) == 1 and not has(clause, Role.NUMBER):
        named_years = reading.years(clause)
        amounts = [worth(named[0], year=year) for year in (named_years if len(named_years) == 2 else facts.years[:2])]
        if amounts[0] and amounts[1] is not None:
            ratio = amounts[1] / amounts[0]
            is_true = abs(ratio - _TIMES[times.text]) <= Decimal("0.05")
            return of_tokens(
                clause, is_true=is_true, why=f"it goes from {money.pounds(amounts[0])} to {money.pounds(amounts[1])}"
            )
    named_years = reading.years(clause)
    more = next((token for token in clause if token.text in ("more", "less", "more than", "less than")), None)
    if more and has(clause, Role.WHOLE, "left") and len(named_years) == 2 and not has(clause, Role.SUM):
        left = []
        for year in named_years:
            spent, allocation = worth(facts.spending, year=year), facts.allocation_by_year.get(year)
            if spent is None or allocation is None:
                return None
            left.append(allocation - spent)
        is_true = left[0] > left[1] if more.text.startswith("more") else left[0] < left[1]
        why = f"{money.pounds(left[0])} is left in {named_years[0]}, and {money.pounds(left[1])} in {named_years[1]}"
        return of_tokens(clause, is_true=is_true, why=why)
    return None
