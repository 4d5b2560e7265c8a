"""Pages of over-allocations: the list of a round, proposing one, and the answer of the second person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grants import money
from grants.access import Request, allow, enter, must, round_or_404
from grants.forms import ConfirmForm, ReasonForm
from grants.models import OverAllocation
from grants.pages import form_page
from grants.rounds import over_allocation as transitions
from grants.rounds.forms import OverAllocationForm


def over_allocation_or_404(request: Request, reference: str, action: str) -> OverAllocation:
    """Return the over-allocation. Raises Http404 unless this person may do the action in its round."""
    rows = OverAllocation.objects.select_related("round", "proposed_by", "answered_by")
    over_allocation = get_object_or_404(rows, reference=reference)
    must(request.user, action, over_allocation.round)
    enter(request, over_allocation.round)
    return over_allocation


def _address(over_allocation: OverAllocation) -> str:
    return reverse("grants:over_allocation", args=[over_allocation.reference])


@allow("see over-allocations")
@require_GET
def over_allocations(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see over-allocations")
    context = {
        "rows": this_round.over_allocations.select_related("proposed_by", "answered_by"),
        "percent": money.per_cent(this_round.over_allocation_percent),
        "agreed": transitions.agreed(this_round),
        "left": transitions.may_be_agreed(this_round),
    }
    return render(request, "grants/rounds/over_allocations.html", context)


@allow("see over-allocations")
@require_GET
def over_allocation(request: Request, reference: str) -> HttpResponse:
    this_one = over_allocation_or_404(request, reference, "see over-allocations")
    context = {"over_allocation": this_one, "own": this_one.proposed_by_id == request.user.pk}
    return render(request, "grants/rounds/over_allocation.html", context)


@allow("propose over-allocation")
def propose_over_allocation(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "propose over-allocation")
    return form_page(
        request,
        "grants/rounds/propose_over_allocation.html",
        OverAllocationForm(request.POST or None, round=this_round),
        lambda data: transitions.propose_over_allocation(round=this_round, **data, by=request.user, at=timezone.now()),
        done=lambda made: f"You proposed {made.reference}. It may be used once another person agrees it.",
        to=_address,
        back=reverse("grants:over_allocations", args=[this_round.reference]),
        left=transitions.may_be_agreed(this_round),
    )


@allow("agree over-allocation")
def agree_over_allocation(request: Request, reference: str) -> HttpResponse:
    over_allocation = over_allocation_or_404(request, reference, "agree over-allocation")
    return form_page(
        request,
        "grants/rounds/agree_over_allocation.html",
        ConfirmForm(request.POST or None),
        lambda data: transitions.agree_over_allocation(
            over_allocation=over_allocation, by=request.user, at=timezone.now()
        ),
        done=f"You agreed {over_allocation.reference}",
        to=_address(over_allocation),
        over_allocation=over_allocation,
    )


@allow("refuse over-allocation")
def refuse_over_allocation(request: Request, reference: str) -> HttpResponse:
    over_allocation = over_allocation_or_404(request, reference, "refuse over-allocation")
    return form_page(
        request,
        "grants/rounds/refuse_over_allocation.html",
        ReasonForm(request.POST or None),
        lambda data: transitions.refuse_over_allocation(
            over_allocation=over_allocation, **data, by=request.user, at=timezone.now()
        ),
        done=f"You refused {over_allocation.reference}",
        to=_address(over_allocation),
        over_allocation=over_allocation,
    )


@allow("withdraw over-allocation")
def withdraw_over_allocation(request: Request, reference: str) -> HttpResponse:
    over_allocation = over_allocation_or_404(request, reference, "withdraw over-allocation")
    return form_page(
        request,
        "grants/rounds/withdraw_over_allocation.html",
        ReasonForm(request.POST or None),
        lambda data: transitions.withdraw_over_allocation(
            over_allocation=over_allocation, **data, by=request.user, at=timezone.now()
        ),
        done=f"You withdrew {over_allocation.reference}",
        to=_address(over_allocation),
        over_allocation=over_allocation,
    )
