"""manage.py reconcile REFERENCE [--json]: does the paper of a decision, or a round, add up?"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from approvals.models import Decision
from approvals.reconciliation import position
from approvals.reconciliation.sums import Reconciliation
from grants import money
from grants.days import day_of
from grants.models import Round
from grants.years import Profile


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the text: its label, and its amount in each year of a round of several, then in all."""

    label: str
    amounts: Sequence[Decimal]


def _rows(reconciliation: Reconciliation, decider: str) -> Iterator[Row]:
    """Yield the parts of an allocation in the order of Table 3. The parts sum to the total below them."""
    slots = reconciliation.years

    def row(label: str, amount: Decimal, name: str = "", divided: Profile = ()) -> Row:
        parts = dict(divided)
        each = [getattr(slot, name) if name else parts.get(slot.slot, money.ZERO) for slot in slots]
        return Row(label, [*each, amount])

    yield row("Allocation", reconciliation.allocation, "allocation")
    for income in reconciliation.income:
        yield row(f"- income: {income.label}", income.amount, divided=income.years)
    if reconciliation.income or reconciliation.carried:
        yield row("- own budget", reconciliation.own_budget, "own_budget")
    if reconciliation.carried:
        yield row("- carried over", money.ZERO, "carried")
    for line in reconciliation.lines:
        yield row(line.label, line.amount, divided=line.years)
    contracts, decided, delegated = reconciliation.contracts, reconciliation.dmpc, reconciliation.delegated
    yield row(f"Contracts ({contracts.count})", contracts.total, "contracts")
    for item in reconciliation.items:
        yield row(item.label, item.amount, divided=item.years)
    yield row(f"Grants to the {decider} ({decided.count})", decided.total, "dmpc")
    yield row(f"Grants under delegation ({delegated.count})", delegated.total, "delegated")
    if reconciliation.unrouted.count:
        yield row(f"Grants not routed ({reconciliation.unrouted.count})", reconciliation.unrouted.total, "unrouted")
    yield row("Total expenditure", reconciliation.expenditure, "expenditure")
    yield row("Underspend", reconciliation.underspend, "underspend")


class Command(BaseCommand):
    help = "Print the reconciliation of a decision or a round. Ends with 0 where it balances, with 1 where not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="Of a decision (PCD-681) or of a round.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, reference: str, **options: Any) -> None:
        decision = Decision.objects.select_related("round").filter(reference=reference).first()
        round = decision.round if decision else Round.objects.filter(reference=reference).first()
        if round is None:
            raise CommandError(f"There is no decision or round {reference}.")
        reconciliation = position.reconcile(round, day_of(timezone.now()))
        if options["json"]:
            self.stdout.write(
                json.dumps(reconciliation.as_json() | {"reference": reference}, indent=2, ensure_ascii=False)
            )
        else:
            if reconciliation.years:
                titles = [*(each.slot.label for each in reconciliation.years), "in all"]
                self.stdout.write(" " * 60 + "".join(f"{title:>16}" for title in titles))
            for row in _rows(reconciliation, round.body.offices.decider_short):
                self.stdout.write(f"{row.label:<60}" + "".join(f"{money.pounds(each):>16}" for each in row.amounts))
            for problem in reconciliation.discrepancies:
                self.stdout.write(f"! {problem.message}")
            self.stdout.write("It balances." if reconciliation.balances else "It does not balance.")
        if not reconciliation.balances:
            sys.exit(1)
