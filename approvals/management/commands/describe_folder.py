"""manage.py describe_folder: write the schema of a round's folder into docs/round-folder.md."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from approvals.loading.describing import page_with_schema

PAGE = Path(settings.BASE_DIR) / "docs" / "round-folder.md"


class Command(BaseCommand):
    help = "Write the tables, keys and columns of a round's folder, as its schema has them, into docs/round-folder.md."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page_with_schema(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"Written: {PAGE.name}")
