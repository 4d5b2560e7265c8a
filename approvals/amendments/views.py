"""Pages on which a paper that amends an earlier decision says what it changes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from approvals.access import decision_or_404
from approvals.amendments import amending
from approvals.amendments.forms import AmendForm
from approvals.models import AmendedGrant
from grants import money
from grants.access import Request, allow
from grants.forms import ReasonForm
from grants.pages import form_page


@allow("amend grant")
def amend_grant(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "amend grant")
    if decision.amends is None:
        raise Http404
    return form_page(
        request,
        "approvals/amendments/amend_grant.html",
        AmendForm(request.POST or None, round=decision.round, grants=amending.amendable(decision)),
        lambda data: amending.amend_grant(decision=decision, **data, by=request.user, at=timezone.now()),
        done=lambda kept: (
            f"You added the change. {decision.reference} asks for {money.pounds(kept.amount)} "
            f"for {kept.award.bid.title}"
        ),
        to=reverse("approvals:decision", args=[reference]),
        decision=decision,
    )


@allow("amend grant")
def leave_grant(request: Request, reference: str, award: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "amend grant")
    kept = get_object_or_404(
        AmendedGrant.objects.select_related("award__bid", "award__round"), decision=decision, award__reference=award
    )
    return form_page(
        request,
        "approvals/amendments/leave_grant.html",
        ReasonForm(request.POST or None),
        lambda data: amending.leave_grant(
            decision=decision, award=kept.award, reason=data["reason"], by=request.user, at=timezone.now()
        ),
        done=f"You withdrew the change to {kept.award.bid.title}",
        to=reverse("approvals:decision", args=[reference]),
        decision=decision,
        kept=kept,
    )
