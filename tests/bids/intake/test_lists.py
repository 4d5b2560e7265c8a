"""Lists: what is asked of them stands in the address, is kept for the person, and can be removed piece by piece."""

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Bid
from grants import lists
from grants.models import Round, User
from grants.roles import Role
from tests.factories import bid as make_bid
from tests.factories import person
from tests.growing import routed

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def client(lead: User) -> Client:
    made = Client()
    made.force_login(lead)
    return made


@pytest.fixture
def address(round: Round) -> str:
    return reverse("bids:bids", args=[round.reference])


# What is kept


def test_a_list_comes_back_as_the_person_left_it(client: Client, address: str) -> None:
    client.get(address, {"q": "lamp", "sort": "-amount", "state": "", "page": "2"})
    assert client.get(address)["Location"] == f"{address}?q=lamp&sort=-amount"


def test_each_round_has_its_own_and_another_person_has_none(
    client: Client, address: str, chair: User, round: Round
) -> None:
    client.get(address, {"q": "lamp"})
    assert client.get(reverse("bids:direct_awards", args=[round.reference])).status_code == 200
    other = Client()
    other.force_login(chair)
    assert other.get(address).status_code == 200


@pytest.mark.parametrize("query", ["clear=1", "q=&state=&sort=", "clear=1&page=2"])
def test_clearing_shows_the_whole_list_and_forgets(client: Client, address: str, query: str) -> None:
    client.get(address, {"q": "lamp"})
    client.get(f"{address}?{query}")
    assert client.get(address).status_code == 200


def test_reading_another_page_forgets_nothing(client: Client, address: str) -> None:
    client.get(address, {"q": "lamp"})
    assert client.get(address, {"page": "2"}).status_code == 200
    assert client.get(address)["Location"] == f"{address}?q=lamp"


def test_only_the_latest_lists_are_kept_and_no_address_without_end(client: Client, address: str) -> None:
    client.get(address, {"q": "x" * 600})
    assert client.get(address).status_code == 200
    session = client.session
    session["lists"] = {f"/{number}/": "q=1" for number in range(lists._MOST)}
    session.save()
    client.get(address, {"q": "lamp"})
    assert len(client.session["lists"]) == lists._MOST
    assert "/0/" not in client.session["lists"]
    assert client.session["lists"][address] == "q=lamp"


def test_what_is_not_a_list_of_the_service_is_never_redirected_to(client: Client, address: str) -> None:
    client.get(f"{address}?next=//example.org&q=lamp")
    kept = client.get(address)["Location"]
    assert urlsplit(kept).path == address
    assert urlsplit(kept).netloc == ""


# What is chosen


def test_each_filter_that_is_on_is_named_and_can_be_removed(client: Client, round: Round, address: str) -> None:
    make_bid(round, title="Lamp")
    page = client.get(address, {"q": "lamp", "state": "eligible", "theme": "violence", "sort": "-amount", "page": "3"})
    chosen = {each.label: each for each in page.context["chosen"]}
    assert {label: each.value for label, each in chosen.items()} == {
        "Search": "lamp",
        "State": "With the panel",
        "Theme": round.tags.get(code="violence").label,
        "Sort by": "Asked for, highest first",
    }
    assert parse_qs(chosen["State"].without) == {"q": ["lamp"], "theme": ["violence"], "sort": ["-amount"]}


def test_removing_the_last_filter_clears_the_list(client: Client, address: str) -> None:
    (only,) = client.get(address, {"q": "lamp"}).context["chosen"]
    assert only.without == "clear=1"


@pytest.mark.parametrize("query", [{"state": "no such"}, {"theme": "none"}, {"sort": "cards"}, {"sort": "-"}])
def test_a_value_that_is_none_of_the_list_changes_nothing(
    client: Client, round: Round, address: str, query: dict[str, str]
) -> None:
    bids = [make_bid(round) for _ in range(2)]
    page = client.get(address, query)
    assert [bid.pk for bid in page.context["page"]] == [bid.pk for bid in bids]
    assert page.context["chosen"] == []


# The order


def test_rows_are_sorted_both_ways_and_equal_ones_keep_the_usual_order(
    client: Client, round: Round, address: str
) -> None:
    for reference, amount in (("3", 10), ("1", 20), ("2", 10)):
        make_bid(round, source_reference=reference, amount=Decimal(amount))

    def order(sort: str) -> list[str]:
        return [bid.source_reference for bid in client.get(address, {"sort": sort}).context["page"]]

    assert order("amount") == ["2", "3", "1"]
    assert order("-amount") == ["1", "2", "3"]


@pytest.mark.parametrize("sort", ["recipient", "-recipient"])
def test_a_row_without_a_value_comes_last_in_both_directions(
    client: Client, round: Round, address: str, sort: str
) -> None:
    internal = make_bid(round, led_by="internal", recipient=None)
    make_bid(round)
    assert client.get(address, {"sort": sort}).context["page"][-1] == internal


def test_a_head_sorts_its_column_and_then_turns_it_round(client: Client, round: Round, address: str) -> None:
    make_bid(round)

    def heads(query: dict[str, str]) -> str:
        return client.get(address, query).content.decode()

    assert 'aria-sort="ascending"><a class="app-sort" href="?sort=-reference">Reference' in heads({"q": " "})
    assert 'href="?q=S&amp;sort=-amount">Asked for<span' in heads({"q": "S", "page": "1"})
    turned = heads({"sort": "-amount"})
    assert 'aria-sort="descending"><a class="app-sort" href="?sort=amount">Asked for' in turned
    assert turned.count("aria-sort") == 1


# Who may filter by what


def test_nobody_filters_by_what_they_may_not_see(member: User, round: Round, address: str) -> None:
    client = Client()
    client.force_login(member)
    form = client.get(address).context["list_form"]
    assert not {"state", "route"} & set(form.fields)
    assert "state" not in dict(form.fields["sort"].choices)


def test_bids_are_filtered_by_the_route_of_their_grants(client: Client, lead: User, round: Round, address: str) -> None:
    routed(round, lead)
    on_route = Bid.objects.get(round=round)
    without = make_bid(round)
    route = on_route.award.route
    assert list(client.get(address, {"route": route}).context["page"]) == [on_route]
    assert list(client.get(address, {"route": "none"}).context["page"]) == [without]
