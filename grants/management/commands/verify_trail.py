"""manage.py verify_trail [ROUND]: check that no event was changed, removed or put in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from grants import audit
from grants.models import Round


class Command(BaseCommand):
    help = "Check the trail of one round, or of all of them. Ends with 1 where it is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("round", nargs="?")

    def handle(self, *args: Any, round: str | None, **options: Any) -> None:
        chains: list[Round | None] = list(Round.objects.filter(reference=round) if round else Round.objects.all())
        if round and not chains:
            raise CommandError(f"There is no round {round}.")
        if not round:
            chains.insert(0, None)
        broken = 0
        for chain in chains:
            checked = audit.verify(chain)
            broken += len(checked.faults)
            name = checked.round or "people and reference data"
            self.stdout.write(f"{name}: {checked.events} events, head {checked.head[:16]}")
            for fault in checked.faults:
                self.stdout.write(f"  {fault}")
        if broken:
            raise CommandError("The trail is broken.")
        self.stdout.write("The trail is unbroken.")
