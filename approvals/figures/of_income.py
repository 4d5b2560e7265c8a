"""The figures of what grantors give: of each agreement, each grantor and all, in each year. Pure rules."""

from collections.abc import Iterator, Sequence
from functools import partial

from approvals.figures.making import What, by_year, entry
from approvals.figures.owners import Owners
from approvals.prose.identity import Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure
from approvals.reconciliation.facts import Income, Position, raised_to
from approvals.reconciliation.parts import OWN_BUDGET
from approvals.reconciliation.sums import slots_of
from grants import money

_ALL = What(Subject(Kind.INCOME, "grantors", ("income", "grantor", "external funding")), Measure.INCOME)
_OWN = What(Subject(Kind.ROUND, "own budget", ("own money", "own funds", "own resources")), Measure.INCOME)


def sources(position: Position, owners: Owners) -> Iterator[tuple[str, tuple[str, What]]]:
    """Yield each source of the allocation: the key of its part, its name, and what it is."""
    for each in position.income:
        yield f"income-{each.reference.lower()}", (_name(each), What(_whose(each, owners), Measure.INCOME))
    yield OWN_BUDGET, ("own budget", _OWN)


def of_income(position: Position, owners: Owners, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield what each grantor gives, each agreement of it, all of them, and the own budget, in all and in each year."""
    if not position.income:
        return
    whole = money.total([each.amount for each in position.income])
    slots = slots_of(position)
    for name, amount, what, profile in (
        ("income", whole, _ALL, [(each.slot, each.income) for each in slots]),
        ("own budget", position.allocation - whole, _OWN, [(each.slot, each.own_budget) for each in slots]),
    ):
        yield entry(name, amount, what, f"The {name} of the round")
        yield from by_year(name, profile if len(slots) > 1 else (), what, f"The {name} of the round", of_round)
    for grantor in dict.fromkeys(each.grantor for each in position.income):
        own = [each for each in position.income if each.grantor == grantor]
        agreements = [each.agreement for each in own]
        what = What(partial(owners.subject, Kind.INCOME, grantor, *agreements), Measure.INCOME)
        of = f"What {grantor} gives"
        yield entry(f"income {grantor}", money.total([each.amount for each in own]), what, of)
        profile = [part for each in own for part in each.years]
        yield from by_year(f"income {grantor}", profile, what, of, of_round)
    for each in position.income:
        what, of = What(_whose(each, owners), Measure.INCOME), f"What {each.grantor} gives under {each.agreement}"
        yield from by_year(_name(each), each.years, what, of, of_round)
        if each.uplifts:
            yield entry(f"uplift {each.agreement} to", raised_to(position.income, each), what, f"{of}, with the uplift")


def _name(income: Income) -> str:
    return f"income {income.label}, {income.agreement}"


def _whose(income: Income, owners: Owners) -> partial[Subject]:
    return partial(owners.subject, Kind.INCOME, income.grantor, income.agreement)
