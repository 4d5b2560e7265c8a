"""Pages that name the recipients of a direct award."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from approvals.access import award_or_404
from approvals.models import Award, NamedRecipient
from approvals.recipients import naming
from approvals.recipients.forms import RecipientForm
from grants.access import Request, allow, enter
from grants.forms import ReasonForm
from grants.pages import form_page


@allow("identify recipient")
def identify_recipient(request: Request, reference: str) -> HttpResponse:
    award = award_or_404(request, reference, "identify recipient")
    named = naming.standing(award)
    return form_page(
        request,
        "approvals/recipients/identify_recipient.html",
        RecipientForm(request.POST or None, initial={"version": award.version}, body=award.round.body),
        lambda data: naming.identify_recipient(
            award=award,
            seen=data.pop("version"),
            naming=naming.Naming(data, data.pop("amount"), data.pop("reason")),
            by=request.user,
            at=timezone.now(),
        ),
        done=lambda made: f"You named {made.organisation.name}",
        to=reverse("approvals:award", args=[award.reference]),
        award=award,
        named=named,
        left=naming.left_to_name(award, named),
    )


@allow("withdraw recipient")
def withdraw_recipient(request: Request, reference: str) -> HttpResponse:
    visible = NamedRecipient.objects.filter(award__in=Award.objects.visible_to(request.user, "withdraw recipient"))
    rows = visible.select_related("award__bid", "award__round", "organisation")
    recipient = get_object_or_404(rows, reference=reference)
    enter(request, recipient.award.round)
    return form_page(
        request,
        "approvals/recipients/withdraw_recipient.html",
        ReasonForm(request.POST or None),
        lambda data: naming.withdraw_recipient(recipient=recipient, **data, by=request.user, at=timezone.now()),
        done=f"You withdrew {recipient.organisation.name}",
        to=reverse("approvals:award", args=[recipient.award.reference]),
        recipient=recipient,
    )
