"""The sums that the words beside a sum can mean, each worked out from the facts of the round. Pure rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from approvals.prose import vocabulary as words
from approvals.prose.facts import Entry, Facts, worth
from approvals.prose.grammar import choices, reading
from approvals.prose.grammar.reading import Part, has, says
from approvals.prose.grammar.tokens import Token
from approvals.prose.vocabulary import Kind, Measure, Role, Side
from grants import money


@dataclass(frozen=True, slots=True)
class Candidate:
    """An amount in pounds, and what it is."""

    amount: Decimal
    label: str

    def is_near(self, value: Decimal | None, side: int | None, step: Decimal = money.PENNY) -> bool:
        """Whether a sum that is said to be about this is no more than a hundredth off, on the side that is said.

        `side` is that of `Part.hedge`. `step` is what the sum is rounded to: up to a fiftieth it may be a step off.
        """
        if (
            value is None
            or side is None
            or abs(self.amount - value) > max(abs(self.amount) / 100, min(step, abs(self.amount) / 50))
        ):
            return False
        return side == 0 or (self.amount - value) * side >= 0


def near(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield the sums that the words that belong to a sum can mean, the likeliest first."""
    chosen = choices.years(part)
    wanted = choices.measures(part)
    yield from _in_order(part, facts)
    for entries, label in _sets(part, facts):
        yield from _of_set(entries, label, wanted, chosen, part)
        named_years = reading.years(part.whole)
        if named_years and not chosen and len(facts.years) == 2:
            # “Build it for £98,000 and run it in the second year for £40,000” gives the first year too.
            yield from _of_set(entries, label, wanted, [year for year in facts.years if year not in named_years], part)
    everybody = reading.owners(part.whole, facts)
    if len(everybody) == 1 and reading.years(part.near) and not reading.has_set(part.near):
        yield from _of_set(everybody[0], choices.names(everybody[0]), wanted, chosen, part)
    yield from _of_round(part, facts, chosen)
    yield from _changes(part, facts)
    if _differs(part):
        yield from _differences(part, facts)


def _in_order(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “£5, then £6 and then £7” gives of an owner or a set: one year after the other."""
    sums = [token for token in part.whole if token.role is Role.SUM]
    if len(sums) != len(facts.years) or len(sums) < 2 or reading.years(part.near):
        return
    if not says(part.whole, "then", "next", "later", "rises", "falls", "from", "to", "grows", "rising", "falling"):
        return
    year = facts.years[sums.index(part.token)]
    named = reading.owners(part.whole, facts)
    groups = [choices.joined(named)] if named else reading.things_of(part.whole, facts)
    for entries in groups or [facts.grants, facts.spending]:
        amount = worth(entries, year=year)
        if amount is not None:
            yield Candidate(amount, f"{choices.names(entries)} in {year}")


def _changes(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “from £5 to £6” gives of an owner: one year and the next, or what was asked and what is agreed."""
    place = part.whole.index(part.token)
    before = part.whole[place - 1].text if place else ""
    after = part.whole[place + 1].text if place + 1 < len(part.whole) else ""
    named = reading.owners(part.near, facts) or reading.owners(part.whole, facts)
    entries = choices.joined(named) if named else facts.spending
    if len(facts.years) > 1:
        ends = facts.years[:1] if before == "from" else facts.years[1:] if before == "to" and after != "from" else []
        for year in (*ends[:1], *ends[-1:]):
            amount = worth(entries, year=year)
            if amount is not None:
                yield Candidate(amount, f"{choices.names(entries)} in {year}")
    if before in ("from", "to"):
        measure = Measure.ASKED if before == "from" else Measure.AGREED
        amount = worth(entries, measure)
        if amount is not None:
            yield Candidate(amount, f"{choices.names(entries)}{choices.in_words(measure, '')}")


def wide(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield the sums that the whole sentence can mean, for a sum whose own words name nothing."""
    chosen = choices.years(part) or []
    wanted = [*choices.measures(part), *reading.measures(part.whole)]
    groups = [*reading.owners(part.whole, facts), *reading.things_of(part.whole, facts)]
    for size in range(1, min(len(groups), 6) + 1):
        for group in combinations(groups, size):
            entries = choices.joined(group)
            yield from _of_set(entries, choices.names(entries), wanted, chosen, part)
    everything = [*part.near, *[token for token in part.whole if token.role is not Role.STATE]]
    if reading.is_narrow(part.whole):
        entries = reading.narrowed(facts.grants, everything)
        yield from _of_set(entries, "the grants of this sentence", wanted, chosen, part)
    yield from _of_whole(part.whole, facts, chosen)


def _sets(part: Part, facts: Facts) -> Iterator[tuple[Sequence[Entry], str]]:
    """Yield the sets that a sum can be of, each with its name."""
    apart = reading.left_out(part.near, facts)
    if apart and len(reading.owners(part.near, facts)) == 1:
        for left in ([], [token for token in part.whole if token.role is not Role.STATE]):
            rest = [entry for entry in reading.narrowed(facts.grants, left) if entry not in apart]
            yield rest, f"all but {choices.names(apart)}"
        for side in Side:
            rest = [entry for entry in facts.grants if entry not in apart and entry.side is side]
            yield rest, f"the others {side}"
        return
    for tokens in (part.after, part.before):
        if tokens is part.after and not _points_on(tokens) and reading.has_set(part.before):
            continue
        for hints in (False, True) if has(tokens, Role.HINT) else (False,):
            yield from _named(reading.owners(tokens, facts, hints=hints), tokens, part, facts)
    if has(part.near, Role.OWNER):
        return
    inherited = reading.owners(part.inherited, facts)
    many = [token.value for token in part.near if token.role is Role.NUMBER]
    if reading.is_narrow(part.near) and sum(entry.count for entry in facts.grants) in many:
        yield facts.grants, "all grants"
    if not reading.has_set(part.near) and reading.is_narrow(part.inherited) and not inherited:
        yield reading.narrowed(facts.grants, part.inherited), choices.in_quotes(part.inherited)
    if reading.is_narrow(part.near):
        if inherited:
            union = reading.narrowed(choices.joined(inherited), part.near)
            yield union, choices.names(union) if union else ""
        if ":" in [token.text for token in part.near] or says(part.near, "against"):
            # “Music receives less than sport: £5 against £6” gives one sum for each.
            for token in part.whole:
                if token.role in (Role.THEME, Role.AREA, Role.SIDE):
                    yield reading.narrowed(facts.grants, [token]), choices.in_quotes([token])
        bids = facts.of(Kind.GRANT)
        yield (
            reading.narrowed(bids if has(part.near, Role.STATE) else facts.grants, part.near),
            choices.in_quotes(part.near),
        )
        return
    if inherited and not reading.things_of(part.near, facts):
        yield from _named(inherited, part.inherited, part, facts)
    for entries in reading.things_of(part.near, facts) or (
        [] if reading.is_narrow(part.inherited) else reading.things_of(part.inherited, facts)
    ):
        yield entries, choices.in_quotes(part.near if has(part.near, Role.THING) else part.inherited)
        if entries[0].what is Kind.INCOME:
            for entry in entries:
                yield [entry], entry.names[0]
    if Measure.ASKED in choices.measures(part):
        yield facts.of(Kind.GRANT), "all bids"
    yield facts.grants, "all grants"
    if not says(part.near, "granted", "awarded") and not has(part.near, Role.THING, "grants", "bids"):
        yield facts.spending, "all that is committed"


def _named(
    named: Sequence[Sequence[Entry]], tokens: Sequence[Token], part: Part, facts: Facts
) -> Iterator[tuple[Sequence[Entry], str]]:
    """Yield the sets that the owners named beside a sum can mean: all of them, the nearest, one of several grants."""
    if not named:
        return
    union = choices.joined(named)
    if others := reading.things_of(tokens, facts):
        both = choices.joined([*named, *others])
        yield both, choices.names(both)
    narrow = reading.narrowed(union, [token for token in part.near if token.role is not Role.STATE])
    yield union, choices.names(union)
    if narrow and narrow != union:
        yield narrow, choices.names(narrow)
    if len(named) > 1 and not _coordinated(tokens):
        yield named[-1], choices.names(named[-1])
    if not has(part.near, Role.TOTAL):
        for entry in union if len(named) == 1 else ():
            yield [entry], choices.names([entry])


def _points_on(tokens: Sequence[Token]) -> bool:
    first_owner = (
        next(at for at, token in enumerate(tokens) if token.role is Role.OWNER) if has(tokens, Role.OWNER) else 0
    )
    return any(
        token.text in ("for", "to", "from", "in", "of", "on", "by", "(", "at", "into", "is", "pays", "pay")
        for token in tokens[:first_owner]
    )


def _coordinated(tokens: Sequence[Token]) -> bool:
    places = [at for at, token in enumerate(tokens) if token.role in (Role.OWNER, Role.HINT)]
    between = tokens[places[-2] + 1 : places[-1]]
    return all(token.text in ("and", ",", "the", "&", "both") for token in between)


def _of_set(
    entries: Sequence[Entry], label: str, wanted: Iterable[Measure], chosen: Sequence[str], part: Part
) -> Iterator[Candidate]:
    if not entries:
        return
    if not any(entry.is_agreed for entry in entries) and not choices.says_granted(part):
        # A bid that gets no grant has no sum but the one that it asks for.
        wanted = [Measure.ASKED if measure is Measure.AGREED else measure for measure in wanted]
    tokens = part.near
    yearly = has(tokens, Role.YEARLY) or (has(part.before, Role.YEARLY) and not chosen)
    only_yearly = has(part.after, Role.YEARLY) and len(_all_years(entries)) > 1
    for measure in () if only_yearly else wanted:
        for year in chosen or [""]:
            amount = worth(entries, measure, year)
            if amount is None:
                continue
            name = f"{label}{choices.in_words(measure, year)}"
            yield Candidate(amount, name)
            one = entries[0].worth(measure, year)
            if (
                one is not None
                and len(entries) > 1
                and not has(tokens, Role.TOTAL)
                and all(entry.worth(measure, year) == one for entry in entries)
            ):
                yield Candidate(one, f"each of {name}")
            if has(part.whole, Role.AVERAGE):
                number = sum(entry.count for entry in entries)
                yield Candidate((amount / number).quantize(Decimal(1), ROUND_HALF_UP), f"the average of {name}")
                yield Candidate((amount / number).quantize(money.PENNY, ROUND_HALF_UP), f"the average of {name}")
                recipients = len({entry.names[0] for entry in entries})
                if not year and has(part.whole, Role.YEARLY) and len(_all_years(entries)) > 1:
                    a_year = (amount / len(_all_years(entries))).quantize(money.PENNY, ROUND_HALF_UP)
                    yield Candidate(a_year, f"the average of {name} a year")
                yield Candidate((amount / recipients).quantize(money.PENNY, ROUND_HALF_UP), f"the average of {name}")
            if has(tokens, Role.RANK) or _is_range(part):
                largest = max(entries, key=lambda entry: entry.worth(measure, year) or money.ZERO)
                smallest = min(entries, key=lambda entry: entry.worth(measure, year) or money.ZERO)
                signs = [token.value for token in tokens if token.role is Role.RANK]
                ends = [largest] * (not signs or signs[0] > 0) + [smallest] * (not signs or signs[0] < 0)
                for entry in ends:
                    yield Candidate(entry.worth(measure, year) or money.ZERO, f"the most or least of {name}")
    if yearly:
        others = [year for year in _all_years(entries) if year not in reading.years(part.whole)]
        for rows, spans in ((entries, _all_years(entries)), (entries[:1], _all_years(entries)), (entries, others)):
            by_year = {worth(rows, year=year) for year in spans}
            if len(by_year) == 1 and (same := by_year.pop()) is not None:
                yield Candidate(same, f"{label} in each year")


def _is_range(part: Part) -> bool:
    return says(part.whole, "range", "ranges", "ranging", "run", "runs", "between", "vary", "varies", "from")


def _all_years(entries: Iterable[Entry]) -> list[str]:
    return sorted({year for entry in entries for year in entry.by_year})


def _of_round(part: Part, facts: Facts, chosen: Sequence[str]) -> Iterator[Candidate]:
    yield from _of_whole(part.near, facts, chosen, part.before)
    if not reading.has_set(part.near) and not has(part.near, Role.WHOLE):
        yield from _of_whole(part.topic, facts, chosen)
    if has(part.near, Role.YEARLY) and not has(part.near, Role.OWNER):
        for by_year, label in (
            (set(facts.allocation_by_year.values()), "the allocation"),
            ({candidate.amount for year in facts.years for candidate in left(facts, [year], ())}, "what is left"),
        ):
            if len(by_year) == 1:
                yield Candidate(by_year.pop(), f"{label} of each year")
    of_the = [token.text for token in part.before[-2:]]
    if (part.is_whole_of_another or of_the in (["of", "the"], ["of", "this"], ["of", "our"])) and not has(
        part.before, Role.OWNER
    ):
        for year in chosen or [""]:
            allocation = facts.allocation_by_year.get(year) if year else facts.allocation
            if allocation is not None:
                yield Candidate(allocation, f"the allocation{choices.in_words(Measure.AGREED, year)}")
    if not has(part.near, Role.OWNER):
        for token in part.whole:
            if token.is_(Role.WHOLE, "left") and not has(part.near, Role.WHOLE):
                yield from left(facts, chosen, ())


def _of_whole(
    tokens: Sequence[Token], facts: Facts, chosen: Sequence[str], before: Sequence[Token] = ()
) -> Iterator[Candidate]:
    """Yield what the round itself gives: its allocation, what is left, its limit."""
    for year in chosen or [""]:
        allocation = facts.allocation_by_year.get(year) if year else facts.allocation
        if has(tokens, Role.WHOLE, "left") and (own := _income(tokens, facts)):
            spent_of_it = worth(facts.spending, year=year)
            of_it = worth(own, year=year)
            if spent_of_it is not None and of_it is not None:
                yield Candidate(of_it - spent_of_it, f"what is left of {choices.names(own)}")
            return
        if has(tokens, Role.WHOLE, "allocation") and allocation is not None:
            yield Candidate(allocation, f"the allocation{choices.in_words(Measure.AGREED, year)}")
        if has(tokens, Role.WHOLE, "left") or (has(tokens, Role.WHOLE, "allocation") and spent(before, facts)):
            yield from left(facts, chosen, before)
    if says(tokens, "total"):
        for amount in (worth(facts.of(Kind.INCOME)), facts.allocation):
            if amount is not None:
                yield Candidate(amount, "all income")
    if (
        facts.allocation is not None
        and says(tokens, "for")
        and has(tokens, Role.THING, "grants")
        and says(tokens, "had")
    ):
        others = worth(facts.of(Kind.LINE, Kind.CONTRACT)) or money.ZERO
        yield Candidate(facts.allocation - others, "what lines and contracts leave for grants")
    if says(tokens, "other") and has(tokens, Role.THING, "everything", "lines"):
        for year in chosen or ["", *facts.years]:
            others_spent = worth(facts.of(Kind.LINE, Kind.CONTRACT), year=year)
            if others_spent is not None:
                yield Candidate(others_spent, f"lines and contracts{choices.in_words(Measure.AGREED, year)}")
    if facts.allocation is not None and _comes_from_body(tokens):
        yield Candidate(facts.allocation - (worth(facts.of(Kind.INCOME)) or money.ZERO), "what no income pays for")
    if facts.limit is not None and (has(tokens, Role.WHOLE, "limit") or has(tokens, Role.SIDE)):
        yield Candidate(facts.limit, "the limit")


def _comes_from_body(tokens: Sequence[Token]) -> bool:
    """Whether the body that awards pays itself, as in “£5 comes from the force”."""
    gives = says(tokens, "from", "contribute", "contributes", "provides", "adds")
    return says(tokens, "itself", "own", "elsewhere", "ourselves") or (gives and says(tokens, *_BODIES))


_BODIES = ("force", "council", "charity", "commissioner", "office", "mayor", "trust", "authority")


def left(facts: Facts, chosen: Sequence[str], before: Sequence[Token]) -> Iterator[Candidate]:
    for year in chosen or [""]:
        allocation = facts.allocation_by_year.get(year) if year else facts.allocation
        if allocation is None:
            continue
        amount = worth(spent(before, facts) or facts.spending, year=year)
        if amount is not None:
            yield Candidate(allocation - amount, f"what is left{choices.in_words(Measure.AGREED, year)}")


def _income(tokens: Sequence[Token], facts: Facts) -> list[Entry]:
    """Return the income of which some words say that a sum is a part: “of the uplift”."""
    if not says(tokens, "of"):
        return []
    named = [own for own in reading.owners(tokens, facts) if own[0].what is Kind.INCOME]
    return list(named[0]) if len(named) == 1 else []


def spent(before: Sequence[Token], facts: Facts) -> list[Entry]:
    """Return what a sentence takes off first, as in “after grants and staffing £75,600 is left”."""
    if not says(before, "after", "once", "when", "less"):
        return []
    return choices.joined([*reading.owners(before, facts), *reading.things_of(before, facts)])


# What is asked for beyond the allocation.
_BEYOND = ("oversubscribed", "undersubscribed", "oversubscription")
_APART = ("apart", "gap", "difference", "separates", "separate", "differ", "differs")


def _differs(part: Part) -> bool:
    """Whether the sum is said to be a difference: “£5 more than”, “by £5”, “a gap of £5”, “£5 short of the limit”."""
    after, before = part.after[:3], part.before[-6:]
    of_limit = [token for token in after if token.role is Role.SIDE and says([token], *_LIMITS)]
    return bool(
        of_limit
        or has(after, Role.DIFFERENCE)
        or says(part.after[:1], "below", "under", "above", "over", "beyond", "short", "off")
        or says(part.whole, *_APART)
        or (before and (before[-1].text == "by" or before[-1].role is Role.DIFFERENCE))
        or (says(before, "and", "exceed", "exceeds") and has(part.whole, Role.DIFFERENCE))
    )


_LIMITS = tuple(phrase for phrase in (*words.DECIDED, *words.DELEGATED) if "limit" in phrase or "threshold" in phrase)


def _differences(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield the differences between the sums that a sentence compares."""
    pair = reading.narrowed(facts.grants, part.near)
    named = [*reading.owners(part.whole, facts), *reading.things_of(part.whole, facts)]
    if says(part.whole, *_APART) and len(pair) == 2 and not reading.owners(part.whole, facts):
        named = [[entry] for entry in pair]
    if reading.owners(part.near, facts) and not has(part.whole, Role.DIFFERENCE) and not has(part.near, Role.WHOLE):
        named = reading.owners(part.whole, facts)
    ranks = {token.value for token in part.whole if token.role is Role.RANK}
    if {1, -1} <= ranks and len(facts.grants) > 1:
        ordered = sorted(facts.grants, key=lambda entry: entry.agreed)
        named = [ordered[:1], ordered[-1:]]
    narrow = [token for token in part.whole if token.role in (Role.SIDE, Role.THEME, Role.AREA)]
    named += [entries for token in narrow if (entries := reading.narrowed(facts.grants, [token]))]
    named_years = reading.years(part.whole) or (list(facts.years) if says(part.whole, "year", "years") else [])
    wanted = dict.fromkeys([Measure.AGREED, *reading.measures(part.whole)])
    if has(part.whole, Role.THING, "bids") or says(part.whole, *_BEYOND):
        wanted[Measure.ASKED] = None
    pool: dict[str, Decimal] = {}
    if says(part.whole, *_BEYOND) and facts.allocation is not None:
        pool["the allocation"] = facts.allocation
    for entries in [*(named or [facts.grants]), *([facts.of(Kind.GRANT)] if Measure.ASKED in wanted else [])]:
        for measure in wanted:
            rows = entries
            for year in ["", *(named_years if len(named_years) > 1 else _all_years(entries) if named_years else [])]:
                amount = worth(rows, measure, year)
                if amount is not None:
                    pool[f"{choices.names(rows)}{choices.in_words(measure, year)}"] = amount
    if has(part.whole, Role.WHOLE, "allocation") and facts.allocation is not None:
        pool["the allocation"] = facts.allocation
        pool |= {
            f"the allocation in {year}": amount for year, amount in facts.allocation_by_year.items() if named_years
        }
    if facts.limit is not None and (has(part.whole, Role.WHOLE, "limit") or says(part.whole, *_LIMITS)):
        pool["the limit"] = facts.limit
    for (first, one), (second, other) in combinations(pool.items(), 2):
        yield Candidate(abs(one - other), f"the difference between {first} and {second}")
