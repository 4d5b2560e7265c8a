"""manage.py add_administrator USERNAME NAME: each of the first two people of a new deployment."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone

from grants.people import people
from grants.refusal import Refused


class Command(BaseCommand):
    help = "Add one of the first two administrators, and print the address at which they set their password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        try:
            person = people.add_administrator(username=username, name=name, at=timezone.now())
        except Refused as refused:
            raise CommandError(refused.message) from None
        self.stdout.write(reverse("grants:set_password", args=people.password_link(person)))
