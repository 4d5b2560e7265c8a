"""The stored result and place of every bid of a round. They are computed here alone, so a page reads only its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from bids import scoring
from bids.criteria import Rule
from bids.models import AgreedMark, Bid, Criterion, Mark, Scorecard, Severity, Standing
from bids.ranking import insight
from grants import money
from grants.models import Round, User

_OUTSIDE = (Bid.State.RECEIVED, Bid.State.INELIGIBLE)


def results(bids: Iterable[int], rules: Sequence[Rule], *, agreed: bool = True) -> dict[int, scoring.Result]:
    """Return the result of each bid, by primary key, from its submitted scorecards and what a meeting agreed.

    `agreed=False` leaves out what meetings agreed. It uses two queries for any number of bids of one round.
    """
    keys = list(bids)
    cards = cards_of(keys)
    agreed_marks = _agreed(keys) if agreed else {}
    return {pk: scoring.result(list(cards[pk].values()), rules, agreed_marks.get(pk)) for pk in keys}


def cards_of(keys: Sequence[int]) -> dict[int, dict[str, dict[int, scoring.Answer]]]:
    """Return the submitted scorecards by the bid's primary key and the member's user name, in one query."""
    cards: dict[int, dict[str, dict[int, scoring.Answer]]] = {pk: {} for pk in keys}
    marks = Mark.objects.filter(scorecard__bid__in=keys, scorecard__state__in=Scorecard.COUNTED)
    columns = ("scorecard__bid", "scorecard__member__username", "criterion__number", "passed", "score")
    for bid, member, number, passed, score in marks.order_by("scorecard__member__username").values_list(*columns):
        cards[bid].setdefault(member, {})[number] = scoring.Answer(passed, score)
    return cards


def _agreed(bids: list[int]) -> dict[int, dict[int, scoring.Answer]]:
    agreed: dict[int, dict[int, scoring.Answer]] = {}
    marks = AgreedMark.objects.filter(discussion__bid__in=bids).order_by("discussion__recorded_at")
    columns = ("discussion__bid", "criterion__number", "passed", "score")
    # Marks come in the order in which they were agreed, so that a later meeting replaces an earlier one.
    for bid, number, passed, score in marks.values_list(*columns):
        agreed.setdefault(bid, {})[number] = scoring.Answer(passed, score)
    return agreed


def rules_of(round: Round) -> list[Rule]:
    return [criterion.rule for criterion in Criterion.objects.filter(round=round)]


def result_of(bid: Bid) -> scoring.Result:
    """Return the current result of one bid."""
    return results([bid.pk], rules_of(bid.round))[bid.pk]


def own_result(bid: Bid) -> scoring.Result:
    """Return the result of one bid from its members' marks alone, without what a meeting agreed."""
    return results([bid.pk], rules_of(bid.round), agreed=False)[bid.pk]


@transaction.atomic
def refresh(round: Round, *, bids: Sequence[Bid] | None = None) -> None:
    """Compute the results of some bids, or of all, and the places of the whole round.

    Every transition that changes a result or a place calls it, while it holds the round's lock.
    """
    ranked = Bid.objects.filter(round=round).exclude(state__in=_OUTSIDE)
    wanted = ranked.filter(pk__in=[bid.pk for bid in bids]) if bids is not None else ranked
    rules = rules_of(round)
    by_bid = results(wanted.values_list("pk", flat=True), rules)
    if bids is None:
        Standing.objects.filter(round=round).exclude(bid__in=ranked).delete()
    rows = [_standing(pk, round, result) for pk, result in by_bid.items()]
    fields = ["cards", "gate", "mean", "panel_mean", "spread", "card_means", "moderated"]
    Standing.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["bid"], update_fields=fields, batch_size=1000
    )
    put_in_order(round)


def _standing(bid: int, round: Round, result: scoring.Result) -> Standing:
    return Standing(
        bid_id=bid,
        round=round,
        cards=result.cards,
        gate=result.gate,
        mean=result.mean,
        panel_mean=result.panel_mean,
        spread=result.spread,
        card_means=list(result.card_means),
        moderated=result.moderated,
    )


def put_in_order(round: Round) -> None:
    """Compute the place, position and running sum of each bid of a round, and save those that changed.

    The sum runs over the bids that a grant can go to: those from outside the force that fail no gate and were not
    rejected or redirected. A budget line pays for internal bids.
    """
    rows = {row.bid.source_reference: row for row in Standing.objects.filter(round=round).select_related("bid")}
    placed = scoring.rank(
        [scoring.Placed(ref, row.bid.amount, scoring.Gate(row.gate), row.mean) for ref, row in rows.items()]
    )
    running, changed = money.ZERO, []
    for position, each in enumerate(placed, start=1):
        row = rows[each.reference]
        counts = takes_money(row)
        running += row.bid.amount if counts else money.ZERO
        new = (each.place, position, running if counts else None)
        if new != (row.place, row.position, row.running):
            row.place, row.position, row.running = new
            changed.append(row)
    # This takes one statement for a thousand rows, while `bulk_update` writes a case for each.
    fields = ["place", "position", "running"]
    Standing.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=1000
    )


def takes_money(row: Standing) -> bool:
    """Return whether a bid in the ranking takes money that is left for grants."""
    return row.bid.is_external and row.gate != scoring.Gate.FAILED and row.bid.state not in Bid.UNSUCCESSFUL


@transaction.atomic
def take_advice(round: Round) -> None:
    """Compute the severity of each member and the firmness of each place.

    It is called when the marks open and when a scorecard changes or is withdrawn after that.
    """
    rows = {row.bid.source_reference: row for row in Standing.objects.filter(round=round).select_related("bid")}
    rules = rules_of(round)
    cards = cards_of([row.bid_id for row in rows.values()])
    bids = [insight.Scored(ref, row.bid.amount, _whole(cards[row.bid_id], rules)) for ref, row in rows.items()]
    leans = insight.severities(bids, rules)
    members = dict(User.objects.filter(username__in=leans).values_list("username", "pk"))
    Severity.objects.filter(round=round).delete()
    Severity.objects.bulk_create(
        Severity(
            round=round,
            member_id=members[username],
            shared=lean.shared,
            difference=_signed(lean.difference),
            differences=[_signed(each) for each in lean.differences],
        )
        for username, lean in leans.items()
    )
    for reference, firm in insight.firmness(bids, rules, leans).items():
        row = rows[reference]
        row.best_place, row.worst_place = firm.best, firm.worst
        row.adjusted_mean, row.adjusted_place = firm.adjusted_mean, firm.adjusted_place
    fields = ["best_place", "worst_place", "adjusted_mean", "adjusted_place"]
    Standing.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=1000
    )


def _whole(cards: dict[str, dict[int, scoring.Answer]], rules: Sequence[Rule]) -> insight.Cards:
    return {
        member: card
        for member, card in cards.items()
        if all(card.get(rule.number, scoring.Answer()).complete(rule) for rule in rules)
    }


def _signed(value: Fraction) -> Decimal:
    return scoring.rounded(value) if value >= 0 else -scoring.rounded(-value)
