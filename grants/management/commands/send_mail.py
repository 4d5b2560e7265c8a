"""manage.py send_mail: send what the outbox still holds. A deployment runs it every few minutes."""

from typing import Any

from django.core.management.base import BaseCommand

from grants.people import mail


class Command(BaseCommand):
    help = "Send the mail that waits in the outbox, such as after the mail server was away."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{mail.send_waiting()} sent")
