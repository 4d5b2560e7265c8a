"""manage.py verify_pack REFERENCE: is a decision still, byte for byte, what was frozen?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.models import Decision
from approvals.outputs import verifying


class Command(BaseCommand):
    help = "Check every version and the record of a decision, a line a check. Ends with 1 where one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="Of a decision, such as PCD-681.")

    def handle(self, *args: Any, reference: str, **options: Any) -> None:
        decision = Decision.objects.select_related("round").filter(reference=reference).first()
        if decision is None:
            raise CommandError(f"There is no decision {reference}.")
        checks = list(verifying.checks(decision))
        if not checks:
            raise CommandError(f"{reference} has not been submitted, so there is nothing to check.")
        for check in checks:
            self.stdout.write(f"{'ok' if check.holds else 'FAILED':<8}{check.of}: {check.statement}")
        failed = sum(not check.holds for check in checks)
        if failed:
            self.stdout.write(f"{failed} of {len(checks)} checks failed. Tell the auditor.")
            sys.exit(1)
        self.stdout.write(f"All {len(checks)} checks hold.")
