"""manage.py load_round DIR [--until STAGE]: play a round's folder through intake and transitions."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.crypto import get_random_string

from approvals.loading.folder import BadFolder, Folder
from approvals.loading.playing import STAGES, play
from grants.body_folder import BadBody
from grants.refusal import Refused


class Command(BaseCommand):
    help = "Play a round's folder through the same intake and transitions as the pages use. See docs/round-folder.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--until", choices=STAGES, default=STAGES[-1], metavar="STAGE", help=", ".join(STAGES))

    def handle(self, *args: Any, folder: Path, until: str, **options: Any) -> None:
        # Without DEMO_PASSWORD nobody can sign in as a person of the folder until they set a password by their link.
        password = os.environ.get("DEMO_PASSWORD") or get_random_string(24)
        try:
            play(Folder(Path(folder), password=password), until, say=self.stdout.write)
        except (BadFolder, BadBody, Refused) as wrong:
            raise CommandError(str(wrong)) from None
