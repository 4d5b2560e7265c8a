"""The sums of which a sentence says what they measure and leaves open whose they are. Pure rules.

“These payments, £14,500 and £3,900, were made early”, “£34,000, £27,000 and £20,000 remain in the three years”.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from approvals.prose.facts import Facts, worth
from approvals.prose.grammar import choices, reading
from approvals.prose.grammar.candidates import Candidate, left
from approvals.prose.grammar.reading import Part, has, says
from approvals.prose.vocabulary import Kind, Measure, Role
from grants import money


def candidates(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what a sum can be whose own words name no owner and no set."""
    yield from _still_to_pay(part, facts)
    is_listed = sum(token.role is Role.SUM for token in part.whole) > 1 or says(part.before[-3:], "a", "one", "first")
    if not is_listed or has(part.near, Role.TOTAL) or has(part.near, Role.THING):
        return
    for measure in reading.measures(part.whole):
        for entry in facts.of(Kind.GRANT):
            amount = entry.worth(measure)
            if amount:
                yield Candidate(amount, f"{entry.names[0]}{choices.in_words(measure, '')}")


def in_lists(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what a sum can be in a list: one for each year or each grant, a step from year to year, an equal part."""
    if len(facts.years) > 1:
        yield from _each_year(part, facts)
        yield from _step(part, facts)
    yield from _of_a_list(part, facts)
    yield from _of_owners_in_order(part, facts)
    yield from _of_the_first(part, facts)
    yield from _equal_parts(part, facts)


def _courses(part: Part, facts: Facts) -> Iterator[tuple[list[Decimal], str]]:
    """Yield what the sentence speaks of in each year of the round: what is left, what there is, a set or an owner."""
    if has(part.whole, Role.WHOLE, "left"):
        amounts = [candidate.amount for year in facts.years for candidate in left(facts, [year], ())]
        yield amounts, "what is left"
    yield list(facts.allocation_by_year.values()), "the allocation"
    named = reading.owners(part.whole, facts)
    for entries in [*([choices.joined(named)] if named else []), *reading.things_of(part.whole, facts)]:
        by_year = [worth(entries, year=year) for year in facts.years]
        yield [amount for amount in by_year if amount is not None], choices.names(entries)
    narrow = [token for token in part.whole if token.role in (Role.THEME, Role.SIDE, Role.AREA)]
    if narrow and not named:
        by_year = [worth(reading.narrowed(facts.grants, narrow), year=year) for year in facts.years]
        yield [amount for amount in by_year if amount is not None], choices.in_quotes(narrow)


_ORDERED = ("then", "falling", "rising", "followed")


def _each_year(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “£5, £6 and £7 in the three years” gives: one year after the other."""
    summed = [token for token in part.whole if token.role is Role.SUM]
    colon = next((token.start for token in part.whole if token.text == ":"), 0)
    behind = [token for token in summed if token.start > colon > 0]
    place = behind.index(part.token) if part.token in behind and len(behind) == len(facts.years) else None
    if place is None and len(summed) == len(facts.years) and says(part.whole, *_ORDERED):
        place = summed.index(part.token)
    place = place if place is not None else _place_in_list(part, len(facts.years))
    if place is None:
        return
    if any(token.role is Role.YEAR for token in part.near) and len(summed) > len(facts.years):
        return
    for amounts, label in _courses(part, facts):
        if len(amounts) == len(facts.years):
            yield Candidate(amounts[place], f"{label} in {facts.years[place]}")


def _place_in_list(part: Part, size: int) -> int | None:
    """Return where a sum stands in a list of as many sums as there are years; None where it is in no such list."""
    summed = [at for at, token in enumerate(part.whole) if token.role is Role.SUM]
    at = part.whole.index(part.token)
    runs: list[list[int]] = [[]]
    for before, after in pairwise([-1, *summed]):
        between = [token.text for token in part.whole[before + 1 : after]]
        is_next = before >= 0 and between and all(text in (",", "and", "then") for text in between)
        if not is_next and runs[-1]:
            runs.append([])
        runs[-1].append(after)
    run = next(run for run in runs if at in run)
    return run.index(at) if len(run) == size else None


def _of_a_list(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “the two sport projects will receive £5 and £6” gives: each grant of the set."""
    narrow = [token for token in part.whole if token.role in (Role.THEME, Role.SIDE, Role.AREA)]
    entries = reading.narrowed(facts.grants, narrow)
    if _place_in_list(part, len(entries)) is not None and len(entries) > 1 and not reading.owners(part.whole, facts):
        for entry in entries:
            yield Candidate(entry.agreed, entry.names[0])


def _of_owners_in_order(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “A and B were cut by £5 and £6” gives, the first sum of the first owner."""
    named = reading.owners(part.whole[: part.whole.index(part.token)], facts)
    place = _place_in_list(part, len(named))
    if place is None or len(named) < 2:
        return
    for measure in dict.fromkeys([*choices.measures(part), *reading.measures(part.whole)[:1]]):
        amount = worth(named[place], measure)
        if amount is not None:
            yield Candidate(amount, f"{choices.names(named[place])}{choices.in_words(measure, '')}")


def _of_the_first(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “the two smallest grants are £5 and £6” and “the three largest come to £7” give."""
    entries = reading.of_rank(part.whole, facts)
    if entries:
        yield Candidate(worth(entries) or money.ZERO, f"{len(entries)} grants")
        for entry in entries:
            yield Candidate(entry.agreed, entry.names[0])


def _equal_parts(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what “in two equal parts of £5” gives."""
    numbers = [token.value for token in part.before if token.role is Role.NUMBER and token.value > 1]
    if not numbers or not says(part.near, "equal"):
        return
    for own in reading.owners(part.whole, facts) or reading.things_of(part.whole, facts):
        amount, by_year = worth(own), {worth(own, year=year) for year in facts.years}
        if amount is not None and (len(by_year) == 1 or numbers[-1] != len(facts.years)):
            part_of_it = (amount / numbers[-1]).quantize(money.PENNY)
            yield Candidate(part_of_it, f"{choices.names(own)} in {numbers[-1]} equal parts")


def _step(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield by how much something grows or falls each year: “goes up by £1,000 a year”."""
    moves = says(part.before[-2:], "by") or has(part.before[-1:], Role.DIFFERENCE)
    if not moves or not has(part.after, Role.YEARLY):
        return
    for amounts, label in _courses(part, facts):
        steps = {abs(after - before) for before, after in pairwise(amounts)}
        if len(steps) == 1:
            yield Candidate(steps.pop(), f"the step of {label} from year to year")


def _still_to_pay(part: Part, facts: Facts) -> Iterator[Candidate]:
    """Yield what is left to pay where the sentence speaks of what was paid: “£5 has been paid, leaving £6”."""
    is_rest = has([*part.before, *part.after[:3]], Role.WHOLE, "left") or says(
        part.near, "due", "owed", "come", "follow"
    )
    if not is_rest or Measure.PAID not in reading.measures(part.whole):
        return
    named = reading.owners(part.whole, facts)
    amount = worth(choices.joined(named) if named else facts.grants, Measure.UNPAID)
    yield Candidate(amount or money.ZERO, "what is left to pay")
