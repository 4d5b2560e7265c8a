"""A sum of a round that several pages print is the same on all of them, at every stage of the round."""

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.figures import listing
from approvals.models import Award, Decision
from approvals.reconciliation import position
from approvals.review import reviewing
from approvals.routing import approving, awards, commitments
from bids.models import Bid
from grants.models import Round, User
from grants.money import Tally
from grants.roles import Role
from tests import factories
from tests.approvals.amendments.steps import change, submit
from tests.approvals.steps import LATER, decide, open_paper, sign
from tests.factories import NOW, person
from tests.test_house import pages

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.usefixtures("files_made_once")]

MARKED = re.compile(r'data-(?P<kind>sum|count)="(?P<name>[^"]+)"[^>]*>(?P<text>[^<]*)<')
# What makes no page of its own, or a file.
LEFT_OUT = re.compile(r"export|template|file|download")


def addresses(round: Round) -> Iterator[str]:
    """The home page, every page of the round alone, and every page of its papers and of bids to review."""
    yield reverse("grants:home")
    for name in pages():
        if LEFT_OUT.search(name):
            continue
        for kwargs in ({"round": round.reference}, {"reference": round.reference}):
            try:
                address = reverse(name, kwargs=kwargs)
            except NoReverseMatch:
                continue
            if address.startswith("/rounds/"):
                yield address
    for decision in round.decisions.all():
        yield reverse("approvals:decision", args=[decision.reference])
    for scenario in round.scenarios.all():
        yield reverse("approvals:scenario", args=[scenario.reference])
    for bid in Bid.objects.filter(round=round, state__in=["recommended", "agreed"])[:1]:
        yield reverse("approvals:review_bid", args=[bid.reference])
    for part in ("grants", "underspend", "expenditure", "allocation", "route-dmpc", "route-delegated"):
        yield reverse("approvals:reconciliation_part", args=[round.reference, part])


def printed(client: Client, round: Round) -> dict[str, dict[Decimal, set[str]]]:
    """Each sum and count that the pages print by its name, with its values and the pages of each."""
    values: dict[str, dict[Decimal, set[str]]] = defaultdict(lambda: defaultdict(set))
    for address in addresses(round):
        response = client.get(address, follow=True)
        if response.status_code != 200 or not response["Content-Type"].startswith("text/html"):
            continue
        page = response.content.decode()
        if address == "/":
            title = page.index(f">{round.title}<")
            page = page[title : page.find("</section>", title)]
        for mark in MARKED.finditer(page):
            number = Decimal(re.sub(r"[^\d.-]", "", mark["text"].replace("\u2212", "-").partition(" ")[0]))
            values[f"{mark['kind']} {mark['name']}"][number].add(address)
    return values


def hold_equal(round: Round, *repeated: str) -> dict[str, Decimal]:
    """Assert that each printed sum has one value, and that those named stand on at least so many pages as are named."""
    client = Client()
    client.force_login(person(Role.LEAD, Role.CHAIR, Role.AUDITOR, round=round))
    values = printed(client, round)
    assert {name: dict(each) for name, each in values.items() if len(each) > 1} == {}
    sums = {name: next(iter(each)) for name, each in values.items()}
    listed = in_list(round)
    assert {name: (printed, listed.get(name)) for name, printed in sums.items() if listed.get(name) != printed} == {}
    for name in repeated:
        assert len({page for each in values[name].values() for page in each}) >= 3, (name, values[name])
    return sums


def in_list(round: Round) -> dict[str, Decimal]:
    """Each sum and count of the list of figures, by the name by which pages mark it."""
    figures = listing.of_position(position.position(round, NOW.date())).values()
    sums = {f"sum {figure.key}": figure.amount for figure in figures if figure.key and figure.amount is not None}
    counts = {
        f"count {figure.key}": Decimal(figure.count) for figure in figures if figure.key and figure.count is not None
    }
    return sums | counts


GRANTS = ("sum grants", "count grants", "sum underspend", "sum allocation")


def test_every_page_says_the_same_before_and_after_routing_and_approval() -> None:
    round = factories.open_round()
    lead = person(Role.LEAD, round=round)
    inside = factories.bid(round, led_by="internal", recipient=None, amount=Decimal(1000))
    for amount in ("20000.50", "60000", "30000"):
        factories.award(round, amount=Decimal(amount))
    factories.contract(round, lead, "40000")
    for each in (inside, factories.bid(round), factories.bid(round, led_by="internal", recipient=None)):
        factories.outcome(each)
    factories.close(round)
    reviewing.review(bid=inside, amount=Decimal(900), reason="Less", by=lead, at=NOW)
    sums = hold_equal(round, *GRANTS)
    assert (sums["count grants"], sums["sum grants"]) == (3, Decimal("110000.50"))
    assert (sums["count internal-agreed"], sums["sum internal-agreed"]) == (1, 900)
    assert sums["sum for-grants"] - sums["sum grants"] == sums["sum underspend"]
    awards.route_awards(round=round, by=lead, at=NOW)
    sums = hold_equal(round, *GRANTS, "sum route-dmpc", "sum route-delegated", "count route-delegated")
    assert sums["sum route-dmpc"] == 60000
    below = Award.objects.filter(round=round, amount=Decimal(30000))
    approving.approve_awards(awards=list(below), reason="Below", by=person(Role.LEAD, round=round), at=NOW)
    sums = hold_equal(round, *GRANTS, "sum route-delegated")
    assert sums["sum standing-approved"] == 30000


def test_every_page_says_the_same_after_a_refusal_an_amendment_and_publication(
    decision: Decision, grace: User, mo: User, robin: User
) -> None:
    round = decision.round
    before = hold_equal(round, *GRANTS)
    decide(decision, robin, item_5=Answer("refused", reason="Not now"))
    sign(decision, robin)
    after = hold_equal(round, *GRANTS, "sum route-dmpc", "sum expenditure")
    refused = Award.objects.get(round=round, state="refused")
    assert before["sum route-dmpc"] - after["sum route-dmpc"] == refused.amount
    assert after["sum underspend"] - before["sum underspend"] == refused.amount
    writing.publish_decision(decision=decision, by=mo, at=LATER)
    hold_equal(round, *GRANTS)
    signed = Decision.objects.select_related("round").get(pk=decision.pk)
    paper = open_paper(round, "PCD-700", grace, title="Less", text="The grant becomes smaller.", amends=signed)
    change(paper, Award.objects.for_routes().get(round=round, amount=Decimal(70000), route="dmpc"), grace)
    hold_equal(round, *GRANTS)
    submit(paper, grace, mo)
    decide(paper, robin)
    sign(paper, robin)
    amended = hold_equal(round, *GRANTS)
    # The refused grant was asked for again, £5,000 smaller, and approved.
    assert amended["sum underspend"] - before["sum underspend"] == 5000


def test_the_paper_of_a_signed_decision_says_under_table_3_what_is_true_since(
    decision: Decision, grace: User, robin: User
) -> None:
    client = Client()
    client.force_login(grace)
    address = reverse("approvals:decision", args=[decision.reference])
    assert "Since the decision" not in client.get(address).content.decode()
    decide(decision, robin, item_5=Answer("refused", reason="Not now"))
    sign(decision, robin)
    page = client.get(address).content.decode()
    left = commitments.of_round(round=decision.round).left
    table, _, since = page.partition('id="since"')
    assert table.rindex('id="table-3"') > table.rindex('id="section-financial"')
    assert f"After the decision £{left:,.0f} of the allocation is left. What was refused takes nothing of it." in since
    assert f'data-sum="underspend">{left:,.0f}<' in since


def test_a_tally_adds_up() -> None:
    assert Tally.of([Decimal(1), Decimal("2.50")]) + Tally(1, Decimal(4)) == Tally(3, Decimal("7.50"))
