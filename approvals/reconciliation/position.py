"""Read the position of a round from the database: its allocation, lines, contracts, grants and bids."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Sum

from approvals.enums import Base, Level
from approvals.models import (
    Approval,
    Award,
    CarryOver,
    Condition,
    MatchFunding,
    PaperItem,
    Payment,
    Recommendation,
    SingleTenderAction,
)
from approvals.models.awards import AwardQuerySet
from approvals.reconciliation import facts, sums
from approvals.reconciliation.facts import BidEntry, Contract, Grant, Item, Label, Line, Outcome, Position
from approvals.routing import awards
from approvals.routing.routes import Route
from bids.models import Bid, Tag
from grants import money
from grants.days import day_of
from grants.models import BudgetLine, OverAllocation, Round
from grants.models import Income as IncomeOfGrantor
from grants.refusal import Refused
from grants.totals import total_of


def reconcile(round: Round, day: date) -> sums.Reconciliation:
    """Return the reconciliation of a round by the facts and limits of a day, in a fixed number of queries."""
    return sums.reconcile(position(round, day))


def grants_of(round: Round) -> list[Award]:
    """Return the live grants of a round with everything that the reconciliation and the paper read of them."""
    related = Award.objects.live().select_related("bid__recipient", "bid__family", "bid__outcome")
    awards = list(related.filter(round=round).order_by("bid__source_reference"))
    own = {"award__round": round}
    by_name: dict[str, Iterable[Any]] = {
        "valid": Approval.objects.filter(**own, invalid_at=None).select_related("approved_by"),
        "paid": Payment.objects.filter(**own).order_by("paid_on"),
        "matched": MatchFunding.objects.filter(**own, state=MatchFunding.State.STATED),
        "standing": Condition.objects.standing().filter(**own),
    }
    _attach(awards, round, {name: _by_key((row.award_id, row) for row in rows) for name, rows in by_name.items()})
    return awards


def _fetching(awards: AwardQuerySet) -> QuerySet[Award]:
    return (
        awards.select_related("bid__recipient", "bid__family", "bid__outcome")
        .order_by("bid__source_reference")
        .prefetch_related(
            Prefetch("approvals", Approval.objects.filter(invalid_at=None).select_related("approved_by"), "valid"),
            Prefetch("payments", Payment.objects.order_by("paid_on"), "paid"),
            Prefetch("match_funding", MatchFunding.objects.filter(state=MatchFunding.State.STATED), "matched"),
            Prefetch("conditions", Condition.objects.standing(), "standing"),
            Prefetch(
                "bid__recommendations",
                Recommendation.objects.filter(answer=Recommendation.Answer.AGREE).order_by("-id"),
                "agreed",
            ),
            Prefetch("bid__tags", to_attr="labels"),
        )
    )


def _summed_of(round: Round) -> list[Award]:
    """Return the live grants of a round with no more than `_grant` reads of them."""
    awards = list(Award.objects.live().for_claims().defer("routed_as").filter(round=round))
    valid = Approval.objects.filter(award__round=round, invalid_at=None).values_list(
        "award", "amount", "level", named=True
    )
    paid = (
        Payment.objects.filter(award__round=round)
        .order_by("paid_on")
        .values_list("award", "reference", "amount", "paid_on", "retrospective", "lifted_in_id", "reason", named=True)
    )
    stated = MatchFunding.objects.filter(award__round=round, state=MatchFunding.State.STATED)
    matched = stated.values_list("award", "source", "amount", named=True)
    by_name = {
        "valid": _by_key((row.award, row) for row in valid),
        "matched": _by_key((row.award, row) for row in matched),
        "paid": _by_key((row.award, row) for row in paid),
    }
    _attach(awards, round, by_name)
    return awards


def _attach(awards: Sequence[Award], round: Round, by_name: Mapping[str, Mapping[int, list[Any]]]) -> None:
    """Give the grants of a round the rows of each name, by primary key, and their bids what was agreed and their tags.

    Of what each bid has, rows are read: a Prefetch makes an object of each, which takes most of the time of a page.
    """
    agreed = Recommendation.objects.filter(bid__round=round, answer=Recommendation.Answer.AGREE).order_by("-id")
    tags = {tag.pk: tag for tag in round.tags.all()}
    tagged = Bid.tags.through.objects.filter(bid__round=round).order_by("tag")
    of_bids = {
        "agreed": _by_key((row.bid, row) for row in agreed.values_list("bid", "amount", named=True)),
        "labels": _by_key((bid, tags[tag]) for bid, tag in tagged.values_list("bid", "tag")),
    }
    for award in awards:
        award.round = round
        for name, rows in by_name.items():
            vars(award)[name] = rows.get(award.pk, [])
        for name, rows in of_bids.items():
            vars(award.bid)[name] = rows.get(award.bid_id, [])


def _by_key(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    by_key: dict[int, list[Any]] = {}
    for key, row in pairs:
        by_key.setdefault(key, []).append(row)
    return by_key


def grant(award: Award) -> Grant:
    """Return one grant in the form of the reconciliation, without its route by today's facts."""
    read = _fetching(Award.objects.filter(pk=award.pk)).get()
    read.round = award.round
    return _grant(read, None)


def to_recover(round: Round, among: Collection[int] | None = None) -> Decimal:
    """Return the sum in pounds paid under grants that were refused, which has to be recovered.

    `among` limits it to grants with these primary keys; None means all grants of the round.
    """
    refused = Payment.objects.filter(award__round=round, award__state=Award.State.REFUSED)
    if among is not None:
        refused = refused.filter(award__in=among)
    return total_of(refused)


def fetched(thing: Any, name: str) -> list[Any]:
    """Return the rows that a Prefetch of `grants_of` stored in an attribute unknown to the type checker."""
    rows: list[Any] = getattr(thing, name)
    return rows


def position(round: Round, day: date, live_awards: Sequence[Award] | None = None) -> Position:
    """Return everything that a paper on the round accounts for, with the routes by the limits of a day.

    `live_awards` are the grants of `grants_of`, where the caller has read them already.
    """
    if live_awards is None:
        live_awards = _summed_of(round)
    # A refused grant takes nothing from the allocation; its bid still has to be accounted for.
    not_refused = [award for award in live_awards if award.state != Award.State.REFUSED]
    routes = _current_routes(round, day, live_awards)
    by_bid = {award.bid_id: award for award in live_awards}
    return Position(
        reference=round.reference,
        allocation=round.allocation,
        lines=[
            Line(
                line.reference,
                line.label,
                line.amount,
                line.kind == BudgetLine.Kind.INTERNAL,
                round.divided(line.profile, line.amount) if round.profile else (),
            )
            for line in round.lines.all()
        ],
        contracts=[
            _contract(contract, round)
            for contract in SingleTenderAction.objects.live().filter(round=round).select_related("supplier")
        ],
        grants=[_grant(award, routes.get(award.reference)) for award in not_refused],
        bids=_bids(round, by_bid),
        items=_items(round),
        years=round.years,
        income=_income(round),
        own_budget=round.own_budget,
        carried=_carried(round) if round.profile else [],
        over_agreed=_over_agreed(round) if round.over_allocation_percent else [],
    )


def _over_agreed(round: Round) -> list[facts.OverAllocation]:
    agreed = round.over_allocations.filter(state=OverAllocation.State.AGREED).order_by("id")
    return [
        facts.OverAllocation(
            each.reference,
            each.amount,
            each.answered_by.name,
            day_of(each.answered_at),
            round.divided(each.profile, each.amount) if round.profile else (),
        )
        for each in agreed.select_related("answered_by")
        if each.answered_by and each.answered_at
    ]


def _carried(round: Round) -> list[facts.CarryOver]:
    confirmed = CarryOver.objects.filter(round=round, state=CarryOver.State.CONFIRMED).order_by("id")
    return [
        facts.CarryOver(each.reference, each.label, each.amount, *each.slots)
        for each in confirmed.select_related("award__bid", "line", "contract")
    ]


def _income(round: Round) -> list[facts.Income]:
    # An item for another sum, from before the income changed, does not accept it.
    waiting = (PaperItem.State.ASKED, PaperItem.State.DEFERRED)
    asked = PaperItem.objects.filter(income=OuterRef("pk"), amount=OuterRef("amount"), state__in=waiting)
    rows = IncomeOfGrantor.objects.in_force().filter(round=round).select_related("uplifts")
    return [
        facts.Income(
            each.reference,
            each.grantor,
            each.agreement,
            each.amount,
            each.uplifts.reference if each.uplifts else "",
            each.accepted_in,
            asked=each.asked,
            years=round.divided(each.profile, each.amount) if round.profile else (),
        )
        for each in rows.annotate(asked=Exists(asked))
    ]


def _items(round: Round) -> list[Item]:
    return [
        Item(
            item.reference,
            item.title,
            item.amount,
            item.item_kind.rule.noun,
            item.decision.reference,
            asked=item.is_open,
            # A paper asks for an item without years, so all of it is in the usual slot.
            years=round.divided([], item.amount) if round.profile else (),
            percent=item.percent,
            percent_of=Base(item.percent_of) if item.percent_of else None,
        )
        for item in PaperItem.objects.taking().filter(decision__round=round).select_related("decision")
        if item.amount is not None
    ]


def _current_routes(round: Round, day: date, live_awards: Sequence[Award]) -> dict[str, Route]:
    """Return the route of each grant by the limits of a day; empty where no confirmed limit is in force."""
    try:
        return awards.routes_of(round, day, live_awards) if live_awards else {}
    except Refused:
        return {}


def _bids(round: Round, by_bid: dict[int, Award]) -> list[BidEntry]:
    latest = Recommendation.objects.filter(bid__round=round, answer=Recommendation.Answer.AGREE).order_by("id")
    agreed = dict(latest.values_list("bid_id", "amount"))
    rows = (
        Bid.objects.filter(round=round)
        .annotate(cost=Sum("costs__amount"))
        .values(
            "pk",
            "source_reference",
            "amount",
            "state",
            "led_by",
            "cost",
            "outcome__destination",
            "title",
            "reference",
            "recipient__name",
        )
    )
    return [
        BidEntry(
            reference=row["source_reference"],
            amount=row["amount"],
            outcomes=_outcomes(row["state"], row["led_by"], by_bid.get(row["pk"])),
            costs=row["cost"] or money.ZERO,
            agreed=agreed.get(row["pk"]),
            destination=row["outcome__destination"] or "",
            label=row["title"],
            address=row["reference"],
            recipient=row["recipient__name"] or "",
        )
        for row in rows
    ]


def _outcomes(state: str, led_by: str, award: Award | None) -> list[Outcome]:
    outcomes = []
    if state in (Bid.State.REJECTED, Bid.State.INELIGIBLE):
        outcomes.append(Outcome.REJECTED)
    elif state == Bid.State.REDIRECTED:
        outcomes.append(Outcome.REDIRECTED)
    elif state == Bid.State.AGREED and led_by == Bid.Led.INTERNAL:
        outcomes.append(Outcome.INTERNAL)
    if award and award.state == Award.State.REFUSED:
        outcomes.append(Outcome.REFUSED)
    elif award and award.route:
        outcomes.append(Outcome(award.route))
    return outcomes or [Outcome.OPEN]


def _has_new_warning(award: Award, current: Route | None) -> bool:
    """Whether today's facts give the grant a warning that nobody has cleared.

    A grant for decision needs no warning, since no higher level exists. An approved grant whose warning was
    cleared stays approved when the sum in the warning changes.
    """
    if current is None or not current.warning or award.route == Award.Route.DMPC:
        return False
    answered = award.state == Award.State.APPROVED and bool(award.warning_cleared)
    return current.warning != award.warning and not answered


def _grant(award: Award, current: Route | None) -> Grant:
    bid = award.bid
    valid = next(iter(fetched(award, "valid")), None)
    agreed = next((recommendation.amount for recommendation in fetched(bid, "agreed")), money.ZERO)
    paid = fetched(award, "paid")
    early = [payment for payment in paid if _is_early(payment)]
    return Grant(
        reference=award.reference,
        bid=bid.source_reference,
        label=bid.title,
        amount=award.amount,
        agreed=agreed,
        route=Level(award.route) if award.route else None,
        route_now=current.level if current else None,
        warning_open=award.warning_open or _has_new_warning(award, current),
        approved=valid.amount if valid else None,
        approved_level=Level(valid.level) if valid else None,
        paid=money.total([payment.amount for payment in paid]),
        paid_early=money.total([payment.amount for payment in early]),
        early_reason=" ".join(payment.reason for payment in early),
        recipient=bid.recipient_name,
        legal_power=award.legal_power,
        living_wage_open=bid.employs_staff and not bid.london_living_wage,
        asked=award.route == Award.Route.DMPC and award.state in (Award.State.ROUTED, Award.State.DEFERRED),
        payments=[
            facts.Payment(payment.reference, payment.amount, payment.paid_on, _is_early(payment)) for payment in paid
        ],
        themes=_tags(bid, Tag.Kind.THEME),
        priorities=_tags(bid, Tag.Kind.PRIORITY),
        boroughs=[award.round.body.areas.labelled(code) for code in bid.boroughs],
        starts_on=bid.starts_on,
        ends_on=bid.ends_on,
        years=award.years if award.round.profile else (),
        asked_for=None if bid.is_direct else bid.amount,
        direct=bid.is_direct,
        most_recipients=bid.most_recipients or 0,
        former=getattr(award, "was", None),
        family=bid.family.name if bid.family else "",
        unit=bid.sponsoring_unit,
        match=[facts.Match(each.source, each.amount) for each in fetched(award, "matched")],
    )


def _is_early(payment: Any) -> bool:
    """Return whether a payment, or a row of one, is early as in `Payment.is_early`."""
    return bool(payment.retrospective) and payment.lifted_in_id is None


def _tags(bid: Bid, kind: str) -> list[Label]:
    return [(tag.code, tag.label) for tag in fetched(bid, "labels") if tag.kind == kind]


def _contract(contract: SingleTenderAction, round: Round) -> Contract:
    states = SingleTenderAction.State
    evidence_by_name = {
        "evidence for its primary ground": contract.evidence,
        "its proposal": contract.proposal,
        "its performance framework": contract.performance,
        "the approval of a second lead": contract.route == Award.Route.DMPC or contract.approved_by_id,
    }
    return Contract(
        contract.reference,
        contract.title,
        contract.amount,
        contract.years(),
        [name for name, evidence in evidence_by_name.items() if not evidence],
        charged_to=contract.charged_to,
        supplier=contract.supplier.name,
        asked=contract.route == Award.Route.DMPC and contract.state in (states.PROPOSED, states.DEFERRED),
        years=contract.charged_years(round.slots) if round.profile else (),
    )
