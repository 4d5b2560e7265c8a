"""Other money of a project: it stands beside the grant, in the paper and in Reconciliation, and in no sum."""

from decimal import Decimal

import pytest
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse

from approvals.models import Award, Decision, MatchFunding
from approvals.paper import appendices
from approvals.paper.figures import figures_of
from approvals.paper.sources import sources
from approvals.reconciliation import parts, position, sums
from approvals.routing import commitments, matching
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    return factories.open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return factories.person(Role.LEAD, round=round)


@pytest.fixture
def grant(round: Round) -> Award:
    return factories.award(round, amount=D(40000))


def keep(grant: Award, by: User, amount: str = "12500.50", source: str = "A trust") -> MatchFunding:
    return matching.keep_match_funding(award=grant, source=source, amount=D(amount), by=by, at=NOW)


def test_other_money_is_in_no_sum_of_the_round(round: Round, grant: Award, lead: User) -> None:
    before = commitments.of_round(round=round), sums.reconcile(position.position(round, NOW.date())).as_json()
    keep(grant, lead)
    figures = position.position(round, NOW.date())
    assert (commitments.of_round(round=round), sums.reconcile(figures).as_json()) == before
    part = parts.splits(figures)["match"].whole
    assert (part.total, [(row.reference, row.note) for row in part.rows]) == (
        D("12500.50"),
        [(grant.reference, "from A trust")],
    )


def test_a_paper_prints_it_beside_the_grant_and_can_name_it(round: Round, grant: Award, lead: User) -> None:
    keep(grant, lead)
    keep(grant, lead, "100.00", "A shop")
    decision = Decision.objects.create(round=round, reference="PCD-1", title="x", decision_by="x", opened_at=NOW)
    basis = sources(decision, NOW.date())
    [entry] = appendices.appendix(basis.awards)
    assert entry["match"] == [["A trust", "12500.50"], ["A shop", "100.00"]]
    figures = figures_of(basis)
    assert figures["match funding"].amount == D("12600.50")
    assert figures[f"match funding {grant.bid.source_reference.casefold()}"].amount == D("12600.50")
    assert "match" not in appendices.appendix(position.grants_of(factories.award(factories.open_round()).round))[0]


def test_what_is_withdrawn_is_kept_in_the_trail_alone(round: Round, grant: Award, lead: User) -> None:
    made = keep(grant, lead)
    matching.withdraw_match_funding(match_funding=made, reason="The trust said no.", by=lead, at=NOW)
    assert "match" not in parts.splits(position.position(round, NOW.date()))
    events = AuditEvent.objects.filter(action__endswith="match funding").order_by("pk")
    assert [(each.action, each.because) for each in events] == [
        ("keep match funding", ""),
        ("withdraw match funding", "The trust said no."),
    ]
    with pytest.raises(Refused):
        matching.withdraw_match_funding(match_funding=made, reason="Again", by=lead, at=NOW)
    with pytest.raises(InternalError):
        MatchFunding.objects.filter(pk=made.pk).update(amount=D(1))


def test_a_submitted_paper_and_others_keep_it_back(round: Round, grant: Award, lead: User) -> None:
    with pytest.raises(NotEntitled):
        keep(grant, factories.person(Role.OFFICE, round=round))
    values = {"reference": "PCD-1", "title": "x", "decision_by": "x", "opened_at": NOW, "state": "submitted"}
    Decision.objects.create(round=round, **values)
    with pytest.raises(Refused, match="PCD-1 is submitted and rests on this"):
        keep(grant, lead)


def test_the_page_of_a_grant_records_and_withdraws_it(client: Client, grant: Award, lead: User) -> None:
    client.force_login(lead)
    page = reverse("approvals:keep_match_funding", args=[grant.reference])
    assert "Amount must be more than £0" in client.post(page, {"source": "A trust", "amount": "0"}).content.decode()
    shown = client.post(page, {"source": "A trust", "amount": "12,500.50"}, follow=True).content.decode()
    assert "£12,500.50 from A trust" in shown
    made = MatchFunding.objects.get()
    client.post(reverse("approvals:withdraw_match_funding", args=[made.reference]), {"reason": "No"})
    made.refresh_from_db()
    assert made.state == "withdrawn"
