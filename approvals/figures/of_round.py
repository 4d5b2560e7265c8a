"""The figures of the whole round and of what takes its money, in each year. Pure rules."""

from collections.abc import Iterator, Sequence

from approvals.figures.making import What, by_year, entry
from approvals.figures.of_parts import spenders
from approvals.figures.owners import Owners
from approvals.prose.identity import Subject
from approvals.prose.index import Entry
from approvals.prose.vocabulary import Kind, Measure
from approvals.reconciliation.facts import Position
from approvals.reconciliation.sums import slots_of
from grants import money, years
from grants.years import Profile, Slot

_SUMS = (
    ("allocation", What(Subject(Kind.ROUND, "", ("allocation", "total budget")), Measure.ALLOCATED)),
    ("expenditure", What(Subject(Kind.ROUND, "", ("expenditure", "total expenditure")), Measure.SPENT)),
    ("underspend", What(Subject(Kind.ROUND, "", ("underspend", "left", "unspent")), Measure.LEFT)),
    ("grants", What(Subject(Kind.GRANTS, "", ("grants",)), Measure.AGREED)),
    ("contracts", What(Subject(Kind.CONTRACT, "contracts", ("contract", "the contract")), Measure.AGREED)),
    ("lines", What(Subject(Kind.LINE, "lines", ("budget lines",)), Measure.AGREED)),
    ("items", What(Subject(Kind.ITEM, "other items"), Measure.AGREED)),
)


def of_years(position: Position, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield what the round holds in each year, what each kind takes of it, and what was paid in it."""
    slots = slots_of(position)
    for name, what in _SUMS:
        profile: Profile = [(each.slot, getattr(each, name)) for each in slots]
        if any(amount for _, amount in profile):
            yield from by_year(name, profile, what, f"The {name} of the round", of_round)
    paid: dict[str, list[money.Decimal]] = {}
    for grant in position.grants:
        for payment in grant.payments:
            paid.setdefault(years.year_of(payment.paid_on), []).append(payment.amount)
    for year, amounts in paid.items():
        what = What(Subject(Kind.GRANTS), Measure.PAID, year=year)
        yield entry(f"paid in {year}", money.total(amounts), what, f"Payments of {year}")


def of_spending(position: Position, owners: Owners, of_round: Sequence[str]) -> Iterator[Entry]:
    """Yield each year of each budget line, contract and other item. A contract has the years in which it runs."""
    profiles: dict[str, Profile] = {f"line-{line.reference.lower()}": line.years for line in position.lines}
    profiles |= {f"item-{item.reference.lower()}": item.years for item in position.items}
    running = {
        f"contract-{contract.reference.lower()}": [(Slot(year), amount) for year, amount in contract.profile]
        for contract in position.contracts
    }
    for key, (name, what) in spenders(position, owners):
        yield from by_year(name, profiles.get(key, ()), what, name.capitalize(), of_round)
        own = running.get(key, [])
        in_years = of_round if len(of_round) > 1 else [slot.year for slot, _ in own]
        yield from by_year(f"{name} as it runs", own, what, name.capitalize(), in_years)
