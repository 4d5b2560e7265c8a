"""manage.py remind_members: remind members who are behind, three days before scoring closes. Run it once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bids.panel import chasing


class Command(BaseCommand):
    help = "Email panel members who are behind when scoring closes within three days, once for each last day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{chasing.remind(at=timezone.now())} reminded")
