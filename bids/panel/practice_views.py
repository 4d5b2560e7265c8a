"""Pages of the practice bid: score it, set it up, compare the marks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from bids.meetings import reading as meeting_reading
from bids.models import Criterion, Practice, PracticeCard
from bids.panel import members
from bids.panel import practice as practising
from bids.panel.forms import PracticeForm
from bids.panel.score_form import ScoreForm
from grants import typed
from grants.access import Request, allow, holdings, round_or_404
from grants.forms import ReasonForm
from grants.pages import form_page


@allow("see practice")
def practice(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see practice")
    made = Practice.objects.filter(round=this_round).first()
    rules = [criterion.rule for criterion in Criterion.objects.filter(round=this_round)]
    held = holdings(request.user)
    own = PracticeCard.objects.filter(practice=made, member=request.user).first()
    context: dict[str, Any] = {"practice": made, "own": own}
    if made and made.compared_at:
        context["criteria"] = meeting_reading.practice_marks(made, rules)
    elif made and held.may("compare practice", this_round):
        context |= {"waiting": practising.waiting_for(made), "scored": made.cards.exists()}
    over = made is None or made.compared_at or members.scoring_closed(this_round)
    if made is None or over or own or not held.may("score practice", this_round):
        return render(request, "bids/panel/practice.html", context)
    waiting = made
    form = ScoreForm(request.POST or None, rules=rules, saved={}, typed={})
    # The page draws its fields itself.
    typed.put_back(request, form)
    return form_page(
        request,
        "bids/panel/practice.html",
        form,
        lambda data: practising.score_practice(practice=waiting, marks=form.marks, by=request.user, at=timezone.now()),
        done="You submitted your practice marks",
        to=reverse("bids:practice", args=[this_round.reference]),
        **context,
    )


@allow("keep practice")
def keep_practice(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "keep practice")
    made = Practice.objects.filter(round=this_round).values("title", "bidder", "amount", "case").first()
    return form_page(
        request,
        "bids/panel/keep_practice.html",
        PracticeForm(request.POST or None, initial=made or {}),
        lambda data: practising.keep_practice(round=this_round, **data, by=request.user, at=timezone.now()),
        done="You set up the practice bid. No real bid can be scored until the panel has compared its marks on it.",
        to=reverse("bids:practice", args=[this_round.reference]),
    )


@allow("compare practice")
def compare_practice(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "compare practice")
    made = get_object_or_404(Practice, round=this_round)

    def call(data: dict[str, Any]) -> None:
        seen, reason = made.version, data["reason"]
        practising.compare_practice(practice=made, reason=reason, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/panel/compare_practice.html",
        ReasonForm(request.POST or None),
        call,
        done="You opened the comparison. Members can now score the real bids.",
        to=reverse("bids:practice", args=[this_round.reference]),
        waiting=practising.waiting_for(made),
    )
