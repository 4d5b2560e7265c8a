"""Pages of income: the money of grantors in a round, recording it, changing it and withdrawing it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grants import money
from grants.access import Request, allow, enter, must, round_or_404
from grants.forms import SeenReasonForm
from grants.models import Income, Round
from grants.pages import form_page
from grants.rounds import income as transitions
from grants.rounds.forms import IncomeForm
from grants.rounds.income import IncomeTerms


def income_or_404(request: Request, reference: str, action: str) -> Income:
    """Return the income. Raises Http404 unless this person may do the action in its round."""
    rows = Income.objects.select_related("round", "uplifts", "recorded_by")
    income = get_object_or_404(rows, reference=reference)
    must(request.user, action, income.round)
    enter(request, income.round)
    return income


def _address(income: Income) -> str:
    return reverse("grants:income", args=[income.reference])


@allow("see income")
@require_GET
def round_income(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see income")
    rows = list(this_round.income.select_related("uplifts"))
    for each in rows:
        each.round = this_round
    income_total = money.total([each.amount for each in rows if each.is_in_force])
    context = {
        "rows": [(each, transitions.by_slot(each)) for each in rows],
        "income_total": income_total,
        "own_budget": this_round.allocation - income_total,
    }
    return render(request, "grants/rounds/round_income.html", context)


@allow("see income")
@require_GET
def income(request: Request, reference: str) -> HttpResponse:
    this_income = income_or_404(request, reference, "see income")
    uplifts = this_income.uplifted_by.in_force() if this_income.uplifts is None else Income.objects.none()
    context = {"income": this_income, "uplifts": uplifts, "raised_to": transitions.raised_to(this_income)}
    return render(request, "grants/rounds/income.html", context)


@allow("keep income")
def add_income(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "keep income")
    return _income(request, this_round, None, "grants/rounds/add_income.html")


@allow("keep income")
def change_income(request: Request, reference: str) -> HttpResponse:
    this_income = income_or_404(request, reference, "keep income")
    return _income(request, this_income.round, this_income, "grants/rounds/change_income.html")


def _income(request: Request, round: Round, income: Income | None, template: str) -> HttpResponse:
    initial: dict[str, Any] = {"version": 0}
    if income:
        names = ("grantor", "agreement", "agreed_on", "amount", "conditions", "accepted_in", "version")
        initial = {name: getattr(income, name) for name in names}
        initial |= {"profile": income.years, "uplifts": income.uplifts.reference if income.uplifts else ""}

    def call(data: dict[str, Any]) -> Income:
        seen = data.pop("version")
        return transitions.keep_income(
            round=round, terms=IncomeTerms(**data), income=income, seen=seen, by=request.user, at=timezone.now()
        )

    return form_page(
        request,
        template,
        IncomeForm(request.POST or None, initial=initial, round=round, income=income),
        call,
        done=lambda kept: f"You saved {kept}",
        to=_address,
        back=_address(income) if income else reverse("grants:round_income", args=[round.reference]),
    )


@allow("withdraw income")
def withdraw_income(request: Request, reference: str) -> HttpResponse:
    this_income = income_or_404(request, reference, "withdraw income")
    return form_page(
        request,
        "grants/rounds/withdraw_income.html",
        SeenReasonForm(request.POST or None, initial={"version": this_income.version}),
        lambda data: transitions.withdraw_income(
            income=this_income, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now()
        ),
        done=f"You withdrew {this_income}",
        to=_address(this_income),
        back=_address(this_income),
        income=this_income,
    )
