"""Pages of the chair: the overview of the panel, closing scoring, and recording outcomes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.models import Bid, Panel
from bids.panel import closing, members, reading
from bids.panel.forms import OutcomeForm
from bids.ranking import standings
from grants.access import Request, allow, round_or_404
from grants.forms import ReasonForm
from grants.models import Round
from grants.pages import form_page, page_of


def _address(name: str, round: Round) -> str:
    return reverse(f"bids:{name}", args=[round.reference])


@allow("see panel")
@require_GET
def panel(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see panel")
    visible = Bid.objects.visible_to(request.user, "see panel")
    bids = visible.filter(round=this_round, state=Bid.State.ELIGIBLE).order_by("source_reference")
    page = page_of(request, bids)
    context = {
        "members": reading.members(this_round),
        "page": page,
        "rows": reading.with_scorers(page),
        "panel": Panel.objects.get(round=this_round),
        "closed_to_you": Bid.objects.filter(round=this_round, state=Bid.State.ELIGIBLE).count() - page.paginator.count,
    }
    return render(request, "bids/panel/panel.html", context)


@allow("run panel")
def close_scoring(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    return form_page(
        request,
        "bids/panel/close_scoring.html",
        ReasonForm(request.POST or None),
        lambda data: closing.close_scoring(round=this_round, **data, by=request.user, at=timezone.now()),
        done="You closed scoring. You can now see the ranking.",
        to=_address("ranking", this_round),
        back=_address("panel", this_round),
        incomplete=reading.open_to(request.user, this_round, members.incomplete(this_round)),
    )


def _after_outcome(request: Request, bid: Bid) -> str:
    """Return the address of the next bid without an outcome, if that was asked for and there is one, or the ranking."""
    open_bids = Bid.objects.visible_to(request.user, "record outcome").filter(round=bid.round, state=Bid.State.ELIGIBLE)
    following = open_bids.order_by("standing__position").first() if request.POST.get("then") == "next" else None
    if following is None:
        return _address("ranking", bid.round)
    return reverse("bids:record_outcome", args=[following.reference])


@allow("record outcome")
def record_outcome(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "record outcome")
    outcome = getattr(bid, "outcome", None)
    initial: dict[str, Any] = {"version": bid.version}
    if outcome:
        said_before = ("verdict", "destination", "reason", "internal_reason")
        initial |= {name: getattr(outcome, name) for name in said_before}
    closed = members.scoring_closed(bid.round)
    cards = reading.marks_of(bid) if closed else []

    def call(data: dict[str, Any]) -> None:
        seen = data.pop("version")
        closing.record_outcome(bid=bid, **data, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/panel/record_outcome.html",
        OutcomeForm(request.POST or None, initial=initial),
        call,
        done=f"You recorded the outcome of {bid.title}",
        to=lambda _: _after_outcome(request, bid),
        back=_address("ranking", bid.round),
        bid=bid,
        criteria=reading.by_criterion(bid.round, cards),
        result=standings.result_of(bid) if closed else None,
    )
