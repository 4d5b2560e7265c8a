"""manage.py reconcile REFERENCE [--json]: does the paper of a decision, or a round, add up?"""

import json
import sys
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
            rows = _rows(reconciliation, round.body.offices.decider_short)
            for label, amount in rows:
                self.stdout.write(f"{label:<60}{money.pounds(amount):>16}")
            for problem in reconciliation.discrepancies:
                self.stdout.write(f"! {problem.message}")
            self.stdout.write("It balances." if reconciliation.balances else "It does not balance.")
        if not reconciliation.balances:
            sys.exit(1)


def _rows(reconciliation: Reconciliation, decider: str) -> list[tuple[str, Decimal]]:
    """Return the rows of the table. All between the allocation and the total make up the total, at any stage."""
    of_grants = [
        (f"Grants to the {decider}", reconciliation.dmpc),
        ("Grants under delegation", reconciliation.delegated),
        *([("Grants not routed", reconciliation.unrouted)] if reconciliation.unrouted.count else []),
    ]
    return [
        ("Allocation", reconciliation.allocation),
        *((line.label, line.amount) for line in reconciliation.lines),
        (f"Contracts ({reconciliation.contracts.count})", reconciliation.contracts.total),
        *((item.label, item.amount) for item in reconciliation.items),
        *((f"{label} ({part.count})", part.total) for label, part in of_grants),
        ("Total expenditure", reconciliation.expenditure),
        ("Underspend", reconciliation.underspend),
    ]
