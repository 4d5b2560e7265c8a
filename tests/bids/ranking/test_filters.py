"""The ranking as a tool: filters, orders, further columns, and the funding line between places alone."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Bid, Interest, Panel, Tag
from bids.panel import closing
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, close, person, scorecard
from tests.factories import bid as make_bid
from tests.growing import queries, scored_and_closed

pytestmark = pytest.mark.django_db

BARNET, CAMDEN = "E09000003", "E09000007"


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def client(chair: User) -> Client:
    made = Client()
    made.force_login(chair)
    return made


@pytest.fixture
def bids(round: Round) -> dict[str, Bid]:
    """Four bids by title: the best, one with few scorecards, one that fails a gate, one led by the force."""
    Panel.objects.filter(round=round).update(wanted=2)
    round.refresh_from_db()
    made = {
        "Best": make_bid(round, title="Best", boroughs=[CAMDEN], sponsoring_unit="East Area", amount=Decimal(20000)),
        "Few": make_bid(round, title="Few", boroughs=[BARNET], sponsoring_unit="West Area", amount=Decimal(30000)),
        "Failed": make_bid(round, title="Failed", boroughs=[CAMDEN], amount=Decimal(10000)),
        "Own": make_bid(round, title="Own", led_by="internal", recipient=None, boroughs=[BARNET]),
    }
    members = [person(Role.MEMBER, round=round) for _ in range(2)]
    for title, score in {"Best": 4, "Failed": 3, "Own": 1}.items():
        for member in members:
            scorecard(made[title], member, score=score, passed=title != "Failed")
    scorecard(made["Few"], members[0], score=2)
    made["Few"].tags.set([Tag.objects.get(round=round, code="business")])
    close(round)
    return made


def page_of(client: Client, round: Round, **query: Any) -> Any:
    return client.get(reverse("bids:ranking", args=[round.reference]), query)


def titles(client: Client, round: Round, **query: Any) -> list[str]:
    return [row.title for row in page_of(client, round, **query).context["rows"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"gate": "failed"}, ["Failed"]),
        ({"gate": "passed"}, ["Best", "Few", "Own"]),
        ({"n": "few"}, ["Few"]),
        ({"n": "1"}, ["Few"]),
        ({"n": "whole"}, ["Best", "Own", "Failed"]),
        ({"n": "0"}, []),
        ({"borough": BARNET}, ["Few", "Own"]),
        ({"theme": "business"}, ["Few"]),
        ({"unit": "East Area"}, ["Best"]),
        ({"led_by": "internal"}, ["Own"]),
        ({"q": "best"}, ["Best"]),
        ({"line": "outside"}, ["Own", "Failed"]),
        ({"outcome": "none"}, ["Best", "Few", "Own", "Failed"]),
        ({"outcome": "reject"}, []),
    ],
)
def test_the_ranking_is_filtered(
    client: Client, round: Round, bids: dict[str, Bid], query: dict[str, str], expected: list[str]
) -> None:
    assert [title for title in titles(client, round, **query) if title in bids] == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Best", "Few", "Own", "Failed"]),
        ("place", ["Best", "Few", "Own", "Failed"]),
        ("-place", ["Failed", "Own", "Few", "Best"]),
        ("title", ["Best", "Failed", "Few", "Own"]),
        ("cards", ["Few", "Best", "Own", "Failed"]),
        ("-result", ["Best", "Failed", "Few", "Own"]),
        ("spread", ["Best", "Own", "Failed", "Few"]),
    ],
)
def test_the_ranking_is_sorted_and_a_bid_without_a_figure_is_last(
    client: Client, round: Round, bids: dict[str, Bid], sort: str, expected: list[str]
) -> None:
    assert titles(client, round, sort=sort) == expected


def test_places_and_running_totals_are_those_of_the_whole_ranking(
    client: Client, round: Round, bids: dict[str, Bid]
) -> None:
    (row,) = page_of(client, round, n="few").context["rows"]
    assert (row.place, row.running) == (2, "£50,000")


def test_the_line_is_drawn_between_places_and_in_no_other_order(
    client: Client, round: Round, bids: dict[str, Bid]
) -> None:
    def lines(**query: str) -> list[str]:
        return [row.title for row in page_of(client, round, **query).context["rows"] if row.line_below]

    (last,) = lines()
    assert lines(sort="place") == [last]
    assert lines(sort="-place") == lines(sort="title") == []
    above = titles(client, round, line="above")
    assert above[-1] == last
    assert not set(above) & set(titles(client, round, line="below"))


def test_further_columns_are_shown_on_demand_in_one_order(client: Client, round: Round, bids: dict[str, Bid]) -> None:
    assert page_of(client, round).context["more"] == []
    page = page_of(client, round, show=["themes", "criteria", "recipient", "areas", "unit"])
    rows = {row.title: dict(row.more) for row in page.context["rows"]}
    assert {tuple(each) for each in rows.values()} == {tuple(label for label, _ in page.context["more"])}
    assert rows["Best"]["6. Value for money"] == "Yes 4.00"
    assert rows["Best"]["4. Proven experience"] == "4.00"
    assert rows["Failed"]["1. Strategic aim"] == "No"
    assert rows["Own"]["Recipient"] == "None: led by the force"
    assert rows["Few"]["Boroughs"] == "Barnet"
    assert rows["Few"]["Themes"] == Tag.objects.get(round=round, code="business").label
    assert "Route" not in rows["Few"]
    assert "6. Value for money" in page.content.decode()


def test_a_lead_sees_routes_and_filters_by_them(lead: User, round: Round, bids: dict[str, Bid]) -> None:
    client = Client()
    client.force_login(lead)
    rows = page_of(client, round, show="route", route="none").context["rows"]
    assert {row.more[0] for row in rows} == {("Route", "None yet")}
    assert len(rows) == 4


def test_columns_and_filters_take_as_many_queries_for_many_bids_as_for_few(
    client: Client, round: Round, chair: User
) -> None:
    show = "show=criteria&show=recipient&show=areas&show=themes&show=unit"
    address = f"{reverse('bids:ranking', args=[round.reference])}?{show}&sort=-result&line=above"
    scored_and_closed(round, chair)
    # What is asked for is kept once.
    queries(client, address)
    before = queries(client, address)
    scored_and_closed(round, chair)
    scored_and_closed(round, chair)
    assert queries(client, address) == before <= 30


# Who sees what, and when


def test_a_bid_that_an_interest_hides_is_in_no_filter(lead: User, round: Round, bids: dict[str, Bid]) -> None:
    Interest.objects.create(bid=bids["Best"], member=lead, conflicted=True, nature="A sister", declared_at=NOW)
    client = Client()
    client.force_login(lead)
    for query in ({}, {"n": "whole"}, {"line": "above"}, {"q": "best"}, {"sort": "-result"}):
        assert "Best" not in titles(client, round, **query)


def test_before_the_marks_are_open_no_filter_says_anything(client: Client, round: Round, member: User) -> None:
    scorecard(make_bid(round), member)
    for query in ({}, {"n": "0"}, {"gate": "failed"}, {"show": "criteria"}):
        page = page_of(client, round, **query)
        assert "rows" not in page.context
        assert "list_form" not in page.context
    closing.close_scoring(round=round, reason="Done", by=person(Role.CHAIR, round=round), at=NOW)
    assert "rows" not in page_of(client, round, show="criteria").context
