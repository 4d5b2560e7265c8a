"""Rounds with grants for the bench: bids that the leadership agreed, written straight into the tables."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from approvals.decisions import writing
from approvals.models import Award, Decision, DecisionSection, DelegationRule, Recommendation
from approvals.routing import limits
from bids.intake import defaults
from bids.models import Bid, CostLine, PanelOutcome, ProjectFamily
from grants import money
from grants.models import Alias, BodyVersion, BudgetLine, Organisation, RoleHolding, Round, User, own_body
from grants.roles import Role
from tests.bench.rounds import AT, text, words_of

ALLOCATION = Decimal("900000000.00")
# Each sixth bid is rejected, each eighth grant is a lot of one of a project's three, and two recipients in three have
# one grant, so that the groups that are compared with the limit do not grow with the round.
_REJECTED, _LOTS = 6, 24
SECTION = "The force received {bids received}. It spends {expenditure} of {allocation}, which leaves {underspend}."


@dataclass(frozen=True, slots=True)
class Size:
    """How large a round of grants is, how many years it has, and how many paragraphs each section of its paper."""

    grants: int
    years: int = 1
    paragraphs: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether it varies the grants alone."""
        return (self.years, self.paragraphs) == (1, 1)

    @property
    def name(self) -> str:
        return f"{self.grants:,} grants, years {self.years}, paragraphs {self.paragraphs}"


@dataclass(frozen=True, slots=True)
class Built:
    """A round, the lead who reviewed its bids, another who approves, and the open paper once there is one."""

    round: Round
    lead: User
    approver: User
    paper: Decision


def build(size: Size, number: int) -> Built:
    """Fill a round with grants that are agreed and not routed yet, and open a paper on it."""
    slots = [f"{year}/{(year + 1) % 100}" for year in range(2026, 2026 + size.years)]
    round = Round.objects.create(
        reference=f"grants-{number}",
        title=f"Grants {number}",
        financial_year=slots[0],
        allocation=ALLOCATION,
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 12, 31),
        body_version=BodyVersion.objects.keep(own_body()),
        profile=_divided(slots, ALLOCATION),
    )
    lead, approver = (_person(name, Role.LEAD, round) for name in ("lead", "approver"))
    administrator = _person("administrator", Role.ADMINISTRATOR, round)
    defaults.set_up(round=round, by=administrator, at=AT)
    limits.set_up(round=round, by=administrator, at=AT)
    DelegationRule.objects.filter(round=round).update(confirmed_by=approver, confirmed_at=AT)
    BudgetLine.objects.create(
        round=round, reference=f"LINE-{number}", kind="staffing", label="Posts", amount=Decimal(1_000_000)
    )
    _agreed(_bids(round, size.grants), round, lead, slots)
    paper = writing.prepare_decision(
        round=round, reference=f"PCD-{9000 + number}", title="Grants", decision_by="Deputy Mayor", by=lead, at=AT
    )
    DecisionSection.objects.filter(decision=paper).update(text="\n\n".join([SECTION] * size.paragraphs))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Built(round, lead, approver, paper)


def lead_of(rounds: list[Round]) -> User:
    """A person who leads several rounds."""
    person = User.objects.create(username="lead.of.many", name="Lead of many", unit="CPIE")
    RoleHolding.objects.bulk_create(
        RoleHolding(user=person, role=Role.LEAD, round=round, given_at=AT) for round in rounds
    )
    return person


def _person(name: str, role: Role, round: Round) -> User:
    # The rounds of scores, built before these in the same database, have a `lead.1` of their own.
    person = User.objects.create(username=f"{name}.of.{round.reference}", name=name.title(), unit="CPIE")
    RoleHolding.objects.create(user=person, role=role, round=round, given_at=AT)
    return person


def _divided(slots: list[str], amount: Decimal) -> list[list[str]]:
    """An amount as a profile over the years, in equal parts, with what is over in the last; none for a single year."""
    if len(slots) == 1:
        return []
    part = (amount / len(slots)).quantize(Decimal(1))
    parts = [part] * (len(slots) - 1) + [amount - part * (len(slots) - 1)]
    return [[slot, money.text(each)] for slot, each in zip(slots, parts, strict=True)]


def _bids(round: Round, grants: int) -> list[Bid]:
    bodies = Organisation.objects.bulk_create(
        Organisation(name=" ".join(words_of(f"{round.pk} body {number}", 3)).title())
        for number in range(grants * 3 // 4)
    )
    Alias.objects.bulk_create(Alias(organisation=body, name=body.name, plain=body.name.lower()) for body in bodies)
    lots = ProjectFamily.objects.bulk_create(
        ProjectFamily(round=round, name=f"Project {number}") for number in range(grants // _LOTS + 1)
    )
    wanted = grants + grants // (_REJECTED - 1)
    rows = []
    for number in range(wanted):
        chance = random.Random(number)
        rows.append(
            Bid(
                round=round,
                reference=f"G{round.pk}-{number}",
                source_reference=f"{number:05}",
                title=" ".join(words_of(f"{round.pk} title {number}", 3)).capitalize(),
                led_by=Bid.Led.EXTERNAL,
                recipient=bodies[number % len(bodies)],
                family=lots[number // _LOTS] if number % _LOTS < 3 and number < grants else None,
                sponsoring_unit="Central West",
                amount=Decimal(10_000 + number % 90 * 500),
                summary=text(number, 40),
                beneficiaries="Young people.",
                boroughs=chance.sample(["E09000033", "E09000011", "E09000012"], k=2),
                starts_on=date(2026, 12, 1),
                ends_on=date(2027, 3, 31),
                outputs="Ten sessions.",
                outcomes=text(number + 1, 80),
                evaluation_plan=text(number + 2, 80),
                track_record="Five years of it.",
                employs_staff=False,
                personal_data=False,
                future_cost=False,
                received_at=AT,
                state=Bid.State.AGREED if number < grants else Bid.State.REJECTED,
            )
        )
    bids = Bid.objects.bulk_create(rows, batch_size=200)
    CostLine.objects.bulk_create(
        (CostLine(bid=bid, label="All of it", amount=bid.amount) for bid in bids), batch_size=2000
    )
    tags = round.tags.filter(code__in=["violence", "children"])
    links = Bid.tags.through
    links.objects.bulk_create((links(bid=bid, tag=tag) for bid in bids for tag in tags), batch_size=4000)
    return bids


def _agreed(bids: list[Bid], round: Round, lead: User, slots: list[str]) -> None:
    PanelOutcome.objects.bulk_create(
        (
            PanelOutcome(
                bid=bid,
                verdict="recommend" if bid.state == Bid.State.AGREED else "reject",
                reason="It was the panel’s view.",
                recorded_by=lead,
                recorded_at=AT,
            )
            for bid in bids
        ),
        batch_size=2000,
    )
    agreed = [bid for bid in bids if bid.state == Bid.State.AGREED]
    Recommendation.objects.bulk_create(
        (Recommendation(bid=bid, answer="agree", amount=bid.amount, made_by=lead, made_at=AT) for bid in agreed),
        batch_size=2000,
    )
    first = Award.objects.count()
    Award.objects.bulk_create(
        (
            Award(
                round=round,
                bid=bid,
                reference=f"AWD-{first + number:06}",
                amount=bid.amount,
                profile=_divided(slots, bid.amount),
                legal_power=round.body.legal_power,
            )
            for number, bid in enumerate(agreed)
        ),
        batch_size=2000,
    )
