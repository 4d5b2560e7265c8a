"""Pages of a member's own marks: in a table, with their bids to print, and those on bids that were taken back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bids.models import Criterion
from bids.panel import own
from bids.panel.forms import OwnMarksForm
from grants.access import Request, allow, round_or_404
from grants.models import Round
from grants.pages import LONG_PAGE, page_of


def _rules(round: Round) -> list[own.Rule]:
    return [criterion.rule for criterion in Criterion.objects.filter(round=round)]


@allow("score bid")
@require_GET
def my_marks(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "score bid")
    rules = _rules(this_round)
    form = OwnMarksForm(request.GET, rules=rules)
    chosen = form.cleaned_data if form.is_valid() else {}
    own_rows = own.rows(request.user, this_round, rules, **chosen)
    context = {
        "rules": rules,
        "form": form,
        "sort": chosen.get("sort", ""),
        "filtered": any(chosen.values()),
        "page": page_of(request, own_rows, size=LONG_PAGE),
        "means": own.means(own_rows, rules),
        "complete": sum(row.mean is not None for row in own_rows),
    }
    return render(request, "bids/panel/my_marks.html", context)


@allow("score bid")
@require_GET
def my_scorecards(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "score bid")
    rules = _rules(this_round)
    page = page_of(request, own.bids(request.user, this_round), size=LONG_PAGE)
    context = {"page": page, "rows": own.scorecards(page, request.user, rules)}
    return render(request, "bids/panel/my_scorecards.html", context)


@allow("score bid")
@require_GET
def kept_scorecards(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "score bid")
    page = page_of(request, own.kept(request.user, this_round), size=LONG_PAGE)
    context = {"page": page, "rows": own.kept_texts(page, _rules(this_round))}
    return render(request, "bids/panel/kept_scorecards.html", context)
