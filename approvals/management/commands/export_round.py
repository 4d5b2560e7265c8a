"""manage.py export_round REFERENCE DIR: write a round into a folder that loads to the same data."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.loading.exporting import NotEmpty, export
from grants.models import Round


class Command(BaseCommand):
    help = "Write a round into a new folder that load_round loads to the same data. See docs/round-folder.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="the reference of the round")
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, reference: str, folder: Path, **options: Any) -> None:
        round = Round.objects.filter(reference=reference).first()
        if round is None:
            raise CommandError(f"There is no round {reference}")
        try:
            left_out = export(round, Path(folder))
        except NotEmpty as wrong:
            raise CommandError(str(wrong)) from None
        for sentence in left_out:
            self.stderr.write(sentence)
        self.stdout.write(f"Written: {folder}")
