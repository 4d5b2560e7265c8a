"""Pages of the ranking: places, how firm they are, what they cover."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bids import scoring as scoring_rules
from bids.ranking import columns
from bids.ranking import coverage as covering
from bids.ranking import insight as insight_rules
from bids.ranking import ranking as ranked
from bids.ranking.filters import ranking_filter
from grants.access import Request, allow, round_or_404
from grants.lists import keeps_filter, shown
from grants.pages import LONG_PAGE, page_of


@allow("see ranking")
@require_GET
@keeps_filter
def ranking(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see ranking")
    opened = this_round.panel.shows_marks
    context: dict[str, Any] = {"opened": opened, "rule": scoring_rules.RULE_IN_WORDS}
    if opened:
        sums = ranked.sums_of(this_round)
        line = ranked.line(this_round, sums.for_bids)
        listed = ranking_filter(request, this_round, line)
        page = page_of(request, ranked.rows(this_round, listed.qs, listed.order), size=LONG_PAGE)
        labels = listed.routes.labels if listed.routes else None
        more = columns.more(this_round, [row["bid"] for row in page.object_list], listed.more, labels)
        rows = ranked.drawn(page, line, listed.wanted, more)
        context |= {**shown(request, listed.form), "page": page, "rows": rows, "sums": sums, "line": line}
        context |= {"wanted": listed.wanted, **ranked.counts(this_round, listed.wanted)}
        context |= {"outlier_rule": ranked.OUTLIER_IN_WORDS, "more": rows[0].more if rows else []}
    return render(request, "bids/ranking/ranking.html", context)


@allow("see ranking")
@require_GET
def insight(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see ranking")
    opened = this_round.panel.shows_marks
    ranks = ranked.rows(this_round, ranked.visible(this_round, request.user))
    page = page_of(request, ranks) if opened else None
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
    visible = ranked.visible(this_round, request.user)
    after = ranked.line(this_round, ranked.sums_of(this_round).for_bids).after if opened else 0
    context = {"opened": opened, "covered": covering.of(this_round, visible, after) if opened else None}
    return render(request, "bids/ranking/coverage.html", context)
