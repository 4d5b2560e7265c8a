"""Pages that export scores: the table of all marks, and feedback to unsuccessful bidders."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.models import Bid, Export, PanelOutcome
from bids.panel import matrix
from bids.ranking import exporting, ranking, standings
from bids.ranking import feedback as rules_of_feedback
from bids.ranking.filters import ranking_filter
from bids.ranking.forms import ExportForm
from grants import tables
from grants.access import Request, allow, must, round_or_404
from grants.lists import asked_of
from grants.models import Round
from grants.pages import file_response, form_page, saved_as


@allow("export scores")
def export_scores(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "export scores")
    return form_page(
        request,
        "bids/ranking/export_scores.html",
        ExportForm(request.POST or None),
        lambda data: matrix.ask_for_scores(round=this_round, **data, by=request.user, at=timezone.now()),
        done="Your file is downloading. The export is recorded in the audit trail.",
        to=lambda made: reverse("bids:scores_file", args=[made.reference], query=asked_of(request)),
        back=reverse("bids:ranking", args=[this_round.reference]),
        is_filtered=bool(asked_of(request)),
    )


@allow("export scores")
@require_GET
def scores_file(request: Request, reference: str) -> HttpResponseBase:
    own = Export.objects.filter(asked_by=request.user, asked_at__gte=timezone.now() - matrix.FETCHED_WITHIN)
    export = get_object_or_404(own.select_related("round"), reference=reference)
    must(request.user, "export scores", export.round)
    name = f"scores-{export.round.reference}.{export.kind}"
    line = ranking.line(export.round, ranking.sums_of(export.round).for_bids)
    listed = ranking_filter(request, export.round, line)
    scorecards = matrix.rows(export.round, listed.qs)
    if export.kind == Export.Kind.XLSX:
        sheets = [
            tables.Sheet("Ranking", exporting.ranking_rows(export.round, listed.qs, listed.order, line)),
            tables.Sheet("Scorecards", scorecards),
            tables.Sheet("Members", exporting.member_rows(export.round, listed.qs)),
        ]
        return file_response(tables.as_workbook(sheets), tables.XLSX, name)
    response = StreamingHttpResponse(tables.as_csv(scorecards), content_type=tables.CSV)
    response["Content-Disposition"] = saved_as(name)
    return response


def letters(bids: list[Bid], round: Round) -> Iterator[tuple[Bid, str]]:
    """Yield each unsuccessful bid with the letter to its bidder, as text."""
    rules = standings.rules_of(round)
    results = standings.results([bid.pk for bid in bids], rules)
    for bid in bids:
        outcome: PanelOutcome = bid.outcome
        opening = rules_of_feedback.letter(
            bidder=bid.bidder,
            title=bid.title,
            round=round.title,
            scored=round.scored,
            verdict=outcome.verdict,
            reason=outcome.reason,
            destination=outcome.destination,
        )
        criteria = rules_of_feedback.by_criterion(results[bid.pk], rules) if round.scored else []
        yield bid, rules_of_feedback.text(opening, criteria, f"Your bid’s reference is {bid.source_reference}.")


@allow("write feedback")
@require_GET
def feedback(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "write feedback")
    unsuccessful = bid.state in Bid.UNSUCCESSFUL
    by_bid = dict(letters([bid], bid.round)) if unsuccessful else {}
    return render(request, "bids/ranking/feedback.html", {"bid": bid, "letter": by_bid.get(bid)})


@allow("write feedback")
@require_GET
def feedback_file(request: Request, round: str) -> HttpResponseBase:
    this_round = round_or_404(request, round, "write feedback")
    visible = Bid.objects.visible_to(request.user, "write feedback").filter(
        round=this_round, state__in=Bid.UNSUCCESSFUL
    )
    bids = list(visible.select_related("recipient", "outcome").order_by("source_reference"))
    parts = (f"{bid.source_reference}\n{'=' * 40}\n\n{text}\n\n\n" for bid, text in letters(bids, this_round))
    response = StreamingHttpResponse(parts, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = saved_as(f"feedback-{this_round.reference}.txt")
    return response
