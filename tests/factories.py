"""Small worlds for tests: people with roles, rounds, and bids at any state."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory

from approvals.contracts import contracts
from approvals.models import Award, DelegationRule, Recommendation, SingleTenderAction
from approvals.routing import limits
from bids.direct import entering
from bids.intake import defaults
from bids.models import Bid, CostLine, Interest, Panel, PanelOutcome, Scorecard
from bids.panel import assignments, interests, scorecards
from bids.ranking import standings
from grants.models import (
    Alias,
    BodyVersion,
    BudgetLine,
    Organisation,
    RegisterNumber,
    RoleHolding,
    Round,
    User,
    new_references,
    own_body,
)
from grants.roles import Role
from tests.bodies import CRITERIA

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PASSWORD = "a-long-test-password"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person.{n}")
    name = factory.Sequence(lambda n: f"Person {n}")
    unit = "CPIE"


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Invented Body {n}")

    @factory.post_generation
    def alias(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        Alias.objects.create(organisation=self, name=self.name)
        if self.number:
            RegisterNumber.objects.create(organisation=self, register=self.register, number=self.number)


def person(*roles: Role, round: Round | None = None, **kwargs: Any) -> User:
    """A person who holds the roles in a round, or in all of them."""
    user = UserFactory(**kwargs)
    for role in roles:
        RoleHolding.objects.create(user=user, role=role, round=round, given_at=datetime(2026, 1, 1, tzinfo=UTC))
    if Role.CHAIR in roles and round is not None:
        no_interest([user], Bid.objects.filter(round=round))
    return user


def no_interest(chairs: Iterable[User], bids: Iterable[Bid]) -> None:
    """The chairs say that they have no interest in the bids, which else are closed to them."""
    Interest.objects.bulk_create(
        Interest(bid=bid, member=chair, conflicted=False, declared_at=NOW) for chair in chairs for bid in bids
    )


def open_round(**kwargs: Any) -> Round:
    """A round with its panel, criteria, tags and limits, the limits confirmed by two people."""
    number = Round.objects.count() + 1
    values = {
        "reference": f"round-{number}",
        "title": f"Round {number}",
        "financial_year": "2026/27",
        "allocation": Decimal("1000000.00"),
        "opens_on": date(2026, 11, 1),
        "closes_on": date(2026, 12, 31),
        **kwargs,
    }
    round = Round.objects.create(body_version=BodyVersion.objects.keep(own_body()), **values)
    administrator, lead = person(Role.ADMINISTRATOR, round=round), person(Role.LEAD, round=round)
    defaults.set_up(round=round, by=administrator, at=NOW)
    # Most tests give a bid one scorecard or two, and are about something else than that it needs more.
    Panel.objects.filter(round=round).update(wanted=1)
    limits.set_up(round=round, by=administrator, at=NOW)
    DelegationRule.objects.filter(round=round).update(confirmed_by=lead, confirmed_at=NOW)
    taken = BudgetLine.objects.values_list("reference", flat=True)
    BudgetLine.objects.create(
        round=round,
        reference=new_references("LINE", 1, taken)[0],
        kind="internal",
        label="Projects led by units",
        amount=Decimal("100000.00"),
    )
    return round


def bid(round: Round, **kwargs: Any) -> Bid:
    """A bid with one cost line that equals its amount, and a tag of each kind."""
    taken = Bid.objects.values_list("reference", flat=True)
    number = Bid.objects.filter(round=round).count() + 1
    values: dict[str, Any] = {
        "source_reference": f"B-{number:03}",
        "title": f"Project {number}",
        "led_by": "external",
        "sponsoring_unit": "Central West",
        "amount": Decimal("20000.00"),
        "summary": "What it does.",
        "beneficiaries": "Young people.",
        "boroughs": ["E09000033"],
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 3, 31),
        "outputs": "Ten sessions.",
        "outcomes": "Fewer offences.",
        "evaluation_plan": "A survey.",
        "track_record": "Five years of it.",
        "employs_staff": False,
        "personal_data": False,
        "future_cost": False,
        "received_at": NOW,
        "state": Bid.State.ELIGIBLE,
        **kwargs,
    }
    if values["led_by"] == "external" and "recipient" not in values:
        values["recipient"] = OrganisationFactory()
    made = Bid.objects.create(round=round, reference=new_references("BID", 1, taken)[0], **values)
    CostLine.objects.create(bid=made, label="All of it", amount=made.amount)
    made.tags.set(round.tags.filter(code__in=["violence", "children"]))
    no_interest(User.objects.filter(holdings__role=Role.CHAIR, holdings__round=round, holdings__ended_at=None), [made])
    return made


def direct(round: Round, by: User | None = None, **kwargs: Any) -> Bid:
    """A direct award that a lead entered: for up to three councils, unless `kwargs`, cleaned data, say otherwise."""
    values: dict[str, Any] = {
        "your_reference": f"P-{Bid.rows.filter(round=round).count() + 1:03}",
        "title": "Robbery response",
        "direct_reason": "The grantor named who may receive it.",
        "recipient": "",
        "register": Organisation.Register.NOT_STATED,
        "register_number": "",
        "described_as": "local councils",
        "most_recipients": 3,
        "named_by": None,
        "sponsoring_unit": "Central West",
        "amount": Decimal("90000.00"),
        "summary": "Patrols where robberies are most frequent.",
        "boroughs": ["E09000033"],
        "themes": list(round.tags.filter(code="violence")),
        "priorities": list(round.tags.filter(code="children")),
        "objectives": [],
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 3, 31),
        "employs_staff": False,
        "london_living_wage": None,
        "personal_data": False,
        "illustrative": "",
        **kwargs,
    }
    if values["recipient"]:
        values |= {"described_as": "", "most_recipients": None, "named_by": None}
    by = by or person(Role.LEAD, round=round)
    return entering.enter_direct_award(round=round, draft=values, by=by, at=NOW)


def outcome(bid: Bid, verdict: str = "recommend", by: User | None = None, **kwargs: Any) -> PanelOutcome:
    """The panel's outcome on a bid, and the bid's state with it."""
    made = PanelOutcome.objects.create(
        bid=bid,
        verdict=verdict,
        reason="It was the panel’s view.",
        recorded_by=by or person(Role.CHAIR, round=bid.round),
        recorded_at=NOW,
        **kwargs,
    )
    states = {"recommend": Bid.State.RECOMMENDED, "reject": Bid.State.REJECTED, "redirect": Bid.State.REDIRECTED}
    bid.state = states[verdict]
    bid.save(update_fields=["state"])
    return made


def award(round: Round, by: User | None = None, **kwargs: Any) -> Award:
    """An agreed grant that waits for its route: bid, outcome and the leadership's recommendation with it."""
    agreed = bid(round, **kwargs)
    outcome(agreed)
    Recommendation.objects.create(
        bid=agreed, answer="agree", amount=agreed.amount, made_by=by or person(Role.LEAD, round=round), made_at=NOW
    )
    agreed.state = Bid.State.AGREED
    agreed.save(update_fields=["state"])
    taken = Award.objects.values_list("reference", flat=True)
    return Award.objects.create(
        round=round,
        bid=agreed,
        reference=new_references("AWD", 1, taken)[0],
        amount=agreed.amount,
        legal_power=round.body.legal_power,
    )


def contract(round: Round, by: User, amount: str = "400000", **kwargs: Any) -> SingleTenderAction:
    """A contract that a lead recorded, over two financial years; or a change to the `contract` among `kwargs`."""
    change = {name: kwargs.pop(name) for name in ("contract", "seen", "reason") if name in kwargs}
    half = (Decimal(amount) / 2).quantize(Decimal("0.01"))
    facts: dict[str, Any] = {
        "supplier": OrganisationFactory(),
        "title": "Events",
        "amount": Decimal(amount),
        "profile": [("2026/27", half), ("2027/28", Decimal(amount) - half)],
        "charged_to": "2026/27",
        "ground": "teckal",
        "evidence": "It is owned by the buyer.",
        "proposal": "Events in each borough.",
        "performance": "A report each quarter.",
        **kwargs,
    }
    terms = contracts.ContractTerms(**facts)
    return contracts.keep_single_tender_action(round=round, terms=terms, by=by, at=NOW, **change)


def marks(passed: bool = True, score: int = 3) -> dict[int, scorecards.Judgement]:
    """A complete set of marks: every gate the same, every score the same, each with a reason."""
    return {
        rule.number: scorecards.Judgement(
            passed if rule.gate else None, score if rule.scored else None, "Because of the plan."
        )
        for rule in CRITERIA
    }


def scorecard(bid: Bid, member: User, *, submit: bool = True, **kwargs: Any) -> Scorecard:
    """A member's scorecard on a bid, assigned, declared and saved through the panel's own transitions."""
    chair = person(Role.CHAIR, round=bid.round)
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW)
    save = scorecards.submit_scorecard if submit else scorecards.save_draft
    return save(bid=bid, marks=marks(**kwargs), seen=0, by=member, at=NOW)


def close(round: Round) -> None:
    """Scoring is closed and the marks are open, with the results that the transition works out."""
    Panel.objects.filter(round=round).update(closed_at=NOW, opened_at=NOW)
    Scorecard.objects.filter(bid__round=round).update(marks_opened_at=NOW)
    standings.refresh(round)
    standings.take_advice(round)


def share_out(*, round: Round, wanted: int, by: User, at: datetime) -> int:
    """Plan and assign in one go; gives how many assignments were added."""
    plan = assignments.plan_assignments(round=round, wanted=wanted, by=by, at=at)
    return assignments.apply_plan(plan=plan, by=by, at=at)
