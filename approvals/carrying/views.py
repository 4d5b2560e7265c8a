"""Pages of carry-overs: the list of a round, proposing one, and the answer of the second person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.carrying import carrying
from approvals.carrying.forms import CarryOverForm
from approvals.models import CarryOver
from grants.access import Request, allow, enter, must, round_or_404
from grants.forms import ConfirmForm, ReasonForm
from grants.pages import form_page, page_of

_RELATED = ("line", "award__bid", "contract", "proposed_by", "answered_by")


def carry_over_or_404(request: Request, reference: str, action: str) -> CarryOver:
    """Return the carry-over. Raises Http404 unless this person may do the action in its round."""
    rows = CarryOver.objects.select_related("round", *_RELATED)
    carry_over = get_object_or_404(rows, reference=reference)
    must(request.user, action, carry_over.round)
    enter(request, carry_over.round)
    return carry_over


def _address(carry_over: CarryOver) -> str:
    return reverse("approvals:carry_over", args=[carry_over.reference])


@allow("see carry-overs")
@require_GET
def carry_overs(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see carry-overs")
    rows = this_round.carry_overs.select_related(*_RELATED)
    return render(request, "approvals/carrying/carry_overs.html", {"page": page_of(request, rows)})


@allow("see carry-overs")
@require_GET
def carry_over(request: Request, reference: str) -> HttpResponse:
    this_carry_over = carry_over_or_404(request, reference, "see carry-overs")
    context = {"carry_over": this_carry_over, "own": this_carry_over.proposed_by_id == request.user.pk}
    return render(request, "approvals/carrying/carry_over.html", context)


@allow("propose carry-over")
def propose_carry_over(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "propose carry-over")
    form = CarryOverForm(request.POST or None, round=this_round)
    return form_page(
        request,
        "approvals/carrying/propose_carry_over.html",
        form,
        lambda data: carrying.propose_carry_over(round=this_round, **form.terms(), by=request.user, at=timezone.now()),
        done=lambda made: f"You proposed {made.reference}. The money moves once another person confirms it.",
        to=_address,
        back=reverse("approvals:carry_overs", args=[this_round.reference]),
    )


@allow("confirm carry-over")
def confirm_carry_over(request: Request, reference: str) -> HttpResponse:
    carry_over = carry_over_or_404(request, reference, "confirm carry-over")
    return form_page(
        request,
        "approvals/carrying/confirm_carry_over.html",
        ConfirmForm(request.POST or None),
        lambda data: carrying.confirm_carry_over(carry_over=carry_over, by=request.user, at=timezone.now()),
        done=f"You confirmed {carry_over.reference} and carried the money over",
        to=_address(carry_over),
        carry_over=carry_over,
    )


@allow("refuse carry-over")
def refuse_carry_over(request: Request, reference: str) -> HttpResponse:
    carry_over = carry_over_or_404(request, reference, "refuse carry-over")
    return form_page(
        request,
        "approvals/carrying/refuse_carry_over.html",
        ReasonForm(request.POST or None),
        lambda data: carrying.refuse_carry_over(carry_over=carry_over, **data, by=request.user, at=timezone.now()),
        done=f"You refused {carry_over.reference}",
        to=_address(carry_over),
        carry_over=carry_over,
    )


@allow("withdraw carry-over")
def withdraw_carry_over(request: Request, reference: str) -> HttpResponse:
    carry_over = carry_over_or_404(request, reference, "withdraw carry-over")
    return form_page(
        request,
        "approvals/carrying/withdraw_carry_over.html",
        ReasonForm(request.POST or None),
        lambda data: carrying.withdraw_carry_over(carry_over=carry_over, **data, by=request.user, at=timezone.now()),
        done=f"You withdrew {carry_over.reference}",
        to=_address(carry_over),
        carry_over=carry_over,
    )
