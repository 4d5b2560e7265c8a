"""Transitions of rounds and budget lines: the only writers of either."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from grants import audit, years
from grants.bodies import Body
from grants.days import day_of
from grants.models import BodyVersion, BudgetLine, Round, User, new_references, own_body
from grants.refusal import Refused, must_be_current
from grants.totals import total_of
from grants.years import Profile


def lock(round: Round) -> Round:
    """Return the round, locked until the transaction ends. It is the first lock: round, bid, award, decision, trail."""
    return Round.objects.select_for_update(no_key=True).get(pk=round.pk)


def must_be_free(round: Round, *, lines: Decimal | None = None) -> None:
    """Raise Refused if a submitted paper rests on the round, or if promised money needs what the lines would take.

    `lines` is the sum of the budget lines after the change, in pounds; None if they do not change. The apps above
    register the checks in `settings.ROUND_GUARDS`.
    """
    for guard in settings.ROUND_GUARDS:
        import_string(guard)(round=round, lines=lines)


@dataclass(frozen=True)
class RoundTerms:
    """What is decided of a round before it opens. `allocation` is in pounds; `routing_key` is a value of Round.Key.

    `profile` divides the allocation of a round of several years, or with capital apart from revenue; it is empty for
    any other round. `own_budget` is the part of the allocation that no grantor gives, None where it is not stated;
    `over_allocation_percent` is by how much of the allocation the round may be over-allocated where two people agree,
    None where it is what the body says.
    """

    reference: str
    title: str
    financial_year: str
    allocation: Decimal
    opens_on: date
    closes_on: date
    purpose: str = ""
    scoring_closes_on: date | None = None
    routing_key: str = Round.Key.FAMILY
    scored: bool = True
    grace_days: int = Round.GRACE_DAYS
    profile: Profile = ()
    own_budget: Decimal | None = None
    over_allocation_percent: Decimal | None = None


@transaction.atomic
def open_round(*, terms: RoundTerms, by: User, at: datetime, body: Body | None = None) -> Round:
    """Open a round on its terms, with the criteria, tags and limits of its body.

    Without a `body` it is that of this deployment. The round keeps it as it is now.

    Raises Refused if the reference is taken or the dates are out of order.
    """
    scoring_closes_on = terms.scoring_closes_on
    if terms.closes_on < terms.opens_on:
        raise Refused("Bids must close on or after the day the round opens", field="closes_on")
    if scoring_closes_on and scoring_closes_on < terms.closes_on:
        raise Refused("Scoring must close on or after the day bids close", field="scoring_closes_on")
    if not years.is_year(terms.financial_year):
        raise Refused("Enter the financial year like 2026/27", field="financial_year")
    if why_not := years.why_not_round(terms.financial_year, terms.allocation, terms.profile):
        raise Refused(why_not, field="profile")
    if terms.own_budget is not None and terms.own_budget > terms.allocation:
        raise Refused("The own budget must not be more than the allocation", field="own_budget")
    if Round.objects.filter(reference=terms.reference).exists():
        raise Refused(f"A round {terms.reference} already exists. Choose another reference", field="reference")
    # A single slot is the whole, as it is for a round without a profile.
    divided = years.written(terms.profile) if len(terms.profile) > 1 else []
    body = body or own_body()
    percent = terms.over_allocation_percent
    percent = body.over_allocation_percent if percent is None else percent
    values = vars(terms) | {"profile": divided, "over_allocation_percent": percent}
    round = Round.objects.create(**values, body_version=BodyVersion.objects.keep(body))
    facts = {"allocation": terms.allocation, "key": terms.routing_key} | ({"years": divided} if divided else {})
    facts |= {"may be over-allocated by, in per cent": percent} if percent else {}
    facts |= {} if terms.own_budget is None else {"own budget": terms.own_budget}
    audit.record("open round", round, round=round, by=by, at=at, facts=facts)
    for set_up in settings.ROUND_DEFAULTS:
        import_string(set_up)(round=round, by=by, at=at)
    return round


@transaction.atomic
def extend_bids(*, round: Round, closes_on: date, reason: str, by: User, at: datetime) -> None:
    """Let bids come in until a later day. The closing day of scoring moves with it where it would come before.

    Raises Refused if the day is not later than the present one, or is over.
    """
    round = lock(round)
    _must_be_later(closes_on, round.closes_on, at, field="closes_on")
    before = {"closes_on": round.closes_on, "scoring_closes_on": round.scoring_closes_on}
    round.closes_on = closes_on
    if round.scoring_closes_on and round.scoring_closes_on < closes_on:
        round.scoring_closes_on = closes_on
    _keep_days("extend bids", round, before, reason, by, at)


@transaction.atomic
def extend_scoring(*, round: Round, scoring_closes_on: date, reason: str, by: User, at: datetime) -> None:
    """Let members submit scorecards until a later day.

    Raises Refused if the day is not later than the present one, or is over.
    """
    round = lock(round)
    _must_be_later(scoring_closes_on, round.scoring_closes_on or round.closes_on, at, field="scoring_closes_on")
    before = {"scoring_closes_on": round.scoring_closes_on}
    round.scoring_closes_on = scoring_closes_on
    _keep_days("extend scoring", round, before, reason, by, at)


def _must_be_later(day: date, present: date, at: datetime, *, field: str) -> None:
    if day <= present:
        raise Refused(f"The new day must be after {present:%-d %B %Y}", field=field)
    if day < day_of(at):
        raise Refused("The new day must not be over", field=field)


def _keep_days(action: str, round: Round, before: dict[str, date | None], reason: str, by: User, at: datetime) -> None:
    round.version += 1
    round.save(update_fields=["closes_on", "scoring_closes_on", "version"])
    facts = {name: getattr(round, name) for name in before}
    audit.record(action, round, round=round, by=by, at=at, because=reason, before=before, facts=facts)


def stored_profile(round: Round, amount: Decimal, profile: Profile, *, now: Profile = ()) -> list[list[str]]:
    """Return the profile of an amount in pounds as it is stored.

    Where `profile` is empty, the present one, `now`, is fitted to the amount; without either, all of the amount is in
    the usual slot. Raises Refused, at the field `profile`, for slots that the round lacks and for another sum.
    """
    wanted = profile or years.resized(now, amount)
    if wanted and (why_not := years.why_not_within(round.slots, amount, wanted)):
        raise Refused(why_not, field="profile")
    return years.store(wanted, round.slots)


def carry_over(*, round: Round, moved: Profile, line: BudgetLine | None = None) -> None:
    """Move the allocation of a locked round, and that of a locked `line`, between its slots. Their amounts stay.

    `moved` adds to one slot what it takes from another, in pounds. The caller records it.
    """
    parts = years.moved(round.years, moved, round.slots)
    round.profile = years.written(parts)
    round.version += 1
    round.save(update_fields=["profile", "version"])
    if line:
        line.profile = years.store(years.moved(line.years, moved, round.slots), round.slots)
        line.version += 1
        line.save(update_fields=["profile", "version"])


@dataclass(frozen=True)
class LineContent:
    """What a budget line says. `kind` is a value of BudgetLine.Kind; `amount` is in pounds.

    `profile` divides the amount by the slots of the round. Where it is empty, a new line is in the usual slot, and a
    changed one keeps its years.
    """

    kind: str
    label: str
    amount: Decimal
    note: str = ""
    profile: Profile = ()


@transaction.atomic
def keep_budget_line(
    *,
    round: Round,
    content: LineContent,
    reason: str,
    by: User,
    at: datetime,
    line: BudgetLine | None = None,
    seen: int | None = None,
) -> BudgetLine:
    """Record a new budget line with this content, or change the content of an existing `line`.

    Raises Refused if the lines would exceed the allocation, if the label is taken, or if the amount of a line would
    change after bids have closed: from then on a virement moves money. Raises Stale if the line has changed since.
    """
    round = lock(round)
    before = {}
    if line:
        line = BudgetLine.objects.select_for_update().get(pk=line.pk, round=round)
        line.round = round
        must_be_current(line, seen)
        before = {"label": line.label, "amount": line.amount}
        if content.amount != line.amount and day_of(at) > round.closes_on:
            raise Refused(
                "Bids are closed. To change the amount, propose a virement for a second person to confirm",
                field="amount",
            )
    divided = stored_profile(round, content.amount, content.profile, now=line.years if line else ())
    if line and divided != line.profile and content.amount == line.amount and day_of(at) > round.closes_on:
        raise Refused("Bids are closed. To move money to another year, propose a carry-over", field="profile")
    lines = round.lines.exclude(pk=line.pk) if line else round.lines.all()
    others = total_of(lines)
    if others + content.amount > round.allocation:
        raise Refused("The budget lines would add up to more than the allocation", field="amount")
    must_be_free(round, lines=others + content.amount)
    if line is None:
        taken = BudgetLine.objects.values_list("reference", flat=True)
        line = BudgetLine(round=round, reference=new_references("LINE", 1, taken)[0])
    else:
        line.version += 1
    line.kind, line.label, line.amount, line.note = content.kind, content.label, content.amount, content.note
    line.profile = divided
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError:
        raise Refused(f"A line called {content.label} already exists. Choose another label", field="label") from None
    facts = vars(content) | {"profile": divided}
    if not round.profile:
        del facts["profile"]
    audit.record("keep budget line", line, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    return line
