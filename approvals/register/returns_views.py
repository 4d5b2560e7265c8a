"""Registers of grants and of contracts for the public, the return of delegated grants, and the feed of decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_GET

from approvals.outputs import published
from approvals.paper import settled
from approvals.register import returns
from approvals.register.forms import PeriodForm
from approvals.register.returns import Period
from grants import money, tables
from grants.access import Request, allow, public, round_or_404
from grants.characters import for_xml
from grants.counting import counted
from grants.models import own_body
from grants.pages import file_response, page_of

PAGE = 20
NEWEST = 20


def _listed(
    request: HttpRequest, grants: list[settled.Grant], of: Callable[[date], Period], asked: str
) -> tuple[list[settled.Grant], dict[str, Any]]:
    """Return the grants of the period in the query parameter `asked`, and the context of their page."""
    there = returns.periods(grants, of)
    chosen = next((period for period in there if period.key == request.GET.get(asked)), None)
    in_period = returns.within(grants, of, chosen.key if chosen else "")
    context = {
        "page": page_of(request, in_period, PAGE),
        "periods": there,
        "filter": PeriodForm(
            name=asked,
            label=f"{asked.capitalize()} of approval",
            periods=there,
            anything=f"All {asked}s",
            chosen=chosen.key if chosen else "",
        ),
        "chosen": chosen,
        "query": f"?{asked}={chosen.key}" if chosen else "",
        "count": len(in_period),
        "total": money.total([grant.amount for grant in in_period]),
    }
    return in_period, context


def _table(
    kind: str,
    title: str,
    name: str,
    table: Iterable[list[Any]],
    as_csv: Callable[[tables.Table], Iterable[str]] = tables.as_exact_csv,
) -> HttpResponse:
    if kind == "csv":
        return file_response("".join(as_csv(table)).encode(), tables.CSV, f"{name}.csv")
    if kind == "xlsx":
        return file_response(tables.as_xlsx(title, table), tables.XLSX, f"{name}.xlsx")
    raise Http404


@public
@require_GET
def grant_register(request: HttpRequest) -> HttpResponse:
    _, context = _listed(request, published.grants(), returns.month, "month")
    return render(request, "approvals/register/grant_register.html", context)


@public
@require_GET
def grant_register_file(request: HttpRequest, kind: str) -> HttpResponse:
    in_period, _ = _listed(request, published.grants(), returns.month, "month")
    return _table(kind, "Grants", "grants", returns.grant_rows(in_period, returns.month))


@public
@require_GET
def contract_register(request: HttpRequest) -> HttpResponse:
    large_contracts = returns.large(published.contracts())
    context = {
        "page": page_of(request, large_contracts, PAGE),
        "count": len(large_contracts),
        "total": money.total([contract.amount for contract in large_contracts]),
        "above": returns.PUBLISHED_ABOVE,
    }
    return render(request, "approvals/register/contract_register.html", context)


@public
@require_GET
def contract_register_file(request: HttpRequest, kind: str) -> HttpResponse:
    large_contracts = returns.large(published.contracts())
    return _table(kind, "Contracts", "contracts", returns.contract_rows(large_contracts))


@allow("see returns")
@require_GET
def delegated_return(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see returns")
    _, context = _listed(request, published.delegated(this_round), returns.quarter, "quarter")
    return render(request, "approvals/register/delegated_return.html", context)


@allow("see returns")
@require_GET
def delegated_return_file(request: Request, round: str, kind: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see returns")
    listed, _ = _listed(request, published.delegated(this_round), returns.quarter, "quarter")
    rows = returns.grant_rows(listed, returns.quarter)
    # No paper has reported these yet, so nobody has refused a formula among them.
    return _table(kind, "Delegated grants", f"delegated-{this_round.reference}", rows, tables.as_csv)


class _Decisions(Feed):
    """The newest published decisions as Atom."""

    feed_type = Atom1Feed
    title = f"{settings.SERVICE_NAME}: published decisions"

    def subtitle(self) -> str:
        return f"Decisions of the {own_body().offices.decider} on crime prevention grants, when they are published."

    def link(self) -> str:
        return reverse("approvals:register")

    def feed_url(self) -> str:
        return reverse("approvals:register_feed")

    def items(self) -> list[published.Published]:
        return published.newest(NEWEST)

    def item_title(self, item: Any) -> str:
        return for_xml(f"{item.reference} {item.title}")

    def item_description(self, item: Any) -> str:
        grants = item.grants
        total = money.pounds(money.total([grant.amount for grant in grants]))
        count = counted(len(grants), "grant")
        signed = settled.day(item.record["signed_at"])
        answers = Counter(each["answer"] for each in item.record["items_decided"] if each["verb"] == "approve")
        others = "; ".join(f"{answer.lower()}: {number}" for answer, number in sorted(answers.items()))
        answers_text = f" What was asked for: {others}." if others else ""
        by = item.record["signed_by"]
        return for_xml(f"Signed by {by} on {signed.day} {signed:%B %Y}. {count}, {total} in all.{answers_text}")

    def item_link(self, item: published.Published) -> str:
        return reverse("approvals:published_decision", args=[item.reference])

    def item_pubdate(self, item: published.Published) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: published.Published) -> datetime | None:
        return item.published_at


_FEED = _Decisions()


@public
@require_GET
def register_feed(request: HttpRequest) -> HttpResponse:
    return _FEED(request)
