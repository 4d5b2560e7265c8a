"""Search, filters, order and columns of the ranking."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from bids.intake.filters import RoundFilter
from bids.models import Bid, PanelOutcome
from bids.ranking import columns
from bids.ranking.ranking import Line, visible
from bids.scoring import Gate
from grants.access import Request, holdings
from grants.counting import counted
from grants.forms import Checkboxes
from grants.lists import Sort
from grants.models import Round

FEW, WHOLE = "few", "whole"
ABOVE, BELOW, OUTSIDE = "above", "below", "outside"


class RankingFilter(RoundFilter):
    """The filters of the ranking over the bids of a round. What it sorts by are columns of their standings."""

    gate = django_filters.ChoiceFilter(field_name="standing__gate", label="Gates", empty_label="Any answer")
    n = django_filters.ChoiceFilter(method="with_cards", label="Scorecards", empty_label="Any number")
    line = django_filters.ChoiceFilter(
        method="by_line",
        label="Funding line",
        empty_label="Above and below",
        choices=((ABOVE, "Above the line"), (BELOW, "Below the line"), (OUTSIDE, "Takes no money for bids")),
    )
    outcome = django_filters.ChoiceFilter(
        method="with_outcome",
        label="Outcome",
        empty_label="Any outcome",
        choices=(("none", "None yet"), *PanelOutcome.Verdict.choices),
    )
    sort = Sort(
        texts={"reference": ("Reference", "bid__source_reference"), "title": ("Title", "bid__title")},
        numbers={
            "place": ("Place", "position"),
            "cards": ("Scorecards", "cards"),
            "result": ("Result", "mean"),
            "spread": ("Spread", "spread"),
            "amount": ("Asked for", "bid__amount"),
        },
        then=("position",),
        usual="Place",
    )
    show = django_filters.MultipleChoiceFilter(label="More columns", widget=Checkboxes)

    class Meta(RoundFilter.Meta):
        pass

    def __init__(self, *args: Any, line: Line, wanted: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drawn_line, self.wanted = line, wanted
        # A value of the rules is one word in small letters.
        self.filters["gate"].extra["choices"] = [(gate.value, gate.value.capitalize()) for gate in Gate]
        self.filters["n"].extra["choices"] = [
            (FEW, f"Fewer than {wanted}"),
            (WHOLE, f"{wanted} or more"),
            *((str(number), f"Only {counted(number, 'scorecard')}") for number in range(wanted)),
        ]
        self.filters["show"].extra["choices"] = [
            (columns.CRITERIA, "Marks by criterion"),
            (columns.RECIPIENT, "Recipient"),
            (columns.UNIT, "Unit"),
            (columns.AREAS, self.filters["borough"].label),
            (columns.THEMES, "Themes"),
            *([(columns.ROUTE, "Route")] if self.routes else []),
        ]

    @property
    def order(self) -> list[Any]:
        """What the standings of the bids are ordered by."""
        return self.filters["sort"].order(self._value("sort") or "")

    @property
    def more(self) -> list[str]:
        """The further columns that the person wants to see."""
        return list(self._value("show") or ())

    def _value(self, name: str) -> Any:
        return self.form.cleaned_data.get(name) if self.form.is_valid() else None

    def filter_queryset(self, queryset: QuerySet[Bid]) -> QuerySet[Bid]:
        # The order is that of the standings, and the columns choose no rows.
        for name, value in self.form.cleaned_data.items():
            if name not in ("sort", "show"):
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def with_cards(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        if value in (FEW, WHOLE):
            few = Q(standing__cards__lt=self.wanted)
            return rows.filter(few if value == FEW else ~few)
        return rows.filter(standing__cards=int(value))

    def by_line(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        if value == OUTSIDE:
            return rows.filter(standing__running=None)
        above = Q(standing__position__lte=self.drawn_line.after)
        return rows.filter(above if value == ABOVE else ~above, standing__running__isnull=False)

    def with_outcome(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        return rows.filter(outcome=None) if value == "none" else rows.filter(outcome__verdict=value)


def ranking_filter(request: Request, round: Round, line: Line) -> RankingFilter:
    """Return the filter of a round's ranking over the bids that the person may see."""
    return RankingFilter(
        request.GET,
        visible(round, request.user),
        round=round,
        line=line,
        wanted=round.panel.wanted,
        shows_route=holdings(request.user).may("see routes", round),
    )
