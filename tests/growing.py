"""One more of a thing in a round, for tests that compare what pages take with one of it and with three."""

from collections.abc import Callable
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.decisions import writing
from approvals.families import grouping
from approvals.items import asking
from approvals.items.asking import ItemContent
from approvals.models import Award, Decision, PaperItem
from approvals.recipients import naming
from approvals.review import reviewing
from approvals.routing import approving, awards
from approvals.scenarios import scenarios
from bids.models import Bid, Discussion
from bids.panel import interests
from grants.models import Organisation, Round, User
from grants.roles import Role
from grants.rounds import income, rounds, virement
from tests import factories
from tests.factories import NOW

Grow = Callable[[Round, User], object]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def received(round: Round, user: User) -> None:
    factories.bid(round, state=Bid.State.RECEIVED)


def recommended(round: Round, user: User) -> None:
    factories.outcome(factories.bid(round))


def assigned(round: Round, user: User) -> None:
    factories.scorecard(factories.bid(round), user, submit=False)


def taken_back(round: Round, user: User) -> None:
    card = factories.scorecard(factories.bid(round), user, submit=False)
    card.bid.assignments.update(withdrawn_at=factories.NOW, taken_back=True)


def scored(round: Round, user: User) -> None:
    for member in (factories.person(Role.MEMBER, round=round), factories.person(Role.MEMBER, round=round)):
        bid = factories.bid(round)
        factories.scorecard(bid, member)


def scored_and_closed(round: Round, user: User) -> None:
    round.panel.__class__.objects.filter(round=round).update(closed_at=None, opened_at=None)
    scored(round, user)
    factories.close(round)


def conflicted(round: Round, user: User) -> None:
    bid, member = factories.bid(round), factories.person(Role.MEMBER, round=round)
    factories.scorecard(bid, member, submit=False)
    interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)


def behind(round: Round, user: User) -> None:
    factories.scorecard(factories.bid(round), factories.person(Role.MEMBER, round=round), submit=False)


def met(round: Round, user: User) -> None:
    number = round.meetings.count()
    made = {"held_on": NOW.date(), "quorum": 1, "planned_by": user, "opened_at": NOW, "closed_at": NOW}
    meeting = round.meetings.create(reference=f"MEET-{number}", **made)
    Discussion.objects.create(meeting=meeting, bid=factories.bid(round), number=1, why="Near the line")


def imagined(round: Round, user: User) -> None:
    if not round.standings.exists():
        scored_and_closed(round, user)
    scenarios.add_scenario(round=round, name=f"Scenario {round.scenarios.count()}", by=user, at=NOW)


def granted(round: Round, user: User) -> None:
    factories.award(round)


def directly_awarded(round: Round, user: User) -> None:
    """A direct award that waits for review, and another with a recipient who is named."""
    lead = factories.person(Role.LEAD, round=round)
    factories.direct(round, lead)
    row = factories.direct(round, lead, amount=Decimal(10))
    reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    body = f"Body {Bid.rows.filter(round=round).count()}"
    draft = {"recipient": body, "register": Organisation.Register.NOT_STATED, "register_number": ""}
    award = Award.objects.get(bid=row)
    naming.identify_recipient(award=award, naming=naming.Naming(draft, Decimal(1), "First"), by=lead, at=NOW)


def routed(round: Round, user: User) -> None:
    factories.award(round)
    awards.route_awards(round=round, by=factories.person(Role.LEAD, round=round), at=NOW)


def approved(round: Round, user: User) -> None:
    factories.award(round)
    awards.route_awards(round=round, by=factories.person(Role.LEAD, round=round), at=NOW)
    waiting = list(Award.objects.filter(round=round, state=Award.State.ROUTED, route=Award.Route.DELEGATED))
    approver = factories.person(Role.LEAD, round=round)
    approving.approve_awards(awards=waiting, reason="Below the limit", by=approver, at=NOW)


def line(round: Round, user: User) -> None:
    rounds.keep_budget_line(
        round=round,
        content=rounds.LineContent(kind="other", label=f"Line {round.lines.count()}", amount=Decimal(10)),
        reason="Needed",
        by=factories.person(Role.FINANCE, round=round),
        at=NOW,
    )


def contract(round: Round, user: User) -> None:
    title = f"Contract {round.single_tender_actions.count()}"
    factories.contract(round, factories.person(Role.LEAD, round=round), "1000", title=title)


def paper(round: Round, user: User) -> None:
    writing.prepare_decision(
        round=round,
        reference=f"PCD-{900 + round.decisions.count()}",
        title="A paper",
        decision_by="Deputy Mayor",
        by=factories.person(Role.LEAD, round=round),
        at=NOW,
    )


def moved(round: Round, user: User) -> None:
    source = round.lines.order_by("pk")[0]
    made = virement.propose_virement(
        round=round,
        source=source,
        target=None,
        amount=Decimal(1),
        reason="Less",
        by=person_of(Role.LEAD, round),
        at=NOW,
    )
    virement.confirm_virement(virement=made, by=person_of(Role.LEAD, round), at=NOW)


def income_recorded(round: Round, user: User) -> None:
    terms = income.IncomeTerms("Home Office", "HO/1", NOW.date(), Decimal(1))
    income.keep_income(round=round, terms=terms, by=person_of(Role.FINANCE, round), at=NOW)


def asked_for(round: Round, user: User) -> None:
    factories.award(round, amount=Decimal(60000))
    awards.route_awards(round=round, by=person_of(Role.LEAD, round), at=NOW)


def item_asked(round: Round, user: User) -> None:
    by = person_of(Role.LEAD, round)
    decision = Decision.objects.filter(round=round).first()
    if decision is None:
        paper(round, user)
        decision = Decision.objects.get(round=round)
    content = ItemContent("fee", f"Fee {PaperItem.objects.count()}", "the fee", Decimal(1), "A quote", "A trust")
    asking.ask_item(decision=decision, content=content, by=by, at=NOW)


def person_of(role: Role, round: Round) -> User:
    return factories.person(role, round=round)


def joined(round: Round, user: User) -> None:
    factories.person(Role.MEMBER, round=round)


def alike(round: Round, user: User) -> None:
    """Two grants of one name to two bodies that look like one, and two bids that somebody dismissed."""
    number = round.awards.count()
    for letter in "ao":
        body = factories.OrganisationFactory(name=f"Shar{letter}n Project of {chr(97 + number) * 9}")
        factories.award(round, title=f"{chr(97 + number) * 9} Camp", recipient=body, amount=Decimal(49500))
    grouping.dismiss_likeness(
        round=round, alike=[factories.bid(round), factories.bid(round)], reason="Unlike", by=user, at=NOW
    )
    lot = [factories.bid(round)]
    grouping.group_bids(round=round, name=f"Family {number}", bids=lot, reason="A lot", by=user, at=NOW)


def everything_of(round: Round, user: User) -> None:
    """One more of each thing that a number of the reconciliation is made of."""
    approved(round, user)
    asked_for(round, user)
    line(round, user)
    contract(round, user)
    item_asked(round, user)
    moved(round, user)
    recommended(round, user)
    factories.outcome(factories.bid(round), verdict="reject")
    internal = factories.bid(round, led_by="internal", recipient=None, amount=Decimal(10))
    factories.outcome(internal)
    reviewing.review(bid=internal, amount=Decimal(10), by=person_of(Role.LEAD, round), at=NOW)
    for award in Award.objects.filter(round=round, payments=None):
        early = "" if award.approvals.exists() else "It could not wait."
        finance = person_of(Role.FINANCE, round)
        approving.record_payment(
            award=award,
            details=approving.PaymentDetails(amount=Decimal(5), paid_on=NOW.date(), reason=early, impact_assessed=None),
            by=finance,
            at=NOW,
        )
