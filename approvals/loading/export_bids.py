"""The tables of an exported round and the stages up to the approvals, read from what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from approvals.loading.trail import Trail, when_and_who
from approvals.models import Approval, Award, CarryOver, Condition, Payment, Recommendation
from bids.intake.content import LISTS
from bids.intake.rows import COLUMNS, MAY_BE_MISSING
from bids.models import Bid, PanelOutcome, PracticeCard, Scorecard
from bids.panel.members import marks_open
from grants import money
from grants.days import day_of
from grants.models import OverAllocation, Round

_WITHHELD = ("withheld", "public_title", "public_purpose")

Rows = list[dict[str, str]]
YES_NO = {True: "yes", False: "no", None: ""}


def tables(round: Round, events: Trail) -> Iterator[tuple[str, Rows]]:
    """Yield the CSV files of a round by their names, each with its rows."""
    bids = list(
        Bid.objects.filter(round=round)
        .select_related("family", "recipient")
        .prefetch_related("costs", "tags")
        .order_by("pk")
    )
    rows = [*bids, *Bid.rows.filter(round=round, led_by=Bid.Led.DIRECT).select_related("family").order_by("pk")]
    own = {row.reference: row.source_reference for row in rows}
    yield (
        "bids",
        _without_empty([_bid(round, bid) for bid in bids], {round.body.column(name) for name in MAY_BE_MISSING}),
    )
    yield "assignments", _assignments(events, own)
    yield "scorecards", list(_scorecards(round, events, own))
    yield "practice", list(_practice(round))
    yield "outcomes", list(_outcomes(round, events, own))
    yield "families", list(_families(events, rows))
    yield "review", _without_empty(list(_review(round, events, own)), _WITHHELD)
    yield "payments", _without_empty(list(_payments(round)), ["recipient"])


def _bid(round: Round, bid: Bid) -> dict[str, str]:
    """Return a bid as a row of the template, which is read by the rules of the form."""
    tags: dict[str, list[str]] = defaultdict(list)
    for tag in bid.tags.all():
        tags[tag.kind].append(tag.code)
    cells = {name: getattr(bid, name, "") for name in COLUMNS}
    cells |= {
        "your_reference": bid.source_reference,
        "recipient": bid.recipient_as_written,
        "register": bid.register_as_written if bid.number_as_written else "",
        "register_number": bid.number_as_written,
        "amount": money.text(bid.amount),
        "costs": "; ".join(f"{cost.label}: {money.text(cost.amount)}" for cost in bid.costs.all()),
        "boroughs": areas_of(round, bid.boroughs),
        "starts_on": bid.starts_on.isoformat(),
        "ends_on": bid.ends_on.isoformat(),
        **{
            name: YES_NO[getattr(bid, name)]
            for name in ("employs_staff", "london_living_wage", "personal_data", "future_cost")
        },
        **{name: "; ".join(tags[kind]) for name, kind in zip(LISTS, ("theme", "priority", "objective"), strict=True)},
    }
    return {round.body.column(name): str(cells[name]) for name in COLUMNS}


def areas_of(round: Round, codes: Sequence[str]) -> str:
    """Return areas as a cell of a sheet or a key of a folder names them."""
    areas = round.body.areas
    # Written out, all of them would be more cells than the row has, for who guesses that semicolons part these.
    return areas.everywhere if len(codes) == len(areas.each) else "; ".join(areas.by_code[code].name for code in codes)


def _without_empty(rows: Rows, columns: Collection[str]) -> Rows:
    """Return the rows without those of these columns that are empty in each."""
    empty = {name for name in columns if not any(row[name] for row in rows)}
    return [{name: cell for name, cell in row.items() if name not in empty} for row in rows]


def _assignments(events: Trail, own: dict[str, str]) -> Rows:
    """Return who was asked by name, before the plan that fills what is open."""
    plans = events.of("plan assignments")
    before = plans[0].number if plans else 0
    asked = [event for event in events.of("assign bid") if event.number < before]
    return [{"bid": own[event.bid], "member": str(event.facts["member"])} for event in asked]


def _scorecards(round: Round, events: Trail, own: dict[str, str]) -> Iterator[dict[str, str]]:
    cards = (
        Scorecard.objects.filter(bid__round=round)
        .exclude(state=Scorecard.State.WITHDRAWN)
        .select_related("bid", "member")
        .prefetch_related("marks__criterion")
        .order_by("saved_at", "pk")
    )
    for card in cards:
        day = day_of(card.submitted_at or card.saved_at)
        state = Scorecard.State.SUBMITTED if card.state in Scorecard.COUNTED else card.state
        row = {"bid": card.bid.source_reference, "member": card.member.username, "on": f"{day}", "state": state}
        marks = {mark.criterion.number: mark for mark in card.marks.all()}
        for criterion in round.criteria.all():
            mark = marks.get(criterion.number)
            answer = (mark.passed, mark.score, mark.reason) if mark else (None, None, "")
            row |= _mark(criterion.number, *answer)
        yield row


def _mark(number: int, passed: bool | None, score: int | None, reason: str) -> dict[str, str]:
    cell = f"{YES_NO[passed]} {'' if score is None else score}".strip()
    return {str(number): cell, f"{number}_why": reason}


def _practice(round: Round) -> Iterator[dict[str, str]]:
    cards = PracticeCard.objects.filter(practice__round=round).select_related("member").order_by("submitted_at", "pk")
    for card in cards:
        row = {"member": card.member.username, "on": f"{day_of(card.submitted_at)}"}
        for criterion in round.criteria.all():
            answer = card.answers.get(str(criterion.number), {})
            row |= _mark(criterion.number, answer.get("passed"), answer.get("score"), answer.get("reason", ""))
        yield row


def _outcomes(round: Round, events: Trail, own: dict[str, str]) -> Iterator[dict[str, str]]:
    places = events.in_order("record outcome", own)
    outcomes = PanelOutcome.objects.filter(bid__round=round).select_related("bid")
    for outcome in sorted(outcomes, key=lambda each: places[each.bid.reference]):
        yield {
            "bid": outcome.bid.source_reference,
            "outcome": outcome.verdict,
            "destination": outcome.destination,
            "reason": outcome.reason,
            "internal_reason": outcome.internal_reason,
        }


def _families(events: Trail, bids: Sequence[Bid]) -> Iterator[dict[str, str]]:
    places = events.in_order("group bids", [bid.reference for bid in bids])
    for bid in sorted(bids, key=lambda each: places[each.reference]):
        if bid.family:
            yield {"family": bid.family.name, "bid": bid.source_reference}


def _review(round: Round, events: Trail, own: dict[str, str]) -> Iterator[dict[str, str]]:
    places = events.in_order("review bid", own)
    # What an amendment recommended later is in its own paper.
    reviewed = {event.bid: event for event in events.of("review bid")}
    recommendations = Recommendation.objects.filter(bid__round=round).select_related("bid").order_by("pk")
    newest = {
        each.bid_id: each
        for each in recommendations
        if each.bid.reference in reviewed and each.made_at <= reviewed[each.bid.reference].at
    }
    awards = {award.bid_id: award for award in Award.objects.filter(round=round)}
    agreed = [each for each in newest.values() if each.answer == Recommendation.Answer.AGREE]
    for each in sorted(agreed, key=lambda each: places[each.bid.reference]):
        award = awards.get(each.bid_id)
        row = {"bid": each.bid.source_reference, "amount": money.text(each.amount or money.ZERO), "reason": each.reason}
        # Carry-overs and amendments change the years of a grant later, so they are taken from the review itself.
        agreed_years = reviewed[each.bid.reference].facts.get("years", ())
        row["years"] = "; ".join(f"{label}: {amount}" for label, amount in agreed_years)
        for name in ("legal_power", *_WITHHELD):
            row[name] = getattr(award, name) if award else ""
        yield row


def _payments(round: Round) -> Iterator[dict[str, str]]:
    payments = Payment.objects.filter(award__round=round).select_related("award__bid", "named__organisation")
    for payment in payments.order_by("pk"):
        yield {
            "bid": payment.award.bid.source_reference,
            "amount": money.text(payment.amount),
            "paid_on": payment.paid_on.isoformat(),
            "reason": payment.reason,
            "illustrative": payment.illustrative,
            "recipient": payment.named.organisation.name if payment.named else "",
        }


# The stages


def stages(round: Round, events: Trail) -> dict[str, dict[str, Any]]:
    """Return the stages up to the approvals, each where something of it was done."""
    own = dict(Bid.rows.filter(round=round).values_list("reference", "source_reference"))
    described = {
        "received": events.stage("take in bid"),
        "eligible": events.stage("check eligibility", reason=True),
        "scoring": _scoring(round, events),
        # Playing this stage opens the marks as well.
        "closed": events.stage("close scoring", reason=True) if marks_open(round) else {},
        "outcomes": events.stage("record outcome"),
        "entered": events.stage("enter direct award"),
        "over_allocated": _over_allocated(round),
        "reviewed": events.stage("review bid"),
        "routed": _routed(events, own),
        "conditions_met": _conditions_met(round),
        "payments": events.stage("record payment"),
        "carried": _carried(round),
        "approved": _approved(round, events),
    }
    return {name: stage for name, stage in described.items() if stage}


def _scoring(round: Round, events: Trail) -> dict[str, Any]:
    plans = events.of("plan assignments")
    if not plans:
        return {}
    declared = [event for event in events.of("declare interest") if event.number > plans[0].number]
    stage = when_and_who(plans[0]) | {"wanted": round.panel.wanted}
    stage |= {"declared_on": day_of(declared[0].at) if declared else stage["on"]}
    extended = events.of("extend scoring")
    if extended and round.scoring_closes_on:
        days = (round.scoring_closes_on - day_of(extended[-1].at)).days
        stage |= {"kept_open_for": days, "kept_open_reason": extended[-1].because}
    return stage


def _routed(events: Trail, own: dict[str, str]) -> dict[str, Any]:
    stage = events.stage("route awards")
    for name, action in (("warnings", "clear warning"), ("escalations", "escalate award")):
        named = [{"bid": own[event.bid], "reason": event.because} for event in events.of(action)]
        stage |= {name: named} if stage and named else {}
    return stage


def _over_allocated(round: Round) -> dict[str, Any]:
    made = OverAllocation.objects.filter(round=round, state=OverAllocation.State.AGREED).order_by("pk")
    agreed = list(made.select_related("proposed_by", "answered_by"))
    if not agreed:
        return {}
    first, second = agreed[0], agreed[0].answered_by
    assert second
    acts = [
        {
            "amount": money.text(each.amount),
            "reason": each.reason,
            **({"years": dict(each.profile)} if each.profile else {}),
        }
        for each in agreed
    ]
    who = {
        "on": day_of(first.proposed_at),
        "by": first.proposed_by.username,
        "agreed_by": second.username,
    }
    return who | {"over_allocations": acts}


def _conditions_met(round: Round) -> dict[str, Any]:
    met = Condition.objects.filter(award__round=round).exclude(recorded_by=None).order_by("recorded_at", "pk")
    entries: list[dict[str, Any]] = [
        {
            "bid": each.award.bid.source_reference,
            "condition": each.text,
            "evidence": each.evidence,
            "met_on": each.met_on,
            "on": day_of(each.recorded_at),
            "by": each.recorded_by.username,
        }
        for each in met.select_related("award__bid", "recorded_by")
        if each.recorded_at and each.recorded_by
    ]
    return {"on": entries[0]["on"], "by": entries[0]["by"], "conditions": entries} if entries else {}


def _carried(round: Round) -> dict[str, Any]:
    made = CarryOver.objects.filter(round=round, state=CarryOver.State.CONFIRMED).order_by("pk")
    carried = list(made.select_related("award__bid", "line", "contract", "proposed_by", "answered_by"))
    if not carried or carried[0].answered_by is None:
        return {}
    acts = [
        {
            **({"bid": each.award.bid.source_reference} if each.award else {}),
            **({"line": each.line.label} if each.line else {}),
            **({"contract": each.contract.title} if each.contract else {}),
            "from": each.source,
            "amount": money.text(each.amount),
            "reason": each.reason,
        }
        for each in carried
    ]
    first = carried[0]
    who = {
        "on": day_of(first.proposed_at),
        "by": first.proposed_by.username,
        "confirmed_by": carried[0].answered_by.username,
    }
    return who | {"carry_overs": acts}


def _approved(round: Round, events: Trail) -> dict[str, Any]:
    stage = events.stage("approve award", reason=True)
    first = Approval.objects.filter(award__round=round, level=Award.Route.DELEGATED).order_by("pk").first()
    if stage and first:
        conditions = list(first.condition_rows.order_by("pk"))
        for name, bars in (("conditions", False), ("before_payment", True)):
            texts = [each.text for each in conditions if each.before_payment is bars]
            stage |= {name: "\n".join(texts)} if texts else {}
    return stage
