"""Steps of a writer on the page of a section."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from approvals.models import DecisionSection
from grants.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(section: DecisionSection) -> str:
    return reverse("approvals:edit_section", args=[section.decision.reference, section.key])


def post(
    client: Client, section: DecisionSection, text: str, headers: dict[str, str] | None = None, **fields: Any
) -> Any:
    typed = {"text": text, "version": section.version, "draft": "", **fields}
    return client.post(address(section), typed, headers=headers)


def page(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())
