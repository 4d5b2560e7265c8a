"""Whatever sum of money a page prints of a round is in the list of the round's figures."""

import html
import re
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Decision
from approvals.paper import figures as figures_of_paper
from approvals.paper import sources
from grants.models import Round
from grants.roles import Role
from tests.approvals.test_one_total import addresses
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db
# What is not of the round: forms, whose fields hold what somebody types, and words that explain how to type a sum.
_LEFT_OUT = re.compile(
    r"<(script|style|textarea|template|title|option|label)\b.*?</\1>|<div[^>]*govuk-hint.*?</div>"
    r"|<span[^>]*govuk-hint.*?</span>",
    re.DOTALL,
)
_SUM = re.compile(r"[-\u2212]?£\s?(\d{1,3}(?:,\d{3})*(?:\.\d{2})?)(?![\d,]*\d|m|k|bn|\.\d)")


def sums_of(page: str) -> set[Decimal]:
    words = html.unescape(re.sub(r"<[^>]+>", " ", _LEFT_OUT.sub(" ", page)))
    return {Decimal(match[1].replace(",", "")) for match in _SUM.finditer(words)}


def listed(decision: Decision) -> set[Decimal]:
    """Every sum that a paper of the round can name."""
    figures = figures_of_paper.known_of(sources.sources(decision, NOW.date())).by_name.values()
    return {abs(figure.amount) for figure in figures if figure.amount is not None} | {Decimal(0)}


# A running sum along a ranking, and what a scenario supposes, are no figures of what is agreed.
_SUPPOSED = re.compile(r"/ranking/|/scenarios/|/coverage/")


def pages_of(round: Round) -> Iterator[str]:
    """Every page of a round and its papers, and what is published of them."""
    yield from (address for address in addresses(round) if address != "/" and not _SUPPOSED.search(address))
    for decision in round.decisions.filter(published_at__isnull=False):
        yield reverse("approvals:published_decision", args=[decision.reference])


def unlisted(decision: Decision) -> dict[Decimal, list[str]]:
    """Return each sum that the list does not have, with the pages that print it."""
    round, client = decision.round, Client()
    client.force_login(person(Role.LEAD, Role.CHAIR, Role.AUDITOR, round=round))
    figures = listed(decision)
    strangers: dict[Decimal, list[str]] = {}
    for address in pages_of(round):
        response = client.get(address, follow=True)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        for amount in sums_of(response.content.decode()) - figures:
            strangers.setdefault(amount, []).append(address)
    printed = StringIO()
    call_command("reconcile", round.reference, stdout=printed)
    for amount in sums_of(printed.getvalue()) - figures:
        strangers.setdefault(amount, []).append("reconcile")
    return strangers


def test_each_sum_of_the_pages_of_pcd_681_is_in_its_list() -> None:
    decision = Decision.objects.select_related("round").get(reference="PCD-681")
    assert len(listed(decision)) > 100
    assert unlisted(decision) == {}


def test_each_sum_of_the_pages_of_a_round_of_two_years_is_in_its_list() -> None:
    folder = Folder(Path(settings.BASE_DIR) / "fixtures" / "pcd1560", password=DEMO_PASSWORD)
    playing.play(folder, "published", say=lambda line: None)
    assert unlisted(Decision.objects.select_related("round").get(reference="PCD-1560")) == {}
