"""manage.py load_round DIR [--until STAGE]: play a round's folder through intake and transitions."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.crypto import salted_hmac

from approvals.loading.folder import BadFolder, Folder
from approvals.loading.playing import STAGES, play
from grants.body_folder import BadBody


class Command(BaseCommand):
    help = (
        "Play a round's folder through the same intake and transitions as the pages use, one transaction a stage. "
        "A second run goes on from the stage that is not done. See docs/round-folder.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--until", choices=STAGES, default="", metavar="STAGE", help=", ".join(STAGES))

    def handle(self, *args: Any, folder: Path, until: str, **options: Any) -> None:
        # Without DEMO_PASSWORD nobody can sign in as a person of the folder until they set a password by their link.
        # It is the same in each run of this deployment, so that a later run can sign for those whom this one adds.
        password = os.environ.get("DEMO_PASSWORD") or salted_hmac("load_round", "people of folders").hexdigest()
        try:
            play(Folder(Path(folder), password=password), until, say=self.stdout.write)
        except (BadFolder, BadBody) as wrong:
            raise CommandError(str(wrong)) from None
