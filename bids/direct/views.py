"""Pages of direct awards: the list, one of them, entering it and changing it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from bids.access import row_or_404
from bids.direct import entering
from bids.direct.forms import DESCRIBED, NAMED, ChangeDirectForm, DirectForm
from bids.intake.forms import initial_of
from bids.models import Bid
from grants import money
from grants.access import Request, allow, round_or_404
from grants.pages import form_page, page_of


@allow("see direct awards")
@require_GET
def direct_awards(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see direct awards")
    visible = Bid.rows.visible_to(request.user, "see direct awards").filter(round=this_round, led_by=Bid.Led.DIRECT)
    counted = visible.exclude(state=Bid.State.WITHDRAWN).values_list("amount", flat=True)
    context = {
        "page": page_of(request, visible.select_related("recipient").order_by("source_reference")),
        "count": len(counted),
        "entered": money.total(list(counted)),
    }
    return render(request, "bids/direct/direct_awards.html", context)


@allow("see direct awards")
@require_GET
def direct_award(request: Request, reference: str) -> HttpResponse:
    row = row_or_404(request, reference, "see direct awards")
    context = {
        "row": row,
        "tags": row.tags.all(),
        "extra": import_string(settings.ON_BID)(user=request.user, bid=row),
    }
    return render(request, "bids/direct/direct_award.html", context)


@allow("enter direct award")
def enter_direct_award(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "enter direct award")
    return form_page(
        request,
        "bids/direct/enter_direct_award.html",
        DirectForm(request.POST or None, round=this_round),
        lambda draft: entering.enter_direct_award(round=this_round, draft=draft, by=request.user, at=timezone.now()),
        done=lambda row: f"You entered {row.source_reference} as {row.reference}",
        to=reverse("bids:direct_awards", args=[this_round.reference]),
    )


@allow("enter direct award")
def change_direct_award(request: Request, reference: str) -> HttpResponse:
    row = row_or_404(request, reference, "enter direct award")

    def call(draft: dict[str, Any]) -> None:
        seen, reason = draft.pop("version"), draft.pop("reason")
        entering.change_direct_award(row=row, draft=draft, seen=seen, reason=reason, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/direct/change_direct_award.html",
        ChangeDirectForm(request.POST or None, initial=_initial(row), row=row),
        call,
        done=f"You changed {row.source_reference}",
        to=reverse("bids:direct_award", args=[row.reference]),
        row=row,
    )


def _initial(row: Bid) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in (*entering.DESCRIBED, "direct_reason")}
    return initial_of(row) | own | {"receives": NAMED if row.recipient else DESCRIBED}
