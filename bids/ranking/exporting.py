"""The sheets of the export of scores: a row for each bid of the ranking, and a row for each member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from django.db.models import Count, QuerySet, Sum

from bids import scoring
from bids.criteria import Rule
from bids.models import Bid, Mark, Scorecard, Severity
from bids.ranking import columns, ranking, standings
from grants.models import Round
from grants.tables import Table

_BID = (
    "Place",
    "Reference",
    "Bid",
    "Title",
    "Led by",
    "Recipient",
    "Register",
    "Register number",
    "Sponsoring unit",
    "Areas",
    "Themes",
)
_RESULT = ("Gates", "Scorecards", "Scorecards wanted", "Result", "Members’ mean", "Spread")
_MONEY = ("Asked for (£)", "Running total (£)", "Funding line", "Outcome", "Reason", "Redirected to")
_MEMBER = (
    "Member",
    "Unit",
    "Scorecards",
    "Mean mark",
    "Bids shared with others",
    "Difference from the others",
    "Bids marked lower",
    "Bids marked higher",
)


def ranking_rows(round: Round, bids: QuerySet[Bid], order: Sequence[Any], line: ranking.Line) -> Table:
    """Yield the header, then each of the ranked bids in an order, with its marks by criterion and its outcome.

    Amounts are in pounds. It uses a fixed number of queries.
    """
    rules = standings.rules_of(round)
    areas = round.body.areas
    criteria = [f"{columns.head(rule)}: {what}" for rule in rules for what, _ in _judged(None, rule)]
    heads = (areas.many.capitalize() if head == "Areas" else head for head in _BID)
    yield [*heads, *_RESULT, *criteria, *_MONEY]
    ranks = list(ranking.rows(round, bids, order))
    keys = [row["bid"] for row in ranks]
    results = standings.results(keys, rules)
    listed = Bid.objects.for_list().select_related("outcome").in_bulk(keys)
    for row in ranks:
        bid, result = listed[row["bid"]], results[row["bid"]]
        outcome = getattr(bid, "outcome", None)
        recipient = bid.recipient
        registered = recipient is not None and recipient.number
        yield [
            row["place"],
            bid.reference,
            bid.source_reference,
            bid.title,
            bid.get_led_by_display(),
            recipient.name if recipient else None,
            recipient.get_register_display() if recipient and registered else None,
            recipient.number if recipient and registered else None,
            bid.sponsoring_unit,
            areas.names(bid.boroughs),
            ", ".join(tag.label for tag in bid.tags.all() if tag.kind == tag.Kind.THEME),
            row["gate"],
            row["cards"],
            round.panel.wanted,
            row["mean"],
            row["panel_mean"],
            row["spread"],
            *(value for rule in rules for _, value in _judged(result, rule)),
            bid.amount,
            row["running"],
            _side(row, line),
            outcome.get_verdict_display() if outcome else None,
            outcome.reason if outcome else None,
            (outcome.destination or None) if outcome else None,
        ]


def _judged(result: scoring.Result | None, rule: Rule) -> Iterator[tuple[str, Any]]:
    """Yield what the file says of a criterion: the name of each column, and its value where there is a result."""
    if rule.gate:
        yield "gate", result.gates.get(rule.number) if result else None
    if rule.scored:
        yield "mean mark", result.means.get(rule.number) if result else None


def _side(row: dict[str, Any], line: ranking.Line) -> str | None:
    if row["running"] is None:
        return None
    return "above" if row["position"] <= line.after else "below"


def member_rows(round: Round, bids: QuerySet[Bid]) -> Table:
    """Yield the header, then each member who submitted a scorecard on one of the bids, with how they mark.

    The difference from the others is of all bids of the round, as on the page about how robust the ranking is.
    """
    yield list(_MEMBER)
    severities = {each.member_id: each for each in Severity.objects.filter(round=round)}
    marks = Mark.objects.filter(scorecard__state__in=Scorecard.COUNTED, scorecard__bid__in=bids.order_by().values("pk"))
    tallied = marks.values("scorecard__member", "scorecard__member__name", "scorecard__member__unit").annotate(
        cards=Count("scorecard", distinct=True), marks=Count("score"), sum=Sum("score")
    )
    for row in tallied.order_by("scorecard__member__name", "scorecard__member"):
        severity = severities.get(row["scorecard__member"])
        differences = severity.differences if severity else []
        yield [
            row["scorecard__member__name"],
            row["scorecard__member__unit"] or None,
            row["cards"],
            scoring.rounded(Fraction(row["sum"], row["marks"])) if row["marks"] else None,
            severity.shared if severity else 0,
            severity.difference if severity else None,
            sum(each < 0 for each in differences) if differences else None,
            sum(each > 0 for each in differences) if differences else None,
        ]
