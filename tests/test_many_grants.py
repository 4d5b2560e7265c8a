"""Pages of rounds with many grants, rounds and years: no more rows than a page holds, and no more queries."""

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Award, Decision, DecisionSection, Pack
from approvals.paper import excerpt, pack, sources
from approvals.reconciliation import position
from approvals.routing import awards
from grants.models import RoleHolding, Round, User
from grants.roles import Role
from tests import factories
from tests.approvals import steps
from tests.bench import awarding
from tests.bench.awarding import Built, Size
from tests.factories import NOW
from tests.growing import approved, asked_for, contract, item_asked, queries, received, recommended

pytestmark = pytest.mark.django_db
MANY = 130


@pytest.fixture
def built() -> Built:
    """A round with 130 grants that are all asked for in one paper."""
    made = awarding.build(Size(MANY), 1)
    Award.objects.filter(round=made.round).update(escalated="It is new")
    awards.route_awards(round=made.round, by=made.lead, at=NOW)
    return made


def page(user: User, address: str) -> str:
    client = Client()
    client.force_login(user)
    return " ".join(client.get(address).content.decode().split())


def total(round: Round) -> str:
    return f"£{sum(Award.objects.filter(round=round).values_list('amount', flat=True)):,.0f}"


def test_what_if_lists_a_hundred_items_and_counts_all(built: Built) -> None:
    address = reverse("approvals:what_if", args=[built.round.reference])
    first = page(built.lead, address)
    assert first.count('name="refused"') == 100
    assert f"{MANY} items are waiting for a decision, {total(built.round)} in all" in first
    assert page(built.lead, f"{address}?page=2").count('name="refused"') == MANY - 100


def test_what_is_chosen_on_one_page_of_what_if_stays_chosen_on_the_next(built: Built) -> None:
    address = reverse("approvals:what_if", args=[built.round.reference])
    chosen = Award.objects.filter(round=built.round)[0]
    second = page(built.lead, f"{address}?asked=1&refused={chosen.reference}&page=2")
    assert second.count('name="refused"') == MANY - 100 + 1
    assert "With 1 item refused" in second
    assert f'value="{chosen.reference}"' in second


def test_the_reconciliation_lists_a_hundred_items_that_can_be_refused(built: Built) -> None:
    html = page(built.lead, reverse("approvals:reconciliation", args=[built.round.reference]))
    assert html.count('name="refused"') == 100
    assert f"The first 100 of {MANY} are listed." in html
    assert total(built.round) in html


def test_a_draft_shows_a_hundred_rows_of_each_list_and_its_sums_are_of_the_whole(built: Built) -> None:
    address = reverse("approvals:decision", args=[built.paper.reference])
    first, second = page(built.lead, address), page(built.lead, f"{address}?appendix_1=2")
    grants = 'class="app-paper__grant"'
    assert (first.count(grants), second.count(grants)) == (100, MANY - 100)
    assert f"shows 1 to 100 of the {MANY} grants of Appendix 1" in first
    assert '">1. ' in first
    assert '">101. ' in second
    for html in (first, second):
        assert f"Table 2: grants for decision, {MANY} in " in html


def test_a_paper_that_fits_on_a_page_is_shown_as_it_is_frozen() -> None:
    paper = pack.read(Decision.objects.get(reference="PCD-681").packs.get())
    lists = {name: excerpt.numbered(paper, name) for name in excerpt.LISTS}
    assert pack.html(excerpt.excerpt(paper, lists)) == pack.html(paper)


def test_families_are_listed_a_page_at_a_time(built: Built) -> None:
    html = page(built.lead, reverse("approvals:families", args=[built.round.reference]))
    assert html.count('aria-label="Family ') <= 25


def test_the_reading_of_a_reconciliation_is_that_of_a_paper(built: Built) -> None:
    for round in (built.round, Decision.objects.get(reference="PCD-681").round):
        with_objects = position.position(round, NOW.date(), position.grants_of(round))
        assert position.position(round, NOW.date()) == with_objects


def test_what_changed_in_many_grants_is_on_a_page_of_its_own(built: Built) -> None:
    contents = pack.contents(built.paper, sources.sources(built.paper, NOW.date()), version=1, at=NOW, trail_head="")
    made = pack.freeze(contents)
    Pack.objects.create(decision=built.paper, version=1, **made.fields(), submitted_by=built.lead, submitted_at=NOW)
    html = page(built.lead, reverse("approvals:reconciliation", args=[built.round.reference]))
    assert "See what changed in its many grants" in html


# Queries


@pytest.mark.parametrize("role", [Role.LEAD, Role.OFFICE, Role.DMPC, Role.FINANCE, Role.AUDITOR, Role.ADMINISTRATOR])
def test_home_takes_as_many_queries_for_three_rounds_as_for_one(role: Role) -> None:
    user = factories.person()
    client = Client()
    client.force_login(user)
    counts = []
    for number in range(3):
        round = factories.open_round()
        RoleHolding.objects.create(user=user, role=role, round=round, given_at=NOW)
        steps.open_paper(round, f"PCD-90{number}", factories.person(Role.LEAD, round=round))
        for grow in (received, recommended, approved, asked_for, contract, item_asked):
            grow(round, user)
        counts.append(queries(client, "/"))
    assert counts[0] == counts[1] == counts[2]
    # An adviser's newest paper is worked out, to tell which sign-offs it lacks.
    # Income, carry-overs and over-allocations take a query each.
    assert counts[0] <= 23 or role is Role.FINANCE


@pytest.mark.parametrize("name", ["routes", "approvals", "families", "reconciliation", "what_if", "decision"])
def test_a_page_takes_as_many_queries_for_three_years_as_for_two(name: str) -> None:
    counts = []
    # A round of one year has no other to carry money to, so it asks less.
    for years in (2, 3):
        made = awarding.build(Size(3, years=years), years)
        awards.route_awards(round=made.round, by=made.lead, at=NOW)
        key = made.paper.reference if name == "decision" else made.round.reference
        client = Client()
        client.force_login(made.lead)
        counts.append(queries(client, reverse(f"approvals:{name}", args=[key])))
    assert counts[0] == counts[1]


def test_a_draft_takes_as_many_queries_for_three_written_sections_as_for_one() -> None:
    made = awarding.build(Size(3), 1)
    client = Client()
    client.force_login(made.lead)
    sections = list(DecisionSection.objects.filter(decision=made.paper))
    counts = []
    for written in (1, 3):
        DecisionSection.objects.filter(decision=made.paper).update(text="")
        keys = [section.pk for section in sections[:written]]
        DecisionSection.objects.filter(pk__in=keys).update(text=awarding.SECTION)
        counts.append(queries(client, reverse("approvals:decision", args=[made.paper.reference])))
    assert counts[0] == counts[1]
