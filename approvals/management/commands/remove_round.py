"""manage.py remove_round REFERENCE: remove a round that a folder opened, while nothing of it is signed or paid."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from approvals.loading import removing
from grants.counting import counted
from grants.models import Round, User
from grants.refusal import NotEntitled, Refused


class Command(BaseCommand):
    help = (
        "Remove a round that a folder opened, while no decision of it is signed and nothing is paid. "
        "Without --confirm it only says what would go. See docs/round-folder.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="the reference of the round")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the administrator who removes it")
        parser.add_argument("--reason", required=True, help="why, for the trail")
        parser.add_argument("--confirm", metavar="REFERENCE", help="the reference again, to remove it")

    def handle(self, *args: Any, reference: str, by: str, reason: str, confirm: str | None, **options: Any) -> None:
        round = Round.objects.filter(reference=reference).first()
        if round is None:
            raise CommandError(f"There is no round {reference}")
        person = User.objects.filter(username=by).first()
        if person is None:
            raise CommandError(f"There is no person {by}")
        if reasons := removing.why_not(round):
            raise CommandError("\n".join([f"{reference} cannot be removed:", *reasons]))
        self._say_what_goes(round)
        if confirm is None:
            self.stdout.write(f"Nothing is removed yet. Add --confirm {reference} to remove it.")
            return
        if confirm != reference:
            raise CommandError(f"--confirm must be {reference}")
        try:
            removing.remove_round(round=round, reason=reason, by=person, at=timezone.now())
        except (Refused, NotEntitled) as wrong:
            raise CommandError(str(wrong)) from None
        self.stdout.write(f"Removed: {reference}")

    def _say_what_goes(self, round: Round) -> None:
        self.stdout.write(f"{round.reference} {round.title}, with:")
        for name, count in removing.counted_rows(removing.rows_of(round)).items():
            self.stdout.write(f"  {count:,} {name}")
        self.stdout.write("People, organisations and the trail of people and reference data stay.")
        if since := removing.since_played(round):
            self.stdout.write(f"{counted(since, 'event')} of its trail came after the folder was played last.")
