"""Pages on which a writer asks for something beside the grants and contracts of a paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from approvals.access import decision_or_404
from approvals.items import asking
from approvals.items.forms import ItemForm, initial_of
from approvals.models import Decision, PaperItem
from grants.access import Request, allow
from grants.forms import SeenReasonForm
from grants.pages import form_page


def _address(decision: Decision) -> str:
    return reverse("approvals:decision", args=[decision.reference])


def _item_or_404(decision: Decision, reference: str) -> PaperItem:
    return get_object_or_404(PaperItem.objects.open_in(decision).select_related("income"), reference=reference)


@allow("ask item")
def ask_item(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "ask item")
    form = ItemForm(request.POST or None, initial={"version": 0}, offered=asking.offered(decision))
    return form_page(
        request,
        "approvals/items/ask_item.html",
        form,
        lambda data: asking.ask_item(decision=decision, content=form.content, by=request.user, at=timezone.now()),
        done=lambda asked: f"You added {asked.title} to {decision.reference}",
        to=_address(decision),
        decision=decision,
    )


@allow("ask item")
def change_item(request: Request, reference: str, item: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "ask item")
    this_item = _item_or_404(decision, item)
    offered = asking.offered(decision, this_item)
    form = ItemForm(request.POST or None, initial=initial_of(this_item), offered=offered)
    return form_page(
        request,
        "approvals/items/change_item.html",
        form,
        lambda data: asking.ask_item(
            decision=decision,
            content=form.content,
            item=this_item,
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done=lambda asked: f"You changed {asked.title}",
        to=_address(decision),
        decision=decision,
        item=this_item,
    )


@allow("withdraw item")
def withdraw_item(request: Request, reference: str, item: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "withdraw item")
    this_item = _item_or_404(decision, item)
    return form_page(
        request,
        "approvals/items/withdraw_item.html",
        SeenReasonForm(request.POST or None, initial={"version": this_item.version}),
        lambda data: asking.withdraw_item(
            decision=decision,
            item=this_item,
            reason=data["reason"],
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done=f"You withdrew {this_item.title} from {decision.reference}",
        to=_address(decision),
        decision=decision,
        item=this_item,
    )
