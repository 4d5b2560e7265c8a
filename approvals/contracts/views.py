"""Pages of single tender actions: the list, one of them, and to record, change or approve one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.access import contract_or_404
from approvals.contracts import contracts, suppliers
from approvals.contracts.forms import ChangeContractForm, ContractForm
from approvals.models import SingleTenderAction
from approvals.routing import commitments
from approvals.routing.commitments import of_round
from grants.access import Request, allow, round_or_404
from grants.forms import SeenReasonForm
from grants.pages import form_page, page_of


def _address(contract: SingleTenderAction) -> str:
    return reverse("approvals:single_tender_action", args=[contract.reference])


@allow("see single tender action")
@require_GET
def single_tender_actions(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see single tender action")
    rows = SingleTenderAction.objects.filter(round=this_round).select_related("supplier").order_by("reference")
    return render(request, "approvals/contracts/single_tender_actions.html", {"page": page_of(request, rows)})


@allow("see single tender action")
@require_GET
def single_tender_action(request: Request, reference: str) -> HttpResponse:
    contract = contract_or_404(request, reference, "see single tender action")
    context = {"contract": contract, "in_flight": commitments.in_flight(contract.round)}
    return render(request, "approvals/contracts/single_tender_action.html", context)


@allow("keep single tender action")
def add_single_tender_action(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "keep single tender action")
    return form_page(
        request,
        "approvals/contracts/add_single_tender_action.html",
        ContractForm(request.POST or None),
        lambda data: suppliers.keep_contract(
            named=data.pop("named"), terms=data, round=this_round, by=request.user, at=timezone.now()
        ),
        done=lambda kept: f"You recorded the contract as {kept.reference}",
        to=reverse("approvals:single_tender_actions", args=[this_round.reference]),
        left=of_round(round=this_round).left,
    )


@allow("keep single tender action")
def change_single_tender_action(request: Request, reference: str) -> HttpResponse:
    contract = contract_or_404(request, reference, "keep single tender action")

    def call(data: dict[str, Any]) -> None:
        seen, reason = data.pop("version"), data.pop("reason")
        suppliers.keep_contract(
            named=data.pop("named"),
            terms=data,
            round=contract.round,
            contract=contract,
            seen=seen,
            reason=reason,
            by=request.user,
            at=timezone.now(),
        )

    return form_page(
        request,
        "approvals/contracts/change_single_tender_action.html",
        ChangeContractForm(request.POST or None, initial=_initial(contract)),
        call,
        done=f"You saved the changes to {contract.reference}",
        to=_address(contract),
        contract=contract,
    )


def _initial(contract: SingleTenderAction) -> dict[str, Any]:
    initial = {name: getattr(contract, name) for name in ContractForm.base_fields if hasattr(contract, name)}
    years = [f"{year}: {amount:,}" for year, amount in contract.years()]
    return initial | {"supplier": contract.supplier_id, "profile": "\n".join(years), "version": contract.version}


@allow("approve contract")
def approve_single_tender_action(request: Request, reference: str) -> HttpResponse:
    contract = contract_or_404(request, reference, "approve contract")
    return form_page(
        request,
        "approvals/contracts/approve_single_tender_action.html",
        SeenReasonForm(request.POST or None, initial={"version": contract.version}),
        lambda data: contracts.approve_single_tender_action(
            contract=contract, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You approved {contract.title}",
        to=_address(contract),
        contract=contract,
    )
