"""The ranking for its pages: one page of rows, the funding line, and the unsettled results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from bids.models import Bid, Discussion, PanelOutcome, Reopening, Severity, Standing
from bids.scoring import LOWEST_DIFFERENCE, Gate, n_of, outliers
from grants import money
from grants.models import Round, User

PAGE = 50
# How many units of the picture a point of the scale takes, and where the scale begins.
POINT, MARGIN = 25, 5
# How wide a dot is, and the height of the line that it stands on.
DOT, MIDDLE = 6, 10
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


def rows(round: Round, user: User) -> QuerySet[Standing, dict[str, Any]]:
    """Return the ranked bids of a round that this person may see, in order. Each is a mapping of the shown columns."""
    visible = Bid.objects.visible_to(user, "see ranking").filter(round=round)
    standings = Standing.objects.filter(round=round, bid__in=visible).annotate(on_agenda=_ON_AGENDA, reopened=_REOPENED)
    return standings.order_by("position").values(*_SHOWN)


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
    to discuss it. `may_record` is true while its outcome can be recorded.
    """

    reference: str
    place: int
    title: str
    bidder: str
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


def drawn(page: Page[dict[str, Any]], line: Line, wanted: int) -> list[Row]:
    """Return the rows of one page with their pictures. The funding line is drawn below the row that it follows.

    `wanted` is the number of scorecards that each bid needs.
    """
    shown = list(page.object_list)
    above = [row["position"] for row in shown if row["position"] <= line.after]
    ends_here = above and (len(above) < len(shown) or not page.has_next())
    last = above[-1] if ends_here else None
    reopened = [row["bid__reference"] for row in shown if row["reopened"]]
    reopenings = Reopening.objects.texts_by_bid(reopened) if reopened else {}
    return [
        _row(row, wanted, reopenings.get(row["bid__reference"], []), line_below=row["position"] == last)
        for row in shown
    ]


def _row(row: dict[str, Any], wanted: int, reopenings: list[str], *, line_below: bool) -> Row:
    outlying = outliers(row["card_means"])
    is_unsettled = row["gate"] in UNSETTLED or row["on_agenda"]
    return Row(
        reference=row["bid__reference"],
        place=row["place"],
        title=row["bid__title"],
        bidder=f"{row['bid__source_reference']} · {row['bid__recipient__name'] or row['bid__sponsoring_unit']}",
        gate=row["gate"].capitalize(),
        n=n_of(row["cards"], wanted),
        is_thin=row["cards"] < wanted,
        is_running=is_unsettled and row["bid__state"] == Bid.State.ELIGIBLE,
        picture=picture(row["card_means"], row["mean"], outlying),
        outlying=len(outlying),
        result=_figure(row["mean"]),
        members=_figure(row["panel_mean"]) if row["moderated"] else "",
        spread=_figure(row["spread"]),
        asked=money.pounds(row["bid__amount"]),
        running=money.pounds(row["running"]) if row["running"] is not None else "–",
        outcome=_VERDICTS.get(row["bid__outcome__verdict"], "None yet"),
        may_record=row["bid__state"] != Bid.State.AGREED,
        line_below=line_below,
        reopenings=reopenings,
    )


def _figure(mean: Decimal | None) -> str:
    return "–" if mean is None else str(mean)


def picture(means: Sequence[Decimal], result: Decimal | None, outlying: set[int]) -> SafeString:
    """Return a picture with a dot for each member on the scale from 0 to 4. Outliers are rings, a bar is the result."""
    # Numbers alone go into it, so that there is nothing to escape.
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3"{_RING if number in outlying else ""}></circle>'
        for number, (x, y) in enumerate(_apart([_across(mean) for mean in means]))
    )
    bar = "" if result is None else f'<path class="app-dots__result" d="M{_across(result)} 2V18"></path>'
    spoken = ", ".join(map(str, means)) or "none"
    return SafeString(
        '<svg class="app-dots" viewBox="0 0 110 20" width="110" height="20" role="img" '
        f'aria-label="Means of the members: {spoken}"><path d="M5 10H105"></path>{bar}{dots}</svg>'
    )


def _apart(along: list[int]) -> list[tuple[int, int]]:
    """Return the coordinates of the dots. Dots that would overlap are stacked around the middle."""
    columns: dict[int, list[int]] = {}
    for number, x in enumerate(along):
        columns.setdefault(next((at for at in columns if abs(at - x) < DOT), x), []).append(number)
    places = [(0, 0)] * len(along)
    for numbers in columns.values():
        step = min(DOT, 14 // max(len(numbers) - 1, 1))
        for row, number in enumerate(numbers):
            places[number] = (along[number], MIDDLE + step * row - step * (len(numbers) - 1) // 2)
    return places


_RING = ' class="app-dots__outlier"'


def _across(mean: Decimal) -> int:
    return MARGIN + int(mean * POINT)


def counts(round: Round, wanted: int) -> dict[str, int]:
    """Return how many results can still change (`unsettled`) and rest on fewer scorecards than `wanted` (`thin`).

    A bid with an outcome is settled. Both count every bid of the round, in one query.
    """
    waiting = Q(bid__state=Bid.State.ELIGIBLE)
    unsettled = Count("pk", filter=waiting & (Q(gate__in=UNSETTLED) | Q(_ON_AGENDA)))
    standings = Standing.objects.filter(round=round)
    return standings.aggregate(unsettled=unsettled, thin=Count("pk", filter=Q(cards__lt=wanted)))


def severities(round: Round) -> list[tuple[Severity, SafeString]]:
    """Return each member's severity with a bar on a scale from -2 to 2, the most severe first."""
    rows = Severity.objects.filter(round=round).select_related("member")
    return [(each, leaning(each.difference)) for each in rows]


def leaning(difference: Decimal) -> SafeString:
    """Return a bar from the middle: left if a member marks lower than the others, right if higher."""
    middle, width = 100, min(int(abs(difference) * 50), 100)
    start = middle - width if difference < 0 else middle
    return format_html(
        '<svg class="app-lean" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true" focusable="false">'
        '<path d="M100 0V20"></path><rect x="{}" y="5" width="{}" height="10"></rect></svg>',
        start,
        width,
    )


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
            picture=between(row["best_place"], row["worst_place"], row["place"], last),
            adjusted_mean=_figure(row["adjusted_mean"]),
            adjusted_place=row["adjusted_place"],
        )
        for row in shown
    ]


def between(best: int, worst: int, place: int, last: int) -> SafeString:
    """Return a bar from the best to the worst place, with a dot at the bid's place."""
    x = [4 + 192 * (each - 1) // max(last - 1, 1) for each in (best, worst, place)]
    return format_html(
        '<svg class="app-dots" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true" focusable="false">'
        '<path d="M4 10H196"></path><path class="app-dots__range" d="M{} 10H{}"></path>'
        '<circle cx="{}" cy="10" r="4"></circle></svg>',
        x[0],
        x[1],
        x[2],
    )


OUTLIER_IN_WORDS = (
    f"If at least three members scored a bid, a member whose mean is {LOWEST_DIFFERENCE} or more away from the mean of "
    "the others is an outlier and is drawn as a ring. Outliers do not change any result."
)
