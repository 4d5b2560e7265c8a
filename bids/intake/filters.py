"""Search, filter and sort of the list of bids."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import django_filters
from django.conf import settings
from django.db.models import Case, QuerySet, Value, When
from django.utils.module_loading import import_string

from bids.models import Bid, Tag
from grants import search
from grants.forms import FilterForm
from grants.lists import Sort
from grants.models import Round


class Routes(Protocol):
    """The routes of a round's grants, by which its bids are filtered."""

    @property
    def choices(self) -> list[tuple[str, str]]: ...

    def of(self, bids: QuerySet[Bid], value: str) -> QuerySet[Bid]: ...

    def labels(self, bids: Sequence[int]) -> dict[int, str]: ...


def routes_of(round: Round) -> Routes:
    """Return the routes of a round's grants from the app above."""
    routes: Routes = import_string(settings.BID_ROUTES)(round=round)
    return routes


class RoundFilter(django_filters.FilterSet):
    """What every list of a round's bids is filtered by. The route is left out for who may not see routes."""

    q = django_filters.CharFilter(
        method="find",
        label="Search",
        help_text="Words of the title or the case, a bidder, a reference or a register number",
    )
    led_by = django_filters.ChoiceFilter(choices=Bid.LEADING, label="Led by", empty_label="Anybody")
    theme = django_filters.ModelChoiceFilter(
        field_name="tags", queryset=Tag.objects.none(), to_field_name="code", label="Theme", empty_label="Any theme"
    )
    borough = django_filters.ChoiceFilter(method="in_borough")
    unit = django_filters.ChoiceFilter(
        field_name="sponsoring_unit",
        label="Sponsoring unit",
        empty_label="Any unit",
    )
    route = django_filters.ChoiceFilter(method="on_route", label="Route", empty_label="Any route")

    class Meta:
        model = Bid
        fields: list[str] = []
        form = FilterForm

    def __init__(self, *args: Any, round: Round, shows_route: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = round.body.areas
        self.filters["borough"].label = areas.one.capitalize()
        self.filters["borough"].extra |= {"choices": areas.choices, "empty_label": f"Any {areas.one}"}
        self.filters["unit"].extra["choices"] = [(unit, unit) for unit in round.body.units]
        self.filters["theme"].queryset = Tag.objects.filter(round=round, kind=Tag.Kind.THEME)
        self.routes = routes_of(round) if shows_route else None
        if self.routes:
            self.filters["route"].extra["choices"] = self.routes.choices
        else:
            # Filtering by what one may not see would show it.
            del self.filters["route"]

    def find(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        if self.sought is None:
            return rows
        # Unless the person sorts, bids that are called what they typed come before bids that mention it.
        called = Case(When(search.named(self.sought), then=Value(0)), default=Value(1))
        return rows.filter(search.matching(self.sought)).order_by(called, "source_reference")

    @cached_property
    def sought(self) -> search.Sought | None:
        """What the person searches for, read once."""
        return search.read(self.form.cleaned_data.get("q", "")) if self.form.is_valid() else None

    def in_borough(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        return rows.filter(boroughs__contains=[value])

    def on_route(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        return self.routes.of(rows, value) if self.routes else rows


class BidFilter(RoundFilter):
    state = django_filters.ChoiceFilter(choices=Bid.STATES, label="State", empty_label="Any state")
    sort = Sort(
        texts={
            "reference": ("Reference", "source_reference"),
            "title": ("Title", "title"),
            "recipient": ("Recipient", "recipient__name"),
            "unit": ("Unit", "sponsoring_unit"),
            "state": ("State", "state"),
        },
        numbers={"amount": ("Asked for", "amount")},
        then=("source_reference", "pk"),
        usual="Reference",
    )

    class Meta(RoundFilter.Meta):
        pass

    def __init__(self, *args: Any, shows_state: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_state:
            # Filtering or sorting by what one may not see would show it.
            del self.filters["state"]
            self.filters["sort"] = self.filters["sort"].without("state")
