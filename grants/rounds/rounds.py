"""Transitions of rounds and budget lines: the only writers of either."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from grants import audit
from grants.models import BudgetLine, Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.totals import total_of


def lock(round: Round) -> Round:
    """The round, locked until the transaction ends. First in the lock order: round, bid, award, decision, trail."""
    return Round.objects.select_for_update(no_key=True).get(pk=round.pk)


def must_be_free(round: Round, *, lines: Decimal | None = None) -> None:
    """Refuse a change that something above rests on: a submitted paper, or money that is promised already.

    `lines` is what the budget lines come to after the change, in pounds, where they change.
    """
    for guard in settings.ROUND_GUARDS:
        import_string(guard)(round=round, lines=lines)


@transaction.atomic
def open_round(
    *,
    reference: str,
    title: str,
    financial_year: str,
    allocation: Decimal,
    opens_on: date,
    closes_on: date,
    by: User,
    at: datetime,
    purpose: str = "",
    scoring_closes_on: date | None = None,
    routing_key: str = Round.Key.FAMILY,
    scored: bool = True,
) -> Round:
    """Open a round with its allocation in pounds, and give it the defaults of every part: criteria, rules.

    Raises Refused where the reference is taken or the days are out of order.
    """
    if closes_on < opens_on:
        raise Refused("Bids must close on or after the day the round opens", field="closes_on")
    if scoring_closes_on and scoring_closes_on < closes_on:
        raise Refused("Scoring must close on or after the day bids close", field="scoring_closes_on")
    if Round.objects.filter(reference=reference).exists():
        raise Refused(f"There is a round {reference} already", field="reference")
    round = Round.objects.create(
        reference=reference,
        title=title,
        financial_year=financial_year,
        allocation=allocation,
        purpose=purpose,
        opens_on=opens_on,
        closes_on=closes_on,
        scoring_closes_on=scoring_closes_on,
        routing_key=routing_key,
        scored=scored,
    )
    audit.record("open round", round, round=round, by=by, at=at, facts={"allocation": allocation, "key": routing_key})
    for set_up in settings.ROUND_DEFAULTS:
        import_string(set_up)(round=round, by=by, at=at)
    return round


@transaction.atomic
def keep_budget_line(
    *,
    round: Round,
    kind: str,
    label: str,
    amount: Decimal,
    reason: str,
    by: User,
    at: datetime,
    note: str = "",
    line: BudgetLine | None = None,
    seen: int | None = None,
) -> BudgetLine:
    """Record a new budget line or change one; `amount` in pounds.

    Raises Refused where the lines alone exceed the allocation, the label is taken, or the amount of a line changes
    after bids are closed: then money moves by a virement. Raises Stale where the line moved on.
    """
    round = lock(round)
    before = {}
    if line:
        line = BudgetLine.objects.select_for_update().get(pk=line.pk, round=round)
        must_be_current(line, seen)
        before = {"label": line.label, "amount": line.amount}
        if amount != line.amount and localtime(at).date() > round.closes_on:
            raise Refused(
                "Bids are closed, so money moves by a virement, which a second person confirms", field="amount"
            )
    lines = round.lines.exclude(pk=line.pk) if line else round.lines.all()
    others = total_of(lines)
    if others + amount > round.allocation:
        raise Refused("The budget lines together are more than the allocation", field="amount")
    must_be_free(round, lines=others + amount)
    if line is None:
        taken = BudgetLine.objects.values_list("reference", flat=True)
        line = BudgetLine(round=round, reference=new_references("LINE", 1, taken)[0])
    else:
        line.version += 1
    line.kind, line.label, line.amount, line.note = kind, label, amount, note
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError:
        raise Refused(f"There is a line called {label} already", field="label") from None
    facts = {"label": label, "kind": kind, "amount": amount, "note": note}
    audit.record("keep budget line", line, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    return line
