"""Pages of scenarios: the list, one with its effect while typing, two compared, and the proposal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.access import scenario_or_404
from approvals.models import Scenario
from approvals.routing.commitments import of_round
from approvals.scenarios import scenarios as transitions
from approvals.scenarios.forms import LineForm, ScenarioForm, ScenarioRowForm
from approvals.scenarios.funding import Choice, Place
from bids.models import Bid
from bids.panel import members
from grants.access import Request, allow, holdings, must, round_or_404
from grants.forms import Form, ReasonForm, TwoOfForm, attempt
from grants.models import Round
from grants.pages import form_page, page_of, whole_number

ROWS = 100


def _list(round: Round) -> str:
    return reverse("approvals:scenarios", args=[round.reference])


@allow("see scenarios")
@require_GET
def scenarios(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see scenarios")
    rows = Scenario.objects.filter(round=this_round).select_related("made_by", "proposed_by")
    page = page_of(request, rows, size=25)
    choices = [(each.reference, each.name) for each in page]
    first, second = (choices * 2)[:2] if choices else (("", ""), ("", ""))
    two = TwoOfForm(first=("First", choices, first[0]), second=("Second", choices, second[0]))
    context = {"page": page, "opened": members.marks_open(this_round), "two": two}
    return render(request, "approvals/scenarios/scenarios.html", context)


@allow("keep scenario")
def add_scenario(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "keep scenario")
    return form_page(
        request,
        "approvals/scenarios/add_scenario.html",
        ScenarioForm(request.POST or None),
        lambda data: transitions.add_scenario(round=this_round, **data, by=request.user, at=timezone.now()),
        done="Scenario added. It funds the bids above the line of the ranking",
        to=lambda made: reverse("approvals:scenario", args=[made.reference]),
        back=_list(this_round),
    )


@allow("see scenarios")
def scenario(request: Request, reference: str) -> HttpResponse:
    scenario = scenario_or_404(request, reference, "see scenarios")
    may_keep = holdings(request.user).may("keep scenario", scenario.round) and not scenario.proposed_at
    kept = {choice.reference: choice for choice in transitions.choices(scenario, request.user)}
    bids = transitions.candidates(scenario.round, request.user).select_related("recipient", "standing")
    page = page_of(request, bids, size=ROWS)
    forms = [_row(request, bid, kept.get(bid.reference)) for bid in page.object_list]
    draws = request.POST.get("then") == "draw"
    top = LineForm(request.POST) if draws else Form(request.POST or None)
    # The list makes every form check itself, so that all errors show at once.
    validity = [form.is_valid() for form in [top, *(row for _, row in forms)]]
    valid = all(validity)
    answers = {bid.reference: form.answer for bid, form in forms} if valid else {}
    if request.method == "POST":
        must(request.user, "keep scenario", scenario.round)
    if valid and request.POST.get("then") != "preview":
        answer = attempt(top, lambda: _keep(request, scenario, answers, top.cleaned_data.get("places")))
        if answer is not None:
            return answer
    chosen = transitions.choices(scenario, request.user, answers)
    effect = attempt(top, lambda: transitions.effect_of(scenario.round, chosen, timezone.now()))
    errors = [error for _, form in forms for error in form.errors_with_links] + top.errors_with_links
    funded = effect.funded.count if effect else None
    context = {
        "scenario": scenario,
        "rows": forms,
        "page": page,
        "effect": effect,
        "left": (sums := of_round(round=scenario.round)).for_bids,
        "sums": sums,
        "uncovered": transitions.uncovered(effect, scenario.round.body.areas) if effect else [],
        "may_keep": may_keep,
        "line": top if draws else LineForm(initial={"places": funded}),
        "form": {"errors": errors, "errors_with_links": errors},
    }
    return render(request, "approvals/scenarios/scenario.html", context)


def _row(request: Request, bid: Bid, choice: Choice | None) -> tuple[Bid, ScenarioRowForm]:
    initial = {"place": choice.place if choice else Place.NONE, "amount": choice.amount if choice else bid.amount}
    return bid, ScenarioRowForm(request.POST or None, prefix=bid.reference, bid=bid, initial=initial)


def _keep(request: Request, scenario: Scenario, answers: dict[str, Any], places: int | None) -> HttpResponse:
    """Draw the funding line if `places` is set, otherwise save the answers; then open the page again."""
    seen = whole_number(request.POST.get("version", ""))
    common: dict[str, Any] = {"scenario": scenario, "seen": seen, "by": request.user, "at": timezone.now()}
    if places is not None:
        transitions.draw_line(**common, places=places)
        messages.success(request, "Funding line drawn")
    else:
        transitions.keep_scenario(**common, answers=answers)
        messages.success(request, "Scenario saved")
    return redirect(request.get_full_path())


@allow("see scenarios")
@require_GET
def compare_scenarios(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see scenarios")
    names = [request.GET.get("first", ""), request.GET.get("second", "")]
    if not all(names):
        return redirect(_list(this_round))
    chosen = [get_object_or_404(Scenario, round=this_round, reference=name) for name in names]
    sides = [transitions.choices(each, request.user) for each in chosen]
    at = timezone.now()
    effects = [transitions.effect_of(this_round, side, at) for side in sides]
    context = {
        "first": chosen[0],
        "second": chosen[1],
        "effects": effects,
        "uncovered": [transitions.uncovered(each, this_round.body.areas) for each in effects],
        "differences": transitions.differences(*sides),
        "places": Place,
    }
    return render(request, "approvals/scenarios/compare_scenarios.html", context)


@allow("propose scenario")
def propose_scenario(request: Request, reference: str) -> HttpResponse:
    scenario = scenario_or_404(request, reference, "propose scenario")
    return form_page(
        request,
        "approvals/scenarios/propose_scenario.html",
        ReasonForm(request.POST or None),
        lambda data: transitions.propose_scenario(
            scenario=scenario, **data, seen=scenario.version, by=request.user, at=timezone.now()
        ),
        done=f"You proposed {scenario.name} to the leadership",
        to=_list(scenario.round),
        scenario=scenario,
    )
