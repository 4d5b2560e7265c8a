"""Pages on which somebody looks for something or answers a question take a fixed number of queries as well."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from approvals.families.workbench import Workbench
from bids.intake import uploads
from bids.sheets.mapping import Answers
from bids.sheets.reading import read_book
from grants.roles import Role
from tests import factories
from tests.factories import NOW
from tests.growing import Grow, granted, paper, queries, received
from tests.test_queries import MOST

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "grow", "words"),
    [
        ("bids:bids", received, "projects"),
        ("approvals:organisations", granted, "invented body"),
        ("approvals:decisions", paper, "pcd"),
    ],
)
def test_a_search_takes_as_many_queries_for_three_hits_as_for_one(name: str, grow: Grow, words: str) -> None:
    round = factories.open_round()
    user = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(user)
    address = f"{reverse(name, args=[round.reference])}?{urlencode({'q': words})}"
    grow(round, user)
    # The first time, what is asked of the list is kept in the session.
    assert "app-hit" in client.get(address).content.decode()
    one = queries(client, address)
    grow(round, user)
    grow(round, user)
    assert queries(client, address) == one


@pytest.mark.parametrize("name", ["choose_sheet", "map_columns", "choose_rows"])
def test_the_pages_of_a_file_take_as_many_queries_for_three_rows_as_for_one(name: str) -> None:
    round = factories.open_round()
    lead = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(lead)
    counts = []
    for rows in (1, 3):
        lines = [f"B-{number},Crew,{number}00" for number in range(1, rows + 1)] + ["Total,,5"] * rows
        book = read_book("\n".join(["Identifier,Title,Amount Awarded", *lines]).encode(), "bids.csv")
        upload = uploads.keep(round=round, file_name="bids.csv", book=book, by=lead, at=NOW)
        uploads.settle(upload=upload, answers=Answers(0, 1, {"title": 1, "amount": 2}), by=lead, at=NOW)
        counts.append(queries(client, reverse(f"bids:{name}", args=[upload.reference])))
    assert counts[0] == counts[1] <= MOST


@pytest.mark.parametrize("name", ["likeness", "same_body"])
def test_a_likeness_takes_as_many_queries_for_four_as_for_two(name: str) -> None:
    round = factories.open_round()
    lead = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(lead)
    counts = []
    for _ in range(2):
        for _ in range(2):
            body = factories.OrganisationFactory(name=f"Growers of Dovecot{'aeio'[round.awards.count()]}")
            factories.award(round, title="Crew", recipient=body)
        bench = Workbench(round, lead, NOW)
        suggestions = bench.suggestions if name == "likeness" else bench.body_suggestions
        assert len(suggestions[0].references) == round.awards.count()
        counts.append(queries(client, reverse(f"approvals:{name}", args=[round.reference, suggestions[0].key])))
    assert counts[0] == counts[1] <= MOST
