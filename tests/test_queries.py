"""Each page takes the same number of queries for one row and for three, in every dimension that it grows in."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import writing
from approvals.models import Award, Decision, Pack
from approvals.paper import pack, sources
from approvals.reconciliation import parts, position
from approvals.routing import approving, awards
from approvals.scenarios import scenarios
from bids.models import Bid, Discussion
from bids.panel import assignments, matrix
from grants.models import Round, User
from grants.roles import Role
from tests import factories
from tests.approvals import steps
from tests.factories import NOW
from tests.growing import (
    Grow,
    alike,
    approved,
    asked_for,
    assigned,
    behind,
    conflicted,
    contract,
    directly_awarded,
    everything_of,
    granted,
    imagined,
    income_recorded,
    item_asked,
    joined,
    line,
    met,
    moved,
    paper,
    person_of,
    queries,
    received,
    recommended,
    routed,
    scored,
    scored_and_closed,
    taken_back,
)

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

MOST = 30


PAGES: list[tuple[str, Role, Grow]] = [
    ("grants:round", Role.LEAD, line),
    ("grants:people", Role.ADMINISTRATOR, joined),
    ("grants:round_trail", Role.AUDITOR, line),
    ("grants:virements", Role.FINANCE, moved),
    ("grants:round_income", Role.FINANCE, income_recorded),
    ("approvals:reconciliation", Role.LEAD, income_recorded),
    ("approvals:reconciliation", Role.LEAD, moved),
    ("approvals:what_if", Role.LEAD, asked_for),
    ("approvals:reconciliation", Role.LEAD, asked_for),
    ("approvals:reconciliation", Role.LEAD, item_asked),
    ("approvals:what_if", Role.LEAD, item_asked),
    ("bids:bids", Role.LEAD, received),
    ("bids:direct_awards", Role.LEAD, directly_awarded),
    ("approvals:routes", Role.LEAD, directly_awarded),
    ("approvals:families", Role.LEAD, directly_awarded),
    ("approvals:reconciliation", Role.LEAD, directly_awarded),
    ("bids:bids", Role.MEMBER, assigned),
    ("bids:eligibility", Role.LEAD, received),
    ("bids:scoring", Role.MEMBER, assigned),
    ("bids:my_marks", Role.MEMBER, assigned),
    ("bids:my_scorecards", Role.MEMBER, assigned),
    ("bids:kept_scorecards", Role.MEMBER, taken_back),
    ("bids:interests", Role.MEMBER, assigned),
    ("bids:panel", Role.CHAIR, scored),
    ("bids:panel", Role.CHAIR, joined),
    ("bids:close_scoring", Role.CHAIR, scored),
    ("bids:ranking", Role.CHAIR, scored_and_closed),
    ("bids:insight", Role.CHAIR, scored_and_closed),
    ("bids:coverage", Role.CHAIR, scored_and_closed),
    ("bids:declared_interests", Role.CHAIR, conflicted),
    ("bids:meetings", Role.CHAIR, met),
    ("bids:chase", Role.CHAIR, behind),
    ("approvals:outcomes", Role.CHAIR, scored_and_closed),
    ("approvals:scenarios", Role.CHAIR, imagined),
    ("approvals:review", Role.LEAD, recommended),
    ("approvals:review", Role.LEAD, directly_awarded),
    ("approvals:families", Role.LEAD, granted),
    ("approvals:families", Role.LEAD, alike),
    ("approvals:organisations", Role.LEAD, granted),
    ("approvals:organisations", Role.LEAD, alike),
    ("approvals:group_bids", Role.LEAD, alike),
    ("approvals:routes", Role.LEAD, routed),
    ("approvals:approvals", Role.LEAD, routed),
    ("approvals:approvals", Role.LEAD, approved),
    ("approvals:single_tender_actions", Role.LEAD, contract),
    ("approvals:reconciliation", Role.LEAD, approved),
    ("approvals:reconciliation", Role.LEAD, recommended),
    ("approvals:decisions", Role.LEAD, paper),
]


@pytest.mark.parametrize(("name", "role", "grow"), PAGES, ids=lambda each: getattr(each, "__name__", str(each)))
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(name: str, role: Role, grow: Grow) -> None:
    round = factories.open_round()
    user = factories.person(role, round=round)
    client = Client()
    client.force_login(user)
    key = "reference" if name in ("grants:round", "grants:round_trail") else "round"
    kwargs = {} if name == "grants:people" else {key: round.reference}
    address = reverse(name, kwargs=kwargs)
    grow(round, user)
    one = queries(client, address)
    grow(round, user)
    grow(round, user)
    assert queries(client, address) == one
    assert one <= MOST


@pytest.mark.parametrize("role", [Role.MEMBER, Role.CHAIR, Role.LEAD, Role.OFFICE])
def test_home_takes_as_many_queries_for_three_bids_as_for_one(role: Role) -> None:
    round = factories.open_round()
    user = factories.person(role, round=round)
    client = Client()
    client.force_login(user)
    grow = assigned if role is Role.MEMBER else scored
    grow(round, user)
    one = queries(client, "/")
    grow(round, user)
    grow(round, user)
    assert queries(client, "/") == one


def test_the_paper_takes_as_many_queries_for_39_grants_as_for_one() -> None:
    round = factories.open_round()
    user = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(user)
    approved(round, user)
    paper(round, user)
    address = reverse("approvals:decision", args=["PCD-900"])
    one = queries(client, address)
    for _ in range(3):
        approved(round, user)
    assert queries(client, address) == one


def test_the_paper_takes_as_many_queries_for_three_items_as_for_one() -> None:
    round = factories.open_round()
    user = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(user)
    item_asked(round, user)
    address = reverse("approvals:decision", args=[Decision.objects.get(round=round).reference])
    one = queries(client, address)
    item_asked(round, user)
    item_asked(round, user)
    assert queries(client, address) == one


def test_every_number_of_a_reconciliation_takes_as_many_queries_for_three_rows_as_for_one() -> None:
    round = factories.open_round()
    user = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(user)
    everything_of(round, user)
    numbers = parts.everything(parts.splits(position.position(round, NOW.date())))
    addresses = {key: reverse("approvals:reconciliation_part", args=[round.reference, key]) for key in numbers}
    assert {"route-dmpc", "theme-violence", "retrospective", "paid", "unpaid", "contracts", "outcome-rejected"} <= set(
        numbers
    )
    one = {key: queries(client, address) for key, address in addresses.items()}
    everything_of(round, user)
    everything_of(round, user)
    assert {key: queries(client, address) for key, address in addresses.items()} == one
    assert max(one.values()) <= MOST
    grown = parts.everything(parts.splits(position.position(round, NOW.date())))
    assert sum(grown[key].count >= 3 * part.count > 0 for key, part in numbers.items()) >= 12


def test_what_changed_takes_as_many_queries_for_three_grants_as_for_one() -> None:
    round = factories.open_round()
    lead = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(lead)
    approved(round, lead)
    paper(round, lead)
    decision = round.decisions.get()
    counts = []
    for version in (1, 2, 3):
        facts = sources.sources(decision, NOW.date())
        contents = pack.contents(decision, facts, version=version, at=NOW, trail_head="")
        made = pack.freeze(contents)
        Pack.objects.create(decision=decision, version=version, **made.fields(), submitted_by=lead, submitted_at=NOW)
        approved(round, lead)
        pages = [
            reverse("approvals:changes", args=[decision.reference]) + "?from=1&to=now",
            reverse("approvals:changes", args=[decision.reference]) + f"?from=1&to={version}",
            reverse("approvals:reconciliation", args=[round.reference]),
        ]
        counts.append([queries(client, page) for page in pages])
    assert counts[0] == counts[1] == counts[2]


def test_a_section_and_its_history_take_as_many_queries_for_three_grants_and_savings_as_for_one() -> None:
    round = factories.open_round()
    user = factories.person(Role.LEAD, round=round)
    client = Client()
    client.force_login(user)
    paper(round, user)
    counts = []
    for number in range(3):
        approved(round, user)
        writing.write_section(
            decision=round.decisions.get(), key="summary", text=f"Saved {number}: {{grants}}", by=user, at=NOW
        )
        pages = [
            reverse(f"approvals:{name}", args=["PCD-900", "summary"]) for name in ("edit_section", "section_history")
        ]
        counts.append([queries(client, page) for page in pages])
    assert counts[0] == counts[1] == counts[2]
    assert max(counts[0]) <= MOST


def test_a_scorecard_takes_as_many_queries_with_many_bids_and_members_as_with_one() -> None:
    round = factories.open_round()
    user = factories.person(Role.MEMBER, round=round)
    client = Client()
    client.force_login(user)
    first = factories.bid(round)
    factories.scorecard(first, user, submit=False)
    address = reverse("bids:score", args=[first.reference])
    one = queries(client, address)
    for _ in range(2):
        assigned(round, user)
        factories.scorecard(first, factories.person(Role.MEMBER, round=round))
    assert queries(client, address) == one
    assert one <= 12


def test_a_plan_takes_as_many_queries_for_three_bids_and_members_as_for_one() -> None:
    round, chair, client = chaired()
    counts = []
    for _ in range(2):
        joined(round, chair)
        factories.bid(round)
        plan = assignments.plan_assignments(round=round, wanted=1, by=chair, at=NOW)
        counts.append(queries(client, reverse("bids:assignment_plan", args=[plan.reference])))
    assert counts[0] == counts[1] <= MOST


def test_an_agenda_and_its_minutes_take_as_many_queries_for_three_bids_as_for_one() -> None:
    round, chair, client = chaired()
    scored_and_closed(round, chair)
    meeting = round.meetings.create(reference="MEET-1", held_on=NOW.date(), quorum=1, planned_by=chair, opened_at=NOW)
    pages = [reverse(f"bids:{name}", args=[meeting.reference]) for name in ("meeting", "minutes")]
    counts = []
    for bid in Bid.objects.filter(round=round)[:2]:
        number = meeting.items.count() + 1
        Discussion.objects.create(meeting=meeting, bid=bid, number=number, why="Split", recorded_by=chair, reason="We")
        counts.append([queries(client, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= MOST


def test_a_scenario_takes_as_many_queries_for_six_bids_as_for_two() -> None:
    round, chair, client = chaired()
    scored_and_closed(round, chair)
    first = scenarios.add_scenario(round=round, name="One", by=chair, at=NOW)
    one = queries(client, reverse("approvals:scenario", args=[first.reference]))
    scored_and_closed(round, chair)
    scored_and_closed(round, chair)
    second = scenarios.add_scenario(round=round, name="Two", by=chair, at=NOW)
    assert queries(client, reverse("approvals:scenario", args=[second.reference])) == one <= MOST
    both = {"first": first.reference, "second": second.reference}
    compared = f"{reverse('approvals:compare_scenarios', args=[round.reference])}?{urlencode(both)}"
    assert queries(client, compared) <= MOST


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_scores_takes_as_many_queries_however_many_it_holds(kind: str) -> None:
    round, chair, client = chaired()
    counts = []
    for number in range(2):
        for _ in range(2 * number + 1):
            scored_and_closed(round, chair)
        export = matrix.ask_for_scores(round=round, kind=kind, by=chair, at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            assert b"".join(client.get(reverse("bids:scores_file", args=[export.reference])))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST


def chaired() -> tuple[Round, User, Client]:
    """A round, its chair, and the chair's browser."""
    round = factories.open_round()
    chair = factories.person(Role.CHAIR, round=round)
    client = Client()
    client.force_login(chair)
    return round, chair, client


@pytest.mark.parametrize("username", ["grace.hall", "kit.lane", "mo.novak"])
def test_the_home_page_takes_no_more_queries_for_more_papers(username: str) -> None:
    decision = Decision.objects.select_related("round").get(reference="PCD-681")
    mo, grace = User.objects.get(username="mo.novak"), User.objects.get(username="grace.hall")
    writing.return_pack(decision=decision, reason="A question", by=mo, at=NOW)
    client = Client()
    client.force_login(User.objects.get(username=username))
    steps.open_paper(decision.round, "PCD-700", grace)
    client.get("/")
    taken = []
    for reference in ("PCD-701", "PCD-702"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/").status_code == 200
        taken.append(len(captured))
        steps.open_paper(decision.round, reference, grace)
    assert taken[0] == taken[1]


@pytest.mark.parametrize("transition", ["route", "route again", "approve"])
def test_a_call_on_many_grants_takes_as_many_queries_for_three_as_for_one(transition: str) -> None:
    counts = []
    for grants in (1, 3):
        round = factories.open_round()
        lead = person_of(Role.LEAD, round)
        for _ in range(grants):
            factories.award(round, family=round.families.get_or_create(name="Lots")[0], amount=Decimal(10000))
        if transition == "approve":
            awards.route_awards(round=round, by=lead, at=NOW)
        elif transition == "route again":
            approved(round, lead)
            # With it the group reaches the limit, so that the approvals of all become invalid.
            Award.objects.filter(round=round).update(amount=Decimal(60000))
        with CaptureQueriesContext(connection) as captured:
            if transition == "approve":
                waiting = list(Award.objects.filter(round=round))
                approving.approve_awards(
                    awards=waiting, reason="Below", conditions="A\nB", before_payment="C", by=lead, at=NOW
                )
            else:
                awards.route_awards(round=round, by=lead, at=NOW)
        assert Award.objects.filter(round=round, state=Award.State.APPROVED).count() == (
            grants if transition == "approve" else 0
        )
        counts.append(len(captured))
    assert counts[0] == counts[1]
