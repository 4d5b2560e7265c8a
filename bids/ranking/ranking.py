"""The ranking for its pages: one page of rows, the funding line, and the unsettled results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from bids.models import Bid, Discussion, PanelOutcome, Reopening, Severity, Standing
from bids.models.bids import BidQuerySet
from bids.ranking import pictures
from bids.scoring import LOWEST_DIFFERENCE, Gate, n_of, outliers
from grants import money
from grants.models import Round, User

# The columns of a row, read as plain values, because building four objects for each row costs more than the query.
_OF_STANDING = (
    "position",
    "place",
    "gate",
    "cards",
    "mean",
    "panel_mean",
    "spread",
    "card_means",
    "moderated",
    "running",
)
_OF_ADVICE = ("best_place", "worst_place", "adjusted_mean", "adjusted_place")
_OF_BID = ("reference", "source_reference", "title", "amount", "state", "sponsoring_unit", "recipient__name")
_SHOWN = (
    "bid",
    *_OF_STANDING,
    *_OF_ADVICE,
    *(f"bid__{name}" for name in _OF_BID),
    "bid__outcome__verdict",
    "on_agenda",
    "reopened",
)
_VERDICTS = dict(PanelOutcome.Verdict.choices)
UNSETTLED = (Gate.SPLIT, Gate.OPEN)
_REOPENED = Exists(Reopening.objects.filter(scorecard__bid=OuterRef("bid")))
_ON_AGENDA = Exists(Discussion.objects.of_open_meetings().filter(bid=OuterRef("bid"), recorded_at=None))


def visible(round: Round, user: User) -> BidQuerySet:
    """Return the bids of a round whose place this person may see."""
    bids: BidQuerySet = Bid.objects.visible_to(user, "see ranking").filter(round=round)
    return bids


def rows(round: Round, bids: QuerySet[Bid], order: Sequence[Any] = ("position",)) -> QuerySet[Standing, dict[str, Any]]:
    """Return the ranked ones of some bids as mappings of the shown columns, by place unless in another order."""
    standings = Standing.objects.filter(round=round, bid__in=bids.order_by().values("pk"))
    return standings.annotate(on_agenda=_ON_AGENDA, reopened=_REOPENED).order_by(*order).values(*_SHOWN)


class RoundSums(Protocol):
    """The sums of a round that the pages of bids print, in pounds."""

    @property
    def for_grants(self) -> Decimal: ...

    @property
    def for_bids(self) -> Decimal: ...

    @property
    def direct(self) -> money.Tally: ...

    @property
    def grants(self) -> money.Tally: ...

    @property
    def left(self) -> Decimal: ...


def sums_of(round: Round) -> RoundSums:
    """Return the sums of a round from the app above, which every page of the round prints."""
    sums: RoundSums = import_string(settings.ROUND_SUMS)(round=round)
    return sums


@dataclass(frozen=True, slots=True)
class Line:
    """The funding line: the position that it follows, what the bids above it take, and what they leave, in pounds."""

    after: int
    taken: Decimal
    spare: Decimal


def line(round: Round, left: Decimal) -> Line:
    """Return the funding line, below the last bid in the ranking that `left`, in pounds, still pays for."""
    last = Standing.objects.filter(round=round, running__lte=left).order_by("-position").first()
    taken = last.running if last and last.running is not None else money.ZERO
    return Line(last.position if last else 0, taken, left - taken)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ranking as text for its page. `members` is their own mean if the meeting agreed another.

    `n` says how many scorecards of those wanted it rests on, and `is_thin` whether they are fewer. `is_running` is true
    while the result can change: the bid has no outcome, and a gate is split, no scorecard counts or an open meeting is
    to discuss it. `may_record` is true while its outcome can be recorded. `more` has the further columns.
    """

    reference: str
    own_reference: str
    place: int
    title: str
    gate: str
    n: str
    is_thin: bool
    is_running: bool
    picture: SafeString
    outlying: int
    result: str
    members: str
    spread: str
    asked: str
    running: str
    outcome: str
    may_record: bool
    line_below: bool
    reopenings: list[str]
    more: list[tuple[str, str]]


def drawn(page: Page[dict[str, Any]], line: Line, wanted: int, more: Mapping[int, list[tuple[str, str]]]) -> list[Row]:
    """Return the rows of one page with their pictures.

    The funding line is drawn below the row that it follows, if the rows are in the order of their places. `wanted` is
    the number of scorecards that each bid needs, and `more` has the further columns by the bid's primary key: the name
    and the text of each.
    """
    shown = list(page.object_list)
    positions = [row["position"] for row in shown]
    above = [position for position in positions if position <= line.after] if positions == sorted(positions) else []
    ends_here = above and (len(above) < len(shown) or not page.has_next())
    last = above[-1] if ends_here else None
    reopened = [row["bid__reference"] for row in shown if row["reopened"]]
    reopenings = Reopening.objects.texts_by_bid(reopened) if reopened else {}
    return [
        _row(
            row,
            wanted,
            reopenings=reopenings.get(row["bid__reference"], []),
            line_below=row["position"] == last,
            more=more.get(row["bid"], []),
        )
        for row in shown
    ]


def _row(row: dict[str, Any], wanted: int, **others: Any) -> Row:
    outlying = outliers(row["card_means"])
    is_unsettled = row["gate"] in UNSETTLED or row["on_agenda"]
    return Row(
        reference=row["bid__reference"],
        own_reference=row["bid__source_reference"],
        place=row["place"],
        title=row["bid__title"],
        gate=row["gate"].capitalize(),
        n=n_of(row["cards"], wanted),
        is_thin=row["cards"] < wanted,
        is_running=is_unsettled and row["bid__state"] == Bid.State.ELIGIBLE,
        picture=pictures.picture(row["card_means"], row["mean"], outlying),
        outlying=len(outlying),
        result=_figure(row["mean"]),
        members=_figure(row["panel_mean"]) if row["moderated"] else "",
        spread=_figure(row["spread"]),
        asked=money.pounds(row["bid__amount"]),
        running=money.pounds(row["running"]) if row["running"] is not None else "–",
        outcome=_VERDICTS.get(row["bid__outcome__verdict"], "None yet"),
        may_record=row["bid__state"] != Bid.State.AGREED,
        **others,
    )


def _figure(mean: Decimal | None) -> str:
    return "–" if mean is None else str(mean)


def counts(round: Round, wanted: int) -> dict[str, int]:
    """Return how many results can still change (`unsettled`) and rest on fewer scorecards than `wanted` (`thin`).

    A bid with an outcome is settled. Both count every bid of the round, in one query.
    """
    waiting = Q(bid__state=Bid.State.ELIGIBLE)
    unsettled = Count("pk", filter=waiting & (Q(gate__in=UNSETTLED) | Q(_ON_AGENDA)))
    standings = Standing.objects.filter(round=round)
    return standings.aggregate(unsettled=unsettled, thin=Count("pk", filter=Q(cards__lt=wanted)))


@dataclass(frozen=True, slots=True)
class Leaning:
    """A member's severity with its picture. `on_bids` says on how many bids they mark lower or higher, as text."""

    severity: Severity
    on_bids: str
    picture: SafeString


def severities(round: Round) -> list[Leaning]:
    """Return each member's severity with its picture, the most severe first."""
    leanings = []
    for each in Severity.objects.filter(round=round).select_related("member"):
        lower = sum(difference < 0 for difference in each.differences)
        higher = sum(difference > 0 for difference in each.differences)
        on_bids = f"Lower on {lower}, higher on {higher}" if each.differences else ""
        leanings.append(Leaning(each, on_bids, pictures.differences(each.differences, each.difference)))
    return leanings


@dataclass(frozen=True, slots=True)
class Firm:
    """A row of the advice: the best and worst place of a bid, with a picture of the range."""

    place: int
    bid: str
    n: str
    is_thin: bool
    result: str
    best: int
    worst: int
    picture: SafeString
    adjusted_mean: str
    adjusted_place: int


def firm(page: Page[dict[str, Any]], wanted: int) -> list[Firm]:
    """Return the rows of one page with the best and worst place of each, drawn on the scale of all places."""
    shown = list(page.object_list)
    last = max([page.paginator.count, *(row["worst_place"] for row in shown)], default=1)
    return [
        Firm(
            place=row["place"],
            bid=f"{row['bid__source_reference']} {row['bid__title']}",
            n=n_of(row["cards"], wanted),
            is_thin=row["cards"] < wanted,
            result=_figure(row["mean"]),
            best=row["best_place"],
            worst=row["worst_place"],
            picture=pictures.between(row["best_place"], row["worst_place"], row["place"], last),
            adjusted_mean=_figure(row["adjusted_mean"]),
            adjusted_place=row["adjusted_place"],
        )
        for row in shown
    ]


OUTLIER_IN_WORDS = (
    f"If at least three members scored a bid, a member whose mean is {LOWEST_DIFFERENCE} or more away from the mean of "
    "the others is an outlier and is drawn as a ring. Outliers do not change any result."
)
