"""Transitions of the leadership's review: agree a bid for an amount, or return it to the panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from approvals.models import Award, Recommendation
from approvals.routing import profiles
from approvals.routing.approving import least_of
from approvals.routing.awards import invalidate, must_have_no_interest, route_again
from approvals.routing.commitments import must_fit, must_not_be_in_flight
from bids.models import Bid
from bids.ranking import standings
from grants import audit, money, states
from grants.models import BudgetLine, Round, User, new_references
from grants.money import Tally
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds
from grants.years import Profile


def reviewable(round: Round) -> list[str]:
    """Return the states of the bids and direct awards that wait for review. Without a panel, eligible bids wait too."""
    return [*reviewable_bids(round), Bid.State.ENTERED]


def reviewable_bids(round: Round) -> list[str]:
    """Return the states of the bids alone that wait for review."""
    return [state for state in Bid.TRANSITIONS[_review_of_bids(round)].sources if state != Bid.State.AGREED]


# The rows of the table of `Bid` by which a direct award is agreed, and a bid of a round.
_REVIEW_OF_DIRECT = "review bid: direct award"


def _review_of_bids(round: Round) -> str:
    return "review bid" if round.scored else "review bid: without a panel"


def agreed_inside(round: Round, *, but: Bid | None = None) -> Tally:
    """Return the agreed bids led inside the force with what was agreed for them, all or all `but` one.

    A budget line pays for them, so they take nothing of what is left of the allocation.
    """
    newest = Recommendation.objects.filter(bid=OuterRef("pk"), answer=Recommendation.Answer.AGREE).order_by("-pk")
    inside = Bid.objects.filter(round=round, led_by=Bid.Led.INTERNAL, state=Bid.State.AGREED)
    if but:
        inside = inside.exclude(pk=but.pk)
    agreed = inside.annotate(agreed=Subquery(newest.values("amount")[:1]))
    return Tally.of(amount or money.ZERO for amount in agreed.values_list("agreed", flat=True))


@transaction.atomic
def review(
    *,
    bid: Bid,
    amount: Decimal,
    by: User,
    at: datetime,
    reason: str = "",
    seen: int | None = None,
    profile: Profile = (),
    power: str = "",
) -> Recommendation:
    """Agree a bid that the panel recommended, or a direct award, for an amount in pounds up to what it asks for.

    `profile` divides the amount of a grant by the slots of the round. Where it is empty, a new grant is in the usual
    slot, and a changed one keeps its years as `years.resized` fits them to the amount.

    `power` is one of the legal powers of the round's body. Where it is empty, a new grant has the usual one, and a
    changed one keeps its own. A grant under another power needs approval again.

    An external bid becomes an award that waits for its route; an internal one is carried by the line for internal
    projects. On a bid that is agreed already this changes the amount: approvals become invalid and it is routed
    again. Raises Refused where the panel did not recommend it, the amount does not fit, or a change has no reason.
    """
    round = rounds.lock(bid.round)
    must_not_be_in_flight(round)
    bid = Bid.rows.select_for_update(of=("self",)).select_related("recipient", "family").get(pk=bid.pk)
    bid.round = round
    must_be_current(bid, seen)
    verb = _REVIEW_OF_DIRECT if bid.is_direct else _review_of_bids(round)
    not_yet = "has been withdrawn" if bid.is_direct else "is not recommended by the panel"
    states.must_allow(bid, verb, f"{bid.source_reference} {not_yet}")
    must_have_no_interest("review bid", [bid], round, by, at, others="reviews it")
    _must_be_possible(bid, amount, reason, power)
    award = Award.objects.select_for_update(of=("self",)).select_related("bid").filter(bid=bid).first()
    before: dict[str, Any] = {"amount": award.amount} if award else {}
    if award and power not in ("", award.legal_power):
        before["legal power"] = award.legal_power
    line = None
    if bid.gets_grant:
        award = _agree_award(award, bid, amount, profile, power, by, at)
    else:
        line = _internal_line(round, bid, amount)
    recommendation = Recommendation.objects.create(
        bid=bid,
        answer=Recommendation.Answer.AGREE,
        amount=amount,
        reason=reason.strip(),
        line=line,
        made_by=by,
        made_at=at,
    )
    states.move(bid, verb)
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    facts = {"asked": bid.amount, "amount": amount, **_facts(award, before.get("legal power", round.body.legal_power))}
    audit.record("review bid", bid, round=round, by=by, at=at, because=reason, before=before, facts=facts)
    route_again(round, by, at, because=f"The amount of {bid.source_reference} was agreed")
    return recommendation


def _must_be_possible(bid: Bid, amount: Decimal, reason: str, power: str) -> None:
    """Raise Refused where the amount or the legal power is not one that the bid can be agreed for."""
    if amount > bid.amount:
        raise Refused(f"Enter no more than the {money.pounds(bid.amount)} that {_asking(bid)}", field="amount")
    if amount != bid.amount and not reason.strip():
        raise Refused(f"Enter why the amount is not what {_asking(bid)}", field="reason")
    if power and power not in bid.round.body.powers:
        raise Refused("Select one of the legal powers of this round", field="legal_power")


def _asking(bid: Bid) -> str:
    return "the award was entered with" if bid.is_direct else "the bid asks for"


def _facts(award: Award | None, power: str) -> dict[str, Any]:
    """Return what the trail records of a grant beside its amount: its years, and a legal power other than `power`."""
    if award is None:
        return {}
    years = {"years": award.profile} if award.profile else {}
    return years | ({"legal power": award.legal_power} if award.legal_power != power else {})


def _decided(round: Round, how: str = "has decided") -> str:
    return f"The {round.body.offices.decider_short} {how} this grant. Only a new decision changes it."


def _agree_award(
    award: Award | None, bid: Bid, amount: Decimal, profile: Profile, power: str, by: User, at: datetime
) -> Award:
    if award is None:
        divided = rounds.stored_profile(bid.round, amount, profile)
        must_fit(bid.round, amount)
        taken = Award.objects.values_list("reference", flat=True)
        return Award.objects.create(
            round=bid.round,
            bid=bid,
            reference=new_references("AWD", 1, taken)[0],
            amount=amount,
            profile=divided,
            legal_power=power or bid.round.body.legal_power,
        )
    award.round = bid.round
    if award.items.signed().filter(answer__in=("approved", "conditions")).exists():
        raise Refused(_decided(bid.round))
    least, why = least_of(award)
    if amount < least:
        raise Refused(f"Enter at least {money.pounds(least)}, which {why}", field="amount")
    states.must_allow(award, "review bid: change", _decided(bid.round, "refused"))
    divided = rounds.stored_profile(bid.round, amount, profile, now=award.years)
    profiles.must_hold_the_paid(award, bid.round.divided(divided, amount))
    must_fit(bid.round, amount, instead_of=award.amount if award.is_live else money.ZERO)
    power = power or award.legal_power
    if not award.is_live or (award.amount, award.legal_power) != (amount, power):
        changed = "legal power" if award.amount == amount else "amount"
        invalidate(
            award, f"The {changed} changed to {power if award.amount == amount else money.pounds(amount)}", by, at
        )
        states.move(award, "review bid: change")
        award.amount, award.profile, award.route, award.legal_power = amount, divided, "", power
        award.version += 1
        award.save()
    elif award.profile != divided:
        # Other years of the same amount change neither what was approved nor its route.
        award.profile = divided
        award.version += 1
        award.save(update_fields=["profile", "version"])
    return award


def _internal_line(round: Round, bid: Bid, amount: Decimal) -> BudgetLine:
    line = round.lines.filter(kind=BudgetLine.Kind.INTERNAL).first()
    if line is None:
        raise Refused("The round has no budget line for internal projects. Ask finance to add one first.")
    carried = agreed_inside(round, but=bid).total
    if carried + amount > line.amount:
        raise Refused(
            f"{line.label} holds {money.pounds(line.amount)}, and {money.pounds(carried)} of it is already taken",
            field="amount",
        )
    return line


@transaction.atomic
def agree(*, bids: Sequence[Bid], by: User, at: datetime) -> list[Recommendation]:
    """Agree several bids for what they ask, all of them or none."""
    return [review(bid=bid, amount=bid.amount, by=by, at=at) for bid in sorted(bids, key=lambda bid: bid.pk)]


@transaction.atomic
def return_bid(*, bid: Bid, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Send a bid back to the panel, which then records a new outcome. A grant agreed for it is withdrawn."""
    round = rounds.lock(bid.round)
    must_not_be_in_flight(round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = round
    must_be_current(bid, seen)
    states.must_allow(bid, "return bid", "The panel has not recorded an outcome for this bid yet")
    paid = "Money was paid for this bid, so it can no longer go back to the panel."
    _withdraw_grant(bid, "The bid was sent back to the panel", paid, by, at)
    Recommendation.objects.create(bid=bid, answer=Recommendation.Answer.RETURN, reason=reason, made_by=by, made_at=at)
    states.move(bid, "return bid")
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    standings.put_in_order(round)
    audit.record("return bid", bid, round=round, by=by, at=at, because=reason)
    route_again(round, by, at, because=f"{bid.source_reference} went back to the panel")


@transaction.atomic
def withdraw_direct_award(*, row: Bid, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Withdraw a direct award with its grant, before it is decided and while nothing was paid. It is kept."""
    round = rounds.lock(row.round)
    must_not_be_in_flight(round)
    row = Bid.rows.select_for_update(of=("self",)).get(pk=row.pk)
    row.round = round
    must_be_current(row, seen)
    states.must_allow(row, "withdraw direct award", "This award has been withdrawn already")
    paid = "Money was paid under this award, so it can no longer be withdrawn."
    _withdraw_grant(row, "The award was withdrawn", paid, by, at)
    states.move(row, "withdraw direct award")
    row.version += 1
    row.save(update_fields=["state", "version"])
    audit.record("withdraw direct award", row, round=round, by=by, at=at, because=reason, facts={"amount": row.amount})
    route_again(round, by, at, because=f"{row.source_reference} was withdrawn")


def _withdraw_grant(bid: Bid, because: str, paid: str, by: User, at: datetime) -> None:
    """Withdraw the grant of a locked row, if it has one.

    Raises Refused with the sentence `paid` where money was paid under it, and where a decision has answered it.
    """
    award = Award.objects.select_for_update(of=("self",)).select_related("bid").filter(bid=bid).first()
    if award is None:
        return
    if award.payments.exists():
        raise Refused(paid)
    if award.items.signed().exists():
        raise Refused(_decided(bid.round))
    if award.is_live:
        award.round = bid.round
        invalidate(award, because, by, at)
        states.move(award, "return bid")
        award.version += 1
        award.save()
