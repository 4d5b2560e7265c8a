"""Pages of the ranking: places, how firm they are, what they cover."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bids import scoring as scoring_rules
from bids.models import Bid
from bids.ranking import coverage as covering
from bids.ranking import insight as insight_rules
from bids.ranking import ranking as ranked
from grants.access import Request, allow, round_or_404
from grants.pages import page_of


@allow("see ranking")
@require_GET
def ranking(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see ranking")
    opened = this_round.panel.shows_marks
    context: dict[str, Any] = {"opened": opened, "rule": scoring_rules.RULE_IN_WORDS}
    if opened:
        sums = ranked.sums_of(this_round)
        line = ranked.line(this_round, sums.for_bids)
        page = page_of(request, ranked.rows(this_round, request.user), size=ranked.PAGE)
        wanted = this_round.panel.wanted
        context |= {"page": page, "rows": ranked.drawn(page, line, wanted), "sums": sums, "line": line}
        context |= {"wanted": wanted, **ranked.counts(this_round, wanted)}
        context["outlier_rule"] = ranked.OUTLIER_IN_WORDS
    return render(request, "bids/ranking/ranking.html", context)


@allow("see ranking")
@require_GET
def insight(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see ranking")
    opened = this_round.panel.shows_marks
    page = page_of(request, ranked.rows(this_round, request.user), size=ranked.PAGE) if opened else None
    context = {
        "opened": opened,
        "page": page,
        "severities": ranked.severities(this_round) if opened else [],
        "rows": ranked.firm(page, this_round.panel.wanted) if page else [],
        "severity_rule": insight_rules.SEVERITY_IN_WORDS,
        "firmness_rule": insight_rules.FIRMNESS_IN_WORDS,
    }
    return render(request, "bids/ranking/insight.html", context)


@allow("see ranking")
@require_GET
def coverage(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see ranking")
    opened = this_round.panel.shows_marks
    visible = Bid.objects.visible_to(request.user, "see ranking").filter(round=this_round)
    after = ranked.line(this_round, ranked.sums_of(this_round).for_bids).after if opened else 0
    context = {"opened": opened, "covered": covering.of(this_round, visible, after) if opened else None}
    return render(request, "bids/ranking/coverage.html", context)
