"""Pages of virements: the list of a round, proposing one, and the answer of the second person."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grants.access import Request, allow, enter, must, round_or_404
from grants.forms import ConfirmForm, ReasonForm
from grants.models import Virement
from grants.pages import form_page, page_of
from grants.rounds import virement as transitions
from grants.rounds.forms import VirementForm


def virement_or_404(request: Request, reference: str, action: str) -> Virement:
    """Return the virement. Raises Http404 unless this person may do the action in its round."""
    rows = Virement.objects.select_related("round", "source", "target", "proposed_by", "answered_by")
    virement = get_object_or_404(rows, reference=reference)
    must(request.user, action, virement.round)
    enter(request, virement.round)
    return virement


def _address(virement: Virement) -> str:
    return reverse("grants:virement", args=[virement.reference])


@allow("see virements")
@require_GET
def virements(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see virements")
    rows = this_round.virements.select_related("source", "target", "proposed_by", "answered_by")
    return render(request, "grants/rounds/virements.html", {"page": page_of(request, rows)})


@allow("see virements")
@require_GET
def virement(request: Request, reference: str) -> HttpResponse:
    this_virement = virement_or_404(request, reference, "see virements")
    context = {"virement": this_virement, "own": this_virement.proposed_by_id == request.user.pk}
    return render(request, "grants/rounds/virement.html", context)


@allow("propose virement")
def propose_virement(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "propose virement")
    return form_page(
        request,
        "grants/rounds/propose_virement.html",
        VirementForm(request.POST or None, round=this_round),
        lambda data: transitions.propose_virement(round=this_round, **data, by=request.user, at=timezone.now()),
        done=lambda made: f"You proposed {made.reference}. The money moves once another person confirms it.",
        to=_address,
        back=reverse("grants:virements", args=[this_round.reference]),
    )


@allow("confirm virement")
def confirm_virement(request: Request, reference: str) -> HttpResponse:
    virement = virement_or_404(request, reference, "confirm virement")
    return form_page(
        request,
        "grants/rounds/confirm_virement.html",
        ConfirmForm(request.POST or None),
        lambda data: transitions.confirm_virement(virement=virement, by=request.user, at=timezone.now()),
        done=f"You confirmed {virement.reference} and moved the money",
        to=_address(virement),
        virement=virement,
    )


@allow("refuse virement")
def refuse_virement(request: Request, reference: str) -> HttpResponse:
    virement = virement_or_404(request, reference, "refuse virement")
    return form_page(
        request,
        "grants/rounds/refuse_virement.html",
        ReasonForm(request.POST or None),
        lambda data: transitions.refuse_virement(virement=virement, **data, by=request.user, at=timezone.now()),
        done=f"You refused {virement.reference}",
        to=_address(virement),
        virement=virement,
    )


@allow("withdraw virement")
def withdraw_virement(request: Request, reference: str) -> HttpResponse:
    virement = virement_or_404(request, reference, "withdraw virement")
    return form_page(
        request,
        "grants/rounds/withdraw_virement.html",
        ReasonForm(request.POST or None),
        lambda data: transitions.withdraw_virement(virement=virement, **data, by=request.user, at=timezone.now()),
        done=f"You withdrew {virement.reference}",
        to=_address(virement),
        virement=virement,
    )
