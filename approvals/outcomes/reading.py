"""The rows of the page of outcomes: each bid with what is suggested for it, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from approvals.models import Scenario, ScenarioItem
from approvals.outcomes.suggesting import RECOMMEND, Known, Suggestion, suggest
from approvals.scenarios.funding import Place
from bids.models import Bid, Discussion
from bids.panel.closing import Agreed
from bids.ranking import ranking, standings
from bids.scoring import Gate
from grants.models import Round, User
from grants.money import Tally
from grants.totals import tally_of


@dataclass(frozen=True, slots=True)
class Row:
    """A bid on the page, with what is suggested for it, or what was recorded before."""

    bid: Bid
    gate: Gate
    suggestion: Suggestion


def waiting(round: Round, user: User, *, all_bids: bool = False) -> QuerySet[Bid]:
    """Return the bids of a round whose outcome this person may record, in the order of the ranking.

    Those that have one already are left out unless `all_bids` is true.
    """
    states = (Bid.State.ELIGIBLE, Bid.State.RECOMMENDED, *Bid.UNSUCCESSFUL) if all_bids else (Bid.State.ELIGIBLE,)
    visible = Bid.objects.visible_to(user, "record outcome").filter(round=round, state__in=states)
    related = visible.select_related("recipient", "standing", "outcome")
    return related.order_by("standing__position", "source_reference")


def rows(round: Round, bids: Sequence[Bid]) -> list[Row]:
    """Return the rows of one page of bids."""
    keys = [bid.pk for bid in bids]
    rules = standings.rules_of(round)
    labels = {rule.number: rule.label for rule in rules}
    results = standings.results(keys, rules) if round.scored else {}
    # The words come in the order in which they were written, so that a later meeting replaces an earlier one.
    discussed = Discussion.objects.filter(bid__in=keys, recorded_at__isnull=False).order_by("recorded_at")
    meeting = dict(discussed.values_list("bid", "reason"))
    money = _Money(round)
    shown = []
    for bid in bids:
        gates = results[bid.pk].gates if round.scored else {}
        failed = [labels[number] for number, gate in gates.items() if gate is Gate.FAILED]
        gate = results[bid.pk].gate if round.scored else Gate.PASSED
        known = Known(gate, failed, money.for_bid(bid), meeting.get(bid.pk, ""))
        shown.append(Row(bid, gate, suggest(known, round.body.outcome_reasons)))
    return shown


def recommended(round: Round, agreed: Sequence[Agreed]) -> Tally:
    """Return the tally of bids from outside that are recommended with these answers and not agreed yet."""
    waiting = Bid.objects.filter(round=round, led_by=Bid.Led.EXTERNAL, state=Bid.State.RECOMMENDED)
    before = tally_of(waiting.exclude(pk__in=[each.bid.pk for each in agreed]))
    new = (each.bid.amount for each in agreed if each.verdict == RECOMMEND and each.bid.is_external)
    return before + Tally.of(new)


class _Money:
    """Which bids of a round there is money for: those that the proposed scenario funds, or those above the line."""

    def __init__(self, round: Round) -> None:
        proposed = Scenario.objects.filter(round=round, proposed_at__isnull=False).first()
        self.places = dict(ScenarioItem.objects.filter(scenario=proposed).values_list("bid", "place"))
        self.proposed = proposed is not None
        self.after = ranking.line(round, ranking.sums_of(round).for_grants).after if round.scored else None

    def for_bid(self, bid: Bid) -> bool | None:
        if self.proposed and bid.is_external:
            place = self.places.get(bid.pk)
            return None if place == Place.RESERVE else place == Place.FUND
        standing = getattr(bid, "standing", None)
        return standing.position <= self.after if standing and self.after is not None else None
