"""The ranking as its page shows it: one page of rows, the funding line, and what still runs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.paginator import Page
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from bids.models import Bid, Discussion, Severity, Standing
from bids.scoring import LOWEST_DIFFERENCE, Gate, outliers
from grants.models import Round, User

PAGE = 50
# How many units of the picture a point of the scale takes, and where the scale begins.
POINT, MARGIN = 25, 5
# A bid is wide, and a row of the ranking shows little of it.
_OF_STANDING = ("position", "place", "gate", "mean", "panel_mean", "spread", "card_means", "moderated", "running")
_OF_ADVICE = ("best_place", "worst_place", "adjusted_mean", "adjusted_place")
_OF_BID = ("reference", "source_reference", "title", "amount", "state", "sponsoring_unit", "recipient__name")
_SHOWN = (*_OF_STANDING, *_OF_ADVICE, *(f"bid__{name}" for name in _OF_BID), "bid__outcome__verdict")
UNSETTLED = (Gate.SPLIT, Gate.OPEN)
_ON_AGENDA = Exists(Discussion.objects.of_open_meetings().filter(bid=OuterRef("bid"), recorded_at=None))


def rows(round: Round, user: User) -> QuerySet[Standing]:
    """The bids of a round in order, as far as this person may see them ranked."""
    visible = Bid.objects.visible_to(user, "see ranking").filter(round=round)
    found = Standing.objects.filter(round=round, bid__in=visible).annotate(on_agenda=_ON_AGENDA)
    return found.select_related("bid__recipient", "bid__outcome").only(*_SHOWN).order_by("position")


def left_for_grants(round: Round) -> Decimal:
    """What of the allocation is left for grants, in pounds, as the app above says."""
    left: Decimal = import_string(settings.LEFT_FOR_GRANTS)(round=round)
    return left


@dataclass(frozen=True, slots=True)
class Line:
    """Where the money ends: after which position, what the bids above it take, and what they leave. Pounds."""

    after: int
    taken: Decimal
    spare: Decimal


def line(round: Round, left: Decimal) -> Line:
    """The funding line: it stands below the last bid that `left` (pounds) still holds, in order of the ranking."""
    last = Standing.objects.filter(round=round, running__lte=left).order_by("-position").first()
    taken = last.running if last and last.running is not None else Decimal("0.00")
    return Line(last.position if last else 0, taken, left - taken)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ranking: the standing, its picture and what is said about it."""

    standing: Standing
    picture: SafeString
    outlying: int
    line_below: bool

    @property
    def is_running(self) -> bool:
        """Whether the result can still change: no outcome stands, and a gate is split, no scorecard counts, or an open
        meeting has the bid before it."""
        standing = self.standing
        unsettled = standing.gate in UNSETTLED or vars(standing).get("on_agenda", False)
        return unsettled and standing.bid.state == Bid.State.ELIGIBLE


def drawn(page: Page[Standing], line: Line) -> list[Row]:
    """The rows of one page with their pictures. The line is drawn below the last row of the page that it follows."""
    shown = list(page.object_list)
    above = [row.pk for row in shown if row.position <= line.after]
    ends_here = above and (len(above) < len(shown) or not page.has_next())
    found = []
    for row in shown:
        outlying = outliers(row.card_means)
        found.append(Row(row, picture(row, outlying), len(outlying), bool(ends_here and row.pk == above[-1])))
    return found


def picture(row: Standing, outlying: set[int]) -> SafeString:
    """One dot a member on the scale from 0 to 4; an outlier is a ring, and a bar marks the result."""
    # Numbers alone go into it, so that there is nothing to escape.
    dots = "".join(
        f'<circle cx="{_across(mean)}" cy="10" r="4"{_RING if number in outlying else ""}></circle>'
        for number, mean in enumerate(row.card_means)
    )
    result = "" if row.mean is None else f'<path class="app-dots__result" d="M{_across(row.mean)} 2V18"></path>'
    said = ", ".join(str(mean) for mean in row.card_means) or "none"
    return SafeString(
        '<svg class="app-dots" viewBox="0 0 110 20" width="110" height="20" role="img" '
        f'aria-label="Means of the members: {said}"><path d="M5 10H105"></path>{result}{dots}</svg>'
    )


_RING = ' class="app-dots__outlier"'


def _across(mean: Decimal) -> int:
    return MARGIN + int(mean * POINT)


def unsettled(round: Round) -> int:
    """How many results of a round still run; what was rejected or redirected is settled with its outcome."""
    waiting = Standing.objects.filter(round=round, bid__state=Bid.State.ELIGIBLE)
    return waiting.filter(Q(gate__in=UNSETTLED) | Q(_ON_AGENDA)).count()


def severities(round: Round) -> list[tuple[Severity, SafeString]]:
    """How each member marks against the others, the most severe first, with a bar on a scale from -2 to 2."""
    found = Severity.objects.filter(round=round).select_related("member")
    return [(each, leaning(each.difference)) for each in found]


def leaning(difference: Decimal) -> SafeString:
    """A bar from the middle: to the left where a member marks lower than the others, to the right where higher."""
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
    """A row of the advice: the standing and a picture of the places that it may take."""

    standing: Standing
    picture: SafeString


def firm(page: Page[Standing]) -> list[Firm]:
    """The rows of one page with the best and worst place of each, drawn over all the places of the round."""
    shown = list(page.object_list)
    last = max([page.paginator.count, *(row.worst_place for row in shown)], default=1)
    return [Firm(row, between(row, last)) for row in shown]


def between(row: Standing, last: int) -> SafeString:
    """A bar from the best to the worst place, with a dot where the bid stands."""
    x = [4 + 192 * (place - 1) // max(last - 1, 1) for place in (row.best_place, row.worst_place, row.place)]
    return format_html(
        '<svg class="app-dots" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true" focusable="false">'
        '<path d="M4 10H196"></path><path class="app-dots__range" d="M{} 10H{}"></path>'
        '<circle cx="{}" cy="10" r="4"></circle></svg>',
        x[0],
        x[1],
        x[2],
    )


OUTLIER_IN_WORDS = (
    f"A member whose mean lies {LOWEST_DIFFERENCE} or more from the mean of the others on the same bid is an outlier, "
    "drawn as a ring; it is told only where at least three members scored the bid. It changes no result."
)
