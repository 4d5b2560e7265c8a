"""Search, filters and order of the list of people."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet

from grants.forms import FilterForm
from grants.lists import Sort
from grants.models import RoleHolding, Round, User, own_body
from grants.roles import Role

NOBODY = "none"


class PeopleFilter(django_filters.FilterSet):
    """The filters of people by the roles that they hold on a day. A role for all rounds counts in each of them."""

    q = django_filters.CharFilter(
        method="find", label="Search", help_text="A name, a user name, a unit or an email address"
    )
    role = django_filters.ChoiceFilter(method="holding", label="Role", empty_label="Any role")
    round = django_filters.ModelChoiceFilter(
        method="holding",
        queryset=Round.objects.order_by("title"),
        to_field_name="reference",
        label="Round",
        empty_label="Any round",
    )
    sort = Sort(
        texts={"name": ("Name", "name"), "unit": ("Unit", "unit")},
        numbers={"seen": ("Last signed in", "last_login")},
        then=("name", "pk"),
        usual="Name",
    )

    class Meta:
        model = User
        fields: list[str] = []
        form = FilterForm

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offices = own_body().offices
        roles = [(role.value, offices.of(role)) for role in Role]
        self.filters["role"].extra["choices"] = [*roles, (NOBODY, "No role")]

    def find(self, rows: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        for word in value.split():
            named = Q(name__icontains=word) | Q(username__icontains=word)
            rows = rows.filter(named | Q(unit__icontains=word) | Q(email__icontains=word))
        return rows

    def holding(self, rows: QuerySet[User], name: str, value: Any) -> QuerySet[User]:
        """Role and round are asked of one and the same holding."""
        role, round = (self.form.cleaned_data.get(each) for each in ("role", "round"))
        held = RoleHolding.objects.on(self.today).filter(user=OuterRef("pk"))
        if round:
            held = held.filter(Q(round=round) | Q(round=None))
        if role == NOBODY:
            return rows.filter(~Exists(held))
        return rows.filter(Exists(held.filter(role=role) if role else held))
