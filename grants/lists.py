"""Lists that sort and filter by their address, and that a person finds again as they left them.

A list has a `FilterSet` whose form is a `FilterForm`, with a `Sort` among its filters. Its page shows what is chosen
with `govuk/list_filter.html`, its heads sort by the tag `sort_head`, and its view has `@keeps_filter`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect

# An address with this name and nothing else shows the whole list and forgets what was chosen.
CLEAR = "clear"
SORT = "sort"
# Which page of a list a person reads is no part of what they asked for.
_PAGES = ("page", "waiting")
# The two directions of a column in words, the rising one first.
TEXT_WAYS = ("A to Z", "Z to A")
NUMBER_WAYS = ("lowest first", "highest first")

Columns = Mapping[str, tuple[str, str]]
_KEY = "lists"
_MOST, _LONGEST = 20, 500


class Sort(django_filters.ChoiceFilter):
    """The order of a list. `texts` and `numbers` have the label and the path of each column by its name.

    `then` decides between equal rows, and `usual` says in words how the list is ordered without a choice. A row
    without a value in a column comes last in both directions.
    """

    def __init__(self, *, texts: Columns, numbers: Columns, then: Sequence[str], usual: str) -> None:
        self.texts, self.numbers, self.then, self.usual = texts, numbers, then, usual
        choices = [
            (f"{sign}{name}", f"{label}, {way}")
            for columns, ways in ((texts, TEXT_WAYS), (numbers, NUMBER_WAYS))
            for name, (label, _) in columns.items()
            for sign, way in zip(("", "-"), ways, strict=True)
        ]
        super().__init__(choices=choices, label="Sort by", empty_label=usual)

    def without(self, name: str) -> Sort:
        """Return the same orders without a column that the reader may not see."""
        texts, numbers = (
            {key: each for key, each in kind.items() if key != name} for kind in (self.texts, self.numbers)
        )
        return Sort(texts=texts, numbers=numbers, then=self.then, usual=self.usual)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return qs.order_by(*self.order(value)) if value else qs

    def order(self, value: str) -> list[OrderBy | str]:
        """Return what the rows are ordered by for a value of the address; without one, the usual order."""
        columns, name = {**self.texts, **self.numbers}, value.removeprefix("-")
        if name not in columns:
            return [*self.then]
        column = F(columns[name][1])
        by = column.desc(nulls_last=True) if value.startswith("-") else column.asc(nulls_last=True)
        return [by, *self.then]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on: its name and its value in words, and the query of the list without it."""

    label: str
    value: str
    without: str


def asked_of(request: HttpRequest) -> QueryDict:
    """Return what the address asks of a list, without its pages and what was left empty."""
    asked = request.GET.copy()
    for name in [*asked]:
        values = [value for value in asked.getlist(name) if value.strip()]
        if name in (*_PAGES, CLEAR) or not values:
            del asked[name]
        else:
            asked.setlist(name, values)
    return asked


def shown(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """Return the context of a list's page: its filter `form`, its `query` and the filters that are `chosen`."""
    asked = asked_of(request)
    chosen = []
    for name in form.fields:
        if name not in asked or (not form.is_valid() and name in form.errors):
            continue
        rest = asked.copy()
        del rest[name]
        chosen.append(Chosen(str(form[name].label), _in_words(form, name), rest.urlencode() or f"{CLEAR}=1"))
    return {"list_form": form, "query": asked.urlencode(), "chosen": chosen}


def _in_words(form: forms.Form, name: str) -> str:
    value, field = form.cleaned_data.get(name) if form.is_valid() else form.data.get(name), form.fields[name]
    if isinstance(field, forms.ModelChoiceField) or not isinstance(field, forms.ChoiceField):
        return str(value)
    labels = {str(key): str(label) for key, label in _flat(field.choices)}
    return ", ".join(labels.get(str(each), "") for each in (value if isinstance(value, list) else [value]))


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    return [each for value, label in choices for each in (label if isinstance(label, list) else [(value, label)])]


def keeps_filter(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Keep what a person asks of a list until they sign out, and ask the same when they come back to it.

    An address without a query redirects to the kept one. Each list is kept by its path, so by round.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        lists: dict[str, str] = request.session.get(_KEY, {})
        before = lists.get(request.path, "")
        if not request.GET and before:
            return redirect(f"{request.path}?{before}")
        query = asked_of(request).urlencode()
        is_page_alone = {*request.GET} <= {*_PAGES}
        if request.GET and query != before and not is_page_alone and len(query) <= _LONGEST:
            others = {path: each for path, each in lists.items() if path != request.path}
            newest = [*others.items(), *([(request.path, query)] if query else [])][-_MOST:]
            request.session[_KEY] = dict(newest)
        return redirect(request.path) if CLEAR in request.GET and not query else view(request, *args, **kwargs)

    return kept
