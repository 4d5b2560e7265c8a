"""The page of outcomes: a line for each bid, the answers checked together with their totals, and then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from approvals.outcomes import reading
from approvals.outcomes.sheet import CHECK, RECORD, Sheet
from bids.models import PanelOutcome
from bids.panel import closing, members
from bids.panel.closing import Agreed
from bids.ranking.ranking import sums_of
from grants.access import Request, allow, round_or_404
from grants.counting import counted
from grants.forms import attempt
from grants.models import Round
from grants.money import Tally
from grants.pages import LONG_PAGE, page_of
from grants.refusal import Incomplete


@allow("record outcome")
def outcomes(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "record outcome")
    all_bids = request.GET.get("show") == "all"
    opened = members.marks_open(this_round)
    waiting = reading.waiting(this_round, request.user, all_bids=all_bids)
    page = page_of(request, waiting if opened else waiting.none(), LONG_PAGE)
    sheet = Sheet(reading.rows(this_round, list(page)), request.POST)
    if sheet.agreed and sheet.step == RECORD and attempt(sheet.top, lambda: _record(request, this_round, sheet)):
        done = f"You recorded {counted(len(sheet.agreed), 'outcome')}. Next, the leadership reviews what you recommend."
        messages.success(request, done)
        return redirect(request.get_full_path())
    context: dict[str, Any] = {"page": page, "all_bids": all_bids, "opened": opened, "sheet": sheet}
    context["form"] = {"errors": sheet.errors, "errors_with_links": sheet.errors}
    if sheet.agreed and sheet.step == CHECK:
        context |= _totals(this_round, sheet.agreed)
    return render(request, "approvals/outcomes/outcomes.html", context)


def _record(request: Request, round: Round, sheet: Sheet) -> bool:
    """Record all or none, and return whether they are recorded. What refuses a bid is shown at its line."""
    try:
        closing.record_outcomes(round=round, agreed=sheet.agreed, by=request.user, at=timezone.now())
    except Incomplete as refused:
        sheet.show(refused)
        return False
    return True


def _totals(round: Round, agreed: Sequence[Agreed]) -> dict[str, Any]:
    """Return the tally of each outcome, and what the recommended grants take above what is left, if they do."""
    tallies = {
        label: Tally.of(each.bid.amount for each in agreed if each.verdict == verdict)
        for verdict, label in PanelOutcome.Verdict.choices
    }
    sums = sums_of(round)
    asked = reading.recommended(round, agreed)
    return {"tallies": tallies, "sums": sums, "asked": asked, "over": asked.total - sums.left}
