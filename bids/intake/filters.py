"""Search, filter and sort of the list of bids."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Case, QuerySet, Value, When

from bids.models import Bid, Tag
from grants import search
from grants.forms import FilterForm
from grants.models import Round


class BidFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="find",
        label="Search",
        help_text="Words of the title or the case, a bidder, a reference or a register number",
    )
    state = django_filters.ChoiceFilter(choices=Bid.STATES, label="State", empty_label="Any state")
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
    sort = django_filters.OrderingFilter(
        fields=(("source_reference", "reference"), ("title", "title"), ("amount", "amount"), ("state", "state")),
        field_labels={"source_reference": "Reference", "title": "Title", "amount": "Amount", "state": "State"},
        label="Sort by",
        empty_label=None,
    )

    class Meta:
        model = Bid
        fields: list[str] = []
        form = FilterForm

    def __init__(self, *args: Any, round: Round, shows_state: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not shows_state:
            # Filtering or sorting by what one may not see would show it.
            del self.filters["state"]
            self.filters["sort"] = django_filters.OrderingFilter(
                fields=(("source_reference", "reference"), ("title", "title"), ("amount", "amount")), label="Sort by"
            )
        areas = round.body.areas
        self.filters["borough"].label = areas.one.capitalize()
        self.filters["borough"].extra |= {"choices": areas.choices, "empty_label": f"Any {areas.one}"}
        self.filters["unit"].extra["choices"] = [(unit, unit) for unit in round.body.units]
        self.filters["theme"].queryset = Tag.objects.filter(round=round, kind=Tag.Kind.THEME)

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
