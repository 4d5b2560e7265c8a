"""Search, filter and sort of the list of bids."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from bids.models import Bid, Tag
from grants.forms import FilterForm
from grants.models import Round


class BidFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label="Search title, bidder or reference")
    state = django_filters.ChoiceFilter(choices=Bid.State, label="State", empty_label="Any state")
    led_by = django_filters.ChoiceFilter(choices=Bid.Led, label="Led by", empty_label="Anybody")
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

    def search(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        return rows.filter(
            Q(title__icontains=value)
            | Q(source_reference__icontains=value)
            | Q(reference__iexact=value)
            | Q(recipient__name__icontains=value)
            | Q(recipient_as_written__icontains=value)
        )

    def in_borough(self, rows: QuerySet[Bid], name: str, value: str) -> QuerySet[Bid]:
        return rows.filter(boroughs__contains=[value])
