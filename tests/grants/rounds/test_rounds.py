"""Rounds and their budget lines."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from approvals.models import DelegationRule
from grants.models import AuditEvent, BodyVersion, BudgetLine, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from grants.rounds import rounds
from tests.bodies import MPS
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "reference": "winter-2026-27",
    "title": "Winter 2026/27",
    "financial_year": "2026/27",
    "allocation": Decimal("500000.50"),
    "opens_on": date(2026, 11, 1),
    "closes_on": date(2026, 12, 1),
}


def test_a_new_round_starts_with_criteria_tags_a_panel_and_unconfirmed_limits() -> None:
    round = rounds.open_round(terms=rounds.RoundTerms(**FACTS), by=person(Role.ADMINISTRATOR), at=NOW)
    assert (round.allocation, round.routing_key, round.scored) == (Decimal("500000.50"), "family", True)
    assert list(round.criteria.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6, 7]
    assert {tag.kind for tag in round.tags.all()} == {"theme", "priority", "objective"}
    assert round.panel.closed_at is None
    limits = {rule.kind: rule.limit for rule in round.rules.all()}
    assert limits == {"grant": Decimal(50000), "exemption": Decimal(100000), "procurement": Decimal(181302)}
    assert not DelegationRule.objects.filter(round=round).exclude(confirmed_by=None).exists()
    assert AuditEvent.objects.filter(round=round, action="open round").get().facts["allocation"] == "500000.50"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_on": date(2026, 10, 31)}, "closes_on"),
        ({"scoring_closes_on": date(2026, 11, 30)}, "scoring_closes_on"),
        ({"reference": "cpie-2019-20"}, "reference"),
    ],
    ids=["closes before it opens", "scoring closes before bids do", "reference taken"],
)
def test_an_impossible_round_is_refused(change: dict[str, Any], field: str) -> None:
    count = Round.objects.count()
    with pytest.raises(Refused) as refused:
        rounds.open_round(terms=rounds.RoundTerms(**FACTS | change), by=person(Role.ADMINISTRATOR), at=NOW)
    assert refused.value.field == field
    assert Round.objects.count() == count


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_opens_a_round(role: Role) -> None:
    with pytest.raises(NotEntitled):
        rounds.open_round(terms=rounds.RoundTerms(**FACTS), by=person(role), at=NOW)
    assert not Round.objects.filter(reference=FACTS["reference"]).exists()


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"allocation": Decimal(0)}, "round_allocation_above_zero"),
        ({"closes_on": date(2026, 10, 1)}, "round_closes_after_it_opens"),
        ({"reference": "cpie-2019-20"}, "reference"),
    ],
)
def test_the_database_refuses_an_impossible_round(facts: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Round.objects.create(body_version=BodyVersion.objects.keep(MPS), **{**FACTS, **facts})


@pytest.mark.parametrize(("year", "last"), [("2019/20", date(2020, 3, 31)), ("2026/27", date(2027, 3, 31))])
def test_a_round_ends_with_its_financial_year(year: str, last: date) -> None:
    assert Round(financial_year=year).ends_on == last


@pytest.fixture
def round() -> Round:
    """£1,000,000, of which a line of £100,000 is taken."""
    return open_round()


@pytest.fixture
def finance(round: Round) -> User:
    return person(Role.FINANCE, round=round)


def keep(round: Round, by: User, line: BudgetLine | None = None, seen: int | None = None, **kwargs: Any) -> BudgetLine:
    content = rounds.LineContent(**{"kind": "staffing", "label": "Posts", "amount": Decimal("1000.00")} | kwargs)
    return rounds.keep_budget_line(round=round, content=content, reason="Needed", line=line, seen=seen, by=by, at=NOW)


def test_changing_a_line_records_in_the_trail_what_it_was(round: Round, finance: User) -> None:
    line = keep(round, finance)
    changed = keep(round, finance, line=line, seen=line.version, amount=Decimal("2000.10"), label="More posts")
    assert (changed.pk, changed.version, changed.amount) == (line.pk, 2, Decimal("2000.10"))
    event = AuditEvent.objects.filter(round=round, action="keep budget line").last()
    assert event is not None
    assert event.before == {"label": "Posts", "amount": "1000.00"}
    assert (event.facts["label"], event.facts["amount"]) == ("More posts", "2000.10")


def test_a_line_changed_meanwhile_is_not_written_over(round: Round, finance: User) -> None:
    line = keep(round, finance)
    keep(round, finance, line=line, seen=1, amount=Decimal(1500))
    with pytest.raises(Stale):
        keep(round, finance, line=line, seen=1, amount=Decimal(9))
    assert BudgetLine.objects.get(pk=line.pk).amount == Decimal(1500)


@pytest.mark.parametrize(
    ("amount", "fits"), [("899999.99", True), ("900000.00", True), ("900000.01", False), ("1000000", False)]
)
def test_lines_may_take_the_whole_allocation_and_no_penny_more(
    round: Round, finance: User, amount: str, fits: bool
) -> None:
    if fits:
        assert keep(round, finance, amount=Decimal(amount)).amount == Decimal(amount)
        return
    with pytest.raises(Refused, match="more than the allocation") as refused:
        keep(round, finance, amount=Decimal(amount))
    assert refused.value.field == "amount"
    assert round.lines.count() == 1


def test_a_line_that_changes_is_compared_without_its_old_amount(round: Round, finance: User) -> None:
    line = keep(round, finance, amount=Decimal(900000))
    assert keep(round, finance, line=line, amount=Decimal("899000.00")).amount == Decimal(899000)


def test_a_label_is_unique_in_a_round(round: Round, finance: User) -> None:
    keep(round, finance)
    with pytest.raises(Refused, match="A line called Posts already exists") as refused:
        keep(round, finance)
    assert refused.value.field == "label"
    assert keep(open_round(), person(Role.FINANCE)).label == "Posts"


def test_a_line_of_another_round_cannot_be_changed_through_this_one(round: Round, finance: User) -> None:
    other = open_round()
    line = keep(other, person(Role.FINANCE, round=other))
    with pytest.raises(BudgetLine.DoesNotExist):
        keep(round, finance, line=line, amount=Decimal(5))
    assert BudgetLine.objects.get(pk=line.pk).amount == Decimal("1000.00")


def test_once_bids_are_closed_money_moves_by_a_virement_alone(round: Round, finance: User) -> None:
    line = keep(round, finance)
    Round.objects.filter(pk=round.pk).update(closes_on=NOW.date() - timedelta(days=1))
    with pytest.raises(Refused, match="propose a virement for a second person to confirm") as refused:
        keep(round, finance, line=line, amount=Decimal(1001))
    assert refused.value.field == "amount"
    assert keep(round, finance, line=line, label="Posts of the unit").label == "Posts of the unit"
