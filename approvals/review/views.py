"""Pages of the leadership's review."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from approvals.models import Award, Scenario
from approvals.review import reviewing
from approvals.review.forms import AgreeForm, ReviewForm
from approvals.routing import commitments
from approvals.scenarios.scenarios import proposed_amount
from bids.access import row_or_404
from bids.models import Bid
from grants.access import Request, allow, round_or_404
from grants.counting import counted
from grants.forms import SeenReasonForm
from grants.models import Round
from grants.pages import form_page, page_of


def _address(name: str, round: Round) -> str:
    return reverse(f"approvals:{name}", args=[round.reference])


@allow("review bid")
def review(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "review bid")
    visible = Bid.rows.visible_to(request.user, "review bid")
    ready = visible.filter(round=this_round, state__in=reviewing.reviewable(this_round))
    waiting = ready.select_related("recipient", "outcome")
    page = page_of(request, waiting.order_by("source_reference"))
    return form_page(
        request,
        "approvals/review/review.html",
        AgreeForm(request.POST or None, round=this_round, listed=page),
        lambda data: reviewing.agree(bids=list(data["bids"]), by=request.user, at=timezone.now()),
        done=lambda agreed: f"You agreed {counted(len(agreed), 'bid')}",
        to=_address("review", this_round),
        page=page,
        totals=waiting.exclude(led_by=Bid.Led.DIRECT).counted(),
        direct=waiting.filter(led_by=Bid.Led.DIRECT).counted(),
        sums=commitments.of_round(round=this_round),
        inside=waiting.filter(led_by=Bid.Led.INTERNAL).counted(),
        agreed_inside=reviewing.agreed_inside(this_round),
        proposed=Scenario.objects.filter(round=this_round, proposed_at__isnull=False)
        .select_related("proposed_by")
        .first(),
    )


@allow("review bid")
def review_bid(request: Request, reference: str) -> HttpResponse:
    bid = row_or_404(request, reference, "review bid")
    latest = bid.recommendations.filter(answer="agree").last()
    proposed = proposed_amount(bid)
    amount = latest.amount if latest else proposed or bid.amount
    initial = {"version": bid.version, "answer": "agree", "amount": amount}
    initial["legal_power"] = bid.round.body.legal_power
    if latest and (award := Award.objects.filter(bid=bid).select_related("round").first()):
        initial |= {"profile": award.years, "legal_power": award.legal_power}

    def call(data: dict[str, Any]) -> None:
        common = {"bid": bid, "seen": data["version"], "reason": data["reason"], "by": request.user}
        if data["answer"] == "agree":
            chosen = {"profile": data.get("profile", ()), "power": data.get("legal_power", "")}
            reviewing.review(**common, **chosen, amount=data["amount"], at=timezone.now())
        else:
            reviewing.return_bid(**common, at=timezone.now())

    return form_page(
        request,
        "approvals/review/review_bid.html",
        ReviewForm(request.POST or None, initial=initial, bid=bid),
        call,
        done=f"You recorded the review of {bid.title}",
        to=_address("review", bid.round),
        bid=bid,
        outcome=getattr(bid, "outcome", None),
        proposed=proposed,
        history=bid.recommendations.select_related("made_by"),
        left=(sums := commitments.of_round(round=bid.round)).left,
        sums=sums,
    )


@allow("withdraw direct award")
def withdraw_direct_award(request: Request, reference: str) -> HttpResponse:
    row = row_or_404(request, reference, "withdraw direct award")
    if not row.is_direct:
        raise Http404
    return form_page(
        request,
        "approvals/review/withdraw_direct_award.html",
        SeenReasonForm(request.POST or None, initial={"version": row.version}),
        lambda data: reviewing.withdraw_direct_award(
            row=row, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You withdrew {row.title}",
        to=reverse("bids:direct_award", args=[row.reference]),
        row=row,
    )
