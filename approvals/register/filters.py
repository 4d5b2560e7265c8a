"""Search and filters of the public register."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from approvals.models import RegisterEntry
from grants import search
from grants.forms import FilterForm
from grants.layout import Field


class RegisterForm(FilterForm):
    pieces = (Field("q", wrapper_class="app-line__row"),)


class RegisterFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="find",
        label="Search",
        help_text="A reference, a recipient or its register number, or words of the title, the round or the text",
    )
    year = django_filters.ChoiceFilter(
        field_name="signed_on", lookup_expr="year", label="Year of decision", empty_label="Any year"
    )
    theme = django_filters.ChoiceFilter(
        method="naming", field_name="themes", label="Subject", empty_label="Any subject"
    )
    recipient = django_filters.ChoiceFilter(
        method="paying", field_name="recipients", label="Recipient", empty_label="Any recipient"
    )

    class Meta:
        model = RegisterEntry
        fields: list[str] = []
        form = RegisterForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entries = RegisterEntry.objects.in_register()
        for name, values in (
            ("year", entries.years()),
            ("theme", entries.named("themes")),
            ("recipient", entries.named("recipients", "later_recipients")),
        ):
            self.filters[name].extra["choices"] = [(each, each) for each in values]

    @cached_property
    def sought(self) -> search.Sought | None:
        """What the visitor searches for, read once."""
        return search.read(self.form.cleaned_data.get("q", "")) if self.form.is_valid() else None

    def find(self, rows: QuerySet[RegisterEntry], name: str, value: str) -> QuerySet[RegisterEntry]:
        return rows.filter(search.matching(self.sought)) if self.sought else rows

    def naming(self, rows: QuerySet[RegisterEntry], name: str, value: str) -> QuerySet[RegisterEntry]:
        return rows.filter(**{f"{name}__contains": [value]})

    def paying(self, rows: QuerySet[RegisterEntry], name: str, value: str) -> QuerySet[RegisterEntry]:
        return rows.filter(Q(recipients__contains=[value]) | Q(later_recipients__contains=[value]))
